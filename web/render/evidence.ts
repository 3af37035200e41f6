// What the experiments gave over 30 seeds when their code last changed: read where it belongs to this code, and computed
// anew, on all processors, where it does not.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { experimentNames, measureAll } from '../measure.mjs';
import { type Results, resultsOf } from '../src/core/evidence.ts';

export const seeds = Array.from({ length: 30 }, (_, k) => k + 1);

const file = fileURLToPath(new URL('./evidence.json', import.meta.url));

/** For each experiment and measure a number for each seed; null for one that is not finite. */
interface Stored {
  code: string;
  results: Record<string, Record<string, (number | null)[]>>;
}

/** A hash of all that the networks are made of. */
export function codeHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['../../cpp/batchnorm/', '../../cpp/batchnorm/internal/', '../../cpp/lab/']) {
    const at = new URL(folder, import.meta.url);
    for (const name of readdirSync(at).toSorted())
      if (/\.(h|cpp)$/.test(name)) hash.update(name).update(readFileSync(new URL(name, at)));
  }
  return hash.digest('hex');
}

const stored = (): Stored | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Stored) : undefined;

/** Whether the file holds what this code gives. */
export const isCurrent = (): boolean => stored()?.code === codeHash();

/** A line for each measure, with digits enough to draw and to compare. */
function write({ code, results }: Stored): void {
  const experiments = Object.entries(results).map(([name, measures]) => {
    const lines = Object.entries(measures).map(
      ([measure, values]) => `${JSON.stringify(measure)}: ${JSON.stringify(values)}`,
    );
    return `${JSON.stringify(name)}: {\n${lines.join(',\n')}\n}`;
  });
  writeFileSync(
    file,
    `{\n"code": ${JSON.stringify(code)},\n"results": {\n${experiments.join(',\n')}\n}\n}\n`,
  );
}

const rounded = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(5)) : null);

/** The results of all experiments, by their names. */
export async function allEvidence(): Promise<Record<string, Results>> {
  const code = codeHash();
  let current = stored();
  if (current?.code !== code) {
    const names = await experimentNames();
    const tasks = names.flatMap((experiment) => seeds.map((seed) => ({ experiment, seed })));
    console.log(`Running ${names.length} experiments of the laboratory, ${seeds.length} seeds each…`);
    const measured = await measureAll(tasks);
    const results = names.map((name, k) => {
      const all = resultsOf(measured.slice(k * seeds.length, (k + 1) * seeds.length));
      return [
        name,
        Object.fromEntries(Object.entries(all).map(([measure, values]) => [measure, values.map(rounded)])),
      ];
    });
    current = { code, results: Object.fromEntries(results) as Stored['results'] };
    write(current);
  }
  return Object.fromEntries(
    Object.entries(current.results).map(([name, measures]) => [
      name,
      Object.fromEntries(
        Object.entries(measures).map(([measure, values]) => [
          measure,
          values.map((value) => value ?? Number.NaN),
        ]),
      ),
    ]),
  );
}
