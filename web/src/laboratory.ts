// The laboratory's networks as typed functions: the only importer of their wasm module. What it refuses is thrown as a
// RangeError with its own sentence.

import createModule, { type LaboratoryModule } from '#laboratory-module';
import type { Measures } from './lab/condition.ts';
import { instantiated } from './wasm.ts';

/** A network on a spiral of 256 points, trained by plain gradient descent. */
export interface RunSettings {
  /** data, batches and initial weights are the same for runs with one seed */
  seed: number;
  /** hidden layers, and their width */
  layers: number;
  width: number;
  activation: 'relu' | 'tanh' | 'sigmoid' | 'linear';
  normalization: 'none' | 'batch' | 'layer' | 'group' | 'rms';
  /** times the usual standard deviation of the initial weights */
  gain: number;
  /** the learning rate */
  rate: number;
  /** examples in a batch */
  batch: number;
}

export interface Look {
  /** the probability of class 1, side x side values row by row from the top; NaN once the network is not finite */
  surface: Float64Array;
  /** the share of right examples, with running statistics; NaN once the network is not finite */
  correct: number;
}

export interface Data {
  /** (examples, 2) */
  x: Float64Array;
  labels: Int32Array;
}

export interface Laboratory {
  /** A run lives until endRun is called for its number. */
  beginRun: (settings: RunSettings) => number;
  /** Takes steps; the loss of each batch before its step. */
  advance: (run: number, steps: number) => Float64Array;
  /** What the network says of a grid of side x side points from -reach to reach. */
  look: (run: number, side: number, reach: number) => Look;
  dataOf: (run: number) => Data;
  endRun: (run: number) => void;
  /** What one seed of an experiment gives. */
  measured: (experiment: string, seed: number) => Measures;
}

export async function loadLaboratory(bytes: BufferSource): Promise<Laboratory> {
  const module = await instantiated(createModule, bytes, 'the laboratory');
  const call = (name: keyof LaboratoryModule, input: object): unknown => {
    const outcome = module[name](input);
    if (outcome.ok) return outcome.value;
    throw new RangeError(outcome.message);
  };
  return {
    beginRun: (settings) => call('begin_run', settings) as number,
    advance: (run, steps) => call('advance', { run, steps }) as Float64Array,
    look: (run, side, reach) => call('look', { run, side, reach }) as Look,
    dataOf: (run) => call('data_of', { run }) as Data,
    endRun: (run) => call('end_run', { run }),
    measured: (experiment, seed) => call('measured', { experiment, seed }) as Measures,
  };
}
