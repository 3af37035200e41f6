/** @jsxImportSource preact */
// A quiz question: native radio buttons, the reason of what was chosen, and after the answer a live check.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Typed } from '../../core/scenario.ts';
import { Verdict } from '../../drawing/verdict.tsx';
import { answerOf, openName, withTexts, withVerdict } from '../../memory/kept.ts';
import { acceptsGivens, Givens, givensText, type SheetData, typedOf } from '../givens.tsx';
import { ShowAnswer } from '../help.tsx';
import { type Item, Present, type Scene, Slot, SlotCopy } from '../item.tsx';
import { useNumbers } from '../numbers.ts';
import {
  choice,
  isLetter,
  type Letter,
  letters,
  orderOf,
  printed,
  type Standing,
  standingOf,
} from './order.ts';

export interface QuizData {
  title: string;
  correct: Letter;
  checkTitle: string;
  sheet: SheetData;
}

function Quiz(scene: Scene<QuizData>) {
  const { id, data, kept } = scene;
  const { title, correct, sheet } = data;
  const [allDigits, setAllDigits] = useState(false);
  const typed = typedOf(sheet, kept);
  const refusal = useNumbers(scene, { typed, fewest: sheet.fewest, allDigits });
  const standing = standingOf(kept, correct);
  return (
    <div class={`quiz${refusal ? ' stale' : ''}`} data-state={stateOf(standing)}>
      <h2 id={`${id}-title`}>{title}</h2>
      <Question scene={scene} standing={standing} />
      <Check id={`${id}-check`} onAllDigits={setAllDigits} {...{ scene, typed, refusal, allDigits }} />
      <Explanation correct={correct} order={standing.order} />
    </div>
  );
}

const stateOf = ({ isRight, isChecked, isShown }: Standing) =>
  isRight ? 'right' : isChecked || isShown ? 'tried' : 'new';

function Question({ scene, standing }: { scene: Scene<QuizData>; standing: Standing }) {
  const { id, data, kept, change, surroundings } = scene;
  const { correct } = data;
  const { order, chosen, isChecked, isRight, isShown } = standing;
  const [attempt, setAttempt] = useState({ turn: 0, isEmpty: false });
  const form = useRef<HTMLFormElement>(null);
  const next = useRef<HTMLButtonElement>(null);
  const shown = useRef<HTMLParagraphElement>(null);
  const answer = answerOf(kept, choice);

  useLayoutEffect(() => {
    if (attempt.turn > 0 && isRight) next.current?.focus();
  }, [attempt.turn]);

  const check = () => {
    setAttempt(({ turn }) => ({ turn: turn + 1, isEmpty: !isLetter(chosen) }));
    if (!isLetter(chosen)) return;
    const mark = chosen === correct ? 'right' : 'wrong';
    change((now) => withVerdict(now, choice, { mark, text: chosen, mistakes: [], isFresh: false }));
  };

  return (
    <form
      class="question"
      autocomplete="off"
      noValidate
      ref={form}
      data-question={`${scene.name}/${choice}`}
      data-state={stateOf(standing)}
      onSubmit={(event) => {
        event.preventDefault();
        check();
      }}
    >
      <Options
        onChoose={(letter) => {
          setAttempt(({ turn }) => ({ turn, isEmpty: false }));
          change((now) => withTexts(now, { [choice]: letter }));
        }}
        {...{ id, order, chosen }}
      />
      <div class="actions live-only">
        {!isRight && <button type="submit">Check</button>}
        <ShowAnswer
          answer={shown}
          name={choice}
          isOffered={answer.first !== undefined && !isRight}
          {...{ kept, change }}
        />
      </div>
      <Verdict
        id={`${id}-verdict`}
        kind={isChecked ? (isRight ? 'right' : 'wrong') : attempt.isEmpty ? 'empty' : undefined}
        turn={attempt.turn}
        about={chosen}
      >
        {isChecked ? <SlotCopy name={`options.${chosen}.why`} /> : 'Choose one of the options, then check.'}
      </Verdict>
      {isShown && !isRight && (
        <p class="shown-answer" ref={shown} tabIndex={-1}>
          <strong>Answer: {printed(order, correct)})</strong> <SlotCopy name={`options.${correct}.why`} />
        </p>
      )}
      {(isChecked || isShown) && (
        <div class="actions">
          <button
            type="button"
            class={isRight ? 'main' : 'quiet'}
            ref={next}
            onClick={() => surroundings.goOn(form.current as Element)}
          >
            Next
          </button>
        </div>
      )}
    </form>
  );
}

interface OptionsProps {
  id: string;
  order: readonly Letter[];
  chosen: string | undefined;
  onChoose: (letter: Letter) => void;
}

const Options = ({ id, order, chosen, onChoose }: OptionsProps) => (
  <fieldset>
    <Slot as="legend" name="question" />
    <ul class="options">
      {order.map((letter) => (
        <li key={letter}>
          <label>
            <input
              type="radio"
              class="live-only"
              name={id}
              value={letter}
              checked={chosen === letter}
              onInput={() => onChoose(letter)}
            />
            <span class="letter">{printed(order, letter)})</span>
            <Slot as="span" name={`options.${letter}.text`} />
          </label>
        </li>
      ))}
    </ul>
  </fieldset>
);

interface CheckProps {
  id: string;
  scene: Scene<QuizData>;
  typed: Typed;
  refusal: RangeError | undefined;
  allDigits: boolean;
  onAllDigits: (isOn: boolean) => void;
}

/** The live check: numbers to change that show why the answer is right. */
function Check({ id, scene: { data, core, change }, typed, refusal, allDigits, onAllDigits }: CheckProps) {
  const { sheet } = data;
  return (
    <section class="check after-answer" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{data.checkTitle}</h3>
      <p class="try live-only">
        <strong>Try this.</strong> <Slot as="span" name="check.try" />
      </p>
      <Givens
        id={id}
        sheet={sheet}
        core={core}
        typed={typed}
        refusal={refusal}
        allDigits={allDigits}
        onSet={(texts) => change((now) => withTexts(now, { givens: givensText(sheet, texts) }))}
        onAllDigits={onAllDigits}
      />
      <Present names={['text', 'table', 'results', 'after'].map((each) => `check.${each}`)}>
        {(name) => <Slot name={name} key={name} />}
      </Present>
    </section>
  );
}

const Explanation = ({ correct, order }: { correct: Letter; order: readonly Letter[] }) => (
  <details class="answer after-answer">
    <summary>All options explained</summary>
    <Slot name="explanation" />
    <dl class="reasons">
      {letters.flatMap((letter) => [
        <dt key={letter}>
          {printed(order, letter)}) {letter === correct ? 'Right.' : 'Not this one.'}
        </dt>,
        <dd key={`${letter}-why`}>
          <Slot as="span" name={`options.${letter}.why`} />
        </dd>,
      ])}
    </dl>
  </details>
);

export const item: Item<QuizData> = {
  View: Quiz,
  accepts({ sheet }, name, text, core) {
    if (name === 'givens') return acceptsGivens(sheet, text, core);
    if (name === 'order') return orderOf(text).join('') === text;
    return (name === choice && isLetter(text)) || name === openName(choice);
  },
};
