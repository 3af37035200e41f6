// Answers as learners write them, and what a fair teacher would say of each: tests/answers.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type BulkVerdict, judgeInBulk } from '../../web/render/bulk.ts';

interface Case {
  item: string;
  seed: number;
  answer: string;
  /** right, coarse, empty, unreadable, wrong or wrong:<mistake id>; `a|b`: either; wrong:*: any name, wrong:+: a counterexample */
  expected: string;
  /** why the verdict may be another one */
  argued?: string;
}

async function judgedRows(file: string) {
  const { cases } = JSON.parse(readFileSync(`tests/answers/${file}`, 'utf8')) as { cases: Case[] };
  const judged = await judgeInBulk(
    'web/lesson',
    cases.map(({ item, seed, answer }) => ({ item, seed, answer })),
  );
  return cases.map((row, k) => ({ ...row, ...(judged[k] as BulkVerdict) }));
}

function agrees({ expected, verdict, mistakes }: Case & BulkVerdict): boolean {
  return expected.split('|').some((each) => {
    const [wanted, mistake] = each.split(':');
    if (verdict !== wanted) return false;
    if (mistake === undefined || mistake === '+') return true;
    return mistake === '*' ? mistakes.length > 0 : mistakes.includes(mistake);
  });
}

const shown = (row: Case & BulkVerdict) =>
  `${row.item} at seed ${row.seed}: “${row.answer}” is ${row.verdict} ${row.mistakes.join(' ')} for ${row.expected}: ${row.message}`;

describe.each([
  ['typed.json', 650],
  ['typed-more.json', 1700],
])('%s', async (file, least) => {
  const rows = await judgedRows(file);

  test('answers are judged as a fair teacher would, or the difference is argued', () => {
    expect(rows.length).toBeGreaterThan(least);
    const others = rows.filter((row) => !agrees(row));
    expect(others.filter(({ argued }) => argued === undefined).map(shown)).toEqual([]);
    // What is argued must be a difference, and there are few.
    expect(rows.filter((row) => row.argued !== undefined && agrees(row)).map(shown)).toEqual([]);
    expect(others.length).toBeLessThanOrEqual(0.02 * rows.length);
  });

  test('nothing right is marked wrong, and nothing wrong is marked right', () => {
    const plain = rows.filter(({ argued }) => argued === undefined);
    const allows = (row: Case, verdict: string) =>
      row.expected.split('|').some((each) => each.split(':')[0] === verdict);
    const bad = plain.filter(
      (row) => (row.verdict === 'wrong' || row.verdict === 'right') && !allows(row, row.verdict),
    );
    expect(bad.map(shown)).toEqual([]);
  });
});
