// Fetches the module of programs once, for the first block that needs it.

import wasmUrl from '../../../build/wasm/programs.wasm?url';
import { loadPrograms, type Programs } from '../core/programs.ts';
import { idle } from './slices.ts';

let loading: Promise<Programs> | undefined;

async function fetched(): Promise<Programs> {
  const response = await fetch(wasmUrl);
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${response.url}`);
  return loadPrograms(await response.arrayBuffer());
}

/** The first verdict on a task is slow, and is given while the page is idle. */
export async function fetchPrograms(task: string, first: string): Promise<Programs> {
  loading ??= fetched();
  const programs = await loading;
  idle(() => programs.judge(task, first));
  return programs;
}
