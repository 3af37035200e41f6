// A worksheet to HTML: the steps of a computation by hand, a box for each. Without scripts it reads as a worked table.

import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import type { WorksheetData } from '../src/elements/bn-worksheet.ts';
import { drawGivens, type Problem } from '../src/items.ts';
import type { Block, ParsedBlock } from './blocks.ts';
import { nearest } from './blocks.ts';
import { gradedOf, hintsOf, itemData, serves, toleranceOf } from './blocks-html.ts';
import { LessonError } from './error.ts';
import { computedValue, evaluateFormula, renderMarkdown, type Surroundings } from './markdown.ts';
import { nameFormulas, renderMath } from './math.ts';
import { quantitiesOf, sheetData } from './sheet.ts';

/** What can be a step: its symbol, how it is computed, and from which other steps. */
interface Step {
  symbol: string;
  formula: string;
  from: string[];
}

const gradient = (of: string) => `\\frac{\\partial L}{\\partial ${of}}`;
const inline = (of: string) => `\\partial L / \\partial ${of}`;
const invstd = '\\frac{1}{\\sqrt{\\sigma_B^2 + \\varepsilon}}';

const steps: Record<string, Step> = {
  batch_mean: { symbol: '\\mu_B', formula: '\\frac{1}{m} \\sum_i x_i', from: [] },
  batch_var: {
    symbol: '\\sigma_B^2',
    formula: '\\frac{1}{m} \\sum_i (x_i - \\mu_B)^2',
    from: ['batch_mean'],
  },
  saved_invstd: { symbol: '1/\\sqrt{\\sigma_B^2 + \\varepsilon}', formula: invstd, from: ['batch_var'] },
  x_hat: {
    symbol: '\\hat x_i',
    formula: '\\frac{x_i - \\mu_B}{\\sqrt{\\sigma_B^2 + \\varepsilon}}',
    from: ['batch_mean', 'batch_var', 'saved_invstd'],
  },
  y: { symbol: 'y_i', formula: '\\gamma \\hat x_i + \\beta', from: ['x_hat'] },
  dbeta: { symbol: inline('\\beta'), formula: `\\sum_i ${gradient('y_i')}`, from: [] },
  dgamma: {
    symbol: inline('\\gamma'),
    formula: `\\sum_i ${gradient('y_i')} \\, \\hat x_i`,
    from: ['x_hat'],
  },
  dx_hat: { symbol: inline('\\hat x_i'), formula: `\\gamma \\, ${gradient('y_i')}`, from: [] },
  dvar: {
    symbol: inline('\\sigma_B^2'),
    formula: `-\\frac{1}{2} \\sum_i ${gradient('\\hat x_i')} (x_i - \\mu_B) (\\sigma_B^2 + \\varepsilon)^{-3/2}`,
    from: ['dx_hat', 'batch_mean', 'batch_var', 'saved_invstd', 'x_hat'],
  },
  dmean: {
    symbol: inline('\\mu_B'),
    formula: `-\\sum_i ${gradient('\\hat x_i')} ${invstd}`,
    from: ['dx_hat', 'batch_var', 'saved_invstd', 'dvar'],
  },
  dx: {
    symbol: inline('x_i'),
    formula: `${gradient('\\hat x_i')} ${invstd} + ${gradient('\\sigma_B^2')} \\frac{2 (x_i - \\mu_B)}{m} + ${gradient('\\mu_B')} \\frac{1}{m}`,
    from: ['dx_hat', 'dvar', 'dmean', 'batch_mean', 'batch_var', 'saved_invstd', 'x_hat'],
  },
  new_running_mean: {
    symbol: '\\mu_{\\text{run}}',
    formula: '\\alpha \\, \\mu_{\\text{run}} + (1 - \\alpha) \\, \\mu_B',
    from: ['batch_mean'],
  },
  new_running_var: {
    symbol: '\\sigma^2_{\\text{run}}',
    formula: '\\alpha \\, \\sigma^2_{\\text{run}} + (1 - \\alpha) \\, \\sigma_B^2',
    from: ['batch_var'],
  },
};

/** A formula as a label: named in words, since browsers leave MathML out of accessible names. */
function namedMath(tex: string): ElementContent[] {
  const nodes: ElementContent[] = [renderMath(tex, false)];
  nameFormulas(nodes);
  return nodes;
}

/** A worksheet as a problem whose numbers can be drawn: each of its steps is a part. */
export function problemOfWorksheet(block: Block<'worksheet'>): Problem {
  // Between the mistakes of the steps on the way to dx, a draw seldom tells; they show in dx itself.
  const told = block.cells.includes('dx')
    ? block.cells.filter((name) => name !== 'dvar' && name !== 'dmean')
    : block.cells;
  const parts = told.map((name) => ({
    ...gradedOf(block),
    kind: 'value' as const,
    question: { answer: name, ...toleranceOf(block.tolerance) },
    with: {},
  }));
  return { id: block.id, given: block.given, drawn: block.draw, fewest: block.fewest, parts };
}

export function renderWorksheet(
  { block, placeOf }: ParsedBlock<'worksheet'>,
  id: string,
  outer: Surroundings,
): Element {
  const sheet = { ...block, buttons: [] };
  const quantities = quantitiesOf(outer.core, sheet, {}, placeOf(['given']));
  const around: Surroundings = { core: outer.core, quantities, strictness: 'results' };
  const about = gradedOf(block);
  const tolerance = toleranceOf(block.tolerance);

  const cells = block.cells.map((name, k) => {
    const place = placeOf(['cells', k]);
    const step = Object.hasOwn(steps, name) ? steps[name] : undefined;
    if (!step)
      throw new LessonError(place, `worksheet.cells: no step “${name}”${nearest(name, Object.keys(steps))}`);
    const late = block.cells.slice(k + 1).find((other) => step.from.includes(other));
    if (late !== undefined)
      throw new LessonError(
        place,
        `worksheet.cells: “${name}” is computed from “${late}”, which must stand before it`,
      );
    if (block.cells.indexOf(name) !== k)
      throw new LessonError(place, `worksheet.cells: “${name}” stands there twice`);
    const { values, is_list } = evaluateFormula(around, name, place);
    return { name, step, place, count: values.length, isList: is_list };
  });

  const data: WorksheetData = { ...about, cells: block.cells, tolerance };
  if (block.draw.length > 0) {
    data.problem = problemOfWorksheet(block);
    try {
      drawGivens(outer.core, data.problem, 1);
    } catch (error) {
      throw new LessonError(placeOf(['draw']), `worksheet.draw: ${(error as Error).message}`);
    }
  }

  const rows = cells.map(({ name, step, isList }, k) => {
    const boxId = `${id}-${name}`;
    const box = h('input', {
      id: boxId,
      type: 'text',
      autoComplete: 'off',
      spellCheck: 'false',
      autoCapitalize: 'off',
      ariaDescribedBy: `${boxId}-shape ${boxId}-read ${boxId}-verdict`,
    });
    return h('tr', { dataStep: name, role: 'row' }, [
      h('td', { className: ['step'], role: 'cell' }, String(k + 1)),
      h('th', { scope: 'row', role: 'rowheader' }, [
        h('label', { htmlFor: boxId }, [...namedMath(step.symbol), ' ', h('code', name)]),
        h(
          'span',
          { className: ['shape'], id: `${boxId}-shape` },
          isList ? 'one value for each example' : 'one number',
        ),
      ]),
      h('td', { role: 'cell' }, [
        box,
        h('p', { className: ['read-as'], id: `${boxId}-read` }),
        h('p', { className: ['verdict'], id: `${boxId}-verdict` }),
      ]),
    ]);
  });

  const worked = cells.map(({ name, step, place }) =>
    h('tr', [
      h('th', { scope: 'row' }, [...namedMath(step.symbol), ' ', h('code', name)]),
      h('td', renderMath(step.formula, false)),
      h('td', computedValue(around, name, place)),
    ]),
  );

  return h(
    'bn-worksheet',
    { id, dataSheet: sheetData(sheet), dataWorksheet: JSON.stringify(data), ...itemData(about) },
    [
      h('h3', { id: `${id}-title` }, block.title),
      ...renderMarkdown(block.problem, placeOf(['problem']), around),
      h('form', { className: ['worksheet', 'live-only'], ariaLabelledBy: `${id}-title`, noValidate: true }, [
        h('p', { className: ['rule'] }, ruleInWords(block.tolerance)),
        h('div', { className: ['verdict', 'summary'], role: 'status' }),
        // The roles stay with the table where a narrow screen shows it as blocks.
        h('table', { className: ['worksheet'], role: 'table', ariaLabelledBy: `${id}-title` }, [
          h('colgroup', [h('col', { className: ['step'] }), h('col', { className: ['quantity'] }), h('col')]),
          h(
            'thead',
            { role: 'rowgroup' },
            h(
              'tr',
              { role: 'row' },
              ['step', 'quantity', 'your value'].map((head) =>
                h('th', { scope: 'col', role: 'columnheader' }, head),
              ),
            ),
          ),
          h('tbody', { role: 'rowgroup' }, rows),
        ]),
        h('div', { className: ['actions'] }, [
          h('button', { type: 'submit' }, 'Check'),
          ...(data.problem
            ? [
                h('button', { type: 'button', dataDraw: '' }, 'New numbers'),
                h('button', { type: 'button', dataBack: '', hidden: true }, 'The numbers before'),
              ]
            : []),
        ]),
      ]),
      ...hintsOf(block.hints, (hint, k) => renderMarkdown(hint, placeOf(['hints', k]), around)),
      serves(about),
      h('details', { className: ['answer'] }, [
        h('summary', 'Answer'),
        h('div', { className: ['scroll'], tabIndex: 0, role: 'group', ariaLabel: 'The worked table' }, [
          h('table', { className: ['worked'] }, [
            h('caption', 'Each step, how it is computed, and its value for these numbers'),
            h(
              'thead',
              h(
                'tr',
                ['quantity', 'how', 'value'].map((head) => h('th', { scope: 'col' }, head)),
              ),
            ),
            h('tbody', worked),
          ]),
        ]),
      ]),
    ],
  );
}

function ruleInWords(tolerance: ParsedBlock<'worksheet'>['block']['tolerance']): string {
  const lists = 'Lists take commas between their values. A box may use the givens and the boxes above it.';
  if (tolerance === 'exact') return `${lists} Every value is asked for exactly.`;
  const nearZero = tolerance.near_zero === undefined ? '' : ` or ${tolerance.near_zero}`;
  return `${lists} Within ${tolerance.percent} %${nearZero}, or rounded to ${tolerance.digits} digits; fractions and roots welcome. You may check before every box is filled.`;
}
