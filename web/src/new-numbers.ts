// The button "New numbers": a seeded variant of a sheet's givens, the next one each time.

import { drawGivens, type Problem } from './items.ts';
import type { Sheet } from './sheet.ts';
import { theCore } from './the-core.ts';

/** `root` has the attribute data-problem where it has the button. */
export function offerNewNumbers(root: HTMLElement, sheet: Sheet): void {
  const problem = JSON.parse(root.dataset.problem ?? '{}') as Problem;
  let seed = 0;
  root.querySelector('button[data-draw]')?.addEventListener('click', () => {
    const givens = drawGivens(theCore(), problem, seed + 1);
    seed += 1;
    sheet.set(givens);
    sheet.say(`Other numbers stand here now: variant ${seed}.`);
  });
}
