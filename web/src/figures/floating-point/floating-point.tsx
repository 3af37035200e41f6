/** @jsxImportSource preact */
// The digits that are right of a variance, by the way it is computed, as an offset is added to the values.

import type { Estimate, Precision, VarianceMethods } from '../../core/core.ts';
import { choice, list, number, stops } from '../../drawing/fields.ts';
import { figure } from '../../drawing/figure.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, Handle, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { formatNumber, powerOfTen } from '../../core/format.ts';
import { only, valueAt } from '../../core/values.ts';
import { printBeside } from './right-digits.ts';
import { equal, offsets, varianceCurve } from './variance-curve.ts';

const bounds = { least: -10, most: 10, step: 0.1 };

const fields = {
  values: list([0.5, 0.6, 1.3, 1.5, 1.8, 2.4], bounds, [4, 8]),
  offset: stops(1e4, offsets),
  precision: choice('single', 'single', 'double'),
  /** which values come next */
  seed: number(0, 0, 1e6, 1),
};

/** Significant digits: as many as tell all numbers of a precision apart. */
const printed: Record<Precision, number> = { single: 9, double: 17 };

/** The methods as the core names them, and as the figure does. */
const methods = [
  { name: 'one_pass', label: 'one-pass' },
  { name: 'two_pass', label: 'two-pass' },
  { name: 'corrected_two_pass', label: 'corrected two-pass' },
  { name: 'core', label: 'this page’s core' },
] as const;
type LineName = (typeof methods)[number]['name'] | 'storing';

/** 0, 1, 10, 100, 1000, then 10⁴ and on. */
const inWords = (offset: number) => (offset < 1e4 ? String(offset) : powerOfTen(offsets.indexOf(offset) - 1));

/** A shape of its own for each line, about the point where it begins. */
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
const Sample = ({ line }: { line: LineName }) => (
  <Picture class="sample" width={36} height={12}>
    <line class={`line ${line}`} x1="1" x2="35" y1="6" y2="6" />
    <Marks line={line} points={['18,6']} />
  </Picture>
);

/** A number with its right and wrong digits marked. */
function Digits({ value, truth, digits }: { value: number; truth: number; digits: number }) {
  const { sign, right, wrong, power } = printBeside(value, truth, digits);
  return (
    <data class="digits" value={String(value)}>
      <span class="sign">{sign}</span>
      {right !== '' && <span class="right">{right}</span>}
      {wrong !== '' && <span class="wrong">{wrong}</span>}
      {power}
    </data>
  );
}

export const floatingPoint = figure({
  kind: 'floating-point',
  fields,
  view({ core, state, set, controls, width, id }) {
    const { values, offset, precision } = state;
    const { variance, results, kept } = varianceCurve(core, values, precision);
    const chosen = offsets.indexOf(offset);
    const result = results[chosen] as VarianceMethods;
    const digits = printed[precision];
    const holds = (bits: number) => only(core.evaluate('bits * log(2) / log(10)', { bits }).shown);
    const double = holds(53);
    const held = precision === 'single' ? holds(24) : double;
    const heldBy = (line: LineName) => (line === 'core' ? double : held);
    const rightDigits = (line: LineName, k: number) =>
      (line === 'storing' ? kept[k] : results[k]?.[line].digits) ?? 0;
    // What is right beyond the digits that every number of the precision has is luck.
    const digitsOf = (line: LineName, k: number) => Math.min(heldBy(line), rightDigits(line, k));
    const count = (right: number, all: number) =>
      right.toFixed(1) === all.toFixed(1) ? 'all' : right < 0.05 ? 'none' : right.toFixed(1);
    const countOf = (line: LineName) => count(digitsOf(line, chosen), heldBy(line));
    const eps = 1e-5; // the default of Flax
    const spread = ({ value }: Pick<Estimate, 'value'>) =>
      only(
        core.evaluate('sqrt(exact / (used + eps))', { exact: result.exact, used: Math.max(0, value), eps })
          .shown,
      );

    const narrow = width < 480;
    const bottom = narrow ? 236 : 276;
    const axis = bottom + 22;
    const height = axis + 46;
    const right: Scale = { least: 0, most: equal, from: bottom, to: 26 };
    const along: Scale = { least: 0, most: offsets.length - 1, from: 32, to: width - 18 };
    const x = (k: number) => pixelOf(along, k);
    const y = (many: number) => pixelOf(right, many);
    // Where all are stored as one number there is nothing left to compute.
    const merged = results.findIndex(({ exact }) => exact === 0);
    const drawn = merged < 0 ? offsets.length : merged;
    const lineOf = (line: LineName) => {
      const points = Array.from(
        { length: drawn },
        (_, k) => `${x(k).toFixed(1)},${y(digitsOf(line, k)).toFixed(1)}`,
      );
      // An offset of 0 lies infinitely far to the left of 1.
      return (
        <g key={line}>
          <polyline class={`line ${line}`} points={points.slice(1).join(' ')} />
          <Marks line={line} points={points} />
        </g>
      );
    };
    const named = (side: 'start' | 'end', at: number, level: number, words: string) => (
      <text class={side} x={x(at)} y={y(level)}>
        {words}
      </text>
    );
    /** Where a line on its way down passes a level, between two offsets; the last offset where it stays above. */
    const passes = (line: LineName, level: number) => {
      const k = offsets.findIndex((_, at) => at > 0 && at < drawn && digitsOf(line, at) <= level);
      if (k < 1) return drawn - 1;
      const [before, after] = [digitsOf(line, k - 1), digitsOf(line, k)];
      return k - 1 + (before - level) / (before - after || 1);
    };
    const step = x(1) - x(0);
    const twoPassFalls = passes('two_pass', held / 2);
    const twoPassEnd = digitsOf('two_pass', drawn - 1);
    const room = x(twoPassFalls) + 70 < width;
    const onePassEnds = Math.ceil(passes('one_pass', 0.1));
    // Below its line all along: this high is the line where the words end.
    const storedEnd = digitsOf('storing', Math.min(drawn - 1, onePassEnds + Math.ceil(64 / step)));

    const merges = result.exact === 0;
    const negative = result.one_pass.value < 0;
    const next = () => {
      const seed = state.seed + 1;
      const draws = core.normalBatches({ seed, batches: 1, m: 4 + (seed % 5), mean: 3, std: 2.5 });
      return {
        seed,
        values: Array.from(draws, (each) => Math.min(10, Math.max(-10, Number(each.toFixed(1))))),
      };
    };

    return {
      controls: (
        <>
          {controls.choice('precision', 'Precision', {
            single: 'single (float32)',
            double: 'double (float64)',
          })}
        </>
      ),
      more: (
        <div class="actions">
          {controls.button('values', '2, 4, 6, 8', () => ({ values: [2, 4, 6, 8] }))}
          {controls.button('values', 'Other values', next)}
        </div>
      ),
      drawing: (
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
          {merged >= 0 && (
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
          )}
          <Axis scale={right} at={along.from - 8} vertical ticks={[0, 4, 8, 12, 16]} />
          <text class="axis-label start" x={2} y={12}>
            right digits
          </text>
          <Axis
            scale={along}
            at={axis}
            ticks={offsets.map((_, k) => k).filter((k) => !narrow || k % 3 === 1 || k === 0)}
            format={(k) => (k < 3 ? String(offsets[k]) : powerOfTen(k - 1))}
          />
          <text class="axis-label end" x={along.to} y={axis + 38}>
            offset added to each x
          </text>
          <line class="chosen" x1={x(chosen)} x2={x(chosen)} y1={y(equal)} y2={axis} />
          {(['core', 'storing', 'one_pass', 'two_pass', 'corrected_two_pass'] as const).map(lineOf)}
          {drawn > 1 && (
            <g class="line-labels">
              {named('end', passes('one_pass', held / 5) - 16 / step, held / 5, 'one-pass')}
              {twoPassEnd < held - 1 &&
                named(
                  room ? 'start' : 'end',
                  twoPassFalls + (room ? 14 : -14) / step,
                  Math.max(held / 2, twoPassEnd) - (room ? 0 : 1.2),
                  'two-pass',
                )}
              {storedEnd < held - 1 &&
                named('start', onePassEnds + 8 / step, Math.max(0.6, storedEnd - 1.2), 'x as stored')}
              {named('start', 1 - 4 / step, double + 0.6, 'this page’s core')}
              {named('end', drawn - 1, held + 0.6, 'corrected two-pass')}
            </g>
          )}
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
      ),
      formulas: (
        <table class="by-method">
          <caption>
            x + {inWords(offset)} is stored as{' '}
            {Array.from(result.stored, (each) => String(Number(each.toPrecision(digits)))).join(', ')}.
          </caption>
          <thead>
            <tr>
              <th scope="col">variance</th>
              <th scope="col" class="q-var">
                value
              </th>
              <th scope="col">right digits</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">of x alone</th>
              <td>
                <data class="digits" value={String(variance)}>
                  <span class="sign" />
                  {variance.toPrecision(digits)}
                </data>
              </td>
              <td />
            </tr>
            <tr>
              <th scope="row">
                <Sample line="storing" /> of x as stored
              </th>
              <td>
                <Digits value={result.exact} truth={variance} digits={digits} />
              </td>
              <td>{count(rightDigits('storing', chosen), equal)}</td>
            </tr>
          </tbody>
          <tbody>
            {methods.map(({ name, label }) => (
              <tr key={name}>
                <th scope="row">
                  <Sample line={name} /> {label}
                </th>
                <td>
                  <Digits value={result[name].value} truth={result.exact} digits={digits} />
                </td>
                <td>{count(rightDigits(name, chosen), equal)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ),
      tables: [
        {
          caption: `The variance at an offset of ${inWords(offset)}`,
          corner: 'method',
          columns: [
            { head: 'variance', quantity: 'var' },
            { head: 'right digits' },
            { head: 'spread of x_hat', quantity: 'x_hat' },
          ],
          rows: [
            ...methods.map(({ name, label }) => ({
              label,
              values: [result[name].value, result[name].digits, spread(result[name])],
            })),
            {
              label: 'exact, of x as stored',
              values: [result.exact, equal, spread({ value: result.exact })],
            },
          ],
        },
        {
          caption: `Right digits in ${precision} precision (17: equal to the exact one)`,
          corner: 'offset',
          columns: [...methods.map(({ label }) => ({ head: label })), { head: 'x as stored' }],
          rows: offsets.map((each, k) => ({
            label: inWords(each),
            values: [...methods.map(({ name }) => results[k]?.[name].digits ?? 0), valueAt(kept, k)],
          })),
        },
      ],
      sentence: merges
        ? `At an offset of ${inWords(offset)} in ${precision} precision every x is stored as the same number. Nothing of their variance is left for any method to find.`
        : [
            `At an offset of ${inWords(offset)}, of the ${formatNumber(held, 2)} digits that ${precision} precision holds, the one-pass variance has ${countOf('one_pass')} right,`,
            `the two-pass one ${countOf('two_pass')}, the corrected one ${countOf('corrected_two_pass')}.`,
            negative
              ? `One-pass gives ${formatNumber(result.one_pass.value)}, which has no root; clipped at 0, as Flax does it, and with eps\u00a0=\u00a0${formatNumber(eps)} it would give x_hat a spread of ${formatNumber(spread(result.one_pass))} instead of 1.`
              : '',
          ]
            .filter(Boolean)
            .join(' '),
    };
  },
});
