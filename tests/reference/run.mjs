// npm run reference -- FILE…   runs files of the format of README.md through the WebAssembly build of the core, prints
// the largest error of every field of every case, and ends with 1 if any case failed. Without FILE: all of this folder.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { entriesOf, inWords, judge } from './cases.mjs';
import { assumedUlps } from './compare.mjs';

/** @typedef {import('./cases.mjs').Report} Report */

const here = path.dirname(fileURLToPath(import.meta.url));
const ownFiles = readdirSync(here)
  .filter((name) => name.endsWith('.json'))
  .map((name) => path.relative('', path.join(here, name)));

const built = new URL('../../build/package/core.js', import.meta.url);
if (!existsSync(built)) {
  console.error('The core is not built: npm run build:core');
  process.exit(1);
}
/** @type {import('./modes.mjs').Core} */
const core = await import(built.href);

/** Three digits suffice to compare an error with its bound. @param {number} ulp */
const short = (ulp) => (Number.isFinite(ulp) ? String(Number(ulp.toPrecision(3))) : 'infinite');

/** @param {Report} report */
function print({ id, line, fields, notes, failures }) {
  const errors = fields.map(({ field, ulp, assumed }) => `${field} ${short(ulp)}${assumed ? '*' : ''}`);
  const passed = failures.length === 0;
  const where = passed || line === undefined ? [] : [`(line ${line})`];
  console.log([passed ? 'PASS' : 'FAIL', id, ...where, ...errors].join('  '));
  for (const text of [...failures, ...notes]) console.log(`      ${text}`);
}

/** @param {string} file @returns {Report[]} */
function reportsOf(file) {
  try {
    return entriesOf(readFileSync(file, 'utf8')).map((entry) => judge(core, entry));
  } catch (error) {
    return [{ id: file, fields: [], notes: [], failures: [inWords(error)] }];
  }
}

/** The largest error of a field in all cases that have it. @param {Report[]} reports @param {string} name */
function worst(reports, name) {
  const ulps = reports.flatMap(({ fields }) => fields.filter(({ field }) => field === name));
  return ulps.length > 0 ? short(Math.max(...ulps.map(({ ulp }) => ulp))) : '-';
}

const files = process.argv.length > 2 ? process.argv.slice(2) : ownFiles;
const rows = files.flatMap((file) => {
  console.log(`\n${file}: errors in ULP of the natural scale`);
  const all = reportsOf(file);
  all.forEach(print);
  const fast = all.filter(({ accuracy }) => accuracy === 'fast');
  const groups = [
    { name: file, reports: all.filter((report) => !fast.includes(report)) },
    { name: `${file}, fast`, reports: fast },
  ];
  return groups
    .filter(({ reports }) => reports.length > 0)
    .map(({ name, reports }) => {
      const failed = reports.filter(({ failures }) => failures.length > 0).length;
      const counts = [reports.length, reports.length - failed, failed];
      return [name, ...counts.map(String), worst(reports, 'y'), worst(reports, 'dx')];
    });
});

console.log(`\n* the file has no tolerance for it: judged by ${assumedUlps} ULP of the natural scale\n`);
const table = [['file', 'cases', 'passed', 'failed', 'worst y', 'worst dx'], ...rows];
const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
for (const [file = '', ...numbers] of table) {
  const padded = numbers.map((text, i) => text.padStart(widths[i + 1] ?? 0));
  console.log([file.padEnd(widths[0] ?? 0), ...padded].join('  '));
}
process.exitCode = rows.every(([, , , failed]) => failed === '0') ? 0 : 1;
