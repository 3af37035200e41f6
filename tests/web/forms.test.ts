// The forms that answers may have: the core reads each example as it says, and the lesson's README shows them.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';

const core = await loadBuiltCore();
const forms = core.listForms();
const names = ['x', 'x_hat', 'dy', 'gamma', 'beta', 'eps', 'batch_var', 'm'];
const givens = {
  x: Float64Array.of(1, 2, 3, 6),
  dy: Float64Array.of(0.2, -0.4, 0.1, 0.5),
  gamma: 1.5,
  beta: 0.3,
  eps: 0.5,
};
const valuesOf = (text: string, count?: number) => {
  const { value, message } = core.read({ text, names, givens, ...(count === undefined ? {} : { count }) });
  expect(message).toBe('');
  return Array.from(value?.values ?? []);
};

describe.each(forms)('$what: $example', ({ example, same }) => {
  test('says what the table says', () => {
    const plain = valuesOf(same);
    const read = valuesOf(example, plain.length);
    expect(plain.length).toBeGreaterThan(0);
    expect(read).toHaveLength(plain.length);
    read.forEach((value, k) => expect(value).toBeCloseTo(plain[k] as number, 9));
  });
});

test('the README has the same table', () => {
  const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;
  const rows = forms.map(({ what, example, same }) => `| ${what} | ${code(example)} | ${code(same)} |`);
  expect(readFileSync('web/lesson/README.md', 'utf8')).toContain(rows.join('\n'));
});
