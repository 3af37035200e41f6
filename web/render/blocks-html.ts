// Fenced blocks to HTML that reads completely without scripts: answers stand in <details>, and what only works live
// (boxes, buttons) has the class live-only until src/main.ts has the core running.

import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import { computationGraph } from '../src/figures/computation-graph.ts';
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
  return h('bn-example', { id, dataSheet: sheetData(block) }, [
    heading('h3', block.title, `${id}-title`),
    ...renderMarkdown(block.problem, placeOf(['problem']), around),
    renderControls(block, id),
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
function toleranceOf(tolerance: Tolerance): { relative: number; absolute: number } {
  if (tolerance === 'exact') return { relative: 0, absolute: 0 };
  return { relative: tolerance.percent / 100, absolute: tolerance.near_zero ?? 0 };
}

function ruleInWords(tolerance: Tolerance, isList: boolean): string {
  const many = isList ? 'one value for each example, with commas between; ' : '';
  if (tolerance === 'exact')
    return `${many}exactly, without separators (10000); products and powers welcome.`;
  const nearZero = tolerance.near_zero === undefined ? '' : ` or ${tolerance.near_zero}`;
  return `${many}within ${tolerance.percent} %${nearZero} of the value; fractions and roots welcome.`;
}

export function renderPractice(
  { block, placeOf }: ParsedBlock<'practice'>,
  id: string,
  outer: Surroundings,
): Element {
  const quantities = quantitiesOf(outer.core, block, {}, placeOf(['given']));
  const around: Surroundings = { core: outer.core, quantities, strictness: 'results' };
  const parts = block.parts.map((part, k) => {
    const partId = `${id}-${k + 1}`;
    const placeOfPart = under(placeOf, 'parts', k);
    const here = part.with
      ? { ...around, quantities: quantitiesOf(outer.core, block, part.with, placeOfPart(['with'])) }
      : around;
    const { is_list } = evaluateFormula(here, part.answer, placeOfPart(['answer']));
    const data = { answer: part.answer, with: part.with ?? {}, ...toleranceOf(part.tolerance) };
    return h('form', { className: ['part'], dataPart: JSON.stringify(data), noValidate: true }, [
      h('label', { htmlFor: partId }, renderLabel(part.ask, placeOfPart(['ask']), here)),
      h(
        'p',
        { className: ['rule', 'live-only'], id: `${partId}-rule` },
        ruleInWords(part.tolerance, is_list),
      ),
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
      h('p', { className: ['verdict'], id: `${partId}-verdict`, role: 'status' }),
      h('details', { className: ['hint'] }, [
        h('summary', 'Hint'),
        ...renderMarkdown(part.hint, placeOfPart(['hint']), here),
      ]),
    ]);
  });
  return h('bn-practice', { id, dataSheet: sheetData(block) }, [
    heading('h3', block.title, `${id}-title`),
    ...renderMarkdown(block.problem, placeOf(['problem']), around),
    ...(Object.keys(block.given).length > 0 && block.edit?.length !== 0 ? [renderControls(block, id)] : []),
    ...parts,
    h('details', { className: ['answer'] }, [
      h('summary', 'Answer'),
      ...renderMarkdown(block.answer, placeOf(['answer']), around),
    ]),
  ]);
}

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
  return h('bn-quiz', { id, dataSheet: sheetData(check), dataCorrect: block.correct }, [
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

export function renderFigure(
  { block, placeOf }: ParsedBlock<'figure'>,
  id: string,
  outer: Surroundings,
): Element {
  const description: ElementContent[] = renderMarkdown(block.description, placeOf(['description']), outer);
  return h('figure', { className: ['figure'], id }, [
    h('figcaption', { id: `${id}-title` }, renderLabel(block.title, placeOf(['title']), outer)),
    h(
      'div',
      { className: ['scroll'], tabIndex: 0, role: 'group', ariaLabel: 'Drawing' },
      computationGraph(`${id}-title`),
    ),
    h('details', { className: ['description'] }, [h('summary', 'The drawing in words'), ...description]),
  ]);
}

export function renderScore({ block }: { block: Block<'score'> }): Element {
  return h('bn-score', { className: ['live-only'] }, [
    h('h3', block.title),
    h('p', { dataScore: '' }),
    h('button', { type: 'button' }, 'Start the quiz again'),
  ]);
}
