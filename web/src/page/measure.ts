// The seeds of an experiment, on as many workers as there are processors; where the browser starts none, one after the
// other on the page. Each seed is computed for itself, so the results are the same whatever the number of workers.

import type { Measures } from '../core/condition.ts';
import type { MeasureMessage } from '../core/measure.ts';
import { idle } from './slices.ts';
import { startWorker } from './workers.ts';

export interface MeasureRequest {
  experiment: string;
  seed: number;
}
export type MeasureAnswer = { measures: Measures } | { reason: string };

/** Computes one seed. */
type Runner = (request: MeasureRequest) => Promise<Measures>;

function runnerOf(worker: Worker): Runner {
  return (request) =>
    new Promise((resolve, reject) => {
      worker.addEventListener(
        'message',
        ({ data }: MessageEvent<MeasureAnswer>) =>
          'measures' in data ? resolve(data.measures) : reject(new Error(data.reason)),
        { once: true },
      );
      worker.addEventListener('error', () => reject(new Error('the worker did not start')), { once: true });
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
  let next = 0;
  let done = 0;
  const work = async (run: Runner): Promise<void> => {
    while (!stop.signal.aborted && next < seeds.length) {
      const k = next++;
      // oxlint-disable-next-line no-await-in-loop -- a runner does one seed after the other
      results[k] = await run({ experiment, seed: seeds[k] as number });
      done += 1;
      if (!stop.signal.aborted && done < seeds.length) tell({ done });
    }
    if (done === seeds.length) end({ measured: results });
  };
  const count = Math.min(navigator.hardwareConcurrency || 2, seeds.length);
  for (let k = 0; k < count; ++k) {
    const worker = startWorker('measure');
    if (worker) workers.push(worker);
  }
  const runners =
    workers.length > 0 ? workers.map((worker) => Promise.resolve(runnerOf(worker))) : [runnerOnThePage()];
  for (const runner of runners)
    runner.then(work).catch((error: unknown) => {
      end({ reason: error instanceof Error ? error.message : String(error) });
    });
  return () => end();
}
