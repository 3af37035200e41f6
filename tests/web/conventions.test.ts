// The frameworks' conventions, with numbers that the frameworks and their test suites made, and with 60-digit truths
// (tests/reference/README.md).

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import {
  conventions,
  type Framework,
  frameworks,
  momentumIn,
  updateIn,
} from '../../web/src/figures/conventions/frameworks.ts';

const core = await loadBuiltCore();

interface Statistics {
  running_mean: number[];
  running_var: number[];
  running_var_biased: number[];
}
interface Case {
  id: string;
  shape: number[];
  dtype: 'float64' | 'float32';
  eps: number;
  momentum: number;
  inputs: { x: number[]; running_mean: number[]; running_var: number[] };
  truth?: Statistics;
  expected?: Statistics;
  initial: Statistics;
  steps: { batch: { shape: number[]; x: number[] }; truth: Statistics; expected: Statistics }[];
}
const casesOf = (file: string) =>
  (JSON.parse(readFileSync(`tests/reference/${file}.json`, 'utf8')) as { cases: Case[] }).cases;
const caseOf = (file: string, id: string) => {
  const found = casesOf(file).find((each) => each.id === id);
  if (!found) throw new Error(`no case ${id} in ${file}`);
  return found;
};

/** One training step of a framework, as its users write it. */
function stepOf(
  name: Framework,
  momentum: number,
  { running_mean, running_var }: { running_mean: ArrayLike<number>; running_var: ArrayLike<number> },
  { shape, x }: { shape: number[]; x: ArrayLike<number> },
) {
  const { batch_mean, batch_var } = core.forwardTrain({ x, shape, eps: 1 });
  const m = x.length / (shape[1] ?? 1);
  return core.updateRunningStatistics({
    running_mean,
    running_var,
    batch_mean,
    batch_var,
    ...updateIn(conventions[name], momentum, m, 'biased'),
  });
}

const expectNear = (got: ArrayLike<number>, wanted: number[] | undefined, digits = 14) => {
  expect(got.length).toBe(wanted?.length);
  for (const [k, value] of (wanted ?? []).entries()) {
    expect(Math.abs((got[k] ?? Number.NaN) - value) / Math.max(1, Math.abs(value))).toBeLessThan(
      10 ** -digits,
    );
  }
};

describe('one step with a framework’s defaults', () => {
  test.each([
    ['pytorch', 'convention/PyTorch_defaults'],
    ['keras', 'convention/Keras_3_defaults_biased'],
    ['tensorflow', 'convention/TensorFlow_fused_kernel_unbiased'],
    ['flax', 'convention/Flax_linen_defaults_biased'],
    ['onnx', 'convention/ONNX_opset_14_and_later_biased'],
    ['pytorch', 'lesson/example1_torch_defaults'],
    ['keras', 'lesson/example1_keras_defaults'],
  ] as const)('%s: %s', (name, id) => {
    const { momentum, eps, inputs, shape, truth } = caseOf('exact_and_lesson', id);
    expect(conventions[name].defaults).toEqual({ momentum, eps });
    const after = stepOf(name, momentum, inputs, { shape, x: inputs.x });
    expectNear(after.running_mean, truth?.running_mean);
    expectNear(after.running_var, truth?.running_var);
  });

  test('this page', () => {
    const { momentum, inputs, shape, truth } = caseOf(
      'exact_and_lesson',
      'lesson/example1_lesson_momentum0.9_biased',
    );
    const after = stepOf('page', momentum, inputs, { shape, x: inputs.x });
    expectNear(after.running_mean, truth?.running_mean);
    expectNear(after.running_var, truth?.running_var);
  });

  test('Keras’s own test, and ONNX’s in single precision', () => {
    const keras = caseOf('keras_constants', 'keras/unmasked_part_of_masked_test');
    const kept = stepOf('keras', keras.momentum, keras.inputs, { shape: keras.shape, x: keras.inputs.x });
    expect([...kept.running_mean, ...kept.running_var]).toEqual([1.5, 5, 0.25, 0]);

    const onnx = caseOf('onnx_backend', 'onnx/test_batchnorm_example_training_mode');
    const after = stepOf('onnx', onnx.momentum, onnx.inputs, { shape: onnx.shape, x: onnx.inputs.x });
    expectNear(after.running_mean, onnx.expected?.running_mean, 6);
    expectNear(after.running_var, onnx.expected?.running_var, 6);
  });
});

describe('many steps', () => {
  const sequences = casesOf('running_stats_sequences').filter(
    ({ dtype, momentum }) => dtype === 'float64' && momentum !== null,
  );

  /** The cases are written for PyTorch; the others get the same layer in their own terms. */
  test.each(sequences.flatMap((each) => frameworks.map((name) => [each.id, name, each] as const)))(
    '%s: %s',
    (_, name, { momentum, initial, steps }) => {
      const own = momentumIn(conventions[name], {
        old_weight: core.decayFromTorch(momentum),
        new_weight: momentum,
      });
      const unbiased = name === 'pytorch' || name === 'tensorflow';
      let running: { running_mean: ArrayLike<number>; running_var: ArrayLike<number> } = initial;
      for (const { batch, truth, expected } of steps) {
        running = stepOf(name, own, running, batch);
        expectNear(running.running_mean, truth.running_mean);
        expectNear(running.running_var, unbiased ? truth.running_var : truth.running_var_biased);
        if (name === 'pytorch') expectNear(running.running_var, expected.running_var);
      }
    },
  );

  test('there are four sequences of more than one step', () => {
    expect(sequences.map(({ momentum }) => momentum).toSorted((a, b) => a - b)).toEqual([
      0.01, 0.1, 0.9, 0.99,
    ]);
    for (const { steps } of sequences) expect(steps.length).toBeGreaterThan(3);
  });
});

test('momentum is turned round for PyTorch alone', () => {
  for (const name of frameworks) {
    const own = momentumIn(conventions[name], { old_weight: 0.75, new_weight: 0.25 });
    expect(own).toBe(name === 'pytorch' ? 0.25 : 0.75);
    const { convention } = updateIn(conventions[name], own, 8, 'biased');
    expect(convention).toBe(name === 'pytorch' ? 'torch' : 'decay');
  }
});

test('a batch of one: biased is 0, PyTorch refuses, the fused kernel divides by 1', () => {
  const start = { running_mean: [0], running_var: [1] };
  const batch = { shape: [1, 1], x: [3] };
  for (const name of ['keras', 'tensorflow', 'flax', 'onnx'] as const) {
    expect([...stepOf(name, 0.5, start, batch).running_var]).toEqual([0.5]);
  }
  expect(() => stepOf('pytorch', 0.5, start, batch)).toThrow('at least 2 examples');
});
