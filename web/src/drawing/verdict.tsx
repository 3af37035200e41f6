/** @jsxImportSource preact */
// The verdict: icon, word, sentence. The line is a polite live region that stands from the start and is filled in one go.

import type { ComponentChildren } from 'preact';
import type { Mistake, Range, Verdict as CoreVerdict } from '../core/core.ts';
import { asSentence } from '../core/sentence.ts';

export type VerdictKind = CoreVerdict | 'unjudged' | 'waiting';

const icons: Record<VerdictKind, string> = {
  right: '✓',
  coarse: '≈',
  carried: '↳',
  wrong: '✗',
  unreadable: '?',
  unjudged: '?',
  empty: '…',
  waiting: '…',
};
const words: Record<VerdictKind, string> = {
  right: 'Right.',
  coarse: 'Right, but too coarse.',
  carried: 'Carried on.',
  wrong: 'Not yet.',
  unreadable: 'Not readable.',
  unjudged: 'Not judged.',
  empty: 'No answer yet.',
  waiting: 'One moment.',
};

interface Props {
  id?: string;
  kind?: VerdictKind | undefined;
  /**
   * 0 where nothing was checked yet on this visit: what stands there then is kept from before, and is not announced.
   * Another number at each check: a browser that translates the page has put nodes of its own into the old line.
   */
  turn?: number | string;
  /** what else makes it another verdict */
  about?: string | undefined;
  /** in place of the usual word */
  word?: string | undefined;
  class?: string;
  isStatus?: boolean;
  children?: ComponentChildren;
}

export function Verdict({
  id,
  kind,
  turn,
  about = '',
  word,
  class: name = '',
  isStatus = true,
  children,
}: Props) {
  return (
    <div
      class={`verdict ${name}`}
      id={id}
      role={isStatus ? 'status' : undefined}
      aria-live={isStatus && turn === 0 ? 'off' : undefined}
      data-verdict={kind}
    >
      {kind !== undefined && (
        <div class="verdict-line" key={`${turn} ${about}`}>
          <span class="icon" aria-hidden="true">
            {icons[kind]}
          </span>
          <strong>{word ?? words[kind]}</strong> {children}
        </div>
      )}
    </div>
  );
}

/** The names of mistakes and why they are mistakes. */
export function Mistakes({ mistakes }: { mistakes: readonly Mistake[] }) {
  return (
    <>
      {mistakes.length > 1 && 'Two at once. '}
      {mistakes.map(({ id, title, reason }) => (
        <span key={id}>
          <strong class="mistake">{asSentence(title)}</strong> {asSentence(reason)}{' '}
        </span>
      ))}
    </>
  );
}

/** Typed text with the unreadable place marked. */
export function Marked({ text, range }: { text: string; range: Range }) {
  return (
    <code>
      {text.slice(0, range.begin)}
      <mark>{text.slice(range.begin, range.end) || '⎵'}</mark>
      {text.slice(Math.max(range.end, range.begin))}
    </code>
  );
}
