// The workers of the page: what the policy for Trusted Types lets run, and nothing else.

// Vite gives the address of a built worker as the default.
// oxlint-disable-next-line import/default
import drawUrl from './draw-worker.ts?worker&url';
// oxlint-disable-next-line import/default
import measureUrl from './measure-worker.ts?worker&url';
// oxlint-disable-next-line import/default
import playgroundUrl from './playground-worker.ts?worker&url';
// oxlint-disable-next-line import/default
import raceUrl from './race-worker.ts?worker&url';

/** Trusted Types, which the types of TypeScript lack. */
interface TrustedTypes {
  createPolicy: (
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ) => {
    createScriptURL: (url: string) => string;
  };
}

const addressOf = (url: string): string => new URL(url, import.meta.url).href;
const addresses = {
  draw: addressOf(drawUrl),
  measure: addressOf(measureUrl),
  playground: addressOf(playgroundUrl),
  race: addressOf(raceUrl),
  /** the service worker, which stands beside the pages */
  offline: new URL('service-worker.js', document.baseURI).href,
};

const trusted = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('lesson-worker', {
  createScriptURL: (asked) => {
    if (!Object.values(addresses).includes(asked))
      throw new TypeError(`${asked} is no worker of this lesson`);
    return asked;
  },
});

/** The address as a TrustedScriptURL where the browser enforces Trusted Types. */
export function trustedAddress(name: keyof typeof addresses): string {
  return trusted ? trusted.createScriptURL(addresses[name]) : addresses[name];
}

/** A new worker; undefined where the browser starts none, as for a file from disk. */
export function startWorker(name: Exclude<keyof typeof addresses, 'offline'>): Worker | undefined {
  try {
    return new Worker(trustedAddress(name), { type: 'module' });
  } catch {
    return undefined;
  }
}
