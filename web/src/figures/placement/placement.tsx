/** @jsxImportSource preact */
// Two orders of a layer, or two residual blocks, as boxes and arrows, with the mean and the standard deviation of
// each box's output.

import { formatNumber } from '../../core/format.ts';
import { figure, type NumbersTable } from '../../drawing/figure.tsx';
import { Formula, Num } from '../../drawing/math.tsx';
import { Words } from '../../drawing/words.tsx';
import { Diagram } from './drawing.tsx';
import { type Addition, cutBy, fields, type Model, modelOf, nextBatch } from './model.ts';

export const placement = figure({
  kind: 'placement',
  fields,
  view({ core, state, controls, width }) {
    const model = modelOf(core, state);
    const isResidual = state.diagrams === 'residual';
    return {
      controls: (
        <>
          {controls.choice('diagrams', 'Diagrams', { orders: 'two orders', residual: 'two residual blocks' })}
          {controls.when(!isResidual).slider('b', 'b bias of the linear layer')}
        </>
      ),
      more: (
        <>
          {controls.slider('gamma', <span class="q-gamma">γ gamma</span>)}
          {controls.slider('beta', <span class="q-beta">β beta</span>)}
          <div class="actions">{controls.button('next', 'Next batch', () => nextBatch(core, state))}</div>
        </>
      ),
      drawing: <Diagram model={model} width={width} />,
      formulas: isResidual ? <Formulas model={model} /> : undefined,
      tables: [...model.chains.map(tableOf), ...additionsOf(model).map(tableOfAddition)],
      sentence: isResidual ? sentenceOfBlocks : sentenceOfOrders(model),
    };
  },
});

interface TitledAddition {
  title: string;
  addition: Addition;
}

const additionsOf = ({ chains }: Model): TitledAddition[] =>
  chains.flatMap(({ title, addition }) => (addition ? [{ title, addition }] : []));

const Formulas = ({ model }: { model: Model }) => (
  <>
    {additionsOf(model).map((each) => (
      <AdditionFormulas key={each.title} {...each} />
    ))}
    <Words class="formula-title">
      Here Conv multiplies by {formatNumber(model.state.w)}, on one channel.
    </Words>
  </>
);

/** The addition in numbers: means add up; variances add up together with twice the covariance. */
function AdditionFormulas({ title, addition }: TitledAddition) {
  const { mean, variance, twiceCovariance } = addition;
  return (
    <div>
      <Words class="formula-title">Addition, {title.toLowerCase()}</Words>
      <Formula>
        <mtext>mean:</mtext>
        <mspace width="0.4em" />
        <Num value={mean[0]} of="mean" />
        <mo>+</mo>
        <Num value={mean[1]} of="mean" bracket />
        <mo>=</mo>
        <Num value={mean[2]} of="mean" />
      </Formula>
      <Formula>
        <mtext>var:</mtext>
        <mspace width="0.4em" />
        <Num value={variance[0]} of="var" />
        <mo>+</mo>
        <Num value={variance[1]} of="var" />
        <mo>+</mo>
        <munder>
          <Num value={twiceCovariance} bracket />
          <mtext>2 · covariance</mtext>
        </munder>
        <mo>=</mo>
        <Num value={variance[2]} of="var" />
      </Formula>
    </div>
  );
}

const tableOf = ({ title, boxes, leaving }: Model['chains'][number]): NumbersTable => ({
  caption: `${title}: what leaves each box`,
  corner: 'box',
  columns: [
    { head: 'mean', quantity: 'mean' },
    { head: 'standard deviation', quantity: 'var' },
  ],
  rows: leaving.map(({ mean, std }, k) => ({
    label: k === 0 ? `${boxes[k]}` : `${k}. ${boxes[k]}`,
    values: [mean, std],
  })),
});

const tableOfAddition = ({
  title,
  addition: { mean, variance, twiceCovariance },
}: TitledAddition): NumbersTable => ({
  caption: `${title}: the addition`,
  corner: 'path',
  columns: [
    { head: 'mean', quantity: 'mean' },
    { head: 'variance', quantity: 'var' },
  ],
  rows: [
    { label: 'skip path', values: [mean[0], variance[0]] },
    { label: 'branch', values: [mean[1], variance[1]] },
    { label: 'twice their covariance', values: ['', twiceCovariance] },
    { label: 'sum', values: [mean[2], variance[2]] },
  ],
});

function sentenceOfOrders({ chains: [original, other], state: { u, b } }: Model): string {
  const m = u.length;
  const cut = cutBy(other);
  const { mean, std } = other.leaving.at(-1) as (typeof other.leaving)[number];
  const rest =
    cut === m
      ? 'what is left is a constant batch, and batch normalization makes β of all of it'
      : `batch normalization then hands on mean ${formatNumber(mean)} and standard deviation ${formatNumber(std)}`;
  return [
    `After batch normalization the ReLU sets ${cutBy(original)} of ${m} values to 0, whatever the bias is.`,
    `Before it, the bias decides: with b = ${formatNumber(b)} the ReLU sets ${cut} of ${m} to 0; ${rest}.`,
  ].join(' ');
}

const sentenceOfBlocks = [
  'In the original block a ReLU stands after the addition, so nothing negative enters the next block.',
  'In the pre-activation block nothing stands after it: the skip path hands on the input itself, and block after block adds to it.',
].join(' ');
