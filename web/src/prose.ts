// The computed numbers of the running text, which belong to no sheet: computed again by the core that runs here.

import type { Quantities } from './core.ts';
import { computeQuantities, readGivens, type Limits, type Typed } from './scenario.ts';
import { showValue } from './sheet.ts';
import { theCore } from './the-core.ts';

/** Goes through the text in its order: a `given` block holds for all numbers up to the next. */
export function recomputeProse(): void {
  let quantities: Quantities = {};
  for (const element of document.querySelectorAll<HTMLElement>(
    'main [data-scope], main data[data-formula]',
  )) {
    const scope = element.dataset.scope;
    if (scope !== undefined) {
      const { given, ...limits } = JSON.parse(scope) as Limits & { given: Typed };
      quantities = computeQuantities(theCore(), readGivens(theCore(), given, limits));
    } else if (element instanceof HTMLDataElement && !element.closest('[data-sheet]')) {
      showValue(element, quantities, Number(element.dataset.digits ?? 4));
    }
  }
}
