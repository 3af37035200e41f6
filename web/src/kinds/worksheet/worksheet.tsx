/** @jsxImportSource preact */
// A worksheet: the steps of a computation by hand, judged all at once, each also against the learner's own numbers
// above it.

import { useMemo, useRef, useState } from 'preact/hooks';
import type { Core, WorksheetJudgement } from '../../core/core.ts';
import { verdictOnWorksheet } from '../../core/items.ts';
import {
  answerOf,
  isOpen,
  marks,
  openName,
  withAnswer,
  withoutVerdict,
  withTexts,
  withVerdict,
} from '../../memory/kept.ts';
import { useDrawing } from '../draw.ts';
import { DrawnNote, NewNumbers } from '../drawn.tsx';
import { acceptsGivens, typedOf } from '../givens.tsx';
import { Hints, ShowAnswer } from '../help.tsx';
import { type Item, type Scene, Slot } from '../item.tsx';
import { useLatest } from '../latest.ts';
import { useNumbers } from '../numbers.ts';
import { useWhenRunning } from '../waiting.ts';
import { judgeSteps, readStep, standing, type WorksheetData } from './model.ts';
import { Steps } from './steps.tsx';
import { Summary } from './summary.tsx';

/** The name under which the answer is kept: a worksheet is one item. */
const whole = 'whole';

/** The texts that were checked, one for each of so many steps. */
function checkedTexts(json: string | undefined, steps: number): string[] | undefined {
  try {
    const all = JSON.parse(json || 'null') as unknown;
    return Array.isArray(all) && all.length === steps ? all.map(String) : undefined;
  } catch {
    return undefined; // a file of work that somebody has edited
  }
}

function Worksheet(scene: Scene<WorksheetData>) {
  const { id, data, kept, change, core, surroundings } = scene;
  const { cells, sheet } = data;
  const typed = typedOf(sheet, kept);
  const refusal = useNumbers(scene, { typed, fewest: sheet.fewest, allDigits: false });
  const [turn, setTurn] = useState(0);
  const shown = useRef<HTMLElement>(null);
  const texts = cells.map(({ name }) => kept.texts[name] ?? '');
  const answer = answerOf(kept, whole);
  const checked = useMemo(() => checkedTexts(answer.checked, cells.length), [answer.checked]);
  const givens = JSON.stringify(typed);
  const once = useLatest<WorksheetJudgement | undefined>();
  const judge = (running: Core, boxes: readonly string[]) =>
    once(JSON.stringify([boxes, givens]), () => judgeSteps(running, data, typed, boxes));
  const judged = core && checked ? judge(core, checked) : undefined;
  const holds = judged && checked ? standing(data, judged, checked, texts) : [];
  const allHold = holds.length > 0 && holds.every(Boolean) && texts.every((text, k) => text === checked?.[k]);

  const check = (running: Core) => {
    setTurn(turn + 1);
    const result = judge(running, texts);
    if (!result) return;
    const verdict = verdictOnWorksheet(result);
    const mistakes = result.cells.flatMap((cell) => cell.mistakes.map(({ title }) => title));
    const text = JSON.stringify(texts);
    const mark = marks.find((each) => each === verdict);
    change((now) =>
      mark === undefined
        ? withAnswer(now, whole, { checked: text })
        : withVerdict(now, whole, { mark, text, mistakes, isFresh: now.texts.givens !== undefined }),
    );
  };
  const { ask, isWaiting } = useWhenRunning(core, check);
  const drawing = useDrawing(scene, data, (now) => {
    const empty = Object.fromEntries(cells.map(({ name }) => [name, undefined]));
    return withTexts(withoutVerdict(now, whole), { ...empty, [openName(whole)]: undefined });
  });
  const rows = texts.map((text, k) => ({
    text,
    read: core && text ? readStep(core, data, typed, texts, k) : undefined,
    judged: holds[k] ? judged?.cells[k] : undefined,
  }));

  return (
    <div
      class={`worksheet-item${refusal ? ' stale' : ''}`}
      data-done={answer.best === 'right' || isOpen(kept, whole) ? '' : undefined}
    >
      <h2 id={`${id}-title`}>{data.title}</h2>
      <Slot name="problem" />
      <form
        class="worksheet live-only"
        aria-labelledby={`${id}-title`}
        noValidate
        data-question={scene.name}
        data-state={allHold && judged && verdictOnWorksheet(judged) === 'right' ? 'right' : 'new'}
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <Summary cells={cells} judged={allHold ? judged : undefined} {...{ turn, isWaiting, refusal }} />
        <Steps
          around={surroundings}
          onType={(name, text) => change((now) => withTexts(now, { [name]: text }))}
          {...{ id, cells, rows, turn }}
        />
        <div class="actions">
          <button type="submit">Check</button>
          <NewNumbers drawing={drawing} />
          <ShowAnswer
            answer={shown}
            name={whole}
            isOffered={answer.first !== undefined && answer.best !== 'right'}
            {...{ kept, change }}
          />
          <details class="rule">
            <summary aria-label="What can I type?">?</summary>
            <p>{data.rule}</p>
          </details>
        </div>
        <DrawnNote drawing={drawing} />
      </form>
      <div class="help">
        <Hints count={data.hints} name={whole} slots="hints" {...{ kept, change }} />
      </div>
      <details class="answer" open={isOpen(kept, whole)}>
        <summary ref={shown}>The whole answer</summary>
        <Slot name="worked" />
      </details>
    </div>
  );
}

export const item: Item<WorksheetData> = {
  View: Worksheet,
  accepts({ sheet, problem, cells }, name, text, core) {
    if (name === 'givens') return acceptsGivens(sheet, text, core);
    if (name === 'seed') return problem.drawn.length > 0 && /^\d{1,9}$/.test(text);
    return name === openName(whole) || cells.some((cell) => cell.name === name);
  },
};
