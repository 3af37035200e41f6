// The text of an item as it is printed for a class, from the template of the page that prints.

import type { Slots } from '../kinds/item.tsx';
import { focusableWhereTheyScroll } from './scrollers.ts';

export function paper(name: string): Slots | undefined {
  const template = document.getElementById('papers');
  if (!(template instanceof HTMLTemplateElement)) return undefined;
  const place = template.content.querySelector(`[data-paper="${CSS.escape(name)}"]`);
  if (!place) return undefined;
  const copy = document.importNode(place, true);
  focusableWhereTheyScroll(copy);
  const slots = [...copy.querySelectorAll<HTMLElement>(':scope > [data-slot]')];
  return new Map(slots.map((slot) => [slot.dataset.slot ?? '', [...slot.childNodes]]));
}
