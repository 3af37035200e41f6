// What the seeds of an experiment say together.

import { type Measures, readCondition } from './condition.ts';
import { withThousands } from './format.ts';

/** For each measure a number for each seed, in the order of the seeds. */
export type Results = Readonly<Record<string, readonly number[]>>;

export function resultsOf(seeds: readonly Measures[]): Results {
  const names = Object.keys(seeds[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, seeds.map((each) => each[name] ?? Number.NaN)]));
}

/** The number of seeds. */
export const seedsIn = (results: Results): number => Object.values(results)[0]?.length ?? 0;

/** In how many seeds a condition holds. */
export function countOf(condition: string, results: Results): number {
  const { holds, names } = readCondition(condition);
  const seedNumbers = Array.from({ length: seedsIn(results) }, (_, k) => k);
  return seedNumbers.filter((k) =>
    holds(Object.fromEntries(names.map((name) => [name, results[name]?.[k] ?? Number.NaN]))),
  ).length;
}

/** The first quartile, the median and the third quartile; what is not finite counts as larger than all numbers. */
export function quartilesOf(values: readonly number[]): [number, number, number] {
  const sorted = values
    .map((value) => (Number.isFinite(value) ? value : Number.POSITIVE_INFINITY))
    .toSorted((a, b) => a - b);
  const at = (part: number) => {
    const place = part * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
    return low === high ? low : low + (place - Math.floor(place)) * (high - low);
  };
  return [at(0.25), at(0.5), at(0.75)];
}

/** Whether all these conditions hold for the medians. */
export function holdForMedians(conditions: readonly string[], results: Results): boolean {
  const medians = Object.fromEntries(
    Object.entries(results).map(([name, values]) => [name, quartilesOf(values)[1]]),
  );
  return conditions.every((condition) => readCondition(condition).holds(medians));
}

/** The chance that a fair coin falls on one side at least k times in n. */
export function coinChance(n: number, k: number): number {
  let ways = 1;
  let sum = 0;
  for (let heads = n; heads >= k; --heads) {
    sum += ways;
    ways = (ways * heads) / (n - heads + 1);
  }
  return sum / 2 ** n;
}

/** "35 million": a count in words, in two figures. */
function inRoundNumbers(count: number): string {
  if (count < 1e6) return withThousands(Number(count.toPrecision(2)));
  const [size, word] = count < 1e9 ? [1e6, 'million'] : [1e9, 'billion'];
  return `${withThousands(Number((count / size).toPrecision(2)))} ${word}`;
}

/** How often chance alone would do that, where it is rare: "by chance: 1 in 35 million". Empty where it is not. */
export function besideChance(n: number, k: number): string {
  const chance = coinChance(n, k);
  return chance > 0.001 ? '' : `by chance: 1 in ${inRoundNumbers(1 / chance)}`;
}

/** Whether a condition compares networks, so that a seed may fall to either side; what is true of one alone is no contest. */
export const comparesNetworks = (condition: string): boolean =>
  new Set(readCondition(condition).names.map((name) => name.split('.')[0])).size > 1;
