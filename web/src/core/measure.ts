// What is told while an experiment runs.

import type { Measures } from './condition.ts';

export type MeasureMessage =
  | { done: number }
  /** of each seed, in their order */
  | { measured: Measures[] }
  | { reason: string };
