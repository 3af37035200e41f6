// The frameworks' conventions as a figure, without a browser: against loops that know nothing of the core.

import { describe, expect, test } from 'vitest';
import { conventions, type Framework, frameworks } from '../../../web/src/figures/conventions/frameworks.ts';
import type { StopsField } from '../../../web/src/drawing/fields.ts';
import { conventionsFigure } from '../../../web/src/figures/conventions/conventions.tsx';
import { column, core, htmlOf, viewOf } from './view.ts';

const show = (state: object = {}, width?: number) => viewOf(conventionsFigure, state, width);
const numbers = (view: ReturnType<typeof show>, caption: string, head: string) =>
  column(view, caption, head).map(Number);
const { stops } = conventionsFigure.fields['momentum'] as StopsField;

const steps = 60;
/** Which value each framework weights, which variance it averages, and its terms: independent of the figure's table. */
const rules: Record<Framework, { weighs: 'old' | 'new'; averages?: string; mean: string; variance: string }> =
  {
    page: { weighs: 'old', mean: 'running_mean', variance: 'running_var' },
    pytorch: { weighs: 'new', averages: 'unbiased', mean: 'running_mean', variance: 'running_var' },
    keras: { weighs: 'old', averages: 'biased', mean: 'moving_mean', variance: 'moving_variance' },
    tensorflow: { weighs: 'old', averages: 'unbiased', mean: 'moving_mean', variance: 'moving_variance' },
    flax: { weighs: 'old', averages: 'biased', mean: 'mean', variance: 'var' },
    onnx: { weighs: 'old', averages: 'biased', mean: 'running_mean', variance: 'running_var' },
  };

describe.each(frameworks)('%s', (framework) => {
  const { weighs, averages, mean, variance } = rules[framework];

  test.each([
    [0.8, 8, 'biased'],
    [0.8, 2, 'unbiased'],
    [0.05, 5, 'unbiased'],
  ])('with momentum %d and batches of %d: the running statistics', (momentum, m, estimator) => {
    const [seed, decay] = [3, weighs === 'new' ? 1 - momentum : momentum];
    const drawn = core.normalBatches({ seed, batches: steps, m, mean: 5, std: 2 });
    const divisor = (averages ?? estimator) === 'unbiased' ? m - 1 : m;
    let running = { mean: 0, variance: 1 };
    for (let t = 0; t < steps; ++t) {
      const batch = Array.from({ length: m }, (_, row) => drawn[row * steps + t] ?? Number.NaN);
      const center = batch.reduce((sum, each) => sum + each, 0) / m;
      const spread = batch.reduce((sum, each) => sum + (each - center) ** 2, 0) / divisor;
      running = {
        mean: decay * running.mean + (1 - decay) * center,
        variance: decay * running.variance + (1 - decay) * spread,
      };
    }
    const view = show({ framework, momentum, m, estimator, seed });
    const table = view.tables.find(({ caption }) => caption.startsWith(`After ${steps} batches`));
    expect(table?.rows.map(({ label }) => label)).toEqual([
      mean,
      `${variance}, ${averages ?? estimator}`,
      'weight that the start keeps',
    ]);
    const [shownMean, shownVariance, start] = numbers(view, `After ${steps} batches`, 'value');
    expect(shownMean).toBeCloseTo(running.mean, 12);
    expect(shownVariance).toBeCloseTo(running.variance, 12);
    expect(start).toBeCloseTo(decay ** steps, 14);
  });

  test('the sentence says what its momentum weighs, and what to set for the same layer in this lesson', () => {
    const { sentence } = show({ framework, momentum: 0.95 });
    expect(sentence).toContain(
      `In ${conventions[framework].name}, momentum 0.95 is the weight of the ${weighs} value, ` +
        `so the old one keeps ${weighs === 'new' ? '0.05' : '0.95'}`,
    );
    expect(sentence).toContain(`about ${weighs === 'new' ? '1.05' : '20'} batches`);
    expect(sentence).toMatch(
      weighs === 'new'
        ? /For what 0\.95 means in this lesson, set 0\.05\.$/
        : /In this lesson it means the same\.$/,
    );
  });

  test('the slider runs from small to large momenta as they are typed', () => {
    const shown = stops.map((momentum) => {
      const html = htmlOf(show({ framework, momentum }).controls);
      const [, slider = ''] = /<input type="range" id="[^"]*-momentum"([^>]*)/.exec(html) ?? [];
      const attribute = (name: string) => Number(new RegExp(` ${name}="([^"]*)"`).exec(slider)?.[1]);
      return { at: attribute('value') / attribute('max'), momentum: attribute('aria-valuetext') };
    });
    expect(shown.map(({ momentum }) => momentum)).toEqual(stops);
    expect(stops).toEqual(stops.toSorted((one, other) => one - other));
    expect(shown.map(({ at }) => at)).toEqual(stops.map((_, k) => k / (stops.length - 1)));
  });

  test('its default can be typed, and its own estimator cannot be changed', () => {
    const { controls, more } = show({ framework });
    const { defaults } = conventions[framework];
    if (defaults) expect(stops).toContain(defaults.momentum);
    const [button = ''] = /<button[^>]*data-control="defaults"[^>]*>/.exec(htmlOf(controls)) ?? [];
    expect(button.includes('aria-disabled')).toBe(defaults === undefined);
    const [fieldset = ''] = /<fieldset[^]*<\/fieldset>/.exec(htmlOf(more)) ?? [];
    expect(/^<fieldset[^>]* disabled/.test(fieldset)).toBe(averages !== undefined);
    const checked = /<input[^>]*value="(\w+)"[^>]* checked/.exec(fieldset)?.[1];
    expect(checked).toBe(averages ?? 'biased');
  });
});

/** The points of the line that the framework makes, and of the one that this page makes. */
function linesOf(view: ReturnType<typeof show>): { here: string | undefined; typed: string | undefined } {
  const html = htmlOf(view.drawing);
  return {
    here: /<polyline class="q-mean line dashed" points="([^"]*)"/.exec(html)?.[1],
    typed: /<polyline class="line" points="([^"]*)"/.exec(html)?.[1],
  };
}

test.each(frameworks)('where the momentum weights the old value both lines are one: %s', (framework) => {
  for (const momentum of stops) {
    const { here, typed } = linesOf(show({ framework, momentum }));
    expect(here?.split(' ')).toHaveLength(steps + 1);
    if (rules[framework].weighs === 'old' || momentum === 0.5) expect(typed).toBe(here);
    else expect(typed).not.toBe(here);
  }
});

test('0.99 typed into PyTorch: the line repeats the batches, but for a hundredth', () => {
  const { typed = '' } = linesOf(show({ framework: 'pytorch', momentum: 0.99 }));
  const [, dots = ''] =
    /<path class="dots" d="(M[^"]*h0M[^"]*)"/.exec(
      htmlOf(show({ framework: 'pytorch', momentum: 0.99 }).drawing),
    ) ?? [];
  const heightsOfDots = [...dots.matchAll(/M[\d.]+ ([\d.]+)h0/g)].map(([, y]) => Number(y));
  const heightsOfLine = typed.split(' ').map((point) => Number(point.split(',')[1]));
  expect(heightsOfDots).toHaveLength(steps);
  for (const [t, height] of heightsOfDots.entries())
    expect(Math.abs(height - (heightsOfLine[t + 1] ?? Number.NaN))).toBeLessThan(2);
});

test('one layer in every framework’s terms: PyTorch alone turns the momentum round', () => {
  for (const [framework, momentum] of [
    ['keras', 0.8],
    ['pytorch', 0.2],
  ] as const) {
    const view = show({ framework, momentum });
    const momenta = numbers(view, 'The same layer', 'momentum');
    for (const [k, value] of [0.8, 0.2, 0.8, 0.8, 0.8, 0.8].entries())
      expect(momenta[k]).toBeCloseTo(value, 15);
    expect(column(view, 'The same layer', 'weighs')).toEqual(
      frameworks.map((each) => `the ${rules[each].weighs} value`),
    );
    expect(column(view, 'The same layer', 'running variance')).toEqual(
      frameworks.map((each) => rules[each].averages ?? 'either'),
    );
  }
});

test('a batch has at least two examples: none of the frameworks refuses it', () => {
  const { m } = conventionsFigure.fields;
  expect(m?.read('1')).toBeUndefined();
  for (const framework of frameworks)
    for (const estimator of ['biased', 'unbiased']) {
      const [, variance] = numbers(show({ framework, estimator, m: 2 }), `After ${steps}`, 'value');
      expect(variance).toBeGreaterThan(0);
    }
});

test('no state shows what is not a number, or draws outside of the page', () => {
  for (const framework of frameworks)
    for (const momentum of [stops[0], stops.at(-1)])
      for (const m of [2, 32])
        for (const width of [300, 950]) {
          const view = show({ framework, momentum, m }, width);
          const drawn = htmlOf(view.drawing);
          const html = [view.controls, view.more, view.formulas].map(htmlOf).join('');
          const text = `${drawn} ${html} ${view.sentence} ${JSON.stringify(view.tables)}`;
          expect(text).not.toMatch(/NaN|Infinity|not a number|infinity|undefined|null/);
          for (const [, x] of drawn.matchAll(/ (?:x|x1|x2)="([-\d.]+)"/g))
            expect(Number(x)).toBeLessThanOrEqual(width);
        }
});
