// Trains two networks away from the page's own thread, as it is told, and sends what there is to see.

import { buffersOf, type Order, Session, type Told } from '../core/playground.ts';
import { fetchLaboratory } from './laboratory.ts';

const send = (told: Told) => postMessage(told, { transfer: 'seen' in told ? buffersOf(told.seen) : [] });
/** Started with the first order, so that a failure to load the laboratory is reported. */
let session: Promise<Session> | undefined;

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  session ??= fetchLaboratory().then((laboratory) => new Session(laboratory, send, 20));
  session
    .then((each) => each.order(data))
    .catch((error: unknown) => send({ reason: error instanceof Error ? error.message : String(error) }));
});
