// Long work in slices, so that the main thread stays responsive.

/** How long a slice lasts, in milliseconds. */
const length = 8;

/** Resolves when the browser is idle, or after a time limit. */
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
