// Other numbers for an item: drawing them, saying so, and undoing it.

import { useRef, useState } from 'preact/hooks';
import type { Problem } from '../core/items.ts';
import { type Kept, merged, withTexts } from '../memory/kept.ts';
import { givensText, type SheetData } from './givens.tsx';
import type { Scene } from './item.tsx';

export interface Drawing {
  isDrawing: boolean;
  /** what was last done to the numbers, as a sentence */
  note: string;
  setNote: (note: string) => void;
  draw: () => Promise<void>;
  /** restores the earlier numbers and answers, where there are some */
  undo: (() => void) | undefined;
}

/** `emptied` gives the state without the answers, which belong to the old numbers; left out by items without answers. */
export function useDrawing(
  { kept, change, surroundings }: Scene,
  { problem, sheet }: { problem: Problem; sheet: SheetData },
  emptied?: (kept: Kept) => Kept,
): Drawing {
  const [isDrawing, setDrawing] = useState(false);
  const [note, setNote] = useState('');
  const before = useRef<Kept | undefined>(undefined);
  const draw = async () => {
    setDrawing(true);
    const seed = Number(kept.texts.seed ?? 0) + 1;
    try {
      const givens = givensText(sheet, await surroundings.draw(problem, seed));
      change((now) => {
        if (emptied) before.current = now;
        return withTexts(emptied ? emptied(now) : now, { seed: String(seed), givens });
      });
      const boxes = emptied ? ' The boxes are empty for them.' : '';
      setNote(`Other numbers stand here now: variant ${seed}.${boxes}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      setNote(`No other numbers could be drawn: ${reason}.`);
    } finally {
      setDrawing(false);
    }
  };
  const undo = () => {
    const { current } = before;
    // What was found out on the other numbers stays.
    if (current)
      change((now) => ({
        ...merged(now, { ...current, cleared: now.cleared }),
        texts: current.texts,
      }));
    before.current = undefined;
    setNote('The numbers and answers from before stand here again.');
  };
  return { isDrawing, note, setNote, draw, undo: before.current ? undo : undefined };
}
