// What the page shows at each key is what judging will read: every text of the typed-text tests, read and judged.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import type { Core, FormulaValue, Range, Tree, TypedText } from '../../web/src/core/core.ts';

let core: Core;
beforeAll(async () => {
  core = await loadBuiltCore();
}, 60_000);

/** The first text of each row of a table there, without the marks of what a refusal points at. */
const texts = [
  ...readFileSync('tests/cpp/typed_text_test.cpp', 'utf8').matchAll(/\{\s*("(?:[^"\\]|\\[^x])*")\s*[,}]/g),
].map(([, literal]) => (JSON.parse(literal as string) as string).replace(/[«»]/g, ''));

const givens = {
  x: Float64Array.of(2, 4, 6, 8),
  dy: Float64Array.of(1, 2, 3, 5),
  gamma: 2,
  beta: 1,
  eps: 0.5,
};
const exactly = { relative: 0, absolute: 0, digits: 0 };

interface Judged {
  verdict: string;
  message: string;
  note: string;
  range: Range;
  tree: Tree | null;
  value: FormulaValue | null;
}

/** What was read is what is judged, and what cannot be read is refused for the same reason. */
function expectAgreement(read: TypedText, judged: Judged) {
  expect(read.tree).toEqual(judged.tree);
  expect(read.value).toEqual(judged.value);
  expect(read.note).toBe(judged.note);
  expect(read.state === 'empty').toBe(judged.verdict === 'empty');
  if (read.state !== 'unreadable') return;
  expect(judged.verdict).toBe('unreadable');
  expect(read.message).toBe(judged.message);
  expect(read.range).toEqual(judged.range);
}

test('the texts are there', () => {
  expect(texts.length).toBeGreaterThan(450);
  expect(texts).toContain('γ (x − μ)');
  expect(texts).toContain('2..3');
});

describe.each([
  ['one value', 1, '1'],
  ['a value for each example', 4, 'x'],
])('where %s is asked for', (_, count, answer) => {
  test('every text reads as it is judged', () => {
    for (const text of ['', ' \u200e', ...texts]) {
      const judged = core.judge({ text, givens, answer, ...exactly });
      expectAgreement(core.read({ text, count, givens, exact: true }), judged);
    }
  });

  test('so does whatever else is typed', () => {
    const alphabet = fc.constantFrom(...'0123456789.,;()[]+-*/^e %√²γx_ \nsqrtmean−·\u202c'.split(''));
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 20 }), (text) => {
        const judged = core.judge({ text, givens, answer, ...exactly });
        expectAgreement(core.read({ text, count, givens, exact: true }), judged);
      }),
      { numRuns: 2000 },
    );
  });

  test('numbers that make something true read as they are judged', () => {
    const find = count === 1 ? ['gamma'] : ['dy'];
    const names = ['x', 'x_hat', 'batch_mean'];
    for (const text of texts) {
      const judged = core.judgeProperty({ text, givens, find, names, conditions: [] });
      expectAgreement(core.read({ text, count, givens, names }), judged);
    }
  });
});

test('formulas read as they are judged', () => {
  const names = ['x', 'gamma', 'x_hat', 'eps', 'm'];
  const read = (text: string) => core.read({ text, form: 'formula', names });
  const unreadable = texts.filter((text) => read(text).state === 'unreadable');
  const some = texts.filter((text) => read(text).state === 'read').slice(0, 60);
  expect(unreadable.length).toBeGreaterThan(100);
  expect(some).toHaveLength(60);
  for (const text of ['', ...unreadable, ...some]) {
    expectAgreement(read(text), { ...core.judgeFormula({ text, answer: 'x_hat', names }), value: null });
  }
});

test('equations read as they are judged', () => {
  const names = ['x', 'dy', 'x_hat', 'batch_mean', 'batch_var', 'dgamma'];
  const equations = texts.filter((text) => text.includes('='));
  expect(equations.length).toBeGreaterThan(30);
  for (const text of ['', 'x', 'nobody = 1', ...equations]) {
    const read = core.read({ text, form: 'equation', names });
    const judged = core.judgeLine({ text, above: [], names });
    // Beyond reading, an equation without a value on any batch cannot be judged.
    if (judged.verdict === 'unreadable' && read.state === 'read') continue;
    expectAgreement(read, { ...judged, note: '', value: null });
    expect(read.right).toEqual(judged.right);
  }
});

describe('the boxes of a worksheet', () => {
  const boxes = [
    { name: 'batch_mean', text: 'sum(x)/4', count: 1 },
    { name: 'batch_var', text: '1 + 2', count: 1 },
    { name: 'x_hat', text: '(x - batch_mean) / sqrt(batch_var)', count: 4 },
    { name: 'y', text: 'gamma x_hat + beta', count: 4 },
    { name: 'dgamma', text: '1, 2', count: 1 },
    { name: 'dx_hat', text: 'dgamma * dy', count: 4 },
    { name: 'dvar', text: '2..3', count: 1 },
    { name: 'dx', text: 'dvar + x_hat', count: 4 },
  ];

  test.each(boxes.map((box, k) => [box.name, k] as const))('%s reads as it is judged', (_, k) => {
    const cells = boxes.slice(0, k + 1).map(({ name, text }) => ({ name, text }));
    const judged = core.judgeWorksheet({ givens, cells, relative: 0.01, absolute: 0.001, digits: 3 });
    const { text, count } = boxes[k] as (typeof boxes)[number];
    const read = core.read({ text, count, givens, above: boxes.slice(0, k) });
    expectAgreement(read, judged.cells[k] as Judged);
  });

  test('name those above with what was typed there', () => {
    expect(core.read({ text: 'x_hat[0] + 1', givens, above: boxes.slice(0, 3) }).value?.values[0]).toBe(
      -3 / Math.sqrt(3) + 1,
    );
    // Neither what cannot be read nor what has too many values has a value to be named.
    for (const [k, name] of [
      [5, 'dgamma'],
      [7, 'dvar'],
    ] as const) {
      const { state, message } = core.read({ text: name, givens, above: boxes.slice(0, k) });
      expect(state).toBe('unreadable');
      expect(message).toContain(`unknown name “${name}”`);
    }
  });
});

test('without a number of values, as many are read as are typed', () => {
  const values = (text: string) => Array.from(core.read({ text, givens }).value?.values ?? []);
  expect(values('1,5')).toEqual([1, 5]);
  expect(values('131 072')).toEqual([131, 72]);
  expect(values('1,5; 2,5')).toEqual([1.5, 2.5]);
  expect(core.read({ text: '1,5; 2,5' }).note).toBe('commas were read as decimal points');
  expect(core.read({ text: 'x' }).message).toBe('unknown name “x”; only numbers are expected here');
});

test('numbers are read whatever the givens are', () => {
  // All values are equal and eps is 0, so nothing can be normalized.
  const flat = { x: Float64Array.of(5, 5), gamma: 1, beta: 0, eps: 0 };
  expect(core.read({ text: '1.5', count: 1, givens: flat, names: ['x_hat'] }).state).toBe('read');
  expect(core.read({ text: 'mean(x)', count: 1, givens: flat }).value?.values[0]).toBe(5);
  expect(() => core.read({ text: 'x_hat', count: 1, givens: flat, names: ['x_hat'] })).toThrow(RangeError);
});

test.each([
  ['no text', {}, /^text: expected a text, got undefined/],
  ['count 0', { text: '1', count: 0 }, /^count: expected at least 1, got 0/],
  ['count -1', { text: '1', count: -1 }, /^count: expected at least 1, got -1/],
  ['half a value', { text: '1', count: 0.5 }, /^count: expected an integer/],
  ['another form', { text: '1', form: 'list' }, /^form: expected "value", "formula" or "equation", got list/],
  ['a formula of nothing', { text: '1', form: 'formula' }, /^names: expected .*, got none/],
  ['an equation of nothing', { text: '1', form: 'equation' }, /^names: expected .*, got none/],
  [
    'a formula with givens',
    { text: '1', form: 'formula', names: [], givens: {} },
    /^givens: expected one of/,
  ],
  ['a name that does not follow', { text: 'x', givens, names: ['nobody'] }, /^names: expected quantities/],
  ['a box without its count', { text: '1', above: [{ name: 'x', text: '1' }] }, /^count: expected a number/],
  ['a misspelt name', { text: '1', given: {} }, /^given: expected one of the arguments text, form, names/],
])('%s is refused', (_, input, message) => {
  expect(() => core.read(input as never)).toThrow(message);
});
