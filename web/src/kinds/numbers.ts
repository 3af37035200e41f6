// Keeps the numbers in an item's text as the givens have them.

import { useContext, useLayoutEffect, useState } from 'preact/hooks';
import { type Scene, type SheetState, SlotContext } from './item.tsx';

/** True while the numbers shown belong to givens that could still be used. */
export function useNumbers({ core, surroundings }: Scene, sheet: SheetState): boolean {
  const slots = useContext(SlotContext);
  const [stale, setStale] = useState(false);
  const key = JSON.stringify(sheet);
  useLayoutEffect(() => {
    if (core) setStale(!surroundings.fill([...slots.values()].flat(), sheet));
    // The givens as text say all that the numbers depend on.
  }, [core, key]);
  return stale;
}
