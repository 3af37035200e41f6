// A long page is laid out and drawn where it is seen first, and the rest piece by piece when it has arrived, so that
// nothing keeps it from its reader. public/live.js marks it so while its reader is at the top.

import { idle } from './slices.ts';

/** How many elements are laid out at once. A frame follows each time and goes through all that is there, so few take long. */
const atOnce = 150;

/** Settles when everything on the page is laid out. */
export async function arrival(): Promise<void> {
  const root = document.documentElement;
  // All text of a family is laid out again when one more of its fonts comes: they come first. Without them it is read in another.
  for (const [style, name] of [
    ['italic', 'em'],
    ['bold', 'strong'],
  ]) {
    const text = [...document.querySelectorAll(`main ${name}`)]
      .map(({ textContent }) => textContent)
      .join('');
    document.fonts.load(`${style} 1em 'Lesson Text'`, text).catch(() => {});
  }
  if (document.readyState !== 'complete')
    await new Promise((loaded) => addEventListener('load', loaded, { once: true }));
  await new Promise<void>(idle);
  const parts = [...document.querySelectorAll<HTMLElement>('main > *')];
  let elements = 0;
  for (const part of parts) {
    if (!root.classList.contains('arriving')) break;
    part.dataset.here = '';
    elements += part.getElementsByTagName('*').length;
    if (elements < atOnce) continue;
    elements = 0;
    part.getBoundingClientRect();
    // oxlint-disable-next-line no-await-in-loop -- one piece after another
    await new Promise<void>(idle);
  }
  root.classList.remove('arriving');
  for (const part of parts) delete part.dataset.here;
}
