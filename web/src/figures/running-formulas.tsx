/** @jsxImportSource preact */
// The formulas of a step of the running statistics and of both modes, with the numbers of the current batch.

import type { Convention } from './conventions/frameworks.ts';
import { Formula, Num, Symbol } from '../drawing/math.tsx';

/** The framework's momentum, and which value it is the weight of. */
export type Momentum = Pick<Convention, 'weights'> & { own: number };

/** A weight as the framework would write it: momentum, or 1 − momentum. */
export const Weight = ({ of, momentum }: { of: Convention['weights']; momentum: Momentum }) =>
  of === momentum.weights ? (
    <Num value={momentum.own} />
  ) : (
    <mrow>
      <mo>(</mo>
      <mn>1</mn>
      <mo>−</mo>
      <Num value={momentum.own} />
      <mo>)</mo>
    </mrow>
  );

/** running ← old weight · running + new weight · batch */
export function Update({
  of,
  before,
  fed,
  after,
  momentum,
}: {
  of: 'running_mean' | 'running_var';
  before: number;
  fed: number;
  after: number;
  momentum: Momentum;
}) {
  const quantity = of === 'running_mean' ? 'mean' : 'var';
  return (
    <Formula>
      <Symbol of={of} />
      <mo>←</mo>
      <Weight of="old" momentum={momentum} />
      <mo>·</mo>
      <Num value={before} of={quantity} bracket />
      <mo>+</mo>
      <Weight of="new" momentum={momentum} />
      <mo>·</mo>
      <Num value={fed} of={quantity} bracket />
      <mo>=</mo>
      <Num value={after} of={quantity} />
    </Formula>
  );
}
