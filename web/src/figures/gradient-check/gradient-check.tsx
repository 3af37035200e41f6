/** @jsxImportSource preact */
// The error of a numerical gradient against its step, for right code and for code that forgets a path: a check means
// something where it passes the one and fails the other.

import { choice, initialState, number, stops } from '../../drawing/fields.ts';
import { figure, Table } from '../../drawing/figure.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, Handle, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { Words } from '../../drawing/words.tsx';
import { formatNumber, powerOfTen } from '../../core/format.ts';
import { only, valueAt } from '../../core/values.ts';
import {
  bestOf,
  checkAt,
  type Code,
  findingOf,
  rule,
  rulingOf,
  type Setup,
  stepInWords,
  whyBlind,
} from './check.ts';

const fields = {
  loss: choice('weighted', 'weighted', 'sum', 'relu'),
  scheme: choice('central', 'forward', 'central'),
  precision: choice('double', 'single', 'double'),
  batch: choice('four', 'four', 'two'),
  /** the path that the code beside the numeric gradient forgets */
  drop: choice('none', 'none', 'mean', 'var', 'both'),
  gamma: number(1.5, -3, 3, 0.1),
  beta: number(0.5, -3, 3, 0.1),
  eps: stops(1e-5, [0, 1e-5, 1e-3, 0.1, 1]),
  /** the step h is 10 to this power */
  exponent: number(-12, -16, 0, 0.25),
};

const batches = {
  four: { x: [1.3, -0.4, 2.1, 0.6], dy: [0.7, -1.1, 0.4, 0.9] },
  two: { x: [1, 2], dy: [0.7, -1.1] },
};

/** The exponents of the steps: for the curve of right code, for those it is compared with, and for level ones. */
const fine = Array.from({ length: 65 }, (_, k) => -16 + k / 4);
const coarse = Array.from({ length: 17 }, (_, k) => -16 + k);
const level = Array.from({ length: 9 }, (_, k) => -16 + 2 * k);

/** Errors below `least` are drawn there, and an error of exactly 0 at `zero`. */
const floor = { least: -13, zero: -14, bottom: -15 };

const looks: Record<Code, { name: string; quantity: string; glyph: string }> = {
  none: { name: 'right code', quantity: 'y', glyph: '●' },
  mean: { name: 'no mean path', quantity: 'mean', glyph: '◆' },
  var: { name: 'no variance path', quantity: 'var', glyph: '■' },
  both: { name: 'neither path', quantity: 'dy', glyph: '▲' },
};

function Mark({ code }: { code: Code }) {
  switch (code) {
    case 'none':
      return <circle class="fill" r="4.5" />;
    case 'mean':
      return <polygon class="fill" points="0,-8 8,0 0,8 -8,0" />;
    case 'var':
      return <rect class="fill" x="-6" y="-6" width="12" height="12" />;
    case 'both':
      return <polygon class="fill" points="0,-10 9,7 -9,7" />;
  }
}

interface RulingsProps {
  marks: readonly { code: Code; error: number }[];
  step: string;
}

/** What the check says of each code at the step, and whether it should. */
function Rulings({ marks, step }: RulingsProps) {
  return (
    <table class="numbers">
      <caption>What the check says at h = {step}</caption>
      <thead>
        <tr>
          <th scope="col">code</th>
          <th scope="col">error</th>
          <th scope="col">it says</th>
        </tr>
      </thead>
      <tbody>
        {marks.map(({ code, error }) => {
          const { name, quantity, glyph } = looks[code];
          const ruling = rulingOf(error);
          const isRight = ruling === (code === 'none' ? 'agrees' : 'differs');
          return (
            <tr key={code}>
              <th scope="row">
                <span class={`q-${quantity}`} aria-hidden="true">
                  {glyph}
                </span>{' '}
                {name}
              </th>
              {Number.isNaN(error) ? (
                <td>–</td>
              ) : (
                <td data-value={String(error)}>{formatNumber(error, 2)}</td>
              )}
              <td class={isRight ? 'says' : 'says mistaken'}>
                {Number.isNaN(error)
                  ? ruling
                  : `${ruling}, ${isRight ? 'as it should' : `though the code is ${code === 'none' ? 'right' : 'wrong'}`}`}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Errors against exponents as a path, with gaps where there is no value. */
function pathOf(
  exponents: readonly number[],
  errors: ArrayLike<number>,
  toX: (exponent: number) => number,
  toY: (error: number) => number,
): string {
  let pen = 'M';
  return exponents
    .map((exponent, k) => {
      const error = errors[k] ?? Number.NaN;
      const to = Number.isNaN(error) ? '' : `${pen}${toX(exponent).toFixed(1)},${toY(error).toFixed(1)}`;
      pen = to === '' ? 'M' : 'L';
      return to;
    })
    .join('');
}

const orNoValue = (value: number | undefined) =>
  value === undefined || Number.isNaN(value) ? 'no value' : value;

export const gradientCheck = figure({
  kind: 'gradient-check',
  fields,
  view({ core, state, set, controls, width }) {
    const { loss, scheme, precision, batch, drop, gamma, beta, eps, exponent } = state;
    const setup: Setup = { ...batches[batch], gamma, beta, eps, loss, scheme, precision };
    const codes: readonly Code[] = ['none', 'mean', 'var', ...(drop === 'both' ? (['both'] as const) : [])];
    const right = checkAt(core, setup, 'none', fine);
    const best = bestOf(right.error, fine);
    const wrong = codes
      .slice(1)
      .map((code) => ({ code, exponents: level, errors: checkAt(core, setup, code, level).error }));
    const curves = [{ code: 'none' as Code, exponents: fine, errors: right.error }, ...wrong];
    const here = (code: Code) => checkAt(core, setup, code, [exponent]);
    const errorHere = (code: Code) => here(code).error[0] ?? Number.NaN;
    const marks = codes.map((code) => ({ code, error: errorHere(code) }));
    const finding = findingOf(
      core,
      setup,
      exponent,
      { none: errorHere('none'), mean: errorHere('mean'), var: errorHere('var') },
      best,
    );
    const otherScheme = scheme === 'central' ? 'forward' : 'central';
    const otherPrecision = precision === 'double' ? 'single' : 'double';
    const others = [
      { name: otherScheme, check: checkAt(core, { ...setup, scheme: otherScheme }, 'none', coarse) },
      { name: otherPrecision, check: checkAt(core, { ...setup, precision: otherPrecision }, 'none', coarse) },
    ];
    const blind = whyBlind(core, setup) !== undefined;
    const checked = here(drop);

    const trap = (name: string, label: string, change: () => Partial<typeof state>) =>
      controls.button(name, label, () => ({ ...initialState(fields), exponent: -5, ...change() }));
    /** The beta that puts the last y just above the kink. */
    const atTheKink = () => {
      const first = initialState(fields);
      const { x } = batches[first.batch];
      const { y } = core.forwardTrace({ x, gamma: [first.gamma], beta: [0], eps: first.eps });
      return only(core.evaluate('0.00003 - y[3]', { y }).shown);
    };

    const narrow = width < 480;
    const height = narrow ? 300 : 360;
    const xs: Scale = { least: -16, most: 0, from: 52, to: width - 16 };
    const ys: Scale = { least: floor.bottom, most: 0.6, from: height - 44, to: 24 };
    const toX = (power: number) => pixelOf(xs, power);
    const toY = (error: number) =>
      pixelOf(ys, error === 0 ? floor.zero : Math.max(floor.least, Math.log10(error)));
    const every = (least: number, apart: number) =>
      Array.from({ length: Math.floor(-least / apart) + 1 }, (_, k) => -k * apart);

    return {
      controls: (
        <>
          {controls.choice('loss', 'Loss L', {
            weighted: 'Σ dyᵢ yᵢ',
            sum: 'Σ yᵢ',
            relu: 'Σ dyᵢ max(yᵢ, 0)',
          })}
          {controls.choice('batch', 'Batch', { four: '4 examples', two: '2 examples' })}
        </>
      ),
      more: (
        <>
          {controls.choice('scheme', 'Difference', { forward: 'forward', central: 'central' })}
          {controls.choice('precision', 'Precision', { single: 'single', double: 'double' })}
          {controls.choice('drop', 'Code compared', {
            none: 'right',
            mean: 'no mean path',
            var: 'no variance path',
            both: 'neither path',
          })}
          {controls.slider('gamma', <span class="q-gamma">γ gamma</span>)}
          {controls.slider('beta', <span class="q-beta">β beta</span>)}
          {controls.slider('eps', 'ε eps')}
          <div class="actions">
            {trap('trap-sum', 'Trap: the sum', () => ({ loss: 'sum' }))}
            {trap('trap-two', 'Trap: a batch of two', () => ({ batch: 'two', eps: 0, exponent: -6 }))}
            {trap('trap-kink', 'Trap: a kink', () => ({ loss: 'relu', beta: atTheKink(), exponent: -4 }))}
            {trap('trap-single', 'Trap: single precision', () => ({ precision: 'single' }))}
          </div>
        </>
      ),
      drawing: (
        <>
          <Words class="verdict" data-verdict={finding.sound ? 'right' : 'wrong'}>
            <span class="icon" aria-hidden="true">
              {finding.sound ? '✓' : '✗'}
            </span>
            <strong>{finding.sound ? 'This check means something.' : 'This check means nothing yet.'}</strong>
          </Words>
          <Picture width={width} height={height} role="group" label="Relative error against the step">
            <rect
              class="zone agrees"
              x={xs.from}
              y={toY(rule.agrees)}
              width={xs.to - xs.from}
              height={ys.from - toY(rule.agrees)}
            />
            <rect
              class="zone differs"
              x={xs.from}
              y={ys.to}
              width={xs.to - xs.from}
              height={toY(rule.differs) - ys.to}
            />
            <Axis scale={xs} at={ys.from} ticks={every(-16, narrow ? 4 : 2)} format={powerOfTen} />
            <Axis scale={ys} at={xs.from} vertical ticks={every(-12, 2)} format={powerOfTen} />
            <g class="axis" aria-hidden="true">
              <text class="axis-label end" x={xs.to} y={height - 6}>
                step h
              </text>
              <text class="axis-label start" x={4} y={12}>
                relative error
              </text>
            </g>
            <line class="guide" x1={toX(exponent)} x2={toX(exponent)} y1={ys.to} y2={ys.from} />
            {!blind &&
              others.map(({ name, check }, k) => {
                const low = bestOf(check.error, coarse);
                return (
                  <g key={name} class="other">
                    <path
                      class={`line ${k === 0 ? 'dashed' : 'dotted'}`}
                      d={pathOf(coarse, check.error, toX, toY)}
                    />
                    <text x={toX(low.exponent)} y={toY(low.error * 100)}>
                      {name}
                    </text>
                  </g>
                );
              })}
            {curves.map(({ code, exponents, errors }) => (
              <path
                key={code}
                class={`q-${looks[code].quantity} line ${code}`}
                d={pathOf(exponents, errors, toX, toY)}
              />
            ))}
            {right.error.includes(0) && (
              <text class="start" x={xs.from + 8} y={toY(0) - 6}>
                exactly 0
              </text>
            )}
            <g class="zone-label" aria-hidden="true">
              <text class="start" x={xs.from + 8} y={toY(rule.agrees) + 16}>
                {narrow ? 'agrees' : `agrees: below ${powerOfTen(-7)}`}
              </text>
              <text class="start" x={toX(-12.4)} y={toY(rule.differs) - 6}>
                {narrow ? 'differs' : `differs: above ${powerOfTen(-2)}`}
              </text>
            </g>
            {/* Right code on top: its mark is the smallest. */}
            {marks.toReversed().map(({ code, error }) =>
              Number.isNaN(error) ? null : (
                <g
                  key={code}
                  class={`q-${looks[code].quantity} mark`}
                  transform={`translate(${toX(exponent)} ${toY(error)})`}
                >
                  <Mark code={code} />
                </g>
              ),
            )}
            <text
              class={exponent > -2 ? 'end' : exponent < -14 ? 'start' : undefined}
              x={toX(exponent)}
              y={14}
            >
              h = {stepInWords(exponent)}
            </text>
            <Handle
              scale={xs}
              value={exponent}
              bounds={fields.exponent}
              at={ys.from}
              label="step h, as a power of ten"
              inWords={`h = ${stepInWords(exponent)}`}
              onMove={(to) => set({ exponent: to })}
            />
          </Picture>
        </>
      ),
      formulas: (
        <>
          <Rulings marks={marks} step={stepInWords(exponent)} />
          <Table
            table={{
              caption: `dx at h = ${stepInWords(exponent)}: ${looks[drop].name}`,
              corner: 'i',
              columns: [
                { head: 'numeric', quantity: 'x' },
                { head: 'by the code', quantity: 'x' },
              ],
              rows: setup.x.map((_, i) => ({
                label: String(i + 1),
                values: [orNoValue(checked.numeric[i]), valueAt(checked.dx, i)],
              })),
            }}
          />
        </>
      ),
      tables: [
        {
          caption: 'The batch and its incoming gradient',
          corner: 'i',
          columns: [
            { head: 'x', quantity: 'x' },
            { head: 'dy', quantity: 'dy' },
          ],
          rows: setup.x.map((value, i) => ({ label: String(i + 1), values: [value, valueAt(setup.dy, i)] })),
        },
        {
          caption: 'Relative error of right code',
          corner: 'h',
          columns: [{ head: 'as chosen' }, ...others.map(({ name }) => ({ head: name }))],
          rows: coarse.map((power, k) => ({
            label: stepInWords(power),
            values: [right.error[fine.indexOf(power)], ...others.map(({ check }) => check.error[k])].map(
              orNoValue,
            ),
          })),
        },
        {
          caption: 'Relative error of wrong code',
          corner: 'h',
          columns: wrong.map(({ code }) => ({ head: looks[code].name, quantity: looks[code].quantity })),
          rows: level.map((power, k) => ({
            label: stepInWords(power),
            values: wrong.map(({ errors }) => orNoValue(errors[k])),
          })),
        },
      ],
      sentence: finding.sentence,
    };
  },
});
