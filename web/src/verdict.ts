// The verdict line: icon, word, sentence. It is a polite live region, so it is filled in one go.

export type VerdictKind = 'right' | 'wrong' | 'unreadable' | 'unjudged' | 'empty';

const icons: Record<VerdictKind, string> = {
  right: '✓',
  wrong: '✗',
  unreadable: '?',
  unjudged: '?',
  empty: '…',
};
const words: Record<VerdictKind, string> = {
  right: 'Right.',
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

/** A sentence of the core with a capital and a full stop. */
export function asSentence(text: string): string {
  if (text === '') return '';
  const end = /[.?!]$/.test(text) ? '' : '.';
  return text.charAt(0).toUpperCase() + text.slice(1) + end;
}
