// What a figure shows for a state, without a browser: its tables, its sentence, and its drawing as HTML.

import { renderToString } from 'preact-render-to-string';
import type { VNode } from 'preact';
import { loadBuiltCore } from '../../../web/render/core.ts';
import { cppLines } from '../../../web/render/cpp-lines.ts';
import { Controls } from '../../../web/src/drawing/controls.tsx';
import { type Fields, initialState } from '../../../web/src/drawing/fields.ts';
import type { Figure, View } from '../../../web/src/drawing/figure.tsx';
import { said } from '../../../web/src/figures/gradient-check/finding.ts';

export const core = await loadBuiltCore();

export interface Shown extends View {
  /** every change that a control or a handle asks for while it is drawn: none */
  changes: object[];
}

/** Placeholders for the author's sentences: the name of each, and the values that it may use. */
const sentences = Object.fromEntries(
  Object.entries(said).map(([name, values]) => [
    name,
    `[${name}] ${values.map((value) => `${value} {${value}}`).join(', ')}.`,
  ]),
);

const facts: Readonly<Record<string, unknown>> = {
  'computation-graph': cppLines(),
  'backward-paths': [],
  'gradient-check': {
    says: sentences,
    batches: {
      four: { x: [1.3, -0.4, 2.1, 0.6], dy: [0.7, -1.1, 0.4, 0.9] },
      two: { x: [1, 2], dy: [0.7, -1.1] },
    },
    presets: [],
  },
};
/** The facts that the build gives to a figure, next to its state. */
export const factsOf = ({ kind }: Figure): unknown => facts[kind] ?? null;

/** `state` replaces fields of the initial one. */
export function viewOf(figure: Figure, state: object = {}, width = 720, told = factsOf(figure)): Shown {
  const whole = { ...initialState(figure.fields), ...state };
  const changes: object[] = [];
  const set = (change: object) => void changes.push(change);
  const controls = new Controls<Fields>('figure-0', figure.fields, whole, set, new Set());
  return {
    ...figure.view({ core, state: whole, set, controls, width, id: 'figure-0', facts: told }),
    changes,
  };
}

export const htmlOf = (part: View['drawing']): string => renderToString(part as VNode);

/** The numbers of a table's column, by the start of its caption and its head. */
export function column({ tables }: View, caption: string, head: string): (number | string)[] {
  const table = tables.find((each) => each.caption.startsWith(caption));
  const k = table?.columns.findIndex((each) => each.head === head) ?? -1;
  if (!table || k < 0) throw new Error(`no column “${head}” in a table “${caption}…”`);
  return table.rows.map(({ values }) => values[k] ?? '');
}
