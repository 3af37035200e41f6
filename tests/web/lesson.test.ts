// The lesson is tested like code: every block renders, every number is computed, every answer can be given, and a
// mistake of an author is refused with its file, its line and what would be right.

import { readFile } from 'node:fs/promises';
import type { Element, Root } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { toString } from 'hast-util-to-string';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import { lessonFiles, renderFile, renderLesson } from '../../web/render/lesson.ts';
import { findTypedNumber } from '../../web/render/typed-numbers.ts';
import type { Typed } from '../../web/src/scenario.ts';
import { visit } from 'unist-util-visit';

const core = await loadBuiltCore();
const folder = 'web/lesson';
let page: Root;
let headings: string[];

const elements = (within: Root | Element, matches: (element: Element) => boolean): Element[] => {
  const found: Element[] = [];
  visit(within, 'element', (element: Element) => {
    if (matches(element)) found.push(element);
  });
  return found;
};
const tag = (name: string) => (element: Element) => element.tagName === name;
const data = (element: Element, name: string) =>
  JSON.parse(String(element.properties[name] ?? 'null')) as unknown;

beforeAll(async () => {
  page = fromHtml((await renderLesson(folder, core)).main, { fragment: true });
  headings = elements(page, (element) => /^h[123]$/.test(element.tagName)).map((heading) =>
    toString(heading),
  );
});

describe('nothing of the source is left out', () => {
  test('the sections stand in the source’s order', () => {
    const sections = [
      'Batch Normalization',
      'Learning objectives',
      'Core content',
      '1. ',
      '2. ',
      '3. ',
      '4. ',
      '5. ',
      '6. ',
      'Key terms',
      'Worked examples',
      'Example 1',
      'Example 2',
      'Example 3',
      'Practice problems',
      'Problem 1',
      'Problem 2',
      'Problem 3',
      'Problem 4',
      'Problem 5',
      'Summary',
      'Pitfalls',
      'Quiz',
      'Question 1',
      'Question 2',
      'Question 3',
      'Question 4',
      'Question 5',
      'Next steps',
      'departs from its source',
    ];
    let from = 0;
    for (const section of sections) {
      const at = headings.findIndex((heading, k) => k >= from && heading.includes(section));
      expect(at, `“${section}” after “${headings[from - 1]}”`).toBeGreaterThanOrEqual(from);
      from = at + 1;
    }
  });

  test('the right options are those of the source', () => {
    const quizzes = elements(page, tag('bn-quiz'));
    expect(quizzes.map((quiz) => quiz.properties.dataCorrect)).toEqual(['B', 'A', 'B', 'B', 'A']);
    for (const quiz of quizzes) expect(elements(quiz, tag('dd'))).toHaveLength(4);
  });

  test('the givens of the examples are those of the source', () => {
    const givens = elements(page, tag('bn-example')).map(
      (each) => (data(each, 'dataSheet') as { given: Typed }).given,
    );
    expect(givens).toEqual([
      { x: '2, 4, 6, 8', gamma: '1', beta: '0', eps: '0' },
      { x: '2, 4, 6, 8', gamma: '2', beta: '1', eps: '0' },
      { x: '1, 3', dy: '0.5, -0.5', gamma: '1', beta: '0', eps: '0' },
    ]);
  });

  test('28 corrections are listed and 16 pitfalls, five objectives and five points of summary', async () => {
    const count = async (file: string) =>
      [...(await readFile(`${folder}/${file}`, 'utf8')).matchAll(/^\d+\. /gm)].length;
    expect(await count('10-departures.md')).toBe(28);
    expect(await count('07-pitfalls.md')).toBe(16);
    expect(await count('01-start.md')).toBe(5);
    expect(await count('06-summary.md')).toBe(5);
  });
});

describe('every number is computed', () => {
  test('there are many, each with a formula and a finite value', () => {
    const values = elements(page, (element) => element.properties.dataFormula !== undefined);
    expect(values.length).toBeGreaterThan(150);
    for (const value of values) {
      for (const number of String(value.properties.value).split(', '))
        expect(Number.isFinite(Number(number))).toBe(true);
      expect(toString(value)).not.toMatch(/NaN|infinity|undefined/i);
    }
  });

  test.each([
    ['a decimal in prose', 'the result is 1.342', 'text', 'prose', '1.342'],
    ['a decimal in a formula', 'x = 0.5', 'math', 'prose', '0.5'],
    ['an integer result', 'so the mean = 5', 'text', 'results', '= 5'],
    ['an integer result in a formula', '\\mu = 5', 'math', 'results', '= 5'],
    ['an approximation', '\\approx -3', 'math', 'results', '\\approx -3'],
  ] as const)('%s is found', (_, text, where, strictness, number) => {
    expect(findTypedNumber(`two\n${text}`, where, strictness)).toEqual({ number, line: 1 });
  });

  test.each([
    ['an identity', '\\sum_i \\hat x_i = 0', 'math', 'results'],
    ['the other identity', 'equals = 1 exactly', 'text', 'results'],
    ['a year', 'in 2015', 'text', 'prose'],
    ['a subject', '16-09', 'text', 'prose'],
    ['a factor', '(-1/2)', 'math', 'results'],
    ['a power of ten', '10^{-5}', 'math', 'prose'],
  ] as const)('%s is not', (_, text, where, strictness) => {
    expect(findTypedNumber(text, where, strictness)).toBeUndefined();
  });
});

test('the page has no inline style, no script and no handler', () => {
  expect(elements(page, tag('script'))).toEqual([]);
  expect(
    elements(page, (element) => Object.keys(element.properties).some((name) => /^(style|on)/.test(name))),
  ).toEqual([]);
});

test('ids are unique and labels point at them', () => {
  const ids = elements(page, (element) => element.properties.id !== undefined).map(
    (element) => element.properties.id,
  );
  expect(new Set(ids).size).toBe(ids.length);
  for (const label of elements(page, tag('label'))) {
    for (const id of [label.properties.htmlFor ?? []].flat()) expect(ids).toContain(id);
  }
});

describe('an author’s mistake is refused with file, line and help', () => {
  const given = 'given: {x: [1, 3], gamma: 1, beta: 0, eps: 0}';
  const example = (step: string) =>
    `text\n\n\`\`\`example\ntitle: T\n${given}\nproblem: P\nsteps:\n  - title: S\n${step}\n\`\`\`\n`;
  const practice = (part: string) =>
    `\`\`\`practice\nid: p\ntitle: T\n${given}\nproblem: P\nparts:\n  - id: a\n    objective: 1\n    pitfall: 1\n    ask: A\n${part}\nanswer: S\n\`\`\`\n`;

  test.each<[string, string, RegExp]>([
    [
      'an unknown quantity',
      example('    text: "`= x_hut`"'),
      /^f\.md:9: .*unknown name “x_hut”; did you mean “x_hat”/,
    ],
    ['an unknown key', example('    txt: hello'), /^f\.md:9: .*unknown key “txt”; did you mean “text”\?/],
    [
      'an unknown given',
      example('    text: t').replace('eps: 0', 'epz: 0'),
      /^f\.md:5: .*unknown key “epz”; did you mean “eps”\?/,
    ],
    ['a typed result', example('    text: the mean is 2.5'), /^f\.md:9: the number “2.5” is typed/],
    ['a typed number behind =', example('    text: "the mean is `= 2`"'), /^f\.md:9: .*typed number 2/],
    ['a typed decimal in a formula', example('    text: "`= 2.236 + 0`"'), /^f\.md:9: .*typed number 2\.236/],
    [
      'a typed answer',
      practice('    answer: 512\n    tolerance: exact\n    hints: [H]'),
      /^f\.md:11: .*typed number 512/,
    ],
    ['a formula that does not close', example('    text: "$\\\\frac{1}{2$"'), /^f\.md:9: formula /],
    ['digits joined by a comma', example('    text: "$[2,4]$"'), /^f\.md:9: formula .*comma between digits/],
    [
      'columns of unequal length',
      example('    table: {caption: C, columns: [{head: a, value: x}, {head: b, value: batch_mean}]}'),
      /^f\.md:9: .*has 1 values, another column 2/,
    ],
    [
      'a missing hint',
      practice('    answer: y\n    tolerance: exact'),
      /^f\.md:\d+: practice\.parts\.0\.hints/,
    ],
    [
      'a wrong tolerance',
      practice('    answer: y\n    tolerance: {percnt: 1}\n    hints: [H]'),
      /^f\.md:12: practice\.parts\.0\.tolerance/,
    ],
    [
      'an answer nobody computes',
      practice('    answer: ypsilon\n    tolerance: exact\n    hints: [H]'),
      /^f\.md:11: .*unknown name “ypsilon”/,
    ],
    [
      'givens that do not work',
      example('    text: t').replace('[1, 3]', '[3, 3]'),
      /^f\.md:5: batch_var \+ eps/,
    ],
    [
      'no question',
      practice('    hints: [H]'),
      /^f\.md:7: practice\.parts\.0: write one of answer, formula, find/,
    ],
    [
      'two questions in one',
      practice('    answer: y\n    formula: y\n    hints: [H]'),
      /^f\.md:7: .*two kinds of question/,
    ],
    [
      'a formula question without names',
      practice('    formula: y\n    hints: [H]'),
      /“formula” needs “names”/,
    ],
    [
      'a key of another kind',
      practice('    formula: y\n    names: [x]\n    tolerance: exact\n    hints: [H]'),
      /“tolerance” does not go with “formula”/,
    ],
    [
      'a pitfall the page does not have',
      practice('    answer: y\n    tolerance: exact\n    hints: [H]').replace('pitfall: 1', 'pitfall: 17'),
      /^f\.md:9: practice\.parts\.0\.pitfall/,
    ],
    ['a broken block', '```quiz\ntitle: [\n```', /^f\.md:\d: quiz: /],
    ['an unknown block', 'a\n\n```exmple\n```', /^f\.md:3: unknown block “exmple”; did you mean “example”\?/],
    ['HTML', 'a\n\n<b>bold</b>', /^f\.md:3: HTML/],
    ['a decimal in prose', 'a\nb 1.5', /^f\.md:2: the number “1.5” is typed/],
    ['an unknown note', '> [!warn] careful', /^f\.md:1: unknown note/],
  ])('%s', (_, source, message) => {
    expect(() => renderFile(source, 'f.md', core)).toThrow(message);
  });
});

test('the author’s README shows each kind of block, and its examples work', async () => {
  const source = await readFile(`${folder}/README.md`, 'utf8');
  const kinds = [...source.matchAll(/^```(example|practice|worksheet|proof|quiz|figure|given|score)$/gm)].map(
    (match) => match[1],
  );
  expect(new Set(kinds).size).toBe(8);
  for (const [block] of source.matchAll(
    /^```(?:example|practice|worksheet|proof|quiz|figure|given|score)\n[\s\S]*?^```$/gm,
  )) {
    expect(renderFile(block, 'README.md', core)).toBeDefined();
  }
});

test('README.md is about the folder, not part of the lesson', async () => {
  expect((await lessonFiles(folder)).some((file) => file.endsWith('README.md'))).toBe(false);
});
