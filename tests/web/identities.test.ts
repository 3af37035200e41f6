// The identities that every batch normalization fulfils, I1 to I28, through WebAssembly: each is tried on random
// problems of random shape, layout, type, gamma, beta, eps and dy.
//
// u is the unit roundoff of the data's type. The core gives every y within 2 units in the last place (4u) of the size
// of its channel, and every dx within 4 (8u); tolerances follow from that. K, the natural size of dx, is
// |gamma| / s max|dy|, s = sqrt(batch_var + eps), and rho = batch_var / (batch_var + eps). The test's own sums carry
// twice the digits of a double, so that they add nothing to a tolerance.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import type { Moments, RunningUpdate } from '../../web/src/core/core.ts';
import { withAccuracy } from '../reference/cases.mjs';

// Most of these hold to the last digits, many bit for bit: of floats, where they are computed with exactly.
const core = withAccuracy(await loadBuiltCore(), 'exact');

/** How many problems an identity is tried on. */
const runs = 200;

/** Unit roundoff: of doubles, and of floats. */
const uDouble = 2 ** -53;
const uSingle = 2 ** -24;

/**
 * The largest relative difference of two sums of m doubles that the core adds in different orders: without compensation
 * within a block, so with m roundings at most, after those of a term.
 */
const sumsOf = (m: number) => 2 * (m + 4) * uDouble;
/** The same for batch_var. For floats the core squares differences from a first guess, whose error may be s sqrt(m). */
const variancesOf = (m: number, u: number) => sumsOf(m) * (u === uSingle ? m : 1);

function identity<Given extends [unknown, ...unknown[]]>(
  name: string,
  ...args: [
    ...arbitraries: { [K in keyof Given]: fc.Arbitrary<Given[K]> },
    predicate: (...given: Given) => void,
  ]
) {
  test(name, () =>
    fc.assert(fc.property<Given>(...args), {
      numRuns: runs,
      includeErrorInReport: true,
    }),
  );
}

// Lists of numbers.

type Tensor = Float32Array | Float64Array;

const range = (count: number) => Array.from({ length: count }, (_, k) => k);
const at = <T>(list: ArrayLike<T>, k: number) => list[k] as T;
const zip = (a: number[], b: number[], f: (a: number, b: number) => number) =>
  a.map((value, k) => f(value, at(b, k)));
const times = (factor: number, a: number[]) => a.map((value) => factor * value);
const largest = (a: number[]) => a.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
const sizes = (a: number[]) => sum(a.map(Math.abs));

/** The sum to twice the digits of a double, rounded (Neumaier). */
function sum(values: number[]): number {
  let [total, rest] = [0, 0];
  for (const value of values) {
    const next = total + value;
    rest += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + rest;
}

/** A product and its rounding error (TwoProduct: Veltkamp and Dekker). */
function exactProduct(a: number, b: number): [number, number] {
  const upper = (value: number) => (2 ** 27 + 1) * value - ((2 ** 27 + 1) * value - value);
  const [aHigh, bHigh, product] = [upper(a), upper(b), a * b];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return [product, aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)];
}

const dot = (a: number[], b: number[]) => sum(a.flatMap((value, k) => exactProduct(value, at(b, k))));
const mean = (a: number[]) => sum(a) / a.length;
/** a - mean(a), twice: the second step removes the rounding error of the mean in the first. */
const centred = (a: number[]) => [1, 2].reduce((d) => [mean(d)].flatMap((mu) => d.map((v) => v - mu)), a);

/** got lies within `tolerance` of what is expected, number by number. */
function near(what: string, got: number | number[], expected: number | number[], tolerance: number) {
  const [gots, wants] = [[got].flat(), [expected].flat()];
  expect(gots.length).toBe(wants.length);
  gots.forEach((value, k) => {
    const off = Math.abs(value - at(wants, k));
    // Not off > tolerance, which holds for no NaN.
    if (!(off <= tolerance)) {
      throw new Error(`${what}[${k}]: got ${value}, expected ${at(wants, k)}; off by ${off} of ${tolerance}`);
    }
  });
}

/** The same bits, and not only the same values: -0 is not 0; NaN is NaN. */
function same(what: string, got: ArrayLike<number>, expected: ArrayLike<number>) {
  expect(got.length).toBe(expected.length);
  for (const k of range(got.length)) {
    if (!Object.is(got[k], expected[k])) {
      throw new Error(`${what}[${k}]: got ${got[k]}, expected exactly ${expected[k]}`);
    }
  }
}
/** Adding 0 makes +0 of -0. */
const unsigned = (a: ArrayLike<number>) => Array.from(a, (value) => value + 0);

// Problems: everything that a training step is given, as the core takes it.

interface Form {
  /** (N, ...) with the channels on the axis */
  shape: number[];
  channel_axis: 'first' | 'last';
}

interface Problem extends Form {
  x: Tensor;
  gamma?: number[];
  beta?: number[];
  eps: number;
  dy: Tensor;
}

const widthOf = ({ shape, channel_axis }: Form) => at(shape, channel_axis === 'first' ? 1 : shape.length - 1);

/** For every channel, where its values lie in the tensor; the i-th are those of one example and position. */
function placesOf(form: Form): number[][] {
  const width = widthOf(form);
  const inner = form.channel_axis === 'first' ? form.shape.slice(2).reduce((a, b) => a * b, 1) : 1;
  const places: number[][] = range(width).map(() => []);
  for (const k of range(form.shape.reduce((a, b) => a * b, 1)))
    at(places, Math.floor(k / inner) % width).push(k);
  return places;
}

/** A tensor of the problem's type and layout, from its value i of channel c. */
function tensorOf(problem: Problem, value: (c: number, i: number) => number): Tensor {
  const tensor = problem.x.slice();
  placesOf(problem).forEach((places, c) => places.forEach((k, i) => (tensor[k] = value(c, i))));
  return tensor;
}

const mapped = (tensor: Tensor, f: (value: number, k: number) => number): Tensor => tensor.slice().map(f);

/** What forwardTrain takes of a problem: without gamma and beta, for x_hat; and with those that are there. */
const plainOf = ({ x, shape, channel_axis, eps }: Problem) => ({ x, shape, channel_axis, eps });
const affineOf = ({ gamma, beta }: Problem) => ({
  ...(gamma === undefined ? {} : { gamma }),
  ...(beta === undefined ? {} : { beta }),
});
const inputOf = (problem: Problem) => ({ ...plainOf(problem), ...affineOf(problem) });
const unitRoundoff = ({ x }: { x: Tensor }) => (x instanceof Float32Array ? uSingle : uDouble);

/** All that is known of one channel of a problem; lists hold its values in the order of placesOf. */
type Channel = ReturnType<typeof solve>[number];

function solve(problem: Problem) {
  const { y, batch_mean, batch_var, saved_invstd } = core.forwardTrain(inputOf(problem));
  const x_hat = core.forwardTrain(plainOf(problem)).y;
  const { dx, dgamma, dbeta } = core.backwardTrain(problem);
  return placesOf(problem).map((places, c) => {
    const of = (tensor: Tensor) => places.map((k) => at(tensor, k));
    const gamma = problem.gamma === undefined ? 1 : at(problem.gamma, c);
    const beta = problem.beta === undefined ? 0 : at(problem.beta, c);
    const [variance, invstd, { eps }] = [at(batch_var, c), at(saved_invstd, c), problem];
    const X = largest(of(x_hat));
    return {
      c,
      u: unitRoundoff(problem),
      m: places.length,
      x: of(problem.x),
      dy: of(problem.dy),
      gamma,
      beta,
      eps,
      x_hat: of(x_hat),
      y: of(y),
      mean: at(batch_mean, c),
      variance,
      invstd,
      rho: variance / (variance + eps),
      /** 1 - rho */
      left: eps / (variance + eps),
      dx: of(dx),
      dgamma: at(dgamma, c),
      dbeta: at(dbeta, c),
      /** max|x_hat| */
      X,
      /** the natural size of y and of dx */
      Y: Math.abs(gamma) * X + Math.abs(beta),
      K: Math.abs(gamma) * invstd * largest(of(problem.dy)),
    };
  });
}

/** The change of x_hat from rounding x to its type: u max|x| / s, for x_hat itself, for its mean and for s. */
const roundingOfX = ({ u, x, invstd, X }: Channel) => u * largest(x) * invstd * (2 + X);

// Arbitrary problems. All are made of integers, so that they shrink towards 0.

/** `count` numbers within 3.5 of 0. */
const numbers = (count: number) =>
  fc
    .array(fc.integer({ min: -(2 ** 20), max: 2 ** 20 }), { minLength: count, maxLength: count })
    .map((list) => list.map((k) => k / 3e5));
const pick = fc.nat({ max: 9999 });
const permutation = (count: number) =>
  fc.shuffledSubarray(range(count), { minLength: count, maxLength: count });

const shapeOf = (
  channel_axis: Form['channel_axis'],
  n: number,
  width: number,
  positions: number[],
): Form => ({
  shape: channel_axis === 'first' ? [n, width, ...positions] : [n, ...positions, width],
  channel_axis,
});
const axis = fc.constantFrom<Form['channel_axis'][]>('first', 'last');

/** Few positions, or planes long enough to be traversed one by one; few channels, or many. */
const forms = (fewestValues: number) =>
  fc
    .record({
      channel_axis: axis,
      examples: fc.integer({ min: 1, max: 6 }),
      width: fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 1, max: 5 }) },
        { weight: 1, arbitrary: fc.integer({ min: 6, max: 40 }) },
      ),
      positions: fc.oneof(
        { weight: 4, arbitrary: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }) },
        { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 31, max: 50 })) },
      ),
    })
    .map(({ channel_axis, examples, width, positions }) => {
      const fewestExamples = Math.ceil(fewestValues / positions.reduce((a, b) => a * b, 1));
      return shapeOf(channel_axis, Math.max(examples, fewestExamples), width, positions);
    });

/** m = 2: two examples, or one of two positions. */
const formsOfTwo = fc
  .tuple(axis, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3 }), pick)
  .map(([channel_axis, width, dimensions, place]) => {
    const [n = 1, ...positions] = range(1 + dimensions).map((k) => (k === place % (1 + dimensions) ? 2 : 1));
    return shapeOf(channel_axis, n, width, positions);
  });

interface Wanted {
  /** values a channel */
  fewest?: number;
  form?: fc.Arbitrary<Form>;
  eps?: number[];
  single?: boolean[];
}

/** Every channel has its own size and offset, and no channel is constant. */
const problems = ({ fewest = 3, form = forms(fewest), ...wanted }: Wanted = {}): fc.Arbitrary<Problem> =>
  form.chain((of) => {
    const places = placesOf(of);
    const [width, count] = [places.length, places.flat().length];
    return fc
      .record(
        {
          single: fc.constantFrom(...(wanted.single ?? [false, true])),
          values: numbers(count),
          size: fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), {
            minLength: width,
            maxLength: width,
          }),
          offset: fc.tuple(numbers(width), fc.constantFrom(0, 1, 200)),
          upstream: numbers(count),
          eps: fc.constantFrom(...(wanted.eps ?? [0, 1e-5, 1e-3, 0.5])),
          gamma: numbers(width),
          beta: numbers(width),
        },
        { requiredKeys: ['single', 'values', 'size', 'offset', 'upstream', 'eps'] },
      )
      .map(({ single, values, size, offset: [offsets, far], upstream, eps, ...affine }) => {
        const List = single ? Float32Array : Float64Array;
        const x = new List(count);
        places.forEach((of_channel, c) => {
          for (const k of of_channel) x[k] = at(size, c) * (at(values, k) + far * at(offsets, c));
          const [first, last] = [at(of_channel, 0), at(of_channel, of_channel.length - 1)];
          if (of_channel.every((k) => x[k] === x[first])) x[last] = at(x, last) + at(size, c);
        });
        return { ...of, x, dy: List.from(upstream), eps, ...affine };
      });
  });

/**
 * Integers whose sums and means are exact, in any order: m is a power of 2, and the core reads the values of a channel
 * as one block. (Of several blocks it takes the means of the first 2, 3, 4, ..., and of these not all are exact.)
 */
const exactProblems: fc.Arbitrary<Problem> = fc
  .oneof(
    // Rows as wide as the core takes them; a plane for each channel; one channel.
    fc
      .tuple(axis, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 32, max: 36 }))
      .map(([channel_axis, n, width]) => shapeOf(channel_axis, 2 ** n, width, [])),
    fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 5, max: 7 }))
      .map(([width, length]) => shapeOf('first', 1, width, [2, 2 ** length])),
    fc
      .tuple(axis, fc.integer({ min: 1, max: 7 }))
      .map(([channel_axis, n]) => shapeOf(channel_axis, 2 ** n, 1, [2, 2])),
  )
  .chain((form) => {
    const [width, count] = [widthOf(form), placesOf(form).flat().length];
    const integers = fc.array(fc.integer({ min: -200, max: 200 }), { minLength: count, maxLength: count });
    return fc
      .record({
        single: fc.boolean(),
        values: integers,
        upstream: integers,
        gamma: numbers(width),
        beta: numbers(width),
      })
      .map(({ single, values, upstream, gamma, beta }) => {
        const List = single ? Float32Array : Float64Array;
        return { ...form, x: List.from(values), gamma, beta, eps: 1e-3, dy: List.from(upstream) };
      });
  });

/** A problem and as many more numbers as it has values: another dy, a direction, ... */
const withNumbers = (wanted: Wanted = {}) =>
  problems(wanted).chain((problem) => fc.tuple(fc.constant(problem), numbers(problem.x.length)));

/** What inference uses in place of the batch's own statistics. */
const withFrozen = (wanted: Wanted = {}) =>
  problems(wanted).chain((problem) => {
    const width = widthOf(problem);
    return fc.tuple(
      fc.constant(problem),
      fc.record({
        running_mean: numbers(width),
        running_var: numbers(width).map((list) => list.map((value) => value * value + 0.01)),
      }),
    );
  });

/** dx alone, channel by channel, for another dy. */
function gradients(problem: Problem, dy: Tensor) {
  const { dx, dgamma, dbeta } = core.backwardTrain({ ...problem, dy });
  return { dx: placesOf(problem).map((places) => places.map((k) => at(dx, k))), dgamma, dbeta };
}

// The identities.

identity('I1 x_hat sums to 0 and y averages to beta', problems(), (problem) => {
  for (const { m, u, x_hat, y, beta, X, Y } of solve(problem)) {
    near('sum of x_hat', sum(x_hat), 0, m * 4 * u * X);
    near('mean of y', mean(y), beta, 2 * u * (Y + Math.abs(beta)));
  }
});

/** Row i of J = dx_hat/dx = (1/s) (I - 1 1'/m - x_hat x_hat'/m) of one channel. */
const jacobianRow = ({ x_hat, invstd, m }: Channel, i: number) =>
  x_hat.map((value, j) => invstd * ((i === j ? 1 : 0) - (1 + at(x_hat, i) * value) / m));

identity('I2 unit vectors give the rows of the jacobian', problems(), pick, pick, (problem, p, q) => {
  const channel = at(solve(problem), p % widthOf(problem));
  const { c, m, u, gamma, invstd } = channel;
  const row = q % m;
  const { dx } = gradients(
    problem,
    tensorOf(problem, (k, i) => (k === c && i === row ? 1 : 0)),
  );
  dx.forEach((got, k) => {
    if (k === c) near('dx', got, times(gamma, jacobianRow(channel, row)), 8 * u * Math.abs(gamma) * invstd);
    else same('another channel', unsigned(got), got.fill(0));
  });
});

identity('I2 the jacobian of one channel is symmetric', problems(), pick, (problem, p) => {
  const channel = at(solve(problem), p % widthOf(problem));
  const { m, u, x, gamma, eps, invstd } = channel;
  const jacobian = core.jacobian({ x, gamma, eps });
  for (const i of range(m)) {
    const row = [...jacobian.subarray(i * m, (i + 1) * m)];
    same(
      'transposed',
      row,
      range(m).map((j) => at(jacobian, j * m + i)),
    );
    near('row', row, times(gamma, jacobianRow(channel, i)), 8 * u * Math.abs(gamma) * invstd);
  }
});

const doubles: Wanted = { single: [false] };

/**
 * The step of the differences below, in units of s. Along v with |v| <= 1, x_hat(x + t s v) is
 * (x_hat + t Cv) (1 + 2 a t + q t^2)^(-1/2), a = mean(x_hat v) and q = mean(v Cv) <= 1: by the generating function of
 * the Legendre polynomials no coefficient of its series in t exceeds max|x_hat| + max|Cv| <= X + 2. That bounds what a
 * difference truncates; `more` stands for the terms after the first.
 */
const h = Math.cbrt(2 * uDouble);
const more = 1 + 2 * h;

/** The central difference of y_i with respect to x_j: what it should be, and how near. */
function checkSlope(
  problem: Problem,
  { c, u, gamma, invstd, X, Y }: Channel,
  i: number,
  j: number,
  slope: number,
) {
  const places = at(placesOf(problem), c);
  const moved = (step: number) => {
    const x = problem.x.slice();
    x[at(places, j)] = at(x, at(places, j)) + step;
    return [
      at(x, at(places, j)),
      at(core.forwardTrain({ ...inputOf(problem), x }).y, at(places, i)),
    ] as const;
  };
  const [[above, yAbove], [below, yBelow]] = [moved(h / invstd), moved(-h / invstd)];
  const truncated = Math.abs(gamma) * (X + 2) * h * h * more;
  // x_j did not move by the same on both sides: by u |x_j| at most, which meets a second derivative of 2 (X + 2).
  const unequal = 4 * Math.abs(gamma) * (X + 2) * u * Math.max(Math.abs(above), Math.abs(below)) * invstd;
  const tolerance = (truncated + unequal + (4 * u * Y * more) / h) * invstd;
  near('dy/dx', (yAbove - yBelow) / (above - below), slope, tolerance);
}

identity('I2 the jacobian is the slope of y', problems(doubles), pick, pick, (problem, p, q) => {
  const channel = at(solve(problem), p % widthOf(problem));
  const i = q % channel.m;
  checkSlope(problem, channel, i, i, channel.gamma * at(jacobianRow(channel, i), i));
});

identity('I3 the variance of x_hat is rho', problems(), (problem) => {
  for (const { u, x_hat, y, gamma, rho, Y } of solve(problem)) {
    near('x_hat', dot(x_hat, x_hat) / x_hat.length, rho, 8 * u * rho);
    const d = centred(y);
    near('y', dot(d, d) / d.length, gamma * gamma * rho, 8 * u * Y * Y);
  }
});

/** The eigenvalues of a symmetric matrix, ascending: Jacobi's rotations until nothing is left beside the diagonal. */
function eigenvalues(matrix: number[][]): number[] {
  const a = matrix.map((row) => [...row]);
  const indices = range(a.length);
  const get = (i: number, j: number) => at(at(a, i), j);
  for (let sweep = 0; sweep < 12; ++sweep) {
    for (const q of indices) {
      for (const p of range(q)) {
        if (get(p, q) === 0) continue;
        const theta = (get(q, q) - get(p, p)) / (2 * get(p, q));
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cos = 1 / Math.hypot(t, 1);
        const sin = t * cos;
        for (const k of indices) {
          const row = at(a, k);
          const [x, y] = [at(row, p), at(row, q)];
          [row[p], row[q]] = [cos * x - sin * y, sin * x + cos * y];
        }
        const [rowP, rowQ] = [at(a, p), at(a, q)];
        for (const k of indices) {
          const [x, y] = [at(rowP, k), at(rowQ, k)];
          [rowP[k], rowQ[k]] = [cos * x - sin * y, sin * x + cos * y];
        }
      }
    }
  }
  return indices.map((i) => get(i, i)).toSorted((x, y) => x - y);
}

identity('I4 eigenvalues of the jacobian', problems(), pick, fc.boolean(), (problem, p, constant) => {
  const places = at(placesOf(problem), p % widthOf(problem)).slice(0, 16);
  const { eps } = problem;
  const x = places.map((k) => at(problem.x, constant && eps > 0 ? at(places, 0) : k));
  fc.pre(eps > 0 || x.some((value) => value !== x[0]));
  const { batch_var, saved_invstd } = core.forwardTrain({ x, gamma: [1], eps });
  const [variance, invstd, m] = [at(batch_var, 0), at(saved_invstd, 0), x.length];
  const jacobian = core.jacobian({ x, eps });
  const scaled = range(m).map((i) =>
    [...jacobian.subarray(i * m, (i + 1) * m)].map((value) => value / invstd),
  );
  // 0 along 1, 1 - rho along x_hat, 1 along all others.
  const expected = [0, eps / (variance + eps), ...range(m - 2).map(() => 1)];
  // By Weyl's inequality none moves by more than the norm of what rounding adds to the matrix: 8u a number, and in each
  // of about 6 sweeps 3 roundings in 2m rotations of a row.
  near('eigenvalues', eigenvalues(scaled), expected, m * (8 + 36) * uDouble);
});

identity('I4 eigenvectors of the jacobian', problems(), (problem) => {
  const channels = solve(problem);
  const rest = channels.map(({ dy, x_hat }) => {
    // The component of dy orthogonal to 1 and x_hat; projected twice, as the first projection leaves rounding errors.
    let left = dy;
    for (let pass = 0; pass < 2; ++pass) {
      left = centred(left);
      const slope = dot(left, x_hat) / dot(x_hat, x_hat);
      left = zip(left, x_hat, (value, along) => value - slope * along);
    }
    return left;
  });
  const ones = gradients(
    problem,
    tensorOf(problem, () => 1),
  );
  const alongXHat = gradients(
    problem,
    tensorOf(problem, (c, i) => at(at(channels, c).x_hat, i)),
  );
  const restTensor = tensorOf(problem, (c, i) => at(at(rest, c), i));
  const alongRest = gradients(problem, restTensor);
  placesOf(problem).forEach((places, c) => {
    const { u, x_hat, gamma, invstd, left, X, K } = at(channels, c);
    const scale = gamma * invstd;
    const size = Math.abs(scale);
    near('along 1', at(ones.dx, c), times(0, x_hat), 8 * u * size);
    // This x_hat is rounded, by 4u X, which the jacobian makes 2 + X times as much.
    near('along x_hat', at(alongXHat.dx, c), times(scale * left, x_hat), 4 * u * (4 + X) * size * X);
    // Because of rounding, the rest has components of 2u along x_hat and along 1.
    const expected = places.map((k) => scale * at(restTensor, k));
    near('along the rest', at(alongRest.dx, c), expected, (8 + 2 * (1 + X)) * u * K);
  });
});

identity('I4 two values without eps get no gradient', problems({ form: formsOfTwo, eps: [0] }), (problem) => {
  for (const { u, dx, K } of solve(problem)) near('dx', dx, [0, 0], 8 * u * K);
});

identity('I5 dx sums to 0', problems(), (problem) => {
  for (const { m, u, dx, K } of solve(problem)) near('sum of dx', sum(dx), 0, m * 4 * u * K);
});

identity('I6 dx along x_hat is what eps leaves', problems(), (problem) => {
  for (const { m, u, x, x_hat, dx, dgamma, gamma, invstd, left, X, K } of solve(problem)) {
    near('dx x_hat', dot(dx, x_hat), gamma * invstd * left * dgamma, m * 8 * u * K * X);
    near('dx x', dot(dx, x), gamma * left * dgamma, m * 8 * u * K * largest(x));
  }
});

identity('I7 the norm of dx', problems(), (problem) => {
  for (const { m, u, dy, dx, dgamma, gamma, invstd, rho } of solve(problem)) {
    const scale = (gamma * invstd) ** 2;
    const whole = dot(dy, dy);
    const slope = dgamma / m;
    const expected = scale * (whole - m * mean(dy) ** 2 - m * slope * slope * (2 - rho));
    near('norm', dot(dx, dx), expected, 32 * u * scale * whole);
    expect(dot(dx, dx)).toBeLessThanOrEqual(scale * whole * (1 + 32 * u));
  }
});

const shifts = fc.constantFrom(1, -7, 1e6);
identity('I8 a shift that is exact changes no bit', exactProblems, shifts, (problem, shift) => {
  const once = core.forwardTrain(inputOf(problem));
  const moved = core.forwardTrain({ ...inputOf(problem), x: mapped(problem.x, (value) => value + shift) });
  same('y', moved.y, once.y);
  same('batch_var', moved.batch_var, once.batch_var);
  same(
    'batch_mean',
    moved.batch_mean,
    once.batch_mean.map((value) => value + shift),
  );
});

identity('I8 a shift changes rounding only', problems({ eps: [1e-5] }), (problem) => {
  // Integers, and a shift that leaves them exact.
  const unmoved = { ...problem, x: mapped(problem.x, (value) => Math.round(value) + 0) };
  const shift = problem.x instanceof Float32Array ? 2 ** 20 : 2 ** 45;
  const moved = solve({ ...unmoved, x: mapped(unmoved.x, (value) => value + shift) });
  solve(unmoved).forEach(({ c, u, y, Y }) => near('y', at(moved, c).y, y, 8 * u * Y));
});

const powers = fc.constantFrom(2 ** -30, 0.5, 8, 2 ** 100);
identity('I8 a power of 2 times the batch changes no bit', problems(), powers, (problem, scale) => {
  // eps has the unit of x squared: BN with eps scale^2 of scale x is BN with eps of x.
  const by = (factor: number) =>
    core.forwardTrain({
      ...inputOf(problem),
      x: mapped(problem.x, (value) => factor * value),
      eps: problem.eps * factor * factor,
    });
  const [once, scaled] = [by(1), by(scale)];
  same('y', scaled.y, once.y);
  same(
    'batch_mean',
    scaled.batch_mean,
    once.batch_mean.map((value) => scale * value),
  );
  same(
    'batch_var',
    scaled.batch_var,
    once.batch_var.map((value) => scale * scale * value),
  );
  const x_hat = core.forwardTrain(plainOf(problem)).y;
  const mirrored = core.forwardTrain({
    ...plainOf(problem),
    x: mapped(problem.x, (value) => -4 * value),
    eps: 16 * problem.eps,
  });
  same('x_hat mirrored', unsigned(mirrored.y), unsigned(x_hat.map((value) => -value)));
});

const noEps: Wanted = { eps: [0] };
identity(
  'I8 any scale drops out without eps',
  problems(noEps),
  fc.constantFrom(3, -0.1),
  (problem, scale) => {
    const x = mapped(problem.x, (value) => scale * value);
    // Neighbouring numbers may become one when they are scaled; nothing normalizes a channel of equal values.
    fc.pre(placesOf(problem).every((places) => new Set(places.map((k) => at(x, k))).size > 1));
    const scaled = solve({ ...problem, x });
    for (const channel of solve(problem)) {
      const { c, u, x_hat, X } = channel;
      near('x_hat', at(scaled, c).x_hat, times(Math.sign(scale), x_hat), 8 * u * X + roundingOfX(channel));
    }
  },
);

/** A linear layer before batch normalization, for every example and position: z = W inputs + bias. */
interface Layer {
  /** (m, I) */
  inputs: number[][];
  /** (C, I) */
  weight: number[][];
  /** (C) */
  bias: number[];
}

const rows = (count: number, length: number) =>
  numbers(count * length).map((list) => range(count).map((k) => list.slice(k * length, (k + 1) * length)));

const withLayer = (wanted: Wanted = {}) =>
  fc.tuple(withFrozen(wanted), fc.integer({ min: 1, max: 6 })).chain(([[problem, frozen], inputs]) => {
    const width = widthOf(problem);
    return fc.record({
      problem: fc.constant(problem),
      frozen: fc.constant(frozen),
      layer: fc.record<Layer>({
        inputs: rows(problem.x.length / width, inputs),
        weight: rows(width, inputs),
        bias: numbers(width),
      }),
    });
  });

/** `problem` with z for x. */
const after = (problem: Problem, { inputs, weight, bias }: Layer): Problem => ({
  ...problem,
  x: tensorOf(problem, (c, i) => dot(at(weight, c), at(inputs, i)) + at(bias, c)),
});

/** No channel is constant: then eps may be 0. */
const varies = (problem: Problem) =>
  placesOf(problem).every((places) => places.some((k) => problem.x[k] !== problem.x[at(places, 0)]));

/** dL/dW of one row. */
const weightGradient = (dz: number[], { inputs }: Layer) =>
  at(inputs, 0).map((_, j) =>
    dot(
      dz,
      inputs.map((row) => at(row, j)),
    ),
  );

identity('I9 the scale of the weights before it drops out', withLayer(noEps), ({ problem, layer }) => {
  const once = after(problem, layer);
  fc.pre(varies(once));
  const larger = {
    ...layer,
    weight: layer.weight.map((row) => times(4, row)),
    bias: times(4, layer.bias),
  };
  const scaled = solve(after(problem, larger));
  for (const { c, y, dx } of solve(once)) {
    const of_scaled = at(scaled, c);
    same('y', of_scaled.y, y);
    // The gradient shrinks as the weight grows.
    same('dW', times(4, weightGradient(of_scaled.dx, layer)), weightGradient(dx, layer));
  }
});

identity('I9 the weights are orthogonal to their gradient but for eps', withLayer(), ({ problem, layer }) => {
  const behind = after(problem, layer);
  fc.pre(varies(behind) || problem.eps > 0);
  for (const { c, m, u, dx, dgamma, gamma, left, K } of solve(behind)) {
    const [weight, bias] = [at(layer.weight, c), at(layer.bias, c)];
    const got = dot(weight, weightGradient(dx, layer)) + bias * sum(dx);
    // z is rounded, and I6 holds for the rounded one.
    const size = weight.length * largest(weight) * largest(layer.inputs.flat()) + Math.abs(bias);
    near('<W, dW> + <b, db>', got, gamma * left * dgamma, m * (8 + 2) * u * K * size);
  }
});

identity('I10 a bias before it gets no gradient', problems(), (problem) => {
  // z = w x + b for every value: db is the sum of dz, and y does not depend on b.
  const biased = { ...problem, x: mapped(problem.x, (value) => value + 100) };
  fc.pre(varies(biased) || problem.eps > 0);
  const of_biased = solve(biased);
  for (const { c, m, u, y, gamma, Y } of solve(problem)) {
    const moved = at(of_biased, c);
    near('db', sum(moved.dx), 0, m * 4 * u * moved.K);
    near('y', moved.y, y, 2 * Math.abs(gamma) * roundingOfX(moved) + 8 * u * Y);
  }
});

identity('I10 a bias before frozen statistics does get one', withFrozen(), ([problem, frozen]) => {
  const { dx } = core.backwardFrozen({ ...problem, ...frozen });
  placesOf(problem).forEach((places, c) => {
    const slope = (problem.gamma?.[c] ?? 1) / Math.sqrt(at(frozen.running_var, c) + problem.eps);
    const [dy, got] = [problem.dy, dx].map((tensor) => places.map((k) => at(tensor, k))) as [
      number[],
      number[],
    ];
    // The core's 4u, and the test's own: of the slope, of both sums and of the product.
    const rounded = 4 * unitRoundoff(problem) + (4 + 2 * dy.length) * uDouble;
    near('db', sum(got), slope * sum(dy), rounded * Math.abs(slope) * sizes(dy));
  });
});

identity('I11 the residual form of dx', problems(), (problem) => {
  for (const { u, x, dy, dx, gamma, eps, variance, K } of solve(problem)) {
    const d = centred(x);
    const residual = centred(dy);
    const slope = dot(residual, d) / dot(d, d);
    const squared = variance + eps;
    const expected = zip(residual, d, (r, along) => r - slope * along + (eps / squared) * slope * along);
    // The core's 8u, and the test's roundings of a sum of three terms.
    near('dx', dx, times(gamma / Math.sqrt(squared), expected), 8 * u * K + 8 * uDouble * K);
  }
});

identity('I12 dy along 1 and x_hat leaves what eps leaves', problems(), (problem) => {
  const [a, b] = [0.75, -1.5];
  const channels = solve(problem);
  const dy = tensorOf(problem, (c, i) => a + b * at(at(channels, c).x_hat, i));
  for (const { u, x_hat, dx, gamma, invstd, left, X, K } of solve({ ...problem, dy })) {
    const scale = Math.abs(gamma * invstd);
    // Of dy, the x_hat is rounded by 4u X, and the sum by u; the jacobian makes both 2 + X times as much.
    near(
      'dx',
      dx,
      times(gamma * invstd * left * b, x_hat),
      8 * u * K + (2 + X) * (4 * u * scale * Math.abs(b) * X + u * K),
    );
  }
});

identity('I12 a constant dy moves nothing', problems(), (problem) => {
  // The loss sum(y) does not depend on x, so a gradient check on it would compare rounding.
  for (const { m, u, dx, dbeta, K } of solve({ ...problem, dy: tensorOf(problem, () => 1.25) })) {
    near('dx', dx, times(0, dx), 8 * u * K);
    expect(dbeta).toBe(1.25 * m);
  }
});

identity('I13 dx is linear in dy', withNumbers(), numbers(2), ([problem, more_numbers], [p = 0, q = 0]) => {
  const other = mapped(problem.dy, (_, k) => at(more_numbers, k));
  const both = mapped(problem.dy, (value, k) => p * value + q * at(other, k));
  const first = solve(problem);
  const second = solve({ ...problem, dy: other });
  for (const { c, m, u, dx, dgamma, dbeta, X } of solve({ ...problem, dy: both })) {
    const [one, two] = [at(first, c), at(second, c)];
    const expected = zip(one.dx, two.dx, (a, b) => p * a + q * b);
    near('dx', dx, expected, 16 * u * (Math.abs(p) * one.K + Math.abs(q) * two.K));
    const size = m * (Math.abs(p) * largest(one.dy) + Math.abs(q) * largest(two.dy));
    // dy = p dy1 + q dy2 is rounded too.
    const rounding = sumsOf(m) + 3 * u;
    near('dgamma', dgamma, p * one.dgamma + q * two.dgamma, rounding * size * X);
    near('dbeta', dbeta, p * one.dbeta + q * two.dbeta, rounding * size);
  }
});

identity('I13 a power of 2 times dy changes no digit', problems(), (problem) => {
  const scale = -(2 ** 12);
  const once = core.backwardTrain(problem);
  const scaled = core.backwardTrain({ ...problem, dy: mapped(problem.dy, (value) => scale * value) });
  for (const name of ['dx', 'dgamma', 'dbeta'] as const) {
    same(name, unsigned(scaled[name]), unsigned(once[name].map((value) => scale * value)));
  }
});

const withPermutation = (arbitrary: fc.Arbitrary<Problem>) =>
  arbitrary.chain((problem) =>
    fc.tuple(fc.constant(problem), permutation(problem.x.length / widthOf(problem))),
  );

/** The values of every channel in another order. */
const permuted = (problem: Problem, tensor: Tensor, order: number[]) => {
  const places = placesOf(problem);
  return tensorOf(problem, (c, i) => at(tensor, at(at(places, c), at(order, i))));
};
const permutedProblem = (problem: Problem, order: number[]): Problem => ({
  ...problem,
  x: permuted(problem, problem.x, order),
  dy: permuted(problem, problem.dy, order),
});

identity(
  'I14 permuted values of exact sums give permuted bits',
  withPermutation(exactProblems),
  ([problem, order]) => {
    const other = permutedProblem(problem, order);
    const [once, moved] = [core.forwardTrain(inputOf(problem)), core.forwardTrain(inputOf(other))];
    same('y', moved.y, permuted(problem, once.y, order));
    for (const name of ['batch_mean', 'batch_var', 'saved_invstd'] as const)
      same(name, moved[name], once[name]);
    const [expected, got] = [core.backwardTrain(problem), core.backwardTrain(other)];
    same('dx', got.dx, permuted(problem, expected.dx, order));
    same('dgamma', got.dgamma, expected.dgamma);
    same('dbeta', got.dbeta, expected.dbeta);
  },
);

identity('I14 permuted values give permuted results', withPermutation(problems()), ([problem, order]) => {
  const moved = solve(permutedProblem(problem, order));
  for (const { c, m, u, x, dy, y, dx, mean: mu, variance, dgamma, dbeta, X, Y, K } of solve(problem)) {
    const got = at(moved, c);
    const inOrder = (list: number[]) => order.map((i) => at(list, i));
    near('batch_mean', got.mean, mu, sumsOf(m) * largest(x));
    near('batch_var', got.variance, variance, variancesOf(m, u) * variance);
    near('y', got.y, inOrder(y), 8 * u * Y);
    near('dx', got.dx, inOrder(dx), 16 * u * K);
    near('dgamma', got.dgamma, dgamma, sumsOf(m) * sizes(dy) * X);
    near('dbeta', got.dbeta, dbeta, sumsOf(m) * sizes(dy));
  }
});

identity(
  'I15 permuted channels give permuted bits',
  problems().chain((problem) => fc.tuple(fc.constant(problem), permutation(widthOf(problem)))),
  ([problem, order]) => {
    const places = placesOf(problem);
    const inOrder = (list: ArrayLike<number>) => order.map((c) => at(list, c));
    const moved = (tensor: Tensor) =>
      tensorOf(problem, (c, i) => at(tensor, at(at(places, at(order, c)), i)));
    const other: Problem = { ...problem, x: moved(problem.x), dy: moved(problem.dy) };
    if (problem.gamma !== undefined) other.gamma = inOrder(problem.gamma);
    if (problem.beta !== undefined) other.beta = inOrder(problem.beta);
    const [once, got] = [core.forwardTrain(inputOf(problem)), core.forwardTrain(inputOf(other))];
    same('y', got.y, moved(once.y));
    for (const name of ['batch_mean', 'batch_var', 'saved_invstd'] as const) {
      same(name, got[name], inOrder(once[name]));
    }
    const [before, behind] = [core.backwardTrain(problem), core.backwardTrain(other)];
    same('dx', behind.dx, moved(before.dx));
    same('dgamma', behind.dgamma, inOrder(before.dgamma));
    same('dbeta', behind.dbeta, inOrder(before.dbeta));
  },
);

const notFinite = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
identity(
  'I15 NaN and infinity stay in their channel',
  problems(),
  pick,
  pick,
  notFinite,
  (problem, p, q, value) => {
    const places = placesOf(problem);
    const bad = p % places.length;
    const spoilt = (tensor: Tensor) => {
      const copy = tensor.slice();
      copy[at(at(places, bad), q % at(places, bad).length)] = value;
      return copy;
    };
    const beside = (list: ArrayLike<number>) => Array.from(list).filter((_, c) => c !== bad);
    const inside = (tensor: Tensor) => at(places, bad).map((k) => at(tensor, k));
    const outside = (tensor: Tensor) =>
      places.flatMap((list, c) => (c === bad ? [] : list.map((k) => at(tensor, k))));

    const once = core.forwardTrain(inputOf(problem));
    const of_spoilt = core.forwardTrain({ ...inputOf(problem), x: spoilt(problem.x) });
    expect(inside(of_spoilt.y).every(Number.isNaN)).toBe(true);
    expect(of_spoilt.batch_var[bad]).toBeNaN();
    same('y', outside(of_spoilt.y), outside(once.y));
    for (const name of ['batch_mean', 'batch_var', 'saved_invstd'] as const) {
      same(name, beside(of_spoilt[name]), beside(once[name]));
    }
    const expected = core.backwardTrain(problem);
    for (const name of ['x', 'dy'] as const) {
      const got = core.backwardTrain({ ...problem, [name]: spoilt(problem[name]) });
      expect(inside(got.dx).some(Number.isNaN)).toBe(true);
      expect(inside(got.dx).some(Number.isFinite)).toBe(false);
      same('dx', outside(got.dx), outside(expected.dx));
      same('dgamma', beside(got.dgamma), beside(expected.dgamma));
      same('dbeta', beside(got.dbeta), beside(expected.dbeta));
    }
  },
);

identity('I16 no x_hat exceeds Samuelson’s bound', problems({ fewest: 2 }), (problem) => {
  for (const { m, u, X } of solve(problem)) {
    expect(X).toBeLessThanOrEqual(Math.sqrt(m - 1) * (1 + 4 * u + variancesOf(m, u) / 4));
  }
});

const twoOrMore: Wanted = { fewest: 2, eps: [0] };
identity('I16 a single outlier reaches Samuelson’s bound', problems(twoOrMore), pick, (problem, p) => {
  const outlier = p % (problem.x.length / widthOf(problem));
  const x = tensorOf(problem, (c, i) => (i === outlier ? (c % 2 === 0 ? 0.3 : -700) : 0));
  for (const { c, m, u, x_hat } of solve({ ...problem, x })) {
    const bound = Math.sqrt(m - 1);
    // The squares beside the outlier are equal, so that the roundings of their sum do not cancel: half of them is in s,
    // and half of sumsOf belongs to one sum.
    const rounding = 4 * u + variancesOf(m, u) / 4;
    near('x_hat', at(x_hat, outlier), c % 2 === 0 ? bound : -bound, rounding * bound);
  }
});

identity('I17 two values keep no size', problems({ form: formsOfTwo }), (problem) => {
  for (const { u, x, x_hat, y, gamma, beta, eps } of solve(problem)) {
    const half = (at(x, 1) - at(x, 0)) / 2;
    const root = half / Math.sqrt(half * half + eps);
    // The core's 4u, and the six roundings of the line above and the one below.
    const rounding = 4 * u + 6 * uDouble;
    near('x_hat', x_hat, [-root, root], rounding * Math.abs(root));
    const size = Math.abs(gamma * root) + Math.abs(beta);
    near('y', y, [beta - gamma * root, beta + gamma * root], rounding * size);
  }
});

identity(
  'I18 a constant feature',
  problems({ fewest: 1, eps: [1e-5, 0.5] }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }),
  fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 120), max: 2 ** 120 }),
  (problem, double, single) => {
    const value = problem.x instanceof Float32Array ? single : double;
    const constant = { ...problem, x: tensorOf(problem, () => value) };
    const { y, batch_mean, batch_var } = core.forwardTrain(inputOf(constant));
    same(
      'y',
      y,
      tensorOf(problem, (c) => problem.beta?.[c] ?? 0),
    );
    same('batch_mean', unsigned(batch_mean), new Float64Array(widthOf(problem)).fill(value + 0));
    same('batch_var', batch_var, new Float64Array(widthOf(problem)));
    const update = { momentum: 0, convention: 'decay', estimator: 'biased' } as const;
    const zero = new Float64Array(widthOf(problem));
    const { running_var } = core.updateRunningStatistics({
      ...update,
      running_mean: zero,
      running_var: zero.map(() => 1),
      batch_mean,
      batch_var,
      m: 2,
    });
    same('running_var', running_var, zero);
    for (const { u, dy, dx, dgamma, gamma, eps, K } of solve(constant)) {
      near('dx', dx, times(gamma / Math.sqrt(eps), centred(dy)), 8 * u * K);
      near('dgamma', dgamma, 0, 0);
    }
  },
);

identity(
  'I19 folded into a linear layer',
  withLayer(doubles),
  fc.boolean(),
  ({ problem, frozen, layer }, conv) => {
    const { weight, bias, inputs } = layer;
    const width = weight.length;
    const columns = at(weight, 0).length;
    const { gamma, eps, channel_axis } = problem;
    const first = channel_axis === 'first';
    const flat = first ? weight.flat() : range(columns).flatMap((j) => weight.map((row) => at(row, j)));
    const shape = first ? [width, columns] : [columns, width];
    const folded = core.foldIntoWeight({
      weight: flat,
      shape: conv ? (first ? [...shape, 1, 1] : [1, 1, ...shape]) : shape,
      channel_axis,
      bias,
      ...frozen,
      eps,
      ...affineOf(problem),
    });
    const both: Layer = {
      inputs,
      weight: weight.map((row, c) =>
        row.map((_, j) => at(folded.weight, first ? c * columns + j : j * width + c)),
      ),
      bias: [...folded.bias],
    };
    const { x: got } = after(problem, both);
    const { y } = core.forwardInference({ ...inputOf(after(problem, layer)), ...frozen });
    placesOf(problem).forEach((places, c) => {
      const slope = Math.abs(gamma?.[c] ?? 1) / Math.sqrt(at(frozen.running_var, c) + eps);
      const size =
        sizes(at(both.weight, c)) * largest(inputs.flat()) +
        Math.abs(at(both.bias, c)) +
        // The bias and the mean may cancel in the folded bias; each is rounded for itself.
        slope * (Math.abs(at(frozen.running_mean, c)) + Math.abs(at(layer.bias, c)));
      const [gots, wants] = [got, y].map((tensor) => places.map((k) => at(tensor, k))) as [
        number[],
        number[],
      ];
      near('y', gots, wants, 32 * uDouble * size);
    });
  },
);

identity('I20 inference does not see the batch', withFrozen(), ([problem, frozen]) => {
  const infer = (part: Problem) => core.forwardInference({ ...inputOf(part), ...frozen }).y;
  const dxOf = (part: Problem) => core.backwardFrozen({ ...part, ...frozen }).dx;
  const [y, dx] = [infer(problem), dxOf(problem)];
  const [examples = 1, ...others] = problem.shape;
  const length = problem.x.length / examples;
  for (const n of range(examples)) {
    const [begin, end] = [n * length, (n + 1) * length];
    const alone = {
      ...problem,
      shape: [1, ...others],
      x: problem.x.slice(begin, end),
      dy: problem.dy.slice(begin, end),
    };
    same('y', infer(alone), y.subarray(begin, end));
    same('dx', dxOf(alone), dx.subarray(begin, end));
  }
  placesOf(problem).forEach((places, c) => {
    const slope = (problem.gamma?.[c] ?? 1) / Math.sqrt(at(frozen.running_var, c) + problem.eps);
    const [dy, got] = [problem.dy, dx].map((tensor) => places.map((k) => at(tensor, k))) as [
      number[],
      number[],
    ];
    near(
      'dx',
      got,
      times(slope, dy),
      (4 * unitRoundoff(problem) + 4 * uDouble) * Math.abs(slope) * largest(dy),
    );
  });
});

identity('I21 a batch mate moves y', problems(doubles), pick, pick, pick, (problem, p, q, r) => {
  const channel = at(solve(problem), p % widthOf(problem));
  const i = q % channel.m;
  const j = (i + 1 + (r % (channel.m - 1))) % channel.m;
  const { x_hat, gamma, invstd, m } = channel;
  const slope = -((gamma * invstd) / m) * (1 + at(x_hat, i) * at(x_hat, j));
  checkSlope(problem, channel, i, j, slope);
});

/** What a step of the running statistics takes from a batch. */
function batchOf(problem: Problem) {
  const { batch_mean, batch_var } = core.forwardTrain(inputOf(problem));
  return { batch_mean, batch_var, m: problem.x.length / widthOf(problem) };
}

const weightOfOld = fc.integer({ min: 0, max: 1000 }).map((k) => k / 1000);
const steps = fc.integer({ min: 1, max: 25 });

identity('I22 identical batches', withFrozen(), weightOfOld, steps, ([problem, before], momentum, count) => {
  const batch = batchOf(problem);
  const rule = { momentum, convention: 'decay', estimator: 'unbiased' } as const;
  let running: Pick<RunningUpdate, 'running_mean' | 'running_var'> = before;
  for (let k = 0; k < count; ++k) running = core.updateRunningStatistics({ ...running, ...batch, ...rule });
  // r_k = alpha^k r_0 + (1 - alpha^k) times the statistic of the batch.
  const kept = momentum ** count;
  for (const c of range(widthOf(problem))) {
    const check = (what: string, got: number, old: number, statistic: number) => {
      const size = Math.abs(old) + Math.abs(statistic);
      near(what, got, kept * old + (1 - kept) * statistic, count * 4 * uDouble * size);
    };
    const variance = at(batch.batch_var, c) * (batch.m / (batch.m - 1));
    check('mean', at(running.running_mean, c), at(before.running_mean, c), at(batch.batch_mean, c));
    check('variance', at(running.running_var, c), at(before.running_var, c), variance);
  }
});

identity('I22 cumulative weights give the plain mean', withNumbers({ eps: [1] }), ([problem, factors]) => {
  // What was there before the first batch counts for nothing; batches of different size count alike.
  const width = widthOf(problem);
  const [examples = 1, ...others] = problem.shape;
  let running: Pick<RunningUpdate, 'running_mean' | 'running_var'> = {
    running_mean: range(width).fill(17),
    running_var: range(width).fill(17),
  };
  const seen: ReturnType<typeof batchOf>[] = [];
  for (let step = 1; step <= 6; ++step) {
    const n = Math.min(step, examples);
    const x = problem.x.slice(0, (n * problem.x.length) / examples);
    const batch = batchOf({
      ...problem,
      shape: [n, ...others],
      x: mapped(x, (value) => at(factors, step % factors.length) * value),
    });
    seen.push(batch);
    const rule = { step, convention: 'cumulative', estimator: 'biased' } as const;
    running = core.updateRunningStatistics({ ...running, ...batch, ...rule });
    for (const c of range(width)) {
      const means = seen.map(({ batch_mean }) => at(batch_mean, c));
      const variances = seen.map(({ batch_var }) => at(batch_var, c));
      near('mean', at(running.running_mean, c), mean(means), step * 4 * uDouble * largest(means));
      near('variance', at(running.running_var, c), mean(variances), step * 4 * uDouble * largest(variances));
    }
  }
});

identity(
  'I22 torch’s momentum is one minus the lesson’s',
  withFrozen(),
  weightOfOld,
  ([problem, before], p) => {
    const batch = batchOf(problem);
    const update = (convention: 'decay' | 'torch', momentum: number) =>
      core.updateRunningStatistics({ ...before, ...batch, momentum, convention, estimator: 'unbiased' });
    const [byTorch, byDecay] = [update('torch', p), update('decay', core.decayFromTorch(p))];
    for (const c of range(widthOf(problem))) {
      // 1 - p is rounded, and so is 1 - (1 - p); then both products and their sum.
      const meanSize = Math.abs(at(before.running_mean, c)) + Math.abs(at(batch.batch_mean, c));
      const varSize = at(before.running_var, c) + 2 * at(batch.batch_var, c);
      near('mean', at(byTorch.running_mean, c), at(byDecay.running_mean, c), 4 * uDouble * meanSize);
      near('variance', at(byTorch.running_var, c), at(byDecay.running_var, c), 4 * uDouble * varSize);
    }
    near('there and back', core.decayFromTorch(core.torchFromDecay(p)), p, uDouble);
    // At the extremes one of both is kept as it is.
    same('torch 0', update('torch', 0).running_mean, before.running_mean);
    same('decay 1', update('decay', 1).running_var, before.running_var);
    same('torch 1', update('torch', 1).running_mean, batch.batch_mean);
    same('decay 0', update('decay', 0).running_mean, batch.batch_mean);
  },
);

identity('I23 the unbiased variance', problems(), weightOfOld, (problem, momentum) => {
  const batch = batchOf(problem);
  const zero = new Float64Array(widthOf(problem));
  const fromZero = (estimator: 'biased' | 'unbiased') =>
    core.updateRunningStatistics({
      running_mean: zero,
      running_var: zero,
      ...batch,
      momentum,
      convention: 'decay',
      estimator,
    });
  const [population, sample] = [fromZero('biased'), fromZero('unbiased')];
  for (const c of range(widthOf(problem))) {
    const expected = at(population.running_var, c) * (batch.m / (batch.m - 1));
    near('running_var', at(sample.running_var, c), expected, (4 + 2) * uDouble * expected);
  }
  same('running_mean', sample.running_mean, population.running_mean);
});

identity('I24 the batch twice', problems(), (problem) => {
  const [examples = 1, ...others] = problem.shape;
  const twice = (tensor: Tensor): Tensor =>
    (tensor instanceof Float32Array ? Float32Array : Float64Array).from([...tensor, ...tensor]);
  const doubled = solve({
    ...problem,
    shape: [2 * examples, ...others],
    x: twice(problem.x),
    dy: twice(problem.dy),
  });
  for (const { c, m, u, x, dy, y, dx, mean: mu, variance, dgamma, dbeta, X, Y, K } of solve(problem)) {
    const got = at(doubled, c);
    near('batch_mean', got.mean, mu, sumsOf(2 * m) * largest(x));
    near('batch_var', got.variance, variance, variancesOf(2 * m, u) * variance);
    near('y', got.y, [...y, ...y], 8 * u * Y);
    near('dx', got.dx, [...dx, ...dx], 16 * u * K);
    near('dgamma', got.dgamma, 2 * dgamma, sumsOf(2 * m) * 2 * sizes(dy) * X);
    near('dbeta', got.dbeta, 2 * dbeta, sumsOf(2 * m) * 2 * sizes(dy));
  }
});

identity('I25 normalizing twice is normalizing once', problems(noEps), (problem) => {
  // A gamma near 0 would leave nothing of x_hat in y.
  const gamma = range(widthOf(problem))
    .map((c) => (problem.gamma?.[c] ?? 1) || 1)
    .map((g) => g + Math.sign(g) / 4);
  const once = { ...problem, gamma };
  const again = { ...plainOf(problem), x: core.forwardTrain(inputOf(once)).y, dy: problem.dy };
  const channels = solve(once);
  for (const { c, x_hat } of solve(again)) {
    const { u, gamma: slope, x_hat: expected, X, Y } = at(channels, c);
    // y carries its rounding, 4u Y, which the second pass divides by gamma and sends through the jacobian.
    const rounding = 8 * u * X + ((4 * u * Y) / Math.abs(slope)) * (2 + X);
    near('x_hat', x_hat, times(Math.sign(slope), expected), rounding);
  }
});

identity('I26 the second derivative', withNumbers(doubles), ([problem, direction]) => {
  // Along v, J(x) v is the first derivative of x_hat; its central difference is the second.
  const channels = solve(problem);
  const places = placesOf(problem);
  const raw = places.map((list) => list.map((k) => at(direction, k)));
  fc.pre(raw.every((v) => largest(v) > 0));
  const along = raw.map((v) => times(1 / largest(v), v));
  const dy = tensorOf(problem, (c, i) => at(at(along, c), i));
  const derivative = (sign: number) =>
    gradients(
      {
        ...plainOf(problem),
        dy,
        x: tensorOf(problem, (c, i) => {
          const { x, invstd } = at(channels, c);
          return at(x, i) + ((sign * h) / invstd) * at(at(along, c), i);
        }),
      },
      dy,
    ).dx;
  const [above, below] = [derivative(1), derivative(-1)];
  for (const { c, m, u, x, x_hat, invstd, X } of channels) {
    const v = at(along, c);
    const got = times(
      invstd / (2 * h),
      zip(at(above, c), at(below, c), (a, b) => a - b),
    );
    const Cv = centred(v);
    const a = dot(x_hat, v) / m;
    const q = dot(v, Cv) / m;
    const expected = zip(Cv, x_hat, (value, hat) => -2 * a * (value - a * hat) - (q - a * a) * hat);
    // Truncation; rounding of J v; rounding of x, which meets a second derivative of 4 (1 + X).
    const tolerance =
      4 * (X + 2) * h * h * more + (8 * u * more + 4 * (1 + X) * u * largest(x) * invstd * more) / h;
    near('D2 x_hat', got, times(invstd * invstd, expected), tolerance * invstd * invstd);
  }
});

identity('I27 the jacobian times x is what eps leaves', problems(), (problem) => {
  for (const { u, x, x_hat, dx, gamma, invstd, left, X } of solve({ ...problem, dy: problem.x })) {
    const size = Math.abs(gamma) * largest(x) * invstd;
    // dy cancels; the rounding errors of dy - mean(dy), at most 2 max|dy|, and of x_hat mean(dy x_hat), X max|dy|, stay.
    near('dx', dx, times(gamma * left, x_hat), 4 * u * (2 + X) * size);
  }
});

identity('I27 the jacobian of one channel times x and times 1', problems(doubles), pick, (problem, p) => {
  const { m, u, x, x_hat, eps, invstd, left, X } = at(solve(problem), p % widthOf(problem));
  const jacobian = core.jacobian({ x, eps });
  const matrix = range(m).map((i) => [...jacobian.subarray(i * m, (i + 1) * m)]);
  // A row sums to |1| + mean |1 + x_hat_i x_hat_j| <= 2 + X, and each of its numbers has some roundings.
  const rounding = 4 * u * (2 + X) * invstd;
  near(
    'J x',
    matrix.map((row) => dot(row, x)),
    times(left, x_hat),
    rounding * largest(x),
  );
  near('J 1', matrix.map(sum), times(0, x_hat), rounding);
});

identity('I28 the gradient is the slope of the loss', withNumbers(doubles), ([problem, direction]) => {
  // Each channel moves by a step of its own size, so that one pass serves them all.
  const channels = solve(problem);
  const v = placesOf(problem).map((places) => places.map((k) => at(direction, k) / 4));
  const moved = (sign: number) =>
    solve({
      ...problem,
      x: tensorOf(problem, (c, i) => {
        const { x, invstd } = at(channels, c);
        return at(x, i) + ((sign * h) / invstd) * at(at(v, c), i);
      }),
    });
  const [above, below] = [moved(1), moved(-1)];
  for (const { c, u, x, dy, dx, gamma, invstd, X, Y, K } of channels) {
    const [up, down] = [at(above, c), at(below, c)];
    const step = zip(up.x, down.x, (a, b) => a - b); // as it was really taken
    const difference = dot(
      dy,
      zip(up.y, down.y, (a, b) => a - b),
    );
    // Truncation; rounding of y; steps that are not equal on both sides; rounding of dx.
    const truncated = 2 * Math.abs(gamma) * (X + 2) * h ** 3 * more;
    const unequal = 8 * Math.abs(gamma) * (1 + X) * u * largest(x) * invstd * h;
    const ofY = sizes(dy) * (truncated + unequal + 8 * u * Y * more);
    near('dL', difference, dot(dx, step), ofY + 8 * u * K * sizes(step));
  }
});

identity(
  'the moments of parts merge to the statistics of the whole batch',
  problems({ fewest: 4 }),
  pick,
  pick,
  (problem, p, q) => {
    const [examples = 1, ...others] = problem.shape;
    const cuts = [0, p % examples, q % examples, examples].toSorted((a, b) => a - b);
    const length = problem.x.length / examples;
    const shards = range(3)
      .map((k) => [at(cuts, k), at(cuts, k + 1)] as const)
      .filter(([begin, end]) => begin < end)
      .map(([begin, end]) =>
        core.moments({
          x: problem.x.slice(begin * length, end * length),
          shape: [end - begin, ...others],
          channel_axis: problem.channel_axis,
        }),
      );
    const merge = (parts: Moments[]) => parts.reduce((a, b) => core.mergeMoments({ a, b }));
    const whole = core.forwardTrain(inputOf(problem));
    for (const moments of [merge(shards), merge(shards.toReversed())]) {
      expect(moments.count).toBe(problem.x.length / widthOf(problem));
      const got = core.statisticsFromMoments({ moments, eps: problem.eps });
      if (shards.length === 1) same('batch_var', got.batch_var, whole.batch_var);
      placesOf(problem).forEach((places, c) => {
        const size = largest(places.map((k) => at(problem.x, k)));
        const ofVariance = variancesOf(places.length, unitRoundoff(problem));
        near('batch_mean', at(got.batch_mean, c), at(whole.batch_mean, c), sumsOf(places.length) * size);
        near('batch_var', at(got.batch_var, c), at(whole.batch_var, c), ofVariance * at(whole.batch_var, c));
        const invstd = at(whole.saved_invstd, c);
        near('saved_invstd', at(got.saved_invstd, c), invstd, (ofVariance / 2 + 2 * uDouble) * invstd);
      });
    }
  },
);
