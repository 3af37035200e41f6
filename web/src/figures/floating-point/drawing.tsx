/** @jsxImportSource preact */
// The right digits of each way to compute, line by line, against the offset.

import { powerOfTen } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, Handle, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { equal, type LineName, type Model, offsets, type State } from './model.ts';

/** 0, 1, 10, 100, 1000, then 10⁴ and on. */
export const inWords = (offset: number) =>
  offset < 1e4 ? String(offset) : powerOfTen(offsets.indexOf(offset) - 1);

/** The marker of each line, at its first point. */
const shapes: Record<LineName, string> = {
  one_pass: 'm-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z',
  two_pass: 'm-3.5,-3.5h7v7h-7z',
  corrected_two_pass: 'm0,-4.5l4.5,8h-9z',
  core: 'm0,-5l5,5l-5,5l-5,-5z',
  storing: 'm-3,0h6m-3,-3v6',
};

/** `points` are pixels: "32.0,61.5". */
const Marks = ({ line, points }: { line: LineName; points: readonly string[] }) => (
  <path class={`mark ${line}`} d={points.map((point) => `M${point}${shapes[line]}`).join('')} />
);

/** How a line of the drawing looks, beside its name. */
export const Sample = ({ line }: { line: LineName }) => (
  <Picture class="sample" width={36} height={12}>
    <line class={`line ${line}`} x1="1" x2="35" y1="6" y2="6" />
    <Marks line={line} points={['18,6']} />
  </Picture>
);

type Layout = ReturnType<typeof layoutFor>;

function layoutFor(width: number) {
  const isNarrow = width < 480;
  const bottom = isNarrow ? 236 : 276;
  const axis = bottom + 22;
  const right: Scale = { least: 0, most: equal, from: bottom, to: 26 };
  const along: Scale = { least: 0, most: offsets.length - 1, from: 32, to: width - 18 };
  const x = (k: number) => pixelOf(along, k);
  return {
    width,
    isNarrow,
    bottom,
    axis,
    height: axis + 46,
    right,
    along,
    /** of an offset by its place, and of a number of digits */
    x,
    y: (digits: number) => pixelOf(right, digits),
    /** between two offsets */
    step: x(1) - x(0),
  };
}

interface PartProps {
  model: Model;
  layout: Layout;
}

function Line({ model: { drawn, digitsOf }, layout: { x, y }, line }: PartProps & { line: LineName }) {
  const points = Array.from(
    { length: drawn },
    (_, k) => `${x(k).toFixed(1)},${y(digitsOf(line, k)).toFixed(1)}`,
  );
  // On a logarithmic axis an offset of 0 would be infinitely far to the left of 1.
  return (
    <g>
      <polyline class={`line ${line}`} points={points.slice(1).join(' ')} />
      <Marks line={line} points={points} />
    </g>
  );
}

/** Where all x are stored as one number. */
const Merged = ({ model: { merged }, layout: { x, y, bottom }, id }: PartProps & { id: string }) => (
  <g>
    <rect
      x={x(merged - 0.5)}
      y={y(equal)}
      width={x(offsets.length - 0.7) - x(merged - 0.5)}
      height={bottom - y(equal)}
      fill={`url(#${id}-hatch)`}
    />
    {['every x is stored', 'as the same', 'number'].map((part, k) => (
      <text key={part} class="merged" x={x((merged + offsets.length - 1) / 2)} y={y(13) + 17 * k}>
        {part}
      </text>
    ))}
  </g>
);

const Axes = ({ right, along, axis, isNarrow }: Layout) => (
  <>
    <Axis scale={right} at={along.from - 8} vertical ticks={[0, 4, 8, 12, 16]} />
    <text class="axis-label start" x={2} y={12}>
      right digits
    </text>
    <Axis
      scale={along}
      at={axis}
      ticks={offsets.map((_, k) => k).filter((k) => !isNarrow || k % 3 === 1 || k === 0)}
      format={(k) => (k < 3 ? String(offsets[k]) : powerOfTen(k - 1))}
    />
    <text class="axis-label end" x={along.to} y={axis + 38}>
      offset added to each x
    </text>
  </>
);

/** Where a falling line crosses a level, between two offsets; the last offset where it stays above. */
function passes({ drawn, digitsOf }: Model, line: LineName, level: number): number {
  const k = offsets.findIndex((_, at) => at > 0 && at < drawn && digitsOf(line, at) <= level);
  if (k < 1) return drawn - 1;
  const [before, after] = [digitsOf(line, k - 1), digitsOf(line, k)];
  return k - 1 + (before - level) / (before - after || 1);
}

/** The names of the lines, each beside its line where it falls. */
function LineLabels({ model, layout: { x, y, step, width } }: PartProps) {
  const { held, double, drawn, digitsOf } = model;
  const named = (side: 'start' | 'end', at: number, level: number, words: string) => (
    <text class={side} x={x(at)} y={y(level)}>
      {words}
    </text>
  );
  const twoPassFalls = passes(model, 'two_pass', held / 2);
  const twoPassEnd = digitsOf('two_pass', drawn - 1);
  const hasRoom = x(twoPassFalls) + 70 < width;
  const onePassEnds = Math.ceil(passes(model, 'one_pass', 0.1));
  // Below its line all along: this high is the line where the words end.
  const storedEnd = digitsOf('storing', Math.min(drawn - 1, onePassEnds + Math.ceil(64 / step)));
  return (
    <g class="line-labels">
      {named('end', passes(model, 'one_pass', held / 5) - 16 / step, held / 5, 'one-pass')}
      {twoPassEnd < held - 1 &&
        named(
          hasRoom ? 'start' : 'end',
          twoPassFalls + (hasRoom ? 14 : -14) / step,
          Math.max(held / 2, twoPassEnd) - (hasRoom ? 0 : 1.2),
          'two-pass',
        )}
      {storedEnd < held - 1 &&
        named('start', onePassEnds + 8 / step, Math.max(0.6, storedEnd - 1.2), 'x as stored')}
      {named('start', 1 - 4 / step, double + 0.6, 'the lesson’s core')}
      {named('end', drawn - 1, held + 0.6, 'corrected two-pass')}
    </g>
  );
}

interface DrawingProps {
  model: Model;
  width: number;
  id: string;
  set: (change: Partial<State>) => void;
}

export function Drawing({ model, width, id, set }: DrawingProps) {
  const { chosen, merged, drawn, offset } = model;
  const layout = layoutFor(width);
  const { x, y, axis, along, height } = layout;
  const part = { model, layout };
  return (
    <Picture
      width={width}
      height={height}
      role="group"
      label="Right digits of the variance against the offset"
    >
      <defs>
        <pattern id={`${id}-hatch`} width="7" height="7" patternUnits="userSpaceOnUse">
          <path class="hatch" d="M0,7L7,0" />
        </pattern>
      </defs>
      {merged >= 0 && <Merged {...part} id={id} />}
      <Axes {...layout} />
      <line class="chosen" x1={x(chosen)} x2={x(chosen)} y1={y(equal)} y2={axis} />
      {(['core', 'storing', 'one_pass', 'two_pass', 'corrected_two_pass'] as const).map((line) => (
        <Line key={line} {...part} line={line} />
      ))}
      {drawn > 1 && <LineLabels {...part} />}
      <Handle
        scale={along}
        value={chosen}
        bounds={{ least: 0, most: offsets.length - 1, step: 1 }}
        at={axis}
        label="offset"
        inWords={inWords(offset)}
        onMove={(k) => set({ offset: valueAt(offsets, k) })}
      />
    </Picture>
  );
}
