/** @jsxImportSource preact */
// What drawings are made of: scales, axes, and points that a hand, a finger or the arrow keys can move. Drawings are in
// CSS pixels: a figure is drawn for the width that it has, so that its text keeps its size on a phone.

import type { ComponentChildren, SVGAttributes, TargetedPointerEvent } from 'preact';
import { formatNumber } from '../core/format.ts';
import { type NumberField, snapped } from './fields.ts';

/** Values to pixels and back, linearly. */
export interface Scale {
  least: number;
  most: number;
  /** the pixels of `least` and `most` */
  from: number;
  to: number;
}

/** In hundredths of a pixel: what is finer nobody sees, and it would fill the pages with digits. */
export const pixelOf = ({ least, most, from, to }: Scale, value: number): number =>
  Math.round((from + ((value - least) / (most - least)) * (to - from)) * 100) / 100;

const valueAt = ({ least, most, from, to }: Scale, pixel: number): number =>
  least + ((pixel - from) / (to - from)) * (most - least);

/** The next number that is 1, 2 or 5 times a power of ten; 1 for 0. */
export function roundUp(value: number): number {
  if (value === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((each) => each * power >= value) ?? 10);
}

/** Round numbers between the ends of a scale, about `count` of them: 1, 2 or 5 times a power of ten apart. */
export function ticksOf({ least, most }: Pick<Scale, 'least' | 'most'>, count: number): number[] {
  const step = roundUp((most - least) / Math.max(1, count));
  const first = Math.ceil(least / step - 1e-9);
  const last = Math.floor(most / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

interface AxisProps {
  scale: Scale;
  /** where the axis lies on the other side: its y for a horizontal one, its x for a vertical one */
  at: number;
  vertical?: boolean;
  ticks?: readonly number[];
  format?: (value: number) => string;
}

/** A line with ticks and their numbers. Hidden from screen readers: the table has the numbers. */
export function Axis({ scale, at, vertical = false, ticks, format = formatNumber }: AxisProps) {
  const length = Math.abs(scale.to - scale.from);
  const marks = ticks ?? ticksOf(scale, length / (vertical ? 40 : 60));
  const far = Math.max(scale.from, scale.to);
  const near = Math.min(scale.from, scale.to);
  const pixels = marks.map((value) => pixelOf(scale, value));
  // One path, and a text for each tick: a page has many axes, and slow phones count its elements.
  const line = vertical ? `M${at} ${near}V${far}` : `M${near} ${at}H${far}`;
  const tick = (pixel: number) => (vertical ? `M${at - 4} ${pixel}h4` : `M${pixel} ${at}v4`);
  return (
    <g class="axis" aria-hidden="true">
      <path d={line + pixels.map(tick).join('')} />
      {marks.map((value, k) => {
        const pixel = pixels[k] as number;
        return vertical ? (
          <text key={value} x={at - 7} y={pixel + 4} class="end">
            {format(value)}
          </text>
        ) : (
          <text key={value} x={pixel} y={at + 17}>
            {format(value)}
          </text>
        );
      })}
    </g>
  );
}

interface HandleProps {
  scale: Scale;
  value: number;
  bounds: Pick<NumberField, 'least' | 'most' | 'step'>;
  /** the pixel on the other axis */
  at: number;
  vertical?: boolean;
  /** what a screen reader calls it, and its value in words */
  label: string;
  inWords?: string;
  /** the class of its quantity: `q-x` */
  quantity?: string;
  onMove: (value: number) => void;
  /** it has the focus, or a hand on it */
  onChosen?: () => void;
  /** its shape about (0, 0); a disk where none is given */
  children?: ComponentChildren;
}

/** The pixel of the drawing under the pointer. */
function pointerPixel(event: TargetedPointerEvent<SVGGElement>, vertical: boolean): number {
  const matrix = event.currentTarget.ownerSVGElement?.getScreenCTM()?.inverse();
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  return vertical ? point.y : point.x;
}

/** The hand takes the handle that is nearest: where two reaches overlap, it need not be the one on top. */
export function takeNearest(event: TargetedPointerEvent<SVGGElement>): void {
  if (event.button !== 0) return;
  const distanceTo = (handle: SVGGElement) => {
    const reach = handle.querySelector('.reach')?.getBoundingClientRect() ?? new DOMRect();
    return Math.hypot(reach.x + reach.width / 2 - event.clientX, reach.y + reach.height / 2 - event.clientY);
  };
  const all = event.currentTarget.ownerSVGElement?.querySelectorAll<SVGGElement>('.handle') ?? [];
  let nearest = event.currentTarget;
  for (const handle of all) if (distanceTo(handle) < distanceTo(nearest)) nearest = handle;
  nearest.setPointerCapture(event.pointerId);
  nearest.focus();
}

/** Left alone, the browser would give the focus to the handle on top after all. */
export const keepFocus = (event: Event): void => event.preventDefault();

/** How far a key moves a value, in steps; undefined for keys that do not. */
const stepsOfKey: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
};

/** A point on a scale that can be dragged, and moved with the arrow keys, as the slider it is. */
export function Handle({
  scale,
  value,
  bounds,
  at,
  vertical = false,
  label,
  inWords = formatNumber(value),
  quantity = 'q-x',
  onMove,
  onChosen,
  children = <circle r="7" />,
}: HandleProps) {
  const move = (to: number) => {
    const next = snapped(to, bounds);
    if (next !== value) onMove(next);
  };
  const pixel = pixelOf(scale, value);
  return (
    <g
      class={`handle ${quantity} ${vertical ? 'vertical' : 'horizontal'}`}
      transform={vertical ? `translate(${at} ${pixel})` : `translate(${pixel} ${at})`}
      role="slider"
      // In small letters: the names of SVG's attributes are case-sensitive.
      tabindex={0}
      aria-label={label}
      aria-orientation={vertical ? 'vertical' : 'horizontal'}
      aria-valuemin={bounds.least}
      aria-valuemax={bounds.most}
      aria-valuenow={value}
      aria-valuetext={inWords}
      onFocus={onChosen}
      onKeyDown={(event) => {
        const steps = stepsOfKey[event.key];
        const end = event.key === 'Home' ? bounds.least : event.key === 'End' ? bounds.most : undefined;
        if (event.ctrlKey || event.metaKey || event.altKey || (steps === undefined && end === undefined))
          return;
        event.preventDefault();
        move(end ?? value + (steps ?? 0) * bounds.step);
      }}
      onPointerDown={takeNearest}
      onMouseDown={keepFocus}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        move(valueAt(scale, pointerPixel(event, vertical)));
      }}
    >
      {/* A finger needs more than the point that is seen. */}
      <circle class="reach" r="16" />
      {children}
    </g>
  );
}

/** An arrow from one point to another, with a head of its own. */
export function Arrow({
  from: [x1, y1],
  to: [x2, y2],
  ...rest
}: { from: readonly [number, number]; to: readonly [number, number] } & Omit<
  SVGAttributes<SVGGElement>,
  'from' | 'to'
>) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length < 0.5) return null;
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const size = Math.min(7, length);
  const [bx, by] = [x2 - dx * size, y2 - dy * size];
  const head = [
    [x2, y2],
    [bx - dy * size * 0.45, by + dx * size * 0.45],
    [bx + dy * size * 0.45, by - dx * size * 0.45],
  ].map(([x = 0, y = 0]) => `${x.toFixed(1)},${y.toFixed(1)}`);
  return (
    <g {...rest}>
      <line class="line" x1={x1} y1={y1} x2={bx} y2={by} />
      <polygon class="fill" points={head.join(' ')} />
    </g>
  );
}
