// npm run worksheets -- --items problem-2,quiz-parameters --sheets 1-24: worksheets on paper, with their keys.
//
//   --items A,B        what is asked, in this order; without it, what there is is listed
//   --sheets 1-24      the numbers of the sheets (or one number; 0 is a sheet with the numbers of the lesson)
//   --heading TEXT     above each sheet
//   --paper letter     instead of a4
//   --worked           with worked answers in the keys
//   --out FILE         instead of build/worksheets/worksheets.html: a file to print from any browser
//
// The same numbers give the same sheets as the page teach.html.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installPackages, prepare } from './start.mjs';

const at = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  console.error(sentence);
  process.exit(2);
}

const options = /** @type {const} */ ({
  items: { type: 'string' },
  sheets: { type: 'string', default: '1-4' },
  heading: { type: 'string', default: 'Batch normalization' },
  paper: { type: 'string', default: 'a4' },
  worked: { type: 'boolean', default: false },
  out: { type: 'string', default: at('../build/worksheets/worksheets.html') },
});

function wishes() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const { items, sheets, heading, paper, worked, out } = wishes();
const [, first, last = first] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(sheets) ?? [];
const seeds = Array.from({ length: Number(last) - Number(first) + 1 }, (_, k) => Number(first) + k);
if (first === undefined || seeds.length === 0)
  fail(`--sheets: expected a number such as 7, or two such as 1-24, the smaller first; got “${sheets}”`);
if (paper !== 'a4' && paper !== 'letter') fail(`--paper: expected a4 or letter, got “${paper}”`);

installPackages();
prepare();
const { runnerImport } = await import('vite');
const { module } = await runnerImport(at('render/worksheets.tsx'), { configFile: false, root: at('.') });
const maker = await module.worksheetMaker(at('lesson'), at('style/page.css'));
if (items === undefined) {
  for (const line of maker.printable) console.log(line);
  process.exit();
}
const wish = { items: items.split(','), seeds, heading, paper, worked };
try {
  const html = maker.make(wish);
  mkdirSync(path.dirname(path.resolve(out)), { recursive: true });
  writeFileSync(out, html);
} catch (error) {
  if (error instanceof RangeError) fail(`--items: ${error.message}`);
  throw error;
}
console.log(`${seeds.length} sheets and their keys: ${path.relative(process.cwd(), path.resolve(out))}`);
