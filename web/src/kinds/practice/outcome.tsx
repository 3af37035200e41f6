/** @jsxImportSource preact */
// The verdict on an answer with everything that belongs to it, and what would be right.

import type { Core } from '../../core/core.ts';
import { formatValue } from '../../core/format.ts';
import type { Judged, Part } from '../../core/items.ts';
import { refusalInWords, type Typed } from '../../core/scenario.ts';
import { asSentence } from '../../core/sentence.ts';
import { Counterexample } from '../../drawing/counterexample.tsx';
import { Marked, Mistakes, Verdict } from '../../drawing/verdict.tsx';
import { type Around, Present, SlotCopy } from '../item.tsx';
import { Pitfalls } from '../pitfalls.tsx';
import { type Card, type PracticeData, rightValue } from './model.ts';

const invitations: Record<Part['kind'], string> = {
  value: 'Type a number, a fraction or a list, then check.',
  formula: 'Type a formula, then check.',
  property: 'Type numbers, then check.',
};

/** Text that was read and has a value, but is not of the kind that is asked for: two numbers for one. */
const isOfAnotherKind = ({ tree, value, range }: Judged, kind: Part['kind']) =>
  kind === 'formula' ? tree?.range.begin === range.begin && tree.range.end === range.end : value !== null;

interface OutcomeProps {
  id: string;
  turn: number;
  part: Part;
  text: string;
  judged: Judged | string | undefined;
  isEmpty: boolean;
  isWaiting: boolean;
  slot: string;
  around: Around;
}

/** The verdict with everything that belongs to it; nothing as long as none stands. */
export function Outcome({ id, turn, part, text, judged, isEmpty, isWaiting, slot, around }: OutcomeProps) {
  if (isWaiting)
    return (
      <Verdict id={id} kind="waiting" turn="waiting">
        The core is starting; your answer is judged as soon as it runs.
      </Verdict>
    );
  if (judged === undefined)
    return (
      <Verdict id={id} kind={isEmpty ? 'empty' : undefined} turn={turn}>
        {invitations[part.kind]}
      </Verdict>
    );
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
      <Pitfalls mistakes={mistakes} around={around} />
    </>
  );
}

interface RightAnswerProps {
  core: Core;
  part: Part;
  card: Card;
  typed: Typed;
  data: PracticeData;
}

/** What would be right, for the numbers as they stand. */
export function RightAnswer({ core, part, card, typed, data }: RightAnswerProps) {
  if (part.kind === 'formula') return <code>{part.answer}</code>;
  const value = rightValue(core, part, card, typed, data);
  if (value instanceof RangeError) return <>{asSentence(refusalInWords(value))}</>;
  return <data class="v">{formatValue(value)}</data>;
}
