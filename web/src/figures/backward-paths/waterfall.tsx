/** @jsxImportSource preact */
// A sum as a waterfall: each part starts where the one before it ends.

import { pixelOf, type Scale } from '../../drawing/plot.tsx';

export interface Part {
  value: number;
  /** class of its colour, and what fills it: a pattern, or currentColor */
  quantity: string;
  fill: string;
  /** A part that does not count is drawn hollow, and the next one starts where it does. */
  counts: boolean;
}

interface WaterfallProps {
  parts: readonly Part[];
  /** vertical */
  scale: Scale;
  /** the left edge of the first bar, and the width of each */
  at: number;
  bar: number;
}

export function Waterfall({ parts, scale, at, bar }: WaterfallProps) {
  let level = 0;
  return (
    <g class="waterfall">
      {parts.map(({ value, quantity, fill, counts }, k) => {
        const ends = [pixelOf(scale, level), pixelOf(scale, level + value)];
        const top = Math.min(...ends);
        const left = at + k * bar;
        if (counts) level += value;
        const reached = pixelOf(scale, level);
        return (
          <g key={k} class={quantity}>
            <rect
              class={counts ? 'bar' : 'bar hollow'}
              x={left + 1}
              y={top}
              width={bar - 2}
              height={Math.max(1, Math.max(...ends) - top)}
              fill={counts ? fill : 'none'}
            />
            <line class="level" x1={left + bar - 1} x2={left + bar + 1} y1={reached} y2={reached} />
          </g>
        );
      })}
    </g>
  );
}
