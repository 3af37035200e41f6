// Answers judged in bulk: what `npm run judge` prints.

import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import type { Core, Verdict } from '../src/core/core.ts';
import {
  drawGivens,
  judgePart,
  type Problem,
  verdictOnProof,
  verdictOnWorksheet,
} from '../src/core/items.ts';
import { readGivens, type Typed } from '../src/core/scenario.ts';
import { loadBuiltCore } from './core.ts';
import type { Item } from './graded.ts';
import { lessonItems } from './items.ts';
import { programs } from './programs.ts';

/** What programs write for a number, and pandas for an answer that is missing. */
const unquoted = (value: number) =>
  Number.isNaN(value)
    ? 'got NaN, a missing value; an answer that was not given is ""'
    : `got the number ${value}; in quotes, "${value}", it is an answer`;

const answersSchema = z.array(
  z.strictObject({
    item: z.string(),
    seed: z.number().int().min(0).max(1e9).default(0),
    answer: z.union([z.string(), z.record(z.string(), z.string()), z.array(z.string())], {
      error: ({ input }) => (typeof input === 'number' ? unquoted(input) : undefined),
    }),
  }),
);

/** Answers that cannot be used. `path` leads to the part of the list that says so. */
export class UnusableAnswers extends RangeError {
  readonly path: (string | number)[];
  constructor(message: string, path: (string | number)[], options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }
}

export interface BulkVerdict {
  item: string;
  seed: number;
  verdict: Verdict;
  message: string;
  /** ids of the mistakes that were recognised */
  mistakes: string[];
}

/** Every item with its kind and, for a problem, the givens that a seed draws. */
export async function listItems(folder: string): Promise<object[]> {
  return (await lessonItems(folder)).map(({ id, kind, objective, pitfalls, ...rest }) => ({
    item: id,
    kind: 'part' in rest ? rest.part.kind : kind,
    objective,
    pitfalls,
    ...('problem' in rest ? { given: rest.problem.given, drawn: rest.problem.drawn } : {}),
    ...('cells' in rest ? { cells: rest.cells } : {}),
    ...('task' in rest ? { task: rest.task } : {}),
    ...('lines' in rest ? { lines: rest.lines.map(({ id: line }) => line) } : {}),
  }));
}

/** What kinds of answers there are: text; for a worksheet a text for each cell; for a proof its lines in order. */
type Answer = z.infer<typeof answersSchema>[number]['answer'];

const refuse = (item: Item, expected: string): never => {
  throw new RangeError(`${item.id}: expected ${expected} as the answer`);
};

type Variant = (problem: Problem, seed: number) => Typed;

function judgeItem(
  core: Core,
  variant: Variant,
  item: Item,
  seed: number,
  answer: Answer,
): Omit<BulkVerdict, 'item' | 'seed'> {
  switch (item.kind) {
    case 'quiz': {
      if (typeof answer !== 'string') return refuse(item, 'a letter');
      const letter = answer.trim().toUpperCase();
      if (letter === '') return { verdict: 'empty', message: '', mistakes: [] };
      if (!['A', 'B', 'C', 'D'].includes(letter))
        return { verdict: 'unreadable', message: 'one of A, B, C, D is asked for', mistakes: [] };
      const right = letter === item.block.correct;
      const { why } = item.block.options[letter as 'A' | 'B' | 'C' | 'D'];
      return { verdict: right ? 'right' : 'wrong', message: why, mistakes: [] };
    }
    case 'part': {
      if (typeof answer !== 'string') return refuse(item, 'a text');
      const typed = variant(item.problem, seed);
      const judged = judgePart(core, item.part, answer, typed, item.problem);
      const reasons = judged.mistakes.map(({ title, reason }) => `${title}: ${reason}`);
      const message = [...reasons, judged.message, judged.difference].filter(Boolean).join('; ');
      return { verdict: judged.verdict, message, mistakes: judged.mistakes.map(({ id }) => id) };
    }
    case 'worksheet': {
      if (typeof answer === 'string' || Array.isArray(answer))
        return refuse(item, `an object with texts for ${item.cells.join(', ')}`);
      const typed = variant(item.problem, seed);
      const unknown = Object.keys(answer).find((name) => !item.cells.includes(name));
      if (unknown !== undefined) return refuse(item, `an object with texts for ${item.cells.join(', ')}`);
      const cells = item.cells.map((name) => ({ name, text: answer[name] ?? '' }));
      const judged = core.judgeWorksheet({
        givens: readGivens(core, typed, item.problem),
        cells,
        ...item.tolerance,
      });
      const words = judged.cells.map(({ verdict, message, mistakes }, k) =>
        [`${item.cells[k]}: ${verdict}`, ...mistakes.map(({ title }) => title), message]
          .filter(Boolean)
          .join(', '),
      );
      return {
        verdict: verdictOnWorksheet(judged),
        message: words.join('; '),
        mistakes: judged.cells.flatMap(({ mistakes }) => mistakes.map(({ id }) => id)),
      };
    }
    case 'program': {
      if (typeof answer !== 'string') return refuse(item, 'a program');
      const { verdict, error, faults } = programs.judge(item.task, answer);
      const words = faults.map(({ line, name, mistake }) =>
        [line > 0 ? `line ${line}, ${name}` : `no line gives ${name} a new value`, mistake?.title]
          .filter(Boolean)
          .join(': '),
      );
      return {
        verdict: verdict === 'failed' ? 'unreadable' : verdict,
        message: error ? `line ${error.line}: ${error.sentence}` : words.join('; '),
        mistakes: faults.flatMap(({ mistake }) => (mistake ? [mistake.id] : [])),
      };
    }
    case 'proof': {
      if (!Array.isArray(answer)) return refuse(item, 'a list of the ids of its lines');
      const { lines, goal, names } = item;
      const judged = core.judgeProof({ lines, order: answer, goal, names });
      const words = judged.lines.map(({ id, state, missing }) =>
        missing.length > 0 ? `${id}: ${state}, needs ${missing.join(', ')}` : `${id}: ${state}`,
      );
      return { verdict: verdictOnProof(judged), message: words.join('; '), mistakes: [] };
    }
  }
}

/** What judges one answer after another. Throws RangeError where there is no such item, or no such kind of answer. */
export async function bulkJudge(
  folder: string,
): Promise<(answer: { item: string; seed: number; answer: Answer }) => BulkVerdict> {
  const items = new Map((await lessonItems(folder)).map((item) => [item.id, item]));
  const core = await loadBuiltCore();
  const drawn = new Map<string, Typed>();
  const variant: Variant = (problem, seed) => {
    const key = problem.drawn.length > 0 ? `${problem.id}/${seed}` : problem.id;
    const known = drawn.get(key) ?? drawGivens(core, problem, problem.drawn.length > 0 ? seed : 0);
    drawn.set(key, known);
    return known;
  };
  return ({ item: id, seed, answer }) => {
    const item = items.get(id);
    if (!item) {
      const near = closest(id, [...items.keys()]);
      throw new RangeError(`there is no item “${id}”; did you mean “${near}”? --items lists all`);
    }
    return { item: id, seed, ...judgeItem(core, variant, item, seed, answer) };
  };
}

/** Throws UnusableAnswers that names the entry which cannot be used, and what would be right. */
export async function judgeInBulk(folder: string, answers: unknown): Promise<BulkVerdict[]> {
  const parsed = answersSchema.safeParse(answers);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue?.path.join('.') || 'the file';
    throw new UnusableAnswers(
      `${place}: ${issue?.message}; expected a list of {"item": id, "seed": whole number from 0, "answer": text}`,
      (issue?.path ?? []).filter((part) => typeof part !== 'symbol'),
    );
  }
  const judge = await bulkJudge(folder);
  return parsed.data.map((answer, k) => {
    try {
      return judge(answer);
    } catch (error) {
      if (error instanceof RangeError)
        throw new UnusableAnswers(`entry ${k}: ${error.message}`, [k], { cause: error });
      throw error;
    }
  });
}
