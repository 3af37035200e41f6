/** @jsxImportSource preact */
// The smoothed loss of both networks over the steps.

import { type Arm, arms, steps } from '../../core/race.ts';
import { Picture } from '../../drawing/picture.tsx';

/** ln 2 is the loss of uniform guessing between two classes. */
const guess = Math.LN2;
const plot = { width: 600, height: 150, left: 34, right: 592, top: 10, bottom: 126, most: 1 };
const x = (step: number) => plot.left + ((plot.right - plot.left) * step) / steps;
const y = (loss: number) => plot.bottom - ((plot.bottom - plot.top) * Math.min(plot.most, loss)) / plot.most;

const rounded = (value: number) => Math.round(10 * value) / 10;

/** Of the still lines every third step is drawn: no eye sees the difference, and the page is read sooner. */
export const stillEvery = 3;

/** The points of a line, from this step on; `every`: the steps between two of its losses. */
export const pointsOf = (line: readonly number[], from = 0, every = 1) =>
  line
    .slice(from)
    .map((loss, k) => `${rounded(x(from + every * k))},${rounded(y(loss))}`)
    .join(' ');

/** `lines`: the points of each. */
export function Losses({ lines }: { lines: Record<Arm, string> }) {
  return (
    <Picture
      class="training-plot"
      width={plot.width}
      height={plot.height}
      label="The smoothed loss of both networks over the steps"
      stretches
    >
      <path class="axis-line" d={`M${plot.left} ${plot.top}V${plot.bottom}H${plot.right}`} />
      <path class="guess" d={`M${plot.left} ${y(guess)}H${plot.right}`} />
      <text class="end over" x={plot.right} y={y(guess) - 10}>
        a guess: ln 2
      </text>
      {[0, 0.5, 1].map((loss) => (
        <text key={loss} class="end" x={plot.left - 6} y={y(loss) + 4}>
          {loss}
        </text>
      ))}
      <text class="end" x={plot.right} y={plot.height - 2}>
        {steps} steps
      </text>
      {arms.map((arm) => (
        <polyline key={arm} class={`training-line ${arm}`} points={lines[arm]} />
      ))}
    </Picture>
  );
}
