// Answers in bulk, as `npm run judge` judges them.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { judgeInBulk, listItems, UnusableAnswers } from '../../web/render/bulk.ts';

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
  [
    'a number for a text',
    [{ item: 'problem-2/dgamma', answer: 0.5 }],
    /^0\.answer: got the number 0\.5; in quotes/,
  ],
  [
    'what pandas writes for an answer that is missing',
    [
      { item: 'problem-2/dgamma', answer: '' },
      { item: 'problem-2/dgamma', answer: Number.NaN },
    ],
    /^1\.answer: got NaN, a missing value; an answer that was not given is ""/,
  ],
  ['a line nobody wrote', [{ item: 'proof-zero-sum', answer: ['nobody'] }], /^entry 0: .*nobody/],
  ['a cell nobody asked for', [{ item: 'worksheet-backward', answer: { mean: '4' } }], /^entry 0: /],
])('%s is refused by its place', async (_, answers, message) => {
  const error: unknown = await judgeInBulk(folder, answers).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UnusableAnswers);
  expect((error as UnusableAnswers).message).toMatch(message);
  if (Array.isArray(answers)) expect((error as UnusableAnswers).path[0]).toBe(answers.length - 1);
});

test('npm run judge reads what Python writes, or says where it does not', () => {
  const place = mkdtempSync(path.join(tmpdir(), 'judge-'));
  const file = path.join(place, 'answers.json');
  const run = (text: string) => {
    writeFileSync(file, text);
    return spawnSync(process.execPath, ['web/judge.mjs', file], { encoding: 'utf8' });
  };
  try {
    const right = run('\uFEFF[{"item": "problem-2/dgamma", "answer": "1.5/\\u221a3.5"}]');
    expect(right.stdout.trim().split('\n').at(-1)).toContain('"verdict":"right"');
    const missing = run('[\n{"item": "quiz-bias", "answer": "b"},\n{"item": "quiz-bias",\n "answer": NaN}]');
    expect(missing.stderr).toBe(
      `${file}, line 4: 1.answer: got NaN, a missing value; an answer that was not given is ""; expected a list of {"item": id, "seed": whole number from 0, "answer": text}\n`,
    );
    expect(missing.status).toBe(2);
    const unquoted = run("[{'item': 'quiz-bias', 'answer': 'b'}]");
    expect(unquoted.stderr).toContain(
      `${file}: line 1, column 3: expected ", got ': JSON has no single quotes`,
    );
    expect(unquoted.status).toBe(2);
  } finally {
    rmSync(place, { recursive: true });
  }
});
