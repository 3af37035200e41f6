// The picture that stands beside a shared link: how the race of the first section ends, both networks side by side.

import { arms, firstChoice, type Frame, raced } from '../src/core/race.ts';
import { light, painted } from '../src/core/surface.ts';
import { laboratory } from './laboratory.ts';

/** Pixels; what places that show such pictures ask for. */
export const cardWidth = 1200;
export const cardHeight = 630;

const size = 510;
const top = (cardHeight - size) / 2;
const gap = (cardWidth - 2 * size) / 3;

/** Two squares on white. */
export function cardPixels(): Uint8ClampedArray {
  const [data, ...frames] = raced(laboratory, firstChoice);
  if (!data || !('labels' in data)) throw new Error('a race begins with its data');
  const frame = frames.at(-1) as Frame;
  const pixels = new Uint8ClampedArray(4 * cardWidth * cardHeight).fill(255);
  for (const [k, arm] of arms.entries()) {
    const picture = painted(frame.arms[arm].tones, data, size, light);
    const left = Math.round(gap + k * (size + gap));
    for (let row = 0; row < size; ++row)
      pixels.set(
        picture.subarray(4 * row * size, 4 * (row + 1) * size),
        4 * ((top + row) * cardWidth + left),
      );
  }
  return pixels;
}
