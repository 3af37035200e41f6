// Rules for the controls of all figures, in states that controls can lead to.

import { fromHtml } from 'hast-util-from-html';
import { expect, test } from 'vitest';
import type { AnyField, Fields } from '../../../web/src/drawing/fields.ts';
import { figures } from '../../../web/src/figures/all.ts';
import { htmlOf, viewOf } from './view.ts';

/** What a figure shows at a time; each view has controls of its own. */
const views = ['tab', 'mode'];

/** The width of a phone, and one where everything stands side by side. */
const widths = [300, 720];

/** Values of a field at its ends, and between them. */
function valuesOf(field: AnyField): unknown[] {
  switch (field.kind) {
    case 'number':
      return [field.least, field.most];
    case 'stops':
      return [field.stops[0], field.stops.at(-1)];
    case 'list': {
      // As a batch all at an end has no variance, the first one is another.
      const first = field.least + (field.most - field.least) / 4;
      const lists = (length: number, end: number) => [first, ...Array<number>(length - 1).fill(end)];
      return [field.fewest, field.longest].flatMap((length) => [
        lists(length, field.least),
        lists(length, field.most),
      ]);
    }
    case 'choice':
      return [...field.options];
    case 'flag':
      return [false, true];
  }
}

const statesOf = (fields: Fields): object[] =>
  Object.entries(fields)
    .filter(([name]) => !views.includes(name))
    .flatMap(([name, field]) => valuesOf(field).map((value) => ({ [name]: value })));

/** The controls in their order, by their attributes that must not change: types, ids, names. */
const controlsIn = (html: string) =>
  [...html.matchAll(/<(?:input|button|fieldset)[^>]*>/g)].map(([tag]) =>
    [...tag.matchAll(/ (?:type|id|name|data-control)="[^"]*"|^<\w+/g)].join(''),
  );

for (const figure of figures) {
  const shownViews = views.flatMap((name) => {
    const field = figure.fields[name];
    return field?.kind === 'choice' ? field.options.map((option) => ({ [name]: option })) : [];
  });
  test.each([{}, ...shownViews])(
    `${figure.kind} keeps its controls in their places, in whatever state: %j`,
    (view) => {
      for (const width of widths) {
        /** Those in sight, and those that are folded away. */
        const controls = (state: object) => {
          const shown = viewOf(figure, { ...view, ...state }, width);
          return { inSight: controlsIn(htmlOf(shown.controls)), folded: controlsIn(htmlOf(shown.more)) };
        };
        const first = controls({});
        expect(first.inSight.length + first.folded.length).toBeGreaterThan(2);
        const states = statesOf(figure.fields);
        expect(states.length).toBeGreaterThan(5);
        for (const state of states) expect(controls(state), JSON.stringify(state)).toEqual(first);
      }
    },
  );

  test(`${figure.kind} has one to three controls in sight, the others are folded away`, () => {
    for (const width of widths) {
      for (const state of [{}, ...shownViews]) {
        const { controls } = viewOf(figure, state, width);
        const { children } = fromHtml(htmlOf(controls), { fragment: true });
        expect(children.length).toBeGreaterThanOrEqual(1);
        expect(children.length).toBeLessThanOrEqual(3);
      }
    }
  });
}
