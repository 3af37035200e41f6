// A state as a link: "#bn1&at=name&name.field=text&…" for one block, "#bn1&all&…" for a whole page. Nothing computed is in
// it, and nothing in it is ever run.

const version = 'bn1';
const longestLink = 60_000;
const longestText = 2000;

/** One text of one block: "forward-explorer", "gamma", "2". */
export interface Entry {
  subject: string;
  name: string;
  text: string;
}

export interface Link {
  /** the link says how everything stands, not one block alone */
  whole: boolean;
  /** the id of what it is about */
  at: string | undefined;
  entries: Entry[];
  /** the parts that cannot be read, as they stand */
  unreadable: string[];
}

/** Half of a character, which a paste may leave, cannot be encoded. */
const whole = (text: string) => text.replace(/[\uD800-\uDFFF]/gu, '\uFFFD');
const encode = (text: string) =>
  encodeURIComponent(whole(text)).replaceAll('%2C', ',').replaceAll('%2F', '/');

/** The part of a link that an entry stands for. */
export const partOf = ({ subject, name, text }: Entry): string => `${subject}.${name}=${text}`;

/** What a fragment says; undefined for the plain anchors of a page. Throws RangeError for one that is not for this lesson. */
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
        const dot = key.indexOf('.');
        if (key === 'at') link.at = text;
        else if (dot <= 0 || text.length > longestText) link.unreadable.push(part);
        else link.entries.push({ subject: key.slice(0, dot), name: key.slice(dot + 1), text });
      } catch (error) {
        if (!(error instanceof URIError)) throw error;
        link.unreadable.push(part);
      }
    }
  }
  return link;
}

const fits = ({ text }: Entry) => text.length <= longestText;

/** The fragment of a link to these texts: of one block, `at`, or of everything. */
export function writeLink(entries: readonly Entry[], at?: string): string {
  const parts = [version, at === undefined ? 'all' : `at=${encode(at)}`];
  for (const { subject, name, text } of entries.filter(fits))
    parts.push(`${encode(`${subject}.${name}`)}=${encode(text)}`);
  return `#${parts.join('&')}`;
}

/** What a link to these texts cannot hold, as a sentence; empty where it holds them all. */
export function leftOut(entries: readonly Entry[]): string {
  if (writeLink(entries).length > longestLink)
    return 'This page holds more than a link can: the link will not be read. “Save as a file” keeps it all.';
  return entries.every(fits)
    ? ''
    : `Texts of more than ${longestText} characters are not in it. “Save as a file” keeps them.`;
}
