/** @jsxImportSource preact */
// The digits that are right of a variance, by the way it is computed, as an offset is added to the values.

import { formatNumber } from '../../core/format.ts';
import { figure, type NumbersTable } from '../../drawing/figure.tsx';
import { Drawing, inWords, Sample } from './drawing.tsx';
import {
  eps,
  equal,
  fields,
  type LineName,
  methods,
  type Model,
  modelOf,
  nextValues,
  offsets,
} from './model.ts';
import { printBeside } from './right-digits.ts';

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

const count = (right: number, all: number) =>
  right.toFixed(1) === all.toFixed(1) ? 'all' : right < 0.05 ? 'none' : right.toFixed(1);

interface RowProps {
  model: Model;
  line: LineName;
  label: string;
  value: number;
  truth: number;
}

const Row = ({ model: { digits, rightDigits, chosen }, line, label, value, truth }: RowProps) => (
  <tr>
    <th scope="row">
      <Sample line={line} /> {label}
    </th>
    <td>
      <Digits value={value} truth={truth} digits={digits} />
    </td>
    <td>{count(rightDigits(line, chosen), equal)}</td>
  </tr>
);

/** The variance at the chosen offset, by each method. */
function ByMethod({ model }: { model: Model }) {
  const { result, variance, digits, offset } = model;
  const stored = Array.from(result.stored, (each) => String(Number(each.toPrecision(digits)))).join(', ');
  return (
    <table class="by-method">
      <caption>
        x + {inWords(offset)} is stored as {stored}.
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
        <Row model={model} line="storing" label="of x as stored" value={result.exact} truth={variance} />
      </tbody>
      <tbody>
        {methods.map(({ name, label }) => (
          <Row
            key={name}
            model={model}
            line={name}
            label={label}
            value={result[name].value}
            truth={result.exact}
          />
        ))}
      </tbody>
    </table>
  );
}

const tablesOf = ({ result, results, spread, offset, precision }: Model): NumbersTable[] => [
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
        values: [result[name].value, result[name].digits, spread(name)],
      })),
      { label: 'exact, of x as stored', values: [result.exact, equal, spread('exact')] },
    ],
  },
  {
    caption: `Right digits in ${precision} precision (17: equal to the exact one)`,
    corner: 'offset',
    columns: [...methods.map(({ label }) => ({ head: label })), { head: 'x as stored' }],
    rows: results.map((at, k) => ({
      label: inWords(offsets[k] as number),
      values: [...methods.map(({ name }) => at[name].digits), at.kept],
    })),
  },
];

function sentenceOf({ result, offset, precision, held, heldBy, digitsOf, chosen, spread }: Model): string {
  if (result.exact === 0)
    return `At an offset of ${inWords(offset)} in ${precision} precision every x is stored as the same number. Nothing of their variance is left for any method to find.`;
  const countOf = (line: LineName) => count(digitsOf(line, chosen), heldBy(line));
  return [
    `At an offset of ${inWords(offset)}, of the ${formatNumber(held, 2)} digits that ${precision} precision holds, the one-pass variance has ${countOf('one_pass')} right,`,
    `the two-pass one ${countOf('two_pass')}, the corrected one ${countOf('corrected_two_pass')}.`,
    result.one_pass.value < 0 &&
      `One-pass gives ${formatNumber(result.one_pass.value)}, which has no root; clipped at 0, as Flax does it, and with eps\u00a0=\u00a0${formatNumber(eps)} it would give x_hat a spread of ${formatNumber(spread('one_pass'))} instead of 1.`,
  ]
    .filter(Boolean)
    .join(' ');
}

export const floatingPoint = figure({
  kind: 'floating-point',
  fields,
  view({ core, state, set, controls, width, id }) {
    const model = modelOf(core, state);
    return {
      controls: controls.choice('precision', 'Precision', {
        single: 'single (float32)',
        double: 'double (float64)',
      }),
      more: (
        <div class="actions">
          {controls.button('values', '2, 4, 6, 8', () => ({ values: [2, 4, 6, 8] }))}
          {controls.button('values', 'Other values', () => nextValues(core, state))}
        </div>
      ),
      drawing: <Drawing model={model} width={width} id={id} set={set} />,
      formulas: <ByMethod model={model} />,
      tables: tablesOf(model),
      sentence: sentenceOf(model),
    };
  },
});
