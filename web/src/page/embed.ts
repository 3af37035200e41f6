// One block alone, for a page of somebody else that shows it in a frame: …/practice.html?only=problem-2. With
// &origin=https://their.host the frame tells the page there how tall it is.

import { arrival } from './arrival.ts';
import { showPageOf } from './one-file.ts';
import { say } from './notice.ts';

/** What the page around the frame is sent: the block and the height of the frame in pixels. */
export interface Height {
  type: 'batch-normalization height';
  only: string;
  height: number;
}

function tellHeight(only: string, origin: string): void {
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    const message: Height = { type: 'batch-normalization height', only, height };
    try {
      parent.postMessage(message, origin);
    } catch {
      say([`This frame cannot report its height: “${origin}” is not a valid origin.`]);
      observer.disconnect();
    }
  };
  const observer = new ResizeObserver(tell);
  observer.observe(document.body);
}

/** Shows one block and nothing else, where the address asks for one. */
export function showOnlyBlock(): void {
  const asked = new URLSearchParams(location.search);
  const only = asked.get('only');
  if (only === null) return;
  const block =
    document.querySelector<HTMLElement>(`.figure[id="${CSS.escape(only)}"]`) ??
    document.querySelector<HTMLElement>(`[data-name="${CSS.escape(only)}"]`) ??
    document.getElementById(only);
  if (!block || !block.closest('main')) {
    say([`There is no block “${only}” on this page; the whole page is shown.`]);
    return;
  }
  showPageOf(block);
  const { classList } = document.documentElement;
  classList.add('embedded');
  classList.remove('arriving', 'deck'); // it is there at once, and a question of the quiz is the only one
  block.classList.add('only');
  for (let each = block.parentElement; each && each !== document.body; each = each.parentElement) {
    each.classList.add('around');
    if (each instanceof HTMLDetailsElement) each.open = true;
  }
  const origin = asked.get('origin');
  if (origin !== null && parent !== window) void arrival().then(() => tellHeight(only, origin));
}
