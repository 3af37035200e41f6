// The backward paths without a browser.

import { expect, test } from 'vitest';
import { backwardPaths } from '../../../web/src/figures/backward-paths/backward-paths.tsx';
import { paths } from '../../../web/src/figures/backward-paths/check.ts';
import { column, core, htmlOf, viewOf } from './view.ts';

const table = 'The gradient of each example';
const heads = ['direct', 'through the variance', 'through the mean'];
const fieldOf = { dx_direct: 'direct', dx_through_var: 'variance', dx_through_mean: 'mean' };

/** A batch whose gradient says everything: random dy, six examples, gamma and eps unlike 1 and 0. */
const telling = { x: [1, 2.5, 4, 7, 9, 9.5], dy: [0.3, -1.2, 0.7, 1.1, -0.4, 0.9], gamma: -1.5, eps: 0.1 };

const numbers = (view: ReturnType<typeof viewOf>, caption: string, head: string) =>
  column(view, caption, head) as number[];

function expectClose(values: readonly number[], expected: readonly number[], digits = 13): void {
  expect(values).toHaveLength(expected.length);
  for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, digits);
}

const checkOf = (view: ReturnType<typeof viewOf>) =>
  /<p class="check" data-verdict="(\w+)"[^>]*>.*?<strong>(.*?)<\/strong>(.*?)<\/p>/
    .exec(htmlOf(view.drawing))
    ?.slice(1) ?? [];

/** The relative error as the check says it: "2.4 × 10⁻¹¹". */
function errorOf(view: ReturnType<typeof viewOf>): number {
  const plain = (checkOf(view)[2] ?? '').normalize('NFKC').replaceAll('−', '-');
  const [, digits, power = '0'] = /relative error ([\d.]*\d)(?: × 10(-?\d+))?\./.exec(plain) ?? [];
  return Number(`${digits}e${power}`);
}

test('as it comes, only dy of the first example is not 0, and dx of all are', () => {
  const view = viewOf(backwardPaths);
  expect(column(view, table, 'dy')).toEqual([1, 0, 0, 0]);
  // 2/√5 [dy − 1/4 − x_hat (−3/√5)/4] with x_hat = (−3, −1, 1, 3)/√5
  const factor = 2 / Math.sqrt(5);
  expectClose(numbers(view, table, 'dx'), [0.3 * factor, -0.4 * factor, -0.1 * factor, 0.2 * factor]);
  expect(view.sentence).toContain(
    'dy₂ is 0, and still dx₂ = −0.3578: 0 directly, −0.1342 through the variance',
  );
});

test('the paths are those of the core, and add up to dx, which differences of the loss confirm', () => {
  for (const state of [{}, telling, { ...telling, gamma: 10, eps: 1e-5 }]) {
    const view = viewOf(backwardPaths, state);
    const { x, dy, gamma, eps } = { x: [2, 4, 6, 8], dy: [1, 0, 0, 0], gamma: 2, eps: 0, ...state };
    const trace = core.backwardTrace({ x, gamma: [gamma], beta: [0], eps, dy });
    for (const [k, path] of paths.entries())
      expectClose(numbers(view, table, heads[k] ?? ''), [...trace[path]]);
    expect(column(view, table, 'dx')).toEqual([...trace.dx]);
    expectClose(numbers(view, 'What is compared', 'sum of the paths switched on'), [...trace.dx]);
    const { dx } = core.centralDifferenceGradient({ x, gamma: [gamma], beta: [0], eps, dy, step: 1e-5 });
    expectClose(numbers(view, table, 'dx by differences'), [...dx], 8);
  }
});

test('each path that is switched off makes the check fail, and switched on again repairs it', () => {
  for (const path of paths) {
    const broken = viewOf(backwardPaths, { ...telling, [fieldOf[path]]: false });
    expect(checkOf(broken)[0]).toBe('wrong');
    expect(errorOf(broken)).toBeGreaterThan(1e-3);
    expect(broken.sentence).toContain('the check notices');
    const whole = viewOf(backwardPaths, telling);
    const left = numbers(whole, table, 'dx').map(
      (dx, i) => dx - (numbers(whole, table, heads[paths.indexOf(path)] ?? '')[i] ?? 0),
    );
    expectClose(numbers(broken, 'What is compared', 'sum of the paths switched on'), left);
  }
  const [verdict, words] = checkOf(viewOf(backwardPaths, telling));
  expect([verdict, words]).toEqual(['right', 'The gradient check agrees:']);
  expect(errorOf(viewOf(backwardPaths, telling))).toBeLessThan(1e-7);
});

test('the whole gradient passes its check, however near to each other the x are', () => {
  const draws = core.normalBatches({ seed: 7, batches: 20, m: 6, mean: 0, std: 1 });
  for (let k = 0; k < 20; ++k) {
    const dy = Array.from({ length: 6 }, (_, i) => Math.max(-2, Math.min(2, draws[i * 20 + k] ?? 0)));
    for (const x of [telling.x, [10, 10, 10, 10, 10, 9.9], [0, 10, 10, 10, 10, 10]]) {
      for (const eps of [0, 1e-5, 10]) {
        const view = viewOf(backwardPaths, { x, dy, gamma: 0.1 + k / 2, eps });
        expect(checkOf(view)[0], view.sentence).not.toBe('wrong');
      }
    }
  }
});

test('without any path the sum is 0 and the error everything', () => {
  const none = viewOf(backwardPaths, { ...telling, direct: false, variance: false, mean: false });
  expect(numbers(none, 'What is compared', 'sum of the paths switched on').map(Math.abs)).toEqual([
    0, 0, 0, 0, 0, 0,
  ]);
  expect(errorOf(none)).toBe(1);
});

test('where sum(dy) = 0 nobody notices that the path through the mean is missing', () => {
  const state = { dy: [0.75, -0.25, -0.25, -0.25] };
  expect(numbers(viewOf(backwardPaths, state), table, 'through the mean')).toEqual([0, 0, 0, 0]);
  expect(viewOf(backwardPaths, state).sentence).toContain(
    'cannot tell whether the path through the mean is there',
  );
  const blind = viewOf(backwardPaths, { ...state, mean: false });
  expect(checkOf(blind)[0]).toBe('coarse');
  expect(blind.sentence).toContain('this batch cannot tell');
  expect(checkOf(viewOf(backwardPaths, { ...state, variance: false }))[0]).toBe('wrong');
});

test('for L = sum(y) the paths cancel, and the one through the variance is not missed', () => {
  const state = { dy: [1, 1, 1, 1] };
  const view = viewOf(backwardPaths, state);
  expect(column(view, table, 'dx')).toEqual([0, 0, 0, 0]);
  expect(checkOf(view)[2]).toContain('next to a gradient of 0');
  expect(checkOf(view)[2]).not.toContain('relative');
  expect(view.sentence).toContain('whether the path through the variance is there');
  expect(checkOf(viewOf(backwardPaths, { ...state, variance: false }))[0]).toBe('coarse');
  expect(checkOf(viewOf(backwardPaths, { ...state, mean: false }))[0]).toBe('wrong');
  // Direct and mean cancel: without both, the sum is right.
  expect(viewOf(backwardPaths, { ...state, direct: false, mean: false }).sentence).toContain(
    'together they carry 0',
  );
});

test('along x_hat nothing is left while eps = 0, and something where it is not', () => {
  const x_hat = [-3, -1, 1, 3].map((value) => value / Math.sqrt(5));
  const view = viewOf(backwardPaths, { dy: x_hat });
  expect(column(view, table, 'dx')).toEqual([0, 0, 0, 0]);
  const some = numbers(viewOf(backwardPaths, { dy: x_hat, eps: 1 }), table, 'dx');
  // 2/√6 x_hat (1 − 5/6), with x_hat of eps = 0
  expectClose(
    some,
    x_hat.map((value) => (2 / Math.sqrt(6)) * value * (1 / 6)),
  );
});

test('a thread leads from the point of each example to its column, with the chosen one marked', () => {
  for (const width of [300, 720]) {
    const html = htmlOf(viewOf(backwardPaths, { ...telling, chosen: 4 }, width).drawing);
    const threads = [...html.matchAll(/<line class="(thread[^"]*)" x1="([\d.]+)" x2="([\d.]+)"/g)].map(
      ([, look, x1, x2]) => ({ look, from: Number(x1), to: Number(x2) }),
    );
    const columns = [...html.matchAll(/<rect class="column[^"]*" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)];
    expect(threads.map(({ look }) => look)).toEqual(
      telling.x.map((_, i) => (i === 4 ? 'thread chosen' : 'thread')),
    );
    expect(columns).toHaveLength(telling.x.length);
    const [first, last] = [threads[0]?.from ?? Number.NaN, threads.at(-1)?.from ?? Number.NaN];
    for (const [i, { from, to }] of threads.entries()) {
      const [, left = '', across = ''] = columns[i] ?? [];
      expect(to).toBeCloseTo(Number(left) + Number(across) / 2, 6);
      // The line of x is even.
      const along = ((telling.x[i] ?? 0) - 1) / (9.5 - 1);
      expect(from).toBeCloseTo(first + along * (last - first), 6);
    }
  }
});

test('a batch of two has no gradient while eps = 0', () => {
  const two = { x: [1, 3], dy: [0.5, -0.5], before: [0.5, -0.5], gamma: 1, eps: 0 };
  const view = viewOf(backwardPaths, two);
  expect(column(view, table, 'direct')).toEqual([0.5, -0.5]);
  expect(column(view, table, 'through the variance')).toEqual([-0.5, 0.5]);
  expect(column(view, table, 'dx')).toEqual([0, 0]);
  expect(column(view, 'What is compared', 'change of dx per unit of dy 2')).toEqual([0, 0]);
  expect(numbers(viewOf(backwardPaths, { ...two, eps: 10 }), table, 'dx')[0]).toBeGreaterThan(0.01);
});

test('the change of dx per unit of dy is what dx does when that dy grows by 1', () => {
  for (const chosen of [0, 3, 5]) {
    const slopes = numbers(
      viewOf(backwardPaths, { ...telling, chosen }),
      'What is compared',
      `change of dx per unit of dy ${chosen + 1}`,
    );
    const before = numbers(viewOf(backwardPaths, telling), table, 'dx');
    const dy = telling.dy.with(chosen, (telling.dy[chosen] ?? 0) + 1);
    const after = numbers(viewOf(backwardPaths, { ...telling, dy }), table, 'dx');
    expectClose(
      after.map((value, i) => value - (before[i] ?? 0)),
      slopes,
    );
  }
});

test('dx before belongs to the dy that is remembered', () => {
  const view = viewOf(backwardPaths, { dy: [1, 0, 0.5, 0], before: [1, 0, 0, 0] });
  const first = numbers(viewOf(backwardPaths), table, 'dx');
  expectClose(numbers(view, 'What is compared', 'dx before'), first);
  expect(view.sentence).toContain('dy of 1 and dx of 4 of the 4 examples changed');
});

test('nothing to compare is said in words', () => {
  expect(viewOf(backwardPaths, { dy: [0, 0, 0, 0] }).sentence).toContain('Every dy is 0');
  expect(viewOf(backwardPaths, { gamma: 0 }).sentence).toContain('gamma is 0');
  expect(() => viewOf(backwardPaths, { x: [3, 3, 3], dy: [1, 0, 0] })).toThrow('batch_var + eps');
  for (const state of [
    { dy: [0, 0, 0, 0] },
    { gamma: 0 },
    { x: [3, 3, 3], eps: 1e-5 },
    { dy: [1, 1, 1, 1] },
  ]) {
    const view = viewOf(backwardPaths, state);
    expect(`${htmlOf(view.drawing)}${htmlOf(view.formulas)}${view.sentence}`).not.toMatch(
      /NaN|infinity|not a number/i,
    );
  }
});

test('a button for each preset of the block', () => {
  const presets = [{ id: 'two', label: 'Two examples', set: { x: [1, 3], dy: [0.5, -0.5] } }];
  const button = /<button[^>]*data-control="two"[^>]*>.*?Two examples.*?<\/button>/;
  expect(htmlOf(viewOf(backwardPaths, {}, 720, presets).more)).toMatch(button);
  expect(htmlOf(viewOf(backwardPaths).more)).not.toMatch(button);
});
