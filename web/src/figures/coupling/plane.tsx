/** @jsxImportSource preact */
// A point in a plane: dragged in any direction, rotated about a centre with the arrow keys.

import type { ComponentChildren, TargetedPointerEvent } from 'preact';
import { keepFocus, takeNearest } from '../../drawing/plot.tsx';

/** Across and up, from a centre. */
export type Point = readonly [number, number];

/** A plane with its centre in the drawing, and the pixels of one unit. */
export interface Plane {
  centre: Point;
  unit: number;
}

export const pixelsOf = ({ centre: [across, down], unit }: Plane, [a, b]: Point): Point => [
  across + unit * a,
  down - unit * b,
];

export const lengthOf = ([a, b]: Point): number => Math.hypot(a, b);

/** Degrees counterclockwise, from 0 to 360; 0 points right. */
export const degreesOf = ([a, b]: Point): number => ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;

export const pointAt = (degrees: number, length: number): Point => [
  length * Math.cos((degrees * Math.PI) / 180),
  length * Math.sin((degrees * Math.PI) / 180),
];

function pointUnder(event: TargetedPointerEvent<SVGGElement>, { centre, unit }: Plane): Point {
  const matrix = event.currentTarget.ownerSVGElement?.getScreenCTM()?.inverse();
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  return [(x - centre[0]) / unit, (centre[1] - y) / unit];
}

/** How far a key turns, in degrees; undefined for keys that do not. */
const turnOfKey: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
};

interface PlaneHandleProps {
  plane: Plane;
  /** where it is drawn */
  point: Point;
  /** its direction: what the keys change and a screen reader calls its value */
  degrees: number;
  label: string;
  inWords: string;
  /** the class of its quantity: `q-x` */
  quantity: string;
  onMove: (point: Point) => void;
  onTurn: (degrees: number) => void;
  /** its shape about (0, 0) */
  children: ComponentChildren;
}

export function PlaneHandle(props: PlaneHandleProps) {
  const { plane, point, degrees, label, inWords, quantity, onMove, onTurn, children } = props;
  return (
    <g
      class={`handle ${quantity}`}
      transform={`translate(${pixelsOf(plane, point).join(' ')})`}
      role="slider"
      tabindex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={360}
      aria-valuenow={Math.round(degrees)}
      aria-valuetext={inWords}
      onKeyDown={(event) => {
        const turn = turnOfKey[event.key];
        if (event.ctrlKey || event.metaKey || event.altKey || turn === undefined) return;
        event.preventDefault();
        onTurn((degrees + turn + 360) % 360);
      }}
      onPointerDown={takeNearest}
      onMouseDown={keepFocus}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) onMove(pointUnder(event, plane));
      }}
    >
      <circle class="reach" r="16" />
      {children}
    </g>
  );
}
