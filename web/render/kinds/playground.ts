// Builds a block `playground`: how the networks of its first preset end is computed when the page is built.

import type { Element } from 'hast';
import { h } from 'hastscript';
import { item, type PlaygroundData } from '../../src/kinds/playground/playground.tsx';
import { type PlaygroundBlock, presetOf, schema } from '../../src/kinds/playground/schema.ts';
import { baseOf, classesOf, runSettings, type State } from '../../src/kinds/playground/settings.ts';
import {
  type Arm,
  arms,
  type ArmSeen,
  guessOf,
  inFullWords,
  inWords,
  Losses,
  seenOf,
  sentenceOf,
} from '../../src/core/playground.ts';
import { light, painted, reach, side, type Tones } from '../../src/core/surface.ts';
import { type Building, kind } from '../item.tsx';
import { laboratory } from '../laboratory.ts';
import { pictures } from '../pictures.ts';
import { pngOf } from '../png.ts';

/** Pixels of a picture, whatever its size on the page. */
const size = 320;

interface Trained {
  seen: ArmSeen;
  path: PlaygroundData['still'][Arm]['path'];
  picture: Element;
}

function trained(state: State, arm: Arm, file: string, guess: string): Trained {
  const run = laboratory.beginRun(runSettings(state, arm));
  const losses = new Losses();
  const all = laboratory.advance(run, Number(state.steps));
  losses.add(all);
  const asked = { mode: 'inference', side, reach, example: 0, with_layers: true } as const;
  const points = laboratory.dataOf(run);
  const seen = { losses: all, ...seenOf(laboratory.lookClosely(run, asked), points.classes) };
  laboratory.endRun(run);
  const pixels = painted(seen.tones as Tones, points, size, light);
  pictures[file] = pngOf(pixels, size);
  const { steps, values } = losses.track;
  return {
    seen,
    path: { steps, values: values.map((value) => Number(value.toPrecision(3))) },
    picture: h('img', {
      src: `./${file}`,
      width: size,
      height: size,
      alt: `What ${arm.toUpperCase()} says of the plane: ${inWords(seen, guess)}`,
    }),
  };
}

const blocks = new Map<string, Record<Arm, Trained>>();

/** The networks of the first preset, trained once for each block. */
function ended(
  { presets }: PlaygroundBlock,
  { id, refuse }: Building,
): { state: State; both: Record<Arm, Trained> } {
  const state = baseOf(presetOf(presets[0] as PlaygroundBlock['presets'][number]));
  if (state.data === 'glyphs' || state.view !== 'loss' || state.statistics !== 'inference')
    refuse(
      ['presets', 0],
      'playground: the page shows the first preset as surfaces and losses, with running statistics; put another one first',
    );
  let both = blocks.get(id);
  if (!both) {
    const guess = guessOf(classesOf(state.data as string));
    const [a, b] = arms.map((arm) => trained(state, arm, `${id}-${arm}.png`, guess)) as [Trained, Trained];
    both = { a, b };
    blocks.set(id, both);
  }
  return { state, both };
}

/** Every preset has to begin: what the laboratory refuses is a mistake of the block. */
function checkPresets({ presets }: PlaygroundBlock, { refuse }: Building): void {
  presets.forEach((block, k) => {
    for (const arm of arms)
      try {
        laboratory.endRun(laboratory.beginRun(runSettings(baseOf(presetOf(block)), arm)));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        refuse(['presets', k], `playground: arm ${arm.toUpperCase()} cannot begin: ${reason}`);
      }
  });
}

export const playground = kind<PlaygroundBlock>({
  schema,
  View: item.View,
  data: (block, at): PlaygroundData => {
    checkPresets(block, at);
    const { state, both } = ended(block, at);
    const guess = guessOf(classesOf(state.data as string));
    const still = (arm: Arm) => ({ path: both[arm].path, words: inFullWords(both[arm].seen, guess) });
    return {
      presets: block.presets.map(presetOf),
      still: { a: still('a'), b: still('b') },
      sentence: sentenceOf({ step: Number(state.steps), arms: { a: both.a.seen, b: both.b.seen } }, guess),
    };
  },
  slots: (block, at) => {
    const { both } = ended(block, at);
    return { 'picture.a': [both.a.picture], 'picture.b': [both.b.picture] };
  },
});
