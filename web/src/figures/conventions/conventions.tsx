/** @jsxImportSource preact */
// The same momentum typed into each framework: which value it weights there, and the running statistics that follow.

import { formatNumber } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { figure, type NumbersTable } from '../../drawing/figure.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { TimeChart } from '../../drawing/time-chart.tsx';
import { Update } from '../running-formulas.tsx';
import { conventions, type Framework, frameworks, momentumIn } from './frameworks.ts';
import { fields, level, type Model, modelOf, steps } from './model.ts';

const namesOfFrameworks = Object.fromEntries(
  frameworks.map((framework) => [framework, conventions[framework].name]),
) as Record<Framework, string>;

function Drawing({ model, width }: { model: Model; width: number }) {
  const { convention, batch_mean, path, here } = model;
  const isNarrow = width < 480;
  const time: Scale = { least: 0, most: steps, from: isNarrow ? 30 : 40, to: width - 18 };
  const means: Scale = { least: 0, most: 8, from: 252, to: 58 };
  // On a phone there is room below the longest name only, not beside it.
  const legend = [
    { look: 'dots', words: 'a batch', place: '10 14' },
    { look: 'line', words: convention.name, place: '90 14' },
    { look: 'line dashed', words: conventions.page.name, place: isNarrow ? '90 32' : '250 14' },
  ];
  return (
    <Picture width={width} height={288} label="The running mean over the batches">
      <g class="legend q-mean" aria-hidden="true">
        {legend.map(({ look, words, place }) => (
          <g key={look} transform={`translate(${place})`}>
            <path class={look} d={look === 'dots' ? 'M0 0h0' : 'M-6 0h20'} />
            <text class="start" x={look === 'dots' ? 8 : 20} y={4}>
              {words}
            </text>
          </g>
        ))}
      </g>
      <polyline
        class="q-mean line dashed"
        points={Array.from(
          here.running_mean,
          (value, t) => `${pixelOf(time, t).toFixed(1)},${pixelOf(means, value).toFixed(1)}`,
        ).join(' ')}
      />
      <TimeChart
        time={time}
        values={means}
        quantity="q-mean"
        label={convention.terms.running_mean}
        dots={batch_mean}
        line={path.running_mean}
        truth={{ before: level.mean_before, after: level.mean_after, shift_at: steps }}
      />
      <Axis scale={time} at={means.from} />
      <text class="axis end" x={time.to} y={means.from + 33}>
        batches
      </text>
    </Picture>
  );
}

/** The last step of both running statistics. */
function Formulas({ model: { path, batch_mean, momentum, convention } }: { model: Model }) {
  const fed = { running_mean: batch_mean, running_var: path.fed_var };
  return (['running_mean', 'running_var'] as const).map((quantity) => (
    <Update
      key={quantity}
      of={quantity}
      before={valueAt(path[quantity], steps - 1)}
      fed={valueAt(fed[quantity], steps - 1)}
      after={valueAt(path[quantity], steps)}
      momentum={{ own: momentum, weights: convention.weights }}
    />
  ));
}

function tablesOf({ convention: { name, terms }, path, estimator }: Model): NumbersTable[] {
  return [
    {
      caption: 'The same layer in the terms of each framework',
      corner: 'framework',
      columns: [{ head: 'momentum' }, { head: 'weighs' }, { head: 'running variance' }],
      rows: frameworks.map((each) => ({
        label: conventions[each].name,
        values: [
          momentumIn(conventions[each], path),
          `the ${conventions[each].weights} value`,
          conventions[each].estimator ?? 'either',
        ],
      })),
    },
    {
      caption: `After ${steps} batches, in ${name}`,
      corner: 'what',
      columns: [{ head: 'value' }],
      rows: [
        { label: terms.running_mean, values: [valueAt(path.running_mean, steps)] },
        { label: `${terms.running_var}, ${estimator}`, values: [valueAt(path.running_var, steps)] },
        { label: 'weight that the start keeps', values: [valueAt(path.start_weight, steps)] },
      ],
    },
  ];
}

const sentenceOf = ({ convention: { name, weights }, momentum, path, here }: Model): string =>
  [
    `In ${name}, momentum ${formatNumber(momentum)} is the weight of the ${weights} value, so the old one keeps ${formatNumber(path.old_weight)}:`,
    `the average looks back over about ${formatNumber(path.span, 3)} batches.`,
    weights === 'new'
      ? `For what ${formatNumber(momentum)} means in this lesson, set ${formatNumber(here.new_weight)}.`
      : 'In this lesson it means the same.',
  ].join(' ');

export const conventionsFigure = figure({
  kind: 'conventions',
  fields,
  view({ core, state, controls, width }) {
    const model = modelOf(core, state);
    const { estimator, defaults } = model.convention;
    return {
      controls: (
        <>
          {controls.choice('framework', 'Typed into', namesOfFrameworks)}
          {controls.slider('momentum', 'momentum, as it is typed')}
          {controls.when(defaults !== undefined).button('defaults', 'Its default', () => ({
            momentum: defaults?.momentum ?? state.momentum,
          }))}
        </>
      ),
      more: (
        <>
          {controls.slider('m', 'm, examples in a batch')}
          {controls
            .when(estimator === undefined)
            .choice(
              'estimator',
              'The running variance averages',
              { biased: 'the biased one, 1/m', unbiased: 'the unbiased one, 1/(m − 1)' },
              estimator,
            )}
          <div class="actions">
            {controls.button('seed', 'Other batches', () => ({ seed: state.seed + 1 }))}
          </div>
        </>
      ),
      drawing: <Drawing model={model} width={width} />,
      formulas: <Formulas model={model} />,
      tables: tablesOf(model),
      sentence: sentenceOf(model),
    };
  },
});
