/** @jsxImportSource preact */
// One line of a proof: a grip, its letter, its equation, the buttons that move it, and the verdict on it.

import type { Core } from '../../core/core.ts';
import { Counterexample } from '../../drawing/counterexample.tsx';
import { mathOf } from '../../drawing/mathml.ts';
import { SlotCopy } from '../item.tsx';
import { TwoReadings } from '../readings.tsx';
import type { Arranging } from './arranging.ts';
import { isOwn, type LineVerdict, nameOf, type Placed, type ProofData, textOfOwn } from './model.ts';

type State = LineVerdict['state'];
const icons: Record<State, string> = { follows: '✓', 'not-yet': '…', false: '✗' };
const words: Record<State, string> = { follows: 'Follows.', 'not-yet': 'Not yet.', false: 'False.' };

/** Of a counterexample to an equation. */
export const heads = ['left side', 'right side'] as const;

interface LineProps {
  core: Core | undefined;
  data: ProofData;
  order: readonly Placed[];
  line: Placed;
  isPlaced: boolean;
  verdict: LineVerdict | undefined;
  arranging: Arranging;
}

export function Line({ core, data, order, line, isPlaced, verdict, arranging }: LineProps) {
  const letter = data.lines.find((each) => each.id === line)?.letter;
  return (
    <li class={`line${isOwn(line) ? ' own' : ''}`} data-line={line} data-state={verdict?.state}>
      <span class="grip live-only" aria-hidden="true" onPointerDown={(event) => arranging.drag(line, event)}>
        ⠿
      </span>
      <span class="letter">{letter === undefined ? 'yours' : `${letter})`}</span>
      {isOwn(line) ? (
        <div class="equation math" role="group" aria-label="Formula">
          {core ? <Equation core={core} data={data} text={textOfOwn(line)} /> : textOfOwn(line)}
        </div>
      ) : (
        <SlotCopy name={`math.${line}`} as="div" class="equation" />
      )}
      <span class="line-buttons live-only">
        <Buttons {...{ data, order, line, isPlaced, arranging }} />
      </span>
      <div class="line-verdict">
        {verdict && <Says key={verdict.state} {...{ line, verdict, data, order }} />}
      </div>
    </li>
  );
}

function Buttons({
  data,
  order,
  line,
  isPlaced,
  arranging,
}: Pick<LineProps, 'data' | 'order' | 'line' | 'isPlaced' | 'arranging'>) {
  const name = nameOf(data, order, line);
  const rank = order.indexOf(line);
  if (!isPlaced)
    return (
      <button
        type="button"
        class="quiet"
        data-task="add"
        aria-label={`Add ${name}`}
        onClick={() => arranging.place(line)}
      >
        Add
      </button>
    );
  return (
    <>
      <button
        type="button"
        class="quiet"
        data-task="up"
        aria-label={`Move up ${name}`}
        aria-disabled={rank === 0}
        onClick={() => arranging.shift(line, -1)}
      >
        ↑
      </button>
      <button
        type="button"
        class="quiet"
        data-task="down"
        aria-label={`Move down ${name}`}
        aria-disabled={rank === order.length - 1}
        onClick={() => arranging.shift(line, 1)}
      >
        ↓
      </button>
      <button
        type="button"
        class="quiet"
        data-task="remove"
        aria-label={`Remove ${name}`}
        onClick={() => arranging.takeOut(line)}
      >
        ×
      </button>
    </>
  );
}

/** The verdict in words, with the batch on which both sides differ. */
function Says({
  line,
  verdict,
  data,
  order,
}: Pick<LineProps, 'line' | 'data' | 'order'> & { verdict: LineVerdict }) {
  const { state, missing, counterexample } = verdict;
  const needed = missing.map((each) => nameOf(data, order, each));
  const list = needed.length > 1 ? `${needed.slice(0, -1).join(', ')} and ${needed.at(-1)}` : needed[0];
  return (
    <>
      <p>
        <span class="icon" aria-hidden="true">
          {icons[state]}
        </span>
        <strong>{words[state]}</strong>{' '}
        {state === 'not-yet'
          ? isOwn(line)
            ? 'True, but none of its sides stands in a line above it.'
            : `True, but it does not follow yet: it needs ${list} above it.`
          : isOwn(line)
            ? 'One of its sides stands in a line above.'
            : null}
        {state !== 'not-yet' && !isOwn(line) && (
          <>
            {state === 'follows' && !data.proof.includes(line) ? 'But it is not needed. ' : ''}
            <SlotCopy name={`because.${line}`} />
          </>
        )}
      </p>
      {counterexample && <Counterexample example={counterexample} heads={heads} />}
    </>
  );
}

interface EquationProps {
  core: Core;
  data: ProofData;
  text: string;
  lead?: string;
}

/** Both sides of an equation as they were read; nothing where they could not be. */
export function Equation({ core, data, text, lead = '' }: EquationProps) {
  const read = core.read({ text, form: 'equation', names: data.names });
  const { tree, right } = read;
  if (!tree || !right) return lead === '' ? <>{text}</> : <TwoReadings read={read} />;
  return (
    <span>
      {lead}
      {mathOf(tree)} = {mathOf(right)}
    </span>
  );
}
