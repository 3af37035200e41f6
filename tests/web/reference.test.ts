// The core as WebAssembly against numbers that were not made by it: tests/reference/README.md says whose they are.
// A core of channels-last batches gets each case with its positions folded into the batch: (N, C, L) as (N L, C).

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';

type Fields = Record<string, number[] | null>;
interface Case {
  id: string;
  mode: string;
  dtype: string;
  shape: number[];
  eps: number;
  momentum: number | null;
  momentum_convention: 'decay' | 'torch';
  running_var_estimator: 'biased' | 'unbiased';
  inputs: Fields;
  expected?: Fields;
  truth?: Fields;
  bitwise_fields?: string[];
  tolerance: { atol?: Fields; natural_scale?: Fields };
}

const core = await loadBuiltCore();

const casesOf = (file: string): Case[] =>
  (
    JSON.parse(readFileSync(new URL(`../reference/${file}.json`, import.meta.url), 'utf8')) as {
      cases: Case[];
    }
  ).cases;

/** Channel-first data (N, C, …) in rows of channels: (N …, C). */
function channelsLast(values: number[], [n = 1, channels = 1, ...positions]: number[]): number[] {
  const size = positions.reduce((product, each) => product * each, 1);
  const rows: number[] = [];
  for (let example = 0; example < n; ++example)
    for (let position = 0; position < size; ++position)
      for (let channel = 0; channel < channels; ++channel)
        rows.push(values[(example * channels + channel) * size + position] as number);
  return rows;
}

const perExample = new Set(['y', 'dx']);

/** Compares field by field; returns how many fields there were. */
function compare(given: Case, got: Record<string, Float64Array | undefined>): number {
  let compared = 0;
  const channels = given.shape[1] as number;
  for (const source of [given.truth, given.expected]) {
    for (const [field, value] of Object.entries(source ?? {})) {
      const name = { saved_mean: 'batch_mean', saved_var: 'batch_var' }[field] ?? field;
      const actual = got[name];
      if (value === null || actual === undefined) continue;
      const wanted = perExample.has(field) ? channelsLast(value, given.shape) : value;
      expect(actual, `${given.id} ${field}`).toHaveLength(wanted.length);
      wanted.forEach((want, k) => {
        const channel = k % channels;
        // The file's own tolerance; where it only states a rule, that rule: 8 ULP of the natural scale, which for a
        // variance is the value itself.
        const scale = given.tolerance.natural_scale?.[field]?.[channel] ?? (field === 'saved_var' ? want : 0);
        const bitwise = given.bitwise_fields?.includes(field);
        const allowed = bitwise
          ? 0
          : (given.tolerance.atol?.[field]?.[channel] ?? 8 * scale * Number.EPSILON);
        const error = Math.abs((actual[k] as number) - want);
        expect(error, `${given.id} ${field}[${k}]: ${actual[k]} for ${want}`).toBeLessThanOrEqual(allowed);
      });
      ++compared;
    }
  }
  return compared;
}

const double = (each: Case) => each.dtype === 'float64';

describe('training: forward, backward and running statistics', () => {
  const cases = [...casesOf('exact_and_lesson'), ...casesOf('torch_train_f64')].filter(double);
  test('all 36 cases in double precision are here', () => expect(cases).toHaveLength(36));
  test.each(cases.map((each) => [each.id, each] as const))('%s', (_, given) => {
    const channels = given.shape[1] as number;
    const { x, dy, gamma, beta, running_mean, running_var } = given.inputs;
    const input = {
      x: channelsLast(x as number[], given.shape),
      gamma: gamma ?? Array.from({ length: channels }, () => 1),
      beta: beta ?? Array.from({ length: channels }, () => 0),
      eps: given.eps,
    };
    const forward = core.forwardTrain(input);
    const backward = dy ? core.backwardTrain({ ...input, dy: channelsLast(dy, given.shape) }) : undefined;
    const running =
      running_mean && running_var && given.momentum !== null
        ? core.updateRunningStatistics({
            running_mean,
            running_var,
            batch_mean: forward.batch_mean,
            batch_var: forward.batch_var,
            m: input.x.length / channels,
            momentum: given.momentum,
            convention: given.momentum_convention,
            estimator: given.running_var_estimator,
          })
        : undefined;
    expect(compare(given, { ...forward, ...backward, ...running })).toBeGreaterThanOrEqual(3);
  });
});

describe('inference: forward and frozen backward', () => {
  const cases = casesOf('torch_inference_f64').filter(double);
  test('all 6 cases are here', () => expect(cases).toHaveLength(6));
  test.each(cases.map((each) => [each.id, each] as const))('%s', (_, given) => {
    const channels = given.shape[1] as number;
    const { x, dy, gamma, beta, running_mean, running_var } = given.inputs;
    const input = {
      x: channelsLast(x as number[], given.shape),
      gamma: gamma ?? Array.from({ length: channels }, () => 1),
      beta: beta ?? Array.from({ length: channels }, () => 0),
      eps: given.eps,
      running_mean: running_mean as number[],
      running_var: running_var as number[],
    };
    const forward = core.forwardInference(input);
    const backward = dy ? core.backwardFrozen({ ...input, dy: channelsLast(dy, given.shape) }) : undefined;
    expect(compare(given, { ...forward, ...backward })).toBeGreaterThanOrEqual(2);
  });
});

interface Sequence {
  id: string;
  dtype: string;
  momentum: number | null;
  momentum_convention: 'decay' | 'torch';
  running_var_estimator: 'biased' | 'unbiased';
  initial: { running_mean: number[]; running_var: number[] };
  steps: {
    batch: { shape: [number, number]; x: number[] };
    expected: { running_mean: number[]; running_var: number[] };
  }[];
}

describe('running statistics over several batches', () => {
  // A cumulative average (momentum null) is not an exponential one; the core does not offer it.
  const cases = (casesOf('running_stats_sequences') as unknown as Sequence[]).filter(
    (each) => each.dtype === 'float64' && each.momentum !== null,
  );
  test('4 sequences are here', () => expect(cases).toHaveLength(4));
  test.each(cases.map((each) => [each.id, each] as const))('%s', (_, sequence) => {
    let state: { running_mean: ArrayLike<number>; running_var: ArrayLike<number> } = sequence.initial;
    for (const { batch, expected } of sequence.steps) {
      const [m, channels] = batch.shape;
      const forward = core.forwardTrain({
        x: batch.x,
        gamma: Array.from({ length: channels }, () => 1),
        beta: Array.from({ length: channels }, () => 0),
        eps: 1e-5,
      });
      state = core.updateRunningStatistics({
        ...state,
        batch_mean: forward.batch_mean,
        batch_var: forward.batch_var,
        m,
        momentum: sequence.momentum as number,
        convention: sequence.momentum_convention,
        estimator: sequence.running_var_estimator,
      });
      const largest = Math.max(1, ...batch.x.map(Math.abs));
      expected.running_mean.forEach((want, c) => {
        expect(Math.abs((state.running_mean[c] as number) - want)).toBeLessThanOrEqual(1e-13 * largest);
        const variance = expected.running_var[c] as number;
        expect(Math.abs((state.running_var[c] as number) - variance)).toBeLessThanOrEqual(
          1e-13 * largest ** 2,
        );
      });
    }
  });
});
