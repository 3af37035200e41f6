// The seeds of an experiment, on as many workers as there are processors; where the browser starts none, or all have died,
// one after the other on the page. Each seed is computed for itself, so the results are the same whatever the number of workers.

import type { Measures } from '../core/condition.ts';
import type { MeasureMessage } from '../core/measure.ts';
import { idle } from './slices.ts';
import { startWorker } from './workers.ts';

export interface MeasureRequest {
  experiment: string;
  seed: number;
}
export type MeasureAnswer = { measures: Measures } | { reason: string };

/** Computes one seed; undefined where its worker has died. */
type Runner = (request: MeasureRequest) => Promise<Measures | undefined>;

function runnerOf(worker: Worker): Runner {
  return (request) =>
    new Promise((resolve, reject) => {
      worker.addEventListener(
        'message',
        ({ data }: MessageEvent<MeasureAnswer>) =>
          'measures' in data ? resolve(data.measures) : reject(new Error(data.reason)),
        { once: true },
      );
      worker.addEventListener('error', () => resolve(undefined), { once: true });
      worker.postMessage(request, []);
    });
}

async function runnerOnThePage(): Promise<Runner> {
  const { fetchLaboratory } = await import('./laboratory.ts');
  const { measured } = await fetchLaboratory();
  return async ({ experiment, seed }) => {
    await new Promise<void>(idle);
    return measured(experiment, seed);
  };
}

/** Starts an experiment, and tells how it goes until it ends or fails; calling the result stops it. */
export function measure(
  experiment: string,
  seeds: readonly number[],
  tell: (message: MeasureMessage) => void,
): () => void {
  const workers: Worker[] = [];
  const stop = new AbortController();
  const end = (message?: MeasureMessage) => {
    if (stop.signal.aborted) return;
    stop.abort();
    for (const worker of workers) worker.terminate();
    if (message) tell(message);
  };
  const results: Measures[] = [];
  const waiting = [...seeds.keys()];
  let done = 0;
  const work = async (run: Runner): Promise<void> => {
    while (!stop.signal.aborted) {
      const k = waiting.shift();
      if (k === undefined) return;
      // oxlint-disable-next-line no-await-in-loop -- a runner does one seed after the other
      const measures = await run({ experiment, seed: seeds[k] as number });
      if (!measures) {
        waiting.unshift(k);
        return;
      }
      results[k] = measures;
      done += 1;
      if (!stop.signal.aborted && done < seeds.length) tell({ done });
    }
  };
  const workAll = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => work(runnerOf(worker))));
    // Nobody took what the last workers left when they died.
    if (done < seeds.length && !stop.signal.aborted) await work(await runnerOnThePage());
    end({ measured: results });
  };
  const count = Math.min(navigator.hardwareConcurrency || 2, seeds.length);
  for (let k = 0; k < count; ++k) {
    const worker = startWorker('measure');
    if (worker) workers.push(worker);
  }
  workAll().catch((error: unknown) => {
    end({ reason: error instanceof Error ? error.message : String(error) });
  });
  return () => end();
}
