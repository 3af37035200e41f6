// Builds a block `race`: how the first race ends is computed when the page is built.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Element } from 'hast';
import { h } from 'hastscript';
import { loadLaboratory } from '../../src/laboratory.ts';
import { inFull, item, pictureSize, type RaceData } from '../../src/kinds/race/race.tsx';
import { type RaceBlock, schema } from '../../src/kinds/race/schema.ts';
import {
  type Arm,
  arms,
  firstChoice,
  type Frame,
  inWords,
  light,
  painted,
  raced,
  sentenceOf,
  smoothed,
} from '../../src/race.ts';
import { kind } from '../item.tsx';
import { pngOf } from '../png.ts';

const wasmFile = fileURLToPath(new URL('../../../build/wasm/laboratory.wasm', import.meta.url));
const laboratory = await loadLaboratory(readFileSync(wasmFile));

const fileOf = (arm: Arm) => `race-${arm}.png`;

/** The first race, run once for all pages. */
function firstRace(): Pick<RaceData, 'still' | 'sentence'> & {
  pictures: Record<string, Element[]>;
  files: Record<string, Buffer>;
} {
  const [data, ...all] = raced(laboratory, firstChoice);
  const last = all.at(-1) as Frame;
  if (!data || !('labels' in data)) throw new Error('a race begins with its data');
  const still = arms.map((arm) => {
    const { correct } = last.arms[arm];
    const losses = (all as Frame[]).flatMap((frame) => [...frame.arms[arm].losses]);
    return [
      arm,
      {
        line: smoothed(losses).map((loss) => Number(loss.toFixed(3))),
        correct: Number.isNaN(correct) ? null : correct,
      },
    ];
  });
  const pictures = arms.map((arm) => {
    const { correct } = last.arms[arm];
    return [
      `picture.${arm}`,
      [
        h('img', {
          src: `./${fileOf(arm)}`,
          loading: 'lazy',
          width: pictureSize,
          height: pictureSize,
          alt: `What the network ${inFull[arm]} says of the plane at the end: ${inWords(correct)}`,
        }),
      ],
    ];
  });
  const files = arms.map((arm) => {
    const pixels = painted(last.arms[arm].surface, data, pictureSize, light);
    return [fileOf(arm), pngOf(pixels, pictureSize)];
  });
  return {
    files: Object.fromEntries(files) as Record<string, Buffer>,
    pictures: Object.fromEntries(pictures) as Record<string, Element[]>,
    still: Object.fromEntries(still) as RaceData['still'],
    sentence: sentenceOf(firstChoice, last),
  };
}
let first: ReturnType<typeof firstRace> | undefined;

/** The pictures of the first race, by the names of their files. */
export const raceFiles = (): Record<string, Buffer> => (first ??= firstRace()).files;

export const race = kind<RaceBlock>({
  schema,
  View: item.View,
  data({ title }): RaceData {
    const { still, sentence } = (first ??= firstRace());
    return { title, still, sentence };
  },
  slots: () => (first ??= firstRace()).pictures,
});
