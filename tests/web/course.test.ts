// What a course hears of a learner: the pages' own functions against a run-time implementation of both standards, and against
// hosts that misbehave in every way that was heard of.

import { Scorm12API, Scorm2004API } from 'scorm-again';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { courseContents } from '../../web/render/course.ts';
import { type Kept, nothingKept, withTexts, withVerdict, writeKept } from '../../web/src/memory/kept.ts';
import { type Drawer, Memory } from '../../web/src/memory/memory.ts';
import { codeOf, packed, unpacked } from '../../web/src/memory/resume.ts';
import { Course, progressOf, type Standpoint } from '../../web/src/page/course.ts';
import { type Found, type Frame, hostsOf, type Standard } from '../../web/src/page/host.ts';
import { anyAnswered, anyKept } from './memory/arbitrary.ts';

const contents = await courseContents('web/lesson');
const first = contents.items.find(({ core }) => core);
if (!first) throw new Error('the lesson asks nothing');

class Shelf implements Drawer {
  readonly entries = new Map<string, string>();
  get length() {
    return this.entries.size;
  }
  key = (at: number) => [...this.entries.keys()][at] ?? null;
  getItem = (key: string) => this.entries.get(key) ?? null;
  setItem(key: string, value: string) {
    this.entries.set(key, value);
  }
  removeItem(key: string) {
    this.entries.delete(key);
  }
}

const prefix = 'batch-normalization/2 /lesson/ ';

/** A browser: its storage, what of it lasts as long as a tab, and the page's memory over it. */
class Browser {
  readonly drawer = new Shelf();
  readonly session = new Shelf();
  readonly said: Standpoint[] = [];
  memory = new Memory(this.drawer, prefix);
  time = Date.UTC(2026, 10, 29);

  open(...found: Found[]): Course | undefined {
    return Course.open(found, {
      memory: this.memory,
      contents,
      drawer: this.drawer,
      session: this.session,
      now: () => this.time,
      say: (standpoint) => this.said.push(standpoint),
    });
  }

  /** Another page of the lesson in the same tab: it reads what is stored. */
  turnPage(): void {
    this.memory.store();
    this.memory = new Memory(this.drawer, prefix);
  }
}

const right = (kept: Kept, name: string, isFresh = false) =>
  withVerdict(withTexts(kept, { [name]: '1' }), name, { mark: 'right', text: '1', mistakes: [], isFresh });

/** Answers all core questions of these objectives, on other numbers where that can be. */
function answerCore(memory: Memory, objectives: readonly number[]): void {
  for (const { block, name, core, objective } of contents.items)
    if (core && objectives.includes(objective)) memory.change(block, (kept) => right(kept, name, true));
}
const everything = contents.objectives.map((_, k) => k + 1);

/** Every call that a host gets, with what it answered. */
function traced({ standard, api }: Found): Found & { trace: string[] } {
  const trace: string[] = [];
  const watched = Object.fromEntries(
    Object.keys(functionsOf[standard]).map((name) => [
      name,
      (...texts: string[]) => {
        const answer = api[name]?.(...texts);
        trace.push(`${name}(${texts.join(', ')}) -> ${String(answer)}`);
        return answer;
      },
    ]),
  );
  return { standard, api: watched, trace };
}
const functionsOf: Record<Standard, Record<string, true>> = {
  '1.2': { LMSInitialize: true, LMSFinish: true, LMSGetValue: true, LMSSetValue: true, LMSCommit: true },
  '2004': { Initialize: true, Terminate: true, GetValue: true, SetValue: true, Commit: true },
};

/** A new attempt, or one that goes on with what an earlier one has left. */
function attempt(standard: Standard, before: Record<string, string> = {}): Found {
  const settings = { autocommit: false, logLevel: 5 } as const;
  const real = standard === '1.2' ? new Scorm12API(settings) : new Scorm2004API(settings);
  if (Object.keys(before).length > 0) real.loadFromFlattenedJSON(before, '');
  return { standard, api: real as unknown as Found['api'] };
}

const get = ({ standard, api }: Found, element: string) =>
  String(api[standard === '1.2' ? 'LMSGetValue' : 'GetValue']?.(element));
const standards = ['1.2', '2004'] as const;

/** A host of somebody's own making. */
function host(standard: Standard, answers: Partial<Record<string, unknown>> = {}) {
  const values = new Map<string, string>();
  const ours = {
    Initialize: () => 'true',
    Terminate: () => 'true',
    GetValue: (element: string) => values.get(element) ?? answers[element] ?? '',
    SetValue: (element: string, value: string) => {
      values.set(element, value);
      return 'true';
    },
    Commit: () => 'true',
    ...answers,
  };
  const api =
    standard === '2004'
      ? ours
      : {
          LMSInitialize: ours.Initialize,
          LMSFinish: ours.Terminate,
          LMSGetValue: ours.GetValue,
          LMSSetValue: ours.SetValue,
          LMSCommit: ours.Commit,
        };
  return { found: { standard, api: api as unknown as Found['api'] }, values };
}

describe('where a host is looked for', () => {
  const api12 = { LMSInitialize: () => 'true' };
  const api2004 = { Initialize: () => 'true' };
  const foreign = () =>
    ({
      get API(): unknown {
        throw new Error('a frame of another origin');
      },
      get API_1484_11(): unknown {
        throw new Error('a frame of another origin');
      },
    }) as Frame;
  /** A window is its own parent where nothing is around it. */
  const alone = (frame: object = {}): Frame => {
    const window = { ...frame } as { parent?: Frame };
    window.parent = window;
    return window;
  };

  test('a page on its own has none', () => expect(hostsOf(alone())).toEqual([]));

  test.each([
    ['in its own window', alone({ API: api12 })],
    ['in its parent', { parent: alone({ API: api12 }) }],
    ['six frames out', { parent: { parent: { parent: { parent: { parent: alone({ API: api12 }) } } } } }],
    [
      'behind a frame of another origin',
      { parent: Object.defineProperty(foreign(), 'parent', { value: alone({ API: api12 }) }) },
    ],
    ['in the window that opened it', alone({ opener: alone({ API: api12 }) })],
    [
      'in a frame around what opened the frame around it',
      { parent: alone({ opener: { parent: alone({ API: api12 }) } }) },
    ],
  ])('%s', (_, frame) => {
    expect(hostsOf(frame).map(({ api, standard }) => [standard, api])).toEqual([['1.2', api12]]);
  });

  test('where there are both, the newer standard comes first', () => {
    const found = hostsOf({ parent: alone({ API: api12, API_1484_11: api2004 }) });
    expect(found.map(({ standard }) => standard)).toEqual(['2004', '1.2']);
  });

  test.each([null, undefined, 'a text', 5, {}, { LMSInitialize: 'no function' }])(
    'what is only called so is none: %j',
    (API) => expect(hostsOf(alone({ API }))).toEqual([]),
  );

  test('frames around each other without an end', () => {
    const one: { parent?: Frame } = {};
    const other: Frame = { parent: one };
    one.parent = other;
    expect(hostsOf(one)).toEqual([]);
    let deep: Frame = alone({ API: api12 });
    for (let k = 0; k < 500; ++k) deep = { parent: deep };
    expect(hostsOf(deep)).toEqual([]);
  });

  test('windows that refuse everything', () => {
    const refusing = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    ) as Frame;
    expect(hostsOf(refusing)).toEqual([]);
    expect(hostsOf({ parent: refusing, opener: refusing })).toEqual([]);
  });
});

describe.each(standards)('SCORM %s, with a run-time implementation', (standard) => {
  const elements =
    standard === '1.2'
      ? { raw: 'cmi.core.score.raw', time: 'cmi.core.session_time', exit: 'cmi.core.exit' }
      : { raw: 'cmi.score.raw', time: 'cmi.session_time', exit: 'cmi.exit' };
  const statusOf = (found: Found) =>
    standard === '1.2'
      ? [get(found, 'cmi.core.lesson_status')]
      : [get(found, 'cmi.completion_status'), get(found, 'cmi.success_status')];
  const objectiveAt = (found: Found, k: number, field: string) => get(found, `cmi.objectives.${k}.${field}`);

  test('a learner who has done nothing', () => {
    const found = attempt(standard);
    const browser = new Browser();
    browser.open(found)?.report();
    expect(browser.said).toEqual(['recorded']);
    expect(statusOf(found)).toEqual(standard === '1.2' ? ['incomplete'] : ['incomplete', 'unknown']);
    expect(get(found, elements.raw)).toBe('0');
    expect(get(found, 'cmi.objectives._count')).toBe('5');
    expect(everything.map((_, k) => objectiveAt(found, k, 'id'))).toEqual(
      everything.map((k) => `objective-${k}`),
    );
    const status = standard === '1.2' ? 'status' : 'completion_status';
    for (const k of everything.keys()) {
      expect(objectiveAt(found, k, status)).toBe('not attempted');
      expect(objectiveAt(found, k, 'score.raw')).toBe('0');
    }
  });

  test('each objective has its own score', () => {
    const found = attempt(standard);
    const browser = new Browser();
    const course = browser.open(found);
    answerCore(browser.memory, [2]);
    course?.report();
    const { objectives, right: all, of } = progressOf(contents, (block) => browser.memory.get(block));
    expect(objectives[1]).toMatchObject({ standing: 'shown', right: 4, done: 4, of: 4 });
    const points = (score: number, max: number) =>
      standard === '1.2' ? String(Math.round((100 * score) / max)) : String(score);
    for (const [k, each] of objectives.entries())
      expect(objectiveAt(found, k, 'score.raw')).toBe(points(each.right, each.of));
    expect(get(found, elements.raw)).toBe(points(all, of));
    expect(objectiveAt(found, 1, standard === '1.2' ? 'status' : 'success_status')).toBe('passed');
    if (standard === '2004') {
      expect(objectiveAt(found, 1, 'score.scaled')).toBe('1');
      expect(objectiveAt(found, 1, 'description')).toBe(contents.objectives[1]);
      expect(get(found, 'cmi.progress_measure')).toBe(String(4 / of));
    }
  });

  test('what is there already is used again', () => {
    const found = attempt(standard);
    const browser = new Browser();
    browser.open(found)?.report();
    browser.turnPage();
    browser.open(found)?.report();
    expect(get(found, 'cmi.objectives._count')).toBe('5');
  });

  test('all questions answered is complete; all objectives shown is passed; neither is taken back', () => {
    const found = attempt(standard);
    const browser = new Browser();
    const course = browser.open(found);
    for (const { block, name, core } of contents.items)
      if (core)
        browser.memory.change(block, (kept) =>
          withVerdict(kept, name, { mark: 'wrong', text: '2', mistakes: [], isFresh: false }),
        );
    course?.report();
    expect(statusOf(found)).toEqual(standard === '1.2' ? ['completed'] : ['completed', 'unknown']);
    answerCore(browser.memory, everything);
    course?.report();
    const passed = standard === '1.2' ? ['passed'] : ['completed', 'passed'];
    expect(statusOf(found)).toEqual(passed);
    expect(get(found, elements.raw)).toBe(standard === '1.2' ? '100' : '20');
    for (const name of browser.memory.names())
      browser.memory.change(name, () => ({ ...nothingKept, cleared: browser.time }));
    course?.report();
    expect(statusOf(found)).toEqual(passed);
  });

  test('a verdict is seen to have come, a text is not one', () => {
    const browser = new Browser();
    const course = browser.open(attempt(standard));
    const before = course?.verdicts();
    browser.memory.setTexts(first.block, { [first.name]: '1' });
    expect(course?.verdicts()).toBe(before);
    answerCore(browser.memory, [first.objective]);
    expect(course?.verdicts()).not.toBe(before);
  });

  test('pages of one visit share a session: its time counts from the first, and only its end ends it', () => {
    const found = traced(attempt(standard));
    const browser = new Browser();
    const course = browser.open(found);
    browser.time += 65_000;
    course?.leave(false);
    browser.turnPage();
    browser.time += 3_600_000;
    const next = browser.open(found);
    expect(next).toBeDefined();
    next?.leave(true);
    const lines = found.trace.filter((line) => /session_time|Finish|Terminate|Initialize/.test(line));
    const time = (text: string) =>
      `${standard === '1.2' ? 'LMS' : ''}SetValue(${elements.time}, ${text}) -> true`;
    expect(lines).toEqual(
      standard === '1.2'
        ? [
            'LMSInitialize() -> true',
            time('00:01:05'),
            'LMSInitialize() -> false',
            time('01:01:05'),
            'LMSFinish() -> true',
          ]
        : [
            'Initialize() -> true',
            time('PT0H1M5S'),
            'Initialize() -> false',
            time('PT1H1M5S'),
            'Terminate() -> true',
          ],
    );
    // Nothing is said to a session that is over.
    const count = found.trace.length;
    next?.report();
    expect(found.trace).toHaveLength(count);
  });

  test('another browser goes on from what the host has', () => {
    const found = attempt(standard);
    const browser = new Browser();
    const course = browser.open(found);
    answerCore(browser.memory, [1, 3]);
    browser.memory.setTexts('reading', { at: 'quiz.html#question', label: 'Quiz' });
    browser.memory.setTexts('forward-explorer', { x: '1, √2, 5|6' });
    course?.leave(true);
    const data = {
      'cmi.suspend_data': get(found, 'cmi.suspend_data') || storedWork(found),
    };
    expect(data['cmi.suspend_data'].length).toBeLessThanOrEqual(standard === '1.2' ? 4096 : 64_000);

    const other = new Browser();
    const again = attempt(standard, data);
    other.open(again)?.report();
    const progress = (memory: Memory) => progressOf(contents, (block) => memory.get(block));
    expect(progress(other.memory)).toEqual(progress(browser.memory));
    expect(other.memory.get('reading').texts).toEqual(browser.memory.get('reading').texts);
    expect(other.memory.get('forward-explorer').texts).toEqual({ x: '1, √2, 5|6' });
    expect(other.memory.get(first.block)).toEqual(browser.memory.get(first.block));
  });

  test('what only this browser has stays beside what comes', () => {
    const found = attempt(standard);
    const away = new Browser();
    const course = away.open(found);
    answerCore(away.memory, [1]);
    course?.leave(true);
    const here = new Browser();
    answerCore(here.memory, [2]);
    here.open(attempt(standard, { 'cmi.suspend_data': storedWork(found) }));
    const { objectives } = progressOf(contents, (block) => here.memory.get(block));
    expect(objectives.map(({ right: its }) => its).slice(0, 2)).toEqual([4, 4]);
  });
});

/** A session that is over tells nothing to the page, but has it all the same. */
function storedWork({ api }: Found): string {
  return (api as unknown as { cmi: { suspend_data: string } }).cmi.suspend_data;
}

describe('the same text here and there', () => {
  const textOf = (memory: Memory) => memory.get('forward-explorer').texts.x;

  test('what was typed here since a visit that the host has lost stays', () => {
    const browser = new Browser();
    const { found, values } = host('2004');
    const type = (x: string) => {
      browser.time += 1000;
      browser.memory.setTexts('forward-explorer', { x });
    };
    type('1, 2');
    browser.open(found)?.report();
    const lost = values.get('cmi.suspend_data') ?? '';
    type('3, 4');
    browser.open(found)?.report();
    type('5, 6');
    browser.turnPage();
    browser.open(host('2004', { 'cmi.suspend_data': lost }).found);
    expect(textOf(browser.memory)).toBe('5, 6');
  });

  test('what was typed later on another device comes', () => {
    const [here, away] = [new Browser(), new Browser()] as const;
    const { found } = host('2004');
    here.memory.setTexts('forward-explorer', { x: '1, 2' });
    here.open(found)?.report();
    away.time += 60_000;
    const course = away.open(found);
    away.memory.setTexts('forward-explorer', { x: '3, 4' });
    course?.report();
    here.turnPage();
    here.open(found);
    expect(textOf(here.memory)).toBe('3, 4');
  });
});

describe('one learner after another at the same computer', () => {
  const learner = (standard: Standard, id: string, work = '') =>
    host(standard, {
      [standard === '1.2' ? 'cmi.core.student_id' : 'cmi.learner_id']: id,
      'cmi.suspend_data': work,
    });

  test.each(standards)('SCORM %s: each has their own work, and finds it again', (standard) => {
    const browser = new Browser();
    const status = (values: Map<string, string>) =>
      values.get(standard === '1.2' ? 'cmi.core.score.raw' : 'cmi.score.raw');
    const ada = learner(standard, 'ada');
    const course = browser.open(ada.found);
    answerCore(browser.memory, everything);
    course?.leave(true);
    expect(status(ada.values)).toBe(standard === '1.2' ? '100' : '20');
    browser.turnPage();

    browser.time += 1000;
    const bob = learner(standard, 'bob');
    browser.open(bob.found)?.leave(true);
    expect(status(bob.values)).toBe('0');
    browser.turnPage();
    expect(browser.memory.get(first.block).answers).toEqual({});

    // Even where the host has lost all.
    browser.time += 1000;
    const again = learner(standard, 'ada');
    browser.open(again.found)?.leave(true);
    expect(status(again.values)).toBe(standard === '1.2' ? '100' : '20');
    browser.turnPage();
    expect(browser.memory.get(first.block).answers[first.name]?.best).toBe('right');
  });

  test('where the work of the one cannot be put aside, it stays, and is not given to the other', () => {
    const browser = new Browser();
    answerCore(browser.memory, everything);
    browser.open(learner('1.2', 'ada').found)?.leave(true);
    browser.turnPage();
    browser.drawer.setItem = () => {
      throw new Error('full');
    };
    const bob = learner('1.2', 'bob');
    browser.open(bob.found)?.leave(true);
    expect(bob.values.size).toBe(0);
    expect(browser.said.at(-1)).toBe('not recorded');
    expect(browser.memory.get(first.block).answers[first.name]?.best).toBe('right');
  });
});

describe('modes', () => {
  test.each(['', 'normal', 'something else'])('“%s” is recorded', (mode) => {
    const { found, values } = host('1.2', { 'cmi.core.lesson_mode': mode });
    new Browser().open(found)?.report();
    expect(values.get('cmi.core.lesson_status')).toBe('incomplete');
  });

  test.each(standards)('SCORM %s: browsing and reviewing are not', (standard) => {
    const work = packed(1, new Map([[first.block, right(nothingKept, first.name)]]), contents.items, 4096);
    const element = standard === '1.2' ? 'cmi.core.lesson_mode' : 'cmi.mode';
    for (const mode of ['browse', 'review']) {
      const { found, values } = host(standard, { [element]: mode, 'cmi.suspend_data': work });
      const browser = new Browser();
      const course = browser.open(found);
      course?.report();
      course?.leave(true);
      expect([...values]).toEqual([]);
      expect(browser.said).toEqual(['not recorded']);
      // A review shows what was done.
      const best = browser.memory.get(first.block).answers[first.name]?.best;
      expect(best).toBe(mode === 'review' ? 'right' : undefined);
    }
  });

  test('who browses a lesson that nobody has opened has browsed it', () => {
    const { found, values } = host('1.2', {
      'cmi.core.lesson_mode': 'browse',
      'cmi.core.lesson_status': 'not attempted',
    });
    new Browser().open(found);
    expect([...values]).toEqual([['cmi.core.lesson_status', 'browsed']]);
  });
});

describe('hosts that misbehave', () => {
  const raising = () => {
    throw new Error('the host is broken');
  };

  test.each(standards)(
    'SCORM %s: whatever one answers, nothing is thrown and nothing is lost',
    (standard) => {
      const anything = fc.constantFrom<unknown>(
        'true',
        'false',
        '',
        undefined,
        null,
        true,
        0,
        {},
        'x',
        '-1',
        '1e9',
        raising,
      );
      const names = ['Initialize', 'Terminate', 'GetValue', 'SetValue', 'Commit'] as const;
      fc.assert(
        fc.property(
          fc.tuple(...names.map(() => fc.array(anything, { minLength: 1, maxLength: 4 }))),
          (lists) => {
            const api = Object.fromEntries(
              names.map((name, k) => {
                let turn = 0;
                const list = lists[k] ?? [];
                const answer = () => {
                  const given = list[turn++ % list.length];
                  return typeof given === 'function' ? (given as () => unknown)() : given;
                };
                const prefixed = name === 'Terminate' ? 'Finish' : name;
                return [standard === '1.2' ? `LMS${prefixed}` : name, answer];
              }),
            );
            const browser = new Browser();
            answerCore(browser.memory, [1]);
            const before = writeKept(browser.memory.get(first.block));
            const course = browser.open({ standard, api });
            course?.report();
            course?.leave(true);
            expect(browser.memory.get(first.block).answers).toEqual(JSON.parse(before).answers);
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  test.each(standards)('SCORM %s: functions that are not there', (standard) => {
    expect(new Browser().open({ standard, api: {} })).toBeUndefined();
  });

  test('a host of both standards of which only the older works', () => {
    const broken: Found = { standard: '2004', api: { Initialize: raising } };
    const { found, values } = host('1.2');
    new Browser().open(broken, found)?.report();
    expect(values.get('cmi.core.lesson_status')).toBe('incomplete');
  });

  test('a host that stores nothing now is told again', () => {
    let works = false;
    const { found } = host('1.2', { Commit: () => String(works) });
    const browser = new Browser();
    const course = browser.open(found);
    course?.report();
    works = true;
    course?.report();
    expect(browser.said).toEqual(['recorded', 'refused', 'recorded']);
  });

  test('a host without objectives gets all else', () => {
    const values = new Map<string, string>();
    const { found } = host('1.2', {
      SetValue: (element: string, value: string) => {
        if (element.startsWith('cmi.objectives')) return 'false';
        values.set(element, value);
        return 'true';
      },
    });
    const browser = new Browser();
    const course = browser.open(found);
    answerCore(browser.memory, everything);
    course?.report();
    expect(values.get('cmi.core.lesson_status')).toBe('passed');
  });

  /** More work than any host has room for. */
  const muchWork = () => {
    const browser = new Browser();
    for (const { block, name } of contents.items)
      browser.memory.change(block, (kept) =>
        withTexts(right(kept, name), { [name]: `${'long '.repeat(300)}${name} ψ` }),
      );
    return browser;
  };
  const bestOf = (memory: Memory) =>
    contents.items.map(({ block, name }) => memory.get(block).answers[name]?.best);

  test.each([
    ['cuts what is longer than 4,096 characters', 4096, 'true'],
    ['cuts what is longer than 1,000 characters', 1000, 'true'],
    ['refuses what is longer than 4,096 characters', 4096, 'false'],
  ])('SCORM 2004, a host that %s', (_, most, answer) => {
    let stored = '';
    const refused: number[] = [];
    const { found } = host('2004', {
      GetValue: (element: string) => (element === 'cmi.suspend_data' ? stored : ''),
      Initialize: () => 'true',
      SetValue: (element: string, value: string) => {
        if (element !== 'cmi.suspend_data') return 'true';
        if (value.length > most) refused.push(value.length);
        if (value.length > most && answer === 'false') return 'false';
        stored = value.slice(0, most);
        return 'true';
      },
    });
    const browser = muchWork();
    browser.open(found)?.report();
    expect(refused).toHaveLength(1);
    // Whole parts only.
    for (const part of stored.split('|').slice(3)) expect(() => JSON.parse(part)).not.toThrow();
    const other = new Browser();
    other.open(host('2004', { 'cmi.suspend_data': stored }).found);
    expect(bestOf(other.memory)).toEqual(bestOf(browser.memory));
  });

  test('work that was cut anywhere brings what stands before the cut, and never a wrong verdict', () => {
    const browser = muchWork();
    const { found, values } = host('1.2');
    browser.open(found)?.report();
    const work = values.get('cmi.suspend_data') ?? '';
    const whole = bestOf(browser.memory);
    for (let length = 0; length <= work.length; length += 37) {
      const other = new Browser();
      other.open(host('1.2', { 'cmi.suspend_data': work.slice(0, length) }).found);
      for (const [k, best] of bestOf(other.memory).entries()) expect([undefined, whole[k]]).toContain(best);
    }
  });

  test('what is no work of this lesson is left alone', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => `bn1|a|${text}`),
        ),
        (text) => {
          const browser = new Browser();
          answerCore(browser.memory, [1]);
          const before = browser.memory.get(first.block).answers;
          browser.open(host('2004', { 'cmi.suspend_data': text }).found);
          expect(browser.memory.get(first.block).answers).toEqual(before);
        },
      ),
    );
  });
});

describe('work as one text', () => {
  test('no two questions of the lesson have the same code', () => {
    expect(new Set(contents.items.map(codeOf)).size).toBe(contents.items.length);
  });

  test('the verdicts on all questions of the lesson fit', () => {
    const blocks = new Map<string, Kept>();
    for (const { block, name } of contents.items)
      blocks.set(block, right(blocks.get(block) ?? nothingKept, name));
    const text = packed(Date.UTC(2026, 10, 29), blocks, contents.items, 4096);
    expect(text.split('|')[2]).toHaveLength(5 * contents.items.length);
    expect(text.length).toBeLessThanOrEqual(4096);
  });

  test('every work comes back as it was; what has no room is missing whole', () => {
    const names = [...new Set(contents.items.map(({ block }) => block)), 'reading', 'constructor', 'a|b'];
    /** With answers to what the lesson asks there, and to what it does not. */
    const entry = fc.constantFrom(...names).chain((block) => {
      const asked = contents.items.filter((each) => each.block === block).map(({ name }) => name);
      const answers = fc.tuple(...asked.map(() => fc.option(anyAnswered)));
      return fc.tuple(anyKept, answers).map(([kept, its]): [string, Kept] => {
        const answered = asked.flatMap((name, k) => (its[k] ? [[name, its[k]] as const] : []));
        return [block, { ...kept, answers: { ...kept.answers, ...Object.fromEntries(answered) } }];
      });
    });
    const work = fc.uniqueArray(entry, { selector: ([name]) => name, maxLength: 20 });
    fc.assert(
      fc.property(work, fc.nat(6000), (entries, most) => {
        const blocks = new Map(entries);
        const all = packed(7, blocks, contents.items, Infinity);
        expect(all).toMatch(/^[\x20-\x7e]*$/);
        const back = unpacked(all, contents.items);
        expect(back?.written).toBe(7);
        for (const [name, kept] of blocks) {
          const its = back?.blocks.get(name);
          expect(its?.texts ?? {}).toEqual(kept.texts);
          expect(its?.answers ?? {}).toEqual(withFewHints(kept).answers);
        }
        const part = packed(7, blocks, contents.items, most);
        expect(part.length).toBeLessThanOrEqual(Math.max(most, 6));
        for (const [name, its] of unpacked(part, contents.items)?.blocks ?? []) {
          const texts = blocks.get(name)?.texts;
          expect([{}, texts]).toContainEqual(its.texts);
        }
      }),
      { numRuns: 300 },
    );
  });

  /** More than 15 hints count as 15. */
  const withFewHints = (kept: Kept): Kept => ({
    ...kept,
    answers: Object.fromEntries(
      Object.entries(kept.answers).map(([name, answer]) => [
        name,
        { ...answer, hints: Math.min(answer.hints, 15) },
      ]),
    ),
  });
});
