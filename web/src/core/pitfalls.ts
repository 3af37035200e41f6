// The names of the pitfalls, in the order in which the lesson lists them; each has the id pitfall-… on the page.

export const pitfallNames = [
  'late-averages',
  'opposite-momentum',
  'biased-unbiased',
  'batch-of-one',
  'freezing',
  'through-statistics',
  'blind-check',
  'placement',
  'dead-bias',
  'undoing',
  'axis',
  'not-parameters',
  'small-batches',
  'epsilon',
  'covariate-shift',
  'cost',
  'scale',
  'gradient-size',
  'sums',
  'regularizer',
  'one-pass',
] as const;

export type PitfallName = (typeof pitfallNames)[number];
