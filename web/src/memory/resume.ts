// What is kept of all blocks as one short text, for a course that takes no more than so many characters. The most important
// comes first: where everybody's verdicts would fit, then what was cleared, then mistakes, then texts, the short ones before
// the long ones. What does not fit is left out whole. A host may cut the text anywhere all the same: what stands before the
// cut can be read.

import { hashOf } from './hash.ts';
import {
  type Answered,
  answerOf,
  type Kept,
  type Mark,
  marks,
  nothingKept,
  readKept,
  withAnswer,
} from './kept.ts';

/** A question of the lesson: what the text calls by a code instead of by its name. */
export interface Asked {
  block: string;
  name: string;
}

export interface Resumed {
  /** when the text was written, in milliseconds since 1970 */
  written: number;
  blocks: Map<string, Kept>;
}

const version = 'bn1';
/** Between the parts; within a part it is written as a code. */
const bar = '|';
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A number in so many digits of base 64. */
const inDigits = (value: number, count: number): string =>
  Array.from({ length: count }, (_, k) => digits[(value >> (6 * k)) & 63]).join('');

function fromDigits(text: string): number {
  let value = 0;
  for (let k = 0; k < text.length; ++k) value |= digits.indexOf(text.charAt(k)) << (6 * k);
  return value;
}

/** Three digits that stand for a name. */
export function codeOf({ block, name }: Asked): string {
  const hash = hashOf(`${block}/${name}`);
  return inDigits((hash ^ (hash >>> 18)) & 0x3ffff, 3);
}

const mostHints = 15;
/** What became of an answer takes 12 bits: the three verdicts, whether it was opened, whether it was fresh, and the hints. */
const marksInBits = ['first', 'latest', 'best'] as const;

function bitsOf(answer: Answered): number {
  let bits = 0;
  for (const [k, which] of marksInBits.entries()) {
    const mark = answer[which];
    bits |= (mark === undefined ? 0 : 1 + marks.indexOf(mark)) << (2 * k);
  }
  return (
    bits |
    (Number(answer.opened) << 6) |
    (Number(answer.fresh) << 7) |
    (Math.min(answer.hints, mostHints) << 8)
  );
}

function answerOfBits(bits: number): Partial<Answered> {
  const found: { first?: Mark; latest?: Mark; best?: Mark } = {};
  for (const [k, which] of marksInBits.entries()) {
    const mark = marks[((bits >> (2 * k)) & 3) - 1];
    if (mark) found[which] = mark;
  }
  return { ...found, opened: (bits & 64) !== 0, fresh: (bits & 128) !== 0, hints: bits >> 8 };
}

const isCode = (text: string) => /^[\w-]*$/.test(text);
const entryLength = 5;

/** JSON in ASCII without the bar: some hosts count bytes, and SCORM 1.2 knows no other characters. */
const jsonOf = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u0080-\uffff|\u007f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const isEmpty = (record: object) => Object.keys(record).length === 0;

/**
 * The states of these blocks in at most so many characters. `first` are the blocks whose texts come before those of the others.
 */
export function packed(
  written: number,
  blocks: ReadonlyMap<string, Kept>,
  asked: readonly Asked[],
  most: number,
  first: readonly string[] = [],
): string {
  const known = new Set(asked.map(({ block, name }) => `${block}/${name}`));
  const answered = asked.filter(({ block, name }) => blocks.get(block)?.answers[name]);
  const verdicts = answered
    .map((each) => codeOf(each) + inDigits(bitsOf(answerOf(blocks.get(each.block) as Kept, each.name)), 2))
    .join('');
  const head = [version, written.toString(36), ''].join(bar);
  const room = Math.max(0, most - head.length);
  let text = head + verdicts.slice(0, Math.floor(room / entryLength) * entryLength);
  const add = (part: unknown) => {
    const next = bar + jsonOf(part);
    if (text.length + next.length <= most) text += next;
  };

  const cleared = [...blocks]
    .filter(([, kept]) => kept.cleared > 0)
    .map(([name, kept]) => [name, kept.cleared]);
  if (cleared.length > 0) add(['c', Object.fromEntries(cleared)]);

  const answersOf = (name: string, kept: Kept) =>
    Object.entries(kept.answers).map(([question, answer]) => ({
      question,
      answer,
      isKnown: known.has(`${name}/${question}`),
    }));
  // Answers to what the list does not know, in full.
  for (const [name, kept] of blocks) {
    const others = answersOf(name, kept).filter(({ isKnown }) => !isKnown);
    if (others.length > 0)
      add(['a', name, Object.fromEntries(others.map(({ question, answer }) => [question, answer]))]);
  }
  for (const [name, kept] of blocks) {
    const mistakes = answersOf(name, kept)
      .filter(({ isKnown, answer }) => isKnown && !isEmpty(answer.mistakes))
      .map(({ question, answer }) => [question, answer.mistakes]);
    if (mistakes.length > 0) add(['m', name, Object.fromEntries(mistakes)]);
  }
  const texts = [...blocks].flatMap(([name, kept]) => {
    // The text that a verdict belongs to is mostly the one that stands there.
    const checked = answersOf(name, kept)
      .filter(({ isKnown, answer }) => isKnown && answer.checked !== undefined)
      .map(({ question, answer }) => [
        question,
        answer.checked === kept.texts[question] ? 1 : answer.checked,
      ]);
    if (isEmpty(kept.texts) && checked.length === 0) return [];
    const part = ['t', name, kept.texts, Object.fromEntries(checked)];
    return [
      { part, rank: first.includes(name) ? 0 : isEmpty(kept.answers) ? 2 : 1, size: jsonOf(part).length },
    ];
  });
  for (const { part } of texts.toSorted((a, b) => a.rank - b.rank || a.size - b.size)) add(part);
  return text;
}

/** What `packed` wrote, as far as it can be read; undefined for any other text. */
export function unpacked(text: string, asked: readonly Asked[]): Resumed | undefined {
  const [head, when = '', verdicts = '', ...parts] = text.split(bar);
  const written = Number.parseInt(when, 36);
  if (head !== version || !Number.isSafeInteger(written)) return undefined;
  const blocks = new Map<string, Kept>();
  const change = (name: string, edit: (kept: Kept) => Kept) => {
    const before = blocks.get(name) ?? nothingKept;
    // Whatever a host has made of it: nothing comes into the memory that could not be read from there.
    const after = readKept(JSON.stringify(edit(before)));
    if (after) blocks.set(name, after);
  };
  const byCode = new Map(asked.map((each) => [codeOf(each), each]));
  for (let at = 0; at + entryLength <= verdicts.length; at += entryLength) {
    const entry = verdicts.slice(at, at + entryLength);
    const one = byCode.get(entry.slice(0, 3));
    if (one && isCode(entry))
      change(one.block, (kept) => withAnswer(kept, one.name, answerOfBits(fromDigits(entry.slice(3)))));
  }
  for (const part of parts) {
    let value: unknown;
    try {
      value = JSON.parse(part);
    } catch {
      // Cut.
      continue;
    }
    if (!Array.isArray(value)) continue;
    const [kind, name, more, checked] = value as [unknown, unknown, unknown, unknown];
    if (kind === 'c' && isRecord(name)) {
      for (const [block, cleared] of Object.entries(name))
        change(block, (kept) => ({ ...kept, cleared: cleared as number }));
    }
    if (typeof name !== 'string' || !isRecord(more)) continue;
    if (kind === 'a')
      change(name, (kept) => ({ ...kept, answers: { ...kept.answers, ...(more as Kept['answers']) } }));
    if (kind === 'm')
      for (const [question, mistakes] of Object.entries(more))
        change(name, (kept) => withAnswer(kept, question, { mistakes: mistakes as Answered['mistakes'] }));
    if (kind === 't') {
      change(name, (kept) => ({ ...kept, texts: more as Kept['texts'] }));
      for (const [question, its] of Object.entries(isRecord(checked) ? checked : {})) {
        const own = its === 1 ? more[question] : its;
        if (own !== undefined) change(name, (kept) => withAnswer(kept, question, { checked: own as string }));
      }
    }
  }
  return { written, blocks };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `latest` and what it belongs to, where the text had no room for that. */
export function completed(theirs: Kept, mine: Kept): Kept {
  let all = theirs;
  for (const [name, answer] of Object.entries(theirs.answers)) {
    const own = answerOf(mine, name);
    if (answer.checked !== undefined || own.checked === undefined) continue;
    const { latest, checked } = own;
    all = withAnswer(all, name, { checked, ...(latest ? { latest } : {}) });
  }
  return all;
}
