// The module of programs, asked for once by whoever shows one.

import wasmUrl from '../../../build/wasm/programs.wasm?url';
import { loadPrograms, type Programs } from '../programs.ts';

let loading: Promise<Programs> | undefined;

async function fetched(): Promise<Programs> {
  const response = await fetch(wasmUrl);
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${response.url}`);
  return loadPrograms(await response.arrayBuffer());
}

export function fetchPrograms(): Promise<Programs> {
  loading ??= fetched();
  return loading;
}
