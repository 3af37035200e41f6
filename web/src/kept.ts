// What the page remembers: the state of every figure and everything typed, as texts by key. It lies in the browser's
// storage, and goes into a link as "#bn1&key=text&…". Nothing computed is kept, and nothing in a link is ever run.

/** One remembered text. */
export interface Kept {
  /** The text, or undefined as long as it stands as the page came. */
  read: () => string | undefined;
  /** Puts a text in place; false where it means nothing here, and then nothing has changed. */
  write: (text: string) => boolean;
  reset: () => void;
}

const version = 'bn1';
const storageKey = `batch-normalization-${version}`;
const longestLink = 60_000;
const longestText = 2000;

const all = new Map<string, Kept>();

/** Remembers a text by its subject and name: "forward-explorer.gamma", "problem-2.dgamma". */
export function keep(key: string, kept: Kept): void {
  all.set(key, kept);
}

const subjectOf = (key: string) => key.slice(0, key.indexOf('.'));

const encode = (text: string) => encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%2F', '/');

/** Texts by name from one text, as JSON.stringify writes them; undefined for any other text. */
export function textsFrom(json: string): Readonly<Record<string, string>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.values(value).every((each) => typeof each === 'string')
      ? (value as Record<string, string>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A box whose text is kept; `after` is called when the text was put there. */
export function keepBox(key: string, input: HTMLInputElement, after: () => void): void {
  const write = (text: string) => {
    input.value = text;
    after();
    return true;
  };
  keep(key, { read: () => input.value || undefined, write, reset: () => void write('') });
}

interface Link {
  /** the link says how everything stands, not one figure alone */
  whole: boolean;
  /** the id of what it is about */
  at: string | undefined;
  entries: [key: string, text: string][];
  /** the parts that cannot be read, as they stand */
  unreadable: string[];
}

/** What a fragment says; undefined for the plain anchors of the page. Throws RangeError for one that is not for this page. */
export function readLink(fragment: string, longest = longestLink): Link | undefined {
  const [first = '', ...parts] = fragment.replace(/^#/, '').split('&');
  if (!/^bn\d+$/.test(first)) return undefined;
  if (first !== version) throw new RangeError(`it was made by another version of this page (${first})`);
  if (fragment.length > longest)
    throw new RangeError(`it is longer than ${longest} characters (${fragment.length})`);
  const link: Link = { whole: false, at: undefined, entries: [], unreadable: [] };
  for (const part of parts) {
    const equals = part.indexOf('=');
    if (part === 'all') link.whole = true;
    else {
      try {
        const key = decodeURIComponent(part.slice(0, Math.max(0, equals)));
        const text = decodeURIComponent(part.slice(equals + 1));
        if (key === 'at') link.at = text;
        else if (key === '' || text.length > longestText) link.unreadable.push(part);
        else link.entries.push([key, text]);
      } catch (error) {
        if (!(error instanceof URIError)) throw error;
        link.unreadable.push(part);
      }
    }
  }
  return link;
}

/** A subject, and the id of the element that shows it. */
interface About {
  subject: string;
  at: string;
}

/** The fragment of a link to what stands on the page; of one subject, or of everything. */
export function writeLink(about?: About): string {
  const parts = [version, about ? `at=${encode(about.at)}` : 'all'];
  for (const [key, { read }] of all) {
    if (about && subjectOf(key) !== about.subject) continue;
    const text = read();
    if (text !== undefined && text.length <= longestText) parts.push(`${encode(key)}=${encode(text)}`);
  }
  return `#${parts.join('&')}`;
}

/** Puts texts in place; returns those that mean nothing here. */
function put(entries: readonly [string, string][]): string[] {
  return entries.filter(([key, text]) => !all.get(key)?.write(text)).map(([key, text]) => `${key}=${text}`);
}

/** Whether changes go to the browser's storage: not while the page shows the whole state of somebody's link. */
let saving = true;
let waiting: ReturnType<typeof setTimeout> | undefined;

function save(): void {
  clearTimeout(waiting);
  waiting = undefined;
  if (!saving) return;
  try {
    localStorage.setItem(storageKey, writeLink());
  } catch {
    // A browser that stores nothing: the page works, it only forgets.
  }
}

/** Something that is kept has changed. */
export function changed(): void {
  clearTimeout(waiting);
  waiting = setTimeout(save, 400);
}

function stored(): Link | undefined {
  try {
    return readLink(localStorage.getItem(storageKey) ?? '', Infinity);
  } catch {
    return undefined;
  }
}

/** Where the reader is told what became of a link. */
function say(sentence: string): void {
  const notice = document.getElementById('notice') as HTMLElement;
  notice.replaceChildren(sentence);
  if (sentence === '') return;
  const close = document.createElement('button');
  close.type = 'button';
  close.textContent = 'Close';
  close.addEventListener('click', () => say(''));
  notice.append(' ', close);
}

const quoted = (parts: readonly string[]) => {
  const [first = ''] = parts;
  const start = first.length > 60 ? `${first.slice(0, 60)}…` : first;
  return parts.length === 1 ? `“${start}”` : `“${start}” and ${parts.length - 1} more`;
};

/** Shows what the page's own address says. */
function follow(): void {
  let link;
  try {
    link = readLink(location.hash);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    say(`The state in this link was not used: ${error.message}.`);
    return;
  }
  if (!link) return;
  const subjects = new Set(link.entries.map(([key]) => subjectOf(key)));
  for (const [key, { reset }] of all) if (link.whole || subjects.has(subjectOf(key))) reset();
  if (link.whole) saving = false;
  const ignored = [...link.unreadable, ...put(link.entries)];
  const foreign = link.whole
    ? 'The page stands as in this link. What you had typed before is kept, and comes back without the link. '
    : '';
  const rest =
    ignored.length > 0 ? `A part of this link could not be used and was left out: ${quoted(ignored)}.` : '';
  say(`${foreign}${rest}`.trim());
  if (link.at !== undefined) document.getElementById(link.at)?.scrollIntoView();
}

/** Brings back what was stored and what the address says; from here on, changes are kept. All `keep` calls come before. */
export function remember(): void {
  // What the page no longer knows, after the lesson was edited, is forgotten without a word.
  put(stored()?.entries ?? []);
  follow();
  addEventListener('hashchange', follow);
  document.addEventListener('input', changed);
  document.addEventListener('click', changed);
  addEventListener('pagehide', () => waiting !== undefined && save());
}

/** Everything that `concerns` as the page came. */
export function resetAll(concerns: (subject: string, name: string) => boolean): void {
  for (const [key, { reset }] of all) {
    const subject = subjectOf(key);
    if (concerns(subject, key.slice(subject.length + 1))) reset();
  }
  changed();
}

/** Puts a link to what stands on the page into the clipboard; gives the link where the browser does not let it. */
export async function copyLink(about?: About): Promise<string | true> {
  const address = new URL(writeLink(about), location.href).href;
  try {
    await navigator.clipboard.writeText(address);
    return true;
  } catch {
    return address;
  }
}
