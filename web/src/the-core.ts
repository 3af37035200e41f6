// The one running core. Custom elements are defined only after it has started, so they may count on it.

import type { Core } from './core.ts';

let running: Core | undefined;

export function startWith(core: Core): void {
  running = core;
}

export function theCore(): Core {
  if (!running) throw new Error('the core is not running yet');
  return running;
}
