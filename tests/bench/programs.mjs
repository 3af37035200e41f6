// How long a verdict on a program takes in WebAssembly: every section of tests/programs, judged several times.
//
//   npm run build:core && npm run bench:programs

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const built = (/** @type {string} */ name) => path.join(root, 'build/wasm', name);
const folder = path.join(root, 'tests/programs');
const rounds = 5;

const { default: createModule } = await import(pathToFileURL(built('programs.mjs')).href);
const bytes = readFileSync(built('programs.wasm'));
const programs = await createModule({
  instantiateWasm(
    /** @type {WebAssembly.Imports} */ imports,
    /** @type {(instance: WebAssembly.Instance) => void} */ done,
  ) {
    void WebAssembly.instantiate(bytes, imports).then(({ instance }) => done(instance));
    return {};
  },
});

/** @type {{ task: string, title: string, program: string }[]} */
const sections = readdirSync(folder)
  .filter((file) => file.endsWith('.py'))
  .flatMap((file) =>
    readFileSync(path.join(folder, file), 'utf8')
      .split(/^# === /m)
      .slice(1)
      .map((section) => {
        const [header = '', ...lines] = section.split('\n');
        const name = path.basename(file, '.py');
        const [task = ''] = name === 'others' ? header.split(':') : [name];
        return { task, title: header, program: lines.join('\n') };
      }),
  );

const times = [];
for (let round = 0; round < rounds; ++round) {
  for (const { task, title, program } of sections) {
    const start = performance.now();
    const outcome = programs.judge_program({ task, program });
    const time = performance.now() - start;
    if (!outcome.ok) throw new Error(`${title}: ${outcome.message}`);
    times.push({ time, title, round });
  }
}
const sorted = times.map(({ time }) => time).toSorted((a, b) => a - b);
const quantile = (/** @type {number} */ share) =>
  (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(1);
console.log(`${sections.length} programs, ${rounds} rounds, in milliseconds:`);
console.log(`median ${quantile(0.5)}, p90 ${quantile(0.9)}, p99 ${quantile(0.99)}, longest ${quantile(1)}`);
for (const { time, title, round } of times.toSorted((a, b) => b.time - a.time).slice(0, 8))
  console.log(`  ${time.toFixed(1)} in round ${round + 1}: ${title}`);
