// npm run judge -- FILE: judges answers in bulk.
//
// FILE holds a JSON list of {"item": id, "seed": n, "answer": text}; seed 0, or none, is the item as the lesson prints it.
// The answer to a worksheet is an object with a text for each cell, the answer to a proof a list of the ids of its lines.
// Prints one line of JSON for each: item, seed, verdict, message, and the mistakes that were recognised.
// `npm run judge -- --items` lists the items.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installPackages, prepare } from './start.mjs';

const at = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  console.error(sentence);
  process.exit(2);
}

const [file] = process.argv.slice(2);
if (file === undefined) fail('Which answers? npm run judge -- FILE, or npm run judge -- --items');
installPackages();
prepare();
const { runnerImport } = await import('vite');
const { module } = await runnerImport(at('render/bulk.ts'), { configFile: false, root: at('.') });
if (file === '--items') {
  for (const line of await module.listItems(at('lesson'))) console.log(JSON.stringify(line));
  process.exit();
}
let answers;
try {
  answers = JSON.parse(readFileSync(file, 'utf8'));
} catch (error) {
  fail(`${file}: ${error instanceof Error ? error.message : String(error)}`);
}
try {
  for (const line of await module.judgeInBulk(at('lesson'), answers)) console.log(JSON.stringify(line));
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  fail(`${file}: ${error.message}`);
}
