/** @jsxImportSource preact */
// Why b cancels when the batch mean is subtracted, or how far it moves y, with the numbers filled in.

import type { ComponentChildren } from 'preact';
import { valueAt } from '../../core/values.ts';
import { Formula, Num, Symbol } from '../../drawing/math.tsx';
import type { Model, State } from './model.ts';

/** How much of b reaches y: all of it, or b minus the b that the running mean contains. */
function LessCollected({
  state: { collected },
  children,
}: {
  state: State;
  children: (quantity?: string) => ComponentChildren;
}) {
  if (!collected) return <>{children()}</>;
  return (
    <mrow>
      <mo>(</mo>
      {children()}
      <mo>−</mo>
      {children('q-mean')}
      <mo>)</mo>
    </mrow>
  );
}

/** In training: both the value and the mean move by b. */
const InTraining = ({ state: { b }, x, training, deviation }: Model) => (
  <Formula>
    <Symbol of="x" sub="1" />
    <mo>−</mo>
    <Symbol of="batch_mean" />
    <mo>=</mo>
    <mo>(</mo>
    <Num value={valueAt(x.without, 0)} of="x" />
    <mo>+</mo>
    <Num value={b} bracket />
    <mo>)</mo>
    <mo>−</mo>
    <mo>(</mo>
    <Num value={training.mean.without} of="mean" />
    <mo>+</mo>
    <Num value={b} bracket />
    <mo>)</mo>
    <mo>=</mo>
    <Num value={deviation} of="x" />
  </Formula>
);

/** In inference: y moves by its slope times b. */
const InInference = ({ state, inference: { moved } }: Model) => (
  <Formula>
    <mfrac>
      <Symbol of="gamma" />
      <msqrt>
        <Symbol of="running_var" />
        <mo>+</mo>
        <Symbol of="eps" />
      </msqrt>
    </mfrac>
    <mo>·</mo>
    <LessCollected state={state}>{(quantity) => <mi class={quantity}>b</mi>}</LessCollected>
    <mo>=</mo>
    <mfrac>
      <Num value={state.gamma} of="gamma" />
      <msqrt>
        <Num value={state.running_var} of="var" />
        <mo>+</mo>
        <Num value={state.eps} />
      </msqrt>
    </mfrac>
    <mo>·</mo>
    <LessCollected state={state}>
      {(quantity) => (
        <mrow class={quantity}>
          <Num value={state.b} bracket />
        </mrow>
      )}
    </LessCollected>
    <mo>=</mo>
    <Num value={moved} of="y" />
  </Formula>
);

export const Formulas = ({ model }: { model: Model }) =>
  model.state.mode === 'training' ? <InTraining {...model} /> : <InInference {...model} />;
