// Fetches the module of programs once, for the first block that needs it.

import wasmUrl from '../../../build/wasm/programs.wasm?url';
import { loadPrograms, type Programs } from '../core/programs.ts';
import { wasmFile } from './wasm-file.ts';
import { idle } from './slices.ts';

let loading: Promise<Programs> | undefined;

/** The tasks whose first verdict has been asked for. */
const prepared = new Set<string>();

/** A failed fetch may be tried again. */
export function fetchPrograms(): Promise<Programs> {
  loading ??= wasmFile(wasmUrl)
    .then(loadPrograms)
    .catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
  return loading;
}

/** The first verdict on a task is slow: it is given while the page is idle, before it is asked for. */
export async function prepareVerdict(task: string, program: string): Promise<void> {
  if (prepared.has(task)) return;
  prepared.add(task);
  const programs = await fetchPrograms();
  idle(() => programs.judge(task, program));
}
