// One momentum as each framework takes it: the running statistics that follow the same batches there and on this page.

import type { Core, RunningPath } from '../../core/core.ts';
import { choice, number, type StateOf, stops } from '../../drawing/fields.ts';
import { conventions, frameworks, updateIn } from './frameworks.ts';

export const steps = 60;

/** One level, far from the start at 0 and 1, without a shift. */
export const level = { mean_before: 5, mean_after: 5, var_before: 4, var_after: 4, shift_at: steps };

export const fields = {
  framework: choice('pytorch', ...frameworks),
  /** what is typed there */
  momentum: stops(0.9, [0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999]),
  m: number(8, 2, 32, 1),
  /** which variance is averaged, where the framework leaves it open */
  estimator: choice('biased', 'biased', 'unbiased'),
  seed: number(1, 0, 1e6, 1),
};

export function modelOf(core: Core, state: StateOf<typeof fields>) {
  const { framework, momentum, m, seed, estimator } = state;
  const convention = conventions[framework];
  const rules = [framework, 'page' as const].map((each) => {
    const rule = updateIn(conventions[each], momentum, m, estimator);
    return { convention: rule.convention, momentum, estimator: rule.estimator };
  });
  const { batch_mean, paths } = core.runningStream({
    ...level,
    seed,
    batches: steps,
    m,
    running_mean: 0,
    running_var: 1,
    rules,
  });
  const [path, here] = paths as [RunningPath, RunningPath];
  return {
    momentum,
    convention,
    estimator: rules[0]?.estimator,
    batch_mean,
    path,
    /** what the same number leads to on this page */
    here,
  };
}
export type Model = ReturnType<typeof modelOf>;
