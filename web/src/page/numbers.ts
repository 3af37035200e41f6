// The computed numbers in the lesson's text: every `data` element holds its formula, and is computed again when the givens
// change.

import type { Core, Quantities } from '../core/core.ts';
import { allDigits, formatValue, fullText, isShort, pointPadding } from '../core/format.ts';
import type { SheetState } from '../kinds/item.tsx';
import { colourOfFormula } from '../core/quantities.ts';
import { computeQuantities, type Limits, readGivens, type Typed } from '../core/scenario.ts';
import { slices } from './slices.ts';

const within = <E extends Element>(nodes: readonly Node[], selector: string): E[] =>
  nodes.flatMap((node) =>
    node instanceof Element
      ? [...(node.matches(selector) ? [node as E] : []), ...node.querySelectorAll<E>(selector)]
      : [],
  );

/** Skips the numbers of another block nested in these nodes: they have other givens. */
const ownOf = (nodes: readonly Node[]) => (element: Element) => {
  const block = element.closest('[data-kind]');
  return !block || !nodes.some((node) => node !== block && node.contains(block));
};

/** Computes the numbers in these nodes from the givens. All stay as they are where these cannot be used; it gives why. */
export function fillNumbers(
  core: Core,
  nodes: readonly Node[],
  { typed, fewest, allDigits: all }: SheetState,
): RangeError | undefined {
  const own = ownOf(nodes);
  const quantitiesFor = (replaced: Typed) =>
    computeQuantities(core, readGivens(core, { ...typed, ...replaced }, { fewest }));
  const rows = new Map<string, Quantities>();
  let quantities: Quantities;
  try {
    quantities = quantitiesFor({});
    // All rows before any number is shown: where one of them is refused, the sheet stays as it was.
    for (const row of within<HTMLElement>(nodes, '[data-with]')) {
      const replaced = row.dataset.with ?? '{}';
      rows.set(replaced, quantitiesFor(JSON.parse(replaced) as Typed));
    }
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
  for (const table of within<HTMLTableElement>(nodes, 'table[data-rows]'))
    if (own(table)) fitRows(core, table, quantities);
  const changed = within<HTMLDataElement>(nodes, 'data[data-formula]').filter((element) => {
    if (!own(element)) return false;
    const here = rows.get(element.closest<HTMLElement>('[data-with]')?.dataset.with ?? '') ?? quantities;
    return showValue(core, element, here, all ? allDigits : Number(element.dataset.digits ?? 4));
  });
  for (const element of changed) {
    element.classList.remove('fresh');
    // In the next frame, so that the mark of a new number begins anew without a layout in between.
    requestAnimationFrame(() => element.classList.add('fresh'));
  }
  for (const table of within<HTMLTableElement>(nodes, 'table.numbers')) if (own(table)) alignPoints(table);
  return undefined;
}

/** The numbers of the running text, in its order: a `given` block holds for all up to the next. */
export async function fillProse(core: Core): Promise<void> {
  let quantities: Quantities = {};
  const pause = slices();
  for (const element of document.querySelectorAll<HTMLElement>(
    'main [data-scope], main data[data-formula]',
  )) {
    // oxlint-disable-next-line no-await-in-loop -- one piece after another
    await pause();
    const scope = element.dataset.scope;
    if (scope !== undefined) {
      const { given, ...limits } = JSON.parse(scope) as Limits & { given: Typed };
      quantities = computeQuantities(core, readGivens(core, given, limits));
    } else if (element instanceof HTMLDataElement && !element.closest('[data-kind]')) {
      showValue(core, element, quantities, Number(element.dataset.digits ?? 4));
    }
  }
}

/** Shows the value of the element's formula; true where that is another text than before. */
export function showValue(
  core: Core,
  element: HTMLDataElement,
  quantities: Quantities,
  digits: number,
): boolean {
  let text;
  try {
    const value = core.evaluate(element.dataset.formula ?? '', quantities);
    const full = fullText(value);
    // Written where it is another number only: most are what the page came with.
    if (element.value !== full) element.value = full;
    element.removeAttribute('title');
    text = formatValue(value, digits);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    element.value = '';
    element.title = error.message;
    text = 'no value';
  }
  if (element.textContent === text) return false;
  element.textContent = text;
  element.classList.toggle('whole', isShort(text));
  return true;
}

/** Lines the points of each column up. */
function alignPoints(table: HTMLTableElement): void {
  const rows = [...(table.tBodies[0]?.rows ?? [])].map((row) => [
    ...row.querySelectorAll<HTMLElement>('data'),
  ]);
  for (const column of rows[0]?.keys() ?? []) {
    const values = rows.flatMap((row) => row[column] ?? []);
    const padding = pointPadding(values.map((value) => value.textContent));
    values.forEach((value, k) => {
      if (value.dataset.pad === (padding[k] || undefined)) return;
      if (padding[k]) value.dataset.pad = padding[k];
      else delete value.dataset.pad;
    });
  }
}

/** One row for each value of the lists, however many there are now. */
function fitRows(core: Core, table: HTMLTableElement, quantities: Quantities): void {
  const body = table.tBodies[0];
  const columns = [...table.querySelectorAll<HTMLElement>('th[data-column]')].map(
    (head) => head.dataset.column ?? '',
  );
  const [first] = columns;
  if (!body || first === undefined) return;
  const count = core.evaluate(first, quantities).values.length;
  while (body.rows.length > count) body.deleteRow(-1);
  while (body.rows.length < count) {
    const index = body.rows.length;
    const row = body.insertRow();
    const label = document.createElement('th');
    label.scope = 'row';
    label.textContent = String(index + 1);
    row.append(label);
    for (const column of columns) {
      const value = document.createElement('data');
      const quantity = colourOfFormula(column);
      value.className = quantity ? `v q-${quantity}` : 'v';
      value.dataset.formula = `(${column})[${index}]`;
      row.insertCell().append(value);
    }
  }
}
