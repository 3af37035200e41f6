// The memory of this copy of the lesson, in this browser. While the page shows the whole state of somebody's link, what is
// done goes into a memory of its own, so that the reader's is not touched.

import { readKept } from '../memory/kept.ts';
import { readLink } from '../memory/link.ts';
import { type Drawer, Memory } from '../memory/memory.ts';
import { earlierTexts } from '../memory/earlier.ts';

/** The browser's storage; undefined where it is blocked. */
function drawerOfBrowser(): Drawer | undefined {
  try {
    const { localStorage: drawer } = window;
    drawer.getItem('');
    return drawer;
  } catch {
    return undefined;
  }
}

const drawer = drawerOfBrowser();
/** The folder of the site: two copies on one host keep apart. */
const site = new URL('.', location.href).pathname;
const page = location.pathname.slice(site.length) || 'index.html';
const ours = `batch-normalization/2 ${site} `;

/** The fragment of the link whose whole state the page shows, if it does. */
function visited(): string | undefined {
  try {
    return readLink(location.hash)?.whole ? location.hash : undefined;
  } catch {
    return undefined;
  }
}

export const visit = visited();

export const mine = new Memory(drawer, ours);
/** One for each page and link, so that coming back to the link finds what was done there. */
export const memory = visit === undefined ? mine : new Memory(drawer, `visit ${ours}${page} ${visit} `);

/** What an earlier version of the lesson kept is taken over once; it stays where it was. */
export function takeOverEarlier(): void {
  const done = `${ours}earlier`;
  try {
    if (!drawer || drawer.getItem(done) !== null) return;
    const text = drawer.getItem('batch-normalization-bn1');
    drawer.setItem(done, writtenAt());
    if (text === null) return;
    for (const { subject, texts } of earlierTexts(text)) {
      if (readKept(drawer.getItem(ours + subject) ?? '') === undefined) mine.setTexts(subject, texts);
    }
  } catch {
    // A browser that stores nothing: the page works, it only forgets.
  }
}

const writtenAt = () => JSON.stringify({ cleared: 0, texts: {}, answers: {} });

/** Where another tab stored something, this page hears of it; before it goes, it stores what waits. */
export function rememberOnLeaving(): void {
  memory.onRefusal = (reason) => {
    const notice = document.getElementById('notice');
    notice?.replaceChildren(
      `The browser does not store what you do here (${reason}). It stays until you leave the page; “Save as a file” below keeps it.`,
    );
  };
  addEventListener('storage', ({ key, newValue }) => memory.hear(key, newValue));
  addEventListener('pagehide', () => memory.store());
  addEventListener('pageshow', ({ persisted }) => persisted && memory.refresh());
  document.addEventListener('visibilitychange', () => document.hidden && memory.store());
}
