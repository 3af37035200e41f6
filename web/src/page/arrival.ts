// A long page is laid out and drawn where it is seen first, and the rest piece by piece when it has arrived, so that
// nothing keeps it from its reader. public/live.js marks it so while its reader is at the top.

/** How long the page is kept from other things at a time, in milliseconds. */
const slice = 8;

/** A moment in which the browser has nothing else to do, or will not have one soon. */
export const idle: (run: () => void) => void =
  'requestIdleCallback' in window
    ? (run) => requestIdleCallback(run, { timeout: 500 })
    : (run) => setTimeout(run, 50);

/** Settles when everything on the page is laid out. */
export async function arrival(): Promise<void> {
  const root = document.documentElement;
  if (document.readyState !== 'complete')
    await new Promise((loaded) => addEventListener('load', loaded, { once: true }));
  await new Promise<void>(idle);
  const parts = [...document.querySelectorAll<HTMLElement>('main > *')];
  let end = performance.now() + slice;
  for (const part of parts) {
    if (!root.classList.contains('arriving')) break;
    part.dataset.here = '';
    part.getBoundingClientRect();
    if (performance.now() <= end) continue;
    // oxlint-disable-next-line no-await-in-loop -- one slice after another
    await new Promise<void>(idle);
    end = performance.now() + slice;
  }
  root.classList.remove('arriving');
  for (const part of parts) delete part.dataset.here;
}
