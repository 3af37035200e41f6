// The memory of this copy of the lesson, in this browser. While the page shows the whole state of somebody's link, what is
// done goes into a memory of its own, so that the reader's is not touched.

import { markOf } from '../memory/hash.ts';
import { readKept } from '../memory/kept.ts';
import { readLink } from '../memory/link.ts';
import { type Drawer, Memory } from '../memory/memory.ts';
import { earlierTexts } from '../memory/earlier.ts';
import { sayBeside } from './notice.ts';

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
const visits = `visit ${ours}`;
/** The mark of each link that is remembered, that of the last one visited at the end. */
const listOfVisits = `visits ${ours}`;
const mostVisits = 20;

/** Remembers a visit; what was done at links that were not visited for longest is forgotten. */
function noteVisit(mark: string): void {
  try {
    if (!drawer) return;
    const before = (drawer.getItem(listOfVisits) ?? '').split(' ').filter((each) => each !== mark);
    const marks = [...before, mark].slice(-mostVisits);
    drawer.setItem(listOfVisits, marks.join(' '));
    const keys = Array.from({ length: drawer.length }, (_, k) => drawer.key(k) ?? '');
    for (const key of keys)
      if (key.startsWith(visits) && !marks.includes(key.slice(visits.length).split(' ')[0] ?? ''))
        drawer.removeItem(key);
  } catch {
    // A browser that stores nothing has nothing to forget.
  }
}

/** One for each page and link, so that coming back to the link finds what was done there. */
function memoryOf(link: string): Memory {
  const mark = markOf(`${page} ${link}`);
  noteVisit(mark);
  return new Memory(drawer, `${visits}${mark} `);
}

export const memory = visit === undefined ? mine : memoryOf(visit);

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
  let isSaid = false;
  memory.onRefusal = (reason) => {
    // Each pause in typing is another refusal.
    if (isSaid) return;
    isSaid = true;
    sayBeside(
      `The browser does not store what you do here (${reason}). It stays until you leave the page; “Save as a file” below keeps it.`,
    );
  };
  addEventListener('storage', ({ key, newValue }) => memory.hear(key, newValue));
  addEventListener('pagehide', () => memory.store());
  addEventListener('pageshow', ({ persisted }) => persisted && memory.refresh());
  document.addEventListener('visibilitychange', () => document.hidden && memory.store());
}
