// Keeps the whole lesson for use without a network. All files of a version are fetched before it is used, and a new
// version waits until the reader asks for it or has closed every page of the old one: so old and new never mix.

import { cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';

/** Types of service workers, which cannot be loaded beside those of pages. */
interface Worker {
  skipWaiting: () => Promise<void>;
  clients: { claim: () => Promise<void> };
  addEventListener: (
    type: 'message' | 'activate',
    listener: (event: { data: unknown; waitUntil: (work: Promise<void>) => void }) => void,
  ) => void;
}

/** The files of the site, put here when it is built. */
declare const siteFiles: { url: string; revision: string | null }[];

const worker = globalThis as unknown as Worker;
precacheAndRoute(siteFiles, { cleanURLs: false, ignoreURLParametersMatching: [/./] });
cleanupOutdatedCaches();
worker.addEventListener('message', ({ data }) => {
  if (data === 'take over') void worker.skipWaiting();
});
// The page that was open at the first visit works without a network too.
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
