// A race of two networks in a worker; where the browser starts none, in slices on the page.

import type { Choice, RaceMessage } from '../core/race.ts';
import { slices } from './slices.ts';
import { startWorker } from './workers.ts';

async function onThePage(choice: Choice, tell: (message: RaceMessage) => void, signal: AbortSignal) {
  // Only this page needs the code of the worker itself.
  const [{ fetchLaboratory }, { raced }] = await Promise.all([
    import('./laboratory.ts'),
    import('../core/race.ts'),
  ]);
  const pause = slices();
  for (const seen of raced(await fetchLaboratory(), choice)) {
    if (signal.aborted) return;
    tell({ seen });
    // oxlint-disable-next-line no-await-in-loop -- one slice after another
    await pause();
  }
  tell({ end: true });
}

/** Starts a race, and tells what there is to see until it ends or fails; calling the result stops it. */
export function race(choice: Choice, tell: (message: RaceMessage) => void): () => void {
  const stop = new AbortController();
  const told = (message: RaceMessage) => {
    if (!stop.signal.aborted) tell(message);
  };
  const here = () =>
    onThePage(choice, told, stop.signal).catch((error: unknown) =>
      told({ reason: error instanceof Error ? error.message : String(error) }),
    );
  const worker = startWorker('race');
  if (!worker) {
    void here();
    return () => stop.abort();
  }
  stop.signal.addEventListener('abort', () => worker.terminate());
  worker.addEventListener('message', ({ data }: MessageEvent<RaceMessage>) => {
    told(data);
    if (!('seen' in data)) worker.terminate();
  });
  worker.addEventListener('error', () => {
    worker.terminate();
    void here();
  });
  worker.postMessage(choice, []);
  return () => stop.abort();
}
