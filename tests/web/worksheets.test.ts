// Worksheets on paper: what the keys say is judged like a learner's answer, for the numbers that the judge draws itself.

import { spawnSync } from 'node:child_process';
import type { Element, Root } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { toString } from 'hast-util-to-string';
import { visit } from 'unist-util-visit';
import { beforeAll, describe, expect, test } from 'vitest';
import { bulkJudge } from '../../web/render/bulk.ts';
import { lessonItems } from '../../web/render/items.ts';
import { worksheetMaker } from '../../web/render/worksheets.tsx';
import { letters, nthOrder } from '../../web/src/kinds/quiz/order.ts';

const lesson = 'web/lesson';
const seeds = [0, 7];
const layout = { heading: 'A <class>', paper: 'a4', worked: true } as const;

const all = (of: Element | Root, wanted: (element: Element) => boolean): Element[] => {
  const found: Element[] = [];
  visit(of, 'element', (element: Element) => {
    if (element !== of && wanted(element)) found.push(element);
  });
  return found;
};
const tag = (name: string) => (element: Element) => element.tagName === name;
const ofClass = (name: string) => (element: Element) => [element.properties.className].flat().includes(name);
const children = (of: Element | undefined, name: string) =>
  (of?.children ?? []).filter((each): each is Element => each.type === 'element' && each.tagName === name);
const one = (found: Element[]): Element => {
  expect(found).not.toEqual([]);
  return found[0] as Element;
};
const text = (of: Element) => toString(of).replaceAll(/\s+/g, ' ').trim();

let maker: Awaited<ReturnType<typeof worksheetMaker>>;
let names: string[] = [];
let html = '';
let tree: Root;
let judge: Awaited<ReturnType<typeof bulkJudge>>;
let items: Awaited<ReturnType<typeof lessonItems>>;
beforeAll(async () => {
  maker = await worksheetMaker(lesson, 'web/style/page.css');
  names = maker.printable.map((line) => line.split('\t')[0] ?? '');
  html = maker.make({ items: names, seeds, ...layout });
  tree = fromHtml(html);
  judge = await bulkJudge(lesson);
  items = await lessonItems(lesson);
});

/** The places of an item on the sheets, and in the keys. */
function placesOf(name: string): { seed: number; asked: Element; key: Element }[] {
  const place = names.indexOf(name);
  return seeds.map((seed, k) => {
    const found = all(tree, ({ properties }) => properties.dataTask === `${k}.${place}`);
    expect(found).toHaveLength(2);
    return { seed, asked: found[0] as Element, key: found[1] as Element };
  });
}

test('each sheet and each key is there once, keys last', () => {
  const sheets = all(tree, ofClass('sheet')).map(({ properties }) => properties.ariaLabel);
  const labels = ['as in the lesson', 'sheet 7'];
  expect(sheets).toEqual([...labels, ...labels.map((label) => `Key to ${label}`)]);
});

test('every problem, worksheet, proof and question of the lesson can be printed', () => {
  const blocks = new Set(
    items
      .filter(({ kind, listed }) => kind !== 'program' && !listed.at.endsWith('-prediction'))
      .map(({ listed }) => listed.block),
  );
  expect(new Set(names)).toEqual(blocks);
});

test('nothing is left empty, and the file asks for nothing from elsewhere', () => {
  for (const slot of all(tree, ({ properties }) => properties.dataSlot !== undefined))
    expect(text(slot), String(slot.properties.dataSlot)).not.toBe('');
  const [head = '', body = ''] = html.split('<main>');
  expect(body.match(/\bNaN\b|>undefined|no value/g)).toBeNull();
  expect(/url\((?!'data:)|@import|<link/.test(head)).toBe(false);
  expect(body.match(/ (?:src|href)=/g)).toBeNull();
  expect(head.includes('<title>A &lt;class></title>')).toBe(true);
});

describe('the keys', () => {
  test('of problems: each answer is right, and each wrong one is the mistake it is said to be', () => {
    const parts = items.filter((item) => item.kind === 'part' && names.includes(item.listed.block));
    expect(parts.length).toBeGreaterThan(40);
    let mistakes = 0;
    for (const item of parts) {
      if (item.kind !== 'part') continue;
      const part = item.problem.parts.findIndex(({ id }) => id === item.id);
      for (const { seed, asked, key } of placesOf(item.listed.block)) {
        const row = children(one(all(key, ofClass('asks'))), 'li')[part] as Element;
        const answer = one(all(row, tag('strong')));
        const at = `${item.id}, sheet ${seed}`;
        if (item.part.kind === 'formula') expect(all(answer, tag('math')).length, at).toBe(1);
        else {
          const typed = text(answer).replace(/^For example /, '');
          expect(judge({ item: item.id, seed, answer: typed }).verdict, `${at}: ${typed}`).toBe('right');
        }
        const isList = all(row, ofClass('mistaken')).some((each) => text(each).startsWith('Wrong first'));
        for (const said of all(row, ofClass('mistaken')).flatMap((each) => all(each, tag('span')))) {
          if (isList) continue; // its first value alone is no answer
          ++mistakes;
          const typed = text(one(all(said, tag('data'))));
          const titles = text(said)
            .slice(text(said).indexOf(typed) + typed.length)
            .trim()
            .split(', or ');
          const judged = judge({ item: item.id, seed, answer: typed });
          expect(judged.verdict, `${at}: ${typed}`).toBe('wrong');
          const isNamed = titles.some((title) => judged.message.includes(`${title}: `));
          expect(isNamed, `${at}: ${typed} is “${titles.join('”, “')}”, and judged “${judged.message}”`).toBe(
            true,
          );
        }
        // What is asked does not give the answers away.
        expect(all(asked, ofClass('mistaken'))).toEqual([]);
        expect(all(asked, ofClass('worked'))).toEqual([]);
      }
    }
    expect(mistakes).toBeGreaterThan(200);
  });

  test('of worksheets: each step is right', () => {
    for (const item of items) {
      if (item.kind !== 'worksheet') continue;
      for (const { seed, key } of placesOf(item.id)) {
        const values = all(key, tag('data')).map(text);
        const answer = Object.fromEntries(item.cells.map((cell, k) => [cell, values[k] ?? '']));
        expect(judge({ item: item.id, seed, answer }).verdict, JSON.stringify(answer)).toBe('right');
      }
    }
  });

  test('of proofs: the letters are an order that proves', () => {
    for (const item of items) {
      if (item.kind !== 'proof') continue;
      for (const { seed, asked, key } of placesOf(item.id)) {
        const lines = new Map(
          children(one(all(asked, ofClass('lines'))), 'li').map((line) => [
            text(one(all(line, ofClass('letter')))),
            String(one(all(line, ({ properties }) => properties.dataSlot !== undefined)).properties.dataSlot),
          ]),
        );
        const order = text(one(all(key, tag('strong')))).split(', ');
        const answer = order.map((letter) => (lines.get(letter) ?? '').replace('math.', ''));
        expect(judge({ item: item.id, seed, answer }).verdict).toBe('right');
      }
    }
  });

  test('of questions: the letter stands at the right option of that sheet, and not always at the same place', () => {
    const at = new Set<string>();
    for (const item of items) {
      if (item.kind !== 'quiz') continue;
      for (const { seed, asked, key } of placesOf(item.id)) {
        const [letter = ''] = text(one(all(key, tag('strong')))).split(')');
        at.add(`${item.block.correct} ${letter}`);
        if (seed === 0) expect(letter).toBe(item.block.correct);
        const option = children(one(all(asked, ofClass('options'))), 'li')[
          letters.findIndex((each) => each === letter)
        ];
        const slot = all(option as Element, ({ properties }) => properties.dataSlot !== undefined);
        expect(one(slot).properties.dataSlot).toBe(`options.${item.block.correct}.text`);
      }
    }
    expect(at.size).toBeGreaterThan(4);
  });
});

test('the orders of the options are all 24, and 24 sheets in a row have them all', () => {
  const orders = Array.from({ length: 24 }, (_, n) => nthOrder(n).join(''));
  expect(orders[0]).toBe('ABCD');
  expect(new Set(orders).size).toBe(24);
  expect(new Set(orders.map((_, seed) => nthOrder(5 * seed + 14).join(''))).size).toBe(24);
});

test('a wish that cannot be met is refused by name', () => {
  const wish = { items: ['problem-22'], seeds, ...layout };
  expect(() => maker.make(wish)).toThrow('no item “problem-22” can be printed; did you mean “problem-2”?');
  const run = (...args: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, ['web/worksheets.mjs', ...args], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    return stderr;
  };
  expect(run('--sheets', '9-3')).toContain(
    '--sheets: expected a number such as 7, or two such as 1-24, the smaller first; got “9-3”',
  );
  expect(run('--paper', 'a5')).toContain('--paper: expected a4 or letter, got “a5”');
  expect(run('--item', 'problem-2')).toContain("Unknown option '--item'");
});
