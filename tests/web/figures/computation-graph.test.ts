// The computation graph without a browser: what each step shows, against the traces of the core and by hand.

import { describe, expect, test } from 'vitest';
import { cppLines } from '../../../web/render/cpp-lines.ts';
import { quantities } from '../../../web/src/figures/computation-graph/model.ts';
import { formatNumber } from '../../../web/src/core/format.ts';
import { stillState } from '../../../web/src/drawing/figure.tsx';
import { computationGraph } from '../../../web/src/figures/computation-graph/computation-graph.tsx';
import { column, core, htmlOf, viewOf, type Shown } from './view.ts';

type Fold = NonNullable<Shown['folded']>[number];

const batch = { x: [1, -2, 4, 0.5], gamma: -1.5, beta: 0.5, eps: 0.1, dy: [0.5, -1, 2, 0.3] };

/** With everything computed. */
const done = { step: 12 };

/** The order of computation, as the lesson derives it. */
const order = [
  ['x', 'gamma', 'beta'],
  ['batch_mean'],
  ['batch_var'],
  ['x_hat'],
  ['y'],
  ['L'],
  ['dy'],
  ['dbeta'],
  ['dgamma'],
  ['dx_hat'],
  ['dvar'],
  ['dmean'],
  ['dx'],
];

/** What the core's traces say, a list for each quantity. */
function traced(): Map<string, number[]> {
  const { x, gamma, beta, eps, dy } = batch;
  const input = { x, gamma: [gamma], beta: [beta], eps };
  const { batch_mean, batch_var, x_hat, y } = core.forwardTrace(input);
  const { dbeta, dgamma, dx_hat, dvar, dmean, dx } = core.backwardTrace({ ...input, dy });
  const loss = dy.reduce((sum, each, i) => sum + each * (y[i] ?? 0), 0);
  return new Map(
    Object.entries({
      x,
      gamma: [gamma],
      beta: [beta],
      batch_mean,
      batch_var,
      x_hat,
      y,
      L: [loss],
      dy,
      dbeta,
      dgamma,
      dx_hat,
      dvar,
      dmean,
      dx,
    }).map(([name, values]) => [name, [...values]]),
  );
}

/** The boxes of the drawing: what a screen reader hears, by quantity, and where they stand. */
function boxesOf(html: string) {
  const boxes = html.matchAll(
    /class="quantity [^"]*" transform="translate\((?<x>\S+) (?<y>\S+)\)" role="radio" aria-checked="?(?<checked>\w+)"?[^>]* aria-label="(?<label>[^"]*)"[^>]*data-quantity="(?<name>\w+)"[^>]*><rect width="(?<width>\d+)" height="(?<height>\d+)"/g,
  );
  return Array.from(boxes, ({ groups }) => ({
    name: groups?.name ?? '',
    label: groups?.label ?? '',
    checked: groups?.checked === 'true',
    x: Number(groups?.x),
    y: Number(groups?.y),
    width: Number(groups?.width),
    height: Number(groups?.height),
  }));
}

describe('the numbers', () => {
  test('as it comes only what is given is known', () => {
    const view = viewOf(computationGraph);
    expect(view.sentence).toBe('Given are the batch 2, 4, 6, 8, gamma = 2 and beta = 1.');
    expect(column(view, 'The batch', 'x')).toEqual([2, 4, 6, 8]);
    expect(column(view, 'The batch', 'x_hat')).toEqual(Array(4).fill('not yet'));
    expect(column(view, 'What there is once', 'value')).toEqual(Array(7).fill('not yet'));
    expect(htmlOf(view.drawing)).not.toContain('class="carried');
  });

  test('the still picture shows every gradient of the batch 2, 4, 6, 8', () => {
    const view = viewOf(computationGraph, stillState(computationGraph));
    // 2/√5 (dy − mean(dy) − x_hat mean(dy x_hat)), with x_hat = (−3, −1, 1, 3)/√5 and dy = (1, 0, 0, 0)
    const dx = [0.3, -0.4, -0.1, 0.2].map((each) => (each * 2) / Math.sqrt(5));
    for (const [i, value] of column(view, 'The batch', 'dx').entries())
      expect(value).toBeCloseTo(dx[i] ?? 0, 14);
    expect(view.sentence).toBe(
      'x₁ receives 0.8944 on the direct path, −0.4025 through the variance and −0.2236 through the mean: dx₁ = 0.2683.',
    );
    // On the ways into x stand what they carry.
    expect(
      Array.from(htmlOf(view.drawing).matchAll(/class="carried[^>]*>([^<]*)/g), ([, text]) => text),
    ).toEqual(['0.8944', '−0.2236', '−0.4025']);
  });

  test.each(order.map((names, step) => [step, names.join(', ')]))(
    'step %i computes %s: what is known is the core’s, the rest is not shown',
    (step, names) => {
      const expected = traced();
      const view = viewOf(computationGraph, { ...batch, step, example: 3 });
      const known = new Set(order.slice(0, step + 1).flat());
      const html = htmlOf(view.drawing);
      const boxes = boxesOf(html);
      expect(boxes.map(({ name }) => name).toSorted()).toEqual([...expected.keys()].toSorted());
      for (const { name, label, checked } of boxes) {
        const values = expected.get(name) ?? [];
        const value = formatNumber(values[2] ?? values[0] ?? Number.NaN);
        expect(label).toMatch(
          known.has(name) ? new RegExp(`^${name}, .*${value}$|^${name}, ${value}$`) : /not computed yet$/,
        );
        expect(checked).toBe(name === names.split(', ')[0]);
      }
      const texts = [...html.matchAll(/<text class="end"/g)];
      expect(texts).toHaveLength(known.size);

      for (const name of ['x', 'x_hat', 'y', 'dy', 'dx_hat', 'dx']) {
        const shown = column(view, 'The batch', name);
        if (!known.has(name)) expect(shown).toEqual(['not yet', 'not yet', 'not yet', 'not yet']);
        else for (const [i, value] of shown.entries()) expect(value).toBe(expected.get(name)?.[i]);
      }
      const [, once] = view.tables;
      for (const { label, values } of once?.rows ?? []) {
        if (!known.has(label)) expect(values).toEqual(['not yet']);
        else expect(values[0]).toBeCloseTo(expected.get(label)?.[0] ?? Number.NaN, 13);
      }
    },
  );

  test('the three paths add up to dx', () => {
    const view = viewOf(computationGraph, { ...batch, ...done });
    const [direct, throughVar, throughMean, dx] = [
      'dx_direct',
      'dx_through_var',
      'dx_through_mean',
      'dx',
    ].map((name) => column(view, 'The batch', name) as number[]);
    for (const [i, whole] of (dx ?? []).entries())
      expect((direct?.[i] ?? 0) + (throughVar?.[i] ?? 0) + (throughMean?.[i] ?? 0)).toBeCloseTo(whole, 14);
  });

  test.each(quantities)('%s is written out with its numbers', (chosen) => {
    const values = traced().get(chosen) ?? [];
    const html = htmlOf(viewOf(computationGraph, { ...batch, ...done, example: 2, chosen }).drawing);
    const formula = html.slice(html.indexOf('class="in-numbers"'));
    const numbers = Array.from(formula.matchAll(/<mn[^>]*>([^<]*)<\/mn>/g), ([, text]) => text);
    expect(numbers.at(-1)).toBe(formatNumber(values[1] ?? values[0] ?? Number.NaN));
  });

  test('what is only rounding is 0', () => {
    const view = viewOf(computationGraph, {
      ...done,
      x: [0.1, 0.2, 0.3, 0.7],
      gamma: 0.7,
      eps: 0.001,
      dy: [1, 1, 1, 1],
    });
    expect(column(view, 'The batch', 'dx')).toEqual([0, 0, 0, 0]);
  });

  test('a constant batch with eps = 0 is refused in the core’s words', () => {
    expect(() => viewOf(computationGraph, { x: [3, 3, 3, 3] })).toThrow('batch_var + eps');
  });
});

describe('what is chosen', () => {
  const facts = cppLines();
  const entriesOf = (part: Fold | undefined) => htmlOf(part?.content).split('<li').slice(1);
  const markedOf = (entries: readonly string[]) =>
    entries.filter((entry) => entry.startsWith(' aria-current="true"'));

  test('has its formula and its lines marked, and no other', () => {
    for (const chosen of quantities) {
      const [formulas, lines] = viewOf(computationGraph, { chosen }, 720, facts).folded ?? [];
      const entries = entriesOf(formulas);
      expect(entries).toHaveLength(quantities.length);
      expect(markedOf(entries)).toEqual([expect.stringMatching(new RegExp(`><span>${chosen}[₁]?<`))]);
      // What is given is computed nowhere.
      const isGiven = (facts[chosen] ?? []).length === 0;
      expect(markedOf(entriesOf(lines))).toEqual(
        isGiven ? [] : [expect.stringContaining(`><span>${chosen}<`)],
      );
    }
  });

  test('the lines of C++ are a part of their own: those of every quantity that is computed, in this order', () => {
    const { folded = [] } = viewOf(computationGraph, {}, 720, facts);
    expect(folded.map(({ title }) => title)).toEqual([
      'Every formula, with its numbers',
      'For engineers: the lines of C++',
    ]);
    expect(htmlOf(folded[0]?.content)).not.toContain('<code');
    const entries = entriesOf(folded[1]);
    expect(entries.map((entry) => /entry-name[^>]*><span>(\w+)</.exec(entry)?.[1])).toEqual(
      quantities.filter((name) => !['x', 'gamma', 'beta', 'dy'].includes(name)),
    );
    for (const entry of entries) expect(entry).toMatch(/<code title="[^"]+, line \d+"/);
  });

  test('may be something that is not computed yet', () => {
    const view = viewOf(computationGraph, { step: 2, chosen: 'dvar' });
    expect(view.sentence).toBe('dvar is not computed yet: it comes with step 11 of 13.');
    expect(htmlOf(view.drawing)).toContain('<div class="in-numbers"></div>');
  });
});

test.each([250, 278, 318, 480, 659, 660, 720, 935])(
  'at %i pixels no box leaves the drawing or hides another',
  (width) => {
    const html = htmlOf(viewOf(computationGraph, {}, width).drawing);
    const height = Number(/height="(\d+)"/.exec(html)?.[1]);
    const boxes = boxesOf(html);
    expect(boxes).toHaveLength(quantities.length);
    for (const [k, box] of boxes.entries()) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
      expect(box.height).toBeGreaterThanOrEqual(32); // a finger
      for (const other of boxes.slice(k + 1)) {
        const apart =
          other.x >= box.x + box.width ||
          box.x >= other.x + other.width ||
          other.y >= box.y + box.height ||
          box.y >= other.y + other.height;
        expect(apart, `${box.name} and ${other.name}`).toBe(true);
      }
    }
  },
);
