// The lesson is kept for use without a network once it has been read with one; and a new version is offered, never forced.

import { arrival } from './arrival.ts';
import { isSaying, say } from './notice.ts';
import { memory } from './our-memory.ts';
import { idle } from './slices.ts';
import { trustedAddress } from './workers.ts';

/** Reloads with the new version: what is typed is stored first. */
function reload(): void {
  memory.store();
  location.reload();
}

/** How long the old version may take to finish what it is answering, in milliseconds. */
const patience = 3000;

/**
 * A worker that still answers a request goes on, in Chromium for minutes, whatever its successor asks. Then it is left
 * behind: the page comes from the network, and keeps the lesson anew. Without a network it has to be waited for.
 */
async function leaveBehind(registration: ServiceWorkerRegistration): Promise<void> {
  if (!navigator.onLine) return;
  await registration.unregister();
  reload();
}

/** What is said of a link stays; the new version is offered on the next page. */
function offerNew(registration: ServiceWorkerRegistration, waiting: ServiceWorker): void {
  if (isSaying()) return;
  const act = () => {
    const waited = setTimeout(() => void leaveBehind(registration), patience);
    const takenOver = () => {
      clearTimeout(waited);
      reload();
    };
    navigator.serviceWorker.addEventListener('controllerchange', takenOver, { once: true });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker is no window and takes none
    waiting.postMessage('take over');
  };
  say(['A new version of the lesson is there.'], [{ label: 'Reload', act }]);
}

async function register(): Promise<void> {
  const { serviceWorker } = navigator;
  let hasVersion = serviceWorker.controller !== null;
  const registration = await serviceWorker.register(trustedAddress('offline'), { updateViaCache: 'none' });
  if (registration.waiting) offerNew(registration, registration.waiting);
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && serviceWorker.controller) offerNew(registration, installing);
    });
  });
  serviceWorker.addEventListener('controllerchange', () => {
    // Parts of the old version that this page has not loaded yet are gone.
    if (hasVersion)
      say(['The lesson was brought up to date in another tab.'], [{ label: 'Reload', act: reload }]);
    hasVersion = true;
  });
}

/**
 * A file from disk keeps nothing; and on the reader's own machine the next thing at that address, such as this lesson
 * after an edit, would have the old one in its way.
 */
const isHosted = () =>
  location.protocol !== 'file:' && !['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);

/** Does nothing where the browser or the address allows no service worker, or the reader asks to save data. */
export function keepForOffline(): void {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  if (!isHosted() || !('serviceWorker' in navigator) || connection?.saveData) return;
  // A host may refuse it, or lack a file: then the lesson needs its network, and nothing else is lost.
  void arrival().then(() => idle(() => void register().catch(() => {})));
}
