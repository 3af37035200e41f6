// A sheet: givens that a learner may edit, and the texts and tables that are computed from them. Examples, problems
// and quiz checks are made of it; src/sheet.ts brings it to life.

import type { Element, ElementContent, Properties } from 'hast';
import { toString } from 'hast-util-to-string';
import { h } from 'hastscript';
import type { Core, Quantities } from '../src/core.ts';
import { pointPadding } from '../src/format.ts';
import { computeQuantities, type GivenName, givens, readGivens, type Typed } from '../src/scenario.ts';
import type { Content, Sheet } from './blocks.ts';
import { LessonError, type Place } from './error.ts';
import {
  computedValue,
  evaluateFormula,
  renderInline,
  renderLabel,
  renderMarkdown,
  type Surroundings,
} from './markdown.ts';

const symbols: Partial<Record<GivenName, string>> = { gamma: 'γ', beta: 'β', eps: 'ε', momentum: 'α' };

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

/** The boxes to edit the givens in, and the buttons; shown only where the page is live. */
export function renderControls(sheet: Sheet, id: string, canBeDrawn = false): Element {
  const isFormula = (name: GivenName) => sheet.given[name]?.startsWith('=');
  const names = Object.keys(sheet.given) as GivenName[];
  const editable = sheet.edit ?? names.filter((name) => !isFormula(name));
  const boxes = editable.map((name) => {
    const inputId = `${id}-${name}`;
    const symbol = symbols[name];
    const { kind, says } = givens[name];
    return h('div', { className: ['given', `given-${kind}`] }, [
      h(
        'label',
        { htmlFor: inputId, title: says },
        symbol ? [`${symbol} `, h('code', name)] : [h('code', name)],
      ),
      h('input', {
        id: inputId,
        type: 'text',
        value: sheet.given[name],
        dataGiven: name,
        autoComplete: 'off',
        spellCheck: 'false',
        autoCapitalize: 'off',
        ariaDescribedBy: `${id}-message`,
      }),
    ]);
  });
  const actions = sheet.buttons.map((button) =>
    h('button', { type: 'button', dataSet: JSON.stringify(button.set) }, button.label),
  );
  return h('div', { className: ['controls', 'live-only'], role: 'group', ariaLabel: 'Change the numbers' }, [
    h('div', { className: ['givens'] }, boxes),
    h('div', { className: ['actions'] }, [
      ...actions,
      ...(canBeDrawn ? [h('button', { type: 'button', dataDraw: '' }, 'New numbers')] : []),
      h('button', { type: 'button', dataReset: '' }, 'Reset'),
      h('label', { className: ['all-digits'] }, [
        h('input', { type: 'checkbox', dataAllDigits: '' }),
        ' all digits',
      ]),
    ]),
    h('p', { className: ['sheet-message'], id: `${id}-message`, role: 'status' }),
  ]);
}

/** The attribute by which src/sheet.ts knows the givens. */
export const sheetData = (sheet: Sheet) => JSON.stringify({ given: sheet.given, fewest: sheet.fewest });

/** Text, table and results of a step or a check. `placeOf` names the place of each of its fields. */
export function renderContent(
  content: Content,
  sheet: Sheet,
  around: Surroundings,
  placeOf: (path: PropertyKey[]) => Place,
): ElementContent[] {
  const children: ElementContent[] = [];
  if (content.text !== undefined) children.push(...renderMarkdown(content.text, placeOf(['text']), around));
  if (content.table) children.push(renderTable(content.table, around, placeOf));
  if (content.results) children.push(renderResults(content.results, sheet, around, placeOf));
  if (content.after !== undefined)
    children.push(...renderMarkdown(content.after, placeOf(['after']), around));
  return children;
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

function renderTable(
  table: NonNullable<Content['table']>,
  around: Surroundings,
  placeOf: (path: PropertyKey[]) => Place,
): Element {
  const columns = table.columns.map((column, k) => {
    const place = placeOf(['table', 'columns', k, 'value']);
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
      renderLabel(column.head, placeOf(['table', 'columns', k, 'head']), around),
    ),
  );
  return scrollable(
    table.caption,
    h('table', { className: ['numbers'], dataRows: '' }, [
      h('caption', renderInline(table.caption, placeOf(['table', 'caption']), around)),
      h('thead', h('tr', [h('th', { scope: 'col' }, 'i'), ...head])),
      h('tbody', rows),
    ]),
  );
}

function renderResults(
  results: NonNullable<Content['results']>,
  sheet: Sheet,
  around: Surroundings,
  placeOf: (path: PropertyKey[]) => Place,
): Element {
  const lines = results.rows.map((row, r) => {
    const place = placeOf(['results', 'rows', r, 'values']);
    if (row.values.length !== results.columns.length) {
      throw new LessonError(
        place,
        `expected ${results.columns.length} values, one a column, got ${row.values.length}`,
      );
    }
    const here = row.with
      ? {
          ...around,
          quantities: quantitiesOf(around.core, sheet, row.with, placeOf(['results', 'rows', r, 'with'])),
        }
      : around;
    const label = renderLabel(row.label, placeOf(['results', 'rows', r, 'label']), here);
    return { label, values: row.values.map((value) => computedValue(here, value, place)), with: row.with };
  });
  alignPoints(lines.map((line) => line.values));
  const rows = lines.map((line) =>
    tableRow(line.label, line.values, line.with ? { dataWith: JSON.stringify(line.with) } : {}),
  );
  const head = results.columns.map((column, k) =>
    h('th', { scope: 'col' }, renderLabel(column, placeOf(['results', 'columns', k]), around)),
  );
  return scrollable(
    results.caption,
    h('table', { className: ['numbers', 'results'] }, [
      h('caption', renderInline(results.caption, placeOf(['results', 'caption']), around)),
      h('thead', h('tr', [h('td'), ...head])),
      h('tbody', rows),
    ]),
  );
}
