// The boundary between JavaScript and the core: what goes in is checked, what comes out is fresh, nothing leaks.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import createModule from '#core-module';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadBuiltCore, wasmFile } from '../../web/render/core.ts';
import {
  type Core,
  type DifferenceCheck,
  type GradientSums,
  type Moments,
  type RunningPath,
  UnreadableError,
  type VarianceMethods,
} from '../../web/src/core/core.ts';
import { started } from '../../web/src/core/wasm.mjs';

let core: Core;
beforeAll(async () => {
  core = await loadBuiltCore();
});

/** The core's functions as they are called, without what core.ts makes of their outcome. */
const load = () => started(createModule, readFileSync(wasmFile), 'the core');

const input = { x: [2, 4, 6, 8], gamma: [1], beta: [0], eps: 0 };
const running = { running_mean: [0], running_var: [1] };
const stepOfBoth = { ...running, batch_mean: [2], batch_var: [4], m: 4, estimator: 'biased' as const };
const update = { ...stepOfBoth, momentum: 0.9, convention: 'decay' as const };
const cumulative = { ...stepOfBoth, step: 2, convention: 'cumulative' as const };
const weight = { weight: [1, 2, 3, 4], shape: [2, 2], running_mean: [0, 1], running_var: [1, 4], eps: 0 };
const moments: Moments = {
  count: 4,
  mean: Float64Array.of(5),
  mean_residual: Float64Array.of(0),
  m2: Float64Array.of(20),
  exponent: Float64Array.of(0),
};
/** Three of four values, on one of two devices. */
const shard = {
  x: [1, 2, 6],
  gamma: [1],
  eps: 0,
  moments: { ...moments, mean: Float64Array.of(4), m2: Float64Array.of(26) },
};
const sums: GradientSums = {
  count: 4,
  dy: Float64Array.of(3),
  dy_x_hat: Float64Array.of(3 / Math.sqrt(6.5)),
  dy_exponent: Float64Array.of(0),
  dy_x_hat_exponent: Float64Array.of(0),
};
const variance = { values: [4, 7, 13, 16], offsets: [0, 1e9], precision: 'double' as const };
const checked = {
  x: [2, 4, 7, 8.5, 1],
  gamma: 1.75,
  beta: 0.25,
  eps: 1e-3,
  dy: [1, -2, 0.5, 3, -1.25],
  loss: 'weighted' as const,
  checks: [{ scheme: 'central' as const, precision: 'double' as const, steps: [1e-1, 1e-3] }],
};
const stream = {
  seed: 4,
  batches: 5,
  m: 3,
  shift_at: 2,
  mean_before: 1,
  var_before: 4,
  mean_after: -3,
  var_after: 0.25,
  running_mean: 0.5,
  running_var: 2,
  rules: [
    { convention: 'decay' as const, momentum: 0.75, estimator: 'unbiased' as const },
    { convention: 'torch' as const, momentum: 0.75, estimator: 'biased' as const },
  ],
  example: { x: 1.5, eps: 0.1, from: 2, to: 4 },
};

/** What is checked in one way, with something changed: of the check, or beside it. */
function oneCheck(changed: object): never {
  const [check] = checked.checks;
  const [ofCheck, beside] = [true, false].map((isIn) =>
    Object.fromEntries(Object.entries(changed).filter(([name]) => name in (check ?? {}) === isIn)),
  );
  return { ...checked, checks: [{ ...check, ...ofCheck }], ...beside } as never;
}

/** A call of every function that takes and returns lists, each with its own copy of the arguments. */
const good = {
  forwardTrain: () => ({ x: Float64Array.from(input.x), gamma: Float64Array.of(2), eps: 1 }),
  backwardTrain: () => ({ x: Float64Array.of(2, 4, 7), dy: Float64Array.of(1, 2, 3), shape: [3, 1], eps: 1 }),
  forwardInference: () => ({ ...structuredClone(running), x: Float32Array.of(1, 2, 4), eps: 0 }),
  backwardFrozen: () => ({
    ...structuredClone(running),
    x: Float32Array.of(1, 2),
    dy: Float32Array.of(3, 4),
    eps: 0,
  }),
  forwardTrace: () => structuredClone(input),
  backwardTrace: () => ({ ...structuredClone(input), dy: Float64Array.of(1, 0, 3, 0) }),
  centralDifferenceGradient: () => ({ ...structuredClone(input), dy: [1, 0, 3, 0], step: 1e-4 }),
  jacobian: () => ({ x: Float64Array.of(1, 2, 4), eps: 0 }),
  updateRunningStatistics: () => structuredClone(update),
  foldIntoWeight: () => ({ ...structuredClone(weight), weight: Float64Array.of(1, 2, 3, 4), bias: [5, 6] }),
  moments: () => ({ x: Float64Array.of(1, 2, 3, 4), shape: [2, 2] }),
  mergeMoments: () => ({ a: structuredClone(moments), b: structuredClone(moments) }),
  statisticsFromMoments: () => ({ moments: structuredClone(moments), eps: 0 }),
  normalize: () => structuredClone({ ...shard, beta: [3] }),
  gradientSums: () => structuredClone({ ...shard, dy: [1, 0, 0] }),
  mergeGradientSums: () => ({ a: structuredClone(sums), b: structuredClone(sums) }),
  backwardShard: () => structuredClone({ ...shard, dy: [1, 0, 0], sums }),
  varianceMethods: () => structuredClone(variance),
  differenceChecks: () => structuredClone(checked),
  runningStream: () => structuredClone(stream),
  jacobianSpectrum: () => ({ x: [1, 2, 4], gamma: 2, eps: 0.5 }),
  compute: () => ({
    givens: { x: Float64Array.of(1, 2, 4), gamma: 2, beta: 0, eps: 0 },
    formulas: { p: 'x + y' },
  }),
  runningSeries: () => ({
    running_mean: 0,
    running_var: 1,
    batch_mean: [4, 8],
    batch_var: [3, 6],
    m: 3,
    estimator: 'unbiased',
    convention: 'decay',
    momentum: 0.5,
  }),
} satisfies { [Name in keyof Core]?: () => object };
const goodCalls = Object.entries(good) as [keyof typeof good, () => object][];

/** The lists in a result. */
function listsIn(result: unknown): (Float64Array | Float32Array)[] {
  if (result instanceof Float64Array || result instanceof Float32Array) return [result];
  return typeof result === 'object' && result !== null ? Object.values(result).flatMap(listsIn) : [];
}

test('the functions that are declared are those of the built module', async () => {
  const { names } = await load();
  const source = readFileSync('web/src/core/core.ts', 'utf8');
  const [, declaration = ''] = /^export interface Core \{\n(.*?)^\}/ms.exec(source) ?? [];
  const declared = [...declaration.matchAll(/^ {2}(\w+): /gm)].map(([, name = '']) => name);
  const built = names.map((name) => name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()));
  // What lives in the module is made by core.ts.
  expect(declared.toSorted()).toEqual([...built, 'tensor'].toSorted());
  expect(Object.keys(core).toSorted()).toEqual(declared.toSorted());
});

describe('values', () => {
  test('lists may be arrays or any typed array', () => {
    const { y } = core.forwardTrain(input);
    const asTyped = { ...input, x: Float64Array.from(input.x), gamma: Float32Array.from(input.gamma) };
    expect(core.forwardTrain(asTyped).y).toEqual(y);
  });

  test.each(goodCalls)('what %s returns are fresh arrays that later calls leave alone', (name, given) => {
    const call = core[name] as (options: object) => unknown;
    const first = listsIn(call(given()));
    expect(first).not.toEqual([]);
    const kept = first.map((list) => [...list]);
    // No view into the module's memory, and none shared between two lists.
    for (const list of first) expect(list.buffer.byteLength).toBe(list.byteLength);
    expect(new Set(first.map((list) => list.buffer)).size).toBe(first.length);
    for (const [other, options] of goodCalls) (core[other] as (options: object) => unknown)(options());
    expect(first.map((list) => [...list])).toEqual(kept);
    for (const list of first) list.fill(99);
    expect(listsIn(call(given())).map((list) => [...list])).toEqual(kept);
  });

  test('a call that makes the module’s memory grow empties no earlier result', () => {
    const { y } = core.forwardTrain(input);
    const kept = [...y];
    core.forwardTrain({ ...input, x: new Float64Array(4_000_000).map((_, k) => k % 7) });
    expect([...y]).toEqual(kept);
  });

  test.each(goodCalls)('what goes into %s is not changed', (name, given) => {
    const options = given();
    (core[name] as (options: object) => unknown)(options);
    expect(options).toEqual(given());
  });

  test('tensors of single precision come out in single precision, statistics in double', () => {
    const x = Float32Array.of(2, 4, 6, 9);
    const single = { x, gamma: [3], beta: [1], eps: 1e-3, accuracy: 'exact' } as const;
    const double = { ...single, x: Float64Array.from(x) };
    const dy = Float32Array.of(1, -2, 3, 5);
    const frozen = { running_mean: [5], running_var: [2] };
    const pairs = [
      [core.forwardTrain(single), core.forwardTrain(double), 'y'],
      [core.forwardInference({ ...single, ...frozen }), core.forwardInference({ ...double, ...frozen }), 'y'],
      // An array of dy follows x.
      [core.backwardTrain({ ...single, dy: [...dy] }), core.backwardTrain({ ...double, dy: [...dy] }), 'dx'],
      [
        core.backwardFrozen({ ...single, ...frozen, dy }),
        core.backwardFrozen({ ...double, ...frozen, dy: Float64Array.from(dy) }),
        'dx',
      ],
    ] as const;
    for (const [inSingle, inDouble, tensor] of pairs) {
      for (const [name, value] of Object.entries(inSingle)) {
        const reference = (inDouble as unknown as Record<string, Float64Array>)[name] as Float64Array;
        expect(value, name).toBeInstanceOf(name === tensor ? Float32Array : Float64Array);
        // Double inside, rounded once: the double result, rounded, but for the last digit where the passes differ.
        value.forEach((number: number, k: number) => {
          const expected = reference[k] as number;
          const unit = name === tensor ? 2 ** -23 : 2 ** -51;
          expect(Math.abs(number - expected), `${name}[${k}]`).toBeLessThanOrEqual(unit * Math.abs(expected));
        });
      }
    }
  });

  test('floats are computed with fast where nothing is said: y within 3 ULP, dx within 6; doubles never are', () => {
    const values = Float32Array.from({ length: 3 * 50 }, (_, k) => 100 + ((k * 40503) % 65536) / 4096);
    const upstream = Float32Array.from({ length: 3 * 50 }, (_, k) => ((k * 31247) % 65536) / 32768 - 1);
    const options = { shape: [50, 3], gamma: [3, -1, 0.5], beta: [1, 0, -2], eps: 1e-3 };
    const statistics = { running_mean: [105, 107, 109], running_var: [20, 21, 22] };
    const all = (
      x: Float32Array | Float64Array,
      dy: Float32Array | Float64Array,
      accuracy?: 'fast' | 'exact',
    ) => {
      const tensor = { x, shape: options.shape, ...(accuracy && { accuracy }) };
      const call = { ...options, ...tensor };
      const of_batch = core.moments(tensor);
      const merged = core.gradientSums({ ...call, dy, moments: of_batch });
      return {
        y: core.forwardTrain(call).y,
        y_of_shard: core.normalize({ ...call, moments: of_batch }).y,
        y_of_inference: core.forwardInference({ ...call, ...statistics }).y,
        dx: core.backwardTrain({ ...call, dy }).dx,
        dx_of_shard: core.backwardShard({ ...call, dy, moments: of_batch, sums: merged }).dx,
        dx_frozen: core.backwardFrozen({ ...call, ...statistics, dy }).dx,
      };
    };
    const double = all(Float64Array.from(values), Float64Array.from(upstream));
    expect(all(Float64Array.from(values), Float64Array.from(upstream), 'exact')).toEqual(double);
    expect(all(Float64Array.from(values), Float64Array.from(upstream), 'fast')).toEqual(double);
    const fast = all(values, upstream);
    expect(all(values, upstream, 'fast')).toEqual(fast);
    const exact = all(values, upstream, 'exact');
    const { saved_invstd } = core.forwardTrain({ ...options, x: values });
    for (const [name, wanted] of Object.entries(double)) {
      const [of_fast, of_exact] = [fast[name as keyof typeof fast], exact[name as keyof typeof exact]];
      expect(of_fast, name).not.toEqual(of_exact);
      wanted.forEach((value, k) => {
        const [gamma = 0, beta = 0] = [options.gamma[k % 3], options.beta[k % 3]];
        const invstd = name.includes('dx_frozen') ? 1 / Math.sqrt(20) : (saved_invstd[k % 3] ?? Number.NaN);
        // |x_hat| is at least 1 somewhere, which is all that the scale of y needs here; |dy| is at most 1.
        const scale =
          Math.abs(gamma) * (name.startsWith('dx') ? invstd : 1) +
          (name.startsWith('y') ? Math.abs(beta) : 0);
        const [promised, error] = [
          name.startsWith('dx') ? 6 : 3,
          Math.abs((of_fast[k] ?? Number.NaN) - value),
        ];
        expect(error, `${name}[${k}]`).toBeLessThanOrEqual(
          promised * 2 ** (Math.floor(Math.log2(scale)) - 23),
        );
        expect(of_exact[k], `${name}[${k}]`).toBeCloseTo(Math.fround(value), 5);
      });
    }
  });

  test('other lists than Float32Array are double precision', () => {
    for (const x of [Int16Array.of(2, 4, 6, 8), Uint8Array.of(2, 4, 6, 8), [2, 4, 6, 8]]) {
      expect(core.forwardTrain({ ...input, x }).y).toEqual(core.forwardTrain(input).y);
    }
    const single = Float32Array.from(input.x);
    expect(core.forwardTrace({ ...input, x: single }).y).toEqual(core.forwardTrain(input).y);
    expect(core.jacobian({ x: single, eps: 1 })).toEqual(core.jacobian({ x: input.x, eps: 1 }));
  });

  test('gamma and beta that are left out are 1 and 0', () => {
    const [x, shape] = [
      [2, 4, 6, 8],
      [2, 2],
    ];
    const affine = { gamma: [1, 1], beta: [0, 0] };
    expect(core.forwardTrain({ x, shape, eps: 0 })).toEqual(core.forwardTrain({ x, ...affine, eps: 0 }));
    const inference = { x, shape, eps: 1, running_mean: [1, 2], running_var: [3, 4] };
    expect(core.forwardInference(inference)).toEqual(core.forwardInference({ ...inference, ...affine }));
    const dy = [1, 2, 4, 8];
    const [plain, scaled] = [
      core.backwardFrozen({ ...inference, dy }),
      core.backwardFrozen({ ...inference, ...affine, dy }),
    ];
    expect(plain).toEqual(scaled);
    const training = { x, shape, dy, eps: 1 };
    expect(core.backwardTrain(training)).toEqual(core.backwardTrain({ ...training, ...affine }));
  });

  test('the channels of (N, C, L) and of (N, L, C) are the same', () => {
    // Channel 0: 1 2 3 and 7 8 9; channel 1: 4 5 6 and 10 11 12.
    const first = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    const last = [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12];
    const a = core.forwardTrain({ x: first, shape: [2, 2, 3], eps: 0 });
    const b = core.forwardTrain({ x: last, shape: [2, 3, 2], channel_axis: 'last', eps: 0 });
    expect([...a.batch_mean]).toEqual([5, 8]);
    expect(b.batch_mean).toEqual(a.batch_mean);
    expect([...b.y]).toEqual(last.map((value) => a.y[first.indexOf(value)]));
  });

  test('either channel axis of (m, C) is its second', () => {
    const x = [1, 10, 3, 30];
    const expected = core.forwardTrain({ x, shape: [2, 2], eps: 0 });
    for (const channel_axis of ['first', 'last'] as const) {
      expect(core.forwardTrain({ x, shape: [2, 2], channel_axis, eps: 0 })).toEqual(expected);
      expect(core.forwardTrain({ x, gamma: [1, 1], channel_axis, eps: 0 })).toEqual(expected);
    }
  });

  test('values whose squares overflow are normalised all the same', () => {
    const { y, batch_var } = core.forwardTrain({ ...input, x: [1e300, -1e300] });
    expect([...y]).toEqual([1, -1]);
    expect([...batch_var]).toEqual([Number.POSITIVE_INFINITY]);
  });

  // Found by tests/fuzz.
  describe('near the ends of the range of doubles', () => {
    const close = (got: number | undefined, expected: number) =>
      expect(Math.abs((got as number) / expected - 1)).toBeLessThan(4 * 2 ** -53);

    test('a variance and an eps whose sum is no double', () => {
      // 1e308 + 1.6e308 = (2e153)^2 * 65.
      const invstd = 1 / (2e153 * Math.sqrt(65));
      const train = core.forwardTrain({ ...input, x: [1e154, -1e154], eps: 1.6e308 });
      close(train.saved_invstd[0], invstd);
      close(train.y[0], 1e154 * invstd);
      const frozen = { ...input, x: [1e154], running_mean: [0], running_var: [1e308], eps: 1.6e308 };
      close(core.forwardInference(frozen).y[0], 1e154 * invstd);
      close(core.backwardFrozen({ ...frozen, dy: [1e154] }).dx[0], 1e154 * invstd);
    });

    test('tiny values beside a huge eps', () => {
      const x = [0, 2e-200];
      const { y, saved_invstd } = core.forwardTrain({ x, gamma: [1], eps: 1e300 });
      close(saved_invstd[0], 1e-150);
      expect([...y].map(Math.abs)).toEqual([0, 0]);
      const { dx } = core.backwardTrain({ x, gamma: [1], eps: 1e300, dy: [1, 3] });
      close(dx[0], -1e-150);
    });

    test('the smallest double, magnified', () => {
      const given = { x: [2 ** -1074], gamma: [2 ** 848], running_mean: [0], running_var: [2 ** -1010] };
      expect([...core.forwardInference({ ...given, eps: 0 }).y]).toEqual([2 ** 279]);
    });

    test('whether another channel is far or no number changes nothing', () => {
      const ordinary = [0.1, 0.3, -0.7, 0.2, 1.9];
      const results = [1, 1e200, 1e-200, Number.NaN, Number.POSITIVE_INFINITY].map((size) => {
        const x = ordinary.flatMap((value) => [size * value, value]);
        const dy = ordinary.flatMap((value, k) => [size * k, value * k]);
        const given = { x, shape: [5, 2], gamma: [1, 0.3], beta: [0, 0.7], eps: 0 };
        const { y } = core.forwardTrain(given);
        const { dx } = core.backwardTrain({ ...given, dy });
        return [y, dx].map((list) => list.filter((_, k) => k % 2 === 1));
      });
      for (const each of results) expect(each).toEqual(results[0]);
    });
  });

  test('running statistics: every convention, and momenta outside [0, 1] as in PyTorch', () => {
    const after = (changed: object) => {
      const { running_mean, running_var } = core.updateRunningStatistics({ ...update, ...changed });
      return [running_mean[0], running_var[0]];
    };
    expect(after({ momentum: 0.5 })).toEqual([1, 2.5]);
    expect(after({ momentum: 0.25, convention: 'torch' })).toEqual([0.5, 1.75]);
    expect(after({ momentum: 0.25, convention: 'torch', estimator: 'unbiased' })).toEqual([
      0.5,
      0.75 + 0.25 * 4 * (4 / 3),
    ]);
    expect(after({ momentum: -1 })).toEqual([4, 7]);
    expect(after({ momentum: 2 })).toEqual([-2, -2]);
    expect([...core.updateRunningStatistics(cumulative).running_mean]).toEqual([1]);
    expect([...core.updateRunningStatistics({ ...cumulative, step: 1 }).running_var]).toEqual([4]);
    expect(core.torchFromDecay(0.75)).toBe(0.25);
    expect(core.decayFromTorch(-1)).toBe(2);
  });

  describe('a batch on several devices', () => {
    /** dx of each shard and the parameters' gradients, as devices that only exchange moments and sums compute them. */
    const synchronised = (shards: { x: number[]; dy: number[] }[], gamma: number[], eps: number) => {
      const shapeOf = (x: number[]) => ({ shape: [x.length / gamma.length, gamma.length] });
      const all = shards
        .map(({ x }) => core.moments({ x, ...shapeOf(x) }))
        .reduce((a, b) => core.mergeMoments({ a, b }));
      const inputs = shards.map(({ x }) => ({ x, ...shapeOf(x), gamma, moments: all, eps }));
      const given = inputs.map((each, k) => ({ ...each, dy: shards[k]?.dy ?? [] }));
      const merged = given.map(core.gradientSums).reduce((a, b) => core.mergeGradientSums({ a, b }));
      const gradients = given.map((each) => core.backwardShard({ ...each, sums: merged }));
      return {
        y: inputs.flatMap((each) => [...core.normalize(each).y]),
        dx: gradients.flatMap(({ dx }) => [...dx]),
        gradients,
      };
    };

    test('of uneven sizes, one of them empty', () => {
      // By hand: mean 4, variance 6.5; dx_i = (dy_i - 3/4 - (x_i - 4) 3 / 26) / sqrt(6.5).
      const shards = [
        { x: [1, 2, 6], dy: [1, 0, 0] },
        { x: [], dy: [] },
        { x: [7], dy: [2] },
      ];
      const { y, dx, gradients } = synchronised(shards, [1], 0);
      [31, -27, -51, 47].forEach((expected, k) =>
        expect(dx[k]).toBeCloseTo(expected / 52 / Math.sqrt(6.5), 14),
      );
      [-3, -2, 2, 3].forEach((expected, k) => expect(y[k]).toBeCloseTo(expected / Math.sqrt(6.5), 14));
      for (const { dgamma, dbeta } of gradients) {
        expect(dgamma[0]).toBeCloseTo(3 / Math.sqrt(6.5), 14);
        expect([...dbeta]).toEqual([3]);
      }
    });

    test('gives what one device would, however the batch is cut', () => {
      const number = fc.double({ min: -5, max: 5, noNaN: true });
      const list = (length: number) => fc.array(number, { minLength: length, maxLength: length });
      const batch = fc.integer({ min: 2, max: 12 }).chain((m) =>
        fc.record({
          x: list(2 * m),
          dy: list(2 * m),
          gamma: list(2),
          cuts: fc.array(fc.integer({ min: 0, max: m }), { maxLength: 5 }),
        }),
      );
      fc.assert(
        fc.property(batch, ({ x, dy, gamma, cuts }) => {
          const ends = [...cuts, x.length / 2].toSorted((a, b) => a - b);
          const shards = ends.map((end, k) => {
            const [from, to] = [2 * (ends[k - 1] ?? 0), 2 * end];
            return { x: x.slice(from, to), dy: dy.slice(from, to) };
          });
          const whole = core.backwardTrain({ x, dy, gamma, eps: 0.01 });
          const { dx, gradients } = synchronised(shards, gamma, 0.01);
          whole.dx.forEach((value, k) => expect(dx[k]).toBeCloseTo(value, 9));
          whole.dgamma.forEach((value, c) => expect(gradients[0]?.dgamma[c]).toBeCloseTo(value, 9));
          whole.dbeta.forEach((value, c) => expect(gradients[0]?.dbeta[c]).toBeCloseTo(value, 9));
        }),
        { numRuns: 300 },
      );
    });

    test('in single precision gives single precision, an empty shard too', () => {
      for (const x of [Float32Array.of(1, 2, 6), new Float32Array()]) {
        const { dx } = core.backwardShard({ ...shard, x, shape: [x.length, 1], dy: [...x], sums });
        expect(dx).toBeInstanceOf(Float32Array);
        expect(dx).toHaveLength(x.length);
        expect(core.normalize({ ...shard, x, shape: [x.length, 1] }).y).toBeInstanceOf(Float32Array);
      }
    });

    test('an infinite value on one of them makes the mean infinite, and no number of all else', () => {
      const [a, b] = [
        core.moments({ x: [1, 2, Infinity], gamma: [1] }),
        core.moments({ x: [3], gamma: [1] }),
      ];
      for (const merged of [core.mergeMoments({ a, b }), core.mergeMoments({ a: b, b: a })]) {
        expect([...merged.mean]).toEqual([Infinity]);
        expect([...merged.m2]).toEqual([Number.NaN]);
      }
    });

    test('counts go up to 2^53', () => {
      let merged = core.moments({ x: [1, 3], gamma: [1] });
      for (let doubling = 0; doubling < 52; ++doubling) merged = core.mergeMoments({ a: merged, b: merged });
      expect(merged.count).toBe(2 ** 53);
      const { batch_mean, batch_var } = core.statisticsFromMoments({ moments: merged, eps: 0 });
      expect([batch_mean[0], batch_var[0]]).toEqual([2, 1]);
      const { running_var } = core.updateRunningStatistics({
        ...update,
        m: merged.count,
        estimator: 'unbiased',
      });
      expect(running_var[0]).toBeCloseTo(0.9 + 0.1 * 4, 15);
    });
  });

  test('gradients of the frozen statistics', () => {
    // Of TensorFlow.js's test: dmean = -gamma sum(dy) / sqrt(var + eps); dvar = -gamma sum(dy (x - mean)) / 2 / (var + eps)^1.5.
    const { dmean, dvar } = core.backwardFrozen({
      x: [2, 9, 4, 23],
      gamma: [2, 5],
      eps: 1e-3,
      running_mean: [1, 11],
      running_var: [2, 3],
      dy: [1, 1, 1, 1],
    });
    expect([...dmean].map((value) => value.toFixed(3))).toEqual(['-2.828', '-5.773']);
    expect(dvar[0]).toBeCloseTo(-4 * 2.001 ** -1.5, 14);
    expect(dvar[1]).toBeCloseTo(-25 * 3.001 ** -1.5, 14);
  });

  test('the first step of a cumulative average does not look at what was there', () => {
    const nothing = { running_mean: [Number.NaN], running_var: [Number.NaN] };
    const after = core.updateRunningStatistics({ ...cumulative, ...nothing, batch_mean: [3], step: 1 });
    expect(after).toEqual({ running_mean: Float64Array.of(3), running_var: Float64Array.of(4) });
  });

  test('parts that are all 0 merge to a channel that has statistics', () => {
    const part = core.moments({ x: [0, 0], gamma: [1] });
    const { batch_var, saved_invstd } = core.statisticsFromMoments({
      moments: core.mergeMoments({ a: part, b: part }),
      eps: 4,
    });
    expect([batch_var[0], saved_invstd[0]]).toEqual([0, 0.5]);
  });

  test('a layer folded into a weight does what both did', () => {
    // BN(W x + b) of x = (1, 1): W x + b = (8, 13), of which (8 - 0) / 1 and (13 - 1) / 2.
    const { weight: folded, bias } = core.foldIntoWeight({ ...weight, bias: [5, 6] });
    expect([...folded]).toEqual([1, 2, 1.5, 2]);
    expect([...bias]).toEqual([5, 2.5]);
    const last = core.foldIntoWeight({ ...weight, weight: [1, 3, 2, 4], channel_axis: 'last' });
    expect([...last.weight]).toEqual([1, 1.5, 2, 2]);
  });

  test('the outputs of a folded weight may lie on any axis', () => {
    // Of a transposed convolution (in, out, height, width); with in = out the size of the weight does not tell.
    const transposed = {
      ...weight,
      shape: [2, 2, 1, 1],
      gamma: [1, 10],
      running_mean: [0, 0],
      running_var: [1, 1],
    };
    const folded = (channel_axis?: 'first' | 'last' | number) => [
      ...core.foldIntoWeight({ ...transposed, ...(channel_axis === undefined ? {} : { channel_axis }) })
        .weight,
    ];
    expect(folded(1)).toEqual([1, 20, 3, 40]);
    expect(folded(0)).toEqual([1, 2, 30, 40]);
    expect(folded(0)).toEqual(folded());
    expect([...core.foldIntoWeight({ ...transposed, shape: [1, 1, 2, 2], channel_axis: 2 }).weight]).toEqual([
      1, 2, 30, 40,
    ]);
  });

  test('several channels lie side by side', () => {
    const { y, batch_mean } = core.forwardTrain({ x: [1, 10, 3, 30], gamma: [1, 2], beta: [0, 5], eps: 0 });
    expect([...batch_mean]).toEqual([2, 20]);
    expect([...y]).toEqual([-1, 3, 1, 7]);
  });

  test('a variance by several methods, each with its digits', () => {
    const [plain, shifted] = core.varianceMethods(variance) as [VarianceMethods, VarianceMethods];
    expect([...shifted.stored]).toEqual([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]);
    expect([plain, shifted].map(({ exact, of_values, kept }) => [exact, of_values, kept])).toEqual([
      [22.5, 22.5, 17],
      [22.5, 22.5, 17],
    ]);
    for (const method of ['two_pass', 'corrected_two_pass', 'core'] as const) {
      expect(shifted[method], method).toEqual({ value: 22.5, digits: 17 });
    }
    expect(plain.one_pass).toEqual({ value: 22.5, digits: 17 });
    expect(shifted.one_pass.digits).toBeLessThan(1);
    const one = (values: number[], offset: number, precision: 'single' | 'double') =>
      core.varianceMethods({ values, offsets: [offset], precision })[0] as VarianceMethods;
    // Worked out by hand in tests/cpp/variance_methods_test.cpp: single precision is single in wasm too.
    const single = one([0, 1, 2, 4], 4096, 'single');
    expect(single.exact).toBe(2.1875);
    expect(single.one_pass).toEqual({ value: 0, digits: 0 });
    expect(one([0.1, 2], 0, 'single').stored[0]).toBe(Math.fround(0.1));
    // 2 / 9 is no double: what is rounded last is right without a fused multiply-add in hardware, too.
    expect(one([0, 0, 1], 2 ** 40, 'double').exact).toBe(2 / 9);
  });

  const checkOf = (changed: object = {}) => core.differenceChecks(oneCheck(changed))[0] as DifferenceCheck;

  test('the error of a numerical gradient, step by step', () => {
    const { numeric, right } = checkOf();
    const { dx, error, absolute } = right;
    const [m, size] = [checked.x.length, Math.max(...dx.map(Math.abs))];
    const { x, gamma, beta, eps, dy } = checked;
    expect(dx).toEqual(core.backwardTrain({ x, gamma: [gamma], beta: [beta], eps, dy }).dx);
    expect([numeric.length, error.length, absolute.length]).toEqual([2 * m, 2, 2]);
    // A row is a step: the second is 100 times smaller, and its error 10,000 times.
    const farthest = (row: number) =>
      Math.max(...dx.map((value, k) => Math.abs((numeric[row * m + k] as number) - value)));
    expect([farthest(0), farthest(1)]).toEqual([...absolute]);
    expect(error[0]).toBeGreaterThan(1000 * (error[1] as number));
    expect((error[0] as number) * size).toBeCloseTo(absolute[0] as number, 14);
  });

  test('every choice of a difference check changes what comes out', () => {
    const results = [
      {},
      { loss: 'sum' as const },
      { loss: 'relu' as const },
      { scheme: 'forward' as const },
      { precision: 'single' as const },
    ].map((changed) => {
      const { right, numeric } = checkOf(changed);
      return [...right.dx, ...numeric].join();
    });
    expect(new Set(results).size).toBe(results.length);
    const { right, without_mean, without_var, without_both } = checkOf();
    const codes = [right, without_mean, without_var, without_both];
    expect(new Set(codes.map(({ dx }) => dx.join())).size).toBe(codes.length);
  });

  test('several checks of one gradient are what each is alone', () => {
    const checks = [
      { scheme: 'forward' as const, precision: 'single' as const, steps: [1e-2] },
      { scheme: 'central' as const, precision: 'double' as const, steps: [1e-3, 1e-4] },
    ];
    expect(core.differenceChecks({ ...checked, checks })).toEqual(checks.map((check) => checkOf(check)));
  });

  test('a step that makes all values equal has no error, and the others have', () => {
    const { right, numeric } = checkOf({ x: [1, 4], dy: [0.3, -5], eps: 0, steps: [1, 3, 1e-3] });
    expect([...right.error].map(Number.isNaN)).toEqual([false, true, false]);
    expect([...numeric].map(Number.isNaN)).toEqual([false, false, true, true, false, false]);
  });

  test('a stream of batches is what its parts are, one call after the other', () => {
    const { seed, batches, m, running_mean, running_var, rules, example } = stream;
    const from = (mean: number, std: number) => core.normalBatches({ seed, batches, m, mean, std });
    const [before, after] = [from(1, 2), from(-3, 0.5)];
    const x = before.map((value, k) => (k % batches < 2 ? value : (after[k] as number)));
    const { batch_mean, batch_var } = core.forwardTrain({ x, shape: [m, batches], eps: 1 });
    const told = core.runningStream(stream);
    expect([told.batch_mean, told.batch_var]).toEqual([batch_mean, batch_var]);
    for (const [k, rule] of rules.entries()) {
      const path = told.paths[k] as RunningPath;
      const series = core.runningSeries({ running_mean, running_var, batch_mean, batch_var, m, ...rule });
      expect([path.running_mean, path.running_var]).toEqual([series.running_mean, series.running_var]);
      const old = k === 0 ? 0.75 : 0.25;
      expect([path.old_weight, path.new_weight, path.span]).toEqual([old, 1 - old, 1 / (1 - old)]);
      for (const [t, left] of path.start_weight.entries()) expect(left).toBeCloseTo(old ** t, 15);
      for (const [t, fed] of path.fed_var.entries())
        expect(fed).toBeCloseTo((batch_var[t] as number) * (k === 0 ? 3 / 2 : 1), 14);
    }
    // The example stands in the place of the first of each batch.
    const { eps, from: first, to } = example;
    const columns = [first, first + 1, to].map((t) => t - 1);
    const joined = Array.from({ length: m }, (_, i) =>
      columns.map((t) => (i === 0 ? example.x : (x[i * batches + t] as number))),
    );
    const trained = core.forwardTrain({ x: joined.flat(), shape: [m, columns.length], eps });
    const [path] = told.paths as [RunningPath];
    const inferred = core.forwardInference({
      x: [example.x],
      shape: [1, 1],
      running_mean: path.running_mean.subarray(to, to + 1),
      running_var: path.running_var.subarray(to, to + 1),
      eps,
    });
    expect(told.example).toEqual({
      others: Float64Array.from(joined.slice(1), (row) => row.at(-1) as number),
      y_training: trained.y.slice(0, columns.length),
      batch_mean: trained.batch_mean,
      batch_var: trained.batch_var,
      y_inference: inferred.y[0],
    });
    const { example: none, ...without } = core.runningStream({ ...stream, example: undefined } as never);
    expect(none).toBeUndefined();
    expect(without.paths).toEqual(told.paths);
  });

  test('a series of running statistics, by hand', () => {
    const series = { running_mean: 0, running_var: 1, batch_mean: [4, 8], batch_var: [3, 6], m: 3 };
    const rule = { momentum: 0.75, convention: 'decay', estimator: 'unbiased' } as const;
    const { running_mean, running_var } = core.runningSeries({ ...series, ...rule });
    expect([...running_mean]).toEqual([0, 1, 2.75]);
    // 3 and 6 times 3/2 feed it.
    expect([...running_var]).toEqual([1, 1.875, 3.65625]);
    const torch = core.runningSeries({ ...series, ...rule, convention: 'torch', estimator: 'biased' });
    expect([...torch.running_mean]).toEqual([0, 3, 6.75]);
    expect([...torch.running_var]).toEqual([1, 2.5, 5.125]);
    expect(() => core.runningSeries({ ...series, ...rule, m: 1 })).toThrow('m: ');
    expect(() => core.runningSeries({ ...series, ...rule, batch_var: [1] })).toThrow('batch_var: ');
    expect(() => core.runningSeries({ ...series, ...rule, batch_mean: [], batch_var: [] })).toThrow(
      'batch_mean: ',
    );
  });

  test('the spectrum of a jacobian', () => {
    // x_hat = (-1, 1) / 2 with var 1 and eps 3: J = [[1, -1], [-1, 1]] 3/8 gamma / 2.
    const { jacobian, eigenvalues, rank, row_sums } = core.jacobianSpectrum({
      x: [4, 6],
      gamma: 8,
      eps: 3,
    });
    expect(jacobian.values).toEqual(core.jacobian({ x: [4, 6], gamma: 8, eps: 3 }));
    [1.5, -1.5, -1.5, 1.5].forEach((entry, k) => expect(jacobian.shown[k]).toBeCloseTo(entry, 14));
    expect(eigenvalues.values[0]).toBeCloseTo(0, 14);
    expect(eigenvalues.values[1]).toBeCloseTo(3, 14);
    expect(rank).toBe(1);
    row_sums.values.forEach((sum) => expect(sum).toBeCloseTo(0, 14));
    // Of two values with eps = 0 all of it is rounding, and is shown as 0.
    const nothing = core.jacobianSpectrum({ x: [0.1, 0.7], gamma: 3, eps: 0 });
    for (const { shown } of [nothing.jacobian, nothing.eigenvalues, nothing.row_sums])
      expect(new Set(shown)).toEqual(new Set([0]));
    const x = Array.from({ length: 64 }, (_, k) => Math.sin(k));
    expect(core.jacobianSpectrum({ x, eps: 0 }).rank).toBe(62);
    expect(core.jacobianSpectrum({ x, eps: 1e-5 }).rank).toBe(63);
    expect(core.jacobianSpectrum({ x, eps: 1 })).toEqual(core.jacobianSpectrum({ x, gamma: 1, eps: 1 }));
  });

  test('numbers that are not finite stay in their channel', () => {
    const { y } = core.forwardTrain({ x: [Number.NaN, 10, 3, 30], gamma: [1, 2], beta: [0, 5], eps: 0 });
    expect([...y]).toEqual([Number.NaN, 3, Number.NaN, 7]);
  });
});

describe('all that a figure shows, in one call', () => {
  const givens = {
    x: Float64Array.of(0.1, 0.2, 0.6, 0.3),
    dy: Float64Array.of(1, 0, 0, -1),
    gamma: -2,
    beta: 0.3,
    eps: 0.01,
    // As figures give a list of their own, with the size of what it was made of.
    slopes: { values: Float64Array.of(1, 1e-17), scale: 1 },
  };
  const formulas = {
    factor: 'abs(gamma) * saved_invstd',
    paths: 'dx_direct + dx_through_var + dx_through_mean',
    missed: 'max(abs(paths - dx)), factor * sum(dx)',
  };

  test('quantities and formulas are what single calls give, each with its shown form', () => {
    const all = core.quantities(givens);
    const computed = core.compute({ givens, formulas });
    expect(Object.keys(computed).toSorted()).toEqual(
      [...Object.keys(all), ...Object.keys(formulas)].toSorted(),
    );
    for (const [name, quantity] of Object.entries(all))
      expect(computed[name], name).toEqual(core.evaluate(name, { [name]: quantity }));
    for (const name of ['factor', 'paths'] as const)
      expect(computed[name], name).toEqual(core.evaluate(formulas[name], all));
    expect([...computed.missed.shown]).toEqual([0, 0]);
    expect([...(computed['slopes']?.shown ?? [])]).toEqual([1, 0]);
    expect(core.compute({ givens, formulas })).toEqual(computed);
  });

  test('more formulas than are kept at once have their own values', () => {
    for (let k = 0; k < 600; ++k) {
      const { sum } = core.compute({ givens: { b: 2 }, formulas: { sum: `b + ${k}` } });
      expect(sum).toEqual({ values: Float64Array.of(k + 2), shown: Float64Array.of(k + 2), is_list: false });
    }
  });

  test.each([
    ['that cannot be read', { sum: 'x +' }, /^sum: /, { begin: 3, end: 3 }],
    ['without a value', { sum: 'x', far: 'x[9]' }, /^far: /, { begin: 2, end: 3 }],
    ['that names a later one', { sum: 'far', far: 'x' }, /^sum: /, { begin: 0, end: 3 }],
  ])(
    'a formula %s is refused by its name, with the place',
    (_, wrong: Record<string, string>, message, range) => {
      try {
        core.compute({ givens, formulas: wrong });
        expect.unreachable('it has no value');
      } catch (error) {
        expect(error).toBeInstanceOf(UnreadableError);
        expect((error as UnreadableError).message).toMatch(message);
        expect((error as UnreadableError).range).toEqual(range);
      }
    },
  );

  const sample = { seed: 1, draws: 3, m: 2, population_mean: 0, population_std: 1 };

  test.each([
    ['the name of a quantity', { givens, formulas: { dx: 'x' } }, /^dx: expected a name that no quantity/],
    ['a number for a formula', { givens, formulas: { sum: 1 } }, /^sum: expected a text, got number/],
    ['a text for the formulas', { givens, formulas: 'x' }, /^formulas: expected an object/],
    ['givens that are refused', { givens: { ...givens, eps: -1 } }, /^eps: expected a number >= 0/],
    [
      'a scale misspelt',
      { givens: { ...givens, slopes: { values: 1, scale: 1, scael: 2 } } },
      /^scael: expected one of the arguments values, scale, got/,
    ],
    ['a seed below 0', { givens: { ...sample, seed: -1 } }, /^seed: expected a whole number from 0, got -1/],
    ['a seed too large', { givens: { ...sample, seed: 1e30 } }, /^seed: expected a whole number from 0/],
    ['half a value', { givens: { ...sample, m: 2.5 } }, /^m: expected a whole number from 1, got 2.5/],
    ['no batch', { givens: { ...sample, draws: 0 } }, /^draws: expected a whole number from 1, got 0/],
    ['no givens', { formulas }, /^givens: expected an object of quantities, got undefined/],
  ])('%s is refused', (_, wrong, message) => {
    expect(() => core.compute(wrong as never)).toThrow(message);
  });
});

describe('bad calls are refused by the name of the argument', () => {
  const shapes: [string, number[], RegExp][] = [
    ['no dimension', [], /^shape: expected 2 to 5 dimensions, got 0/],
    ['1 dimension', [4], /^shape: expected 2 to 5 dimensions, got 1/],
    ['6 dimensions', [2, 2, 1, 1, 1, 1], /^shape: expected 2 to 5 dimensions, got 6/],
    ['of more values', [4, 2], /^x: expected 8 values \(2 channels of 4\), got 4/],
    ['of fewer values', [1, 3], /^x: expected 3 values \(3 channels of 1\), got 4/],
    ['a dimension of 0', [4, 0], /^shape\[1\]: expected at least 1, got 0/],
    ['negative dimensions', [-2, -2], /^shape\[0\]: expected at least 0, got -2/],
    ['a fractional dimension', [2.5, 2], /^shape: expected an integer from .*, got 2.5/],
    ['a dimension that is no number', [Number.NaN, 2], /^shape: expected an integer from .*, got nan/],
    ['an infinite dimension', [Number.POSITIVE_INFINITY, 2], /^shape: expected an integer from .*, got inf/],
    // The products of the first two are 0 and 4 in 32 bits.
    [
      'far too large',
      [65536, 65536, 65536],
      /^shape: expected at most 2147483647 values, got 281474976710656/,
    ],
    ['too large by 2^32', [5, 858993460], /^shape: expected at most 2147483647 values, got 4294967300/],
    ['too large', [1e9, 1e9, 1e9, 1e9, 1e9], /^shape: expected at most 2147483647 values/],
  ];
  const list = (...values: number[]) => Float64Array.from(values);
  const momentsRefused: [string, object, RegExp][] = [
    ['negative count', { count: -4 }, /^count: expected 0 to 9007199254740992 values a channel, got -4/],
    [
      'a count beyond 2^53',
      { count: 2 ** 54 },
      /^count: expected an integer from .* to 9007199254740992, got 18014398509481984/,
    ],
    ['fractional count', { count: 1.5 }, /^count: expected an integer/],
    ['infinite count', { count: Number.POSITIVE_INFINITY }, /^count: expected a finite number/],
    ['no channel', { mean: list() }, /^mean: expected/],
    ['long mean_residual', { mean_residual: list(0, 0) }, /^mean_residual: expected 1 values.*got 2/],
    ['no m2', { m2: list() }, /^m2: expected 1 values.*got 0/],
    ['long m2', { m2: list(1, 2) }, /^m2: expected 1 values.*got 2/],
    ['no exponent', { exponent: list() }, /^exponent: expected 1 values.*got 0/],
    ['long exponent', { exponent: list(0, 0) }, /^exponent: expected 1 values.*got 2/],
    ['fractional exponent', { exponent: list(0.5) }, /^exponent: expected an integer.*got 0.5/],
    ['exponent NaN', { exponent: list(Number.NaN) }, /^exponent: expected an integer.*got nan/],
    [
      'infinite exponent',
      { exponent: list(Number.NEGATIVE_INFINITY) },
      /^exponent: expected an integer.*got -inf/,
    ],
    ['huge exponent', { exponent: list(2 ** 31) }, /^exponent: expected an integer.*got 2147483648/],
    ['missing mean', { mean: undefined }, /^mean: expected .*, got undefined/],
    ['mean as an array', { mean: [5] }, /^mean: expected a Float64Array or a Float32Array, got Array/],
    ['an unknown name', { cuont: 4 }, /^cuont: expected one of the arguments count, .*, got an unknown name/],
  ];
  const foldRefused: [string, object, RegExp][] = [
    ['no shape', { shape: undefined }, /^shape: expected .*, got undefined/],
    ['1 dimension', { shape: [4] }, /^shape: expected 2 to 5 dimensions, got 1/],
    ['6 dimensions', { shape: [2, 2, 1, 1, 1, 1] }, /^shape: expected 2 to 5 dimensions, got 6/],
    ['fractional dimension', { shape: [2, 0.5, 4] }, /^shape: expected an integer/],
    ['negative dimensions', { shape: [2, -1, -2] }, /^shape\[1\]: expected at least 1, got -1/],
    ['a shape of other outputs', { shape: [4, 1] }, /^running_(mean|var): expected 4 values/],
    ['a shape of more values', { shape: [2, 3] }, /^weight: expected 6 values \(2 channels of 3\), got 4/],
    ['no outputs', { weight: [], shape: [0, 2] }, /^shape\[0\]: expected at least 1, got 0/],
    ['long bias', { bias: [1, 2, 3] }, /^bias: expected 2 values \(one a channel\), got 3/],
    ['empty bias', { bias: [] }, /^bias: expected at least 1 value/],
    ['short gamma', { gamma: [1] }, /^gamma: expected 2 values/],
    ['long running_var', { running_var: [1, 2, 3] }, /^running_var: expected 2 values/],
    [
      'negative running_var',
      { running_var: [1, -2] },
      /^running_var \(channel 1\): expected a variance >= 0/,
    ],
    ['negative eps', { eps: -1 }, /^eps: expected a number >= 0/],
    ['channel_axis misspelt', { channel_axis: 'outputs' }, /^channel_axis: expected "first" or "last"/],
    ['no such axis', { channel_axis: 2 }, /^channel_axis: expected 0 to 1, got 2/],
    ['a negative axis', { channel_axis: -1 }, /^channel_axis: expected 0 to 1, got -1/],
    ['half an axis', { channel_axis: 0.5 }, /^channel_axis: expected an integer .*got 0.5/],
  ];
  const sumsRefused: [string, object, RegExp][] = [
    ['negative count', { count: -4 }, /^count: expected 0 to 9007199254740992 values a channel, got -4/],
    ['no dy', { dy: undefined }, /^dy: expected a Float64Array or a Float32Array, got undefined/],
    ['long dy_x_hat', { dy_x_hat: list(1, 2) }, /^dy_x_hat: expected 1 values \(one a channel\), got 2/],
    ['no dy_exponent', { dy_exponent: list() }, /^dy_exponent: expected 1 values.*got 0/],
    [
      'a huge exponent',
      { dy_x_hat_exponent: list(1e5) },
      /^dy_x_hat_exponent: expected an integer.*got 100000/,
    ],
    ['an unknown name', { cuont: 4 }, /^cuont: expected one of the arguments count, /],
  ];
  const refused: (readonly [string, () => unknown, RegExp])[] = [
    ['nothing', () => core.forwardTrain(undefined as never), /forward_train: expected an object/],
    ['null', () => core.forwardTrain(null as never), /forward_train: expected an object.*got null/],
    [
      'missing x',
      () => core.forwardTrain({ ...input, x: undefined as never }),
      /^x: expected .*got undefined/,
    ],
    [
      'a list that is no list of numbers',
      () => core.forwardTrain({ ...input, x: BigInt64Array.of(1n) as never }),
      /^x: expected numbers, got bigint at \[0\]/,
    ],
    [
      'missing eps',
      () => core.forwardTrain({ x: [1], gamma: [1], beta: [0] } as never),
      /^eps: expected a number, got undefined/,
    ],
    ['misspelt', () => core.forwardTrain({ ...input, gama: [1] } as never), /^gama: expected one of .*gamma/],
    [
      'text as eps',
      () => core.forwardTrain({ ...input, eps: '0' as never }),
      /^eps: expected a number, got string/,
    ],
    [
      'NaN as eps',
      () => core.forwardTrain({ ...input, eps: Number.NaN }),
      /^eps: expected a finite number, got nan/,
    ],
    ['text as x', () => core.forwardTrain({ ...input, x: '1, 2' as never }), /^x: expected .*got string/],
    [
      'text in x',
      () => core.forwardTrain({ ...input, x: [1, '2'] as never }),
      /^x: expected numbers, got string at \[1\]/,
    ],
    [
      'hole in x',
      () => core.forwardTrain({ ...input, x: [1, undefined] as never }),
      /^x: expected numbers, got undefined at \[1\]/,
    ],
    [
      'number as x',
      () => core.forwardTrain({ ...input, x: 3 as never }),
      /^x: expected a Float64Array or a Float32Array, got number/,
    ],
    [
      'object as x',
      () => core.forwardTrain({ ...input, x: { a: 1 } as never }),
      /^x: expected a Float64Array or a Float32Array, got object/,
    ],
    [
      'function as x',
      () => core.forwardTrain({ ...input, x: (() => 1) as never }),
      /^x: expected a Float64Array/,
    ],
    [
      'another accuracy',
      () => core.forwardTrain({ ...input, accuracy: 'best' as never }),
      /^accuracy: expected "fast" or "exact", got best/,
    ],
    ['empty x', () => core.forwardTrain({ ...input, x: [] }), /^x: expected at least 1 example/],
    ['no channel', () => core.forwardTrain({ ...input, gamma: [] }), /^gamma: expected at least 1 value/],
    ['two betas', () => core.forwardTrain({ ...input, beta: [0, 1] }), /^beta: expected 1 value.*got 2/],
    [
      'odd length',
      () => core.forwardTrain({ ...input, gamma: [1, 1, 1], beta: [0, 0, 0] }),
      /^x: expected a multiple of 3 values.*got 4/,
    ],
    [
      'negative eps',
      () => core.forwardTrain({ ...input, eps: -1e-5 }),
      /^eps: expected a number >= 0, got -/,
    ],
    [
      'no variance',
      () => core.forwardTrain({ ...input, x: [3, 3] }),
      /^batch_var \+ eps \(channel 0\): expected a value > 0, got 0/,
    ],
    [
      'short dy',
      () => core.backwardTrain({ ...input, dy: [1, 2, 3] }),
      /^dy: expected 4 values \(1 channels of 4\), got 3/,
    ],
    [
      'running statistics in training',
      () => core.forwardTrain({ ...input, ...running }),
      /^running_mean: expected one of the arguments x, .*, got an unknown name/,
    ],
    [
      'no list tells the channels',
      () => core.forwardTrain({ x: [1, 2], eps: 0 }),
      /^shape: expected the dimensions of x, .*got undefined/,
    ],
    [
      'an empty gamma beside a shape',
      () => core.forwardTrain({ x: [1, 2], shape: [2, 1], gamma: [], eps: 0 }),
      /^gamma: expected at least 1 value/,
    ],
    [
      'an empty beta beside a shape',
      () => core.forwardTrain({ x: [1, 2], shape: [2, 1], beta: [], eps: 0 }),
      /^beta: expected at least 1 value/,
    ],
    [
      'gamma that does not fit the shape',
      () => core.forwardTrain({ x: [1, 2], shape: [2, 1], gamma: [1, 2], eps: 0 }),
      /^gamma: expected 1 values \(one a channel\), got 2/,
    ],
    [
      'dy in double where x is in single precision',
      () => core.backwardTrain({ ...input, x: Float32Array.from(input.x), dy: Float64Array.from(input.x) }),
      /^dy: expected a Float32Array, as x is, got Float64Array/,
    ],
    [
      'dy in single where x is in double precision',
      () => core.backwardFrozen({ ...input, ...running, x: input.x, dy: Float32Array.from(input.x) }),
      /^dy: expected a Float64Array, as x is, got Float32Array/,
    ],
    [
      'missing dy',
      () => core.backwardTrain(input as never),
      /^dy: expected a Float64Array, as x is, got undefined/,
    ],
    ...shapes.map(
      ([name, shape, message]) =>
        [`shape: ${name}`, () => core.forwardTrain({ x: [1, 2, 3, 4], shape, eps: 0 }), message] as const,
    ),
    [
      'shape: a number',
      () => core.forwardTrain({ x: [1], shape: 1 as never, eps: 0 }),
      /^shape: expected a Float64Array or a Float32Array, got number/,
    ],
    [
      'channel_axis misspelt',
      () => core.forwardTrain({ x: [1, 2], shape: [2, 1], channel_axis: 'lats' as never, eps: 0 }),
      /^channel_axis: expected "first" or "last", got lats/,
    ],
    [
      'channel_axis misspelt, no shape',
      () => core.forwardTrain({ ...input, channel_axis: '' as never }),
      /^channel_axis: expected "first" or "last", got /,
    ],
    [
      'channel_axis as a number',
      () => core.forwardTrain({ x: [1, 2], shape: [2, 1], channel_axis: 1 as never, eps: 0 }),
      /^channel_axis: expected a text, got number/,
    ],
    [
      'missing running_var',
      () => core.forwardInference({ ...input, running_mean: [0] } as never),
      /^running_var: expected .*, got undefined/,
    ],
    [
      'running_mean that does not fit',
      () => core.forwardInference({ ...input, ...running, running_mean: [0, 0] }),
      /^running_mean: expected 1 values \(one a channel\), got 2/,
    ],
    [
      'running_var that does not fit',
      () => core.backwardFrozen({ ...input, ...running, running_var: [], dy: input.x }),
      /^running_var: expected 1 values \(one a channel\), got 0/,
    ],
    [
      'running_var and eps of 0',
      () => core.forwardInference({ ...input, ...running, running_var: [0] }),
      /^running_var \+ eps \(channel 0\): expected a value > 0, got 0/,
    ],
    [
      'trace without beta',
      () => core.forwardTrace({ x: [1], gamma: [1], eps: 1 } as never),
      /^beta: expected/,
    ],
    [
      'trace with an empty beta',
      () => core.forwardTrace({ ...input, beta: [] }),
      /^beta: expected at least 1 value/,
    ],
    [
      'trace with a shape',
      () => core.forwardTrace({ ...input, shape: [4, 1] } as never),
      /^shape: expected one of the arguments .*, got an unknown name/,
    ],
    [
      'trace with a short dy',
      () => core.backwardTrace({ ...input, dy: [1, 2] }),
      /^dy: expected the shape of x, \(4, 1\), got \(2, 1\)/,
    ],
    ['jacobian of nothing', () => core.jacobian({ x: [], eps: 1 }), /^x: expected at least 1 example/],
    [
      'jacobian of one value, eps 0',
      () => core.jacobian({ x: [3], eps: 0 }),
      /^batch_var \+ eps \(channel 0\): expected a value > 0/,
    ],
    [
      'jacobian of a list of gammas',
      () => core.jacobian({ x: [1, 2], gamma: [1] as never, eps: 1 }),
      /^gamma: expected a number, got object/,
    ],
    [
      'jacobian larger than memory',
      () => core.jacobian({ x: new Float64Array(70_000), eps: 1 }),
      /^memory: expected room for/,
    ],
    ...[0, -1e-5].map(
      (step) =>
        [
          `step ${step}`,
          () => core.centralDifferenceGradient({ ...input, dy: input.x, step }),
          /^step: expected a number > 0, got /,
        ] as const,
    ),
    [
      'a step too small to move x',
      () => core.centralDifferenceGradient({ ...input, dy: input.x, step: 1e-20 }),
      /^step: expected a step that moves every number/,
    ],
    [
      'missing step',
      () => core.centralDifferenceGradient({ ...input, dy: input.x } as never),
      /^step: expected a number, got undefined/,
    ],
    ...momentsRefused.map(
      ([name, changed, message]) =>
        [
          `statistics from moments: ${name}`,
          () => core.statisticsFromMoments({ moments: { ...moments, ...changed }, eps: 1 }),
          message,
        ] as const,
    ),
    ...momentsRefused.flatMap(([name, changed, message]) =>
      (['a', 'b'] as const).map(
        (part) =>
          [
            `merged moments, ${part}: ${name}`,
            () => core.mergeMoments({ a: moments, b: moments, [part]: { ...moments, ...changed } }),
            message,
          ] as const,
      ),
    ),
    ...sumsRefused.flatMap(([name, changed, message]) => [
      [
        `merged sums: ${name}`,
        () => core.mergeGradientSums({ a: sums, b: { ...sums, ...changed } }),
        message,
      ] as const,
      [
        `sums of a shard: ${name}`,
        () => core.backwardShard({ ...shard, dy: [1, 0, 0], sums: { ...sums, ...changed } }),
        message,
      ] as const,
    ]),
    [
      'sums of one shard alone',
      () => core.backwardShard({ ...shard, dy: [1, 0, 0], sums: { ...sums, count: 3 } }),
      /^sums: expected those of all shards, of 4 values a channel as the statistics are, got those of 3/,
    ],
    [
      'moments of fewer values than the shard has',
      () => core.backwardShard({ ...shard, x: [1, 2, 3, 4, 5], dy: [1, 0, 0, 0, 0], sums }),
      /^statistics: expected those of the whole batch, of 5 values a channel or more, got those of 4/,
    ],
    [
      'merged sums beyond 2^53 values',
      () => core.mergeGradientSums({ a: sums, b: { ...sums, count: 2 ** 53 } }),
      /^count: expected at most 9007199254740992 values a channel in both/,
    ],
    [
      'statistics of no values',
      () => core.statisticsFromMoments({ moments: core.moments({ x: [], shape: [0, 2] }), eps: 1 }),
      /^count: expected at least 1 value a channel, got 0/,
    ],
    ...(['forwardTrain', 'backwardTrain'] as const).map(
      (name) =>
        [
          `${name} of an empty batch`,
          () =>
            core[name]({
              x: [],
              dy: [],
              shape: [0, 2],
              eps: 1,
              ...(name === 'forwardTrain' && { dy: undefined }),
            } as never),
          /^x: expected at least 1 example, got an empty batch/,
        ] as const,
    ),
    [
      'a shard with a gamma that does not fit',
      () => core.gradientSums({ ...shard, shape: [3, 1], gamma: [1, 2], dy: [1, 0, 0] }),
      /^gamma: expected 1 values \(one a channel\), got 2/,
    ],
    [
      'merged moments of unequal channels',
      () => core.mergeMoments({ a: moments, b: core.moments({ x: [1, 2, 3, 4], shape: [2, 2] }) }),
      /^mean: expected 1 values \(one a channel\), got 2/,
    ],
    ['one part', () => core.mergeMoments({ a: moments } as never), /^b: expected an object.*got undefined/],
    [
      'no moments',
      () => core.statisticsFromMoments({ moments: null as never, eps: 1 }),
      /^moments: expected an object with named values, got null/,
    ],
    [
      'a sum of squares below 0',
      () => core.statisticsFromMoments({ moments: { ...moments, m2: Float64Array.of(-4) }, eps: 1 }),
      /^batch_var \(channel 0\): expected a variance >= 0, got -1/,
    ],
    [
      'moments that say nothing of the channels',
      () => core.moments({ x: [1, 2] }),
      /^shape: expected the dimensions of x/,
    ],
    [
      'moments with gammas that do not fit the shape',
      () => core.moments({ x: [1, 2], shape: [2, 1], gamma: [1, 1] }),
      /^gamma: expected 1 values/,
    ],
    ...foldRefused.map(
      ([name, changed, message]) =>
        [`fold: ${name}`, () => core.foldIntoWeight({ ...weight, ...changed }), message] as const,
    ),
    [
      'momentum beside cumulative',
      () => core.updateRunningStatistics({ ...cumulative, momentum: 0.9 } as never),
      /^momentum: expected one of the arguments .*step, got an unknown name/,
    ],
    [
      'step beside decay',
      () => core.updateRunningStatistics({ ...update, step: 1 } as never),
      /^step: expected one of the arguments .*momentum, got an unknown name/,
    ],
    [
      'cumulative without a step',
      () => core.updateRunningStatistics({ ...cumulative, step: undefined } as never),
      /^step: expected a number, got undefined/,
    ],
    [
      'cumulative step 0',
      () => core.updateRunningStatistics({ ...cumulative, step: 0 }),
      /^step: expected at least 1, got 0/,
    ],
    [
      'fractional step',
      () => core.updateRunningStatistics({ ...cumulative, step: 1.5 }),
      /^step: expected an integer from .*, got 1.5/,
    ],
    [
      'no values in the batch',
      () => core.updateRunningStatistics({ ...update, m: 0 }),
      /^m: expected at least 1 example, got 0/,
    ],
    [
      'a negative batch_var',
      () => core.updateRunningStatistics({ ...update, batch_var: [-1] }),
      /^batch_var \(channel 0\): expected a variance >= 0, got -1/,
    ],
    [
      'batch_var that does not fit',
      () => core.updateRunningStatistics({ ...update, batch_var: [1, 2] }),
      /^batch_var: expected 1 values \(one a channel\), got 2/,
    ],
    [
      'infinite momentum',
      () => core.updateRunningStatistics({ ...update, momentum: Number.POSITIVE_INFINITY }),
      /^momentum: expected a finite number, got inf/,
    ],
    [
      'unknown estimator',
      () => core.updateRunningStatistics({ ...update, estimator: 'n-1' as never }),
      /^estimator: expected "biased" or "unbiased", got n-1/,
    ],
    [
      'torchFromDecay of a text',
      () => core.torchFromDecay('0.9' as never),
      /^momentum: expected a number, got/,
    ],
    ['decayFromTorch of NaN', () => core.decayFromTorch(Number.NaN), /^momentum: expected a finite number/],
    [
      'negative running_var',
      () => core.forwardInference({ ...input, running_mean: [0], running_var: [-1] }),
      /^running_var \(channel 0\): expected a variance >= 0/,
    ],
    [
      'one value, unbiased',
      () => core.updateRunningStatistics({ ...update, m: 1, estimator: 'unbiased' }),
      /^m: expected at least 2 examples/,
    ],
    [
      'unknown convention',
      () => core.updateRunningStatistics({ ...update, convention: 'keras' as never }),
      /^convention: expected "decay", "torch" or "cumulative", got keras/,
    ],
    [
      'fraction as seed',
      () => core.normalBatches({ seed: 0.5, batches: 1, m: 2, mean: 0, std: 1 }),
      /^seed: expected an integer/,
    ],
    [
      'too many draws',
      () => core.normalBatches({ seed: 1, batches: 1e6, m: 1e6, mean: 0, std: 1 }),
      /^batches: expected at most/,
    ],
    ...(
      [
        ['one value', { values: [1] }, /^values: expected 2 to 1000 values, got 1/],
        ['no number', { values: [1, Number.NaN] }, /^\(values \+ offset\)\[1\]: expected a finite number/],
        [
          'infinite offset',
          { offsets: [Number.POSITIVE_INFINITY] },
          /^offset: expected a finite number, got inf/,
        ],
        ['half precision', { precision: 'half' }, /^precision: expected one of "single", "double", got half/],
        ['no precision', { precision: undefined }, /^precision: expected a text, got undefined/],
        [
          'too large for single',
          { offsets: [1e39], precision: 'single' },
          /^\(values \+ offset\)\[0\]: expected a finite number in single precision, got 1e\+39/,
        ],
        ['x for values', { x: [1] }, /^x: expected one of the arguments values, offsets, precision, got/],
      ] as const
    ).map(
      ([name, changed, message]) =>
        [
          `variance: ${name}`,
          () => core.varianceMethods({ ...variance, ...changed } as never),
          message,
        ] as const,
    ),
    ...(
      [
        ['17 values', { x: new Float64Array(17) }, /^x: expected 2 to 16 values, got 17/],
        ['short dy', { dy: [1] }, /^dy: expected 5 values, as x has, got 1/],
        ['no step', { steps: [] }, /^steps: expected 1 to 200 steps, got 0/],
        ['step 0', { steps: [1, 0] }, /^steps\[1\]: expected a finite number > 0, got 0/],
        ['a step alone', { steps: 1e-3 }, /^steps: expected a Float64Array or a Float32Array, got number/],
        ['a list of gammas', { gamma: [1] }, /^gamma: expected a number, got object/],
        ['no eps', { eps: undefined }, /^eps: expected a number, got undefined/],
        [
          'no variance',
          { x: [3, 3, 3, 3, 3], eps: 0 },
          /^batch_var \+ eps \(channel 0\): expected a value > 0/,
        ],
        ['loss misspelt', { loss: 'mse' }, /^loss: expected one of "weighted", "sum", "relu", got mse/],
        ['scheme misspelt', { scheme: 'both' }, /^scheme: expected one of "forward", "central", got both/],
        ['steps outside of a check', { step: 1 }, /^step: expected one of the arguments x, .*checks, got/],
        [
          'step for steps',
          { checks: [{ ...checked.checks[0], step: 1 }] },
          /^step: expected one of the arguments scheme, precision, steps, got/,
        ],
      ] as const
    ).map(
      ([name, changed, message]) =>
        [`difference check: ${name}`, () => core.differenceChecks(oneCheck(changed)), message] as const,
    ),
    ...(
      [
        ['a shift after the end', { shift_at: 6 }, /^shift_at: expected a batch from 0 to 5, got 6/],
        ['a variance below 0', { var_after: -1 }, /^var_after: expected a number >= 0, got -1/],
        ['no rule', { rules: [] }, /^rules: expected at least 1 rule, got none/],
        ['unbiased batches of one', { m: 1 }, /^m: expected /],
        [
          'an example before the first batch',
          { example: { ...stream.example, from: 0 } },
          /^from, to: expected batches from 1 to 5, got 0, 4/,
        ],
        [
          'an example after the last batch',
          { example: { ...stream.example, to: 6 } },
          /^from, to: expected batches from 1 to 5, got 2, 6/,
        ],
        [
          'batches in reverse order',
          { example: { ...stream.example, from: 5 } },
          /^from, to: expected batches from 1 to 5, got 5, 4/,
        ],
        [
          'an m within a rule',
          { rules: [{ ...stream.rules[0], m: 3 }] },
          /^m: expected one of the arguments momentum, convention, estimator, got/,
        ],
      ] as const
    ).map(
      ([name, changed, message]) =>
        [`stream: ${name}`, () => core.runningStream({ ...stream, ...changed } as never), message] as const,
    ),
    [
      'spectrum of one value',
      () => core.jacobianSpectrum({ x: [3], eps: 1 }),
      /^x: expected 2 to 64 values, got 1/,
    ],
    [
      'spectrum of a value that is no number',
      () => core.jacobianSpectrum({ x: [3, Number.NaN], eps: 1 }),
      /^x\[1\]: expected a finite number/,
    ],
    ['number as text', () => core.evaluate(3 as never, {}), /^text: expected a text, got number/],
    [
      'bad quantities',
      () => core.evaluate('x', { x: 'y' as never }),
      /^x: expected a number, a Float64Array/,
    ],
  ];
  test.each(refused)('%s', (_, call, message) => {
    expect(call).toThrow(RangeError);
    expect(call).toThrow(message);
  });

  test('a formula that cannot be read says where', () => {
    try {
      core.evaluate('1 + − 2..3', {});
      expect.unreachable('a number with two points was read');
    } catch (error) {
      expect(error).toBeInstanceOf(UnreadableError);
      expect((error as UnreadableError).range).toEqual({ begin: 6, end: 9 });
    }
  });
});

/** The arguments as the module takes them, without the copies of core.ts. */
const doubles = (options: object) =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      Array.isArray(value) ? Float64Array.from(value as number[]) : value,
    ]),
  );

test('100,000 bad calls in a row leave the module working', async () => {
  const module = await load();
  const bad: [string, unknown][] = [
    ['forward_train', undefined],
    ['forward_train', { x: 'text' }],
    [
      'forward_train',
      { x: new Float64Array([1, 1]), gamma: new Float64Array([1]), beta: new Float64Array([0]), eps: 0 },
    ],
    ['backward_train', { x: new Float64Array(3) }],
    ['update_running_statistics', []],
    ['update_running_statistics', { ...cumulative, ...doubles(running), step: 0 }],
    ['forward_train', { x: Float32Array.of(1), shape: Float64Array.of(65536, 65536, 65536), eps: 1 }],
    [
      'backward_train',
      { x: Float32Array.of(1), shape: Float64Array.of(1, 1), dy: Float64Array.of(1), eps: 1 },
    ],
    ['backward_frozen', { x: Float64Array.of(1), ...doubles(running), eps: 1 }],
    ['forward_trace', { ...doubles(input), beta: Float64Array.of() }],
    ['backward_trace', { ...doubles(input), dy: Float64Array.of(1) }],
    ['central_difference_gradient', { ...doubles(input), dy: Float64Array.of(1, 2, 3, 4), step: 0 }],
    ['jacobian', { x: new Float64Array(70_000), eps: 1 }],
    ['jacobian', { x: Float64Array.of(), eps: 1 }],
    ['fold_into_weight', { ...doubles(weight), shape: Float64Array.of(2, 0.5, 4) }],
    ['moments', { x: Float64Array.of(1, 2), shape: Float64Array.of(2, 1), channel_axis: 'C' }],
    ['merge_moments', { a: moments, b: { ...moments, exponent: Float64Array.of(1e300) } }],
    ['statistics_from_moments', { moments: { ...moments, m2: Float64Array.of() }, eps: 1 }],
    ['normalize', { ...doubles(shard), moments: { ...moments, count: 0 } }],
    ['gradient_sums', { ...doubles(shard), dy: Float64Array.of(1) }],
    ['merge_gradient_sums', { a: sums, b: { ...sums, dy: Float64Array.of() } }],
    ['backward_shard', { ...doubles(shard), dy: Float64Array.of(1, 0, 0), sums: { ...sums, count: 3 } }],
    ['torch_from_decay', { momentum: '0.9' }],
    ['decay_from_torch', {}],
    ['evaluate', { text: '((((', quantities: {} }],
    ['evaluate', { text: 'nope + 1', quantities: { x: 1 } }],
    ['judge', { text: '1', givens: {}, answer: '1/0', relative: 0, absolute: 0, digits: 0 }],
    ['judge', { text: '1', givens: {}, answer: '1', relative: -1, absolute: 0, digits: 0 }],
    ['read', { text: '1', count: 0 }],
    ['read', { text: 'x', givens: { x: 1 }, names: ['nobody'] }],
    ['judge_formula', { text: 'x', answer: 'x', names: ['nobody'] }],
    ['judge_property', { text: '1', givens: {}, find: ['x'], names: [], conditions: [] }],
    [
      'judge_worksheet',
      { givens: {}, cells: [{ name: 'x', text: '1' }], relative: 0, absolute: 0, digits: 0 },
    ],
    ['judge_proof', { lines: [], order: ['a'], goal: 'a', names: ['x'] }],
    ['judge_line', { text: 'x = x', above: 'x = x', names: ['x'] }],
    ['quantities', { givens: { x: Float64Array.of(1, 1), gamma: 1, beta: 0, eps: 0 } }],
    ['compute', { givens: { x: 1 }, formulas: { y: 'nope' } }],
    ['draw', { id: 'a', givens: {}, drawn: ['y'], parts: [], seed: 1 }],
    ['draw', { id: 'a', givens: {}, drawn: [], parts: [{ answer: '1' }], seed: 1 }],
    ['normal_batches', { seed: 1, batches: -1, m: 2, mean: 0, std: 1 }],
    ['variance_methods', { ...doubles(variance), values: Float64Array.of(1) }],
    [
      'difference_checks',
      { ...doubles(checked), checks: [{ ...checked.checks[0], steps: Float64Array.of(0) }] },
    ],
    ['difference_checks', { ...doubles(checked), loss: 'mse' }],
    ['jacobian_spectrum', { x: new Float64Array(65), eps: 1 }],
    ['running_series', { running_mean: 0 }],
    ['forward_inference', 7],
  ];
  for (let k = 0; k < 100_000; ++k) {
    const [name, options] = bad[k % bad.length] as (typeof bad)[number];
    const outcome = module.ask(name, options);
    if (outcome.ok || outcome.message === '') throw new Error(`${name} accepted call ${k}`);
  }
  const outcome = module.ask('forward_train', {
    x: new Float64Array([2, 4, 6, 8]),
    gamma: new Float64Array([1]),
    beta: new Float64Array([0]),
    eps: 0,
  });
  expect(outcome.ok && (outcome.value as { y: Float64Array }).y[3]).toBeCloseTo(3 / Math.sqrt(5), 15);
});

test('no text of any kind makes a formula throw anything but an UnreadableError', () => {
  const alphabet = fc.constantFrom(...'0123456789.,;()[]+-*/^eE %√²γβx_ \nsqrtmean−·'.split(''));
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: alphabet, maxLength: 40 }));
  fc.assert(
    fc.property(text, (typed) => {
      const quantities = { x: Float64Array.of(1, 2, 3), gamma: 2 };
      try {
        const { values } = core.evaluate(typed, quantities);
        expect([...values].every(Number.isFinite)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(UnreadableError);
        const { begin, end } = (error as UnreadableError).range;
        expect(0 <= begin && begin <= end && end <= typed.length).toBe(true);
      }
      const exactly = { relative: 0, absolute: 0, digits: 0 };
      const verdict = core.judge({ text: typed, givens: quantities, answer: '1', ...exactly });
      expect(['empty', 'unreadable', 'right', 'wrong']).toContain(verdict.verdict);
    }),
    { numRuns: 5000 },
  );
});

test('the backward pass agrees with central differences for random batches', () => {
  const number = fc.double({ min: -5, max: 5, noNaN: true });
  const batch = fc
    .record({ m: fc.integer({ min: 3, max: 9 }), channels: fc.integer({ min: 1, max: 3 }) })
    .chain(({ m, channels }) => {
      const list = (length: number) => fc.array(number, { minLength: length, maxLength: length });
      return fc.record({
        x: list(m * channels),
        dy: list(m * channels),
        gamma: list(channels),
        beta: list(channels),
        eps: fc.constantFrom(0.1, 1, 1e-1),
      });
    });
  fc.assert(
    fc.property(batch, (given) => {
      const analytic = core.backwardTrain(given);
      const numeric = core.centralDifferenceGradient({ ...given, step: 1e-4 });
      for (const field of ['dx', 'dgamma', 'dbeta'] as const) {
        const scale = 1 + Math.max(...given.gamma.map(Math.abs)) * Math.max(...given.dy.map(Math.abs)) * 100;
        analytic[field].forEach((value, k) => {
          expect(Math.abs(value - (numeric[field][k] as number)), `${field}[${k}]`).toBeLessThan(
            1e-6 * scale,
          );
        });
      }
    }),
    { numRuns: 300 },
  );
});

describe('answers', () => {
  const givens = {
    x: Float64Array.of(2, 4, 6, 8),
    dy: Float64Array.of(1, 0, 0, 0),
    gamma: 2,
    beta: 0,
    eps: 0,
  };
  const question = { givens, answer: 'dx', relative: 0.01, absolute: 0.001, digits: 3 };

  test('every quantity that follows from the givens', () => {
    const { m, batch_mean, dx } = core.quantities(givens) as Record<string, { values: unknown }>;
    expect(m).toBe(4);
    expect(batch_mean).toEqual({ values: 5, scale: 8 });
    // Published for pitfall 6, to four decimals.
    Array.from((dx as { values: Float64Array }).values, (value, k) =>
      expect(value).toBeCloseTo([0.2683, -0.3578, -0.0894, 0.1789][k] as number, 4),
    );
  });

  test('a verdict names the mistake', () => {
    const judged = core.judge({ text: '0.8944, 0, 0, 0', ...question });
    expect(judged.verdict).toBe('wrong');
    expect(judged.cells).toEqual(['wrong', 'wrong', 'wrong', 'wrong']);
    expect(judged.mistakes).toEqual([
      expect.objectContaining({
        id: 'statistics-detached',
        title: 'statistics treated as constants',
        pitfall: 'through-statistics',
      }),
    ]);
    expect(judged.tree?.kind).toBe('list');
  });

  test('an author may foresee a mistake', () => {
    const foreseen = [{ id: 'own', title: 'its own', reason: 'why', pitfall: 'axis', answer: '7 + 0 * x' }];
    const judged = core.judge({ text: '7, 7, 7, 7', ...question, foreseen });
    expect(judged.mistakes).toEqual([{ id: 'own', title: 'its own', reason: 'why', pitfall: 'axis' }]);
    expect(core.mistakenAnswers({ ...question, foreseen })[0]).toMatchObject({
      id: 'own',
      value: { values: Float64Array.of(7, 7, 7, 7) },
    });
  });

  test.each([
    ['misspelt', 'axes', /^pitfall: expected one of late-averages, .*, axis, .*, one-pass, got axes$/],
    ['a number', 3, /^pitfall: expected a text, got number/],
    ['left out', undefined, /^pitfall: expected a text, got undefined/],
  ])('a foreseen mistake whose pitfall is %s is refused', (_, pitfall, message) => {
    const foreseen = [
      { id: 'own', title: 'its own', reason: 'why', pitfall: pitfall as string, answer: '7' },
    ];
    expect(() => core.judge({ text: '7', ...question, foreseen })).toThrow(message);
  });

  test('a formula that is wrong comes with a batch', () => {
    const names = ['x', 'dy', 'gamma', 'saved_invstd', 'x_hat'];
    const judge = (text: string) => core.judgeFormula({ text, answer: 'dx', names });
    expect(judge('gamma saved_invstd (dy - mean(dy) - x_hat mean(dy x_hat))').verdict).toBe('right');
    const wrong = judge('gamma saved_invstd (dy - x_hat mean(dy x_hat))');
    expect(wrong).toMatchObject({ verdict: 'wrong', mistakes: [{ id: 'mean-detached' }] });
    expect(wrong.difference).toContain('mean(dy)');
    // The batch is one: both sides, computed again, are what is shown.
    const { givens: batch, typed, right } = wrong.counterexample as NonNullable<typeof wrong.counterexample>;
    const all = core.quantities({ beta: 0, ...batch });
    expect(core.evaluate('dx', all).values).toEqual(right?.values);
    expect(core.evaluate('gamma saved_invstd (dy - x_hat mean(dy x_hat))', all).values).toEqual(
      typed?.values,
    );
    expect(typed?.values).not.toEqual(right?.values);
  });

  test('a property has many right answers', () => {
    const judge = (text: string) =>
      core.judgeProperty({
        text,
        givens,
        find: ['dy'],
        names: ['x'],
        conditions: [
          { value: 'max(abs(dx))', most: 1e-9, says: 'dx is not 0' },
          { value: 'max(abs(dy))', least: 0.001, says: 'dy is 0' },
        ],
      });
    expect(judge('1, 1, 1, 1').verdict).toBe('right');
    expect(judge('2 x - 7').verdict).toBe('right');
    expect(judge('1, 0, 0, 0')).toMatchObject({ verdict: 'wrong', message: 'dx is not 0' });
    expect(judge('0, 0, 0, 0')).toMatchObject({ verdict: 'wrong', message: 'dy is 0' });
    expect(judge('1, 0')).toMatchObject({ verdict: 'unreadable' });
  });

  test('a worksheet carries errors forward', () => {
    const tolerance = { relative: 0.01, absolute: 0.001, digits: 3 };
    const cells = [
      { name: 'batch_mean', text: '5' },
      { name: 'batch_var', text: '6.667' },
      { name: 'x_hat', text: '-1.162, -0.387, 0.387, 1.162' },
    ];
    const judged = core.judgeWorksheet({ givens, cells, ...tolerance });
    expect(judged.cells.map(({ verdict }) => verdict)).toEqual(['right', 'wrong', 'carried']);
    expect(judged.first_wrong).toBe('batch_var');
    expect(judged.cells[2]).toMatchObject({
      used: ['batch_var'],
      message: 'right for your batch_var = 6.667',
    });
  });

  test('lines of a proof', () => {
    const lines = [
      { id: 'a', equation: 'batch_mean = sum(x) / m', needs: [] },
      { id: 'b', equation: 'sum(x - batch_mean) = 0', needs: ['a'] },
      { id: 'z', equation: 'sum(x) = 0', needs: [] },
    ];
    const names = ['x', 'm', 'batch_mean'];
    const judge = (...order: string[]) => core.judgeProof({ lines, order, goal: 'b', names });
    expect(judge('a', 'b')).toMatchObject({ complete: true });
    expect(judge('b', 'a').lines[0]).toMatchObject({ state: 'not-yet', missing: ['a'] });
    const refuted = judge('z').lines[0];
    expect(refuted?.state).toBe('false');
    const batch = refuted?.counterexample?.givens.x as Float64Array;
    expect(Array.from(batch).reduce((sum, value) => sum + value, 0)).not.toBe(0);
    expect(
      core.judgeLine({ text: 'sum(x) = m batch_mean', above: ['batch_mean = sum(x) / m'], names }),
    ).toMatchObject({
      verdict: 'holds',
      trivial: false,
    });
  });

  test('a line of one’s own may say what another says', () => {
    const names = ['x', 'm', 'x_hat', 'batch_mean'];
    const others = ['batch_mean = sum(x) / m', 'sum(x_hat) = 0'];
    const same = (text: string) => core.judgeLine({ text, above: [], names, others }).same;
    expect(same('Σ(x̂) = 0')).toBe(1);
    expect(same('0 = sum(x_hat)')).toBe(1);
    expect(same('μ_B == Σ(x_i)/m')).toBe(0);
    expect(same('sum(x_hat) = 1 - 1')).toBe(-1);
  });

  // By an independent program for FNV-1a and SplitMix64; tests/cpp/variants_test.cpp has the same table.
  test.each([
    [0, [-9, 9, 1, -9]],
    [1, [-6, -9, 8, -3]],
    [2, [2, 0, 2, -7]],
    [3, [3, 5, -1, -9]],
    [1e9, [6, -9, 6, -4]],
  ])('seed %i draws the same numbers as natively', (seed, x) => {
    const drawn = core.draw({
      id: 'plain',
      seed,
      givens: { x: new Float64Array(4), gamma: 2, beta: 1, eps: 1 },
      drawn: ['x'],
      parts: [],
    });
    expect(drawn.x).toEqual(Float64Array.from(x));
  });
});
