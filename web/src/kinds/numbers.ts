// Updates the numbers in an item's text when its givens change.

import { useContext, useLayoutEffect, useState } from 'preact/hooks';
import { type Scene, type SheetState, SlotContext } from './item.tsx';

/** Why the givens cannot be used; the numbers shown then belong to the last ones that could. */
export function useNumbers({ core, surroundings }: Scene, sheet: SheetState): RangeError | undefined {
  const slots = useContext(SlotContext);
  const [refusal, setRefusal] = useState<RangeError>();
  const key = JSON.stringify(sheet);
  useLayoutEffect(() => {
    if (core) setRefusal(surroundings.fill([...slots.values()].flat(), sheet));
    // The givens as text say all that the numbers depend on.
  }, [core, key]);
  return refusal;
}
