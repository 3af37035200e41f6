/** @jsxImportSource preact */
// Every seed of an experiment as a dot, with quartiles and median: the same drawing in a file, as the page comes, and on
// the page, for the seeds that ran there.

import { formatNumber, powerAtAxis } from '../../core/format.ts';
import { quartilesOf, type Results, seedsIn } from '../../core/evidence.ts';
import { roundUp } from '../../drawing/plot.tsx';
import type { PlotBlock } from './schema.ts';

const frame = { width: 640, left: 70, right: 630, top: 34, bottom: 226 };

export const plotWidth = frame.width;

/** What a drawing shows, in words: the medians. */
export function inWords({ title, arms, measure, at, along }: PlotBlock, results: Results): string {
  const median = (name: string) => {
    const [, value] = quartilesOf(results[name] ?? []);
    return Number.isFinite(value) ? formatNumber(Number(value.toPrecision(2))) : 'not finite';
  };
  const words = arms.map(({ name, label }) =>
    at
      ? `${label}: ${at.map((place, k) => `${median(`${name}.${measure}.${k}`)} at ${place}`).join(', ')}`
      : `${label}: ${median(`${name}.${measure}`)}`,
  );
  return `${title}. Medians of ${seedsIn(results)} seeds${along === undefined ? '' : `, by ${along}`}. ${words.join('; ')}.`;
}

interface Axis {
  at: (value: number) => number;
  ticks: { value: number; text: string }[];
}

/** Numbers that are not finite, and zeros on a logarithmic axis, are drawn at the ends of the axis. */
function axisOf(
  { scale, most: limit = Number.POSITIVE_INFINITY }: PlotBlock,
  values: readonly number[],
): Axis {
  const isLog = scale === 'log';
  const shown = values
    .filter((value) => Number.isFinite(value) && (!isLog || value > 1e-17))
    .map((value) => Math.min(value, limit));
  const toAxis = (value: number) => (isLog ? Math.log10(Math.max(value, 1e-17)) : value);
  const most = shown.length === 0 ? 1 : toAxis(Math.max(...shown));
  const least = shown.length === 0 ? 0 : toAxis(Math.min(...shown));
  const step = isLog ? Math.max(1, Math.ceil((most - least) / 5)) : roundUp(Math.max(most - least, 1e-9) / 4);
  const low = isLog ? Math.max(-17, Math.floor(least / step) * step) : Math.floor(least / step) * step;
  const high = Math.max(low + step, Math.ceil(most / step) * step);
  const ticks: Axis['ticks'] = [];
  for (let tick = low; tick <= high + step / 1e6; tick += step)
    ticks.push({
      value: isLog ? 10 ** tick : tick,
      text: isLog ? powerAtAxis(Math.round(tick)) : formatNumber(tick),
    });
  const at = (value: number) => {
    const place = Number.isFinite(value) ? Math.min(high, Math.max(low, toAxis(value))) : high;
    return frame.bottom - ((frame.bottom - frame.top) * (place - low)) / (high - low);
  };
  return { at, ticks };
}

/** A label in lines of about as many letters as fit. */
function linesOf(label: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of label.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < letters)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The labels of the horizontal axis, in lines; on a phone a letter takes about 10 units of the drawing. */
function placesOf({ arms, at }: PlotBlock): string[][] {
  const places = at ?? arms.map((arm) => arm.label);
  const pitch = (frame.right - frame.left) / places.length;
  return places.map((place) => linesOf(place, Math.floor(pitch / 10.5)));
}

const linesBelow = (plot: PlotBlock) => Math.max(...placesOf(plot).map(({ length }) => length));

/** The height of the drawing, with room for the lines below its axis. */
export const plotHeight = (plot: PlotBlock): number =>
  frame.bottom + 28 + 23 * (linesBelow(plot) - (plot.along === undefined ? 1 : 0));

const fixed = (value: number) => value.toFixed(1);

export interface PlotProps {
  plot: PlotBlock;
  results: Results;
  /** names the drawing where it stands alone in the page; a file is named by its image */
  label?: string;
}

export function Plot({ plot, results, label }: PlotProps) {
  const { arms, measure, at, along } = plot;
  const places = placesOf(plot);
  const height = plotHeight(plot);
  const valuesAt = (arm: string, place: number) =>
    results[at ? `${arm}.${measure}.${place}` : `${arm}.${measure}`] ?? [];
  const shown = arms.map(({ name }, k) =>
    at
      ? places.map((_, place) => ({ place, values: valuesAt(name, place) }))
      : [{ place: k, values: valuesAt(name, k) }],
  );
  const axis = axisOf(
    plot,
    shown.flat().flatMap(({ values }) => values),
  );
  const pitch = (frame.right - frame.left) / places.length;
  const lane = at ? pitch / (arms.length + 0.5) : pitch;
  const half = Math.min(16, 0.36 * lane);
  const middle = (arm: number, place: number) =>
    frame.left + pitch * (place + 0.5) + (at ? lane * (arm - (arms.length - 1) / 2) : 0);
  return (
    <svg
      class="experiment-plot"
      viewBox={`0 0 ${frame.width} ${height}`}
      width={label === undefined ? frame.width : undefined}
      height={label === undefined ? height : undefined}
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      xmlns="http://www.w3.org/2000/svg"
    >
      <path class="axis-line" d={`M${frame.left} ${frame.top}V${frame.bottom}H${frame.right}`} />
      <path
        class="grid"
        d={axis.ticks.map(({ value }) => `M${frame.left} ${fixed(axis.at(value))}H${frame.right}`).join('')}
      />
      {axis.ticks.map(({ value, text }) => (
        <text key={text} class="end" x={frame.left - 8} y={axis.at(value) + 4}>
          {text}
        </text>
      ))}
      {places.map((place, k) => (
        <text key={place.join(' ')} class="middle" x={frame.left + pitch * (k + 0.5)} y={frame.bottom + 20}>
          {place.map((line, row) => (
            <tspan key={line} x={frame.left + pitch * (k + 0.5)} dy={row === 0 ? 0 : '1.15em'}>
              {line}
            </tspan>
          ))}
        </text>
      ))}
      {along !== undefined && (
        <text class="middle" x={(frame.left + frame.right) / 2} y={frame.bottom + 20 + 23 * linesBelow(plot)}>
          {along}
        </text>
      )}
      {at && arms.length > 1 && (
        <text x={frame.left} y={frame.top - 14}>
          {arms.map(({ name, label: words }, k) => (
            <tspan key={name} class={`arm-${k}`} dx={k === 0 ? 0 : 18}>
              {k === 1 ? '■' : '●'} {words}
            </tspan>
          ))}
        </text>
      )}
      {shown.map((columns, arm) => {
        const drawn = columns.filter(({ values }) => values.length > 0);
        const summed = drawn.map(({ place, values }) => ({ x: middle(arm, place), of: quartilesOf(values) }));
        return (
          <g key={arms[arm]?.name} class={`arm-${at ? arm : arm === 0 || arms[arm]?.plain ? 0 : 1}`}>
            <path
              class="seeds"
              d={drawn
                .flatMap(({ place, values }) =>
                  values.map((value, k) => {
                    // Spread sideways, so that equal values do not hide each other.
                    const aside = ((k * 0.618) % 1) * 2 - 1;
                    return `M${fixed(middle(arm, place) + half * aside)} ${fixed(axis.at(value))}h0`;
                  }),
                )
                .join('')}
            />
            <path
              class="quartiles"
              d={summed
                .map(({ x, of }) => `M${fixed(x)} ${fixed(axis.at(of[0]))}V${fixed(axis.at(of[2]))}`)
                .join('')}
            />
            <path
              class="median"
              d={summed
                .map(({ x, of }) => `M${fixed(x - half - 2)} ${fixed(axis.at(of[1]))}h${fixed(2 * half + 4)}`)
                .join('')}
            />
          </g>
        );
      })}
    </svg>
  );
}
