/** @jsxImportSource preact */
// Builds a block `figure`: a question to answer before the figure is seen; then its title, what to try, the picture, and
// the drawing in words.

import type { Element, ElementContent } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { h } from 'hastscript';
import { renderToString } from 'preact-render-to-string';
import { z } from 'zod';
import { Controls } from '../../src/drawing/controls.tsx';
import { startingAt } from '../../src/drawing/fields.ts';
import { type Figure, Frame, stillState, stillWidth } from '../../src/drawing/figure.tsx';
import { figures } from '../../src/figures/all.ts';
import {
  foreseen,
  formula,
  given,
  graded,
  hints,
  id,
  inline,
  label,
  paragraphs,
  tolerance,
} from '../../src/kinds/schema.ts';
import type { PracticeBlock } from '../../src/kinds/practice/schema.ts';
import type { ParsedBlock } from '../blocks.ts';
import type { Examples } from '../examples.ts';
import { stateFields, textsOf } from '../fields.ts';
import { factKeys, figureFacts } from '../figure-facts.ts';
import { type GradedItem, partsOf } from '../graded.ts';
import { type Building, type Lesson, renderItem } from '../item.tsx';
import { renderInline, renderLabel, renderMarkdown, type Surroundings } from '../markdown.ts';
import { practice, practiceData, problemOf } from './practice.ts';

/**
 * `state` is how the figure starts. `predict` is judged before it is shown, which then plays it: `show` are the fields
 * that it ends with, and `from` those that are others when it begins. A `bare` figure is its drawing alone.
 */
export const figureSchema = z.strictObject({
  kind: z.enum(figures.map(({ kind }) => kind) as [string, ...string[]]),
  id: id.optional(),
  bare: z.boolean().default(false),
  title: label,
  try: inline.optional(),
  description: paragraphs,
  state: stateFields.default({}),
  ...factKeys,
  predict: z
    .strictObject({
      objective: graded.objective,
      pitfall: graded.pitfall,
      core: graded.core,
      given,
      fewest: z.number().int().min(1).default(2),
      about: paragraphs,
      ask: label,
      answer: formula,
      tolerance,
      foreseen: z.array(foreseen).optional(),
      hints,
      why: inline,
      explain: paragraphs,
      show: stateFields,
      from: stateFields.default({}),
    })
    .optional(),
});

export type FigureBlock = z.infer<typeof figureSchema>;

/** By what a figure is remembered: two of a kind on one page have names of their own. */
export const nameOfFigure = ({ id: own, kind }: Pick<FigureBlock, 'id' | 'kind'>): string => own ?? kind;

/** The question of a figure as the practice block that it is. */
function predictionOf(block: FigureBlock): PracticeBlock | undefined {
  const { predict } = block;
  if (!predict) return undefined;
  const { given: givens, fewest, about, explain, show: _, from: __, ...part } = predict;
  return {
    id: nameOfFigure(block),
    title: 'Predict first',
    given: givens,
    fewest,
    edit: [],
    buttons: [],
    draw: [],
    problem: about,
    parts: [{ id: 'prediction', ...part }],
    answer: explain,
  };
}

/** The question of a figure as a graded item. */
export function itemsOfFigure({ block, placeOf }: ParsedBlock<FigureBlock>): GradedItem[] {
  const prediction = predictionOf(block);
  if (!prediction) return [];
  const at = `${prediction.id}-prediction`;
  return partsOf(prediction, problemOf(prediction), at, () => placeOf(['predict']));
}

/** The prediction is a practice block without a heading of its own. */
const predictionKind = {
  ...practice,
  data: (block: never, at: Building) => practiceData(block, at, 'p'),
};

/** The figure as it stands before anyone moves it, node by node as the browser will take it over. */
function still(figure: Figure, { bare, ...block }: FigureBlock, core: Surroundings['core'], facts: unknown) {
  const name = nameOfFigure(block);
  const state = stillState(figure);
  const set = () => {};
  const controls = new Controls(name, figure.fields, state, set, new Set());
  const view = figure.view({ core, state, set, controls, width: stillWidth, id: name, facts });
  const { children } = fromHtml(renderToString(<Frame view={view} isBare={bare} />), { fragment: true });
  return children as ElementContent[];
}

export function renderFigure(
  { block, placeOf }: ParsedBlock<FigureBlock>,
  outer: Surroundings,
  { examples, ...at }: Lesson & { examples: Examples },
): Element {
  const name = nameOfFigure(block);
  const kind = figures.find((each) => each.kind === block.kind) as Figure;
  const texts = (of: Record<string, string>, ...path: string[]) => textsOf(kind, of, path, placeOf, outer);
  const starts = texts(block.state, 'state');
  const figure = { ...kind, fields: startingAt(kind.fields, starts) };
  const facts = figureFacts({ figure, block, placeOf, around: outer, examples });
  const prediction = predictionOf(block);
  return h(
    `bn-${block.kind}`,
    {
      id: name,
      dataFigure: block.kind,
      className: block.bare ? ['figure', 'bare'] : ['figure'],
      ...(facts === null ? {} : { dataFacts: JSON.stringify(facts) }),
      ...(Object.keys(starts).length > 0 ? { dataStarts: JSON.stringify(starts) } : {}),
      ...(block.predict
        ? {
            dataAsks: '',
            dataShow: JSON.stringify(texts(block.predict.show, 'predict', 'show')),
            dataFrom: JSON.stringify(texts(block.predict.from, 'predict', 'from')),
          }
        : {}),
    },
    [
      ...(prediction
        ? [
            renderItem(
              'practice',
              predictionKind,
              { block: prediction, placeOf: placesOfPrediction(placeOf) },
              outer,
              { ...at, id: `${name}-prediction` },
            ),
            h('p', { className: ['prediction-actions', 'live-only'] }, [
              h('button', { type: 'button', className: ['link'], dataTask: 'skip' }, 'Show the figure'),
              h(
                'button',
                { type: 'button', className: ['link'], dataTask: 'again', hidden: true },
                'Play it again',
              ),
            ]),
          ]
        : []),
      h('figure', { ariaLabelledBy: `${name}-title` }, [
        h(
          'figcaption',
          { id: `${name}-title`, tabIndex: -1 },
          renderLabel(block.title, placeOf(['title']), outer),
        ),
        ...(block.try === undefined
          ? []
          : [
              h('p', { className: ['try', 'live-only'] }, [
                h('strong', 'Try this. '),
                ...renderInline(block.try, placeOf(['try']), outer),
              ]),
            ]),
        h('div', { className: ['stage'], translate: 'no' }, still(figure, block, outer.core, facts)),
        h('details', { className: ['description'] }, [
          h('summary', 'The figure in words'),
          ...renderMarkdown(block.description, placeOf(['description']), outer),
        ]),
      ]),
    ],
  );
}

/** Where the fields of the practice block stand in the block of the figure. */
const placesOfPrediction =
  (placeOf: ParsedBlock['placeOf']): ParsedBlock['placeOf'] =>
  ([field, , ...rest]) => {
    if (field === 'parts') return placeOf(['predict', ...rest]);
    return placeOf([
      'predict',
      field === 'problem' ? 'about' : field === 'answer' ? 'explain' : (field ?? ''),
    ]);
  };
