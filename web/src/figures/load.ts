// The figures by the kind of their blocks, in reading order. A page loads those that stand on it.

import type { Figure } from '../drawing/figure.tsx';

export const loaders: Readonly<Record<string, () => Promise<Figure>>> = {
  'computation-graph': async () =>
    (await import('./computation-graph/computation-graph.tsx')).computationGraph,
  'forward-explorer': async () => (await import('./forward-explorer/forward-explorer.tsx')).forwardExplorer,
  'training-inference': async () =>
    (await import('./training-inference/training-inference.tsx')).trainingInference,
  'backward-paths': async () => (await import('./backward-paths/backward-paths.tsx')).backwardPaths,
  coupling: async () => (await import('./coupling/coupling.tsx')).coupling,
  'gradient-check': async () => (await import('./gradient-check/gradient-check.tsx')).gradientCheck,
  placement: async () => (await import('./placement/placement.tsx')).placement,
  'bias-before': async () => (await import('./bias-before/bias-before.tsx')).biasBefore,
  folding: async () => (await import('./folding/folding.tsx')).folding,
  conventions: async () => (await import('./conventions/conventions.tsx')).conventionsFigure,
  'floating-point': async () => (await import('./floating-point/floating-point.tsx')).floatingPoint,
};
