// Builds a block `race`: how the first race ends is computed when the page is built.

import type { Element } from 'hast';
import { h } from 'hastscript';
import { stillEvery } from '../../src/kinds/race/losses.tsx';
import { inFull, item, pictureSize, type RaceData } from '../../src/kinds/race/race.tsx';
import { type RaceBlock, schema } from '../../src/kinds/race/schema.ts';
import {
  type Arm,
  arms,
  firstChoice,
  type Frame,
  inWords,
  raced,
  sentenceOf,
  smoothed,
} from '../../src/core/race.ts';
import { light, painted } from '../../src/core/surface.ts';
import { kind } from '../item.tsx';
import { laboratory } from '../laboratory.ts';
import { pictures } from '../pictures.ts';
import { pngOf } from '../png.ts';

const fileOf = (arm: Arm) => `race-${arm}.png`;

/** The first race, run once for all pages. */
function firstRace(): Pick<RaceData, 'still' | 'sentence'> & {
  slots: Record<string, Element[]>;
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
        line: smoothed(losses)
          .filter((_, step) => step % stillEvery === 0)
          .map((loss) => Number(loss.toFixed(3))),
        correct: Number.isNaN(correct) ? null : correct,
      },
    ];
  });
  const slots = arms.map((arm) => {
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
  for (const arm of arms) {
    const pixels = painted(last.arms[arm].tones, data, pictureSize, light);
    pictures[fileOf(arm)] = pngOf(pixels, pictureSize);
  }
  return {
    slots: Object.fromEntries(slots) as Record<string, Element[]>,
    still: Object.fromEntries(still) as RaceData['still'],
    sentence: sentenceOf(firstChoice, last),
  };
}
let first: ReturnType<typeof firstRace> | undefined;

export const race = kind<RaceBlock>({
  schema,
  View: item.View,
  data({ title }): RaceData {
    const { still, sentence } = (first ??= firstRace());
    return { title, still, sentence };
  },
  slots: () => (first ??= firstRace()).slots,
});
