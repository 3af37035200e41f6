/** @jsxImportSource preact */
// A figure's block to HTML: title, what to try, the still picture, the drawing in words, and a question to answer
// before the figure is moved. The still picture is what the live figure begins with.

import type { Element, ElementContent } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { h } from 'hastscript';
import { renderToString } from 'preact-render-to-string';
import { Controls } from '../src/drawing/controls.tsx';
import { initialState } from '../src/drawing/fields.ts';
import { type Figure, Frame, stillWidth } from '../src/drawing/figure.tsx';
import { figures } from '../src/figures/all.ts';
import type { Block, ParsedBlock } from './blocks.ts';
import { renderPractice } from './blocks-html.ts';
import { cppLines } from './cpp-lines.ts';
import { LessonError } from './error.ts';
import { renderInline, renderLabel, renderMarkdown, type Surroundings } from './markdown.ts';

/** What figures show of the sources, by kind. */
const factsOf: Readonly<Record<string, () => unknown>> = {
  'computation-graph': cppLines,
};

/** What a figure is called in links, in what is kept, and by the id of its element. */
export const nameOfFigure = ({ id, kind }: Pick<Block<'figure'>, 'id' | 'kind'>): string => id ?? kind;

/** The question of a figure as the practice block that it is. */
export function predictionOf(block: Block<'figure'>): Block<'practice'> | undefined {
  const { predict } = block;
  if (!predict) return undefined;
  const { given, fewest, about, explain, show: _, ...part } = predict;
  return {
    id: nameOfFigure(block),
    title: 'Predict, then look',
    given,
    fewest,
    edit: [],
    buttons: [],
    draw: [],
    problem: about,
    parts: [{ id: 'prediction', ...part }],
    answer: explain,
  };
}

/** The figure as it stands before anyone moves it, node by node as the browser will take it over. */
function still(figure: Figure, id: string, core: Surroundings['core'], facts: unknown): ElementContent[] {
  const state = initialState(figure.fields);
  const set = () => {};
  const controls = new Controls(id, figure.fields, state, set, new Set());
  const view = figure.view({ core, state, set, controls, width: stillWidth, id, facts });
  const { children } = fromHtml(renderToString(<Frame view={view} />), { fragment: true });
  return children as ElementContent[];
}

export function renderFigure(
  { block, placeOf }: ParsedBlock<'figure'>,
  id: string,
  outer: Surroundings,
): Element {
  const figure = figures.find(({ kind }) => kind === block.kind) as Figure;
  const facts = factsOf[block.kind]?.() ?? null;
  const prediction = predictionOf(block);
  for (const [name, text] of Object.entries(block.predict?.show ?? {})) {
    const field = figure.fields[name];
    const place = placeOf(['predict', 'show', name]);
    if (!field)
      throw new LessonError(
        place,
        `figure.predict.show: ${name} is no field of ${block.kind}. Valid here: ${Object.keys(figure.fields).join(', ')}`,
      );
    if (field.read(text) === undefined)
      throw new LessonError(place, `figure.predict.show.${name}: “${text}” is not allowed there`);
  }
  return h(
    `bn-${block.kind}`,
    { id, className: ['figure'], ...(facts === null ? {} : { dataFacts: JSON.stringify(facts) }) },
    [
      h('figure', { ariaLabelledBy: `${id}-title` }, [
        h('figcaption', { id: `${id}-title` }, renderLabel(block.title, placeOf(['title']), outer)),
        h('p', { className: ['try', 'live-only'] }, [
          h('strong', 'Try this. '),
          ...renderInline(block.try, placeOf(['try']), outer),
        ]),
        h('div', { className: ['stage'], translate: 'no' }, still(figure, id, outer.core, facts)),
        h('details', { className: ['description'] }, [
          h('summary', 'The figure in words'),
          ...renderMarkdown(block.description, placeOf(['description']), outer),
        ]),
      ]),
      ...(prediction
        ? [
            renderPractice(
              { block: prediction, placeOf: placesOfPrediction(placeOf) },
              `${id}-prediction`,
              outer,
              'h4',
            ),
            h(
              'button',
              {
                type: 'button',
                className: ['live-only', 'show-prediction'],
                hidden: true,
                dataShow: JSON.stringify(block.predict?.show),
              },
              'Show it in the figure',
            ),
          ]
        : []),
    ],
  );
}

/** Where the fields of the practice block stand in the block of the figure. */
const placesOfPrediction =
  (placeOf: ParsedBlock<'figure'>['placeOf']): ParsedBlock<'practice'>['placeOf'] =>
  ([field, , ...rest]) => {
    if (field === 'parts') return placeOf(['predict', ...rest]);
    return placeOf([
      'predict',
      field === 'problem' ? 'about' : field === 'answer' ? 'explain' : (field ?? ''),
    ]);
  };
