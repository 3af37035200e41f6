// Builds a block `worksheet`: the steps of a computation by hand. Without scripts it reads as a worked table.

import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import { drawGivens, type Problem } from '../../src/core/items.ts';
import { isComputedFrom } from '../../src/core/quantities.ts';
import { type WorksheetBlock, schema } from '../../src/kinds/worksheet/schema.ts';
import type { WorksheetData } from '../../src/kinds/worksheet/model.ts';
import { item } from '../../src/kinds/worksheet/worksheet.tsx';
import { nearest } from '../nearest.ts';
import { gradedOf, wholeBlock } from '../graded.ts';
import { type Building, kind } from '../item.tsx';
import { computedValue, evaluateFormula } from '../markdown.ts';
import { nameFormulas, renderMath } from '../math.ts';
import { sheetData } from '../sheet.ts';
import { toleranceOf } from './practice.ts';

/** How a step is set in print; the table of quantities says from what it is computed. */
interface Step {
  symbol: string;
  formula: string;
}

const gradient = (of: string) => `\\frac{\\partial L}{\\partial ${of}}`;
const inline = (of: string) => `\\partial L / \\partial ${of}`;
const invstd = '\\frac{1}{\\sqrt{\\sigma_B^2 + \\varepsilon}}';

const steps: Record<string, Step> = {
  batch_mean: { symbol: '\\mu_B', formula: '\\frac{1}{m} \\sum_i x_i' },
  batch_var: { symbol: '\\sigma_B^2', formula: '\\frac{1}{m} \\sum_i (x_i - \\mu_B)^2' },
  saved_invstd: { symbol: '1/\\sqrt{\\sigma_B^2 + \\varepsilon}', formula: invstd },
  x_hat: { symbol: '\\hat x_i', formula: '\\frac{x_i - \\mu_B}{\\sqrt{\\sigma_B^2 + \\varepsilon}}' },
  y: { symbol: 'y_i', formula: '\\gamma \\hat x_i + \\beta' },
  dbeta: { symbol: inline('\\beta'), formula: `\\sum_i ${gradient('y_i')}` },
  dgamma: { symbol: inline('\\gamma'), formula: `\\sum_i ${gradient('y_i')} \\, \\hat x_i` },
  dx_hat: { symbol: inline('\\hat x_i'), formula: `\\gamma \\, ${gradient('y_i')}` },
  dvar: {
    symbol: inline('\\sigma_B^2'),
    formula: `-\\frac{1}{2} \\sum_i ${gradient('\\hat x_i')} (x_i - \\mu_B) (\\sigma_B^2 + \\varepsilon)^{-3/2}`,
  },
  dmean: { symbol: inline('\\mu_B'), formula: `-\\sum_i ${gradient('\\hat x_i')} ${invstd}` },
  dx: {
    symbol: inline('x_i'),
    formula: `${gradient('\\hat x_i')} ${invstd} + ${gradient('\\sigma_B^2')} \\frac{2 (x_i - \\mu_B)}{m} + ${gradient('\\mu_B')} \\frac{1}{m}`,
  },
  new_running_mean: {
    symbol: '\\mu_{\\text{run}}',
    formula: '\\alpha \\, \\mu_{\\text{run}} + (1 - \\alpha) \\, \\mu_B',
  },
  new_running_var: {
    symbol: '\\sigma^2_{\\text{run}}',
    formula: '\\alpha \\, \\sigma^2_{\\text{run}} + (1 - \\alpha) \\, \\sigma_B^2',
  },
};

/** A formula as a label: named in words, since browsers leave MathML out of accessible names. */
function namedMath(tex: string): ElementContent[] {
  const nodes: ElementContent[] = [renderMath(tex, false)];
  nameFormulas(nodes);
  return nodes;
}

/** A worksheet as a problem whose numbers can be drawn: each of its steps is a part. */
export function problemOfWorksheet(block: WorksheetBlock): Problem {
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

/** A step by its name; refuses one that is unknown, stands twice or stands before what it is computed from. */
function stepAt({ cells }: WorksheetBlock, k: number, { refuse }: Building): Step {
  const name = cells[k] ?? '';
  const step = Object.hasOwn(steps, name) ? steps[name] : undefined;
  if (!step)
    return refuse(['cells', k], `worksheet.cells: no step “${name}”${nearest(name, Object.keys(steps))}`);
  const late = cells.find((source) => cells.indexOf(source) > k && isComputedFrom(name, source));
  if (late !== undefined)
    refuse(['cells', k], `worksheet.cells: “${name}” is computed from “${late}”, which must stand before it`);
  if (cells.indexOf(name) !== k) refuse(['cells', k], `worksheet.cells: “${name}” stands there twice`);
  return step;
}

function ruleInWords(tolerance: WorksheetBlock['tolerance']): string {
  const lists = 'Lists take commas between their values. A box may use the givens and the boxes above it.';
  if (tolerance === 'exact') return `${lists} Every value is asked for exactly.`;
  const nearZero = tolerance.near_zero === undefined ? '' : ` or ${tolerance.near_zero}`;
  return `${lists} Within ${tolerance.percent} %${nearZero}, or rounded to ${tolerance.digits} digits; fractions and roots are welcome. You may check before every box is filled.`;
}

const sheetOf = (block: WorksheetBlock) => ({ ...block, edit: [], buttons: [] });

export const worksheet = kind<WorksheetBlock>({
  schema,
  View: item.View,
  name: ({ id }) => id,
  items(parsed) {
    const { cells, tolerance } = parsed.block;
    const problem = problemOfWorksheet(parsed.block);
    return wholeBlock(parsed, { kind: 'worksheet', problem, cells, tolerance: toleranceOf(tolerance) });
  },
  sheet: sheetOf,
  data(block, at): WorksheetData {
    const problem = problemOfWorksheet(block);
    const { core } = at.around;
    if (block.draw.length > 0) {
      try {
        drawGivens(core, problem, 1);
      } catch (error) {
        at.refuse(['draw'], `worksheet.draw: ${(error as Error).message}`);
      }
    }
    return {
      ...gradedOf(block),
      title: at.numbered(block.title),
      cells: block.cells.map((name, k) => ({
        name,
        isList: evaluateFormula(at.around, name, at.placeOf(['cells', k])).is_list,
      })),
      tolerance: toleranceOf(block.tolerance),
      problem,
      sheet: sheetData(sheetOf(block)),
      rule: ruleInWords(block.tolerance),
      hints: block.hints.length,
    };
  },
  slots(block, at) {
    const cells = block.cells.map((name, k) => ({
      name,
      step: stepAt(block, k, at),
      place: at.placeOf(['cells', k]),
    }));
    const worked = cells.map(({ name, step, place }) =>
      h('tr', [
        h('th', { scope: 'row' }, [...namedMath(step.symbol), ' ', h('code', name)]),
        h('td', renderMath(step.formula, false)),
        h('td', computedValue(at.around, name, place)),
      ]),
    );
    const heads = ['quantity', 'how', 'value'].map((head) => h('th', { scope: 'col' }, head));
    const table = h('table', { className: ['worked'] }, [
      h('caption', 'Each step, how it is computed, and its value for these numbers'),
      h('thead', h('tr', heads)),
      h('tbody', worked),
    ]);
    return {
      ...Object.fromEntries(cells.map(({ name, step }) => [`symbols.${name}`, namedMath(step.symbol)])),
      worked: [
        h('div', { className: ['scroll'], tabIndex: 0, role: 'group', ariaLabel: 'The worked table' }, table),
      ],
    };
  },
});
