// The one core of the page: fetched and started once, as a promise for everything that needs it.

import wasmUrl from '../../../build/wasm/core.wasm?url';
import { type Core, loadCore } from '../core/core.ts';
import { wasmFile } from './wasm-file.ts';

let running: Core | undefined;
let starting: Promise<Core> | undefined;
let isReady: (core: Core) => void;
const ready = new Promise<Core>((resolve) => (isReady = resolve));

const fetchCore = async () => loadCore(await wasmFile(wasmUrl));

/** Starts the core where it does not run yet; a failed start may be tried again. */
export function startCore(): Promise<Core> {
  starting ??= fetchCore().then(
    (core) => {
      isReady(core);
      return (running = core);
    },
    (error: unknown) => {
      starting = undefined;
      throw error;
    },
  );
  return starting;
}

/** The core when it runs, after however many tries. The caller that starts it reports a failure. */
export const coreWhenRunning = (): Promise<Core> => ready;

/** The core, if it runs. */
export const coreIfRunning = (): Core | undefined => running;
