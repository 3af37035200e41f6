// The work of a class, counted: expected counts are written by hand from what the learners did.

import { expect, test } from 'vitest';
import { type Work, tallyOf } from '../../web/src/kinds/class/tally.ts';
import { type Kept, nothingKept, withAnswerOpened, withVerdict } from '../../web/src/memory/kept.ts';
import type { Listed } from '../../web/src/memory/mastery.ts';
import { readWork, writeWork } from '../../web/src/memory/work.ts';

const listed = (block: string, name: string, objective: number): Listed => ({
  block,
  name,
  objective,
  pitfalls: ['axis'],
  core: true,
  isDrill: false,
  page: 'practice.html',
  at: block,
  label: block,
});
const items = [...['a', 'b', 'c', 'd'].map((name) => listed('first', name, 1)), listed('second', 'whole', 2)];

const right = (kept: Kept, name: string, isFresh = false) =>
  withVerdict(kept, name, { mark: 'right', text: '1', mistakes: [], isFresh });
const wrong = (kept: Kept, name: string, ...mistakes: string[]) =>
  withVerdict(kept, name, { mark: 'wrong', text: '2', mistakes, isFresh: false });
const work = (file: string, blocks: Record<string, Kept>): Work => ({
  file,
  blocks: readWork(writeWork(blocks)),
});

const shown = ['a', 'b', 'c'].reduce((kept, name) => right(kept, name, name === 'c'), nothingKept);
const sums = 'summed, not averaged';
const sample = 'divided by m − 1';
const works = [
  work('ada.json', { first: shown, second: wrong(wrong(nothingKept, 'whole', sums), 'whole', sums, sample) }),
  work('ben.json', { first: right(wrong(nothingKept, 'a', sample), 'a') }),
  work('eve.json', { second: withAnswerOpened(nothingKept, 'whole') }),
  work('new.json', {}),
];
const tally = tallyOf(works, items, 2);

test('each learner is counted once for each objective', () => {
  expect(tally.objectives).toEqual([
    { 'not started': 2, working: 1, 'right with help': 0, shown: 1 },
    { 'not started': 2, working: 2, 'right with help': 0, shown: 0 },
  ]);
  expect(tally.learners).toEqual([
    { file: 'ada.json', standings: ['shown', 'working'] },
    { file: 'ben.json', standings: ['working', 'not started'] },
    { file: 'eve.json', standings: ['not started', 'working'] },
    { file: 'new.json', standings: ['not started', 'not started'] },
  ]);
});

test('a mistake says how many met it, how often and where, that of most learners first', () => {
  expect(tally.mistakes.map(({ at, ...rest }) => ({ ...rest, at: at.map(({ label }) => label) }))).toEqual([
    { title: sample, learners: 2, times: 2, at: ['first', 'second'] },
    { title: sums, learners: 1, times: 2, at: ['second'] },
  ]);
});

test('a question says how many answered it, at first right, and in the end', () => {
  const row = ({ item, answered, first, right: last }: (typeof tally.questions)[number]) =>
    `${item.block}/${item.name} ${answered} ${first} ${last}`;
  expect(tally.questions.map(row)).toEqual([
    'first/a 2 1 2',
    'first/b 1 1 1',
    'first/c 1 1 1',
    'second/whole 1 0 0',
  ]);
});

test('without files there is nothing to say', () => {
  const none = tallyOf([], items, 2);
  expect(none.mistakes).toEqual([]);
  expect(none.questions).toEqual([]);
  expect(none.objectives[1]).toEqual({ 'not started': 0, working: 0, 'right with help': 0, shown: 0 });
});

test.each([
  ['{', 'it is no JSON'],
  ['[]', 'expected the format “batch-normalization lesson, work, 1”'],
  ['null', 'expected the format'],
  ['{"format": "batch-normalization lesson, work, 1"}', 'it holds no blocks'],
  [
    '{"format": "batch-normalization lesson, work, 1", "blocks": {"first": 3}}',
    'the part “first” cannot be read',
  ],
])('a file that is none is refused with the reason: %s', (text, reason) => {
  expect(() => readWork(text)).toThrow(reason);
});
