// What the page's address asks for: a place, perhaps on another page by now, or a state.

import type { Core } from '../core/core.ts';
import { subjectToday, textToday } from '../memory/earlier.ts';
import { merged, withTexts } from '../memory/kept.ts';
import { type Entry, type Link, partOf, readLink, writeLink } from '../memory/link.ts';
import { meet } from './blocks.ts';
import { coreWhenRunning } from './core.ts';
import { copied } from '../kinds/clipboard.ts';
import type { Around } from '../kinds/item.tsx';
import { type Offer, say } from './notice.ts';
import { idOf, isOneFile, showOnePage, showPageOf } from './one-file.ts';
import { memory, mine, visit } from './our-memory.ts';
import { goTo } from './way.ts';

/** Where each id of the lesson stands: made when the site is built. */
let addresses: Promise<ReadonlyMap<string, string>> | undefined;

function allAddresses(): Promise<ReadonlyMap<string, string>> {
  addresses ??= fetch(document.body.dataset.addresses ?? './addresses.json')
    .then((response) => (response.ok ? (response.json() as Promise<Record<string, string>>) : {}))
    .catch(() => ({}))
    .then((read) => new Map(Object.entries(read)));
  return addresses;
}

const quoted = (parts: readonly string[]) => {
  const [first = ''] = parts;
  const start = first.length > 60 ? `${first.slice(0, 60)}…` : first;
  return parts.length === 1 ? `“${start}”` : `“${start}” and ${parts.length - 1} more`;
};

const rootOf = (subject: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`[data-name="${CSS.escape(subject)}"]`) ??
  document.getElementById(subject);

/** The element of a figure is remembered by the same name as its prediction: either may know a text. */
const rootsOf = (subject: string): HTMLElement[] =>
  [...new Set([rootOf(subject), document.getElementById(subject)])].filter(
    (root): root is HTMLElement => root !== null,
  );

const today = (link: Link): Entry[] =>
  link.entries.map(({ subject, name, text }) => ({
    subject: subjectToday(subject),
    name,
    text: textToday(name, text),
  }));

/** Whether a started block knows the text. */
async function isKnown({ subject, name, text }: Entry, core: Core): Promise<boolean> {
  for (const root of rootsOf(subject)) {
    const block = await meet(root);
    if (block?.accepts(name, text, core)) return true;
  }
  return false;
}

const plainAddress = () => location.href.replace(/#.*$/, '');

/** Ends the visit: the page's address is its own again. */
function leaveVisit(): void {
  history.replaceState(null, '', plainAddress());
  location.reload();
}

/** What was done at a link becomes the reader's own. */
function goOnWithVisit(): void {
  for (const name of memory.names())
    mine.change(name, (kept) => merged(kept, { ...memory.get(name), cleared: kept.cleared }));
  if (mine.store()) leaveVisit();
  else
    say([
      'The browser does not store your work, so it would be lost with this page. “Save as a file” below keeps it.',
    ]);
}

/** Whether this entry of the browser's history has put the state of its link in place already. */
const isFollowed = () => (history.state as { followed?: unknown } | null)?.followed === location.hash;

/** Puts the state of a link in place. */
async function show(link: Link): Promise<void> {
  const entries = today(link);
  const elsewhere = entries.filter(({ subject }) => rootsOf(subject).length === 0);
  const here = entries.filter(({ subject }) => rootsOf(subject).length > 0);
  const map =
    elsewhere.length > 0 || (link.at !== undefined && !document.getElementById(link.at))
      ? await allAddresses()
      : new Map<string, string>();
  const pageOf = (id: string | undefined) => (id === undefined ? undefined : map.get(id)?.split('#')[0]);
  const other = new Set(elsewhere.flatMap(({ subject }) => pageOf(subject) ?? []));
  const [only] = [...other, ...(other.size === 0 ? [pageOf(link.at)] : [])];
  // A link about another page leads there.
  if (here.length === 0 && only !== undefined && other.size <= 1) {
    location.replace(only + location.hash);
    return;
  }
  const core = await coreWhenRunning();
  const ignored = [...link.unreadable];
  const known: Entry[] = [];
  for (const entry of here) {
    if (await isKnown(entry, core)) known.push(entry);
    else ignored.push(partOf(entry));
  }
  for (const entry of elsewhere) if (pageOf(entry.subject) === undefined) ignored.push(partOf(entry));

  const subjects = new Set(known.map(({ subject }) => subject));
  const before = new Map([...subjects].map((subject) => [subject, memory.get(subject)]));
  // What was done at this link before stands as it was left, also after a reload of a link to one block.
  const isReturn =
    (visit !== undefined || isFollowed()) &&
    [...before.values()].some(({ texts }) => Object.keys(texts).length > 0);
  if (!isReturn) {
    for (const subject of subjects) {
      const texts = Object.fromEntries(
        known.filter((each) => each.subject === subject).map(({ name, text }) => [name, text]),
      );
      memory.change(subject, (kept) => withTexts({ ...kept, texts: {} }, texts));
    }
    history.replaceState({ followed: location.hash }, '');
  }
  tell(link, ignored, before, [...other], isReturn);
  const firstRoot = known[0] && rootOf(known[0].subject);
  if (firstRoot) showPageOf(firstRoot);
  const target =
    link.at === undefined
      ? null
      : (document.getElementById(link.at) ?? document.getElementById(map.get(link.at)?.split('#')[1] ?? ''));
  if (target) goTo(target);
}

/** Says what became of the link, where that is not plain to see. */
function tell(
  link: Link,
  ignored: readonly string[],
  before: ReadonlyMap<string, ReturnType<typeof memory.get>>,
  other: readonly string[],
  isReturn: boolean,
): void {
  const says: (string | Node)[] = [];
  const offers: Offer[] = [];
  if (link.whole) {
    says.push(
      isReturn
        ? 'This page shows the work saved in a link, with what you did here since. Your own work is kept apart.'
        : 'This page shows the work saved in a link. Your own work is kept apart, and what you do here too.',
    );
    offers.push({ label: 'Go on with this', act: goOnWithVisit }, { label: 'Back to mine', act: leaveVisit });
  } else if (!isReturn) {
    const replaced = [...before].filter(([, kept]) => Object.keys(kept.texts).length > 0);
    if (replaced.length > 0) {
      says.push('This shows what is saved in the link.');
      const back = () => {
        for (const [subject, kept] of replaced)
          memory.setTexts(subject, { ...emptied(subject), ...kept.texts });
        say([]);
      };
      offers.push({ label: 'Back to mine', act: back });
    }
  }
  for (const file of other) {
    const a = document.createElement('a');
    a.href = file + location.hash;
    a.textContent = document.querySelector(`.pages a[href="${CSS.escape(file)}"]`)?.textContent ?? file;
    says.push(' A part of the link is about another page: ', a, '.');
  }
  if (ignored.length > 0)
    says.push(` A part of this link could not be used and was left out: ${quoted(ignored)}.`);
  say(says, offers);
}

const emptied = (subject: string) =>
  Object.fromEntries(Object.keys(memory.get(subject).texts).map((name) => [name, undefined]));

/** An id that is not on this page may have another name, or stand on another page. */
async function find(id: string): Promise<void> {
  if (id === '') {
    showOnePage();
    return;
  }
  const here = document.getElementById(id);
  if (here) {
    showPageOf(here);
    // A figure that asks first is hidden until it starts.
    const figure = here.closest<HTMLElement>('.figure');
    if (figure) void meet(figure);
    goTo(here);
    return;
  }
  const address = (await allAddresses()).get(id);
  if (address === undefined) return;
  const [file = '', now = ''] = address.split('#');
  const target = document.getElementById(now);
  if (target) {
    history.replaceState(null, '', `#${now}`);
    goTo(target);
  } else if (file !== '') location.replace(address);
}

async function follow(): Promise<void> {
  let link;
  try {
    link = readLink(location.hash);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    say([`The state in this link was not used: ${error.message}.`]);
    return;
  }
  if (link) await show(link);
  else await find(idOf(location.hash));
}

/** Follows the address now and whenever it changes. */
export function followLinks(): void {
  addEventListener('hashchange', () => {
    // The whole state of another link is another page as far as memory goes.
    const isWhole = /^#bn\d+&(.*&)?all(&|$)/.test(location.hash);
    if (isWhole ? location.hash !== visit : visit !== undefined && location.hash.startsWith('#bn'))
      location.reload();
    else void follow();
  });
  void follow();
}

/** Everything typed and set on the page, of one block or of all. */
export function entriesOfPage(subject?: string): Entry[] {
  const names = subject === undefined ? memory.names().filter((name) => rootsOf(name).length > 0) : [subject];
  return names.flatMap((name) =>
    Object.entries(memory.get(name).texts).map(([field, text]) => ({ subject: name, name: field, text })),
  );
}

/** A link to one block, wherever it stands; `isAlone`: with nothing else of its page. */
export const linkTo: Around['linkTo'] = ({ file, entries, at, isAlone }) => {
  const page = isOneFile() ? plainAddress().replace(/\?.*$/, '') : new URL(file, location.href).href;
  return `${page}${isAlone ? `?only=${encodeURIComponent(at)}` : ''}${writeLink(entries, at)}`;
};

/** Puts a link into the clipboard; gives the link where the browser does not let it. */
export async function copyLink(entries: readonly Entry[], at?: string): Promise<string | true> {
  const address = new URL(writeLink(entries, at), location.href).href;
  return (await copied(address)) || address;
}
