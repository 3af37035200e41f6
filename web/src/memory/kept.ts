// What the browser keeps of one block of the lesson: texts as they were typed or set, and what became of each answer.
// Plain values; nothing that the core computes is kept.

/** Under this name is kept where the reader was ("at", an address, and "label", its heading) and what is read ("read.forward-pass"). */
export const reading = 'reading';

/** Under this name is kept which question of the quiz is shown ("at"). Like the one above it names no block. */
export const deckName = 'deck';

/** The verdicts that count as an answer, from least to best. */
export const marks = ['wrong', 'coarse', 'right'] as const;
export type Mark = (typeof marks)[number];

/** What became of one question. */
export interface Answered {
  /** the verdicts on the first, the last and the best answer; none before the first */
  first?: Mark;
  latest?: Mark;
  best?: Mark;
  /** the text that the last verdict belongs to; empty where that was about other numbers */
  checked?: string;
  /** how often each mistake was made, by its title */
  mistakes: Readonly<Record<string, number>>;
  /** how many hints were opened */
  hints: number;
  /** the answer was opened before it was found */
  opened: boolean;
  /** right on other numbers than the author's, without the answer */
  fresh: boolean;
}

export interface Kept {
  /** when everything was last cleared, in milliseconds since 1970; 0 for never */
  cleared: number;
  /** by the names of boxes, fields and choices; what stands as the page came is not there */
  texts: Readonly<Record<string, string>>;
  /** by the names of the block's questions */
  answers: Readonly<Record<string, Answered>>;
}

export const nothingKept: Kept = { cleared: 0, texts: {}, answers: {} };
export const unanswered: Answered = { mistakes: {}, hints: 0, opened: false, fresh: false };

/** An own property only: every object inherits "constructor". */
const own = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

export const answerOf = (kept: Kept, name: string): Answered => own(kept.answers, name) ?? unanswered;

/** The same with other texts; an empty or undefined one is as the page came. */
export function withTexts(kept: Kept, texts: Readonly<Record<string, string | undefined>>): Kept {
  const all = Object.entries({ ...kept.texts, ...texts }).filter(
    ([, text]) => text !== undefined && text !== '',
  );
  return { ...kept, texts: Object.fromEntries(all) as Record<string, string> };
}

export const withAnswer = (kept: Kept, name: string, change: Partial<Answered>): Kept => ({
  ...kept,
  answers: { ...kept.answers, [name]: { ...answerOf(kept, name), ...change } },
});

/** No verdict stands any more. The empty text belongs to no answer, and outlasts the one that is stored already. */
export const withoutVerdict = (kept: Kept, name: string): Kept =>
  kept.answers[name] ? withAnswer(kept, name, { checked: '' }) : kept;

const better = (a: Mark | undefined, b: Mark | undefined): Mark | undefined =>
  marks.findLast((mark) => mark === a || mark === b);

/** An answer was judged. `isFresh`: on other numbers than the author's. */
export function withVerdict(
  kept: Kept,
  name: string,
  judged: { mark: Mark; text: string; mistakes: readonly string[]; isFresh: boolean },
): Kept {
  const before = answerOf(kept, name);
  const mistakes = { ...before.mistakes };
  for (const title of judged.mistakes) mistakes[title] = (own(mistakes, title) ?? 0) + 1;
  return withAnswer(kept, name, {
    first: before.first ?? judged.mark,
    latest: judged.mark,
    best: better(before.best, judged.mark) ?? judged.mark,
    checked: judged.text,
    mistakes,
    fresh: before.fresh || (judged.mark === 'right' && judged.isFresh && !before.opened),
  });
}

/** Under this name is kept that the answer of a question stands open: other numbers close it again. */
export const openName = (name: string): string => `${name}.open`;

export const isOpen = (kept: Kept, name: string): boolean => kept.texts[openName(name)] !== undefined;

/** The answer is shown. That only counts as help where it was not found before. */
export function withAnswerOpened(kept: Kept, name: string): Kept {
  const before = answerOf(kept, name);
  const open = withTexts(kept, { [openName(name)]: '1' });
  return withAnswer(open, name, { opened: before.opened || before.best !== 'right' });
}

/** What has changed from one state to the next: the names of texts and of answers. */
export interface Changes {
  texts: ReadonlySet<string>;
  answers: ReadonlySet<string>;
}

const changedNames = <Value>(
  before: Readonly<Record<string, Value>>,
  after: Readonly<Record<string, Value>>,
) =>
  new Set(
    [...Object.keys(before), ...Object.keys(after)].filter((name) => own(before, name) !== own(after, name)),
  );

export const changesBetween = (before: Kept, after: Kept): Changes => ({
  texts: changedNames(before.texts, after.texts),
  answers: changedNames(before.answers, after.answers),
});

/** `isLater`: the verdict of `newer`, or that it was taken back, is later than that of `older`. */
function mergedAnswer(older: Answered, newer: Answered, isLater: boolean): Answered {
  const mistakes = { ...older.mistakes };
  for (const [title, times] of Object.entries(newer.mistakes))
    mistakes[title] = Math.max(times, own(mistakes, title) ?? 0);
  const best = better(older.best, newer.best);
  const first = older.first ?? newer.first;
  const [last, other] = isLater ? [newer, older] : [older, newer];
  const latest = last.latest ?? other.latest;
  // A worksheet that is not full yet is checked without a verdict.
  const isSilent = last.latest === undefined && last.checked === undefined;
  const { checked } = isSilent ? other : last;
  return {
    ...(first ? { first } : {}),
    ...(latest ? { latest } : {}),
    ...(best ? { best } : {}),
    ...(checked === undefined ? {} : { checked }),
    mistakes,
    hints: Math.max(older.hints, newer.hints),
    opened: older.opened || newer.opened,
    fresh: older.fresh || newer.fresh,
  };
}

/**
 * Merges two states of the same block, from two tabs or devices: what was answered in either is answered. `changes` are
 * what the newer one has changed; all of it where left out. What was cleared later wins whole.
 */
export function merged(older: Kept, newer: Kept, changes?: Changes): Kept {
  if (older.cleared !== newer.cleared) return older.cleared > newer.cleared ? older : newer;
  const texts = changes
    ? Object.fromEntries([...changes.texts].map((name) => [name, own(newer.texts, name)]))
    : newer.texts;
  const answers = Object.entries(newer.answers).map(([name, answer]) => {
    const other = own(older.answers, name);
    const isLater = changes?.answers.has(name) ?? true;
    return [name, other ? mergedAnswer(other, answer, isLater) : answer] as const;
  });
  return { ...withTexts(older, texts), answers: { ...older.answers, ...Object.fromEntries(answers) } };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isMark = (value: unknown): value is Mark => marks.some((mark) => mark === value);
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

function readAnswer(value: unknown): Answered | undefined {
  if (!isObject(value)) return undefined;
  const { first, latest, best, checked, mistakes, hints, opened, fresh } = value;
  if (![first, latest, best].every((mark) => mark === undefined || isMark(mark))) return undefined;
  if (checked !== undefined && typeof checked !== 'string') return undefined;
  if (!isObject(mistakes) || !Object.values(mistakes).every(isCount)) return undefined;
  if (!isCount(hints) || typeof opened !== 'boolean' || typeof fresh !== 'boolean') return undefined;
  return value as unknown as Answered;
}

/** What was written by `writeKept`; undefined for any other text. */
export function readKept(text: string): Kept | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { cleared, texts, answers } = value;
  if (!isCount(cleared) || !isObject(texts) || !isObject(answers)) return undefined;
  if (!Object.values(texts).every((each) => typeof each === 'string')) return undefined;
  if (!Object.values(answers).every((each) => readAnswer(each) !== undefined)) return undefined;
  return { cleared, texts: texts as Kept['texts'], answers: answers as Kept['answers'] };
}

export const writeKept = (kept: Kept): string => JSON.stringify(kept);

export const isNothing = ({ cleared, texts, answers }: Kept): boolean =>
  cleared === 0 && Object.keys(texts).length === 0 && Object.keys(answers).length === 0;
