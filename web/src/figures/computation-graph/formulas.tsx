/** @jsxImportSource preact */
// The formula of each quantity of the computation graph, in symbols and with the numbers in place.

import { type ComponentChildren, Fragment } from 'preact';
import type { Batch, Computed, QuantityName } from './model.ts';
import { valueAt } from '../../core/values.ts';
import { Gradient, Num, Sum, Symbol } from '../../drawing/math.tsx';

const Root = ({ children }: { children?: ComponentChildren }) => (
  <msqrt>
    {children ?? (
      <>
        <Symbol of="batch_var" />
        <mo>+</mo>
        <Symbol of="eps" />
      </>
    )}
  </msqrt>
);

const Over = ({ children: [above, below] }: { children: [ComponentChildren, ComponentChildren] }) => (
  <mfrac>
    <mrow>{above}</mrow>
    <mrow>{below}</mrow>
  </mfrac>
);

const Brackets = ({ children }: { children: ComponentChildren }) => (
  <mrow>
    <mo>(</mo>
    {children}
    <mo>)</mo>
  </mrow>
);

/** A sign, not an operator: first in a row of its own. */
const Minus = ({ children }: { children: ComponentChildren }) => (
  <mrow>
    <mo>−</mo>
    {children}
  </mrow>
);

const minusMean = (sub: string) => (
  <>
    <Symbol of="x" sub={sub} />
    <mo>−</mo>
    <Symbol of="batch_mean" />
  </>
);

const toThePower = (base: ComponentChildren, exponent: ComponentChildren) => (
  <msup>
    <Brackets>{base}</Brackets>
    <mrow>{exponent}</mrow>
  </msup>
);

const averaged = (
  <>
    <Over>
      <mn>1</mn>
      <mi>m</mi>
    </Over>
    <Sum />
  </>
);

const minusHalf = (
  <Brackets>
    <Minus>
      <Over>
        <mn>1</mn>
        <mn>2</mn>
      </Over>
    </Minus>
  </Brackets>
);

/** The formula in symbols; inputs have none. */
export const inSymbols: Partial<Record<QuantityName, ComponentChildren>> = {
  batch_mean: (
    <>
      <Symbol of="batch_mean" />
      <mo>=</mo>
      {averaged}
      <Symbol of="x" sub="j" />
    </>
  ),
  batch_var: (
    <>
      <Symbol of="batch_var" />
      <mo>=</mo>
      {averaged}
      {toThePower(minusMean('j'), <mn>2</mn>)}
    </>
  ),
  x_hat: (
    <>
      <Symbol of="x_hat" sub="i" />
      <mo>=</mo>
      <Over>
        {minusMean('i')}
        <Root />
      </Over>
    </>
  ),
  y: (
    <>
      <Symbol of="y" sub="i" />
      <mo>=</mo>
      <Symbol of="gamma" />
      <Symbol of="x_hat" sub="i" />
      <mo>+</mo>
      <Symbol of="beta" />
    </>
  ),
  L: (
    <>
      <mi>L</mi>
      <mo>=</mo>
      <Sum />
      <Gradient of="y" sub="j" />
      <Symbol of="y" sub="j" />
    </>
  ),
  dbeta: (
    <>
      <Gradient of="beta" />
      <mo>=</mo>
      <Sum />
      <Gradient of="y" sub="j" />
    </>
  ),
  dgamma: (
    <>
      <Gradient of="gamma" />
      <mo>=</mo>
      <Sum />
      <Gradient of="y" sub="j" />
      <Symbol of="x_hat" sub="j" />
    </>
  ),
  dx_hat: (
    <>
      <Gradient of="x_hat" sub="i" />
      <mo>=</mo>
      <Gradient of="y" sub="i" />
      <mo>·</mo>
      <Symbol of="gamma" />
    </>
  ),
  dvar: (
    <>
      <Gradient of="batch_var" />
      <mo>=</mo>
      <Sum />
      <Gradient of="x_hat" sub="j" />
      <mo>·</mo>
      {minusHalf}
      <Brackets>{minusMean('j')}</Brackets>
      {toThePower(
        <>
          <Symbol of="batch_var" />
          <mo>+</mo>
          <Symbol of="eps" />
        </>,
        <mn>−3/2</mn>,
      )}
    </>
  ),
  dmean: (
    <>
      <Gradient of="batch_mean" />
      <mo>=</mo>
      <Sum />
      <Gradient of="x_hat" sub="j" />
      <mo>·</mo>
      <Over>
        <mn>−1</mn>
        <Root />
      </Over>
    </>
  ),
  dx: (
    <>
      <Gradient of="x" sub="i" />
      <mo>=</mo>
      <Gradient of="x_hat" sub="i" />
      <mo>·</mo>
      <Over>
        <mn>1</mn>
        <Root />
      </Over>
      <mo>+</mo>
      <Gradient of="batch_var" />
      <mo>·</mo>
      <Over>
        <>
          <mn>2</mn>
          <Brackets>{minusMean('i')}</Brackets>
        </>
        <mi>m</mi>
      </Over>
      <mo>+</mo>
      <Gradient of="batch_mean" />
      <mo>·</mo>
      <Over>
        <mn>1</mn>
        <mi>m</mi>
      </Over>
    </>
  ),
};

/** Terms with plus signs between. */
const plus = (terms: readonly ComponentChildren[]) =>
  terms.map((term, k) => (
    <Fragment key={k}>
      {k > 0 && <mo>+</mo>}
      {term}
    </Fragment>
  ));

const times = (left: ComponentChildren, right: ComponentChildren) => (
  <>
    {left}
    <mo>·</mo>
    {right}
  </>
);

const equals = (left: ComponentChildren, ...rights: ComponentChildren[]) => (
  <>
    {left}
    {rights.map((right, k) => (
      <Fragment key={k}>
        <mo>=</mo>
        {right}
      </Fragment>
    ))}
  </>
);

/** The values in the formulas with numbers, for example i. */
function partsOf(values: Computed, { eps }: Batch, i: number) {
  const { x, dy, batch_mean, batch_var } = values;
  const sum = (
    <>
      <Num value={batch_var} of="var" />
      <mo>+</mo>
      <Num value={eps} />
    </>
  );
  return {
    ...values,
    i,
    sub: String(i + 1),
    m: <mn>{x.length}</mn>,
    all: x.map((_, j) => j),
    deviation: (j: number) => (
      <>
        <Num value={valueAt(x, j)} of="x" />
        <mo>−</mo>
        <Num value={batch_mean} of="mean" bracket />
      </>
    ),
    /** of the variance and ε, and its root */
    sum,
    root: <Root>{sum}</Root>,
    incoming: (j: number) => <Num value={valueAt(dy, j)} of="dy" bracket />,
  };
}
type Parts = ReturnType<typeof partsOf>;

const withNumbers: Record<QuantityName, (parts: Parts) => ComponentChildren> = {
  x: ({ x, i, sub }) => equals(<Symbol of="x" sub={sub} />, <Num value={valueAt(x, i)} of="x" />),
  gamma: ({ gamma }) => equals(<Symbol of="gamma" />, <Num value={gamma} of="gamma" />),
  beta: ({ beta }) => equals(<Symbol of="beta" />, <Num value={beta} of="beta" />),
  batch_mean: ({ x, batch_mean, m }) =>
    equals(
      <Symbol of="batch_mean" />,
      <Over>
        {plus(x.map((value) => <Num value={value} of="x" bracket />))}
        {m}
      </Over>,
      <Num value={batch_mean} of="mean" />,
    ),
  batch_var: ({ batch_var, m, all, deviation }) =>
    equals(
      <Symbol of="batch_var" />,
      <Over>
        {plus(all.map((j) => toThePower(deviation(j), <mn>2</mn>)))}
        {m}
      </Over>,
      <Num value={batch_var} of="var" />,
    ),
  x_hat: ({ x_hat, i, sub, deviation, root }) =>
    equals(
      <Symbol of="x_hat" sub={sub} />,
      <Over>
        {deviation(i)}
        {root}
      </Over>,
      <Num value={valueAt(x_hat, i)} of="x_hat" />,
    ),
  y: ({ x_hat, y, gamma, beta, i, sub }) =>
    equals(
      <Symbol of="y" sub={sub} />,
      plus([
        times(<Num value={gamma} of="gamma" />, <Num value={valueAt(x_hat, i)} of="x_hat" bracket />),
        <Num value={beta} of="beta" bracket />,
      ]),
      <Num value={valueAt(y, i)} of="y" />,
    ),
  L: ({ y, all, incoming, L }) =>
    equals(
      <mi>L</mi>,
      plus(all.map((j) => times(incoming(j), <Num value={valueAt(y, j)} of="y" bracket />))),
      <Num value={L} />,
    ),
  dy: ({ dy, i, sub }) => equals(<Gradient of="y" sub={sub} />, <Num value={valueAt(dy, i)} of="dy" />),
  dbeta: ({ all, incoming, dbeta }) =>
    equals(<Gradient of="beta" />, plus(all.map(incoming)), <Num value={dbeta} of="beta" />),
  dgamma: ({ x_hat, all, incoming, dgamma }) =>
    equals(
      <Gradient of="gamma" />,
      plus(all.map((j) => times(incoming(j), <Num value={valueAt(x_hat, j)} of="x_hat" bracket />))),
      <Num value={dgamma} of="gamma" />,
    ),
  dx_hat: ({ dy, dx_hat, gamma, i, sub }) =>
    equals(
      <Gradient of="x_hat" sub={sub} />,
      times(<Num value={valueAt(dy, i)} of="dy" />, <Num value={gamma} of="gamma" bracket />),
      <Num value={valueAt(dx_hat, i)} of="x_hat" />,
    ),
  dvar: ({ dx_hat, all, deviation, sum, dvar }) =>
    equals(
      <Gradient of="batch_var" />,
      <>
        {minusHalf}
        {toThePower(sum, <mn>−3/2</mn>)}
        <Brackets>
          {plus(
            all.map((j) =>
              times(
                <Num value={valueAt(dx_hat, j)} of="x_hat" bracket />,
                <Brackets>{deviation(j)}</Brackets>,
              ),
            ),
          )}
        </Brackets>
      </>,
      <Num value={dvar} of="var" />,
    ),
  dmean: ({ dx_hat, all, root, dmean }) =>
    equals(
      <Gradient of="batch_mean" />,
      <Minus>
        <Over>
          {plus(all.map((j) => <Num value={valueAt(dx_hat, j)} of="x_hat" bracket />))}
          {root}
        </Over>
      </Minus>,
      <Num value={dmean} of="mean" />,
    ),
  dx: ({ dx_hat, i, sub, m, deviation, root, dvar, dmean, dx_direct, dx_through_var, dx_through_mean, dx }) =>
    equals(
      <Gradient of="x" sub={sub} />,
      plus([
        <Over>
          <Num value={valueAt(dx_hat, i)} of="x_hat" />
          {root}
        </Over>,
        times(
          <Num value={dvar} of="var" bracket />,
          <Over>
            <>
              <mn>2</mn>
              <Brackets>{deviation(i)}</Brackets>
            </>
            {m}
          </Over>,
        ),
        <Over>
          <Num value={dmean} of="mean" />
          {m}
        </Over>,
      ]),
      plus([
        <Num value={valueAt(dx_direct, i)} of="x_hat" />,
        <Num value={valueAt(dx_through_var, i)} of="var" bracket />,
        <Num value={valueAt(dx_through_mean, i)} of="mean" bracket />,
      ]),
      <Num value={valueAt(dx, i)} of="x" />,
    ),
};

/** With the numbers of one example in place. */
export const inNumbers = (name: QuantityName, values: Computed, batch: Batch, i: number): ComponentChildren =>
  withNumbers[name](partsOf(values, batch, i));
