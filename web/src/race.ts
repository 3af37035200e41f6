// Two networks on the same spiral, from the same weights with the same batches and rate: one without, one with batch
// normalization.

import type { Data, Laboratory, Look } from './laboratory.ts';

/** What may be chosen. The first choice is the one that is shown first. */
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
/** between two looks */
export const every = 4;
export const frames = steps / every;
/** the grid of a decision surface, and how far it reaches; the spiral has the radius 2 */
export const side = 48;
export const reach = 2.4;

export interface Frame {
  /** steps so far */
  step: number;
  arms: Record<Arm, Look & { losses: Float64Array }>;
}

/** What a race tells while it runs. */
export type RaceMessage = { seen: Data | Frame } | { end: true } | { reason: string };

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
      const looks = runs.map((run) => ({
        losses: laboratory.advance(run, every),
        ...laboratory.look(run, side, reach),
      }));
      yield { step, arms: Object.fromEntries(arms.map((arm, k) => [arm, looks[k]])) as Frame['arms'] };
    }
  } finally {
    for (const run of runs) laboratory.endRun(run);
  }
}

/** The losses as a calm eye sees them: 0.8 of what was, 0.2 of what comes. Not finite ones end the line. */
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

export interface Palette {
  paper: readonly number[];
  classes: readonly [readonly number[], readonly number[]];
}
export const light: Palette = {
  paper: [255, 253, 249],
  classes: [
    [0, 95, 163],
    [160, 68, 0],
  ],
};
export const dark: Palette = {
  paper: [22, 24, 28],
  classes: [
    [108, 184, 255],
    [255, 164, 92],
  ],
};

/** A decision surface with its points, disks of class 0 and diamonds of class 1: size x size pixels, RGBA. */
export function painted(
  surface: ArrayLike<number>,
  { x, labels }: Data,
  size: number,
  { paper, classes }: Palette,
) {
  const pixels = new Uint8ClampedArray(4 * size * size);
  const put = (column: number, row: number, colour: readonly number[], part: number) => {
    if (column < 0 || row < 0 || column >= size || row >= size) return;
    const at = 4 * (row * size + column);
    for (let k = 0; k < 3; ++k) pixels[at + k] = (paper[k] ?? 0) * (1 - part) + (colour[k] ?? 0) * part;
    pixels[at + 3] = 255;
  };
  for (let row = 0; row < size; ++row)
    for (let column = 0; column < size; ++column) {
      const [i, j] = [row, column].map((each) => Math.floor((each * side) / size)) as [number, number];
      const p = surface[i * side + j] ?? Number.NaN;
      if (Number.isNaN(p)) put(column, row, paper, 1);
      // In sixteen shades: no eye tells more apart.
      else put(column, row, classes[p > 0.5 ? 1 : 0], (0.7 * Math.round(16 * Math.abs(2 * p - 1))) / 16);
    }
  labels.forEach((label, k) => {
    const at = (value: number) => Math.round(((value + reach) / (2 * reach)) * size);
    const [column, row] = [at(x[2 * k] ?? 0), at(-(x[2 * k + 1] ?? 0))];
    const radius = 3;
    for (let dy = -radius; dy <= radius; ++dy)
      for (let dx = -radius; dx <= radius; ++dx) {
        const distance = label === 1 ? Math.abs(dx) + Math.abs(dy) : Math.hypot(dx, dy);
        if (distance <= radius - 0.6) put(column + dx, row + dy, classes[label === 1 ? 1 : 0], 1);
        else if (distance <= radius + 0.3) put(column + dx, row + dy, paper, 1);
      }
  });
  return pixels;
}
