/** @jsxImportSource preact */
// A worked example: givens that can be edited or drawn anew, steps that follow.

import { useState } from 'preact/hooks';
import type { Problem } from '../../core/items.ts';
import { withTexts } from '../../memory/kept.ts';
import { useDrawing } from '../draw.ts';
import { acceptsGivens, Givens, givensText, type SheetData, typedOf } from '../givens.tsx';
import { type Item, Present, type Scene, Slot } from '../item.tsx';
import { useNumbers } from '../numbers.ts';

export interface ExampleData {
  title: string;
  problem: Problem;
  sheet: SheetData;
  steps: number;
}

function Example(scene: Scene<ExampleData>) {
  const { id, data, kept, change, core } = scene;
  const { title, problem, sheet } = data;
  const [allDigits, setAllDigits] = useState(false);
  const typed = typedOf(sheet, kept);
  const refusal = useNumbers(scene, { typed, fewest: sheet.fewest, allDigits });
  const drawing = useDrawing(scene, data);
  return (
    <div class={`example${refusal ? ' stale' : ''}`}>
      <h3 id={`${id}-title`}>{title}</h3>
      <Slot name="problem" />
      <Givens
        id={id}
        sheet={sheet}
        core={core}
        typed={typed}
        refusal={refusal}
        allDigits={allDigits}
        drawing={problem.drawn.length > 0 ? drawing : undefined}
        onSet={(texts) => {
          drawing.setNote('');
          change((now) => withTexts(now, { givens: givensText(sheet, texts) }));
        }}
        onAllDigits={setAllDigits}
      />
      <ol class="steps">
        {Array.from({ length: data.steps }, (_, k) => (
          <li key={k}>
            <Slot as="h4" name={`steps.${k}.title`} />
            <Present names={['text', 'table', 'results', 'after'].map((each) => `steps.${k}.${each}`)}>
              {(name) => <Slot name={name} key={name} />}
            </Present>
          </li>
        ))}
      </ol>
    </div>
  );
}

export const item: Item<ExampleData> = {
  View: Example,
  accepts({ problem, sheet }, name, text, core) {
    if (name === 'givens') return acceptsGivens(sheet, text, core);
    return name === 'seed' && problem.drawn.length > 0 && /^\d{1,9}$/.test(text);
  },
};
