// How the drawing of an experiment looks in a file of its own, where the page's style does not reach.

import { readFileSync } from 'node:fs';

const read = (name: string) => readFileSync(new URL(`../../style/${name}`, import.meta.url), 'utf8');

const lightDark = /--([\w-]+): light-dark\((#\w+), (#\w+)\)/g;
const colours = [...read('tokens.css').matchAll(lightDark)];
const valuesOf = (which: 2 | 3) => colours.map((found) => `--${found[1]}:${found[which]}`).join(';');

export const plotStyle = `svg{${valuesOf(2)};font-family:system-ui,sans-serif;font-size:13px}@media (prefers-color-scheme:dark){svg{${valuesOf(3)}}}@media (max-width:30rem){svg{font-size:19px}}${read(
  'experiment-plot.css',
)
  .replaceAll(/\/\*.*?\*\//gs, '')
  .replaceAll(/\s+/g, ' ')}`;
