// A long page is laid out and drawn where it is seen first, and the rest piece by piece when it has arrived, so that
// nothing keeps it from its reader. public/live.js marks it so while its reader is at the top.

import { idle, slices } from './slices.ts';

/** Settles when everything on the page is laid out. */
export async function arrival(): Promise<void> {
  const root = document.documentElement;
  if (document.readyState !== 'complete')
    await new Promise((loaded) => addEventListener('load', loaded, { once: true }));
  await new Promise<void>(idle);
  const parts = [...document.querySelectorAll<HTMLElement>('main > *')];
  const pause = slices();
  for (const part of parts) {
    if (!root.classList.contains('arriving')) break;
    part.dataset.here = '';
    part.getBoundingClientRect();
    // oxlint-disable-next-line no-await-in-loop -- one piece after another
    await pause();
  }
  root.classList.remove('arriving');
  for (const part of parts) delete part.dataset.here;
}
