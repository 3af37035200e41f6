// npm run evidence: runs the experiments of the lesson over 30 fresh seeds, on all processors, and counts its claims.
//
// Prints a row for each claim: the experiment, the claim, in how many seeds it held, the bound that the lesson sets, PASS or
// FAIL. `npm run evidence -- NAME …` runs these experiments alone, and says how long each took. Ends with 1 if a claim failed.

import { fileURLToPath } from 'node:url';
import { measureAll } from './measure.mjs';
import { installPackages, prepare } from './start.mjs';

const at = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Not those that the page shows, nor those that it runs for a learner. */
const seeds = Array.from({ length: 30 }, (_, k) => 1001 + k);

installPackages();
prepare();
const { runnerImport } = await import('vite');
const { module } = await runnerImport(at('render/claims.ts'), { configFile: false, root: at('.') });
/** @type {import('./render/claims.ts').Claim[]} */
const claims = await module.lessonClaims(at('lesson'));
const names = [...new Set(claims.map(({ experiment }) => experiment))];
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`The lesson makes no claims of “${unknown}”. It does of: ${names.join(', ')}`);
  process.exit(2);
}
console.log('| experiment | in how many of 30 seeds | held in | bound | |');
console.log('|---|---|---|---|---|');
let failed = 0;
for (const experiment of asked.length > 0 ? asked : names) {
  const start = performance.now();
  const measured = await measureAll(seeds.map((seed) => ({ experiment, seed })));
  const counted = module.countClaims(
    claims.filter((claim) => claim.experiment === experiment),
    measured,
  );
  for (const { text, count, bound, passes } of counted) {
    const words = 'least' in bound ? `at least ${bound.least}` : `at most ${bound.most}`;
    console.log(`| ${experiment} | ${text} | ${count} | ${words} | ${passes ? 'PASS' : 'FAIL'} |`);
    if (!passes) failed += 1;
  }
  if (asked.length > 0)
    console.log(`${experiment} took ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
process.exitCode = failed > 0 ? 1 : 0;
