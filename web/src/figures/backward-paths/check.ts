// The gradient check of a sum of paths: whether it agrees with finite differences of the loss, whether it could have
// failed at all, and both in words.

import type { Core } from '../../core/core.ts';
import { formatNumber } from '../../core/format.ts';
import { largestOf, only } from '../../core/values.ts';

export const paths = ['dx_direct', 'dx_through_var', 'dx_through_mean'] as const;
export type Path = (typeof paths)[number];

/** The paths of every example, and the gradient by finite differences. */
export type Terms = Readonly<Record<Path | 'dx_numeric', Float64Array>>;

export interface Check {
  /** `nothing`: both gradients are 0, so the relative error is not defined */
  kind: 'agrees' | 'fails' | 'nothing';
  /** the sum of the paths that are switched on; rounding errors of a sum of 0 are shown as 0 */
  sum: Float64Array;
  /** the largest difference over the examples */
  difference: number;
  /** the same, divided by the largest gradient; undefined where that is 0 */
  relative?: number;
}

/** Rounding and truncation errors of the finite differences are below this share of the largest direct term. */
export const noise = 1e-7;

/** `scale` is the size of the terms, so that a sum that is only their rounding error is shown as 0. */
export function checkPaths(core: Core, terms: Terms, counted: readonly Path[], scale: number): Check {
  const scaled = Object.fromEntries(paths.map((path) => [path, { values: terms[path], scale }]));
  const computed = core.compute({
    givens: { ...scaled, dx_numeric: terms.dx_numeric },
    formulas: { sum: counted.join(' + ') || '0 * dx_direct', difference: 'max(abs(sum - dx_numeric))' },
  });
  const sum = computed.sum.shown;
  const difference = only(computed.difference.values);
  const size = Math.max(largestOf(sum), largestOf(terms.dx_numeric));
  if (size <= noise * scale) return { kind: 'nothing', sum, difference };
  return {
    kind: difference <= noise * scale ? 'agrees' : 'fails',
    sum,
    difference,
    relative: difference / size,
  };
}

const names: Record<Path, string> = {
  dx_direct: 'the direct path',
  dx_through_var: 'the path through the variance',
  dx_through_mean: 'the path through the mean',
};

/** "a", "a and b", "a, b and c". */
function named(some: readonly Path[]): string {
  const words = some.map((path) => names[path]);
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** The verdict of the check: icon, words, and the numbers behind it. */
export function verdict(
  { kind, difference, relative }: Check,
  off: readonly Path[],
  unseen: readonly Path[],
) {
  const numbers = `largest difference ${formatNumber(difference, 2)}, ${
    relative === undefined ? 'next to a gradient of 0' : `relative error ${formatNumber(relative, 2)}`
  }`;
  if (kind === 'fails') return { look: 'wrong', icon: '✗', words: 'The gradient check fails:', numbers };
  if (kind === 'agrees' && off.length === 0 && unseen.length === 0)
    return { look: 'right', icon: '✓', words: 'The gradient check agrees:', numbers };
  return { look: 'coarse', icon: '?', words: 'The gradient check agrees, but proves little:', numbers };
}

/** The reason for the verdict, and which errors the check cannot detect. */
export function reason({ kind }: Check, off: readonly Path[], unseen: readonly Path[]): string {
  if (kind === 'fails') return `Without ${named(off)} the sum is not the gradient, and the check notices.`;
  if (off.length > 0)
    return `The check does not notice that ${named(off)} ${
      off.length > 1 ? 'are missing: together they carry' : 'is missing: it carries'
    } 0 to every example, so this batch cannot tell.`;
  const carry = unseen.length > 1 ? 'each carry' : 'carries';
  const blind =
    unseen.length > 0
      ? `This batch cannot tell whether ${named(unseen)} is there, which ${carry} 0 to every example.`
      : '';
  if (kind === 'agrees') return blind;
  return `The paths cancel and every dx is 0, so any multiple of it passes the check too. ${blind}`.trim();
}
