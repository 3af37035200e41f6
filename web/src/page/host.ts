// Whether the page was opened by a course (SCORM 1.2 or 2004), and by which of its objects the course is spoken to. Only then
// what speaks to it is loaded.

import type { Memory } from '../memory/memory.ts';

export type Standard = '1.2' | '2004';

/** An object of the host with the functions of its standard. */
export interface Found {
  standard: Standard;
  api: Record<string, (...texts: string[]) => unknown>;
}

/** As much of a window as the search needs. */
export interface Frame {
  readonly parent?: Frame | null;
  readonly opener?: Frame | null;
  readonly top?: Frame | null;
  readonly API?: unknown;
  readonly API_1484_11?: unknown;
}

/** Frames around each other that are looked through; the standards ask for at least seven. */
const mostFrames = 20;

/** How often, and after how many milliseconds, a host is looked for again that is slower than the page. */
const tries = 40;
const pause = 500;

const places = [
  ['2004', 'API_1484_11', 'Initialize'],
  ['1.2', 'API', 'LMSInitialize'],
] as const;

/** A property that a cross-origin window refuses to give counts as missing. */
function told<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** The frame itself and those around it, the innermost first. */
function framesFrom(frame: Frame): Frame[] {
  const frames: Frame[] = [];
  let each: Frame | null | undefined = frame;
  while (each && !frames.includes(each) && frames.length < mostFrames) {
    const current: Frame = each;
    frames.push(current);
    each = told(() => current.parent);
  }
  return frames;
}

/** The objects of a host, the newer standard first: in the page's own frames, or in those that opened them. */
export function hostsOf(page: Frame): Found[] {
  const around = framesFrom(page);
  const openers = around.flatMap((frame) => {
    const opener = told(() => frame.opener);
    return opener ? framesFrom(opener) : [];
  });
  const found: Found[] = [];
  for (const [standard, name, first] of places) {
    for (const frame of [...around, ...openers]) {
      const api = told(() => frame[name]) as Found['api'] | null | undefined;
      if (!told(() => typeof api?.[first] === 'function') || !api) continue;
      found.push({ standard, api });
      break;
    }
  }
  return found;
}

/** Tells the course, if there is one, how far the reader is; a page on its own asks once and is done. */
export function followCourse(memory: Memory): void {
  const isAlone = window.parent === window && told(() => window.opener as unknown) == null;
  let left = isAlone ? 1 : tries;
  const look = () => {
    const found = hostsOf(window);
    if (found.length > 0) {
      // Without it the page is as on any other host.
      import('./course.ts').then(({ follow }) => follow(found, memory)).catch(() => {});
    } else if (--left > 0) setTimeout(look, pause);
  };
  look();
}
