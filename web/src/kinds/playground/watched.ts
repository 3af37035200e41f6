// The measurements of a training that are shown, recorded step by step.

import type { Data, Layers } from '../../core/laboratory.ts';
import { type Arm, arms, type Ask, Losses, type Seen, Track } from '../../core/playground.ts';
import type { NumbersTable } from '../../drawing/figure.tsx';
import { armOf, hiddenRate, type State } from './settings.ts';

export type Both<Each> = Record<Arm, Each>;

/** The measurements of a training so far. */
export interface Watched {
  data: Data | undefined;
  seen: Seen | undefined;
  losses: Both<Losses>;
  /** the effective learning rate, rate / |w|²: the geometric mean over the hidden weight matrices */
  effective: Both<Track>;
  /** the probability of the label of the chosen example, since it was chosen */
  example: Both<Track>;
}

export const nothingWatched = (): Watched => ({
  data: undefined,
  seen: undefined,
  losses: { a: new Losses(), b: new Losses() },
  effective: { a: new Track(), b: new Track() },
  example: { a: new Track(), b: new Track() },
});

function effectiveRate(rate: number, { square_norm }: Layers): number {
  const logs = Array.from(square_norm, (each) => Math.log(rate / each));
  return Math.exp(logs.reduce((sum, each) => sum + each, 0) / logs.length);
}

/** Records new measurements. */
export function watch(watched: Watched, seen: Seen, state: State): void {
  watched.seen = seen;
  for (const arm of arms) {
    const { losses, layers, probability } = seen.arms[arm];
    watched.losses[arm].add(losses);
    if (layers) watched.effective[arm].add(seen.step, effectiveRate(hiddenRate(armOf(state, arm)), layers));
    watched.example[arm].add(seen.step, probability);
  }
}

/** The number of the chosen example, from 1. */
export const exampleOf = (state: State) => Math.min(Number(state.example), Number(state.examples));

export const askOf = (state: State): Ask => ({
  mode: state.statistics as Ask['mode'],
  example: exampleOf(state) - 1,
  with_plane: state.data !== 'glyphs',
});

/** Steps a second. */
export const paceOf = ({ speed }: State) => (speed === 'most' ? Number.POSITIVE_INFINITY : Number(speed));

const finite = (value: number | undefined) =>
  value === undefined ? '' : Number.isFinite(value) ? value : 'not finite';

/** The numbers of each layer. */
export function layersTable(state: State, { step, arms: both }: Seen): NumbersTable {
  const rates = { a: hiddenRate(armOf(state, 'a')), b: hiddenRate(armOf(state, 'b')) };
  const most = Math.max(...arms.map((arm) => both[arm].layers?.gradient_norm.length ?? 0));
  return {
    caption: `The layers after ${step} ${step === 1 ? 'step' : 'steps'}, on the first batch`,
    corner: 'layer',
    columns: arms.flatMap((arm) =>
      ['mean', 'spread', 'gradient', 'rate/|w|²'].map((head) => ({ head: `${arm.toUpperCase()}: ${head}` })),
    ),
    rows: Array.from({ length: most }, (_, k) => ({
      label: k === most - 1 ? 'output' : String(k + 1),
      values: arms.flatMap((arm) => {
        const { layers } = both[arm];
        const hidden = layers?.mean.length ?? 0;
        const isOutput = k === most - 1;
        const square = isOutput ? undefined : layers?.square_norm[k];
        return [
          finite(isOutput ? undefined : layers?.mean[k]),
          finite(isOutput ? undefined : layers?.spread[k]),
          finite(
            isOutput ? layers?.gradient_norm[hidden] : k < hidden ? layers?.gradient_norm[k] : undefined,
          ),
          finite(square === undefined ? undefined : rates[arm] / square),
        ];
      }),
    })),
  };
}
