// Blocks start when they are met: near the window, when the focus comes close, by a link, or when the browser is idle.
// Until then they are their own picture, with all controls in the tab order.

import type { Core } from '../core/core.ts';
import { arrival } from './arrival.ts';
import { isOnHiddenPage } from './one-file.ts';
import { idle } from './slices.ts';

/** A block that has started. */
export interface Started {
  /** whether a text of a link means something here */
  accepts: (name: string, text: string, core: Core) => boolean;
}

type Start = (root: HTMLElement) => Promise<Started>;

const starts = new Map<HTMLElement, Start>();
const started = new Map<HTMLElement, Promise<Started | undefined>>();

/** Starts the block now, if it has not. Where its code is missing the page says so (public/live.js), and it may be met again. */
export function meet(root: HTMLElement): Promise<Started | undefined> | undefined {
  const start = starts.get(root);
  if (!start) return undefined;
  let promise = started.get(root);
  if (!promise) {
    promise = start(root).catch(() => {
      started.delete(root);
      dispatchEvent(new Event('missing-part'));
      return undefined;
    });
    started.set(root, promise);
  }
  return promise;
}

/** The blocks around an element, the outermost first. */
function around(element: Element | null): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let each = element; each; each = each.parentElement)
    if (each instanceof HTMLElement && starts.has(each)) found.unshift(each);
  return found;
}

/** Watches for these blocks; `start` starts one. */
export function startWhenMet(blocks: Iterable<HTMLElement>, start: Start): void {
  const waiting: HTMLElement[] = [];
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        void meet(target as HTMLElement);
      }
    },
    { rootMargin: '50%' },
  );
  for (const block of blocks) {
    starts.set(block, start);
    near.observe(block);
    waiting.push(block);
  }
  document.addEventListener('focusin', ({ target }) => {
    for (const block of around(target as Element)) void meet(block);
  });
  document.addEventListener('pointerdown', ({ target }) => {
    for (const block of around(target as Element)) void meet(block);
  });
  // One at a time, so that the main thread stays responsive.
  const next = () => {
    const block = waiting.shift();
    if (!block) return;
    // On another page of the one file: it starts when that page is shown and it is met.
    if (isOnHiddenPage(block)) return next();
    void (meet(block) ?? Promise.resolve()).then(() => idle(next));
  };
  void arrival().then(() => idle(next));
}
