/** @jsxImportSource preact */
// A quiz question: native radio buttons, the reason of what was chosen, and after the answer a live check.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Verdict } from '../../drawing/verdict.tsx';
import { answerOf, isOpen, openName, withTexts, withVerdict } from '../../memory/kept.ts';
import { acceptsGivens, Givens, givensText, type SheetData, typedOf } from '../givens.tsx';
import { ShowAnswer } from '../help.tsx';
import { type Item, Present, type Scene, Slot, SlotCopy } from '../item.tsx';
import { useNumbers } from '../numbers.ts';
import { choice, isLetter, type Letter, letters, orderOf } from './order.ts';

export interface QuizData {
  title: string;
  correct: Letter;
  checkTitle: string;
  sheet: SheetData;
}

function Quiz(scene: Scene<QuizData>) {
  const { id, data, kept, change, surroundings } = scene;
  const { title, correct, sheet } = data;
  const [attempt, setAttempt] = useState({ turn: 0, isEmpty: false });
  const [allDigits, setAllDigits] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const next = useRef<HTMLButtonElement>(null);
  const shown = useRef<HTMLParagraphElement>(null);
  const typed = typedOf(sheet, kept);
  const refusal = useNumbers(scene, { typed, fewest: sheet.fewest, allDigits });
  const order = orderOf(kept.texts.order);
  const { [choice]: chosen } = kept.texts;
  const answer = answerOf(kept, choice);
  const isChecked = isLetter(chosen) && answer.checked === chosen;
  const isRight = isChecked && chosen === correct;
  const isShown = isOpen(kept, choice);
  const isAnswered = isChecked || isShown;
  const printed = (letter: Letter) => letters[order.indexOf(letter)];

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
    <div
      class={`quiz${refusal ? ' stale' : ''}`}
      data-state={isRight ? 'right' : isAnswered ? 'tried' : 'new'}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <form
        class="question"
        autocomplete="off"
        noValidate
        ref={form}
        data-question={`${scene.name}/${choice}`}
        data-state={isRight ? 'right' : isAnswered ? 'tried' : 'new'}
        onSubmit={(event) => {
          event.preventDefault();
          check();
        }}
      >
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
                    onInput={() => {
                      setAttempt(({ turn }) => ({ turn, isEmpty: false }));
                      change((now) => withTexts(now, { [choice]: letter }));
                    }}
                  />
                  <span class="letter">{printed(letter)})</span>
                  <Slot as="span" name={`options.${letter}.text`} />
                </label>
              </li>
            ))}
          </ul>
        </fieldset>
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
          turn={`${attempt.turn} ${chosen ?? ''}`}
        >
          {isChecked ? <SlotCopy name={`options.${chosen}.why`} /> : 'Choose one of the options, then check.'}
        </Verdict>
        {isShown && !isRight && (
          <p class="shown-answer" ref={shown} tabIndex={-1}>
            <strong>Answer: {printed(correct)})</strong> <SlotCopy name={`options.${correct}.why`} />
          </p>
        )}
        {isAnswered && (
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
      <section class="check after-answer" aria-labelledby={`${id}-check-title`}>
        <h3 id={`${id}-check-title`}>{data.checkTitle}</h3>
        <p class="try live-only">
          <strong>Try this.</strong> <Slot as="span" name="check.try" />
        </p>
        <Givens
          id={`${id}-check`}
          sheet={sheet}
          core={scene.core}
          typed={typed}
          refusal={refusal}
          allDigits={allDigits}
          onSet={(texts) => change((now) => withTexts(now, { givens: givensText(sheet, texts) }))}
          onAllDigits={setAllDigits}
        />
        <Present names={['text', 'table', 'results', 'after'].map((each) => `check.${each}`)}>
          {(name) => <Slot name={name} key={name} />}
        </Present>
      </section>
      <details class="answer after-answer">
        <summary>All options explained</summary>
        <Slot name="explanation" />
        <dl class="reasons">
          {letters.flatMap((letter) => [
            <dt key={letter}>
              {printed(letter)}) {letter === correct ? 'Right.' : 'Not this one.'}
            </dt>,
            <dd key={`${letter}-why`}>
              <Slot as="span" name={`options.${letter}.why`} />
            </dd>,
          ])}
        </dl>
      </details>
    </div>
  );
}

export const item: Item<QuizData> = {
  View: Quiz,
  accepts({ sheet }, name, text, core) {
    if (name === 'givens') return acceptsGivens(sheet, text, core);
    if (name === 'order') return orderOf(text).join('') === text;
    return (name === choice && isLetter(text)) || name === openName(choice);
  },
};
