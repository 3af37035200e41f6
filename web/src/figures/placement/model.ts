// The output of each box of two chains of operations, and its mean and standard deviation.

import type { Core } from '../../core/core.ts';
import { largestOf, only } from '../../core/values.ts';
import { choice, number, type StateOf } from '../../drawing/fields.ts';
import { neuron } from '../neuron.ts';

export const fields = {
  /** which pair of diagrams is drawn */
  diagrams: choice('orders', 'orders', 'residual'),
  ...neuron,
  /** not 0, so that a batch that the ReLU has made constant can still be normalized */
  eps: number(1e-5, 1e-12, 1, 1e-5),
  /** of the batch drawn last */
  seed: number(0, 0, 1e6, 1),
};
export type State = StateOf<typeof fields>;

export type Box = 'Input' | 'Linear' | 'Conv' | 'BN' | 'ReLU' | 'Addition';

interface Chain {
  title: string;
  detail: string;
  boxes: readonly Box[];
}
type Chains = readonly [Chain, Chain];

const diagrams: Readonly<Record<State['diagrams'], Chains>> = {
  orders: [
    {
      title: 'The original order',
      detail: 'linear or convolution → batch normalization → activation',
      boxes: ['Input', 'Linear', 'BN', 'ReLU'],
    },
    {
      title: 'Less common',
      detail: 'linear or convolution → activation → batch normalization',
      boxes: ['Input', 'Linear', 'ReLU', 'BN'],
    },
  ],
  residual: [
    {
      title: 'Post-activation',
      detail: 'the original residual block, ResNet v1: a ReLU after the addition',
      boxes: ['Input', 'Conv', 'BN', 'ReLU', 'Conv', 'BN', 'Addition', 'ReLU'],
    },
    {
      title: 'Pre-activation',
      detail: 'ResNet v2: nothing after the addition',
      boxes: ['Input', 'BN', 'ReLU', 'Conv', 'BN', 'ReLU', 'Conv', 'Addition'],
    },
  ],
};

/** The output of a box for the batch v. */
const formulaOf: Readonly<Record<Box, (v: string) => string>> = {
  Input: () => 'u',
  Linear: (v) => `w * ${v} + b`,
  Conv: (v) => `w * ${v}`,
  BN: (v) => `gamma * (${v} - mean(${v})) / sqrt(mean((${v} - mean(${v}))^2) + eps) + beta`,
  ReLU: (v) => `(${v} + abs(${v})) / 2`,
  Addition: (v) => `u + ${v}`,
};

/** The name of a box's output: of the first chain or the second, counted from 0. */
const leaving = (chain: number, box: number) => `v_${chain}_${box}`;

/** The formulas of a chain: of each box's output, and of its statistics. */
const formulasOf = ({ boxes }: Chain, chain: number): [name: string, formula: string][] =>
  boxes.flatMap((box, k): [string, string][] => {
    const v = leaving(chain, k);
    const branch = leaving(chain, k - 1);
    return [
      [v, formulaOf[box](branch)],
      [`mean_${v}`, `mean(${v})`],
      [`var_${v}`, `mean((${v} - mean(${v}))^2)`],
      [`std_${v}`, `sqrt(var_${v})`],
      ...(box === 'Addition'
        ? [
            [`covariance_${chain}`, `2 * mean((u - mean(u)) * (${branch} - mean(${branch})))`] as [
              string,
              string,
            ],
          ]
        : []),
    ];
  });

const formulas = {
  orders: Object.fromEntries(diagrams.orders.flatMap(formulasOf)),
  residual: Object.fromEntries(diagrams.residual.flatMap(formulasOf)),
};

/** The statistics at an addition: of the skip connection, of the branch, and of their sum. */
export interface Addition {
  mean: readonly [number, number, number];
  variance: readonly [number, number, number];
  twiceCovariance: number;
}

export interface Traced extends Chain {
  /** the output of each box, and its statistics */
  leaving: readonly { values: Float64Array; mean: number; std: number }[];
  addition: Addition | undefined;
}

export interface Model {
  state: State;
  chains: readonly [Traced, Traced];
  /** the largest magnitude of all outputs */
  reach: number;
}

export function modelOf(core: Core, state: State): Model {
  const { u, w, b, gamma, beta, eps } = state;
  const all = core.compute({
    givens: { u: Float64Array.from(u), w, b, gamma, beta, eps },
    formulas: formulas[state.diagrams],
  });
  const shown = (name: string) => (all[name] as (typeof all)[string]).shown;
  const of = (name: string) => only(shown(name));
  const additionOf = (chain: number, at: number): Addition => {
    const [skip, branch, sum] = [0, at - 1, at].map((box) => leaving(chain, box)) as [string, string, string];
    return {
      mean: [of(`mean_${skip}`), of(`mean_${branch}`), of(`mean_${sum}`)],
      variance: [of(`var_${skip}`), of(`var_${branch}`), of(`var_${sum}`)],
      twiceCovariance: of(`covariance_${chain}`),
    };
  };
  const traced = (chain: Chain, n: number): Traced => {
    const addition = chain.boxes.indexOf('Addition');
    return {
      ...chain,
      leaving: chain.boxes.map((_, k) => {
        const v = leaving(n, k);
        return { values: shown(v), mean: of(`mean_${v}`), std: of(`std_${v}`) };
      }),
      addition: addition < 0 ? undefined : additionOf(n, addition),
    };
  };
  const [first, second] = diagrams[state.diagrams];
  const chains = [traced(first, 0), traced(second, 1)] as const;
  const reach = Math.max(
    1,
    ...chains.flatMap((chain) => chain.leaving.map(({ values }) => largestOf(values))),
  );
  return { state, chains, reach };
}

/** How many values the ReLU of a chain sets to 0. */
export function cutBy({ boxes, leaving: left }: Traced): number {
  return left[boxes.indexOf('ReLU') - 1]?.values.filter((value) => value < 0).length ?? 0;
}

/** Another batch of as many examples. */
export function nextBatch(core: Core, { u, seed: last }: State): Pick<State, 'u' | 'seed'> {
  const seed = last + 1;
  const draws = core.normalBatches({ seed, batches: 1, m: u.length, mean: 0, std: 2.5 });
  return { seed, u: Array.from(draws, (value) => Math.min(5, Math.max(-5, Number(value.toFixed(1))))) };
}
