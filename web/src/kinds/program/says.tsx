/** @jsxImportSource preact */
// What the judge says of a program: the law that fails, the line that is wrong, and the smallest batch that shows it.

import { Mistakes } from '../../drawing/verdict.tsx';
import type { Held, Verdict } from '../../core/programs.ts';
import { shown } from './inputs.ts';

interface Props {
  judged: Verdict;
  /** while the learner looks for the wrong line, it is not shown */
  tellsLine: boolean;
  goTo: (line: number) => void;
}

export function Says({ judged, tellsLine, goTo }: Props) {
  const { verdict, error, batches, lost_digits: lost, laws, faults } = judged;
  const Line = ({ line }: { line: number }) => (
    <button type="button" class="link" onClick={() => goTo(line)}>
      {`Line ${line}`}
    </button>
  );
  if (verdict === 'right')
    return (
      <>
        {`Every law holds, on ${batches} batches.`}
        {lost > 0 &&
          ` Where the mean is far from 0 it loses ${Math.round(lost)} digits that a variance in two passes keeps.`}
      </>
    );
  if (error)
    return (
      <>
        <Line line={error.line} />
        {`: ${error.sentence}`}
      </>
    );
  const fault = tellsLine ? faults[0] : undefined;
  const law = laws.find(({ holds }) => !holds);
  return (
    <>
      {fault && (
        <>
          {fault.line > 0 ? (
            <>
              <Line line={fault.line} />
              {': '}
            </>
          ) : (
            <>
              <code>{fault.name}</code> is never given a new value.{' '}
            </>
          )}
          {fault.mistake ? (
            <Mistakes mistakes={[fault.mistake]} />
          ) : (
            <>
              <code>{fault.name}</code> is not what it should be.{' '}
            </>
          )}
        </>
      )}
      {law && `What fails: ${law.sentence}.`}
    </>
  );
}

/** The batch that shows an error, with what the program makes of it and what is right. */
export function Difference({ judged: { counterexample } }: { judged: Verdict }) {
  if (!counterexample) return null;
  const { inputs, output, got, expected } = counterexample;
  const row = (name: string, held: Held) => (
    <tr key={name}>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td>
        <code>{shown(held)}</code>
      </td>
    </tr>
  );
  return (
    <div class="scroll">
      <table class="program-batch">
        <caption>The smallest batch found on which it shows</caption>
        <tbody>
          {Object.entries(inputs).map(([name, held]) => row(name, held))}
          {got && row(`your ${output}`, got)}
          {expected && row(`right ${output}`, expected)}
        </tbody>
      </table>
    </div>
  );
}
