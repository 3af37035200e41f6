// The lines of Python that the lesson shows: NumPy gives the numbers of the reference cases, and what is said of the
// frameworks' defaults is what their conventions give.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Element } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { toString } from 'hast-util-to-string';
import { visit } from 'unist-util-visit';
import { expect, test } from 'vitest';
import { pythonPath } from '../../cpp/toolchain.mjs';
import { loadBuiltCore } from '../../web/render/core.ts';
import { renderSite } from '../../web/render/lesson.ts';

interface Case {
  id: string;
  mode: string;
  layout: string;
  shape: number[];
  dtype: string;
  eps: number;
  inputs: Record<'x' | 'gamma' | 'beta' | 'dy', number[] | null>;
  truth: Record<'y' | 'dx' | 'dgamma' | 'dbeta' | 'running_mean' | 'running_var', number[]>;
  tolerance?: { atol: Record<string, number[]> };
}
const casesOf = (file: string) =>
  (JSON.parse(readFileSync(`tests/reference/${file}`, 'utf8')) as { cases: Case[] }).cases;

const site = await renderSite('web/lesson', await loadBuiltCore());
const learn = fromHtml(site.pages[0]?.main ?? '', { fragment: true });
const programs: string[] = [];
/** The numbers of the text behind each program, up to the next. */
const numbers: number[][] = [];
visit(learn, 'element', (element: Element) => {
  if (element.tagName === 'h2' && programs.length > 0) return false;
  if (element.tagName === 'pre') {
    programs.push(toString(element));
    numbers.push([]);
  } else if (element.properties.dataFormula !== undefined)
    numbers.at(-1)?.push(Number(element.properties.value));
  return undefined;
});

test('the NumPy lines are ten, and give the truth of the reference cases', () => {
  const [numpy = ''] = programs;
  const lines = numpy.split('\n').filter((line) => line.trim() !== '');
  expect(lines.length).toBeLessThanOrEqual(10);

  const cases = [...casesOf('exact_and_lesson.json'), ...casesOf('torch_train_f64.json')].filter(
    ({ mode, layout, shape, dtype, eps }) =>
      mode === 'train' && layout === 'NC' && shape.length === 2 && dtype === 'float64' && eps > 0,
  );
  expect(cases.length).toBeGreaterThan(5);
  const program = `${numpy}
import json, sys
for case in json.load(sys.stdin):
    given = {name: np.array(values) for name, values in case["inputs"].items() if values is not None}
    neurons = case["shape"][1]
    x = given["x"].reshape(case["shape"])
    gamma, beta = given.get("gamma", np.ones(neurons)), given.get("beta", np.zeros(neurons))
    y, x_hat, invstd = forward(x, gamma, beta, case["eps"])
    got = {"y": y.ravel().tolist()}
    if "dy" in given:
        dx, dgamma, dbeta = backward(given["dy"].reshape(case["shape"]), x_hat, invstd, gamma)
        got.update(dx=dx.ravel().tolist(), dgamma=dgamma.tolist(), dbeta=dbeta.tolist())
    print(json.dumps(got))
`;
  const ran = spawnSync(pythonPath() ?? 'python3', ['-c', program], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
  });
  expect(ran.stderr).toBe('');
  const results = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number[]>);
  expect(results).toHaveLength(cases.length);
  let backward = 0;
  results.forEach((got, k) => {
    const { id, truth } = cases[k] as Case;
    for (const [field, values] of Object.entries(got)) {
      const right = truth[field as keyof Case['truth']];
      if (right === undefined) continue;
      if (field === 'dx') ++backward;
      const scale = Math.max(1, ...right.map(Math.abs));
      values.forEach((value, i) =>
        expect(Math.abs(value - (right[i] as number)), `${id}, ${field}`).toBeLessThan(1e-11 * scale),
      );
    }
  });
  expect(backward).toBeGreaterThan(3);
});

test('the numbers beside the frameworks’ lines are those of their conventions', () => {
  const named = (id: string) => {
    const found = casesOf('exact_and_lesson.json').find((each) => each.id === id);
    if (!found) throw new Error(`no reference case ${id}`);
    return found.truth;
  };
  const torch = named('lesson/example1_torch_defaults');
  const keras = named('lesson/example1_keras_defaults');
  const first = ({ y }: Case['truth'], { running_mean, running_var }: Case['truth']) => [
    y[0],
    running_mean[0],
    running_var[0],
  ];
  // Flax has PyTorch's eps, and Keras's momentum and estimator.
  const right = [first(torch, torch), first(keras, keras), first(torch, keras)];
  const [, ...ofFrameworks] = programs;
  expect(ofFrameworks.map((program) => /torch|keras|flax/.exec(program)?.[0])).toEqual([
    'torch',
    'keras',
    'flax',
  ]);
  right.forEach((values, k) =>
    values.forEach((value, i) => expect(numbers[k + 1]?.[i]).toBeCloseTo(value as number, 12)),
  );
});
