// The laboratory's networks as typed functions: the only importer of their wasm module. What it refuses is thrown as a
// RangeError with its own sentence.

import createModule from '#laboratory-module';
import type { Measures } from './condition.ts';
import { started } from './wasm.mjs';

/** A network, its data and its optimizer. What is left out is as lab::RunSettings in cpp/lab/run.h has it. */
export interface RunSettings {
  data?: 'spirals' | 'moons' | 'circles' | 'blobs' | 'glyphs';
  examples?: number;
  /** the standard deviation added to each input */
  noise?: number;
  /** the share of labels that are drawn at random */
  flipped?: number;
  /** examples in a batch */
  batch?: number;
  /** the weight of the old running statistics */
  keep?: number;
  /** data, batches and initial weights are the same for runs with one seed */
  seed?: number;

  /** hidden layers, and their width */
  layers?: number;
  width?: number;
  activation?: 'relu' | 'tanh' | 'sigmoid' | 'linear';
  normalization?: 'none' | 'batch' | 'layer' | 'group' | 'rms';
  /** of the normalization, beside the activation of its layer */
  place?: 'before' | 'after';
  /** blocks of two layers behind the first; they need an odd number of layers */
  residual?: 'none' | 'post_activation' | 'pre_activation';
  /** of group normalization; they divide the width */
  groups?: number;
  /** batch statistics over so many examples at a time; 0: over the whole batch */
  ghost?: number;
  /** of the hidden layers */
  has_bias?: boolean;
  /** times the usual standard deviation of the initial weights */
  gain?: number;
  eps?: number;

  optimizer?: 'sgd' | 'adam';
  /** the learning rate, and that of the hidden weight matrices; below 0: the same */
  rate?: number;
  hidden_rate?: number;
  /** of SGD: the weight of the old velocity */
  momentum?: number;
  weight_decay?: number;

  /** behind each batch normalization, drawn anew at each step: lab::Noise in cpp/lab/network.h */
  noise_scale?: number;
  noise_shift?: number;
  noise_spread?: number;
}

export interface Look {
  /** the probability of class 1, side x side values row by row from the top; NaN once the network is not finite */
  surface: Float64Array;
  /** the share of right examples, with running statistics; NaN once the network is not finite */
  correct: number;
}

/** What to look at, and how. */
export interface Asked {
  /** with the statistics of batches, or with running ones */
  mode: 'train' | 'inference';
  /** of the grid; 0 for none */
  side: number;
  reach: number;
  /** of the training data, from 0 */
  example: number;
  with_layers: boolean;
}

/** See lab::Run in cpp/lab/run.h. All of it is NaN once the network is not finite. */
export interface CloseLook {
  /** the share of right training examples, and of fresh ones */
  correct: number;
  fresh_correct: number;
  /** the largest difference of one logit between two training examples: 0 for the same answer to all */
  range: number;
  /** that the example has its label */
  probability: number;
  /** of the grid: the most probable class of each point, and its probability */
  labels?: Int32Array;
  probabilities?: Float64Array;
  layers?: Layers;
}

/** By layer. */
export interface Layers {
  /** of what enters each activation */
  mean: Float64Array;
  spread: Float64Array;
  /** of the loss by each weight matrix, the output layer's last */
  gradient_norm: Float64Array;
  /** |w|² of each hidden weight matrix */
  square_norm: Float64Array;
}

export interface Data {
  /** (examples, inputs) */
  x: Float64Array;
  labels: Int32Array;
  classes: number;
}

export interface Laboratory {
  /** A run lives until endRun is called for its number. */
  beginRun: (settings: RunSettings) => number;
  /** Takes steps; the loss of each batch before its step. */
  advance: (run: number, steps: number) => Float64Array;
  /** What the network says of a grid of side x side points from -reach to reach. */
  look: (run: number, side: number, reach: number) => Look;
  lookClosely: (run: number, asked: Asked) => CloseLook;
  dataOf: (run: number) => Data;
  endRun: (run: number) => void;
  /** What one seed of an experiment gives. */
  measured: (experiment: string, seed: number) => Measures;
}

export async function loadLaboratory(file: BufferSource | Response): Promise<Laboratory> {
  const boundary = await started(createModule, file, 'the laboratory');
  const call = (name: string, input: object): unknown => {
    const outcome = boundary.ask(name, input);
    if (outcome.ok) return outcome.value;
    throw new RangeError(outcome.message);
  };
  return {
    beginRun: (settings) => call('begin_run', settings) as number,
    advance: (run, steps) => call('advance', { run, steps }) as Float64Array,
    look: (run, side, reach) => call('look', { run, side, reach }) as Look,
    lookClosely: (run, asked) => call('look_closely', { run, ...asked }) as CloseLook,
    dataOf: (run) => call('data_of', { run }) as Data,
    endRun: (run) => call('end_run', { run }),
    measured: (experiment, seed) => call('measured', { experiment, seed }) as Measures,
  };
}
