/** @jsxImportSource preact */
// The forward pass on three number lines: the batch as it comes, normalised, and scaled and shifted.

import { formatNumber } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { BatchButtons } from '../../drawing/batch-buttons.tsx';
import { figure, type NumbersTable } from '../../drawing/figure.tsx';
import { Formula, Normalized, Num, Symbol } from '../../drawing/math.tsx';
import { bounds, fields, type Model, modelOf, nextBatch } from './model.ts';
import { NumberLines } from './number-lines.tsx';

/** How the chosen example is normalised, then scaled and shifted. */
function Formulas({ model }: { model: Model }) {
  const { x, x_hat, y, chosen, gamma, beta, eps, spreads, variance } = model;
  const sub = String(chosen + 1);
  const normalized = valueAt(x_hat, chosen);
  return (
    <>
      <Normalized
        of="x_hat"
        sub={sub}
        x={valueAt(x, chosen)}
        mean={spreads.x.mean}
        variance={variance}
        eps={eps}
        value={normalized}
      />
      <Formula>
        <Symbol of="y" sub={sub} />
        <mo>=</mo>
        <Num value={gamma} of="gamma" />
        <mo>·</mo>
        <Num value={normalized} of="x_hat" bracket />
        <mo>+</mo>
        <Num value={beta} of="beta" bracket />
        <mo>=</mo>
        <Num value={valueAt(y, chosen)} of="y" />
      </Formula>
    </>
  );
}

const tableOf = ({ x, x_hat, y, spreads }: Model): NumbersTable => ({
  caption: 'The batch, normalised, scaled and shifted',
  corner: 'i',
  columns: [
    { head: 'x', quantity: 'x' },
    { head: 'x_hat', quantity: 'x_hat' },
    { head: 'y', quantity: 'y' },
  ],
  rows: [
    ...x.map((value, i) => ({
      label: String(i + 1),
      values: [value, valueAt(x_hat, i), valueAt(y, i)],
    })),
    { label: 'mean', values: Object.values(spreads).map(({ mean }) => mean) },
    { label: 'standard deviation', values: Object.values(spreads).map(({ std }) => std) },
  ],
});

function sentenceOf({ spreads, isIdentity, eps, variance }: Model): string {
  const says = ({ mean, std }: Model['spreads']['x']) =>
    `has mean ${formatNumber(mean)} and standard deviation ${formatNumber(std)}`;
  return [
    `The batch ${says(spreads.x)}; x_hat ${says(spreads.x_hat)}; y ${says(spreads.y)}.`,
    isIdentity && 'For this batch y = x.',
    eps > 0 &&
      spreads.x_hat.std < 0.995 &&
      `Next to eps = ${formatNumber(eps)} the variance ${formatNumber(variance)} is small, so the spread of x_hat falls short of 1.`,
  ]
    .filter(Boolean)
    .join(' ');
}

export const forwardExplorer = figure({
  kind: 'forward-explorer',
  fields,
  view({ core, state, set, controls, width }) {
    const model = modelOf(core, state);
    return {
      controls: (
        <>
          {controls.slider('gamma', <span class="q-gamma">γ gamma</span>)}
          {controls.slider('beta', <span class="q-beta">β beta</span>)}
          {controls.slider('eps', 'ε eps')}
        </>
      ),
      more: (
        <div class="actions">
          <BatchButtons controls={controls} x={state.x} bounds={bounds} fewest={2} longest={6} />
          {controls.button('undo', 'Set γ and β so that y = x', () => ({
            gamma: model.undoingGamma,
            beta: model.spreads.x.mean,
          }))}
          {controls.button('next', 'Next batch', () => nextBatch(core, state))}
        </div>
      ),
      drawing: <NumberLines model={model} width={width} set={set} />,
      formulas: <Formulas model={model} />,
      tables: [tableOf(model)],
      sentence: sentenceOf(model),
    };
  },
});
