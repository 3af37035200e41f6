// Every figure of the page, by the kind of its block, in reading order.

import type { Figure } from '../drawing/figure.tsx';
import { backwardPaths } from './backward-paths.tsx';
import { computationGraph } from './computation-graph.tsx';
import { coupling } from './coupling.tsx';
import { floatingPoint } from './floating-point.tsx';
import { forwardExplorer } from './forward-explorer.tsx';
import { gradientCheck } from './gradient-check.tsx';
import { placementAndBias } from './placement-and-bias.tsx';
import { trainingInference } from './training-inference.tsx';

export const figures: readonly Figure[] = [
  computationGraph,
  forwardExplorer,
  trainingInference,
  backwardPaths,
  coupling,
  gradientCheck,
  placementAndBias,
  floatingPoint,
];
