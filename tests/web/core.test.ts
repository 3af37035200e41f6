// The boundary between JavaScript and the core: what goes in is checked, what comes out is fresh, nothing leaks.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import createModule from '#core-module';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadBuiltCore, wasmFile } from '../../web/render/core.ts';
import { bindingNames, type Core, UnreadableError } from '../../web/src/core.ts';

let core: Core;
beforeAll(async () => {
  core = await loadBuiltCore();
});

const compiled = new WebAssembly.Module(readFileSync(wasmFile));
const load = () =>
  createModule({
    instantiateWasm(imports, done) {
      done(new WebAssembly.Instance(compiled, imports));
      return {};
    },
  });

const input = { x: [2, 4, 6, 8], gamma: [1], beta: [0], eps: 0 };

describe('the declared module is the built one', () => {
  test('every function of the module that is not the runtime’s is declared, and the reverse', async () => {
    const module = await load();
    const built = Object.entries(module)
      .filter(([name, value]) => typeof value === 'function' && /^[a-z]+(_[a-z]+)*$/.test(name))
      .map(([name]) => name)
      // What Emscripten's runtime puts beside the bindings.
      .filter((name) => !['ready', 'run', 'count_emval_handles', 'get_first_emval'].includes(name));
    expect(built.toSorted()).toEqual(bindingNames.toSorted());
  });
});

describe('values', () => {
  test('lists may be arrays or any typed array', () => {
    const { y } = core.forwardTrain(input);
    const asTyped = { ...input, x: Float64Array.from(input.x), gamma: Float32Array.from(input.gamma) };
    expect(core.forwardTrain(asTyped).y).toEqual(y);
  });

  test('what comes out is a fresh array that later calls leave alone', () => {
    const first = core.forwardTrain(input);
    const kept = [...first.y];
    for (let k = 0; k < 100; ++k) core.forwardTrain({ ...input, x: [k, 1, 2, k + 5] });
    // A large call makes the module's memory grow, which would empty a live view.
    core.forwardTrain({ ...input, x: new Float64Array(4_000_000).map((_, k) => k % 7) });
    expect([...first.y]).toEqual(kept);
    first.y[0] = 99;
    expect(core.forwardTrain(input).y[0]).toBeCloseTo(-3 / Math.sqrt(5), 15);
  });

  test('what goes in is not changed', () => {
    const x = Float64Array.from(input.x);
    core.forwardTrain({ ...input, x });
    expect([...x]).toEqual(input.x);
  });

  test('several channels lie side by side', () => {
    const { y, batch_mean } = core.forwardTrain({ x: [1, 10, 3, 30], gamma: [1, 2], beta: [0, 5], eps: 0 });
    expect([...batch_mean]).toEqual([2, 20]);
    expect([...y]).toEqual([-1, 3, 1, 7]);
  });

  test('numbers that are not finite stay in their channel', () => {
    const { y } = core.forwardTrain({ x: [Number.NaN, 10, 3, 30], gamma: [1, 2], beta: [0, 5], eps: 0 });
    expect([...y]).toEqual([Number.NaN, 3, Number.NaN, 7]);
  });
});

describe('bad calls are refused by the name of the argument', () => {
  const refused: [string, () => unknown, RegExp][] = [
    ['nothing', () => core.forwardTrain(undefined as never), /forward_train: expected an object/],
    ['null', () => core.forwardTrain(null as never), /forward_train: expected an object.*got null/],
    [
      'missing x',
      () => core.forwardTrain({ ...input, x: undefined as never }),
      /^x: expected .*got undefined/,
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
      /^x: expected a Float64Array, got number/,
    ],
    [
      'object as x',
      () => core.forwardTrain({ ...input, x: { a: 1 } as never }),
      /^x: expected a Float64Array, got object/,
    ],
    [
      'function as x',
      () => core.forwardTrain({ ...input, x: (() => 1) as never }),
      /^x: expected a Float64Array/,
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
      'overflow',
      () => core.forwardTrain({ ...input, x: [1e300, -1e300] }),
      /^x \(channel 0\): expected values whose sum and variance are finite/,
    ],
    [
      'short dy',
      () => core.backwardTrain({ ...input, dy: [1, 2, 3] }),
      /^dy: expected the shape of x, \(4, 1\), got \(3, 1\)/,
    ],
    [
      'negative running_var',
      () => core.forwardInference({ ...input, running_mean: [0], running_var: [-1] }),
      /^running_var \(channel 0\): expected a variance >= 0/,
    ],
    [
      'one value, unbiased',
      () =>
        core.updateRunningStatistics({
          running_mean: [0],
          running_var: [1],
          batch_mean: [0],
          batch_var: [0],
          m: 1,
          momentum: 0.9,
          convention: 'decay',
          estimator: 'unbiased',
        }),
      /^m: expected at least 2 examples/,
    ],
    [
      'unknown convention',
      () =>
        core.updateRunningStatistics({
          running_mean: [0],
          running_var: [1],
          batch_mean: [0],
          batch_var: [0],
          m: 2,
          momentum: 0.9,
          convention: 'keras' as never,
          estimator: 'biased',
        }),
      /^convention: expected "decay" or "torch", got keras/,
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

test('100,000 bad calls in a row leave the module working', async () => {
  const module = await load();
  const bad: [keyof typeof module, unknown][] = [
    ['forward_train', undefined],
    ['forward_train', { x: 'text' }],
    [
      'forward_train',
      { x: new Float64Array([1, 1]), gamma: new Float64Array([1]), beta: new Float64Array([0]), eps: 0 },
    ],
    ['backward_train', { x: new Float64Array(3) }],
    ['update_running_statistics', []],
    ['evaluate', { text: '((((', quantities: {} }],
    ['evaluate', { text: 'nope + 1', quantities: { x: 1 } }],
    ['judge', { text: '1', known: {}, answer: '1/0', quantities: {}, relative: 0, absolute: 0 }],
    ['normal_batches', { seed: 1, batches: -1, m: 2, mean: 0, std: 1 }],
    ['forward_inference', 7],
  ];
  for (let k = 0; k < 100_000; ++k) {
    const [name, options] = bad[k % bad.length] as (typeof bad)[number];
    const outcome = module[name](options as object);
    if (outcome.ok || outcome.message === '') throw new Error(`${name} accepted call ${k}`);
  }
  const good = module.forward_train({
    x: new Float64Array([2, 4, 6, 8]),
    gamma: new Float64Array([1]),
    beta: new Float64Array([0]),
    eps: 0,
  });
  expect(good.ok && (good.value as { y: Float64Array }).y[3]).toBeCloseTo(3 / Math.sqrt(5), 15);
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
      const verdict = core.judge({
        text: typed,
        known: quantities,
        answer: '1',
        quantities,
        relative: 0,
        absolute: 0,
      });
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
