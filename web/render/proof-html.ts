// A proof to HTML: its lines in a shuffled order to put together, and in full where the answer is unfolded. The core
// has checked each line before it is shown.

import type { Element } from 'hast';
import { h } from 'hastscript';
import type { ProofJudgement, ProofLine } from '../src/core.ts';
import type { ProofData } from '../src/elements/bn-proof.ts';
import type { ParsedBlock } from './blocks.ts';
import { nearest } from './blocks.ts';
import { gradedOf, hintsOf, itemData, serves } from './blocks-html.ts';
import { LessonError } from './error.ts';
import { renderInline, renderMarkdown, type Surroundings } from './markdown.ts';

type Proof = ParsedBlock<'proof'>['block'];
type PlaceOf = ParsedBlock<'proof'>['placeOf'];

/** Every line to choose from, the proof's own first and in order, with where it is written. */
const allLines = ({ lines, distractors }: Proof) => [
  ...lines.map((line, k) => ({ ...line, isFalse: false, path: ['lines', k] as PropertyKey[] })),
  ...distractors.map((line, k) => ({
    ...line,
    because: line.why,
    isFalse: line.false,
    path: ['distractors', k] as PropertyKey[],
  })),
];

/** FNV-1a: the same order at every build and in every browser. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

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
function check(block: Proof, placeOf: PlaceOf, { core }: Surroundings): void {
  const all = allLines(block);
  const ids = block.lines.map(({ id }) => id);
  all.forEach(({ id, needs, path }, k) => {
    if (all.findIndex((other) => other.id === id) !== k)
      throw new LessonError(placeOf([...path, 'id']), `proof: the id “${id}” is used twice`);
    for (const need of needs) {
      if (!ids.includes(need))
        throw new LessonError(placeOf([...path, 'needs']), `proof: no line “${need}”${nearest(need, ids)}`);
    }
  });
  if (!ids.includes(block.goal))
    throw new LessonError(placeOf(['goal']), `proof: no line “${block.goal}”${nearest(block.goal, ids)}`);

  for (const { equation, isFalse, path } of all) {
    const place = placeOf([...path, 'equation']);
    const refuse = (reason: string): never => {
      throw new LessonError(place, `proof: \`${equation}\` ${reason}`);
    };
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
    throw new LessonError(placeOf(['lines']), `proof: ${(error as Error).message}`);
  }
  judged.lines.forEach(({ id, missing }, k) => {
    if (missing.length > 0)
      throw new LessonError(
        placeOf(['lines', k]),
        `proof: line “${id}” needs “${missing.join('”, “')}”, which must stand above it`,
      );
  });
  if (!judged.complete)
    throw new LessonError(placeOf(['goal']), 'proof: its lines in this order do not prove it');

  const needed = new Set([block.goal]);
  for (const line of block.lines.toReversed()) {
    if (needed.has(line.id)) for (const need of line.needs) needed.add(need);
  }
  block.lines.forEach(({ id }, k) => {
    if (!needed.has(id))
      throw new LessonError(placeOf(['lines', k]), `proof: nothing needs line “${id}”: make it a distractor`);
  });
}

/** All lines, distractors too, as the core takes them. */
export const coreLines = (block: Proof): ProofLine[] =>
  allLines(block).map(({ id, equation, needs }) => ({ id, equation, needs }));

/** On narrow screens the first of two words is not shown. */
const button = (task: string, words: string, letter: string) => {
  const [first = '', second] = words.split(' ');
  return h(
    'button',
    { type: 'button', dataTask: task, ariaLabel: `${words} line ${letter}` },
    second === undefined ? first : [h('span', { className: ['long'] }, `${first} `), second],
  );
};

export function renderProof(
  { block, placeOf }: ParsedBlock<'proof'>,
  id: string,
  outer: Surroundings,
): Element {
  const around: Surroundings = { core: outer.core, quantities: {}, strictness: 'results' };
  check(block, placeOf, around);
  const about = gradedOf(block);
  const all = allLines(block);
  const ids = block.lines.map((line) => line.id);
  const order = shuffled(
    block.id,
    all.map((line) => line.id),
    ids,
  );
  const letterOf = (lineId: string) => String.fromCharCode('A'.charCodeAt(0) + order.indexOf(lineId));
  const data: ProofData = {
    ...about,
    lines: coreLines(block),
    goal: block.goal,
    names: block.names,
    extra: block.distractors.map((line) => line.id),
  };
  // Where it is too long for a narrow screen, it scrolls, and is then a stop of the keyboard: src/scrollers.ts.
  const equation = (lineId: string): Element => {
    const line = all.find((each) => each.id === lineId) as (typeof all)[number];
    return h(
      'div',
      { className: ['equation', 'math'], tabIndex: 0, role: 'group', ariaLabel: 'Formula' },
      renderInline(`$${line.math}$`, placeOf([...line.path, 'math']), around),
    );
  };

  const choices = order.map((lineId) => {
    const letter = letterOf(lineId);
    return h('li', { className: ['line'], dataLine: lineId, dataLetter: letter }, [
      h('span', { className: ['grip'], ariaHidden: 'true' }, '⠿'),
      h('span', { className: ['letter'] }, `${letter})`),
      equation(lineId),
      h('span', { className: ['line-buttons'] }, [
        button('add', 'Add', letter),
        button('up', 'Move up', letter),
        button('down', 'Move down', letter),
        button('remove', 'Remove', letter),
      ]),
      h('div', { className: ['line-verdict'] }),
    ]);
  });

  const reason = (line: (typeof all)[number], field: string) =>
    renderInline(line.because, placeOf([...line.path, field]), around);
  const proof = all
    .filter((line) => ids.includes(line.id))
    .map((line) =>
      h('li', [
        equation(line.id),
        h('div', { className: ['because'], dataBecause: line.id }, reason(line, 'because')),
      ]),
    );
  const others = all
    .filter((line) => !ids.includes(line.id))
    .map((line) =>
      h('li', [
        equation(line.id),
        h('div', { className: ['because'] }, [
          h('strong', line.isFalse ? 'False. ' : 'True, but not needed. '),
          h('span', { dataBecause: line.id }, reason(line, 'why')),
        ]),
      ]),
    );

  const ownId = `${id}-own`;
  return h('bn-proof', { id, dataProof: JSON.stringify(data), ...itemData(about) }, [
    h('h3', { id: `${id}-title` }, block.title),
    ...renderMarkdown(block.claim, placeOf(['claim']), around),
    h('div', { className: ['proof-work', 'live-only'], role: 'group', ariaLabelledBy: `${id}-title` }, [
      h('p', { className: ['rule'] }, [
        'Put the lines that you need in an order in which each follows from those above it. Some do not belong.',
      ]),
      h('p', { className: ['list-name'], id: `${id}-choices` }, 'Lines to choose from'),
      h('ul', { className: ['choices'], role: 'list', ariaLabelledBy: `${id}-choices` }, choices),
      h('p', { className: ['list-name'], id: `${id}-placed` }, 'Your proof'),
      h('ol', { className: ['placed'], role: 'list', ariaLabelledBy: `${id}-placed` }),
      h('p', { className: ['nothing-placed'] }, 'No line yet. Add the one to start from.'),
      h('div', { className: ['actions'] }, [
        h('button', { type: 'button', dataTask: 'check', className: ['main'] }, 'Check the proof'),
      ]),
      h('div', { className: ['verdict'], role: 'status' }),
      h('form', { className: ['own-line'], noValidate: true }, [
        h('label', { htmlFor: ownId }, 'Or your own next line: left = right'),
        h(
          'p',
          { className: ['rule'], id: `${ownId}-rule` },
          `It may use ${block.names.join(', ')}, and one of its sides must stand in a line above.`,
        ),
        h('div', { className: ['answer-row'] }, [
          h('input', {
            id: ownId,
            type: 'text',
            autoComplete: 'off',
            spellCheck: 'false',
            autoCapitalize: 'off',
            ariaDescribedBy: `${ownId}-rule ${ownId}-read`,
          }),
          h('button', { type: 'submit' }, 'Add my line'),
        ]),
        h('p', { className: ['read-as'], id: `${ownId}-read` }),
        h('div', { className: ['evidence'] }),
      ]),
    ]),
    ...hintsOf(block.hints, (hint, k) => renderMarkdown(hint, placeOf(['hints', k]), around)),
    serves(about),
    h('details', { className: ['answer'] }, [
      h('summary', 'Answer'),
      h('ol', { className: ['proof-lines'] }, proof),
      h('p', 'The lines that do not belong:'),
      h('ul', { className: ['proof-lines'] }, others),
    ]),
  ]);
}
