/** @jsxImportSource preact */
// Builds a block `experiment`: counts, verdicts and drawings come from what its seeds gave.

import { renderToString } from 'preact-render-to-string';
import { countOf, holdForMedians, type Results } from '../../src/core/evidence.ts';
import { readCondition } from '../../src/core/condition.ts';
import { type ExperimentData, item, type PartData } from '../../src/kinds/experiment/experiment.tsx';
import { inWords, Plot, plotHeight } from '../../src/kinds/experiment/plot.tsx';
import {
  type ExperimentBlock,
  type Finding,
  type PartBlock,
  schema,
} from '../../src/kinds/experiment/schema.ts';
import { seeds } from '../evidence.ts';
import { type Building, kind } from '../item.tsx';
import { nearest } from '../nearest.ts';
import { plotStyle } from './experiment-style.ts';

const drawings = new Map<string, string>();

/** The drawings of all experiments that were rendered, by the names of their files. */
export const experimentFiles = (): Record<string, string> => Object.fromEntries(drawings);

/** The condition itself, without in how many seeds it has to hold. */
const conditionOf = (finding: Finding) => (typeof finding === 'string' ? finding : finding.holds);

function isFound(finding: Finding, results: Results): boolean {
  if (typeof finding === 'string') return holdForMedians([finding], results);
  const { holds, at_least: least = 0, at_most: most = seeds.length } = finding;
  const count = countOf(holds, results);
  return count >= least && count <= most;
}

function partOf(part: PartBlock, k: number, at: Building): PartData {
  const path = ['parts', k];
  const { evidence } = at.around;
  const results =
    evidence[part.measures] ??
    at.refuse(
      [...path, 'measures'],
      `experiment: the laboratory has no experiment “${part.measures}”${nearest(part.measures, Object.keys(evidence))}`,
    );
  const known = (name: string, place: PropertyKey[]) => {
    if (results[name] === undefined)
      at.refuse(
        [...path, ...place],
        `experiment: “${part.measures}” does not measure “${name}”${nearest(name, Object.keys(results))}`,
      );
  };
  part.plots.forEach(({ arms, measure, at: places }, n) => {
    for (const { name } of arms)
      (places ?? ['']).forEach((_, place) =>
        known(places ? `${name}.${measure}.${place}` : `${name}.${measure}`, ['plots', n]),
      );
  });
  part.options.forEach(({ when }, n) => {
    for (const name of when.flatMap((each) => readCondition(conditionOf(each)).names))
      known(name, ['options', n, 'when']);
  });
  part.claims.forEach(({ holds }, n) => {
    for (const name of readCondition(holds).names) known(name, ['claims', n, 'holds']);
  });
  const right = part.options.flatMap(({ when }, n) =>
    when.every((each) => isFound(each, results)) ? [n] : [],
  );
  if (right.length !== 1)
    at.refuse(
      [...path, 'options'],
      `experiment: exactly one option has to hold for the seeds, ${right.length === 0 ? 'none does' : `options ${right.map((n) => n + 1).join(' and ')} do`}`,
    );
  const stills = part.plots.map((plot, n) => {
    const file = `experiment-${part.measures}${n === 0 ? '' : `-${n + 1}`}.svg`;
    const svg = renderToString(<Plot plot={plot} results={results} />);
    const styled = svg.replace(/(<svg[^>]*>)/, `$1<style>${plotStyle}</style>`);
    const other = drawings.get(file);
    if (other !== undefined && other !== styled)
      at.refuse([...path, 'plots', n], `experiment: “${part.measures}” is drawn in another way elsewhere`);
    drawings.set(file, styled);
    return { file: `./${file}`, height: plotHeight(plot), alt: inWords(plot, results) };
  });
  return {
    tab: part.tab,
    measures: part.measures,
    options: part.options.length,
    right: right[0] ?? 0,
    stills,
    plots: part.plots,
    claims: part.claims.map(({ text, holds }) => ({ text, holds, count: countOf(holds, results) })),
  };
}

export const experiment = kind<ExperimentBlock>({
  schema,
  View: item.View,
  name: ({ id }) => id,
  data: ({ title, parts }, at): ExperimentData => ({
    title,
    seeds: seeds.length,
    parts: parts.map((part, k) => partOf(part, k, at)),
  }),
});
