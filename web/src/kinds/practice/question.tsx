/** @jsxImportSource preact */
// One question as a card: it asks, takes an answer, and either folds to one line or says what is wrong and how to go on.

import type { RefObject } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Core, TypedText } from '../../core/core.ts';
import type { Judged, Part } from '../../core/items.ts';
import type { Typed } from '../../core/scenario.ts';
import { keepLinesApart } from '../../core/typed-text.ts';
import { answerOf, isOpen, withAnswer, withTexts, withVerdict } from '../../memory/kept.ts';
import { Hints, ShowAnswer } from '../help.tsx';
import { Present, type Scene, Slot, SlotCopy } from '../item.tsx';
import { useAhead, useLatest } from '../latest.ts';
import { Reading, TwoReadings } from '../readings.tsx';
import { useWhenRunning } from '../waiting.ts';
import { type Card, judgeTyped, type PracticeData, readTyped } from './model.ts';
import { Outcome, RightAnswer } from './outcome.tsx';

interface Props {
  scene: Scene<PracticeData>;
  part: Part;
  /** by which it is kept */
  name: string;
  /** the start of its slots' names */
  slot: string;
  card: Card;
  typed: Typed;
}

export function Question({ scene, part, name, slot, card, typed }: Props) {
  const { id: itemId, data, kept, change, core, surroundings } = scene;
  const id = `${itemId}-${name}`;
  const text = kept.texts[name] ?? '';
  const answer = answerOf(kept, name);
  const [attempt, setAttempt] = useState({ turn: 0, isEmpty: false });
  const [isEditing, setEditing] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const next = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLInputElement>(null);
  const shown = useRef<HTMLParagraphElement>(null);

  const givens = JSON.stringify(typed);
  const asked = JSON.stringify([text, givens]);
  const once = useLatest<Judged | string>();
  const judge = (running: Core): Judged | string =>
    once(asked, () => judgeTyped(running, part, text, typed, data));
  const isChecked = answer.checked === text && text !== '';
  useAhead(core && text !== '' && !isChecked ? asked : undefined, () => judge(core as Core));
  const judged = core && isChecked ? judge(core) : undefined;
  const read = useMemo(
    () => (core && text !== '' ? readTyped(core, part, text, typed, data, card) : undefined),
    [core, text, givens],
  );
  const verdict = isChecked && typeof judged === 'object' ? judged.verdict : undefined;
  const isRight = verdict === 'right';
  const isFolded = isRight && !isEditing;
  const tried = answer.first !== undefined || attempt.turn > 0 || answer.hints > 0;

  // The box has gone with the right answer: the focus goes on to what can be done next.
  const checking = useRef(false);
  useLayoutEffect(() => {
    if (isFolded && checking.current) next.current?.focus();
    checking.current = false;
  }, [isFolded, attempt.turn]);

  useLayoutEffect(() => {
    if (isEditing) box.current?.focus();
  }, [isEditing]);

  const check = (running: Core) => {
    checking.current = true;
    setEditing(false);
    setAttempt(({ turn }) => ({ turn: turn + 1, isEmpty: text.trim() === '' }));
    const result = judge(running);
    if (typeof result === 'string' || result.verdict === 'empty' || result.verdict === 'unreadable') {
      if (text !== '') change((now) => withAnswer(now, name, { checked: text }));
      return;
    }
    const mark = result.verdict === 'carried' ? 'wrong' : result.verdict;
    const mistakes = result.mistakes.map(({ title }) => title);
    change((now) =>
      withVerdict(now, name, { mark, text, mistakes, isFresh: now.texts.givens !== undefined }),
    );
  };

  const { ask, isWaiting } = useWhenRunning(core, check);

  return (
    <form
      class="question"
      autocomplete="off"
      noValidate
      ref={form}
      data-question={`${scene.name}/${name}`}
      data-state={isFolded ? 'right' : tried ? 'tried' : 'new'}
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <Slot as="label" name={`${slot}.ask`} {...{ for: id }} />
      {!isFolded && (
        <AnswerBox
          isUnreadable={verdict === 'unreadable'}
          onType={(typedText) => {
            setAttempt(({ turn }) => ({ turn, isEmpty: false }));
            change((now) => withTexts(now, { [name]: typedText }));
          }}
          {...{ id, box, card, text, read, isChecked }}
        />
      )}
      <Outcome
        id={`${id}-verdict`}
        turn={attempt.turn}
        judged={isChecked ? judged : undefined}
        isEmpty={attempt.isEmpty}
        around={surroundings}
        {...{ part, text, isWaiting, slot }}
      />
      {isFolded && (
        <div class="actions">
          <button
            type="button"
            class="main"
            ref={next}
            onClick={() => surroundings.goOn(form.current as Element)}
          >
            Next
          </button>
          <button type="button" class="link" onClick={() => setEditing(true)}>
            Change my answer
          </button>
        </div>
      )}
      <div class="help" hidden={isFolded}>
        <Hints count={card.hints} slots={`${slot}.hints`} {...{ kept, name, change }} />
        <ShowAnswer answer={shown} isOffered={tried && !isRight} {...{ kept, name, change }} />
      </div>
      {isOpen(kept, name) && !isRight && core && (
        <p class="shown-answer" ref={shown} tabIndex={-1}>
          <strong>Answer.</strong> <RightAnswer {...{ core, part, card, typed, data }} />{' '}
          <Present names={[`${slot}.why`]}>{(why) => <SlotCopy name={why} key={why} />}</Present>
        </p>
      )}
    </form>
  );
}

interface BoxProps {
  id: string;
  box: RefObject<HTMLInputElement | null>;
  card: Card;
  text: string;
  read: TypedText | undefined;
  isChecked: boolean;
  isUnreadable: boolean;
  onType: (text: string) => void;
}

/** Where the answer is typed, and how it is read. */
const AnswerBox = ({ id, box, card, text, read, isChecked, isUnreadable, onType }: BoxProps) => (
  <>
    <div class="answer-row live-only">
      <input
        id={id}
        ref={box}
        type="text"
        autocomplete="off"
        spellcheck={false}
        autocapitalize="off"
        placeholder={card.placeholder}
        value={text}
        aria-describedby={`${id}-read ${id}-verdict`}
        aria-invalid={isUnreadable ? 'true' : undefined}
        onInput={({ currentTarget }) => onType(currentTarget.value)}
        onPaste={keepLinesApart}
      />
      <button type="submit">Check</button>
      <details class="rule">
        <summary aria-label="What can I type?">?</summary>
        <p>{card.rule}</p>
      </details>
    </div>
    <p class="read-as" id={`${id}-read`}>
      {!isChecked && <TwoReadings read={read} />}
      <Reading read={read} />
    </p>
  </>
);
