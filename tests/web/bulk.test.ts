// Answers in bulk, as `npm run judge` judges them.

import { expect, test } from 'vitest';
import { judgeInBulk, listItems } from '../../web/render/bulk.ts';

const folder = 'web/lesson';
const judge = async (...answers: object[]) => judgeInBulk(folder, answers);
const verdicts = async (...answers: object[]) => (await judge(...answers)).map(({ verdict }) => verdict);

test('every item is listed with its kind', async () => {
  const items = (await listItems(folder)) as { item: string; kind: string }[];
  expect(items.length).toBeGreaterThanOrEqual(40);
  expect(new Set(items.map(({ kind }) => kind))).toEqual(
    new Set(['value', 'formula', 'property', 'worksheet', 'proof', 'quiz', 'program']),
  );
});

test('programs are judged too', async () => {
  const item = 'write-statistics';
  const mean = 'batch_mean = x.mean(axis=0)\n';
  expect(
    await judge(
      { item, answer: `${mean}batch_var = x.var(axis=0)` },
      { item, answer: `${mean}batch_var = x.var(axis=0, ddof=1)` },
      { item, answer: `${mean}batch_var = torch.var(x)` },
    ),
  ).toMatchObject([
    { verdict: 'right', mistakes: [] },
    { verdict: 'wrong', mistakes: ['unbiased-variance'] },
    { verdict: 'unreadable', mistakes: [] },
  ]);
});

test('a verdict for each kind of answer', async () => {
  // x = (1, 2, 3, 6): dgamma is 1.5/√3.5. x = (1, 2, 6, 7): mean 4.
  const item = 'problem-2/dgamma';
  expect(
    await verdicts(
      { item, answer: '1.5/√3.5' },
      { item, answer: '0.8018', seed: 0 },
      { item, answer: '' },
      { item, answer: '2..3' },
      { item, answer: '7' },
      { item: 'quiz-bias', answer: 'b' },
      { item: 'worksheet-backward', answer: { batch_mean: 'sum(x)/m' } },
      { item: 'worksheet-backward', answer: { batch_mean: '4', batch_var: '2..3' } },
      { item: 'worksheet-backward', answer: { batch_mean: '5' } },
      { item: 'proof-zero-sum', answer: [] },
    ),
  ).toEqual([
    'right',
    'right',
    'empty',
    'unreadable',
    'wrong',
    expect.stringMatching(/right|wrong/),
    'empty',
    'unreadable',
    'wrong',
    'empty',
  ]);
  const [named] = await judge({ item: 'problem-4/linear-operations', answer: '65536' });
  expect(named).toMatchObject({ verdict: 'wrong', mistakes: ['multiply-adds'] });
});

test.each([
  ['no list', {}, /^the file: /],
  [
    'an unknown item',
    [{ item: 'problem-2/dgama', answer: '1' }],
    /^entry 0: .*did you mean “problem-2\/dgamma”/,
  ],
  ['a negative seed', [{ item: 'problem-2/dgamma', seed: -1, answer: '1' }], /^0\.seed: /],
  [
    'a list for a number',
    [
      { item: 'quiz-bias', answer: 'A' },
      { item: 'problem-2/dgamma', answer: ['1'] },
    ],
    /^entry 1: /,
  ],
  ['a line nobody wrote', [{ item: 'proof-zero-sum', answer: ['nobody'] }], /^entry 0: .*nobody/],
  ['a cell nobody asked for', [{ item: 'worksheet-backward', answer: { mean: '4' } }], /^entry 0: /],
])('%s is refused by its place', async (_, answers, message) => {
  const error: unknown = await judgeInBulk(folder, answers).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RangeError);
  expect((error as RangeError).message).toMatch(message);
});
