// The core as WebAssembly against numbers that were not made by it, a test for each case, and the command that shows
// the same to people (tests/reference/README.md says whose numbers these are and how they are judged).

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import { entriesOf, judge } from '../reference/cases.mjs';
import { distance, ulp } from '../reference/compare.mjs';

const core = await loadBuiltCore();
const read = (file: string) => readFileSync(path.join('tests/reference', file), 'utf8');
const files = readdirSync('tests/reference').filter((name) => name.endsWith('.json'));

describe.each(files)('%s', (file) => {
  test.each(entriesOf(read(file)).map((entry) => [entry.id, entry] as const))('%s', (_, entry) => {
    expect(judge(core, entry).failures).toEqual([]);
  });
});

test('all 137 cases, the 56 of floats in both accuracies, 9 calls and 15 shapes are here', () => {
  expect(files.flatMap((file) => entriesOf(read(file)))).toHaveLength(137 + 56 + 9 + 15);
});

describe('an error is measured', () => {
  test.each([
    [1, 2 ** -52],
    [2 - 2 ** -52, 2 ** -52],
    [8 - 2 ** -50, 2 ** -50],
    [8, 2 ** -49],
    [2 ** -1060, 2 ** -1074],
    [0, 2 ** -1074],
    [Infinity, 2 ** 971],
  ])('in units of the spacing of doubles at %d', (scale, spacing) => {
    expect(ulp(scale, 'float64')).toBe(spacing);
  });

  test('in units of the spacing of floats', () => {
    expect(ulp(1.5, 'float32')).toBe(2 ** -23);
    expect(ulp(1e-45, 'float32')).toBe(2 ** -149);
  });

  test('from what rounding left of the truth', () => {
    expect(distance(1 + 2 ** -52, 1, 2 ** -53, 1, 'float64')).toBe(2 ** -53);
  });

  test('where the truth is beyond the largest float', () => {
    const largest = 2 ** 128 - 2 ** 104;
    expect(distance(Infinity, largest, 0, 1e40, 'float32')).toBe(0);
    expect(distance(largest, Infinity, 0, 1e40, 'float32')).toBe(0);
    expect(distance(1, largest, 0, 1e40, 'float32')).toBe(largest - 1);
    expect(distance(-Infinity, largest, 0, 1e40, 'float32')).toBe(Infinity);
    expect(distance(Number.NaN, Infinity, 0, 1e40, 'float32')).toBe(Infinity);
  });
});

describe('npm run reference -- FILE', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'reference-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (text: string) => {
    const file = path.join(folder, 'own.json');
    writeFileSync(file, text);
    return spawnSync(process.execPath, ['tests/reference/run.mjs', file], { encoding: 'utf8' });
  };

  interface Case {
    [field: string]: unknown;
    inputs: Record<string, unknown>;
    truth: Record<string, number[]>;
  }
  const [example] = (JSON.parse(read('exact_and_lesson.json')) as { cases: [Case] }).cases;
  const fileWith = (change: Record<string, unknown>) =>
    JSON.stringify({ cases: [{ ...example, ...change }] });
  const { y = [] } = example.truth;

  test('passes a copy of a case and shows its largest errors', () => {
    const { status, stdout } = run(fileWith({ a_field_of_ones_own: 'is ignored' }));
    expect(stdout).toMatch(/^PASS {2}lesson\/example1 {2}y 0\.\d+ {2}saved_mean 0 /m);
    expect(stdout).toMatch(
      /^file +cases +passed +failed +worst y +worst dx\n.*own\.json +1 +1 +0 +0\.\d+ +-$/m,
    );
    expect(status).toBe(0);
  });

  test('passes the example of the README', () => {
    const [, text = ''] = /```json\n(.*?)```/s.exec(read('README.md')) ?? [];
    const { status, stdout } = run(text);
    expect(stdout).toMatch(/^PASS {2}mine\/two_channels/m);
    expect(status).toBe(0);
  });

  test('reads what Python writes: NaN, infinities and a byte-order mark', () => {
    const channels = {
      ...example,
      shape: [2, 2],
      layout: 'NC',
      eps: 1,
      truth_lo: undefined,
      tolerance: undefined,
    };
    const text = JSON.stringify({
      cases: [
        {
          ...channels,
          inputs: { x: ['a', 1, 'b', 1] },
          truth: { y: ['a', 0, 'a', 0], saved_mean: ['b', 1] },
        },
      ],
    });
    const { status, stdout } = run(`\uFEFF${text.replaceAll('"a"', 'NaN').replaceAll('"b"', 'Infinity')}`);
    expect(stdout).toMatch(/^FAIL/m);
    expect(stdout).toMatch(/saved_mean\[0\] .*NaN/);
    const { status: right, stdout: passed } = run(
      `\uFEFF${text.replaceAll('"a"', 'NaN').replace('"b",1]', 'Infinity,1]').replaceAll('"b"', 'NaN')}`,
    );
    expect([status, right]).toEqual([1, 0]);
    expect(passed).toMatch(/^PASS/m);
  });

  const broken: [string, string, RegExp][] = [
    ['broken JSON', '{"cases": [', /expected JSON: line 1, column 12: expected a value/],
    [
      'Python that is no JSON',
      '{"cases": [\n{"eps": None}]}',
      /expected JSON: line 2, column 9: expected null, got None/,
    ],
    [
      'a case on a line of its own',
      `{"cases": [\n${JSON.stringify(example)},\n{"id": "mine", "mode": "eval"}]}`,
      /^FAIL {2}mine {2}\(line 3\)$/m,
    ],
    ['no cases', '{}', /cases: expected a list, got nothing/],
    ['an empty list of cases', '{"cases": []}', /file: expected at least one case/],
    ['a cut list of cases', JSON.stringify({ count: 2, cases: [example] }), /count: expected 1, .*got 2/],
    [
      'another format',
      '{"format": "bn-reference/9"}',
      /format: expected one of bn-reference\/1, .*got "bn-ref/,
    ],
    ['an unknown mode', fileWith({ mode: 'eval' }), /mode: expected one of train, inference, .*got "eval"/],
    ['an unknown layout', fileWith({ layout: 'CN' }), /layout: expected one of NC, NCL, .*got "CN"/],
    ['a shape of another layout', fileWith({ layout: 'NCHW' }), /shape: expected 4 dimensions.*got \[4,1\]/],
    ['an unknown dtype', fileWith({ dtype: 'float16' }), /dtype: expected one of .*got "float16"/],
    ['no inputs', fileWith({ inputs: undefined }), /inputs: expected an object, got nothing/],
    ['no x', fileWith({ inputs: {} }), /inputs\.x: expected a list of 4 numbers, got nothing/],
    [
      'a word for a number',
      fileWith({ inputs: { ...example.inputs, x: [2, 4, 'six', 8] } }),
      /inputs\.x\[2\]: expected a number.*got "six"/,
    ],
    [
      'a list of another length',
      fileWith({ truth: { y: y.slice(1) } }),
      /truth\.y: expected 4 numbers, got 3/,
    ],
    [
      'one digit changed',
      fileWith({ truth: { y: [-1.34164078649, ...y.slice(1)] } }),
      /y\[0\] \(channel 0\): got -1\.3416407864998738, truth -1\.34164078649; error .* ULP\), allowed .*\(8 ulp/,
    ],
    [
      'a tolerance that is a number',
      fileWith({ tolerance: 1e-9 }),
      /tolerance: expected an object, got 1e-9/,
    ],
    ['bitwise fields that are a word', fileWith({ bitwise_fields: 'y' }), /bitwise_fields: expected a list/],
    [
      'a bitwise field that is not there',
      fileWith({ bitwise_fields: ['z'] }),
      /bitwise_fields: .*got \["z"\]/,
    ],
    ['a case that is a number', '{"cases": [1]}', /case: expected an object, got 1/],
    ['nothing to compare', fileWith({ truth: {} }), /truth, expected: expected numbers to compare with/],
    [
      'a field out of reach',
      fileWith({ truth: { y, dx: y } }),
      /expected fields among y, saved_mean.*got "dx"/,
    ],
    [
      'an unknown rule',
      fileWith({ tolerance: { rule: 'close' } }),
      /tolerance\.rule: expected .*got "close"/,
    ],
    ['a call that the core refuses', fileWith({ eps: -1 }), /the core refused: eps: expected a number >= 0/],
  ];
  // One run for all of them: each file has its own part of what is shown.
  const shown = new Map<string, string>();
  beforeAll(() => {
    const names = broken.map(([name, text]) => {
      const file = path.join(folder, `${name}.json`);
      writeFileSync(file, text);
      return file;
    });
    const { status, stdout } = spawnSync(process.execPath, ['tests/reference/run.mjs', ...names], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    const sections = stdout.split(': errors in ULP of the natural scale\n').slice(1);
    expect(sections).toHaveLength(names.length);
    broken.forEach(([name], k) => shown.set(name, sections[k] ?? ''));
  });
  test.each(broken)('fails %s and says why', (name, _, reason) => {
    expect(shown.get(name)).toMatch(/^FAIL {2}/m);
    expect(shown.get(name)).toMatch(reason);
  });

  test('fails a file that is not there', () => {
    const { status, stdout } = spawnSync(process.execPath, ['tests/reference/run.mjs', 'no-such-file.json'], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/^FAIL {2}no-such-file\.json/m);
    expect(stdout).toMatch(/no such file/);
    expect(status).toBe(1);
  });

  test('judges a field without a tolerance by 8 ULP and says so', () => {
    const { status, stdout } = run(fileWith({ tolerance: undefined }));
    expect(stdout).toMatch(/saved_var 0\*/);
    expect(stdout).toMatch(/\* the file has no tolerance for it: judged by 8 ULP of the natural scale/);
    expect(status).toBe(0);
  });
});
