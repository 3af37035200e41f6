/** @jsxImportSource preact */
// Four number lines, one below the other: x, the running mean, y, and the gradients of x laid end to end.

import type { ComponentChildren } from 'preact';
import { formatNumber, subscript } from '../../core/format.ts';
import { largestOf, valueAt } from '../../core/values.ts';
import { Picture } from '../../drawing/picture.tsx';
import { Arrow, Axis, Handle, pixelOf, roundUp, type Scale } from '../../drawing/plot.tsx';
import { type Effect, fields, type Model } from './model.ts';

/** Where the lines stand. */
const lines = { x: 92, running: 180, y: 268, dx: 414 };
const height = 440;

interface LineProps {
  scale: Scale;
  at: number;
  quantity: string;
}

interface PairProps extends LineProps {
  now: ArrayLike<number>;
  without: ArrayLike<number>;
}

/** The values for b = 0 as rings, the values as they are as disks, and an arrow between. */
function Pair({ scale, at, quantity, now, without }: PairProps) {
  const pixel = (value: number) => pixelOf(scale, value);
  return (
    <g class={`q-${quantity}`}>
      {Array.from(without, (value, i) => (
        <circle key={i} class="ring" cx={pixel(value)} cy={at} r="7" />
      ))}
      {Array.from(now, (value, i) => (
        <circle key={i} class="fill" cx={pixel(value)} cy={at} r="4.5" />
      ))}
    </g>
  );
}

interface MoveProps extends LineProps {
  from: number;
  to: number;
  children: ComponentChildren;
}

/** An arrow above a line from one value to another, with a label over it. */
function Move({ scale, at, from, to, quantity, children }: MoveProps) {
  const ends = [pixelOf(scale, from), pixelOf(scale, to)] as const;
  // The label stays within the drawing.
  const middle = Math.min(scale.to - 90, Math.max(scale.from + 90, (ends[0] + ends[1]) / 2));
  return (
    <g class={`q-${quantity}`}>
      <Arrow from={[ends[0], at - 20]} to={[ends[1], at - 20]} />
      <text class="fill" x={middle} y={at - 28}>
        {children}
      </text>
    </g>
  );
}

/** The scale of each line, from the values on it. */
function scalesOf({ effect: { y, walk } }: Model, left: number, width: number) {
  const ends = { from: left, to: width - 14 };
  const about0 = (reach: number): Scale => ({ least: -reach, most: reach, ...ends });
  const yReach = Math.ceil(Math.max(10, largestOf(y.with), largestOf(y.without)) / 10) * 10;
  return { x: about0(25), y: about0(yReach), dx: about0(roundUp(Math.max(0.5, ...walk.map(Math.abs)))) };
}

/** The labels of the arrows. */
function wordsOf({ state: { b, mode, collected }, training, runningShift, effect }: Model) {
  const { mean } = training;
  return {
    x: `b = ${formatNumber(b)}: batch mean ${formatNumber(mean.without)} → ${formatNumber(mean.with)}`,
    running:
      mode === 'training'
        ? `(1 − α) b = ${formatNumber(runningShift)}`
        : collected
          ? 'collected with b'
          : 'stands still',
    y: `y moves by ${formatNumber(effect.moved)}`,
  };
}

interface DrawingProps {
  model: Model;
  width: number;
  onMove: (b: number) => void;
}

export function Drawing({ model, width, onMove }: DrawingProps) {
  const { state, x, training, effect } = model;
  const { mean } = training;
  const { running_mean: running, y, y_mean } = effect;
  const left = width < 480 ? 34 : 48;
  const scales = scalesOf(model, left, width);
  const words = wordsOf(model);
  // The handle is drawn at the mean of the batch; its value is b.
  const bs = { ...scales.x, least: scales.x.least - mean.without, most: scales.x.most - mean.without };
  return (
    <Picture
      width={width}
      height={height}
      role="group"
      label="Number lines of x, of the running mean, of y and of the gradients of x"
    >
      <Key left={left} />
      <Axis scale={scales.x} at={lines.x} />
      <Axis scale={scales.x} at={lines.running} />
      <Axis scale={scales.y} at={lines.y} />
      <Axis scale={scales.dx} at={lines.dx} />
      <Labels />
      <Pair scale={scales.x} at={lines.x} quantity="x" now={x.with} without={x.without} />
      <Pair
        scale={scales.x}
        at={lines.running}
        quantity="mean"
        now={[running.with]}
        without={[running.without]}
      />
      <Pair scale={scales.y} at={lines.y} quantity="y" now={y.with} without={y.without} />
      <Move scale={scales.x} at={lines.x - 8} from={mean.without} to={mean.with} quantity="x">
        {words.x}
      </Move>
      <Move scale={scales.x} at={lines.running} from={running.without} to={running.with} quantity="mean">
        {words.running}
      </Move>
      <Move scale={scales.y} at={lines.y} from={y_mean.without} to={y_mean.with} quantity="y">
        {words.y}
      </Move>
      <Walk effect={effect} scale={scales.dx} left={left} width={width} />
      <Handle scale={bs} value={state.b} bounds={fields.b} at={lines.x - 28} label="bias b" onMove={onMove}>
        <path d="M 0 8 L -7 -4 L 7 -4 Z" />
      </Handle>
    </Picture>
  );
}

const Key = ({ left }: { left: number }) => (
  <g class="q-x">
    <circle class="ring" cx={left + 8} cy="14" r="7" />
    <text class="start" x={left + 20} y="18.5">
      b = 0
    </text>
    <circle class="fill" cx={left + 78} cy="14" r="4.5" />
    <text class="start" x={left + 88} y="18.5">
      with b
    </text>
  </g>
);

const Labels = () => (
  <>
    <text class="q-x fill row-label" x="4" y={lines.x + 5}>
      x
    </text>
    <text class="q-mean fill row-label" x="4" y={lines.running + 5}>
      μ
      <tspan class="below" dy="4">
        run
      </tspan>
    </text>
    <text class="q-y fill row-label" x="4" y={lines.y + 5}>
      y
    </text>
    <text class="q-x fill row-label" x="4" y={lines.dx + 5}>
      dx
    </text>
  </>
);

interface WalkProps {
  effect: Effect;
  scale: Scale;
  left: number;
  width: number;
}

/** The gradients of x as arrows, each from where the one before it ends; the last ends at their sum. */
const Walk = ({ effect: { dx, walk, db }, scale, left, width }: WalkProps) => (
  <>
    <g class="q-x walk">
      {Array.from(dx, (value, i) => {
        const level = lines.dx - 20 - (dx.length - 1 - i) * 19;
        const [start, end] = [pixelOf(scale, valueAt(walk, i)), pixelOf(scale, valueAt(walk, i + 1))];
        // The label is after the arrow, or before it where there is no room.
        const right = Math.max(start, end) + 6;
        const fits = right + 110 < width;
        return (
          <g key={i}>
            <line class="guide" x1={end} x2={end} y1={level} y2={i + 1 < dx.length ? level + 19 : lines.dx} />
            <Arrow class="gradient" from={[start, level]} to={[end, level]} />
            <text
              class={`${fits ? 'start' : 'end'} fill`}
              x={fits ? right : Math.min(start, end) - 6}
              y={level + 4}
            >
              dx{subscript(i + 1)} = {formatNumber(value)}
            </text>
          </g>
        );
      })}
      <circle class="fill" cx={pixelOf(scale, db)} cy={lines.dx} r="5" />
    </g>
    <text class="q-x start fill" x={left} y={lines.dx - 98}>
      ∂L/∂b = Σ dx = {formatNumber(db)}
    </text>
  </>
);
