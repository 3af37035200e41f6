// How long a verdict on a program takes in WebAssembly: every section of tests/programs, judged several times.
//
//   npm run build:core && npm run bench:programs

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { started } from '../../web/src/core/wasm.mjs';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const built = (/** @type {string} */ name) => path.join(root, 'build/wasm', name);
const folder = path.join(root, 'tests/programs');
const rounds = 5;

const { default: createModule } = await import(pathToFileURL(built('programs.mjs')).href);
const bytes = readFileSync(built('programs.wasm'));
const programs = await started(createModule, bytes, 'the language of programs');

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

/** @type {{ time: number, title: string, round: number }[]} */
const times = [];
for (let round = 0; round < rounds; ++round) {
  for (const { task, title, program } of sections) {
    const start = performance.now();
    const outcome = programs.ask('judge_program', { task, program });
    const time = performance.now() - start;
    if (!outcome.ok) throw new Error(`${title}: ${outcome.message}`);
    times.push({ time, title, round });
  }
}
/** @param {string} what @param {(round: number) => boolean} belongs */
function show(what, belongs) {
  const chosen = times.filter(({ round }) => belongs(round)).toSorted((a, b) => a.time - b.time);
  const quantile = (/** @type {number} */ share) =>
    (chosen[Math.min(chosen.length - 1, Math.floor(share * chosen.length))]?.time ?? NaN).toFixed(1);
  console.log(
    `${what}: median ${quantile(0.5)}, p90 ${quantile(0.9)}, p99 ${quantile(0.99)}, longest ${quantile(1)}`,
  );
  for (const { time, title } of chosen.toReversed().slice(0, 4)) console.log(`  ${time.toFixed(1)} ${title}`);
}

console.log(`${sections.length} programs, in milliseconds`);
show('first round, while the module is still being compiled', (round) => round === 0);
show(`${rounds - 1} rounds after it`, (round) => round > 0);
