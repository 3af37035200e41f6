// Values as they are shown: what is nothing but rounding beside the size of the terms is 0.

import type { Core } from '../core/core.ts';
import { largestOf } from '../core/values.ts';

/** `size`: of the terms that the values are made of; where none is given, the values' own. */
export const withoutRounding = (
  core: Core,
  values: Float64Array,
  size: number = largestOf(values),
): Float64Array => core.evaluate('v', { v: { values, scale: size } }).shown;
