// Runs experiments of the laboratory in Node, on all processors: for the build, which shows what they gave, and for
// `npm run evidence`. A worker of the pool is this file again.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { started } from './src/core/wasm.mjs';

/** @typedef {{ experiment: string, seed: number }} Task */
/** @typedef {Record<string, number>} Measures */

const built = (/** @type {string} */ name) => new URL(`../build/wasm/${name}`, import.meta.url);

async function startLaboratory() {
  const { default: createModule } = await import(/* @vite-ignore */ built('laboratory.mjs').href);
  const bytes = readFileSync(built('laboratory.wasm'));
  return started(createModule, bytes, 'the laboratory');
}

/** The names of all experiments. @returns {Promise<string[]>} */
export async function experimentNames() {
  const outcome = (await startLaboratory()).ask('experiment_names', {});
  if (!outcome.ok) throw new Error(outcome.message);
  return /** @type {string[]} */ (outcome.value);
}

/**
 * What each seed of each experiment gives; the same however many processors there are.
 * @param {readonly Task[]} tasks
 * @param {(done: number) => void} [tell]
 * @returns {Promise<Measures[]>}
 */
export async function measureAll(tasks, tell = () => {}) {
  /** @type {Measures[]} */
  const results = [];
  let next = 0;
  let done = 0;
  const runOne = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(fileURLToPath(import.meta.url));
      const give = () => {
        const k = next++;
        const task = tasks[k];
        if (!task) {
          void worker.terminate().then(resolve);
          return;
        }
        worker.once('message', (/** @type {{ value?: Measures, message?: string }} */ answer) => {
          if (answer.value === undefined) {
            next = tasks.length;
            void worker.terminate().then(() => reject(new Error(`${task.experiment}: ${answer.message}`)));
            return;
          }
          results[k] = answer.value;
          tell(++done);
          give();
        });
        worker.postMessage(task, []);
      };
      worker.on('error', reject);
      give();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), tasks.length) }, runOne));
  return results;
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const laboratory = startLaboratory();
  port.on('message', (/** @type {Task} */ task) => {
    void laboratory.then((module) => port.postMessage(module.ask('measured', task)));
  });
}
