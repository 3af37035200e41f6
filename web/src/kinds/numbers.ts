// Updates the numbers in an item's text when its givens change.

import { useContext, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Scene, type SheetState, SlotContext } from './item.tsx';

/** Why the givens cannot be used; the numbers shown then belong to the last ones that could. */
export function useNumbers({ kept, core, surroundings }: Scene, sheet: SheetState): RangeError | undefined {
  const slots = useContext(SlotContext);
  const [refusal, setRefusal] = useState<RangeError>();
  const hasOther = useRef(false);
  const key = JSON.stringify(sheet);
  useLayoutEffect(() => {
    if (!core) return undefined;
    const fill = () => setRefusal(surroundings.fill([...slots.values()].flat(), sheet));
    hasOther.current ||= kept.texts.givens !== undefined || sheet.allDigits;
    if (hasOther.current) {
      fill();
      return undefined;
    }
    // The page came with the author's numbers, as this core computed them. They are computed again when nobody waits.
    let isStill = true;
    surroundings.whenIdle(() => isStill && fill());
    return () => {
      isStill = false;
    };
    // The givens as text say all that the numbers depend on.
  }, [core, key]);
  return refusal;
}
