// Our side of the WebAssembly benchmark: the kernel and the passes that bound it, on tensors in wasm memory, and the
// functions a user calls.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { layoutOf, operations, passes, root } from './common.mjs';

/** @typedef {import('./contender.mjs').Contender} Contender */
/** @typedef {import('./contender.mjs').Tensors} Tensors */
/** @typedef {import('./common.mjs').Type} Type */

/**
 * The module of cpp/bench/wasm_bench.cpp.
 * @typedef {object} Module
 * @property {(outer: number, channels: number, inner: number, isDouble: boolean) => boolean} prepare
 * @property {(operation: string, repeats: number) => void} run
 * @property {() => Omit<Tensors, 'shape' | 'layout' | 'type'> & Record<'out' | 'dgamma' | 'dbeta', Float64Array>} tensors
 */

/** @returns {Promise<Module>} */
async function load() {
  const built = path.join(root, 'build', 'wasm');
  const { default: createModule } = await import(pathToFileURL(path.join(built, 'bench.mjs')).href);
  const bytes = readFileSync(path.join(built, 'bench.wasm'));
  return createModule({
    instantiateWasm: (
      /** @type {WebAssembly.Imports} */ imports,
      /** @type {(instance: WebAssembly.Instance) => void} */ done,
    ) => {
      void WebAssembly.instantiate(bytes, imports).then(({ instance }) => done(instance));
      return {};
    },
  });
}

export async function startOurs() {
  const module = await load();
  // As others import it: by the name of the package.
  const entry = createRequire(path.join(root, 'package.json')).resolve('batchnorm-lesson/core');
  const core = await import(pathToFileURL(entry).href);

  const run = (/** @type {string} */ operation) => (/** @type {number} */ repeats) =>
    module.run(operation, repeats);
  const name = 'our kernel';
  /** @type {Contender[]} */
  const kernel = operations.map((operation) => ({
    name,
    operation,
    run: run(operation),
    results: () => {
      module.run(operation, 1);
      const { out, dgamma, dbeta } = module.tensors();
      return operation.includes('backward') ? { dx: out, dgamma, dbeta } : { y: out };
    },
  }));
  /** The same in doubles, for floats. @type {Contender[]} */
  const exactKernel = ['forward_train', 'inference', 'backward'].map((operation) => ({
    name: 'our kernel, exact',
    operation,
    run: run(`${operation}, exact`),
    results: () => ({}),
  }));
  const limits = passes.map((operation) => ({ name, operation, run: run(operation), results: () => ({}) }));

  return {
    /** The kernel and its limits; what they run on is what was prepared last. */
    kernel: [...kernel, ...limits],
    exactKernel,

    /** Fills the tensors of a shape; false where they do not fit into the memory. @param {readonly number[]} shape @param {Type} type */
    prepare(shape, type) {
      const { outer, channels, inner } = layoutOf(shape);
      return module.prepare(outer, channels, inner, type === 'f64');
    },

    /** What is prepared. @param {readonly number[]} shape @param {Type} type @returns {Tensors} */
    tensors: (shape, type) => ({ ...module.tensors(), shape, layout: layoutOf(shape), type }),

    /** Typed arrays in, fresh typed arrays out. @param {Tensors} tensors @returns {Contender[]} */
    api({ shape, x, dy, gamma, beta, running_mean, running_var, eps }) {
      const input = { x, shape: [...shape], gamma, beta, eps };
      /** @param {string} operation @param {() => import('./contender.mjs').Results} once @returns {Contender} */
      const called = (operation, once) => ({
        name: 'our API',
        operation,
        run: (repeats) => {
          for (let repeat = 0; repeat < repeats; ++repeat) once();
        },
        results: once,
      });
      return [
        called('forward_train', () => core.forwardTrain(input)),
        called('inference', () => core.forwardInference({ ...input, running_mean, running_var })),
        called('backward', () => core.backwardTrain({ ...input, dy })),
      ];
    },
  };
}
