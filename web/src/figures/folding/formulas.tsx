/** @jsxImportSource preact */
// The folded weights and biases, in symbols and in the numbers of the first neuron.

import type { ComponentChildren } from 'preact';
import { valueAt } from '../../core/values.ts';
import { Formula, Num, Symbol } from '../../drawing/math.tsx';
import type { Model } from './model.ts';

/** γ / √(σ² + ε), in symbols and in numbers. */
const Factor = ({ gamma, variance }: { gamma: ComponentChildren; variance: ComponentChildren }) => (
  <mfrac>
    {gamma}
    <msqrt>{variance}</msqrt>
  </mfrac>
);

export function Formulas({ layer, folded }: Model) {
  const numbers = (
    <Factor
      gamma={<Num value={valueAt(layer.gamma, 0)} of="gamma" />}
      variance={<Num value={valueAt(layer.running_var, 0)} of="var" />}
    />
  );
  const symbols = (
    <Factor
      gamma={<Symbol of="gamma" />}
      variance={
        <>
          <Symbol of="running_var" />
          <mo>+</mo>
          <Symbol of="eps" />
        </>
      }
    />
  );
  const folds = (name: string) => (
    <>
      <msup>
        <mi>{name}</mi>
        <mo>′</mo>
      </msup>
      <mo>=</mo>
      {symbols}
    </>
  );
  return (
    <>
      <Formula>
        {folds('W')}
        <mi>W</mi>
        <mo>,</mo>
        <mspace width="0.6em" />
        {numbers}
        <mo>·</mo>
        <Num value={valueAt(layer.weight, 0)} bracket />
        <mo>=</mo>
        <Num value={valueAt(folded.weight, 0)} />
      </Formula>
      <Formula>
        {folds('b')}
        <mrow>
          <mo>(</mo>
          <mi>b</mi>
          <mo>−</mo>
          <Symbol of="running_mean" />
          <mo>)</mo>
        </mrow>
        <mo>+</mo>
        <Symbol of="beta" />
        <mo>,</mo>
        <mspace width="0.6em" />
        {numbers}
        <mo>·</mo>
        <mrow>
          <mo>(</mo>
          <Num value={valueAt(layer.bias, 0)} />
          <mo>−</mo>
          <Num value={valueAt(layer.running_mean, 0)} of="mean" bracket />
          <mo>)</mo>
        </mrow>
        <mo>+</mo>
        <Num value={valueAt(layer.beta, 0)} of="beta" bracket />
        <mo>=</mo>
        <Num value={valueAt(folded.bias, 0)} />
      </Formula>
    </>
  );
}
