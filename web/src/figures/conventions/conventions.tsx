/** @jsxImportSource preact */
// The same momentum typed into each framework: what it weighs there, and what becomes of the running statistics.

import { conventions, decayIn, type Framework, frameworks, momentumIn, updateIn } from './frameworks.ts';
import { choice, number, stops } from '../../drawing/fields.ts';
import { figure } from '../../drawing/figure.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { TimeChart } from '../../drawing/time-chart.tsx';
import { formatNumber } from '../../core/format.ts';
import { only, valueAt } from '../../core/values.ts';
import { batchesOf, runningOf } from '../stream.ts';
import { Update } from '../running-formulas.tsx';

const steps = 60;

/** One level, far from the start at 0 and 1, without a shift. */
const level = { mean_before: 5, mean_after: 5, var_before: 4, var_after: 4, shift_at: steps };

const namesOfFrameworks = Object.fromEntries(
  frameworks.map((framework) => [framework, conventions[framework].name]),
) as Record<Framework, string>;

const fields = {
  framework: choice('pytorch', ...frameworks),
  /** what is typed there */
  momentum: stops(0.9, [0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999]),
  m: number(8, 2, 32, 1),
  /** which variance is averaged, where the framework leaves it open */
  estimator: choice('biased', 'biased', 'unbiased'),
  seed: number(1, 0, 1e6, 1),
};

export const conventionsFigure = figure({
  kind: 'conventions',
  fields,
  view({ core, state, controls, width }) {
    const { framework, momentum, m, seed } = state;
    const convention = conventions[framework];
    const { terms, defaults, name, weights } = convention;
    const decay = decayIn(core, convention, momentum);
    const stream = { seed, steps, m, ...level };
    const runningIn = (as: Framework) => {
      const rule = updateIn(conventions[as], momentum, m, state.estimator);
      return { rule, ...runningOf(core, { stream, rule, seen: steps }) };
    };
    const { batch_mean } = batchesOf(core, stream);
    const here = runningIn('page');
    const { rule, running_mean, running_var, fed_var } = runningIn(framework);
    const of = (formula: string) => only(core.evaluate(formula, { decay }).values);

    const isNarrow = width < 480;
    const time: Scale = { least: 0, most: steps, from: isNarrow ? 30 : 40, to: width - 18 };
    const means: Scale = { least: 0, most: 8, from: 252, to: 58 };
    // On a phone there is no room beside the longest name, but below it.
    const legend = [
      { look: 'dots', words: 'a batch', place: '10 14' },
      { look: 'line', words: name, place: '90 14' },
      { look: 'line dashed', words: conventions.page.name, place: isNarrow ? '90 32' : '250 14' },
    ];
    return {
      controls: (
        <>
          {controls.choice('framework', 'Typed into', namesOfFrameworks)}
          {controls.slider('momentum', 'momentum, as it is typed')}
          {controls.when(defaults !== undefined).button('defaults', 'Its default', () => ({
            momentum: defaults?.momentum ?? momentum,
          }))}
        </>
      ),
      more: (
        <>
          {controls.slider('m', 'm, examples in a batch')}
          {controls
            .when(convention.estimator === undefined)
            .choice(
              'estimator',
              'The running variance averages',
              { biased: 'the biased one, 1/m', unbiased: 'the unbiased one, 1/(m − 1)' },
              convention.estimator,
            )}
          <div class="actions">{controls.button('seed', 'Other batches', () => ({ seed: seed + 1 }))}</div>
        </>
      ),
      drawing: (
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
            label={terms.running_mean}
            dots={batch_mean}
            line={running_mean}
            truth={{ before: level.mean_before, after: level.mean_after, shift_at: steps }}
          />
          <Axis scale={time} at={means.from} />
          <text class="axis end" x={time.to} y={means.from + 33}>
            batches
          </text>
        </Picture>
      ),
      formulas: (['running_mean', 'running_var'] as const).map((quantity) => (
        <Update
          key={quantity}
          of={quantity}
          before={valueAt(quantity === 'running_mean' ? running_mean : running_var, steps - 1)}
          fed={valueAt(quantity === 'running_mean' ? batch_mean : fed_var, steps - 1)}
          after={valueAt(quantity === 'running_mean' ? running_mean : running_var, steps)}
          momentum={{ own: momentum, weights }}
        />
      )),
      tables: [
        {
          caption: 'The same layer in the terms of each framework',
          corner: 'framework',
          columns: [{ head: 'momentum' }, { head: 'weighs' }, { head: 'running variance' }],
          rows: frameworks.map((each) => ({
            label: conventions[each].name,
            values: [
              momentumIn(core, conventions[each], decay),
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
            { label: terms.running_mean, values: [valueAt(running_mean, steps)] },
            { label: `${terms.running_var}, ${rule.estimator}`, values: [valueAt(running_var, steps)] },
            { label: 'weight that the start keeps', values: [of(`decay^${steps}`)] },
          ],
        },
      ],
      sentence: [
        `In ${name}, momentum ${formatNumber(momentum)} is the weight of the ${weights} value, so the old one keeps ${formatNumber(decay)}:`,
        `the average looks back over about ${formatNumber(of('1 / (1 - decay)'), 3)} batches.`,
        weights === 'new'
          ? `For what ${formatNumber(momentum)} means on this page, type ${formatNumber(core.torchFromDecay(momentum))}.`
          : 'On this page it means the same.',
      ].join(' '),
    };
  },
});
