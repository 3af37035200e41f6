// What earlier versions of the lesson kept, in today's names.

import { readLink } from './link.ts';

/** Blocks that were called by their place. */
const renamed: Readonly<Record<string, string>> = {
  'example-1': 'example-forward',
  'example-2': 'example-scale-and-shift',
  'example-3': 'example-two-values',
};

export const subjectToday = (subject: string): string =>
  (Object.hasOwn(renamed, subject) ? renamed[subject] : undefined) ?? subject;

/** The order of a proof was an object by number; it is a list. */
export function textToday(name: string, text: string): string {
  if (name !== 'order' || !text.startsWith('{')) return text;
  try {
    return JSON.stringify(Object.values(JSON.parse(text) as object));
  } catch {
    return text;
  }
}

/** The texts of the one state that the page kept whole, by their blocks. */
export function earlierTexts(fragment: string): { subject: string; texts: Record<string, string> }[] {
  let link;
  try {
    link = readLink(fragment, Infinity);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
  const found = new Map<string, Record<string, string>>();
  for (const { subject, name, text } of link?.entries ?? []) {
    const today = subjectToday(subject);
    const texts = found.get(today) ?? {};
    texts[name] = textToday(name, text);
    found.set(today, texts);
  }
  return [...found].map(([subject, texts]) => ({ subject, texts }));
}
