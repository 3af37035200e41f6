// Trains the two networks of a race away from the page's own thread, and sends what there is to see.

import { fetchLaboratory } from './laboratory.ts';
import { buffersOf, type Choice, raced, type RaceMessage } from '../core/race.ts';

addEventListener('message', ({ data }: MessageEvent<Choice>) => {
  const send = (message: RaceMessage, transfer: ArrayBuffer[] = []) => postMessage(message, { transfer });
  fetchLaboratory()
    .then((laboratory) => {
      for (const seen of raced(laboratory, data)) send({ seen }, buffersOf(seen));
      send({ end: true });
    })
    .catch((error: unknown) => send({ reason: error instanceof Error ? error.message : String(error) }));
});
