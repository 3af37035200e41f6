/** @jsxImportSource preact */
// The error of a numerical gradient against its step, for right code and for code that forgets a path: a check means
// something where it passes the one and fails the other.

import { formatNumber } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { figure, type NumbersTable, type Preset, Table } from '../../drawing/figure.tsx';
import { Words } from '../../drawing/words.tsx';
import { Drawing, looks } from './drawing.tsx';
import { type Finding, findingOf, type Said } from './finding.ts';
import { type Batches, coarse, fields, level, type Model, modelOf, rulingOf, stepInWords } from './model.ts';

/** What the check says of each code at the step, and whether it should. */
function Rulings({ model: { marks, exponent } }: { model: Model }) {
  return (
    <table class="numbers">
      <caption>What the check says at h = {stepInWords(exponent)}</caption>
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

const orNoValue = (value: number) => (Number.isNaN(value) ? 'no value' : value);

/** Both gradients, example by example. */
const gradientsOf = ({ x, numeric, dx, drop, exponent }: Model): NumbersTable => ({
  caption: `dx at h = ${stepInWords(exponent)}: ${looks[drop].name}`,
  corner: 'i',
  columns: [
    { head: 'numeric', quantity: 'x' },
    { head: 'by the code', quantity: 'x' },
  ],
  rows: x.map((_, i) => ({
    label: String(i + 1),
    values: [orNoValue(valueAt(numeric, i)), valueAt(dx, i)],
  })),
});

function tablesOf({ x, dy, curves: [right, ...wrong], others }: Model): NumbersTable[] {
  const errorAt = (
    curve: Pick<Model['curves'][number], 'exponents' | 'errors'> | undefined,
    exponent: number,
  ) => orNoValue(curve?.errors[curve.exponents.indexOf(exponent)] ?? Number.NaN);
  return [
    {
      caption: 'The batch and its incoming gradient',
      corner: 'i',
      columns: [
        { head: 'x', quantity: 'x' },
        { head: 'dy', quantity: 'dy' },
      ],
      rows: x.map((value, i) => ({ label: String(i + 1), values: [value, valueAt(dy, i)] })),
    },
    {
      caption: 'Relative error of right code',
      corner: 'h',
      columns: [{ head: 'as chosen' }, ...others.map(({ name }) => ({ head: name }))],
      rows: coarse.map((exponent) => ({
        label: stepInWords(exponent),
        values: [right, ...others].map((curve) => errorAt(curve, exponent)),
      })),
    },
    {
      caption: 'Relative error of wrong code',
      corner: 'h',
      columns: wrong.map(({ code }) => ({ head: looks[code].name, quantity: looks[code].quantity })),
      rows: level.map((exponent) => ({
        label: stepInWords(exponent),
        values: wrong.map((curve) => errorAt(curve, exponent)),
      })),
    },
  ];
}

const Verdict = ({ finding: { isSound } }: { finding: Finding }) => (
  <Words class="verdict" data-verdict={isSound ? 'right' : 'wrong'}>
    <span class="icon" aria-hidden="true">
      {isSound ? '✓' : '✗'}
    </span>
    <strong>{isSound ? 'This check means something.' : 'This check means nothing yet.'}</strong>
  </Words>
);

/** What the figure's block says of it: its batches, the sentences to choose from, and the traps. */
export interface Facts {
  says: Said;
  batches: Batches;
  presets: readonly Preset<typeof fields>[];
}

export const gradientCheck = figure<typeof fields, Facts>({
  kind: 'gradient-check',
  fields,
  view({ core, state, set, controls, width, facts: { says, batches, presets } }) {
    const model = modelOf(core, state, batches);
    const finding = findingOf(model, says);
    const size = (batch: keyof Batches) => `${batches[batch].x.length} examples`;
    return {
      controls: (
        <>
          {controls.choice('loss', 'Loss L', {
            weighted: 'Σ dyᵢ yᵢ',
            sum: 'Σ yᵢ',
            relu: 'Σ dyᵢ max(yᵢ, 0)',
          })}
          {controls.choice('batch', 'Batch', { four: size('four'), two: size('two') })}
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
            {presets.map(({ id, label, set: change }) => controls.button(id, label, () => change))}
          </div>
        </>
      ),
      drawing: (
        <>
          <Verdict finding={finding} />
          <Drawing model={model} width={width} set={set} />
        </>
      ),
      formulas: (
        <>
          <Rulings model={model} />
          <Table table={gradientsOf(model)} />
        </>
      ),
      tables: tablesOf(model),
      sentence: finding.sentence,
    };
  },
});
