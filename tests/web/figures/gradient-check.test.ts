// The gradient check against its step, without a browser: the valley, the traps, and when a check means something.

import { describe, expect, test } from 'vitest';
import { gradientCheck } from '../../../web/src/figures/gradient-check/gradient-check.tsx';
import type { DifferenceCheck } from '../../../web/src/core/core.ts';
import { column, core, htmlOf, viewOf } from './view.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

/** The figure's own batch, and its backward pass written out by hand. */
const x = [1.3, -0.4, 2.1, 0.6];
const dy = [0.7, -1.1, 0.4, 0.9];
const [gamma, eps] = [1.5, 1e-5];
const invstd = 1 / Math.sqrt(mean(x.map((value) => (value - mean(x)) ** 2)) + eps);
const x_hat = x.map((value) => (value - mean(x)) * invstd);

const numbers = (state: object, caption: string, head: string) =>
  column(viewOf(gradientCheck, state), caption, head) as number[];
const errors = (head: string, state: object = {}) => numbers(state, 'Relative error of right code', head);
const powers = Array.from({ length: 17 }, (_, k) => k - 16);
const lowest = (all: readonly number[]) => powers[all.indexOf(Math.min(...all))] ?? Number.NaN;
const at = (all: readonly number[], power: number) => all[power + 16] ?? Number.NaN;
/** The rows of the table folded below the drawing: dx numeric, and by the code. */
function compared(state: object): number[][] {
  const [, table = ''] = htmlOf(viewOf(gradientCheck, state).formulas).split('<caption>dx at h');
  const rows = table.split('<tr>').slice(2);
  return rows.map((row) => [...row.matchAll(/ data-value="([^"]+)"/g)].map(([, value]) => Number(value)));
}
const sentence = (state: object) => viewOf(gradientCheck, state).sentence;
/** The names of the author's sentences that it is made of. */
const foundIn = (text: string) => [...text.matchAll(/\[([a-z0-9-]+)\]/g)].map(([, name]) => name);
/** The verdict above the drawing. */
function verdictOf(view: ReturnType<typeof viewOf>): string | undefined {
  const [above = ''] = htmlOf(view.drawing).split('<svg');
  return /<strong>([^<]*)/.exec(above)?.[1];
}

test('the batch is the one that the expectations below are worked out for', () => {
  expect(numbers({}, 'The batch', 'x')).toEqual(x);
  expect(numbers({}, 'The batch', 'dy')).toEqual(dy);
});

describe('the valley', () => {
  test('it is lowest where truncation meets rounding: later for central differences, latest in single precision', () => {
    const central = lowest(errors('as chosen'));
    const forward = lowest(errors('as chosen', { scheme: 'forward' }));
    const single = lowest(errors('as chosen', { precision: 'single' }));
    expect(central).toBeGreaterThanOrEqual(-6);
    expect(central).toBeLessThanOrEqual(-4);
    expect(forward).toBeGreaterThanOrEqual(-9);
    expect(forward).toBeLessThanOrEqual(-7);
    expect(single).toBeGreaterThanOrEqual(-3);
  });

  test('to the right it rises with h² for central differences and with h for forward ones', () => {
    const central = errors('as chosen');
    const forward = errors('forward');
    expect(at(central, -2) / at(central, -3)).toBeCloseTo(100, 0);
    expect(at(forward, -4) / at(forward, -5)).toBeCloseTo(10, 1);
  });

  test('to the left it rises like 1/h', () => {
    const rounding = errors('as chosen');
    for (const power of [-14, -12, -10, -8]) {
      // The spacing of doubles near 1, divided by h, give or take a factor of ten.
      const expected = 2 ** -52 / 10 ** power;
      expect(at(rounding, power)).toBeGreaterThan(expected / 10);
      expect(at(rounding, power)).toBeLessThan(expected * 10);
    }
  });

  test('the pale curves are those that the other choice makes the chosen ones', () => {
    expect(errors('forward')).toEqual(errors('as chosen', { scheme: 'forward' }));
    expect(errors('single')).toEqual(errors('as chosen', { precision: 'single' }));
  });
});

describe('code that forgets a path', () => {
  const direct = dy.map((value) => gamma * invstd * value);
  const throughMean = -gamma * invstd * mean(dy);
  const throughVar = x_hat.map(
    (value) => -gamma * invstd * value * mean(dy.map((each, i) => each * (x_hat[i] ?? 0))),
  );

  test.each([
    ['none', 'right code', direct.map((value, i) => value + throughMean + (throughVar[i] ?? 0))],
    ['mean', 'no mean path', direct.map((value, i) => value + (throughVar[i] ?? 0))],
    ['var', 'no variance path', direct.map((value) => value + throughMean)],
    ['both', 'neither path', direct],
  ])('%s: its gradient, and the error the check finds', (drop, name, expected) => {
    const state = { drop, exponent: -6 };
    const rows = compared(state);
    const numeric = rows.map(([value = Number.NaN]) => value);
    const dx = rows.map(([, value = Number.NaN]) => value);
    for (const [i, value] of dx.entries()) expect(value).toBeCloseTo(expected[i] ?? 0, 13);
    const largest = (all: readonly number[]) => Math.max(...all.map(Math.abs));
    const error =
      largest(dx.map((value, i) => value - (numeric[i] ?? 0))) / Math.max(largest(dx), largest(numeric));
    const shown =
      drop === 'none' ? at(errors('as chosen'), -6) : numbers(state, 'Relative error of wrong code', name)[5];
    expect(shown).toBeCloseTo(error, 14);
  });
});

describe('what the sentence says', () => {
  const atTheKink = { loss: 'relu', beta: 3e-5 - gamma * (x_hat[3] ?? 0) };

  test.each([
    ['a step too small', {}, ['off', 'too-small', 'best']],
    ['a step too large', { exponent: -1 }, ['off', 'too-large-central', 'best']],
    ['a step too large, forward', { exponent: -1, scheme: 'forward' }, ['off', 'too-large-forward', 'best']],
    ['the sum', { loss: 'sum', exponent: -5 }, ['plain-sum']],
    ['two examples', { batch: 'two', eps: 0, exponent: -6 }, ['two-values']],
    ['two examples where chance says 0', { batch: 'two', eps: 0, exponent: -5 }, ['two-values']],
    [
      'two examples made equal by the step',
      { batch: 'two', eps: 0, exponent: 0 },
      ['no-value', 'two-values'],
    ],
    ['a kink', { ...atTheKink, exponent: -4 }, ['off', 'kink', 'best']],
    ['single precision', { precision: 'single', exponent: -5 }, ['off', 'single-precision', 'best']],
    ['gamma 0', { gamma: 0, exponent: -5 }, ['gamma-is-0']],
    ['a dead ReLU', { loss: 'relu', beta: -3, exponent: -5 }, ['nothing-passes']],
  ])('%s', (_, state, names) => {
    const view = viewOf(gradientCheck, state);
    expect(foundIn(view.sentence)).toEqual(names);
    expect(verdictOf(view)).toBe('This check means nothing yet.');
  });

  test('at a kink a smaller step mends the check', () => {
    expect(sentence({ ...atTheKink, exponent: -4 })).toMatch(
      /^\[off\] h 10⁻⁴, .*error [\d.]+\. \[kink\] .*y y₄\. /,
    );
    expect(foundIn(sentence({ ...atTheKink, exponent: -5 }))).toEqual(['sound', 'best']);
  });

  test('a gamma of 1 hides a forgotten gamma, and that is said', () => {
    expect(foundIn(sentence({ exponent: -5 }))).toEqual(['sound', 'best']);
    expect(foundIn(sentence({ exponent: -5, gamma: 1 }))).toEqual(['sound', 'gamma-is-1', 'best']);
  });

  test('best step and error are those of the curve', () => {
    const [, error = ''] = /best_error ([\d.]+) × 10⁻¹¹\.$/.exec(sentence({})) ?? [];
    expect(Number(error)).toBeCloseTo(at(errors('as chosen'), -5) * 1e11, 1);
  });
});

const states = ['weighted', 'sum', 'relu'].flatMap((loss) =>
  ['forward', 'central'].flatMap((scheme) =>
    ['single', 'double'].flatMap((precision) =>
      ['four', 'two'].flatMap((batch) =>
        [0, 1e-5].map((each) => ({ loss, scheme, precision, batch, eps: each })),
      ),
    ),
  ),
);

const exponents = [-16, -12, -8, -5, -3, 0];

type Drop = 'none' | 'mean' | 'var' | 'both';

/** The error that the core finds in code without the path. */
function errorsAt(state: (typeof states)[number], exponent: number): (drop: Drop) => number {
  const { loss, scheme, precision, eps: added } = state;
  const given = state.batch === 'two' ? { x: [1, 2], dy: [0.7, -1.1] } : { x, dy };
  const steps = [10 ** exponent];
  const checked = { ...given, gamma, beta: 0.5, eps: added, loss, checks: [{ scheme, precision, steps }] };
  const [check] = core.differenceChecks(checked as never) as [DifferenceCheck];
  const { right, without_mean, without_var, without_both } = check;
  const codes = { none: right, mean: without_mean, var: without_var, both: without_both };
  return (drop) => codes[drop].error[0] ?? 0;
}

test.each(states)(
  '$loss $scheme $precision $batch $eps: right code passes, wrong code fails, and dx is not 0, or it means nothing',
  (state) => {
    for (const exponent of exponents) {
      const errorOf = errorsAt(state, exponent);
      const isZero = state.loss === 'sum' || (state.batch === 'two' && state.eps === 0);
      const means = !isZero && errorOf('none') < 1e-7 && errorOf('mean') > 1e-2 && errorOf('var') > 1e-2;
      const view = viewOf(gradientCheck, { ...state, exponent, drop: 'both' }, 300);
      expect(foundIn(view.sentence).includes('sound'), `at ${exponent}: ${view.sentence}`).toBe(means);
      expect(verdictOf(view)).toBe(means ? 'This check means something.' : 'This check means nothing yet.');
      const seen = [
        view.sentence,
        htmlOf(view.drawing),
        htmlOf(view.formulas),
        JSON.stringify(view.tables),
      ].join(' ');
      expect(seen).not.toMatch(/NaN|[Ii]nfinity|not a number|null/);
    }
  },
);

test('both kinds of state occur among them', () => {
  const means = states.map((state) => foundIn(sentence({ ...state, exponent: -5 })).includes('sound'));
  expect(means).toContain(true);
  expect(means).toContain(false);
});

test('what the check says of a code cannot be read as a pass of wrong code, nor as a failure of right code', () => {
  const said = (state: object) => {
    const [, table = ''] = htmlOf(viewOf(gradientCheck, state).formulas).split(
      '<caption>What the check says',
    );
    const rows = table.split('</table>')[0]?.split('<tr>').slice(2) ?? [];
    return rows.map((row) => /<td[^>]*>([^<]*)<\/td><\/tr>/.exec(row)?.[1]);
  };
  const found = new Set<string | undefined>();
  for (const [state, exponent] of states.flatMap((each) =>
    exponents.map((power) => [each, power] as const),
  )) {
    const errorOf = errorsAt(state, exponent);
    const [right, ...wrong] = said({ ...state, exponent, drop: 'both' });
    const rulings = (['none', 'mean', 'var', 'both'] as const).map((drop) => {
      const error = errorOf(drop);
      if (Number.isNaN(error)) return 'no value';
      const ruling = error < 1e-7 ? 'agrees' : error > 1e-2 ? 'differs' : 'doubtful';
      if (drop === 'none')
        return ruling === 'agrees' ? 'agrees, as it should' : `${ruling}, though the code is right`;
      return ruling === 'differs' ? 'differs, as it should' : `${ruling}, though the code is wrong`;
    });
    expect([right, ...wrong], `${JSON.stringify(state)} at ${exponent}`).toEqual(rulings);
    for (const each of rulings) found.add(each);
  }
  expect(found.size).toBeGreaterThanOrEqual(6);
});
