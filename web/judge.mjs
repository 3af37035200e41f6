// npm run judge -- FILE: judges answers in bulk.
//
// FILE holds a JSON list of {"item": id, "seed": n, "answer": text}; seed 0, or none, is the item as the lesson prints it.
// The answer to a worksheet is an object with a text for each cell, the answer to a proof a list of the ids of its lines.
// It may be as Python's json module or pandas write it: see read-json.mjs. Prints one line of JSON for each: item, seed, verdict, message, and the mistakes that were recognised.
// `npm run judge -- --items` lists the items.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readJson } from './read-json.mjs';
import { installPackages, prepare } from './start.mjs';

const at = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  console.error(sentence);
  process.exit(2);
}

const [file] = process.argv.slice(2);
if (file === undefined) fail('Which answers? npm run judge -- FILE, or npm run judge -- --items');
/** @type {ReturnType<typeof readJson>} */
let answers = { value: undefined, lineOf: () => 1 };
if (file !== '--items') {
  try {
    answers = readJson(readFileSync(file, 'utf8'));
  } catch (error) {
    fail(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
installPackages();
prepare();
const { runnerImport } = await import('vite');
const { module } = await runnerImport(at('render/bulk.ts'), { configFile: false, root: at('.') });
if (file === '--items') {
  for (const line of await module.listItems(at('lesson'))) console.log(JSON.stringify(line));
  process.exit();
}
try {
  for (const line of await module.judgeInBulk(at('lesson'), answers.value)) console.log(JSON.stringify(line));
} catch (error) {
  if (!(error instanceof module.UnusableAnswers)) throw error;
  const { path, message } = /** @type {import('./render/bulk.ts').UnusableAnswers} */ (error);
  fail(`${file}, line ${answers.lineOf(path)}: ${message}`);
}
