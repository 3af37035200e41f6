// The module of programs as it is built: what goes in and comes out, and that nothing unwinds out of it.

import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import createModule from '#programs-module';
import { type Held, loadPrograms, type Programs } from '../../web/src/core/programs.ts';
import { started } from '../../web/src/core/wasm.mjs';
import { sections } from './program-sections.ts';

let programs: Programs;
let names: string[];
beforeAll(async () => {
  const bytes = await readFile('build/wasm/programs.wasm');
  programs = await loadPrograms(bytes);
  ({ names } = await started(createModule, bytes, 'the language of programs'));
});

const x = { name: 'x', shape: new Float64Array([2, 2]), values: new Float64Array([1, 2, 3, 6]) };
const numbers = (held: Held | null | undefined) => (held && 'values' in held ? [...held.values] : held);

test('the functions that programs.ts calls are those of the module', async () => {
  const source = await readFile('web/src/core/programs.ts', 'utf8');
  const called = [...source.matchAll(/call\('(\w+)'/g)].map(([, name = '']) => name);
  expect(called.toSorted()).toEqual(names.toSorted());
});

test('a run gives the values of every line, and what was printed', () => {
  const ran = programs.run('mu = x.mean(axis=0)\nN, C = x.shape\nprint(N, mu)', [x]);
  expect(ran.error).toBeNull();
  expect(ran.trace.map(({ line, name }) => `${line} ${name}`)).toEqual(['1 mu', '2 N', '2 C']);
  expect(numbers(ran.trace[0]?.value)).toEqual([2, 4]);
  expect(ran.printed).toEqual(['2 [2 4]']);
});

test('an error has its place, and the lines before it their values', () => {
  const { error, trace } = programs.run('y = 2 * x\nz = np.einsum("ij", x)', [x]);
  expect(error).toMatchObject({ kind: 'refused', line: 2, column: 8, begin: 17, end: 23 });
  expect(error?.sentence).toContain('use np.sum(a * b, axis=0)');
  expect(trace).toHaveLength(1);
});

test('with a task its function is called', () => {
  const inputs = [
    x,
    { name: 'gamma', shape: new Float64Array([2]), values: new Float64Array([2, 3]) },
    { name: 'beta', shape: new Float64Array([2]), values: new Float64Array([1, -1]) },
    { name: 'eps', number: 0 },
  ];
  const text =
    'def f(x, gamma, beta, eps):\n    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta';
  const { outputs, error } = programs.run(text, inputs, 'forward');
  expect(error).toBeNull();
  expect(numbers(outputs?.y)).toEqual([-1, -4, 3, 2]);
});

test('a verdict names the law, the line, the mistake and a small batch', () => {
  const { verdict, laws, faults, counterexample } = programs.judge(
    'forward',
    'mu = x.mean(axis=0)\nvar = x.var(axis=0, ddof=1)\ny = gamma * (x - mu) / np.sqrt(var + eps) + beta',
  );
  expect(verdict).toBe('wrong');
  expect(laws.filter(({ holds }) => !holds).map(({ id }) => id)).toContain('operator');
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatchObject({ line: 2, name: 'var', quantity: 'batch_var' });
  expect(faults[0]?.mistake).toMatchObject({ id: 'unbiased-variance', pitfall: 'biased-unbiased' });
  const small = counterexample?.inputs.x;
  expect(small && 'shape' in small ? [...small.shape] : small).toEqual([2, 1]);
  expect(numbers(counterexample?.got)).not.toEqual(numbers(counterexample?.expected));
});

test.each(sections)(
  '$task: $title: the verdict is that of the native build',
  ({ task, text, verdict, law }) => {
    const judged = programs.judge(task, text);
    expect(judged.verdict).toBe(verdict === 'refused' ? 'unreadable' : verdict);
    const broken = judged.laws.filter(({ holds }) => !holds).map(({ id }) => id);
    if (verdict === 'right') expect(broken).toEqual([]);
    if (law !== undefined) expect(broken).toContain(law);
  },
);

test('whole numbers that no index holds', () => {
  const { error, trace } = programs.run(
    [
      'v = np.arange(5)',
      'all = v[:10**10]',
      'rest = v[-10**10:]',
      'one = v[::10**10]',
      'none = v[10**10:]',
    ].join('\n'),
    [x],
  );
  expect(error).toBeNull();
  expect(trace.map(({ value }) => numbers(value))).toEqual([
    [0, 1, 2, 3, 4],
    [0, 1, 2, 3, 4],
    [0, 1, 2, 3, 4],
    [0],
    [],
  ]);
  expect(programs.run('y = x[10**10]', [x]).error?.sentence).toContain('cannot fit');
  expect(programs.run('y = np.zeros(10**10)', [x]).error?.sentence).toContain('too large');
  expect(programs.run('y = np.zeros((0, 10**9, 10**9))', [x]).error?.sentence).toContain('too large');
});

test('tasks, their batches and mistakes are told', () => {
  const tasks = programs.tasks();
  expect(tasks.length).toBeGreaterThanOrEqual(12);
  for (const { name, inputs } of tasks)
    expect(Object.keys(programs.batch(name, 0).inputs).toSorted()).toEqual(
      inputs.map((each) => each.name).toSorted(),
    );
  const ids = programs.mistakes().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(() => programs.batch('forward', 100)).toThrow(RangeError);
  expect(() => programs.judge('nothing', 'y = 1')).toThrow(/^task: expected one of statistics, /);
});

test('no text ends the module: deep ones, long ones, endless ones', () => {
  const texts = [
    `y = ${'('.repeat(9000)}`,
    `y = ${'('.repeat(99)}1${')'.repeat(99)}`,
    `y = ${'-'.repeat(15000)}1`,
    `y = 1${' + 1'.repeat(4000)}`,
    `y = x${'.T'.repeat(99)}`,
    'def f(n): return f(n + 1)\nf(0)',
    `def f(n): return ${'('.repeat(40)}f(n + 1)${' + 1)'.repeat(40)}\nf(0)`,
    't = 1\nfor i in range(100): t = (t, t)',
    'y = np.zeros((9999, 9999))',
    'for i in range(10**9): pass',
    `${' '.repeat(30000)}y = 1`,
  ];
  for (const text of texts) {
    expect(() => programs.run(text, [x]), text.slice(0, 40)).not.toThrow();
    expect(programs.judge('forward', text).verdict, text.slice(0, 40)).not.toBe('right');
  }
  for (let k = 0; k < 3000; ++k) programs.run('y = (', [x]);
  expect(programs.run('y = 1', []).error).toBeNull();
});
