// What an author writes: the README shows each kind of block as it works, and a mistake is refused with its file, its line
// and what would be right.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import { LessonError } from '../../web/render/error.ts';
import { allEvidence } from '../../web/render/evidence.ts';
import type { Examples } from '../../web/render/examples.ts';
import { lessonItems } from '../../web/render/items.ts';
import { schemas } from '../../web/render/kinds.ts';
import { lessonFiles, renderFile, renderSite } from '../../web/render/lesson.ts';
import { pages } from '../../web/render/pages.ts';
import { pitfallNames } from '../../web/src/core/pitfalls.ts';
import { said } from '../../web/src/figures/gradient-check/finding.ts';

const core = await loadBuiltCore();

describe('a mistake in a file is refused with file, line and help', () => {
  const given = 'given: {x: [1, 3], gamma: 1, beta: 0, eps: 0}';
  const example = (step: string) =>
    `text\n\n\`\`\`example\nid: e\ntitle: T\n${given}\nproblem: P\nsteps:\n  - title: S\n${step}\n\`\`\`\n`;
  const practice = (part: string) =>
    `\`\`\`practice\nid: p\ntitle: T\n${given}\nproblem: P\nparts:\n  - id: a\n    objective: 1\n    pitfall: axis\n    ask: A\n${part}\n    why: W\nanswer: S\n\`\`\`\n`;
  const figure = (predict: string) =>
    `\`\`\`figure\nkind: forward-explorer\ntitle: T\ndescription: D\npredict:\n  objective: 1\n  pitfall: axis\n  ${given}\n  about: A\n  ask: A\n  answer: y\n  tolerance: exact\n  hints: [H]\n  explain: E\n${predict}\n  why: W\n\`\`\`\n`;
  const buttons = (set: string) =>
    `\`\`\`figure\nkind: backward-paths\ntitle: T\ndescription: D\nbuttons:\n  - id: a\n    label: A\n${set}\n\`\`\`\n`;
  const says = (name: string, sentence: string) => {
    const sentences = Object.keys(said).map((each) => `  ${each}: ${each === name ? sentence : 'S'}`);
    return (
      `\`\`\`figure\nkind: gradient-check\ntitle: T\ndescription: D\nsays:\n${sentences.join('\n')}\n` +
      'batches:\n  four: {x: [1, 2, 3, 6], dy: [1, 0, 0, 0]}\n  two: {x: [1, 2], dy: [1, 0]}\n' +
      'buttons:\n  - {id: b, label: B, of: two, set: {beta: "= 0 - gamma * x_hat[1]"}}\n```\n'
    );
  };
  const check = says('off', 'S');
  const proof = (head: string) =>
    `\`\`\`proof\nid: q\nobjective: 1\npitfall: axis\n${head}\ntitle: T\nclaim: C\nnames: [x_hat, y]\ngoal: b\nlines:\n` +
    '  - {id: a, equation: mean(x_hat) = 0, math: "1", because: B}\n' +
    '  - {id: b, equation: sum(x_hat) = 0, math: "2", because: B, needs: [a]}\nhints: [H]\n```\n';
  const block = { id: 'example-a', title: 'T', problem: 'P', steps: [] };
  const sheet = { given: { x: '1, 3', gamma: '1', beta: '0', eps: '0' }, fewest: 2, buttons: [], draw: [] };
  const examples: Examples = new Map([
    ['example-a', { block: { ...block, ...sheet }, place: { file: 'e.md', line: 1 }, label: 'Example 1' }],
  ]);
  const right = practice('    answer: y\n    tolerance: exact\n    hints: [H]');

  test.each([
    ['example', example('    text: t')],
    ['practice', right],
    ['figure', figure('  show: {x: "1,3"}')],
    ['proof in a problem', right + proof('of: p')],
    ['figure with buttons', buttons('    set: {x: [1, 3]}')],
    ['figure with sentences', says('off', 'At {h} it is {error}')],
  ])('the %s that the mistakes are made in is none', (_, source) => {
    expect(renderFile(source, 'f.md', core).length).toBeGreaterThan(0);
  });

  test('a button of a gradient check is computed from its batch, and puts all other fields to where they start', () => {
    const source = check.replace('description: D', 'description: D\nstate: {eps: 0}');
    const facts = JSON.stringify(renderFile(source, 'f.md', core)).replaceAll('\\"', '"');
    // The x_hat of two values are -1 and 1 without eps.
    expect(facts).toContain('"beta":-1.5,"eps":0,"exponent":-12');
  });

  test.each<[string, string, RegExp]>([
    [
      'an unknown quantity',
      example('    text: "`= x_hut`"'),
      /^f\.md:10: .*unknown name “x_hut”; did you mean “x_hat”/,
    ],
    ['an unknown key', example('    txt: hello'), /^f\.md:10: .*unknown key “txt”; did you mean “text”\?/],
    [
      'an unknown given',
      example('    text: t').replace('eps: 0', 'epz: 0'),
      /^f\.md:6: .*unknown key “epz”; did you mean “eps”\?/,
    ],
    ['a typed result', example('    text: the mean is 2.5'), /^f\.md:10: the number “2.5” is typed/],
    ['a typed number behind =', example('    text: "the mean is `= 2`"'), /^f\.md:10: .*typed number 2/],
    [
      'a typed decimal in a formula',
      example('    text: "`= 2.236 + 0`"'),
      /^f\.md:10: .*typed number 2\.236/,
    ],
    ['an example without a name', example('    text: t').replace('id: e\n', ''), /^f\.md:4: example\.id: /],
    [
      'a typed answer',
      practice('    answer: 512\n    tolerance: exact\n    hints: [H]'),
      /^f\.md:11: .*typed number 512/,
    ],
    ['a formula that does not close', example('    text: "$\\\\frac{1}{2$"'), /^f\.md:10: formula /],
    ['digits joined by a comma', example('    text: "$[2,4]$"'), /^f\.md:10: formula .*comma between digits/],
    [
      'columns of unequal length',
      example('    table: {caption: C, columns: [{head: a, value: x}, {head: b, value: batch_mean}]}'),
      /^f\.md:10: .*has 1 values, another column 2/,
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
      /^f\.md:6: batch_var \+ eps/,
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
      'a pitfall the lesson does not have',
      right.replace('pitfall: axis', 'pitfall: axes'),
      /^f\.md:9: practice\.parts\.0\.pitfall/,
    ],
    [
      'a pitfall by its number',
      right.replace('pitfall: axis', 'pitfall: 11'),
      /^f\.md:9: practice\.parts\.0\.pitfall/,
    ],
    [
      'a sixth objective',
      right.replace('objective: 1', 'objective: 6'),
      /^f\.md:8: practice\.parts\.0\.objective/,
    ],
    [
      'a figure nobody draws',
      figure('  show: {}').replace('forward-explorer', 'forward-explore'),
      /^f\.md:2: figure\.kind/,
    ],
    [
      'a field that the figure does not have',
      figure('  show: {gama: 2}'),
      /^f\.md:15: figure\.predict\.show: gama is no field of forward-explorer; did you mean “gamma”\? Valid here: .*gamma/,
    ],
    [
      'a field’s text that means nothing',
      figure('  show: {gamma: two}'),
      /^f\.md:15: figure\.predict\.show\.gamma: “two” is not allowed there/,
    ],
    [
      'a start of a field that the figure does not have',
      figure('  show: {}').replace('description: D', 'description: D\nstate: {gama: 2}'),
      /^f\.md:5: figure\.state: gama is no field of forward-explorer; did you mean “gamma”\? Valid here: .*gamma/,
    ],
    [
      'a start that its field does not allow',
      figure('  show: {}').replace('description: D', 'description: D\nstate: {x: [1, 2, 11]}'),
      /^f\.md:5: figure\.state\.x: “1,2,11” is not allowed there\. Write 2 to 6 numbers from -10 to 10$/,
    ],
    [
      'a start computed from nothing',
      figure('  show: {}').replace('description: D', 'description: D\nstate: {gamma: = gama}'),
      /^f\.md:5: `= gama`: .*unknown name “gama”/,
    ],
    [
      'a button for a field that the figure does not have',
      buttons('    set: {gama: 2}'),
      /^f\.md:8: figure\.buttons\.0\.set: gama is no field of backward-paths; did you mean “gamma”\?/,
    ],
    [
      'a button with a value that its field does not allow',
      buttons('    set:\n      x: [1, 3]\n      eps: 0.5'),
      /^f\.md:10: figure\.buttons\.0\.set\.eps: “0\.5” is not allowed there\. Write one of 0, /,
    ],
    [
      'a button of an example that is not there',
      buttons('    of: exmple-a\n    set: {x: "= x"}'),
      /^f\.md:8: figure\.buttons\.0\.of: there is no example “exmple-a”; did you mean “example-a”\?/,
    ],
    [
      'a button computed from what its example does not have',
      buttons('    of: example-a\n    set: {x: "= u"}'),
      /^f\.md:9: `= u`: .*unknown name “u”/,
    ],
    [
      'the number of an example that a button does not name',
      buttons('    set: {x: [1, 3]}').replace('label: A', 'label: "Example #"'),
      /^f\.md:7: figure\.buttons\.0\.label: .*“of”/,
    ],
    [
      'buttons of a figure that has none',
      buttons('    set: {x: [1, 3]}').replace('backward-paths', 'forward-explorer'),
      /^f\.md:5: figure\.buttons: forward-explorer has none\. Figures that have: backward-paths/,
    ],
    [
      'a sentence about nothing that is found',
      says('off', 'S').replace('  off:', '  of:'),
      /^f\.md:11: figure\.says\.of: there is nothing to say it of; did you mean “off”\?/,
    ],
    [
      'a finding without a sentence',
      says('off', 'S').replace('  off: S\n', ''),
      /^f\.md:5: figure\.says: without a sentence: off$/,
    ],
    [
      'a sentence with a value that the figure does not have',
      says('no-value', 'at {hh}'),
      /^f\.md:6: figure\.says\.no-value: no value “\{hh\}” here; did you mean “h”\?/,
    ],
    [
      'a typed decimal in a sentence',
      says('no-value', 'at 0.5'),
      /^f\.md:6: figure\.says\.no-value: the number “0\.5” is typed/,
    ],
    [
      'a batch that no control chooses',
      check.replace('  two:', '  too:'),
      /^f\.md:25: figure\.batches\.too: there is no such batch; did you mean “two”\?/,
    ],
    [
      'a batch left out',
      check.replace(/  two: .*\n/, ''),
      /^f\.md:23: figure\.batches: without its values: two$/,
    ],
    [
      'a batch with an incoming gradient too few',
      check.replace('dy: [1, 0, 0, 0]', 'dy: [1, 0, 0]'),
      /^f\.md:24: figure\.batches\.four\.dy: one for each x, which are 4, got 3$/,
    ],
    [
      'a batch of one',
      check.replace('two: {x: [1, 2], dy: [1, 0]}', 'two: {x: [1], dy: [1]}'),
      /^f\.md:25: figure\.batches\.two\.x: 2 to 64 values, got 1$/,
    ],
    [
      'a button of a batch that is not there',
      check.replace('of: two', 'of: too'),
      /^f\.md:27: figure\.buttons\.0\.of: there is no batch “too”; did you mean “two”\?/,
    ],
    [
      'a prediction that cannot be computed',
      figure('  show: {}').replace('answer: y', 'answer: ypsilon'),
      /^f\.md:11: .*“ypsilon”/,
    ],
    [
      'a proof of a problem that is not there',
      right + proof('of: pp'),
      /^f\.md:21: proof\.of: no problem “pp” above it; did you mean “p”\?/,
    ],
    ['a proof above its problem', proof('of: p') + right, /^f\.md:5: proof\.of: no problem “p” above it/],
    [
      'a line that is false',
      right + proof('of: p').replace('sum(x_hat) = 0', 'sum(x_hat) = 1'),
      /^f\.md:28: /,
    ],
    ['a broken block', '```quiz\ntitle: [\n```', /^f\.md:\d: quiz: /],
    ['an unknown block', 'a\n\n```exmple\n```', /^f\.md:3: unknown block “exmple”; did you mean “example”\?/],
    ['HTML', 'a\n\n<b>bold</b>', /^f\.md:3: HTML/],
    ['a decimal in prose', 'a\nb 1.5', /^f\.md:2: the number “1.5” is typed/],
    ['an unknown note', '> [!warn] careful', /^f\.md:1: unknown note/],
  ])('%s', (_, source, message) => {
    const render = () => renderFile(source, 'f.md', core, { examples });
    expect(render).toThrow(LessonError);
    expect(render).toThrow(message);
  });
});

describe('a mistake between files is refused', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'lesson-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const pitfalls = pitfallNames.map((name, k) => `${k + 1}. {#pitfall-${name}} **${name}**`).join('\n');
  const quiz =
    'id: q\nobjective: 1\npitfall: axis\ntitle: T\nquestion: Q\ncorrect: A\n' +
    `options: {${['A', 'B', 'C', 'D'].map((letter) => `${letter}: {text: ${letter}, why: W}`).join(', ')}}\n` +
    'explanation: E\ncheck: {title: T, given: {x: [1, 3], gamma: 1, beta: 0, eps: 0}, try: T}\n';

  /** A small lesson with these texts on its pages. */
  function lesson(texts: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(path.join(root, 'of-'));
    for (const page of pages) {
      mkdirSync(path.join(folder, page.folder));
      const text = texts[page.folder] ?? (page.folder === 'learn' ? pitfalls : '');
      writeFileSync(path.join(folder, page.folder, '01-text.md'), `# ${page.name}\n\n${text}\n`);
    }
    return folder;
  }
  const site = async (texts: Readonly<Record<string, string>>) => renderSite(lesson(texts), core);

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'a link to nowhere',
      { more: '[there](#nowhere)' },
      /more\/01-text\.md:\d+: a link leads to #nowhere, which is on no page/,
    ],
    [
      'a name on two pages',
      { practice: '## {#twice} A', more: '## {#twice} B' },
      /more\/01-text\.md:\d+: the id “twice” is used on two pages/,
    ],
    [
      'a name twice on a page',
      { more: '## {#twice} A\n\n## {#twice} B' },
      /: the id “twice” is used .*twice on more\.html/,
    ],
    [
      'a pitfall that is not explained',
      { learn: pitfalls.replace('{#pitfall-axis}', '') },
      /: the lesson has no pitfall \{#pitfall-axis\}/,
    ],
  ])('%s', async (_, texts, message) => {
    await expect(site(texts)).rejects.toThrow(message);
    await expect(site(texts)).rejects.toThrow(LessonError);
  });

  test('the same question twice', async () => {
    const folder = lesson({ quiz: `\`\`\`quiz\n${quiz}\`\`\``, practice: `\`\`\`quiz\n${quiz}\`\`\`` });
    await expect(lessonItems(folder)).rejects.toThrow(
      /quiz\/01-text\.md:4: the id “q” is used already, in .*practice\/01-text\.md:4$/,
    );
  });
});

describe('the author’s README', () => {
  const source = readFileSync('web/lesson/README.md', 'utf8');
  const blocks = [...source.matchAll(/^```(\w+)\n[\s\S]*?^```$/gm)].map(
    ([block, kind]) => [kind as string, block] as const,
  );

  test('shows each kind of block', () => {
    expect(new Set(blocks.map(([kind]) => kind))).toEqual(new Set(Object.keys(schemas)));
  });

  test.each(blocks)('its %s works', async (_, block) => {
    expect(renderFile(block, 'README.md', core, { evidence: await allEvidence() })).toBeDefined();
  });

  test('names every pitfall', () => {
    for (const name of pitfallNames) expect(source).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

describe('the lesson’s folder', () => {
  test('has a folder for each page and a page for each folder, and a README that is about it', () => {
    const entries = readdirSync('web/lesson', { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(folders.toSorted()).toEqual(pages.map(({ folder }) => folder).toSorted());
    expect(entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)).toEqual(['README.md']);
  });

  test.each(pages.map((page) => [page.folder, page] as const))(
    '%s: its files make the page in their order',
    async (folder, page) => {
      const all = readdirSync(path.join('web/lesson', folder)).toSorted();
      const names = (await lessonFiles('web/lesson', page)).map((file) => path.relative('web/lesson', file));
      expect(names).toEqual(all.map((name) => path.join(folder, name)));
      expect(names.length).toBeGreaterThan(0);
    },
  );
});
