// What is computed from part of a state: while a hand moves another part, the last result stands.

import type { Core } from './core.ts';

/** Keeps the last result, for inputs that are equal. */
export function remembering<Input, Result>(compute: (core: Core, input: Input) => Result) {
  let last: { core: Core; key: string; result: Result } | undefined;
  return (core: Core, input: Input): Result => {
    const key = JSON.stringify(input);
    if (last?.core !== core || last.key !== key) last = { core, key, result: compute(core, input) };
    return last.result;
  };
}
