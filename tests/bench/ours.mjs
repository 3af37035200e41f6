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

    /**
     * The functions a user calls: with typed arrays in and fresh ones out, with an array of the caller's for the result,
     * and with tensors that live in the core, where nothing is copied.
     * @param {Tensors} tensors
     * @returns {import('./contender.mjs').Entry}
     */
    enter({ shape, x, dy, gamma, beta, running_mean, running_var, eps }) {
      const input = { shape: [...shape], gamma, beta, eps };
      const running = { running_mean, running_var };
      const place = x.slice();
      const [tensor, upstream, result] = [x, dy, x].map((values) => core.tensor(values));
      /** @param {string} called @param {string} operation @param {() => any} once @param {() => object} [read] @returns {Contender} */
      const contender = (called, operation, once, read = () => ({})) => ({
        name: called,
        operation,
        run: (repeats) => {
          for (let repeat = 0; repeat < repeats; ++repeat) once();
        },
        results: () => ({ ...once(), ...read() }),
      });
      /** @param {string} called @param {{ x: any, dy: any, y?: any }} given @param {(which: 'y' | 'dx') => () => object} read */
      const all = (called, { x: from, dy: back, y }, read) => [
        contender(called, 'forward_train', () => core.forwardTrain({ ...input, x: from, y }), read('y')),
        contender(
          called,
          'inference',
          () => core.forwardInference({ ...input, ...running, x: from, y }),
          read('y'),
        ),
        contender(
          called,
          'backward',
          () => core.backwardTrain({ ...input, x: from, dy: back, dx: y }),
          read('dx'),
        ),
      ];
      return {
        contenders: [
          ...all('our API', { x, dy }, () => () => ({})),
          ...all('our API into an array', { x, dy, y: place }, () => () => ({})),
          ...all('our API on tensors', { x: tensor, dy: upstream, y: result }, (which) => () => ({
            [which]: result.data.slice(),
          })),
        ],
        release: () => [tensor, upstream, result].forEach((each) => each.dispose()),
      };
    },

    /** A call with four numbers, and the least that crosses: four numbers copied into a module's memory and out of it. */
    small() {
      const x = Float64Array.of(2, 4, 6, 8);
      const input = { x, gamma: Float64Array.of(2), beta: Float64Array.of(1), eps: 1e-3 };
      const frozen = { ...input, running_mean: input.beta, running_var: input.gamma };
      const upstream = { ...input, dy: x };
      const tensor = core.tensor(4);
      const view = tensor.data;
      /** @param {string} operation @param {() => unknown} once @returns {Contender} */
      const called = (operation, once) => ({
        name: 'small calls',
        operation,
        run: (repeats) => {
          for (let repeat = 0; repeat < repeats; ++repeat) once();
        },
        results: () => ({}),
      });
      return {
        contenders: [
          called('bare boundary', () => {
            view.set(x);
            return core.torchFromDecay(0.5) + view.slice().length;
          }),
          called('forward_train', () => core.forwardTrain(input)),
          called('inference', () => core.forwardInference(frozen)),
          called('backward', () => core.backwardTrain(upstream)),
        ],
        release: () => tensor.dispose(),
      };
    },
  };
}
