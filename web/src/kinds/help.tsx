/** @jsxImportSource preact */
// Help with a question: hints in steps, and its answer.

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { answerOf, isOpen, type Kept, withAnswer, withAnswerOpened } from '../memory/kept.ts';
import { Slot } from './item.tsx';

interface HintsProps {
  count: number;
  kept: Kept;
  /** of the question, by which it is kept */
  name: string;
  change: (edit: (kept: Kept) => Kept) => void;
  /** the start of the slots' names */
  slots: string;
}

export function Hints({ count, kept, name, change, slots }: HintsProps) {
  return (
    <>
      {Array.from({ length: count }, (_, k) => (
        <details
          class="hint"
          key={k}
          onToggle={({ currentTarget }) => {
            if (currentTarget.open && answerOf(kept, name).hints <= k)
              change((now) => withAnswer(now, name, { hints: k + 1 }));
          }}
        >
          <summary>{count === 1 ? 'Hint' : `Hint ${k + 1} of ${count}`}</summary>
          <Slot name={`${slots}.${k}`} />
        </details>
      ))}
    </>
  );
}

interface ShowAnswerProps {
  kept: Kept;
  name: string;
  change: (edit: (kept: Kept) => Kept) => void;
  /** the element of the answer, which gets the focus when the button disappears */
  answer: RefObject<HTMLElement | null>;
  isOffered: boolean;
}

export function ShowAnswer({ kept, name, change, answer, isOffered }: ShowAnswerProps) {
  const isShown = isOpen(kept, name);
  const isPressed = useRef(false);
  useLayoutEffect(() => {
    if (!isShown || !isPressed.current) return;
    isPressed.current = false;
    answer.current?.focus();
  });
  if (!isOffered || isShown) return null;
  return (
    <button
      type="button"
      class="link show-answer live-only"
      onClick={() => {
        isPressed.current = true;
        change((now) => withAnswerOpened(now, name));
      }}
    >
      Show answer
    </button>
  );
}
