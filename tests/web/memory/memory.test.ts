// The memory of two tabs and two pages over one drawer: nobody's work is lost, whoever stores first, and a browser that
// stores nothing stops nothing.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  answerOf,
  type Kept,
  type Mark,
  nothingKept,
  readKept,
  withTexts,
  withVerdict,
  writeKept,
} from '../../../web/src/memory/kept.ts';
import { type Drawer, Memory } from '../../../web/src/memory/memory.ts';

/** A browser’s storage. */
class FakeDrawer implements Drawer {
  private readonly entries = new Map<string, string>();
  /** which key and text are refused, as where the quota is used up */
  refuses: (key: string, text: string) => boolean = () => false;

  get length(): number {
    return this.entries.size;
  }
  key(index: number): string | null {
    return [...this.entries.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.entries.get(key) ?? null;
  }
  setItem(key: string, text: string): void {
    if (this.refuses(key, text)) throw new Error('the quota is used up');
    this.entries.set(key, text);
  }
  removeItem(key: string): void {
    this.entries.delete(key);
  }
  get keys(): string[] {
    return [...this.entries.keys()].toSorted();
  }
}

const prefix = 'lesson /a/ ';
const wrongThen = (kept: Kept, name: string, mark: Mark, text: string) =>
  withVerdict(withTexts(kept, { [name]: text }), name, { mark, text, mistakes: [], isFresh: false });

let drawer: FakeDrawer;
const tab = (own = prefix) => new Memory(drawer, own);
const answer = (memory: Memory, block: string, name: string, mark: Mark = 'right', text = '5') =>
  memory.change(block, (kept) => wrongThen(kept, name, mark, text));
/** What the browser does in every other tab when one has stored. */
const tell = (other: Memory, block: string, own = prefix) =>
  other.hear(own + block, drawer.getItem(own + block));
const bestOf = (memory: Memory, block: string, name: string) => answerOf(memory.get(block), name).best;

beforeEach(() => {
  drawer = new FakeDrawer();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

describe('one tab', () => {
  test('stores a moment after the last change, once, and not before', () => {
    const stored = vi.spyOn(drawer, 'setItem');
    const memory = tab();
    for (const text of ['1', '12', '123']) {
      memory.setTexts('problem-1', { a: text });
      vi.advanceTimersByTime(200);
    }
    expect(stored).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(stored).toHaveBeenCalledTimes(1);
    expect(tab().get('problem-1').texts).toEqual({ a: '123' });
  });

  test('stores at once when it is told to, as before the page goes', () => {
    const memory = tab();
    answer(memory, 'problem-1', 'a');
    memory.store();
    expect(bestOf(tab(), 'problem-1', 'a')).toBe('right');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('stores nothing where nothing has changed', () => {
    const memory = tab();
    memory.get('problem-1');
    memory.change('problem-1', (kept) => kept);
    memory.store();
    expect(drawer.keys).toEqual([]);
  });

  test('tells who listens of each change by the name of its block, until they have heard enough', () => {
    const memory = tab();
    const heard: string[] = [];
    const stop = memory.onChange((name) => heard.push(name));
    memory.setTexts('a', { x: '1' });
    memory.setTexts('b', { x: '1' });
    stop();
    memory.setTexts('c', { x: '1' });
    expect(heard).toEqual(['a', 'b']);
  });

  test('tells what has changed: texts as a figure moves, and answers when they are judged', () => {
    const memory = tab();
    const heard: string[] = [];
    memory.onChange((_, { texts, answers }) => heard.push(`${[...texts].join()} | ${[...answers].join()}`));
    memory.setTexts('a', { x: '1', y: '2' });
    memory.setTexts('a', { x: '2', y: '2' });
    memory.change('a', (kept) =>
      withVerdict(kept, 'q', { mark: 'right', text: '5', mistakes: [], isFresh: false }),
    );
    expect(heard).toEqual(['x,y | ', 'x | ', ' | q']);
  });

  test('names the blocks of which something is kept, those of other pages too', () => {
    const other = tab();
    other.setTexts('elsewhere', { x: '1' });
    other.store();
    const memory = tab();
    memory.get('untouched');
    drawer.setItem(`${prefix}empty`, writeKept(nothingKept));
    memory.setTexts('here', { x: '1' });
    expect(memory.names().toSorted()).toEqual(['elsewhere', 'here']);
  });

  test('takes back a verdict that belongs to other numbers, and it does not come back', () => {
    const memory = tab();
    answer(memory, 'problem-1', 'a', 'wrong', '7');
    memory.store();
    memory.change('problem-1', (kept) => {
      const { checked: _, ...rest } = answerOf(kept, 'a');
      return { ...withTexts(kept, { givens: '{"x":"1, 2"}' }), answers: { a: rest } };
    });
    memory.store();
    for (const each of [memory, tab()]) {
      expect(answerOf(each.get('problem-1'), 'a').checked).toBeUndefined();
      expect(each.get('problem-1').texts).toEqual({ a: '7', givens: '{"x":"1, 2"}' });
    }
  });
});

describe('two tabs', () => {
  test.each(['A first', 'B first'])(
    'two answers in A and one in B: a third tab sees all three (%s)',
    (order) => {
      const [a, b] = [tab(), tab()];
      for (const each of [a, b]) for (const block of ['problem-1', 'quiz-bias']) each.get(block);
      answer(a, 'problem-1', 'mean');
      answer(a, 'quiz-bias', 'choice', 'wrong', 'B');
      answer(b, 'problem-1', 'variance', 'coarse', '4');
      for (const each of order === 'A first' ? [a, b] : [b, a]) each.store();
      const third = tab();
      expect(bestOf(third, 'problem-1', 'mean')).toBe('right');
      expect(bestOf(third, 'problem-1', 'variance')).toBe('coarse');
      expect(bestOf(third, 'quiz-bias', 'choice')).toBe('wrong');
      expect(third.get('problem-1').texts).toEqual({ mean: '5', variance: '4' });
    },
  );

  test('who stores second learns at once what the other had stored', () => {
    const [a, b] = [tab(), tab()];
    b.get('problem-1');
    answer(a, 'problem-1', 'mean');
    a.store();
    const heard: string[] = [];
    b.onChange((name) => heard.push(name));
    answer(b, 'problem-1', 'variance');
    b.store();
    expect(bestOf(b, 'problem-1', 'mean')).toBe('right');
    expect(heard).toEqual(['problem-1', 'problem-1']);
  });

  test('a tab hears of the other’s work, and keeps what is typed in it and not stored yet', () => {
    const [a, b] = [tab(), tab()];
    b.setTexts('problem-1', { variance: '4' });
    answer(a, 'problem-1', 'mean');
    a.store();
    const heard: string[] = [];
    b.onChange((name, { texts, answers }) =>
      heard.push(`${name} ${[...texts].join()} | ${[...answers].join()}`),
    );
    tell(b, 'problem-1');
    expect(heard).toEqual(['problem-1 mean | mean']);
    expect(b.get('problem-1').texts).toEqual({ mean: '5', variance: '4' });
    expect(bestOf(b, 'problem-1', 'mean')).toBe('right');
  });

  test('the later text of one box stands; the tab that did not touch it does not bring the older one back', () => {
    const [a, b] = [tab(), tab()];
    a.setTexts('problem-1', { mean: '1' });
    a.store();
    b.get('problem-1');
    a.setTexts('problem-1', { mean: '2' });
    a.store();
    b.setTexts('problem-1', { variance: '4' });
    b.store();
    expect(tab().get('problem-1').texts).toEqual({ mean: '2', variance: '4' });
  });

  test('nor does it bring back a text that was emptied', () => {
    const [a, b] = [tab(), tab()];
    a.setTexts('problem-1', { mean: '1' });
    a.store();
    b.get('problem-1');
    a.setTexts('problem-1', { mean: '' });
    a.store();
    b.setTexts('problem-1', { variance: '4' });
    b.store();
    expect(tab().get('problem-1').texts).toEqual({ variance: '4' });
  });

  test.each([true, false])('nor an older verdict on it (it heard of the later one: %s)', (hears) => {
    const [a, b] = [tab(), tab()];
    answer(a, 'problem-1', 'mean', 'wrong', '7');
    a.store();
    b.get('problem-1');
    answer(a, 'problem-1', 'mean', 'right', '5');
    a.store();
    if (hears) tell(b, 'problem-1');
    b.setTexts('problem-1', { variance: '4' });
    b.store();
    for (const each of [b, tab()])
      expect(answerOf(each.get('problem-1'), 'mean')).toMatchObject({
        first: 'wrong',
        latest: 'right',
        checked: '5',
      });
  });

  test('a block that this tab has not asked for is read when it is', () => {
    const [a, b] = [tab(), tab()];
    answer(a, 'problem-1', 'mean');
    a.store();
    const heard: string[] = [];
    b.onChange((name) => heard.push(name));
    tell(b, 'problem-1');
    expect(heard).toEqual([]);
    expect(bestOf(b, 'problem-1', 'mean')).toBe('right');
  });

  test.each<[string, string | null, string | null]>([
    ['of other pages of the host', 'something else', writeKept(withTexts(nothingKept, { mean: '9' }))],
    [
      'of a copy of the lesson in another folder',
      'lesson /b/ problem-1',
      writeKept(withTexts(nothingKept, { mean: '9' })),
    ],
    ['that cannot be read', `${prefix}problem-1`, '{"cleared":0'],
    ['that was taken away', `${prefix}problem-1`, null],
    ['that all was taken away', null, null],
  ])('what a tab hears %s changes nothing', (_, key, text) => {
    const memory = tab();
    answer(memory, 'problem-1', 'mean');
    const before = memory.get('problem-1');
    memory.hear(key, text);
    expect(memory.get('problem-1')).toBe(before);
  });
});

describe('clearing', () => {
  const clear = (memory: Memory, block: string, at: number) =>
    memory.change(block, () => ({ ...nothingKept, cleared: at }));

  test('clears in both tabs, and what is done afterwards in either is kept', () => {
    const [a, b] = [tab(), tab()];
    for (const each of [a, b]) answer(each, 'problem-1', 'mean');
    for (const each of [a, b]) each.store();
    clear(a, 'problem-1', 1000);
    a.store();
    tell(b, 'problem-1');
    expect(b.get('problem-1')).toEqual({ ...nothingKept, cleared: 1000 });
    answer(b, 'problem-1', 'variance');
    b.store();
    tell(a, 'problem-1');
    expect(Object.keys(a.get('problem-1').answers)).toEqual(['variance']);
  });

  test('clears what another tab has not stored yet, and that tab does not store it again', () => {
    const [a, b] = [tab(), tab()];
    answer(b, 'problem-1', 'mean');
    clear(a, 'problem-1', 1000);
    a.store();
    b.store();
    expect(tab().get('problem-1')).toEqual({ ...nothingKept, cleared: 1000 });
    expect(b.get('problem-1')).toEqual({ ...nothingKept, cleared: 1000 });
  });

  test('a text that was changed before the other tab cleared does not take away what is typed there afterwards', () => {
    const [a, b] = [tab(), tab()];
    a.setTexts('problem-1', { mean: 'before' });
    b.get('problem-1');
    clear(b, 'problem-1', 1000);
    b.store();
    tell(a, 'problem-1');
    b.setTexts('problem-1', { mean: 'after' });
    b.store();
    tell(a, 'problem-1');
    expect(a.get('problem-1').texts).toEqual({ mean: 'after' });
    a.store();
    expect(tab().get('problem-1').texts).toEqual({ mean: 'after' });
  });

  test.each([true, false])('can be taken back, in both tabs (after it was stored: %s)', (isStored) => {
    const [a, b] = [tab(), tab()];
    answer(a, 'problem-1', 'mean', 'wrong', '7');
    a.store();
    tell(b, 'problem-1');
    const before = a.get('problem-1');
    clear(a, 'problem-1', 1000);
    if (isStored) {
      a.store();
      b.get('problem-1');
      tell(b, 'problem-1');
    }
    a.change('problem-1', () => ({ ...before, cleared: 1001 }));
    a.store();
    tell(b, 'problem-1');
    for (const each of [a, b, tab()]) {
      expect(each.get('problem-1').texts).toEqual({ mean: '7' });
      expect(answerOf(each.get('problem-1'), 'mean')).toMatchObject({ first: 'wrong', checked: '7' });
    }
  });
});

describe('what belongs to others', () => {
  test('two copies of the lesson on one host keep apart, also where one’s name begins as the other’s', () => {
    const [a, b] = [tab('lesson /a/ '), tab('lesson /a/b/ ')];
    answer(a, 'problem-1', 'mean');
    a.store();
    expect(b.get('problem-1')).toEqual(nothingKept);
    b.setTexts('problem-1', { mean: '9' });
    b.setTexts('quiz-bias', { choice: 'A' });
    b.store();
    expect(tab('lesson /a/ ').get('problem-1').texts).toEqual({ mean: '5' });
    expect(a.names()).toEqual(['problem-1']);
    expect(b.names().toSorted()).toEqual(['problem-1', 'quiz-bias']);
  });

  test('a page stores its own blocks and leaves every other entry as it is', () => {
    const others = {
      'of another site': 'x',
      [`${prefix}quiz-bias`]: writeKept(withTexts(nothingKept, { choice: 'A' })),
    };
    for (const [key, text] of Object.entries(others)) drawer.setItem(key, text);
    const memory = tab();
    answer(memory, 'problem-1', 'mean');
    memory.store();
    expect(drawer.keys).toEqual([...Object.keys(others), `${prefix}problem-1`].toSorted());
    for (const [key, text] of Object.entries(others)) expect(drawer.getItem(key)).toBe(text);
  });

  test('an entry that cannot be read is kept aside, whole, and the page goes on', () => {
    drawer.setItem(`${prefix}problem-1`, '{"cleared":0,"texts":{"mean":5}}');
    const memory = tab();
    expect(memory.get('problem-1')).toEqual(nothingKept);
    answer(memory, 'problem-1', 'variance');
    memory.store();
    expect(bestOf(tab(), 'problem-1', 'variance')).toBe('right');
    const aside = drawer.keys.filter((key) => drawer.getItem(key) === '{"cleared":0,"texts":{"mean":5}}');
    expect(aside).toHaveLength(1);
    expect(tab().names()).toEqual(['problem-1']);
  });

  test('so it is when it becomes unreadable while the page is open', () => {
    const memory = tab();
    answer(memory, 'problem-1', 'mean');
    memory.store();
    drawer.setItem(`${prefix}problem-1`, 'scribble');
    answer(memory, 'problem-1', 'variance');
    memory.store();
    expect(Object.keys(tab().get('problem-1').answers)).toEqual(['mean', 'variance']);
    expect(drawer.keys.some((key) => drawer.getItem(key) === 'scribble')).toBe(true);
  });
});

describe('a browser that refuses', () => {
  test('to store says so, once, and what was done is tried again with the next change', () => {
    drawer.refuses = () => true;
    const memory = tab();
    const refusals: string[] = [];
    memory.onRefusal = (reason) => refusals.push(reason);
    answer(memory, 'problem-1', 'mean');
    answer(memory, 'problem-2', 'mean');
    vi.runAllTimers();
    expect(refusals).toEqual(['the quota is used up']);
    expect(bestOf(memory, 'problem-1', 'mean')).toBe('right');
    drawer.refuses = () => false;
    memory.setTexts('quiz-bias', { choice: 'A' });
    vi.runAllTimers();
    expect(refusals).toHaveLength(1);
    for (const block of ['problem-1', 'problem-2']) expect(bestOf(tab(), block, 'mean')).toBe('right');
  });

  test('one block that is too large stores the others', () => {
    drawer.refuses = (_, text) => text.length > 1000;
    const memory = tab();
    const refusals: string[] = [];
    memory.onRefusal = (reason) => refusals.push(reason);
    memory.setTexts('proof-bias', { line: '='.repeat(2000) });
    answer(memory, 'problem-1', 'mean');
    memory.store();
    expect(refusals).toEqual(['the quota is used up']);
    expect(bestOf(tab(), 'problem-1', 'mean')).toBe('right');
  });

  const broken: Drawer = {
    get length(): number {
      throw new Error('denied');
    },
    key: () => {
      throw new Error('denied');
    },
    getItem: () => {
      throw new Error('denied');
    },
    setItem: () => {
      throw new Error('denied');
    },
    removeItem: () => {
      throw new Error('denied');
    },
  };

  test.each<[string, Drawer | undefined]>([
    ['everything', broken],
    ['storage as such', undefined],
  ])('%s leaves a page that works and only forgets', (_, refusing) => {
    const memory = new Memory(refusing, prefix);
    const refusals: string[] = [];
    memory.onRefusal = (reason) => refusals.push(reason);
    answer(memory, 'problem-1', 'mean');
    memory.setTexts('problem-1', { variance: '4' });
    memory.store();
    expect(memory.names()).toEqual(['problem-1']);
    expect(bestOf(memory, 'problem-1', 'mean')).toBe('right');
    expect(memory.get('problem-1').texts).toEqual({ mean: '5', variance: '4' });
    expect(refusals).toEqual(refusing ? ['denied'] : []);
  });
});

test('what is stored is what is kept, and nothing computed', () => {
  const memory = tab();
  answer(memory, 'problem-1', 'mean');
  memory.store();
  expect(readKept(drawer.getItem(`${prefix}problem-1`) ?? '')).toEqual(memory.get('problem-1'));
});
