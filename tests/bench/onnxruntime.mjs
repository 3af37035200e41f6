// onnxruntime-web on WebAssembly, one thread, f32 only: its BatchNormalization, in inference and with training_mode=1.
// A run copies x into the runtime's memory and a fresh y out, so it is to be compared with our JavaScript functions.
// It has no gradients.

import { createRequire } from 'node:module';
import { floatAttribute, input, integerAttribute, model, node, output, vector } from './onnx.mjs';

/** @returns {Promise<import('./contender.mjs').Peer>} */
export async function startOnnxruntime() {
  const { env, InferenceSession, Tensor } = createRequire(import.meta.url)('onnxruntime-web');
  env.wasm.numThreads = 1;

  return {
    name: 'onnxruntime-web',
    version: env.versions.web,
    enter: async ({ shape, x, gamma, beta, running_mean, running_var, eps }) => {
      const statistics = ['running_mean', 'running_var'];
      /** @param {string} operation @param {boolean} training */
      const session = async (operation, training) => {
        const updated = training ? ['new_mean', 'new_var'] : [];
        const attributes = [
          floatAttribute('epsilon', eps),
          integerAttribute('training_mode', Number(training)),
        ];
        const bytes = model([
          node('BatchNormalization', ['x', 'gamma', 'beta', ...statistics], ['y', ...updated], attributes),
          vector('gamma', gamma),
          vector('beta', beta),
          vector('running_mean', running_mean),
          vector('running_var', running_var),
          input('x', shape),
          output('y', shape),
          ...updated.map((name) => output(name, [gamma.length])),
        ]);
        const made = await InferenceSession.create(bytes, { executionProviders: ['wasm'] });
        const feeds = { x: new Tensor('float32', x, shape) };
        return {
          contender: {
            name: 'onnxruntime-web',
            operation,
            run: async (/** @type {number} */ repeats) => {
              for (let repeat = 0; repeat < repeats; ++repeat) await made.run(feeds);
            },
            results: async () => ({ y: (await made.run(feeds)).y.data }),
          },
          release: () => made.release(),
        };
      };
      const sessions = [await session('forward_train', true), await session('inference', false)];
      return {
        contenders: sessions.map(({ contender }) => contender),
        release: () => Promise.all(sessions.map(({ release }) => release())),
      };
    },
  };
}
