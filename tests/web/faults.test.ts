// No leaks on errors: many invalid calls of every function of the core do not enlarge its memory.

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import createModule from '#core-module';
import { started } from '../../web/src/core/wasm.mjs';

const calls = 300_000;

/** One of each kind: batches, shards, checks, series, formulas, verdicts, variants. */
const called: readonly string[] = [
  'forward_train',
  'forward_inference',
  'backward_train',
  'backward_frozen',
  'forward_trace',
  'jacobian',
  'update_running_statistics',
  'fold_into_weight',
  'moments',
  'merge_moments',
  'difference_checks',
  'evaluate',
  'quantities',
  'judge',
  'judge_formula',
  'judge_proof',
  'draw',
];

/** Arguments that no function takes. */
const bad: readonly object[] = [
  {},
  { x: 'a' },
  { x: [Number.NaN, 1], eps: -1 },
  { x: [1, 2], gamma: [1, 2, 3], beta: [] },
  { shape: [1e9, 1e9], x: new Float64Array(4) },
  { text: 5 },
  { nobody: [1], x: [1, 2, 3] },
];

test('300,000 bad calls are refused in words, and the memory stays as large as it was', async () => {
  const bytes = await readFile('build/wasm/core.wasm');
  const core = await started(createModule, bytes, 'the core');
  let size = 0;
  for (let k = 0; k < calls; ++k) {
    const name = called[k % called.length] ?? '';
    const outcome = core.ask(name, bad[Math.floor(k / called.length) % bad.length]);
    if (outcome.ok || outcome.message === '') expect.fail(`${name} takes what it should refuse`);
    if (k === calls / 10) size = core.memory.buffer.byteLength;
  }
  expect(size).toBeGreaterThan(0);
  expect(core.memory.buffer.byteLength).toBe(size);
});
