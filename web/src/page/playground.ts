// The networks of a playground in a worker; where the browser starts none, in slices on the page.

import { type Order, type Playing, Session, type Told } from '../core/playground.ts';
import { startWorker } from './workers.ts';

/** How long a slice lasts on the page, in milliseconds. */
const sliceOnThePage = 6;

function onThePage(tell: (told: Told) => void): Playing {
  let hasEnded = false;
  const session = import('./laboratory.ts')
    .then(({ fetchLaboratory }) => fetchLaboratory())
    .then((laboratory) => new Session(laboratory, tell, sliceOnThePage));
  return {
    order: (order) =>
      void session
        .then((each) => hasEnded || each.order(order))
        .catch(
          (error: unknown) =>
            hasEnded || tell({ reason: error instanceof Error ? error.message : String(error) }),
        ),
    end: () => {
      hasEnded = true;
      session.then((each) => each.end()).catch(() => {});
    },
  };
}

/** Opens a playground, and tells what there is to see until it is ended. */
export function playground(tell: (told: Told) => void): Playing {
  const worker = startWorker('playground');
  if (!worker) return onThePage(tell);
  /** what was ordered before the worker said anything; undefined from then on */
  let unanswered: Order[] | undefined = [];
  let here: Playing | undefined;
  const stop = new AbortController();
  const { signal } = stop;
  const hear = ({ data }: MessageEvent<Told>) => {
    unanswered = undefined;
    tell(data);
  };
  const goOn = () => {
    worker.terminate();
    if (!unanswered) return tell({ reason: 'the worker has stopped' });
    here = onThePage(tell);
    for (const order of unanswered) here.order(order);
  };
  worker.addEventListener('message', hear, { signal });
  worker.addEventListener('error', goOn, { signal });
  return {
    order: (order) => {
      if (here) here.order(order);
      else {
        unanswered?.push(order);
        worker.postMessage(order, []);
      }
    },
    end: () => {
      stop.abort();
      here?.end();
      worker.terminate();
    },
  };
}
