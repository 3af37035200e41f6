/** @jsxImportSource preact */
// The errors of each code against the step, on two axes of powers of ten.

import { powerOfTen } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, Handle, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { whyBlind } from './finding.ts';
import { bestOf, type Code, type Curve, fields, type Model, rule, type State, stepInWords } from './model.ts';

/** How each code is drawn, and what it is called. */
export const looks: Record<Code, { name: string; quantity: string; glyph: string }> = {
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

/** Errors below `least` are drawn there, and an error of exactly 0 at `zero`. */
const floor = { least: -13, zero: -14, bottom: -15 };

type Layout = ReturnType<typeof layoutFor>;

function layoutFor(width: number) {
  const isNarrow = width < 480;
  const height = isNarrow ? 300 : 360;
  const xs: Scale = { least: -16, most: 0, from: 52, to: width - 16 };
  const ys: Scale = { least: floor.bottom, most: 0.6, from: height - 44, to: 24 };
  return {
    isNarrow,
    height,
    xs,
    ys,
    toX: (exponent: number) => pixelOf(xs, exponent),
    toY: (error: number) => pixelOf(ys, error === 0 ? floor.zero : Math.max(floor.least, Math.log10(error))),
  };
}

/** Errors against exponents as a path, with gaps where there is no value. */
function pathOf({ exponents, errors }: Curve, { toX, toY }: Layout): string {
  let pen = 'M';
  return exponents
    .map((exponent, k) => {
      const error = valueAt(errors, k);
      const to = Number.isNaN(error) ? '' : `${pen}${toX(exponent).toFixed(1)},${toY(error).toFixed(1)}`;
      pen = to === '' ? 'M' : 'L';
      return to;
    })
    .join('');
}

/** Every `apart`th whole number from 0 down. */
const every = (least: number, apart: number) =>
  Array.from({ length: Math.floor(-least / apart) + 1 }, (_, k) => -k * apart);

/** Where the check says that codes agree and differ, and the axes. */
function Zones({ layout: { isNarrow, height, xs, ys, toY } }: { layout: Layout }) {
  const [agrees, differs] = [toY(rule.agrees), toY(rule.differs)];
  const width = xs.to - xs.from;
  return (
    <>
      <rect class="zone agrees" x={xs.from} y={agrees} width={width} height={ys.from - agrees} />
      <rect class="zone differs" x={xs.from} y={ys.to} width={width} height={differs - ys.to} />
      <Axis scale={xs} at={ys.from} ticks={every(-16, isNarrow ? 4 : 2)} format={powerOfTen} />
      <Axis scale={ys} at={xs.from} vertical ticks={every(-12, 2)} format={powerOfTen} />
      <g class="axis" aria-hidden="true">
        <text class="axis-label end" x={xs.to} y={height - 6}>
          step h
        </text>
        <text class="axis-label start" x={4} y={12}>
          relative error
        </text>
      </g>
    </>
  );
}

const ZoneLabels = ({ layout: { isNarrow, xs, toX, toY } }: { layout: Layout }) => (
  <g class="zone-label" aria-hidden="true">
    <text class="start" x={xs.from + 8} y={toY(rule.agrees) + 16}>
      {isNarrow ? 'agrees' : `agrees: below ${powerOfTen(-7)}`}
    </text>
    <text class="start" x={toX(-12.4)} y={toY(rule.differs) - 6}>
      {isNarrow ? 'differs' : `differs: above ${powerOfTen(-2)}`}
    </text>
  </g>
);

/** The curves of right code with the other scheme and in the other precision, in a pale colour. */
const Others = ({ model: { others }, layout }: { model: Model; layout: Layout }) =>
  others.map((curve, k) => {
    const low = bestOf(curve.errors, curve.exponents);
    return (
      <g key={curve.name} class="other">
        <path class={`line ${k === 0 ? 'dashed' : 'dotted'}`} d={pathOf(curve, layout)} />
        <text x={layout.toX(low.exponent)} y={layout.toY(low.error * 100)}>
          {curve.name}
        </text>
      </g>
    );
  });

interface DrawingProps {
  model: Model;
  width: number;
  set: (change: Partial<State>) => void;
}

export function Drawing({ model, width, set }: DrawingProps) {
  const { exponent, curves, marks } = model;
  const layout = layoutFor(width);
  const { height, xs, ys, toX, toY } = layout;
  const step = `h = ${stepInWords(exponent)}`;
  return (
    <Picture width={width} height={height} role="group" label="Relative error against the step">
      <Zones layout={layout} />
      <line class="guide" x1={toX(exponent)} x2={toX(exponent)} y1={ys.to} y2={ys.from} />
      {whyBlind(model) === undefined && <Others model={model} layout={layout} />}
      {curves.map((curve) => (
        <path
          key={curve.code}
          class={`q-${looks[curve.code].quantity} line ${curve.code}`}
          d={pathOf(curve, layout)}
        />
      ))}
      {curves[0]?.errors.includes(0) && (
        <text class="start" x={xs.from + 8} y={toY(0) - 6}>
          exactly 0
        </text>
      )}
      <ZoneLabels layout={layout} />
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
      <text class={exponent > -2 ? 'end' : exponent < -14 ? 'start' : undefined} x={toX(exponent)} y={14}>
        {step}
      </text>
      <Handle
        scale={xs}
        value={exponent}
        bounds={fields.exponent}
        at={ys.from}
        label="step h, as a power of ten"
        inWords={step}
        onMove={(to) => set({ exponent: to })}
      />
    </Picture>
  );
}
