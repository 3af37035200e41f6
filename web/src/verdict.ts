// The verdict line: icon, word, sentence. It is a polite live region, so it is filled in one go.

import type { Mistake, Range, Verdict } from './core.ts';

export type VerdictKind = Verdict | 'unjudged';

const icons: Record<VerdictKind, string> = {
  right: '✓',
  coarse: '≈',
  carried: '↳',
  wrong: '✗',
  unreadable: '?',
  unjudged: '?',
  empty: '…',
};
const words: Record<VerdictKind, string> = {
  right: 'Right.',
  coarse: 'Right, but too coarse.',
  carried: 'Carried on.',
  wrong: 'Not yet.',
  unreadable: 'Not readable.',
  unjudged: 'Not judged.',
  empty: 'No answer yet.',
};

export function showVerdict(line: HTMLElement, kind: VerdictKind, ...sentence: (Node | string)[]): void {
  const icon = document.createElement('span');
  icon.className = 'icon';
  icon.ariaHidden = 'true';
  icon.textContent = icons[kind];
  const word = document.createElement('strong');
  word.textContent = words[kind];
  line.dataset.verdict = kind;
  line.replaceChildren(icon, word, ' ', ...sentence);
}

export function clearVerdict(line: HTMLElement): void {
  delete line.dataset.verdict;
  line.replaceChildren();
}

/**
 * What a sentence may begin with that is no word, and so takes no capital: a Greek letter, a letter with a hat, a name
 * with an underscore, a single letter (“a” is an article), a gradient's name, and whatever an operator or a bracket follows.
 */
const beginsWithSymbol =
  /^(?:\p{Script=Greek}|\p{L}+\p{M}|\p{L}\w*_|(?!a)\p{L}(?![\p{L}\p{N}])|d(?:x|y|b|gamma|beta|var|mean)\b|(?:gamma|beta|eps)\b|\w+(?:[([^*/=]| [*/=+] ))/u;

/** A sentence of the core with a capital, unless it begins with a symbol, and a full stop. */
export function asSentence(text: string): string {
  if (text === '') return '';
  const end = /[.?!]$/.test(text) ? '' : '.';
  const begin = beginsWithSymbol.test(text) ? text.charAt(0) : text.charAt(0).toUpperCase();
  return begin + text.slice(1) + end;
}

/** The names of mistakes, why they are mistakes, and where the page says more. */
export function mistakesInWords(mistakes: readonly Mistake[]): (Node | string)[] {
  const spoken: (Node | string)[] = mistakes.length > 1 ? ['Two at once. '] : [];
  for (const { title, reason, pitfall } of mistakes) {
    const name = document.createElement('strong');
    name.className = 'mistake';
    name.textContent = asSentence(title);
    const link = document.createElement('a');
    link.href = `#pitfall-${pitfall}`;
    link.textContent = `Pitfall ${pitfall}`;
    spoken.push(name, ` ${asSentence(reason)} `, link, '. ');
  }
  return spoken;
}

/** Typed text with the unreadable place marked. */
export function marked(text: string, range: Range): Node {
  const mark = document.createElement('mark');
  mark.textContent = text.slice(range.begin, range.end) || '⎵';
  const code = document.createElement('code');
  code.append(text.slice(0, range.begin), mark, text.slice(Math.max(range.end, range.begin)));
  return code;
}
