// A sheet: givens that a learner may edit, and the tables that are computed from them.

import type { Element, ElementContent, Properties } from 'hast';
import { toString } from 'hast-util-to-string';
import { h } from 'hastscript';
import type { Core, Quantities } from '../src/core/core.ts';
import { pointPadding } from '../src/core/format.ts';
import type { SheetData } from '../src/kinds/givens.tsx';
import type { ResultsTableBlock, TableBlock } from '../src/kinds/schema.ts';
import { type GivenName } from '../src/core/quantities.ts';
import { computeQuantities, readGivens, type Typed } from '../src/core/scenario.ts';
import { LessonError, type Place } from './error.ts';
import { computedValue, evaluateFormula, renderInline, renderLabel, type Surroundings } from './markdown.ts';

/** Givens, and which of them a learner may change. */
export interface Sheet {
  given: Typed;
  edit?: GivenName[] | undefined;
  fewest: number;
  buttons: { label: string; set: Typed }[];
}

/** The quantities of a sheet with some givens replaced; a given that does not work is a mistake of the lesson. */
export function quantitiesOf(core: Core, sheet: Sheet, replaced: Typed, place: Place): Quantities {
  try {
    return computeQuantities(
      core,
      readGivens(core, { ...sheet.given, ...replaced }, { fewest: sheet.fewest }),
    );
  } catch (error) {
    throw new LessonError(place, (error as Error).message);
  }
}

/** The givens as the page carries them: all that are no formulas may be changed, unless the author says which. */
export function sheetData({ given, edit, fewest, buttons }: Sheet): SheetData {
  const names = Object.keys(given) as GivenName[];
  return { given, fewest, buttons, edit: edit ?? names.filter((name) => !given[name]?.startsWith('=')) };
}

/** Lines the points of each column up; `cells` are the rows of data elements. */
function alignPoints(cells: Element[][]): void {
  for (const column of cells[0]?.keys() ?? []) {
    const values = cells.flatMap((row) => row[column] ?? []);
    const padding = pointPadding(values.map((value) => toString(value)));
    values.forEach((value, k) => {
      if (padding[k]) value.properties.dataPad = padding[k];
    });
  }
}

const tableRow = (label: ElementContent[], values: Element[], properties: Properties = {}) =>
  h('tr', properties, [h('th', { scope: 'row' }, label), ...values.map((value) => h('td', value))]);

const scrollable = (caption: string, element: Element) =>
  h('div', { className: ['scroll'], tabIndex: 0, role: 'group', ariaLabel: caption }, element);

export function renderTable(
  table: TableBlock,
  around: Surroundings,
  placeOf: (path: PropertyKey[]) => Place,
): Element {
  const columns = table.columns.map((column, k) => {
    const place = placeOf(['columns', k, 'value']);
    return { ...column, place, cells: evaluateFormula(around, column.value, place).values.length };
  });
  const count = Math.max(...columns.map((column) => column.cells));
  for (const column of columns) {
    if (column.cells !== count) {
      throw new LessonError(
        column.place,
        `\`${column.value}\` has ${column.cells} values, another column ${count}`,
      );
    }
  }
  const cells = Array.from({ length: count }, (_, row) =>
    columns.map((column) => computedValue(around, `(${column.value})[${row}]`, column.place)),
  );
  alignPoints(cells);
  const rows = cells.map((values, row) => tableRow([{ type: 'text', value: String(row + 1) }], values));
  const head = columns.map((column, k) =>
    h(
      'th',
      { scope: 'col', dataColumn: column.value },
      renderLabel(column.head, placeOf(['columns', k, 'head']), around),
    ),
  );
  return scrollable(
    table.caption,
    h('table', { className: ['numbers'], dataRows: '' }, [
      h('caption', renderInline(table.caption, placeOf(['caption']), around)),
      h('thead', h('tr', [h('th', { scope: 'col' }, 'i'), ...head])),
      h('tbody', rows),
    ]),
  );
}

export function renderResults(
  results: ResultsTableBlock,
  sheet: Sheet,
  around: Surroundings,
  placeOf: (path: PropertyKey[]) => Place,
): Element {
  const lines = results.rows.map((row, r) => {
    const place = placeOf(['rows', r, 'values']);
    if (row.values.length !== results.columns.length) {
      throw new LessonError(
        place,
        `expected ${results.columns.length} values, one a column, got ${row.values.length}`,
      );
    }
    const here = row.with
      ? {
          ...around,
          quantities: quantitiesOf(around.core, sheet, row.with, placeOf(['rows', r, 'with'])),
        }
      : around;
    const label = renderLabel(row.label, placeOf(['rows', r, 'label']), here);
    return { label, values: row.values.map((value) => computedValue(here, value, place)), with: row.with };
  });
  alignPoints(lines.map((line) => line.values));
  const rows = lines.map((line) =>
    tableRow(line.label, line.values, line.with ? { dataWith: JSON.stringify(line.with) } : {}),
  );
  const head = results.columns.map((column, k) =>
    h('th', { scope: 'col' }, renderLabel(column, placeOf(['columns', k]), around)),
  );
  return scrollable(
    results.caption,
    h('table', { className: ['numbers', 'results'] }, [
      h('caption', renderInline(results.caption, placeOf(['caption']), around)),
      h('thead', h('tr', [h('td'), ...head])),
      h('tbody', rows),
    ]),
  );
}
