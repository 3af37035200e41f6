// The order of lines that may be a proof: what each line is called, and the core's verdict.

import type { Core, LineJudgement, ProofJudgement, ProofLine } from '../../core/core.ts';
import type { Graded } from '../../core/items.ts';

export interface ProofData extends Graded {
  title: string;
  /** all lines to choose from, in the shuffled order in which they stand */
  lines: (ProofLine & { letter: string })[];
  /** the ids of the proof's own lines in order, and of those that do not belong with what is false of them */
  proof: string[];
  others: { id: string; isFalse: boolean }[];
  goal: string;
  /** what an equation may name */
  names: string[];
  hints: number;
}

/** A line in the order: the id of one of the author's, or "= " and an equation of the learner's own. */
export type Placed = string;

export const isOwn = (line: Placed): boolean => line.startsWith('= ');
export const textOfOwn = (line: Placed): string => line.slice(2);

const equationOf = ({ lines }: ProofData, line: Placed): string =>
  isOwn(line) ? textOfOwn(line) : (lines.find(({ id }) => id === line)?.equation ?? '');

export function orderFrom(text: string | undefined): Placed[] {
  try {
    const order: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(order) && order.every((each) => typeof each === 'string') ? order : [];
  } catch {
    return [];
  }
}

/** The order as it is kept; undefined where nothing is placed. */
export const textOfOrder = (order: readonly Placed[]): string | undefined =>
  order.length > 0 ? JSON.stringify(order) : undefined;

/** What a line is called in a sentence. */
export function nameOf({ lines }: ProofData, order: readonly Placed[], line: Placed): string {
  if (!isOwn(line)) return `line ${lines.find((each) => each.id === line)?.letter ?? '?'}`;
  return `your line ${order.filter(isOwn).indexOf(line) + 1}`;
}

export const isTrue = (core: Core, { names }: ProofData, line: Placed): boolean =>
  core.judgeLine({ text: textOfOwn(line), above: [], names }).verdict === 'holds';

/** The verdict on one placed line. */
export type LineVerdict = Pick<ProofJudgement['lines'][number], 'state' | 'missing' | 'counterexample'>;

export interface OrderVerdict {
  verdicts: LineVerdict[];
  /** the lines prove it */
  complete: boolean;
}

/** The verdict on each line of the order, and whether they prove it. */
export function judgeOrder(core: Core, data: ProofData, order: readonly Placed[]): OrderVerdict {
  const { goal, names } = data;
  const lines = data.lines.map(({ id, equation, needs }) => ({ id, equation, needs }));
  const judged = core.judgeProof({ lines, order: order.filter((line) => !isOwn(line)), goal, names });
  const verdicts: LineVerdict[] = [];
  for (const line of order) {
    const given = judged.lines.find(({ id }) => id === line);
    if (given) verdicts.push(given);
    else {
      const above = order
        .slice(0, verdicts.length)
        .filter((_, k) => verdicts[k]?.state !== 'false')
        .map((each) => equationOf(data, each));
      const { linked } = core.judgeLine({ text: textOfOwn(line), above, names });
      verdicts.push({ state: linked ? 'follows' : 'not-yet', missing: [], counterexample: null });
    }
  }
  return { verdicts, complete: judged.complete && verdicts.every(({ state }) => state === 'follows') };
}

/** Why a line that the learner has typed is not placed. */
export interface Refusal {
  to?: undefined;
  kind: 'empty' | 'unreadable' | 'wrong';
  sentence: string;
  /** where it shows the place of the mistake, or a batch on which both sides differ */
  judged?: LineJudgement;
}

/** Adds a line of the learner's own to the order, or says why it does not stand there. */
export function withOwnLine(
  core: Core,
  data: ProofData,
  order: readonly Placed[],
  text: string,
): { to: Placed[]; sentence: string } | Refusal {
  const { lines, names } = data;
  const above = order.map((line) => equationOf(data, line));
  const judged = core.judgeLine({ text, above, names, others: lines.map(({ equation }) => equation) });
  const wrong = (sentence: string): Refusal => ({ kind: 'wrong', sentence });
  if (judged.verdict === 'empty') return { kind: 'empty', sentence: 'type an equation, left = right' };
  if (judged.verdict === 'unreadable') return { kind: 'unreadable', sentence: judged.message, judged };
  if (judged.verdict === 'fails')
    return { ...wrong('your line is false: both sides differ on the batch shown below it'), judged };
  if (judged.trivial) return wrong('both sides of your line are written alike, so it says nothing');
  const same = lines[judged.same]?.id;
  if (same !== undefined && order.includes(same))
    return wrong(`your line says what ${nameOf(data, order, same)} says already`);
  if (order.some((line) => isOwn(line) && textOfOwn(line) === text))
    return wrong('this line stands there already');
  if (same === undefined && !judged.linked) {
    const first = order.length === 0 ? 'Start with a line from above' : 'Start from a side of one of them';
    return wrong(`your line is true, but none of its sides stands in a line of your proof. ${first}`);
  }
  const to = [...order, same ?? `= ${text}`];
  const where = `place ${to.length} of ${to.length}`;
  const sentence = same
    ? `your line is ${nameOf(data, order, same)}, now at ${where}`
    : `true. It is now your line ${to.filter(isOwn).length}, at ${where}`;
  return { to, sentence };
}
