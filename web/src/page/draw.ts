// Other numbers for a problem, drawn in a worker; where the browser starts none, on the page.

import { drawGivens, type Problem } from '../core/items.ts';
import type { Typed } from '../core/scenario.ts';
import { startCore } from './core.ts';
import { startWorker } from './workers.ts';

export interface DrawRequest {
  id: number;
  problem: Problem;
  seed: number;
}

export type DrawAnswer = { id: number } & ({ typed: Typed } | { reason: string });

let worker: Worker | undefined;
let isRefused = false;
let last = 0;
const waiting = new Map<number, (answer: DrawAnswer) => void>();

/** All that waits is drawn on the page instead. */
function giveUp(): void {
  isRefused = true;
  worker = undefined;
  for (const [id, answer] of waiting) answer({ id, reason: '' });
  waiting.clear();
}

function workerIfAny(): Worker | undefined {
  if (worker || isRefused) return worker;
  worker = startWorker('draw');
  if (!worker) {
    isRefused = true;
    return undefined;
  }
  worker.addEventListener('error', giveUp);
  worker.addEventListener('message', ({ data }: MessageEvent<DrawAnswer>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  });
  return worker;
}

/** The givens of a variant as typed text. */
export async function drawn(problem: Problem, seed: number): Promise<Typed> {
  const running = workerIfAny();
  if (running) {
    const id = ++last;
    const answer = await new Promise<DrawAnswer>((resolve) => {
      waiting.set(id, resolve);
      const request: DrawRequest = { id, problem, seed };
      running.postMessage(request, []);
    });
    if ('typed' in answer) return answer.typed;
  }
  return drawGivens(await startCore(), problem, seed);
}
