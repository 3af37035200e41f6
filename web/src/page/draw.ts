// Other numbers for a problem, drawn in a worker; where the browser starts none, on the page.

import { drawGivens, type Problem } from '../items.ts';
import type { Typed } from '../scenario.ts';
import { startCore } from './core.ts';
// Vite gives the address of the built worker as the default.
// oxlint-disable-next-line import/default
import workerUrl from './draw-worker.ts?worker&url';

export interface DrawRequest {
  id: number;
  problem: Problem;
  seed: number;
}

export type DrawAnswer = { id: number } & ({ typed: Typed } | { reason: string });

/** What TypeScript does not know of browsers yet. */
interface TrustedTypes {
  createPolicy: (
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ) => {
    createScriptURL: (url: string) => string;
  };
}

let worker: Worker | undefined;
let isRefused = false;
let last = 0;
const waiting = new Map<number, (answer: DrawAnswer) => void>();

/** The one script that the page's policy lets a worker run. */
function trustedUrl(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const url = new URL(workerUrl, import.meta.url).href;
  if (!trustedTypes) return url;
  return trustedTypes
    .createPolicy('lesson-worker', {
      createScriptURL: (asked) => {
        if (asked !== url) throw new TypeError(`${asked} is no worker of this lesson`);
        return asked;
      },
    })
    .createScriptURL(url);
}

/** All that waits is drawn on the page instead. */
function giveUp(): void {
  isRefused = true;
  worker = undefined;
  for (const [id, answer] of waiting) answer({ id, reason: '' });
  waiting.clear();
}

function startWorker(): Worker | undefined {
  if (worker || isRefused) return worker;
  try {
    worker = new Worker(trustedUrl(), { type: 'module' });
  } catch {
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
  const running = startWorker();
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
