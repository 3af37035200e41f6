// A frame of a figure calls the core at most twice, whatever control has changed: a call costs more than its computation.

import { renderToString } from 'preact-render-to-string';
import type { VNode } from 'preact';
import { describe, expect, test } from 'vitest';
import type { Core } from '../../../web/src/core/core.ts';
import { Controls } from '../../../web/src/drawing/controls.tsx';
import { type AnyField, type Fields, initialState, type StateOf } from '../../../web/src/drawing/fields.ts';
import type { Figure } from '../../../web/src/drawing/figure.tsx';
import { figures } from '../../../web/src/figures/all.ts';
import { core, factsOf } from './view.ts';

/** Other values of a field that its controls can lead to, one for each direction. */
function otherValuesOf(field: AnyField, value: unknown): unknown[] {
  switch (field.kind) {
    case 'number':
      return [field.initial + field.step, field.initial - field.step].filter(
        (each) => each >= field.least && each <= field.most,
      );
    case 'stops':
      return field.stops.filter((each) => each !== value);
    case 'choice':
      return field.options.filter((each) => each !== value);
    case 'flag':
      return [value !== true];
    case 'list': {
      const values = value as readonly number[];
      return values.map((each, k) =>
        values.with(k, each + field.step <= field.most ? each + field.step : each - field.step),
      );
    }
  }
}

/** Draws a frame of the figure, so that its calls of the core are counted. */
function frameOf(figure: Figure, counted: Core, state: StateOf<Fields>): void {
  const controls = new Controls<Fields>('figure-0', figure.fields, state, () => {}, new Set());
  const view = figure.view({
    core: counted,
    state,
    set: () => {},
    controls,
    width: 720,
    id: 'f',
    facts: factsOf(figure),
  });
  for (const part of [
    view.controls,
    view.more,
    view.drawing,
    view.formulas,
    ...(view.folded ?? []).map(({ content }) => content),
  ])
    renderToString(part as VNode);
}

describe.each(figures.map((figure) => [figure.kind, figure] as const))('%s', (_kind, figure) => {
  const asked: string[] = [];
  const counted = Object.fromEntries(
    Object.entries(core).map(([name, ask]) => [
      name,
      (...input: unknown[]) => {
        asked.push(name);
        return (ask as (...all: unknown[]) => unknown)(...input);
      },
    ]),
  ) as unknown as Core;

  /** The calls of the most expensive frame after a change of one field. */
  function mostAskedFrom(state: StateOf<Fields>): string[] {
    let most: string[] = [];
    for (const [name, field] of Object.entries(figure.fields)) {
      for (const value of otherValuesOf(field, state[name])) {
        frameOf(figure, counted, state);
        asked.length = 0;
        frameOf(figure, counted, { ...state, [name]: value } as StateOf<Fields>);
        if (asked.length > most.length) most = [`${name}:`, ...asked];
      }
    }
    return most;
  }

  test('a frame asks the core at most twice', () => {
    const start = initialState(figure.fields);
    const choices = Object.entries(figure.fields).flatMap(([name, field]) =>
      field.kind === 'choice' ? field.options.map((option) => ({ ...start, [name]: option })) : [],
    );
    const most = [start, ...choices].map((state) => mostAskedFrom(state));
    const worst = most.reduce((a, b) => (b.length > a.length ? b : a));
    expect(worst.length - 1, worst.join(' ')).toBeLessThanOrEqual(2);
  });
});
