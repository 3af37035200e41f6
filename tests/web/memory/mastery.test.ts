// Where a learner stands on an objective: four core questions count, the workshop stands in for missing ones, help is
// named, and a mistake that was made twice leads to a question about it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  answerOf,
  type Kept,
  type Mark,
  nothingKept,
  withAnswerOpened,
  withVerdict,
} from '../../../web/src/memory/kept.ts';
import { type Listed, standingOf, standings } from '../../../web/src/memory/mastery.ts';
import { item as drillsItem } from '../../../web/src/kinds/drills/drills.tsx';
import { item as objectivesItem } from '../../../web/src/kinds/objectives/objectives.tsx';
import { missedOf, item as resultsItem } from '../../../web/src/kinds/results/results.tsx';
import { anyKept } from './arbitrary.ts';

const listed = (block: string, name: string, more: Partial<Listed> = {}): Listed => ({
  block,
  name,
  objective: 1,
  pitfalls: ['axis'],
  core: false,
  isDrill: false,
  page: 'practice.html',
  at: block,
  label: 'Problem 1',
  ...more,
});
const core = (name: string, more: Partial<Listed> = {}) => listed('problem', name, { core: true, ...more });
const drill = (name: string, more: Partial<Listed> = {}) =>
  listed('drill', name, { isDrill: true, page: 'workshop.html', label: 'Drill 1', ...more });

const four = ['a', 'b', 'c', 'd'].map((name) => core(name));
const drills = ['x', 'y', 'z'].map((name) => drill(name));
const items = [...four, listed('problem', 'e'), ...drills, core('other', { objective: 2 })];

type Deed = (kept: ReadonlyMap<string, Kept>) => Map<string, Kept>;
const deed =
  (item: Listed, edit: (kept: Kept) => Kept): Deed =>
  (before) =>
    new Map(before).set(item.block, edit(before.get(item.block) ?? nothingKept));
const find = (name: string) => items.find((item) => item.name === name) as Listed;
const answered = (
  name: string,
  mark: Mark = 'right',
  more: { isFresh?: boolean; mistakes?: string[] } = {},
): Deed =>
  deed(find(name), (kept) =>
    withVerdict(kept, name, { mark, text: '1', isFresh: false, mistakes: [], ...more }),
  );
const opened = (name: string): Deed => deed(find(name), (kept) => withAnswerOpened(kept, name));

const after = (deeds: readonly Deed[], of: readonly Listed[] = items) => {
  const states = deeds.reduce((kept, each) => each(kept), new Map<string, Kept>());
  return standingOf(1, of, (block) => states.get(block) ?? nothingKept);
};
const right = (...names: string[]) => names.map((name) => answered(name));

describe('the standing', () => {
  test.each<[string, Deed[], string, number]>([
    ['nothing done', [], 'not started', 0],
    ['another objective’s question answered', right('other'), 'not started', 0],
    ['one wrong answer', [answered('a', 'wrong')], 'working', 0],
    ['one answer opened', [opened('a')], 'working', 0],
    ['a question that does not count answered', right('e'), 'working', 0],
    ['two right', right('a', 'b'), 'working', 2],
    ['two right and one too coarse', [...right('a', 'b'), answered('c', 'coarse')], 'working', 2],
    ['three right, none on other numbers', right('a', 'b', 'c'), 'working', 3],
    ['all four right, none on other numbers', right('a', 'b', 'c', 'd'), 'working', 4],
    [
      'three right, one on other numbers',
      [...right('a', 'b'), answered('c', 'right', { isFresh: true })],
      'shown',
      3,
    ],
    [
      'the other numbers at a question that does not count',
      [...right('a', 'b', 'c'), answered('e', 'right', { isFresh: true })],
      'shown',
      3,
    ],
    [
      'wrong at first, then right',
      [answered('a', 'wrong'), ...right('a', 'b'), answered('c', 'right', { isFresh: true })],
      'shown',
      3,
    ],
    [
      'right, then a slip',
      [answered('a', 'right', { isFresh: true }), ...right('b', 'c'), answered('c', 'wrong')],
      'shown',
      3,
    ],
    [
      'right, then looked at',
      [answered('a', 'right', { isFresh: true }), ...right('b', 'c'), opened('c')],
      'shown',
      3,
    ],
    [
      'three right, one of them after its answer was opened',
      [...right('a', 'b'), opened('c'), ...right('c')],
      'right with help',
      2,
    ],
    [
      'the same, and a fourth without',
      [...right('a', 'b'), opened('c'), ...right('c'), answered('d', 'right', { isFresh: true })],
      'shown',
      3,
    ],
    ['opened and left', [...right('a', 'b'), opened('c')], 'working', 2],
    [
      'other numbers after the answer was opened',
      [opened('a'), answered('a', 'right', { isFresh: true }), ...right('b', 'c', 'd')],
      'working',
      3,
    ],
  ])('%s', (_, deeds, standing, count) => {
    expect(after(deeds)).toMatchObject({ objective: 1, standing, right: count, of: 4 });
  });
});

describe('questions of the workshop', () => {
  test('stand in for core questions that are missing', () => {
    expect(after([...right('a', 'x'), answered('y', 'right', { isFresh: true })])).toMatchObject({
      standing: 'shown',
      right: 3,
      of: 4,
    });
  });

  test('never make more of it than there are core questions', () => {
    expect(after(right('a', 'b', 'c', 'd', 'x', 'y', 'z'))).toMatchObject({ right: 4, of: 4 });
    expect(after(right('x', 'y', 'z'), [core('a'), ...drills])).toMatchObject({ right: 1, of: 1 });
    expect(after(right('x', 'y', 'z'), drills)).toMatchObject({ right: 0, of: 0, standing: 'working' });
  });

  test('that are right with help count as help', () => {
    expect(after([...right('a', 'b'), opened('x'), ...right('x')])).toMatchObject({
      standing: 'right with help',
      right: 2,
    });
  });

  test('one that is core counts once', () => {
    const both = [...four.slice(1), drill('x', { core: true })];
    expect(after(right('x'), both)).toMatchObject({ right: 1, of: 4 });
  });
});

describe('mistakes', () => {
  const missed = (deeds: readonly Deed[], of: readonly Listed[] = items) =>
    after(deeds, of).missed.map(({ title, times, drill: next }) => [title, times, next?.name]);
  const mistaken = (name: string, ...mistakes: string[]) => answered(name, 'wrong', { mistakes });

  test('made once are no pattern, made twice they are, in one question or in two', () => {
    expect(missed([mistaken('a', 'ε forgotten')])).toEqual([]);
    expect(missed([mistaken('a', 'ε forgotten'), mistaken('a', 'ε forgotten')])).toEqual([
      ['ε forgotten', 2, 'x'],
    ]);
    expect(missed([mistaken('a', 'ε forgotten'), mistaken('x', 'ε forgotten')])).toEqual([
      ['ε forgotten', 2, 'x'],
    ]);
  });

  test('are named most often first', () => {
    const deeds = [1, 2, 3].map(() => mistaken('b', 'γ forgotten'));
    expect(missed([...[1, 2].map(() => mistaken('a', 'ε forgotten')), ...deeds])).toEqual([
      ['γ forgotten', 3, 'x'],
      ['ε forgotten', 2, 'x'],
    ]);
  });

  test('of other objectives are named there', () => {
    expect(missed([mistaken('other', 'ε forgotten'), mistaken('other', 'ε forgotten')])).toEqual([]);
  });

  test('lead to a question of the workshop about a pitfall of theirs, where there is one', () => {
    const twice = [mistaken('a', 'ε forgotten'), mistaken('a', 'ε forgotten')];
    const about = (...pitfalls: string[]) => [
      core('a', { pitfalls: ['epsilon', 'cost'] }),
      drill('x', { pitfalls: ['axis'] }),
      drill('y', { pitfalls, objective: 2 }),
    ];
    expect(missed(twice, about('freezing', 'cost'))).toEqual([['ε forgotten', 2, 'y']]);
    expect(missed(twice, about('freezing'))).toEqual([['ε forgotten', 2, undefined]]);
  });

  test('stay after the question was answered right', () => {
    expect(missed([mistaken('a', 'ε forgotten'), mistaken('a', 'ε forgotten'), ...right('a')])).toHaveLength(
      1,
    );
  });
});

describe('a question of the quiz that was wrong at the first try', () => {
  const asked = core('asked', { label: 'Question 2', pitfalls: ['cost'] });
  const about = [asked, core('a'), drill('x'), drill('y', { pitfalls: ['cost'], objective: 2 })];
  const missed = (marks: readonly Mark[], questions = [asked]) => {
    const kept = marks.reduce<Kept>(
      (before, mark) => withVerdict(before, 'asked', { mark, text: 'A', isFresh: false, mistakes: [] }),
      nothingKept,
    );
    const keptOf = (block: string) => (block === asked.block ? kept : nothingKept);
    return missedOf(standingOf(1, about, keptOf), { items: about, questions }, keptOf);
  };

  test('leads to a drill about its pitfall, also after it was answered right', () => {
    const line = { text: 'Question 2 was wrong at the first try', drill: about[3] };
    expect(missed(['wrong'])).toEqual([line]);
    expect(missed(['wrong', 'right'])).toEqual([line]);
  });

  test('is not named where it was right at first, not answered, or is of another page', () => {
    expect(missed(['right', 'wrong'])).toEqual([]);
    expect(missed([])).toEqual([]);
    expect(missed(['wrong'], [])).toEqual([]);
  });
});

test('whatever is kept, the count stays within the core questions and "shown" is never more than they say', () => {
  fc.assert(
    fc.property(anyKept, anyKept, (problem, workshop) => {
      const states = new Map([
        ['problem', problem],
        ['drill', workshop],
      ]);
      const found = standingOf(1, items, (block) => states.get(block) ?? nothingKept);
      expect(standings).toContain(found.standing);
      expect(found.of).toBe(4);
      expect(found.right).toBeGreaterThanOrEqual(0);
      expect(found.right).toBeLessThanOrEqual(4);
      const own = items.filter(({ block, name, objective, core: isCore, isDrill }) => {
        const { best, opened: isOpened } = answerOf(states.get(block) ?? nothingKept, name);
        return objective === 1 && (isCore || isDrill) && best === 'right' && !isOpened;
      });
      if (found.standing === 'shown') expect(own.length).toBeGreaterThanOrEqual(3);
    }),
  );
});

test('what sums up answers is drawn again for an answer, not for each step of a figure that asks', () => {
  const data = { items: [listed('figure', 'prediction')], questions: [], count: 1, objectives: [] };
  const moved = { texts: new Set(['x']), answers: new Set<string>() };
  const judged = { texts: new Set(['prediction']), answers: new Set(['prediction']) };
  for (const { sumsUp } of [drillsItem, objectivesItem, resultsItem]) {
    expect(sumsUp?.(data as never, 'figure', moved)).toBe(false);
    expect(sumsUp?.(data as never, 'figure', judged)).toBe(true);
    expect(sumsUp?.(data as never, 'elsewhere', judged)).toBe(false);
  }
});
