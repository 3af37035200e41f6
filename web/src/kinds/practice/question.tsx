/** @jsxImportSource preact */
// One question as a card: it asks, takes an answer, and either folds to one line or says what is wrong and how to go on.

import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Counterexample } from '../../drawing/counterexample.tsx';
import { Marked, Mistakes, Verdict, type VerdictKind } from '../../drawing/verdict.tsx';
import type { Core, FormulaValue, TypedText } from '../../core/core.ts';
import { formatValue } from '../../core/format.ts';
import { type Judged, judgePart, type Part, quantitiesOfPart } from '../../core/items.ts';
import { isPlain, mathOf } from '../../drawing/mathml.ts';
import { answerOf, isOpen, withAnswer, withTexts, withVerdict } from '../../memory/kept.ts';
import { type Limits, readGivens, refusalInWords, type Typed } from '../../core/scenario.ts';
import { keepLinesApart } from '../../core/typed-text.ts';
import { asSentence } from '../../core/sentence.ts';
import { Hints, ShowAnswer } from '../help.tsx';
import { Present, type Scene, Slot, SlotCopy } from '../item.tsx';
import { useLatest } from '../latest.ts';
import { Pitfalls } from '../pitfalls.tsx';
import { TwoReadings } from '../readings.tsx';
import { useWhenRunning } from '../waiting.ts';
import type { PracticeData } from './practice.tsx';

const invitations: Record<Part['kind'], string> = {
  value: 'Type a number, a fraction or a list, then check.',
  formula: 'Type a formula, then check.',
  property: 'Type numbers, then check.',
};

/** Text that was read and has a value, but is not of the kind that is asked for: two numbers for one. */
const isOfAnotherKind = ({ tree, value, range }: Judged, kind: Part['kind']) =>
  kind === 'formula' ? tree?.range.begin === range.begin && tree.range.end === range.end : value !== null;

function valueInWords(value: FormulaValue): string {
  const { values, shown } = value;
  const exact = values.every((each, k) => Number(each.toPrecision(6)) === shown[k]);
  return ` ${exact ? '=' : '≈'} ${formatValue(value, 6)}`;
}

/** How the text is read, for the line below the box; nothing while the numbers of the problem cannot be used. */
function readTyped(
  core: Core,
  part: Part,
  text: string,
  typed: Typed,
  limits: Limits,
  isList: boolean,
): TypedText | undefined {
  if (part.kind === 'formula') return core.read({ text, form: 'formula', names: part.names });
  try {
    const givens = readGivens(core, { ...typed, ...part.with }, limits);
    const count = isList ? {} : { count: part.kind === 'property' ? part.find.length : 1 };
    return part.kind === 'property'
      ? core.read({ text, givens, ...count, names: part.names })
      : core.read({ text, givens, ...count, exact: part.question.digits === 0 });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Props {
  scene: Scene<PracticeData>;
  part: Part;
  /** by which it is kept */
  name: string;
  /** the start of its slots' names */
  slot: string;
  card: PracticeData['cards'][number];
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
  const once = useLatest<Judged | string>();
  const judge = (running: Core): Judged | string =>
    once(JSON.stringify([text, givens]), () => {
      try {
        return judgePart(running, part, text, typed, data.sheet);
      } catch (error) {
        // From the givens or from the answer's own formula; the core throws nothing for what a learner types.
        if (error instanceof RangeError)
          return `mend the numbers of the problem first: ${refusalInWords(error)}`;
        throw error;
      }
    });
  const isChecked = answer.checked === text && text !== '';
  const judged = core && isChecked ? judge(core) : undefined;
  const read = useMemo(
    () => (core && text !== '' ? readTyped(core, part, text, typed, data.sheet, card.isList) : undefined),
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

  const reading = !isFolded && read?.tree && (!isPlain(read.tree) || read.note !== '') ? read : undefined;

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
              aria-invalid={verdict === 'unreadable' ? 'true' : undefined}
              onInput={({ currentTarget }) => {
                setAttempt(({ turn }) => ({ turn, isEmpty: false }));
                change((now) => withTexts(now, { [name]: currentTarget.value }));
              }}
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
            {reading?.tree && (
              <span>
                read as {mathOf(reading.tree)}
                {reading.value && !isPlain(reading.tree) ? valueInWords(reading.value) : ''}
                {reading.note ? ` (${reading.note})` : ''}
              </span>
            )}
          </p>
        </>
      )}
      <Outcome
        id={`${id}-verdict`}
        turn={attempt.turn}
        part={part}
        text={text}
        judged={isChecked ? judged : undefined}
        isEmpty={attempt.isEmpty}
        isWaiting={isWaiting}
        slot={slot}
        scene={scene}
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
          <strong>Answer.</strong> {rightAnswer(core, part, card, typed, data)}{' '}
          <Present names={[`${slot}.why`]}>{(why) => <SlotCopy name={why} key={why} />}</Present>
        </p>
      )}
    </form>
  );
}

/** What would be right, for the numbers as they stand. */
export function rightAnswer(
  core: Core,
  part: Part,
  card: PracticeData['cards'][number],
  typed: Typed,
  data: PracticeData,
) {
  if (part.kind === 'formula') return <code>{part.answer}</code>;
  const formula = part.kind === 'value' ? part.question.answer : card.example;
  try {
    const value = core.evaluate(formula, quantitiesOfPart(core, part, typed, data.sheet));
    return <data class="v">{formatValue(value)}</data>;
  } catch (error) {
    if (error instanceof RangeError) return asSentence(refusalInWords(error));
    throw error;
  }
}

interface OutcomeProps {
  id: string;
  turn: number;
  part: Part;
  text: string;
  judged: Judged | string | undefined;
  isEmpty: boolean;
  isWaiting: boolean;
  slot: string;
  scene: Scene<PracticeData>;
}

/** The verdict with everything that belongs to it; nothing as long as none stands. */
function Outcome({ id, turn, part, text, judged, isEmpty, isWaiting, slot, scene }: OutcomeProps) {
  if (isWaiting)
    return (
      <Verdict id={id} kind="waiting" turn="waiting">
        The core is starting; your answer is judged as soon as it runs.
      </Verdict>
    );
  if (judged === undefined) {
    const kind: VerdictKind | undefined = isEmpty ? 'empty' : undefined;
    return (
      <Verdict id={id} kind={kind} turn={turn}>
        {invitations[part.kind]}
      </Verdict>
    );
  }
  if (typeof judged === 'string')
    return (
      <Verdict id={id} kind="unjudged" turn={turn}>
        {asSentence(judged)}
      </Verdict>
    );
  const { verdict, message, mistakes, difference, counterexample, range } = judged;
  const unjudged = verdict === 'unreadable' && isOfAnotherKind(judged, part.kind);
  const unexplained =
    verdict === 'wrong' && mistakes.length === 0 ? 'no known mistake leads to this; a hint may help' : '';
  return (
    <>
      <Verdict id={id} kind={unjudged ? 'unjudged' : verdict} turn={turn}>
        {verdict === 'right' && (
          <>
            <data class="v own">{text}</data> ·{' '}
            <Present names={[`${slot}.why`]}>{(why) => <SlotCopy name={why} key={why} />}</Present>{' '}
          </>
        )}
        <Mistakes mistakes={mistakes} />
        {asSentence(message || unexplained)} {difference ? asSentence(difference) : ''}
        {verdict === 'unreadable' && !unjudged && <Marked text={text} range={range} />}
      </Verdict>
      <div class="evidence">
        {counterexample && <Counterexample example={counterexample} heads={['your formula', 'right']} />}
      </div>
      <Pitfalls mistakes={mistakes} around={scene.surroundings} />
    </>
  );
}
