/** @jsxImportSource preact */
// The three number lines, one below the other on one scale, with connecting lines for each example.

import { formatNumber } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, Handle, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { bounds, type Model, type State } from './model.ts';

/** Where each line lies, and what stands at its left end. */
const lines = {
  x: { at: 84, letter: 'x' },
  x_hat: { at: 184, letter: 'x̂' },
  y: { at: 284, letter: 'y' },
} as const;
type LineName = keyof typeof lines;
const lineNames = Object.keys(lines) as LineName[];

interface SpreadProps {
  scale: Scale;
  line: LineName;
  spread: Model['spreads'][LineName];
}

/** The mean of a line as a stem, its standard deviation to both sides as a bar, and both in words. */
function Spread({ scale, line, spread: { mean, std } }: SpreadProps) {
  const { at } = lines[line];
  const [middle, from, to] = [mean, mean - std, mean + std].map((value) => pixelOf(scale, value));
  const [first, second] = line === 'x' ? ['μ =', 'σ ='] : ['mean', 'spread'];
  return (
    <g>
      <line class="q-var line spread" x1={from} x2={to} y1={at - 24} y2={at - 24} />
      <line class="q-mean line" x1={middle} x2={middle} y1={at - 32} y2={at} />
      <text class="q-mean fill over-lines" x={middle} y={at - 38}>
        {`${first} ${formatNumber(mean)}, ${second} ${formatNumber(std)}`}
      </text>
    </g>
  );
}

interface NumberLinesProps {
  model: Model;
  width: number;
  set: (change: Partial<State>) => void;
}

export function NumberLines({ model, width, set }: NumberLinesProps) {
  const { x, x_hat, y, chosen, spreads, reach } = model;
  const scale: Scale = { least: -reach, most: reach, from: width < 480 ? 26 : 40, to: width - 16 };
  const at = (value: number) => pixelOf(scale, value);
  const way = (i: number) =>
    lineNames.map((name) => `${at(valueAt(model[name], i))},${lines[name].at}`).join(' ');
  const disks = (name: 'x_hat' | 'y', values: Float64Array) =>
    Array.from(values, (value, i) => (
      <circle
        key={i}
        class={`q-${name} fill`}
        cx={at(value)}
        cy={lines[name].at}
        r={i === chosen ? 6 : 4.5}
      />
    ));
  return (
    <Picture width={width} height={322} role="group" label="Number lines of x, x_hat and y">
      {x.map((_, i) => (
        <polyline key={i} class={`thread${i === chosen ? ' chosen' : ''}`} points={way(i)} />
      ))}
      {lineNames.map((name) => (
        <Axis key={name} scale={scale} at={lines[name].at} />
      ))}
      {lineNames.map((name) => (
        <text key={name} class={`q-${name} fill row-label`} x={6} y={lines[name].at + 5}>
          {lines[name].letter}
        </text>
      ))}
      {lineNames.map((name) => (
        <Spread key={name} scale={scale} line={name} spread={spreads[name]} />
      ))}
      {disks('x_hat', x_hat)}
      {disks('y', y)}
      {x.map((value, i) => (
        <Handle
          key={i}
          scale={scale}
          value={value}
          bounds={bounds}
          at={lines.x.at}
          label={`x ${i + 1}`}
          onMove={(to) => set({ x: x.with(i, to) })}
          onChosen={() => set({ chosen: i })}
        />
      ))}
    </Picture>
  );
}
