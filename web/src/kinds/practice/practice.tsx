/** @jsxImportSource preact */
// A practice problem: its text, its numbers, and a card for each question.

import { useState } from 'preact/hooks';
import type { Core } from '../../core/core.ts';
import { isOpen, openName, withTexts } from '../../memory/kept.ts';
import { useDrawing } from '../draw.ts';
import { acceptsGivens, Givens, givensText, typedOf } from '../givens.tsx';
import { type Item, Present, type Scene, Slot } from '../item.tsx';
import { useNumbers } from '../numbers.ts';
import { type Card, nameOfPart, type PracticeData, withoutAnswers } from './model.ts';
import { Question } from './question.tsx';

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
          card={cards[k] as Card}
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
