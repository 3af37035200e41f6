// Two networks on the same spiral, from the same weights with the same batches and rate: one without, one with batch
// normalization.

import type { Data, Laboratory } from './laboratory.ts';
import { reach, side, type Tones, tonesOfTwo } from './surface.ts';

/** The settings. The first choice of each is the default. */
export const choices = {
  rate: [1, 1 / 32, 0.1, 0.5, 2, 4],
  gain: [1, 0.5, 2],
  layers: [10, 3, 5],
} as const;

export interface Choice {
  rate: number;
  gain: number;
  layers: number;
  seed: number;
}

export const firstChoice: Choice = { rate: 1, gain: 1, layers: 10, seed: 1 };

export const arms = ['none', 'batch'] as const;
export type Arm = (typeof arms)[number];

export const steps = 300;
/** steps between two frames */
export const every = 4;
export const frames = steps / every;

export interface Frame {
  /** steps so far */
  step: number;
  arms: Record<Arm, { losses: Float64Array; correct: number; tones: Tones }>;
}

/** What a race tells while it runs. */
export type RaceMessage = { seen: Data | Frame } | { end: true } | { reason: string };

/** The buffers that can be transferred instead of copied. */
export const buffersOf = (seen: Data | Frame): ArrayBuffer[] =>
  'step' in seen
    ? arms.flatMap((arm) => {
        const { losses, tones } = seen.arms[arm];
        return [losses.buffer as ArrayBuffer, tones.buffer];
      })
    : [];

/** The data that both see, then a frame after every few steps. */
export function* raced(
  laboratory: Laboratory,
  { rate, gain, layers, seed }: Choice,
): Generator<Data | Frame> {
  const runs = arms.map((normalization) =>
    laboratory.beginRun({
      seed,
      layers,
      width: 24,
      activation: 'relu',
      normalization,
      gain,
      rate,
      batch: 64,
    }),
  );
  try {
    yield laboratory.dataOf(runs[0] as number);
    for (let step = every; step <= steps; step += every) {
      const looks = runs.map((run) => {
        const losses = laboratory.advance(run, every);
        const { correct, surface } = laboratory.look(run, side, reach);
        return { losses, correct, tones: tonesOfTwo(surface) };
      });
      yield { step, arms: Object.fromEntries(arms.map((arm, k) => [arm, looks[k]])) as Frame['arms'] };
    }
  } finally {
    for (const run of runs) laboratory.endRun(run);
  }
}

/**
 * The losses as an exponential moving average (0.8 of the old value, 0.2 of the new one), up to the first that is not
 * finite.
 */
export function smoothed(losses: ArrayLike<number>): number[] {
  const line: number[] = [];
  for (const loss of Array.from(losses)) {
    if (!Number.isFinite(loss)) break;
    const before = line.at(-1) ?? loss;
    line.push(0.8 * before + 0.2 * loss);
  }
  return line;
}

/** "all", "98 %", or what became of it instead. */
export function inWords(correct: number): string {
  if (Number.isNaN(correct)) return 'its numbers are no longer finite';
  return correct === 1 ? 'all points right' : `${Math.floor(100 * correct)} % of the points right`;
}

/** One sentence when the race is over. */
export function sentenceOf({ rate }: Choice, { arms: { none, batch } }: Frame): string {
  return `After ${steps} steps at the rate ${rate < 0.1 ? '1/32' : rate}: without batch normalization ${inWords(none.correct)}; with it ${inWords(batch.correct)}.`;
}
