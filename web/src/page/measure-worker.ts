// Runs single seeds of experiments away from the page's own thread.

import { fetchLaboratory } from './laboratory.ts';
import type { MeasureAnswer, MeasureRequest } from './measure.ts';

let laboratory: ReturnType<typeof fetchLaboratory> | undefined;

addEventListener('message', ({ data: { experiment, seed } }: MessageEvent<MeasureRequest>) => {
  const send = (answer: MeasureAnswer) => postMessage(answer);
  laboratory ??= fetchLaboratory();
  laboratory
    .then(({ measured }) => send({ measures: measured(experiment, seed) }))
    .catch((error: unknown) => send({ reason: error instanceof Error ? error.message : String(error) }));
});
