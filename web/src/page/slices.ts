// Long work in slices, so that the page is kept from nothing else for long.

/** How long a slice lasts, in milliseconds. */
const length = 8;

/** A moment in which the browser has nothing else to do, or will not have one soon. */
export const idle: (run: () => void) => void =
  'requestIdleCallback' in window
    ? (run) => requestIdleCallback(run, { timeout: 500 })
    : (run) => setTimeout(run, 50);

/** To be awaited after each piece of the work: goes on at once within a slice, and with the next one when it is idle. */
export function slices(): () => Promise<void> {
  let end = performance.now() + length;
  return async () => {
    if (performance.now() <= end) return;
    await new Promise<void>(idle);
    end = performance.now() + length;
  };
}
