// The Jacobian and the circle without a browser.

import { expect, test } from 'vitest';
import { fromPlane, inPlane } from '../../../web/src/figures/coupling/geometry.ts';
import { coupling } from '../../../web/src/figures/coupling/coupling.tsx';
import { column, core, htmlOf, viewOf } from './view.ts';

const batches = [
  [1, 4],
  [5, 2, 0.5],
  [1, -2, 3, 7],
  [0.1, 0.2, 0.3, 9, -4],
  [1, 2, 3, 4, 5, 6],
  [-9, 8, 0, 0, 1, 2.5, 3],
  [1, 3, 5, 2, -4, 0, 7, 2.5],
];

const numbers = (state: object, caption: string, head: string) =>
  column(viewOf(coupling, state), caption, head).map(Number);

const total = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0);
const dot = (a: readonly number[], b: readonly number[]) => total(a.map((each, i) => each * (b[i] ?? 0)));

const jacobianColumns = (state: { x: readonly number[] }) =>
  state.x.map((_, j) => numbers(state, 'The Jacobian', `x${'₁₂₃₄₅₆₇₈'.charAt(j)}`));

test.each(batches)('the Jacobian of %j …', (...x) => {
  const m = x.length;
  for (const [gamma, eps] of [
    [1, 0],
    [2, 0.1],
    [0.5, 10],
  ] as const) {
    const state = { x, gamma, eps, tab: 'matrix' };
    const mean = total(x) / m;
    const variance = total(x.map((each) => (each - mean) ** 2)) / m;
    const s = Math.sqrt(variance + eps);
    const jacobian = core.jacobian({ x, gamma, eps });
    for (const [j, shown] of jacobianColumns(state).entries()) {
      for (const [i, entry] of shown.entries()) {
        const [a, b] = [(x[i] ?? 0) - mean, (x[j] ?? 0) - mean];
        // gamma/s (I - 11ᵀ/m - x_hat x_hatᵀ/m)
        const right = (gamma / s) * (Number(i === j) - 1 / m - (a * b) / s ** 2 / m);
        expect(Math.abs(entry - right)).toBeLessThan((1e-14 * gamma) / s);
        const computed = jacobian[i * m + j] ?? Number.NaN;
        if (entry !== 0) expect(entry).toBe(computed);
        else expect(Math.abs(computed)).toBeLessThan((1e-14 * gamma) / s);
      }
    }
    expect(numbers(state, 'The Jacobian', 'sum')).toEqual(x.map(() => 0));

    // Of sJ/gamma: 0 on 1, eps/(var + eps) on x_hat, 1 on everything else.
    const eigenvalues = numbers(state, 'What the Jacobian', 'eigenvalue');
    const right = [0, eps / s ** 2, ...Array.from({ length: m - 2 }, () => 1)].map(
      (each) => (each * gamma) / s,
    );
    for (const [k, value] of eigenvalues.entries()) expect(value).toBeCloseTo(right[k] ?? Number.NaN, 13);
    expect(eigenvalues).toHaveLength(m);

    const rank = eps > 0 ? m - 1 : m - 2;
    expect(eigenvalues.filter((value) => value !== 0)).toHaveLength(rank);
    const view = viewOf(coupling, state);
    expect(htmlOf(view.drawing)).toContain(`Rank ${rank}.`);
    expect(view.sentence).toContain(rank === 0 ? 'The Jacobian is 0.' : `rank ${rank}`);
  }
});

test('a chosen entry is said in words: x_1 grows, and y_2 falls by a third of it, over the standard deviation', () => {
  const html = htmlOf(viewOf(coupling, { x: [2, 4, 6], row: 1, column: 0 }).drawing);
  // 1 / (3 √(8/3)) = 0.20412…
  expect(html).toContain('If x₁ grows a little, y₂ falls by 0.2041 times as much.');
  expect(htmlOf(viewOf(coupling, { x: [1, 3], row: 7, column: 7 }).drawing)).toContain('y₂ stays');
});

test('the plane: to it and back, and lengths are kept', () => {
  const x = [5, 2, 0.5];
  const point = inPlane(x);
  for (const [i, value] of fromPlane(point, 2.5, 3).entries()) expect(value).toBeCloseTo(x[i] ?? 0, 14);
  expect(Math.hypot(...point)).toBeCloseTo(Math.hypot(2.5, -0.5, -2), 14);
  expect(inPlane([7, 7, 7])).toEqual([0, 0]);
  expect(fromPlane(inPlane([0, 4]), 2, 2)).toEqual([0, 4].map((each) => expect.closeTo(each, 14)));
});

/** Where circles of a class are drawn. */
function circles(html: string, name: string) {
  return [...html.matchAll(/<circle[^>]*>/g)]
    .map(([tag]) => tag)
    .filter((tag) => new RegExp(`class="[^"]*\\b${name}\\b`).test(tag))
    .map((tag) => ['cx', 'cy', 'r'].map((key) => Number(new RegExp(`\\b${key}="([^"]*)"`).exec(tag)?.[1])));
}

test.each([0, 0.1, 10])(
  'x_hat is drawn on the circle for eps = 0, and inside it otherwise: eps = %f',
  (eps) => {
    for (const x of [
      [5, 2, 0.5],
      [1, 2, 6],
      [-1, -1, -0.5],
    ]) {
      const view = viewOf(coupling, { x, eps });
      const x_hat = column(view, 'The batch', 'x_hat').map(Number);
      const html = htmlOf(view.drawing);
      const [[cx = 0, cy = 0, r = 0] = []] = circles(html, 'orbit');
      const [[px = 0, py = 0] = []] = circles(html, 'fill');
      const distance = Math.hypot(px - cx, py - cy) / r;
      expect(distance).toBeCloseTo(Math.sqrt(dot(x_hat, x_hat) / 3), 12);
      if (eps === 0) expect(dot(x_hat, x_hat)).toBeCloseTo(3, 13);
      else expect(distance).toBeLessThan(0.999);
    }
  },
);

test('what is left has no mean and no part along x_hat, and with what was taken out it makes dy', () => {
  for (const turn of [0, 77, 200, 359]) {
    const state = { x: [5, 2, 0.5], turn, gamma: 2, dy_mean: -1.3 };
    const of = (head: string) => numbers(state, 'The batch', head);
    const [dx, x_hat, dy] = [of('dx'), of('x_hat'), of('dy')];
    expect(Math.abs(total(dx))).toBeLessThan(1e-14);
    expect(Math.abs(dot(dx, x_hat))).toBeLessThan(1e-14);
    // Deviations 2.5, −0.5 and −2: the variance is 3.5.
    const factor = 2 / Math.sqrt(3.5);
    const [mean, along] = [of('taken out: mean'), of('taken out: along x_hat')];
    for (const [i, value] of dy.entries())
      expect((mean[i] ?? 0) + (along[i] ?? 0) + (dx[i] ?? 0) / factor).toBeCloseTo(value, 13);
    expect(mean[0]).toBeCloseTo(-1.3, 14);
    // dy has the length 1.5 in the plane.
    expect(dot(dy, dy)).toBeCloseTo(1.5 ** 2 + 3 * 1.3 ** 2, 13);
  }
});

test('shifting and stretching the batch leave x_hat, and the direction of dx', () => {
  const x = [5, 2, 0.5];
  const of = (values: readonly number[], head: string) => numbers({ x: values }, 'The batch', head);
  const [x_hat, dx] = [of(x, 'x_hat'), of(x, 'dx')];
  for (const [values, factor] of [
    [x.map((each) => each - 7.3), 1],
    [x.map((each) => each / 8), 8],
    [x.map((each) => each * 1.7 + 1), 1 / 1.7],
  ] as const) {
    for (const [i, value] of of(values, 'x_hat').entries())
      expect(Math.abs(value - (x_hat[i] ?? 0))).toBeLessThan(1e-12);
    for (const [i, value] of of(values, 'dx').entries())
      expect(Math.abs(value - factor * (dx[i] ?? 0))).toBeLessThan(1e-12);
  }
});

test('of two examples nothing is left', () => {
  for (const x of [
    [1, 3],
    [-2.2, -2.3],
  ]) {
    const view = viewOf(coupling, { x });
    expect(column(view, 'The batch', 'dx')).toEqual([0, 0]);
    expect(jacobianColumns({ x })).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(view.sentence).toContain('nothing of dy is left, so dx = 0');
  }
  const sign = column(viewOf(coupling, { x: [1, 3] }), 'The batch', 'x_hat');
  expect(sign).toEqual([-1, 1]);
});

test('the task is done where dy points along x_hat or against it, and nowhere else', () => {
  const x = [5, 2, 0.5];
  // The point of x in the plane is (3/√2, 6/√6).
  const direction = Math.round((Math.atan2(6 / Math.sqrt(6), 3 / Math.SQRT2) * 180) / Math.PI);
  const verdict = (state: object) => htmlOf(viewOf(coupling, { x, ...state }).drawing);
  const done: number[] = [];
  for (let turn = 0; turn < 360; ++turn) if (verdict({ turn }).includes('Done.')) done.push(turn);
  expect(done).toContain(direction);
  expect(done).toContain(direction + 180);
  for (const turn of done) expect(Math.abs((turn % 180) - direction)).toBeLessThanOrEqual(1);
  expect(verdict({ turn: direction, gamma: 3, dy_mean: 2 })).toContain('dy points along x̂;');
  expect(verdict({ turn: direction + 180, gamma: 0.1, dy_mean: -2 })).toContain('dy points along −x̂;');
  // 1 / (3.5 + 1) of the part along x_hat stays.
  const hindered = verdict({ turn: direction, eps: 1 });
  expect(hindered).toContain('Not yet.');
  expect(hindered).toContain('22\u00a0% of a dy along x̂ stays');
});

test('how much of dy is left is said: all of a dy along the circle without a mean', () => {
  const x = [1, -1, 0]; // x_hat points right
  expect(viewOf(coupling, { x, turn: 90, dy_mean: 0 }).sentence).toContain('100\u00a0% of the length');
  expect(viewOf(coupling, { x, turn: 30, dy_mean: 0 }).sentence).toContain('50\u00a0% of the length');
});

test('a constant batch is refused with eps = 0, and drawn at the centre otherwise', () => {
  expect(() => viewOf(coupling, { x: [2, 2, 2] })).toThrow('batch_var + eps');
  const view = viewOf(coupling, { x: [2, 2, 2], eps: 0.01 });
  expect(view.sentence).toContain('at 0\u00a0% of the radius');
  expect(view.sentence).toContain('rank 2');
});

test('a batch too wide for the drawing is drawn at its rim, and that is said', () => {
  const of = (x: readonly number[]) => htmlOf(viewOf(coupling, { x }).drawing);
  expect(of([9, 2, -4])).toContain('x lies farther out than it is drawn');
  expect(of([4.5, 2, 1])).not.toContain('farther out');
});

test('no state shows a machine word', () => {
  for (const x of [...batches, [2, 2], [10, -10, 10], [3, 3, 3.1], [-10, 10, -10, 10, -10, 10, -10, 10]])
    for (const eps of [1e-5, 10])
      for (const gamma of [0.1, 3])
        for (const [width, tab] of [
          [300, 'circle'],
          [300, 'matrix'],
          [950, 'circle'],
        ]) {
          const view = viewOf(coupling, { x, eps, gamma, tab }, Number(width));
          const text = `${htmlOf(view.drawing)} ${view.sentence} ${JSON.stringify(view.tables)}`;
          expect(text).not.toMatch(/NaN|undefined|infinity|null/i);
        }
});
