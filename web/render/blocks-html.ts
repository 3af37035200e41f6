// Fenced blocks to HTML that reads completely without scripts: answers stand in <details>, and what only works live
// (boxes, buttons) has the class live-only until src/main.ts has the core running.

import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Tolerance as CoreTolerance } from '../src/core.ts';
import type { Graded, Part, Problem } from '../src/items.ts';
import { givens } from '../src/scenario.ts';
import type { Block, ParsedBlock, Tolerance } from './blocks.ts';
import type { Place } from './error.ts';
import { evaluateFormula, renderInline, renderLabel, renderMarkdown, type Surroundings } from './markdown.ts';
import { quantitiesOf, renderContent, renderControls, sheetData } from './sheet.ts';

type PlaceOf = (path: PropertyKey[]) => Place;

const under =
  (placeOf: PlaceOf, ...start: PropertyKey[]): PlaceOf =>
  (path) =>
    placeOf([...start, ...path]);

const heading = (level: 'h3' | 'h4', title: string, id?: string) => h(level, id ? { id } : {}, title);

export function renderExample(
  { block, placeOf }: ParsedBlock<'example'>,
  id: string,
  outer: Surroundings,
): Element {
  const quantities = quantitiesOf(outer.core, block, {}, placeOf(['given']));
  const around: Surroundings = { core: outer.core, quantities, strictness: 'results' };
  const { title, given, draw, fewest } = block;
  const problem: Problem = { id: title, given, drawn: draw, fewest, parts: [] };
  return h('bn-example', { id, dataSheet: sheetData(block), dataProblem: JSON.stringify(problem) }, [
    heading('h3', block.title, `${id}-title`),
    ...renderMarkdown(block.problem, placeOf(['problem']), around),
    renderControls(block, id, draw.length > 0),
    h(
      'ol',
      { className: ['steps'] },
      block.steps.map((step, k) =>
        h('li', [
          h('h4', renderInline(step.title, placeOf(['steps', k, 'title']), around)),
          ...renderContent(step, block, around, under(placeOf, 'steps', k)),
        ]),
      ),
    ),
  ]);
}

/** The tolerance as an author writes it and as the core takes it. */
export function toleranceOf(tolerance: Tolerance): CoreTolerance {
  if (tolerance === 'exact') return { relative: 0, absolute: 0, digits: 0 };
  return { relative: tolerance.percent / 100, absolute: tolerance.near_zero ?? 0, digits: tolerance.digits };
}

function ruleInWords(part: Block<'practice'>['parts'][number], isList: boolean): string {
  if (part.formula !== undefined) {
    return `a formula; you may use ${(part.names ?? []).join(', ')}. Any form that equals it is right.`;
  }
  if (part.find !== undefined) {
    const [first, ...rest] = part.find;
    const one = first !== undefined && givens[first].kind === 'list' ? 'values' : 'a value';
    const what =
      rest.length > 0 ? `numbers for ${part.find.join(', ')}, in this order` : `${one} for ${first}`;
    return `${what}; all that have the property are right.`;
  }
  const { tolerance } = part;
  const many = isList ? 'one value for each example, with commas between; ' : '';
  if (tolerance === undefined || tolerance === 'exact')
    return `${many}exactly, without separators (10000); products and powers welcome.`;
  const nearZero = tolerance.near_zero === undefined ? '' : ` or ${tolerance.near_zero}`;
  const digits = tolerance.digits === 3 ? 'three' : String(tolerance.digits);
  return `${many}within ${tolerance.percent} %${nearZero}; ${digits} digits are enough, rounded at every step and, at the end, rounded or cut off. Fractions and roots welcome.`;
}

/** The parts as data: what the page, the check of the content and the command line judge by. */
export function problemOf(block: Block<'practice'>): Problem {
  const parts = block.parts.map((part): Part => {
    const about: Graded = {
      id: `${block.id}/${part.id}`,
      objective: part.objective,
      pitfalls: [part.pitfall].flat(),
    };
    if (part.formula !== undefined)
      return { ...about, kind: 'formula', answer: part.formula, names: part.names ?? [] };
    const replaced = part.with ?? {};
    if (part.find !== undefined) {
      const { find, names = [], such_that = [] } = part;
      return { ...about, kind: 'property', find, names, conditions: such_that, with: replaced };
    }
    const question = {
      answer: part.answer ?? '',
      ...toleranceOf(part.tolerance ?? 'exact'),
      ...(part.foreseen ? { foreseen: part.foreseen } : {}),
    };
    return { ...about, kind: 'value', question, with: replaced };
  });
  return { id: block.id, given: block.given, drawn: block.draw, fewest: block.fewest, parts };
}

/** What an item says about itself, from its block. */
export const gradedOf = (block: Pick<Block<'quiz'>, 'id' | 'objective' | 'pitfall'>): Graded => ({
  id: block.id,
  objective: block.objective,
  pitfalls: [block.pitfall].flat(),
});

/** The attribute by which the page knows every item, for its summary. */
export const itemData = ({ id, objective, pitfalls }: Graded) => ({
  dataItem: JSON.stringify({ id, objective, pitfalls }),
});

/** Which objective and pitfalls an item serves, as links. */
export const serves = ({ objective, pitfalls }: Pick<Graded, 'objective' | 'pitfalls'>) =>
  h('p', { className: ['serves'] }, [
    h('a', { href: '#learning-objectives' }, `Objective ${objective}`),
    ...pitfalls.flatMap((pitfall) => [' · ', h('a', { href: `#pitfall-${pitfall}` }, `Pitfall ${pitfall}`)]),
  ]);

/** Hints in steps, each folded. */
export const hintsOf = (hints: string[], render: (hint: string, k: number) => ElementContent[]) =>
  hints.map((hint, k) =>
    h('details', { className: ['hint'] }, [
      h('summary', hints.length === 1 ? 'Hint' : `Hint ${k + 1} of ${hints.length}`),
      ...render(hint, k),
    ]),
  );

export function renderPractice(
  { block, placeOf }: ParsedBlock<'practice'>,
  id: string,
  outer: Surroundings,
  level: 'h3' | 'h4' = 'h3',
): Element {
  const quantities = quantitiesOf(outer.core, block, {}, placeOf(['given']));
  const around: Surroundings = { core: outer.core, quantities, strictness: 'results' };
  const problem = problemOf(block);
  const parts = block.parts.map((part, k) => {
    const partId = `${id}-${k + 1}`;
    const placeOfPart = under(placeOf, 'parts', k);
    const here = part.with
      ? { ...around, quantities: quantitiesOf(outer.core, block, part.with, placeOfPart(['with'])) }
      : around;
    const isList =
      part.answer !== undefined && evaluateFormula(here, part.answer, placeOfPart(['answer'])).is_list;
    const data = problem.parts[k] as Part;
    return h(
      'form',
      {
        className: ['part'],
        dataPart: JSON.stringify(data),
        ...(part.with ? { dataWith: JSON.stringify(part.with) } : {}),
        ...itemData(data),
        noValidate: true,
      },
      [
        h('label', { htmlFor: partId }, renderLabel(part.ask, placeOfPart(['ask']), here)),
        h('p', { className: ['rule', 'live-only'], id: `${partId}-rule` }, ruleInWords(part, isList)),
        h('div', { className: ['answer-row', 'live-only'] }, [
          h('input', {
            id: partId,
            type: 'text',
            autoComplete: 'off',
            spellCheck: 'false',
            autoCapitalize: 'off',
            ariaDescribedBy: `${partId}-rule ${partId}-read ${partId}-verdict`,
          }),
          h('button', { type: 'submit' }, 'Check'),
        ]),
        h('p', { className: ['read-as'], id: `${partId}-read` }),
        h('div', { className: ['verdict'], id: `${partId}-verdict`, role: 'status' }),
        h('div', { className: ['evidence'] }),
        ...hintsOf(part.hints, (hint, n) => renderMarkdown(hint, placeOfPart(['hints', n]), here)),
        serves(data),
      ],
    );
  });
  return h('bn-practice', { id, dataSheet: sheetData(block), dataProblem: JSON.stringify(problem) }, [
    heading(level, block.title, `${id}-title`),
    ...renderMarkdown(block.problem, placeOf(['problem']), around),
    ...(hasControls(block) ? [renderControls(block, id, block.draw.length > 0)] : []),
    ...parts,
    h('details', { className: ['answer'] }, [
      h('summary', 'Answer'),
      ...renderMarkdown(block.answer, placeOf(['answer']), around),
    ]),
  ]);
}

const hasControls = ({ given, edit, draw }: Block<'practice'>) =>
  draw.length > 0 || (Object.keys(given).length > 0 && edit?.length !== 0);

const letters = ['A', 'B', 'C', 'D'] as const;

export function renderQuiz(
  { block, placeOf }: ParsedBlock<'quiz'>,
  id: string,
  outer: Surroundings,
): Element {
  const { check } = block;
  const quantities = quantitiesOf(outer.core, check, {}, placeOf(['check', 'given']));
  const around: Surroundings = { core: outer.core, quantities, strictness: 'results' };
  const options = letters.map((letter) =>
    h('li', [
      h('label', [
        h('input', { type: 'radio', name: id, value: letter, className: ['live-only'] }),
        h('span', { className: ['letter'] }, `${letter})`),
        h('span', renderLabel(block.options[letter].text, placeOf(['options', letter, 'text']), around)),
      ]),
    ]),
  );
  const reasons = letters.flatMap((letter) => [
    h('dt', [
      `${letter}) `,
      ...renderInline(block.options[letter].text, placeOf(['options', letter, 'text']), around),
    ]),
    h('dd', { dataWhy: letter }, [
      h('strong', letter === block.correct ? 'Right. ' : 'Not this one. '),
      ...renderInline(block.options[letter].why, placeOf(['options', letter, 'why']), around),
    ]),
  ]);
  const checkId = `${id}-check`;
  const about = gradedOf(block);
  return h('bn-quiz', { id, dataSheet: sheetData(check), dataCorrect: block.correct, ...itemData(about) }, [
    heading('h3', block.title, `${id}-title`),
    h('form', { noValidate: true }, [
      h('fieldset', [
        h('legend', renderLabel(block.question, placeOf(['question']), around)),
        h('ul', { className: ['options'] }, options),
      ]),
      h('div', { className: ['actions', 'live-only'] }, [
        h('button', { type: 'submit' }, 'Check'),
        h('button', { type: 'button', dataRetry: '', hidden: true }, 'Try again'),
      ]),
      h('div', { className: ['verdict'], role: 'status' }),
    ]),
    serves(about),
    h('details', { className: ['answer'] }, [
      h('summary', 'Answer and explanations'),
      h('p', [
        h('strong', `Right: ${block.correct}) `),
        ...renderInline(
          block.options[block.correct].text,
          placeOf(['options', block.correct, 'text']),
          around,
        ),
      ]),
      ...renderMarkdown(block.explanation, placeOf(['explanation']), around),
      h('dl', { className: ['reasons'] }, reasons),
    ]),
    h('section', { className: ['check'], ariaLabelledBy: `${checkId}-title` }, [
      h('h4', { id: `${checkId}-title` }, check.title),
      h('p', { className: ['try', 'live-only'] }, [
        h('strong', 'Try this. '),
        ...renderInline(check.try, placeOf(['check', 'try']), around),
      ]),
      renderControls(check, checkId),
      ...renderContent(check, check, around, under(placeOf, 'check')),
    ]),
  ]);
}

export function renderScore({ block }: { block: Block<'score'> }): Element {
  return h('bn-score', { className: ['live-only'] }, [
    h('h3', block.title),
    h('p', { dataScore: '' }),
    h('button', { type: 'button' }, 'Start the quiz again'),
    h('div', { className: ['scroll'], tabIndex: 0, role: 'group', ariaLabel: 'All graded items' }, [
      h('table', { className: ['numbers'], dataObjectives: '' }, [
        h('caption', 'All graded items of this page, by learning objective'),
        h(
          'thead',
          h('tr', [
            h('th', { scope: 'col' }, 'objective'),
            ...['items', 'answered', 'right'].map((head) => h('th', { scope: 'col' }, head)),
          ]),
        ),
        h('tbody'),
      ]),
    ]),
    h('p', { dataMistakes: '' }),
  ]);
}
