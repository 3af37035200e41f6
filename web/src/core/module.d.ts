// A module as Emscripten builds it (older versions write no types): the core, the laboratory and the language of
// programs alike.

import type { BuiltModule } from './message.mjs';

export default function createModule(options: {
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
}): Promise<BuiltModule>;
