// Builds a block `proof`: its lines in a shuffled order to put together, and in full where the answer is unfolded. The
// core has checked each line before it is shown.

import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import type { ProofJudgement, ProofLine } from '../../src/core/core.ts';
import type { ProofData } from '../../src/kinds/proof/model.ts';
import { item } from '../../src/kinds/proof/proof.tsx';
import { type ProofBlock, schema } from '../../src/kinds/proof/schema.ts';
import { hashOf } from '../../src/memory/hash.ts';
import { nearest } from '../nearest.ts';
import { gradedOf, wholeBlock } from '../graded.ts';
import { type Building, kind } from '../item.tsx';
import { renderInline } from '../markdown.ts';

/** Every line to choose from, the proof's own first and in order, with where it is written. */
const allLines = ({ lines, distractors }: ProofBlock) => [
  ...lines.map((line, k) => ({ ...line, isFalse: false, path: ['lines', k] as PropertyKey[] })),
  ...distractors.map((line, k) => ({
    ...line,
    because: line.why,
    isFalse: line.false,
    path: ['distractors', k] as PropertyKey[],
  })),
];

/** An order of the ids that depends on the block's id alone, and in which the proof is not yet in order. */
function shuffled(id: string, ids: string[], inOrder: string[]): string[] {
  for (let salt = 0; ; ++salt) {
    const key = (each: string) => hashOf(`${salt}/${each}/${id}`);
    const order = ids.toSorted((a, b) => key(a) - key(b));
    const proof = order.filter((each) => inOrder.includes(each));
    // At most one line in its place, so that choosing from the top is no proof.
    if (proof.filter((each, k) => each === inOrder[k]).length <= 1) return order;
  }
}

/** Refuses a proof that does not prove, false lines that are true, and lines that nobody needs. */
function check(block: ProofBlock, { refuse: refuseAt, around: { core } }: Building): void {
  const all = allLines(block);
  const ids = block.lines.map(({ id }) => id);
  all.forEach(({ id, needs, path }, k) => {
    if (all.findIndex((other) => other.id === id) !== k)
      refuseAt([...path, 'id'], `proof: the id “${id}” is used twice`);
    for (const need of needs) {
      if (!ids.includes(need)) refuseAt([...path, 'needs'], `proof: no line “${need}”${nearest(need, ids)}`);
    }
  });
  if (!ids.includes(block.goal))
    refuseAt(['goal'], `proof: no line “${block.goal}”${nearest(block.goal, ids)}`);

  for (const { equation, isFalse, path } of all) {
    const refuse = (reason: string): never =>
      refuseAt([...path, 'equation'], `proof: \`${equation}\` ${reason}`);
    const judged = core.judgeLine({ text: equation, above: [], names: block.names });
    if (judged.verdict === 'unreadable' || judged.verdict === 'empty')
      refuse(`cannot be read: ${judged.message}`);
    if (judged.verdict === 'holds' && isFalse) refuse('is true: leave out “false: true”, or make it false');
    if (judged.verdict === 'fails' && !isFalse) {
      const givens = Object.entries(judged.counterexample?.givens ?? {}).map(([name, value]) => {
        const values = typeof value === 'number' || value instanceof Float64Array ? value : value.values;
        return `${name} = ${typeof values === 'number' ? values : `[${Array.from(values, String).join(', ')}]`}`;
      });
      refuse(`is false, for example for ${givens.join(', ')}`);
    }
  }

  let judged: ProofJudgement;
  try {
    judged = core.judgeProof({ lines: coreLines(block), order: ids, goal: block.goal, names: block.names });
  } catch (error) {
    return refuseAt(['lines'], `proof: ${(error as Error).message}`);
  }
  judged.lines.forEach(({ id, missing }, k) => {
    if (missing.length > 0)
      refuseAt(
        ['lines', k],
        `proof: line “${id}” needs “${missing.join('”, “')}”, which must stand above it`,
      );
  });
  if (!judged.complete) refuseAt(['goal'], 'proof: its lines in this order do not prove it');

  const needed = new Set([block.goal]);
  for (const line of block.lines.toReversed()) {
    if (needed.has(line.id)) for (const need of line.needs) needed.add(need);
  }
  block.lines.forEach(({ id }, k) => {
    if (!needed.has(id)) refuseAt(['lines', k], `proof: nothing needs line “${id}”: make it a distractor`);
  });
}

/** All lines, distractors too, as the core takes them. */
export const coreLines = (block: ProofBlock): ProofLine[] =>
  allLines(block).map(({ id, equation, needs }) => ({ id, equation, needs }));

export const proof = kind<ProofBlock>({
  schema,
  View: item.View,
  name: ({ id }) => id,
  items(parsed) {
    const { block } = parsed;
    const { goal, names } = block;
    const inOrder = block.lines.map(({ id }) => id);
    return wholeBlock(parsed, { kind: 'proof', lines: coreLines(block), goal, names, proof: inOrder });
  },
  data(block, at): ProofData {
    check(block, at);
    const lines = coreLines(block);
    const ids = block.lines.map(({ id }) => id);
    const order = shuffled(
      block.id,
      lines.map(({ id }) => id),
      ids,
    );
    return {
      ...gradedOf(block),
      title: at.numbered(block.title),
      lines: order.map((id, k) => ({
        ...(lines.find((line) => line.id === id) as ProofLine),
        letter: String.fromCharCode('A'.charCodeAt(0) + k),
      })),
      proof: ids,
      others: block.distractors.map((line) => ({ id: line.id, isFalse: line.false })),
      goal: block.goal,
      names: block.names,
      hints: block.hints.length,
    };
  },
  slots(block, at) {
    // Where an equation is too long for a narrow screen, it scrolls, and is then a stop of the keyboard.
    const equation = (line: ReturnType<typeof allLines>[number]): Element =>
      h(
        'div',
        { className: ['math'], tabIndex: 0, role: 'group', ariaLabel: 'Formula' },
        renderInline(`$${line.math}$`, at.placeOf([...line.path, 'math']), at.around),
      );
    const slots: Record<string, ElementContent[]> = {};
    for (const line of allLines(block)) {
      slots[`math.${line.id}`] = [equation(line)];
      const field = block.lines.some(({ id }) => id === line.id) ? 'because' : 'why';
      slots[`because.${line.id}`] = renderInline(line.because, at.placeOf([...line.path, field]), at.around);
    }
    return slots;
  },
});
