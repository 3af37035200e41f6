// npm run bench:judge [-- --rounds N]: how long a verdict takes on each answer of tests/answers/typed.json, in WebAssembly.
//
// Of each answer the best of its rounds counts, since the machine may be shared; the first round warms up.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const at = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const rounds = Number(values.rounds);

/** @type {{ cases: { item: string, seed: number, answer: string }[] }} */
const { cases } = JSON.parse(readFileSync(at('../answers/typed.json'), 'utf8'));
const { module } = await runnerImport(at('../../web/render/bulk.ts'), {
  configFile: false,
  root: at('../../web'),
});
/** @type {(answer: typeof cases[number]) => { verdict: string }} */
const judge = await module.bulkJudge(at('../../web/lesson'));
/** @type {Map<string, { kind: string, given?: Record<string, string> }>} */
const items = new Map(
  (await module.listItems(at('../../web/lesson'))).map((/** @type {{ item: string }} */ each) => [
    each.item,
    each,
  ]),
);

const best = cases.map(() => Infinity);
/** @type {string[]} */
let verdicts = [];
for (let round = 0; round <= rounds; ++round) {
  verdicts = cases.map((answer, k) => {
    const start = performance.now();
    const { verdict } = judge(answer);
    if (round > 0) best[k] = Math.min(/** @type {number} */ (best[k]), performance.now() - start);
    return verdict;
  });
}

/** @type {(times: number[], share: number) => string} */
const quantile = (times, share) => {
  const sorted = times.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(2);
};

const kinds = [...new Set(cases.map(({ item }) => items.get(item)?.kind ?? ''))];
const rows = ['all', ...kinds].flatMap((kind) =>
  ['all', ...new Set(verdicts)].map((verdict) => {
    const of = (/** @type {number} */ k) =>
      (kind === 'all' || items.get(cases[k]?.item ?? '')?.kind === kind) &&
      (verdict === 'all' || verdicts[k] === verdict);
    const times = best.filter((_, k) => of(k));
    return {
      kind,
      verdict,
      answers: times.length,
      'median, ms': quantile(times, 0.5),
      'p99, ms': quantile(times, 0.99),
      'worst, ms': quantile(times, 1),
    };
  }),
);
console.table(rows.filter(({ answers }) => answers > 0));
const slowest = best.map((time, k) => ({ time, k })).toSorted((a, b) => b.time - a.time);
for (const { time, k } of slowest.slice(0, 8))
  console.log(`${time.toFixed(2)} ms  ${verdicts[k]}  ${cases[k]?.item}  ${cases[k]?.answer}`);
