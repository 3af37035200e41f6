// The registry of the figures: what the build draws is what the browser loads.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { figures } from '../../../web/src/figures/all.ts';
import { loaders } from '../../../web/src/figures/load.ts';

test('a figure is loaded by its kind', async () => {
  for (const [kind, load] of Object.entries(loaders)) expect((await load()).kind).toBe(kind);
});

test('the build and the browser know the same figures: every one there is', async () => {
  const loaded = await Promise.all(Object.values(loaders).map((load) => load()));
  expect(figures).toEqual(loaded);
  const files = readdirSync('web/src/figures', { recursive: true, encoding: 'utf8' });
  const kinds = files
    .filter((file) => file.endsWith('.tsx'))
    .flatMap((file) => {
      const text = readFileSync(`web/src/figures/${file}`, 'utf8');
      return [...text.matchAll(/^export const \w+ = figure[<(][^]*?kind: '([a-z-]+)'/gm)].map(
        ([, kind]) => kind,
      );
    });
  expect(new Set(kinds)).toEqual(new Set(Object.keys(loaders)));
});
