// Starts a module of the C++ side from its wasm file.

import { Boundary } from './message.mjs';

/** @import { BuiltModule } from './message.mjs' */

/**
 * @typedef {object} Options
 * @property {(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => object} instantiateWasm
 */

/** A function that gives a vector of 128 bits: `i8x16.popcnt(i8x16.splat(0))`. */
const vectors = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  11,
]);

/**
 * What a browser says of a program that it does not compile is in its own terms; this is what a reader can do about it.
 * @param {unknown} error
 */
const inWords = (error) =>
  error instanceof WebAssembly.CompileError && !WebAssembly.validate(vectors)
    ? new Error('this browser’s WebAssembly has no SIMD, which it needs; a newer browser has', {
        cause: error,
      })
    : error;

const mediaType = 'application/wasm';

/**
 * An answer is compiled while it arrives. A browser does so for one media type alone, and not every host sends it.
 * @param {BufferSource | Response} file
 * @param {WebAssembly.Imports} imports
 */
const instantiated = (file, imports) => {
  if (!(file instanceof Response)) return WebAssembly.instantiate(file, imports);
  const isNamed = file.headers.get('Content-Type') === mediaType;
  const named = isNamed ? file : new Response(file.body, { headers: { 'Content-Type': mediaType } });
  return WebAssembly.instantiateStreaming(named, imports);
};

/**
 * The functions of a module.
 * @param {(options: Options) => Promise<BuiltModule>} createModule
 * @param {BufferSource | Response} file its bytes, or a host's answer that brings them, of whatever media type
 * @param {string} what the program in words
 * @returns {Promise<Boundary>}
 */
export async function started(createModule, file, what) {
  if (typeof WebAssembly !== 'object') throw new Error('this browser does not run WebAssembly');
  // Some versions of Emscripten never settle their promise when instantiation fails; so ours is settled here.
  return new Promise((resolve, reject) => {
    /** @type {WebAssembly.Memory | undefined} */
    let memory;
    /** @type {Options['instantiateWasm']} */
    const instantiateWasm = (imports, done) => {
      instantiated(file, imports)
        .then(({ instance }) => {
          try {
            // Its name is another in each version of Emscripten.
            memory = Object.values(instance.exports).find((each) => each instanceof WebAssembly.Memory);
            done(instance);
          } catch (cause) {
            throw new Error(`the wasm file is another program than ${what} of this page`, { cause });
          }
        })
        .catch((error) => reject(inWords(error)));
      return {};
    };
    createModule({ instantiateWasm }).then(
      (module) => resolve(new Boundary(module, /** @type {WebAssembly.Memory} */ (memory))),
      reject,
    );
  });
}
