// "Did you mean …?"

import { closest, distance } from 'fastest-levenshtein';

/** The name that was probably meant, and all that are valid, to stand behind a refusal. */
export function nearest(name: string, valid: readonly string[]): string {
  if (valid.length === 0) return '';
  const best = closest(name, valid);
  const hint = distance(name, best) <= 3 ? `; did you mean “${best}”?` : '';
  return `${hint} Valid here: ${valid.join(', ')}`;
}
