/** @jsxImportSource preact */
// A practice problem: its text, its numbers, and a card for each question.

import { useState } from 'preact/hooks';
import type { Core } from '../../core/core.ts';
import type { Problem } from '../../core/items.ts';
import { isOpen, type Kept, openName, withoutVerdict, withTexts } from '../../memory/kept.ts';
import { useDrawing } from '../draw.ts';
import { acceptsGivens, Givens, givensText, type SheetData, typedOf } from '../givens.tsx';
import { type Item, Present, type Scene, Slot } from '../item.tsx';
import { useNumbers } from '../numbers.ts';
import { Question } from './question.tsx';

export interface PracticeData {
  title: string;
  /** of the heading; a prediction stands below headings of any level, and has a line instead */
  level: 'h2' | 'p';
  problem: Problem;
  sheet: SheetData;
  /** one for each part of the problem */
  cards: { hints: number; rule: string; placeholder: string; example: string; isList: boolean }[];
}

/** The name by which a part is kept: that of its id behind the block's. */
export const nameOfPart = (id: string): string => id.slice(id.indexOf('/') + 1);

/** The same without the answers that belong to other numbers: what they were is what is typed, not what was learnt. */
export function withoutAnswers(kept: Kept, { parts }: Problem, keepTexts: boolean): Kept {
  const about = parts.filter(({ kind }) => kind !== 'formula').map(({ id }) => nameOfPart(id));
  const closed = Object.fromEntries(about.map((name) => [openName(name), undefined]));
  const without = withTexts(about.reduce(withoutVerdict, kept), closed);
  return keepTexts ? without : withTexts(without, Object.fromEntries(about.map((name) => [name, undefined])));
}

function Practice(scene: Scene<PracticeData>) {
  const { id, data, kept, change, core } = scene;
  const { problem, sheet, cards, level: Heading } = data;
  const [allDigits, setAllDigits] = useState(false);
  const typed = typedOf(sheet, kept);
  const refusal = useNumbers(scene, { typed, fewest: sheet.fewest, allDigits });
  const canDraw = problem.drawn.length > 0;
  const isDone = problem.parts.every(({ id: part }) => {
    const name = nameOfPart(part);
    return kept.answers[name]?.best === 'right' || isOpen(kept, name);
  });

  const drawing = useDrawing(scene, data, (now) => withoutAnswers(now, problem, false));

  return (
    <div class={`problem${refusal ? ' stale' : ''}`} data-done={isDone ? '' : undefined}>
      <Heading id={`${id}-title`}>{data.title}</Heading>
      <Slot name="problem" />
      {(canDraw || sheet.edit.length > 0) && (
        <Givens
          id={id}
          sheet={sheet}
          core={core}
          typed={typed}
          refusal={refusal}
          allDigits={allDigits}
          drawing={canDraw ? drawing : undefined}
          onSet={(texts) => {
            drawing.setNote('');
            change((now) =>
              withTexts(withoutAnswers(now, problem, true), { givens: givensText(sheet, texts) }),
            );
          }}
          onAllDigits={setAllDigits}
        />
      )}
      {problem.parts.map((part, k) => (
        <Question
          key={part.id}
          scene={scene}
          part={part}
          name={nameOfPart(part.id)}
          slot={`parts.${k}`}
          card={cards[k] as PracticeData['cards'][number]}
          typed={typed}
        />
      ))}
      <Present names={['show']}>{(name) => <Slot name={name} class="show" key={name} />}</Present>
      <details class="answer">
        <summary>The whole answer</summary>
        <Slot name="answer" />
        <Present names={problem.parts.map((_, k) => `parts.${k}.why`)}>
          {(name) => (
            <p key={name}>
              <Slot name={name} as="span" />
            </p>
          )}
        </Present>
      </details>
    </div>
  );
}

export const item: Item<PracticeData> = {
  View: Practice,
  accepts({ problem, sheet }, name, text, core: Core) {
    if (name === 'givens') return acceptsGivens(sheet, text, core);
    if (name === 'seed') return problem.drawn.length > 0 && /^\d{1,9}$/.test(text);
    return problem.parts.some(({ id }) => [nameOfPart(id), openName(nameOfPart(id))].includes(name));
  },
};
