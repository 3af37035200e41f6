// The lesson as it is built, page by page: nothing of its source is left out, every number is computed, every link and
// every address that the lesson once had leads somewhere, and no page is too large.

import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import type { Element, Root } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { toString } from 'hast-util-to-string';
import { visit } from 'unist-util-visit';
import { describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import { renderSite } from '../../web/render/lesson.ts';
import { pages } from '../../web/render/pages.ts';
import { findTypedNumber } from '../../web/render/typed-numbers.ts';
import { pitfallNames } from '../../web/src/core/pitfalls.ts';
import { oldIds } from './old-ids.ts';

const site = await renderSite('web/lesson', await loadBuiltCore());

/** Each page as a browser reads it, by its file. */
const trees = new Map(
  site.pages.map(({ page, contents, main }) => [
    page.file,
    { contents: fromHtml(contents, { fragment: true }), main: fromHtml(main, { fragment: true }) },
  ]),
);
const files = [...trees.keys()];

const elements = (within: Root | Element, matches: (element: Element) => boolean = () => true): Element[] => {
  const found: Element[] = [];
  visit(within, 'element', (element: Element) => {
    if (matches(element)) found.push(element);
    // What a template holds is no child of it.
    if (element.content) found.push(...elements(element.content, matches));
  });
  return found;
};
const on = (file: string, matches?: (element: Element) => boolean): Element[] =>
  elements(trees.get(file)?.main as Root, matches);
const everywhere = (matches: (element: Element) => boolean): Element[] =>
  files.flatMap((file) => on(file, matches));
const tag = (name: string) => (element: Element) => element.tagName === name;
const item = (kind: string) => (element: Element) => element.properties.dataKind === kind;
/** The ids that stand in the document: a template, which is known by its id too, shows nothing. */
const idsOn = (file: string): string[] =>
  on(file, (element) => element.properties.id !== undefined && element.tagName !== 'template').map(
    ({ properties }) => String(properties.id),
  );
const dataOf = (element: Element) => JSON.parse(String(element.properties.dataData)) as unknown;
const headingsOf = (file: string) =>
  on(file, ({ tagName }) => /^h[123]$/.test(tagName)).map((heading) => toString(heading));

test('there is a page for each line of the list of pages, in its order', () => {
  expect(site.pages.map(({ page }) => page)).toEqual(pages);
  expect(new Set(files).size).toBe(pages.length);
});

describe('nothing of the source is left out', () => {
  test.each([
    [
      'index.html',
      [
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
        'Summary',
        'Pitfalls',
        'Next steps',
      ],
    ],
    ['practice.html', ['Practice problems', 'Problem 1', 'Problem 2', 'Problem 3', 'Problem 4', 'Problem 5']],
    ['quiz.html', ['Quiz', 'Question 1', 'Question 2', 'Question 3', 'Question 4', 'Question 5']],
    ['more.html', ['departs from its source']],
  ])('the sections of %s stand in the source’s order', (file, sections) => {
    const headings = headingsOf(file);
    let from = 0;
    for (const section of sections) {
      const at = headings.findIndex((heading, k) => k >= from && heading.includes(section));
      expect(at, `“${section}” after “${headings[from - 1]}”`).toBeGreaterThanOrEqual(from);
      from = at + 1;
    }
  });

  test('the right options are those of the source, and the question that is added says so', () => {
    const quizzes = everywhere(item('quiz'));
    const rightOf = (quiz: Element) => (dataOf(quiz) as { correct: string }).correct;
    expect(quizzes.slice(0, 5).map(rightOf)).toEqual(['B', 'A', 'B', 'B', 'A']);
    expect(quizzes).toHaveLength(6);
    expect(toString(quizzes[5] as Element)).toContain('added to those of the source');
    for (const quiz of quizzes) {
      const options = elements(quiz, ({ properties }) => properties.type === 'radio');
      expect(options.map(({ properties }) => properties.value)).toEqual(['A', 'B', 'C', 'D']);
      const reasons = elements(quiz, tag('dd')).map((reason) => toString(reason));
      expect(new Set(reasons).size).toBe(4);
      for (const reason of reasons) expect(reason).not.toBe('');
    }
  });

  test('the score is counted by the six questions', () => {
    const [results] = everywhere(item('results'));
    const { questions } = dataOf(results as Element) as { questions: { block: string; name: string }[] };
    expect(questions.map(({ block }) => block)).toEqual(
      everywhere(item('quiz')).map(({ properties }) => properties.id),
    );
    for (const { name } of questions) expect(name).toBe('choice');
  });

  test('the givens of the examples are those of the source', () => {
    const givens = everywhere(item('example')).map(
      (each) => (dataOf(each) as { sheet: { given: object } }).sheet.given,
    );
    expect(givens).toEqual([
      { x: '2, 4, 6, 8', gamma: '1', beta: '0', eps: '0' },
      { x: '2, 4, 6, 8', gamma: '2', beta: '1', eps: '0' },
      { x: '1, 3', dy: '0.5, -0.5', gamma: '1', beta: '0', eps: '0' },
    ]);
  });

  /** The entries of the lists between a heading and the next. */
  const entriesBehind = (file: string, heading: string) => {
    const { children } = (trees.get(file) as { main: Root }).main;
    const from = children.findIndex((node) => node.type === 'element' && node.properties.id === heading);
    expect(from, heading).toBeGreaterThanOrEqual(0);
    const behind = children
      .slice(from + 1)
      .filter((node) => node.type === 'element')
      .filter(({ properties }) => ![properties.className].flat().includes('endnotes'));
    const end = behind.findIndex(({ tagName }) => /^h[12]$/.test(tagName));
    const lists = behind.slice(0, end < 0 ? undefined : end).flatMap((node) => elements(node, tag('ol')));
    return lists.flatMap((list) => list.children.filter((node) => node.type === 'element'));
  };

  test('between an equals sign that stands alone and its value there is a space', () => {
    const kept = everywhere(({ properties }) => [properties.className].flat().includes('together'));
    const bare = kept.map((each) => toString(each)).filter((text) => text.startsWith('='));
    expect(bare.length).toBeGreaterThan(0);
    for (const text of bare) expect(text).toMatch(/^= /);
  });

  test('28 corrections are listed, five objectives and five points of summary', () => {
    expect(entriesBehind('more.html', 'departures')).toHaveLength(28);
    expect(entriesBehind('index.html', 'learning-objectives')).toHaveLength(5);
    expect(entriesBehind('index.html', 'summary')).toHaveLength(5);
  });

  test('the 21 pitfalls are listed in the order of their names', () => {
    const entries = entriesBehind('index.html', 'pitfalls');
    expect(entries.map(({ properties }) => properties.id)).toEqual(
      pitfallNames.map((name) => `pitfall-${name}`),
    );
    expect(entries).toHaveLength(21);
  });

  test('18 questions are answered, each in at most 80 words and with evidence, and asked where they come up', () => {
    const questions = entriesBehind('more.html', 'questions');
    expect(questions).toHaveLength(18);
    const links = new Set(on('index.html', tag('a')).map(({ properties }) => String(properties.href)));
    for (const question of questions) {
      const { id } = question.properties;
      const title = toString(elements(question, tag('strong'))[0] as Element);
      const answer = toString(question).replace(title, '');
      const words = answer.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
      expect(words.length, `${id}: ${words.length} words`).toBeLessThanOrEqual(80);
      const numbers = elements(question, ({ properties }) => properties.dataFormula !== undefined);
      const source = /\d{4}[),]|documentation|guide/.test(answer);
      expect(numbers.length > 0 || source, `${id} has a number or a source`).toBe(true);
      expect(links, `a section asks ${id}`).toContain(`more.html#${id}`);
    }
  });

  test('a verdict on any page finds the text of every pitfall', () => {
    const texts = (file: string) =>
      on(file, ({ properties }) => properties.dataPitfall !== undefined).map(
        ({ properties }) => properties.dataPitfall,
      );
    for (const file of files.filter((each) => each !== 'index.html' && on(each, item('practice')).length > 0))
      expect(texts(file), file).toEqual(pitfallNames);
    for (const pitfall of everywhere(({ properties }) => properties.dataPitfall !== undefined))
      expect(toString(pitfall).length).toBeGreaterThan(50);
  });
});

describe('every number is computed', () => {
  const values = everywhere(({ properties }) => properties.dataFormula !== undefined);

  test('there are many, each with a formula and a finite value', () => {
    expect(values.length).toBeGreaterThan(150);
    for (const value of values) {
      for (const number of String(value.properties.value).split(', '))
        expect(Number.isFinite(Number(number)), String(value.properties.dataFormula)).toBe(true);
      expect(toString(value)).not.toMatch(/NaN|infinity|undefined/i);
    }
  });

  test('no computed value of four digits is typed into the code of the page', () => {
    const digitsOf = (text: string) => text.replace(/^[-0.]+|[.]|e.*/g, '').length;
    const computed = new Set(
      values
        .flatMap((value) => toString(value).split(', '))
        .map((text) => text.replace('−', '-').replace(/^-/, ''))
        .filter((text) => /^\d*\.\d+$/.test(text) && digitsOf(text) >= 4),
    );
    expect(computed.size).toBeGreaterThan(50);
    const code = readdirSync('web/src', { withFileTypes: true, recursive: true }).filter(({ name }) =>
      /\.tsx?$/.test(name),
    );
    expect(code.length).toBeGreaterThan(100);
    for (const { parentPath, name } of code)
      expect(
        readFileSync(`${parentPath}/${name}`, 'utf8')
          .match(/\d*\.\d+/g)
          ?.filter((text) => computed.has(text)) ?? [],
        name,
      ).toEqual([]);
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

describe.each(files)('%s', (file) => {
  test('has no inline style, no script and no handler', () => {
    expect(on(file, tag('script'))).toEqual([]);
    expect(
      on(file, ({ properties }) => Object.keys(properties).some((name) => /^(style|on)/.test(name))),
    ).toEqual([]);
  });

  test('its ids are unique, and labels and descriptions point at them', () => {
    const ids = idsOn(file);
    expect(new Set(ids).size).toBe(ids.length);
    const pointing = on(file).flatMap(
      ({ properties: { htmlFor, ariaLabelledBy, ariaDescribedBy, ariaControls } }) =>
        [htmlFor, ariaLabelledBy, ariaDescribedBy, ariaControls].flat().filter((each) => each !== undefined),
    );
    for (const id of pointing.flatMap((each) => each.split(' '))) expect(ids).toContain(id);
  });

  test('its links lead to ids of this page or another, or out of the lesson', () => {
    const { contents } = trees.get(file) as { contents: Root };
    const links = [...elements(contents, tag('a')), ...on(file, tag('a'))];
    expect(links.length).toBeGreaterThan(0);
    for (const { properties } of links) {
      const href = String(properties.href);
      if (/^https?:/.test(href)) continue;
      const [page, id] = href.split('#');
      expect(files, href).toContain(page || file);
      if (id !== undefined) expect(idsOn(page || file), href).toContain(id);
    }
  });

  test('is no larger than a slow phone can take: 6,000 elements, 40 kB', () => {
    // What is only printed stands in a template that no screen lays out; its bytes count.
    const [printed] = on(file, ({ properties }) => properties.id === 'papers');
    const kept = printed?.content ? elements(printed.content).length : 0;
    expect(on(file).length - kept).toBeLessThanOrEqual(6000);
    const page = site.pages.find((each) => each.page.file === file);
    expect(brotliCompressSync(`${page?.contents}${page?.main}`).length).toBeLessThanOrEqual(40_000);
  });
});

describe('addresses', () => {
  test('every id of every page has one, and no two pages share an id', () => {
    const ids = files.flatMap((file) => idsOn(file).map((id) => [id, file] as const));
    expect(new Set(ids.map(([id]) => id)).size).toBe(ids.length);
    for (const [id, file] of ids) expect(site.addresses[id]).toBe(`${file}#${id}`);
  });

  // Those that stand around the lesson's text are on every page.
  const around = readFileSync('web/page.html', 'utf8');

  test.each(oldIds)('#%s of the lesson as one page leads somewhere', (id) => {
    if (around.includes(`id="${id}"`)) return;
    const [file = '', now = ''] = (site.addresses[id] ?? '').split('#');
    expect(files).toContain(file);
    expect(idsOn(file)).toContain(now);
  });
});
