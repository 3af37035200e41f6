// Values as they are shown: what is nothing but rounding beside the largest of them is 0.

import type { Core } from '../core/core.ts';

export function withoutRounding(
  core: Core,
  values: Float64Array,
  beside: ArrayLike<number> = values,
): Float64Array {
  const scale = Math.max(...Array.from(beside, Math.abs));
  return core.evaluate('v', { v: { values, scale } }).shown;
}
