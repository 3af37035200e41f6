// Where the reader is: the bar, the rail of headings, the sheet of contents on a phone, and what is remembered of it.

import { deckName, reading } from '../memory/kept.ts';
import { showPageOf } from './one-file.ts';
import { memory } from './our-memory.ts';

/** Scrolls the contents, where they have a scroll bar of their own, to the link; never the page. */
function bringIntoSight(contents: HTMLElement, link: HTMLElement): void {
  const frame = contents.getBoundingClientRect();
  const place = link.getBoundingClientRect();
  contents.scrollTop += Math.min(0, place.top - frame.top) + Math.max(0, place.bottom - frame.bottom);
}

function markRead(links: ReadonlyMap<string, HTMLAnchorElement>): void {
  const { texts } = memory.get(reading);
  for (const [id, link] of links) {
    if (texts[`read.${id}`] === undefined || link.dataset.read !== undefined) continue;
    link.dataset.read = '';
    const word = document.createElement('span');
    word.className = 'visually-hidden';
    word.textContent = ' (read)';
    link.append(word);
  }
}

/** Follows the reader through the headings of this page. */
export function followReading(): void {
  const contents = document.querySelector('nav.contents') as HTMLElement;
  const where = document.querySelector('.bar .where') as HTMLElement;
  const progress = document.querySelector('.bar progress') as HTMLProgressElement;
  const links = new Map<string, HTMLAnchorElement>();
  for (const link of contents.querySelectorAll('a')) links.set(link.hash.slice(1), link);
  const headings = [...document.querySelectorAll<HTMLElement>('main h2, main h3')].filter(({ id }) =>
    links.has(id),
  );
  markRead(links);
  memory.onChange((name) => name === reading && markRead(links));
  /** The last one above a height of the window. What is far below it is not asked for its place: that would lay it out. */
  const headingAt = (height: number) => {
    let found: HTMLElement | undefined;
    for (const each of headings) {
      const place = each.getBoundingClientRect();
      // What is hidden, such as another question of the quiz, is not where the reader is.
      if (place.height === 0) continue;
      if (place.top >= height) break;
      found = each;
    }
    return found;
  };
  let current: HTMLElement | undefined;
  let started = false;
  const update = () => {
    const below = document.documentElement.scrollHeight - innerHeight;
    progress.hidden = below <= 0;
    progress.value = scrollY / Math.max(below, 1);
    const heading = headingAt(innerHeight / 3);
    if (heading === current) return;
    const passed = current;
    current = heading;
    const link = heading && links.get(heading.id);
    for (const each of links.values()) each.removeAttribute('aria-current');
    link?.setAttribute('aria-current', 'location');
    where.textContent = heading?.textContent ?? '';
    if (link) bringIntoSight(contents, link);
    if (!started || !heading) return;
    // A section counts as read when the reader goes on from it to the next.
    const isNext = passed !== undefined && headings.indexOf(heading) === headings.indexOf(passed) + 1;
    memory.setTexts(reading, {
      at: `${location.pathname.split('/').at(-1) || 'index.html'}#${heading.id}`,
      label: heading.textContent,
      ...(isNext ? { [`read.${passed.id}`]: '1' } : {}),
    });
  };
  let waiting = false;
  const soon = () => {
    started = true;
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      update();
    });
  };
  addEventListener('scroll', soon, { passive: true });
  // Another question of the quiz may stand at the same height.
  memory.onChange((name) => name === deckName && soon());
  update();
}

/** The contents as a sheet, where there is no room for the rail. */
export function offerContents(): void {
  const sheet = document.querySelector('dialog.contents-sheet') as HTMLDialogElement;
  const open = document.querySelector('.open-contents') as HTMLButtonElement;
  const contents = document.querySelector('nav.contents') as HTMLElement;
  const list = contents.firstElementChild as HTMLElement;
  open.addEventListener('click', () => {
    sheet.append(list);
    sheet.showModal();
  });
  // The event comes a moment after the closing; by then the sheet may be open again.
  sheet.addEventListener('close', () => sheet.open || contents.append(list));
  sheet.addEventListener('click', ({ target }) => {
    // A link of the sheet, or the page beside it.
    if (target === sheet || (target as Element).closest('a')) sheet.close();
  });
}

/** Opens what the element stands in, also a drill that is not among the chosen ones, and brings it into the window. */
export function reveal(element: HTMLElement): void {
  showPageOf(element);
  for (let each: HTMLElement | null = element; each; each = each.parentElement) {
    if (!(each instanceof HTMLDetailsElement)) continue;
    each.hidden = false;
    each.open = true;
  }
  const own = element.querySelector(':scope > details.pitfall');
  if (own instanceof HTMLDetailsElement) own.open = true;
  element.scrollIntoView({ block: 'start' });
}
