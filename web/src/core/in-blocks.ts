// Inference over a long tensor, block by block of its examples: the core works on a copy, and that of a block stays in the
// processor's cache. Every value is computed by itself, so that the result is the same to the last bit.

import type { InferenceInput } from './core.ts';

/** How long a block is, in bytes: it and its result fit into a second-level cache. */
const blockBytes = 2 ** 19;
/** Of so many channels the statistics and parameters, which go along with each block, are small beside it. */
const mostChannels = 1024;

type List = Float32Array | Float64Array;
type Input = InferenceInput & { y?: unknown };

const isList = (value: unknown): value is List =>
  value instanceof Float32Array || value instanceof Float64Array;

const sizeOf = (shape: readonly number[]) => shape.reduce((product, each) => product * each, 1);

/** The dimensions, the examples first: as given, or (m, C). */
function shapeOf({ x, shape, gamma, beta, running_mean }: Input): readonly number[] {
  const channels = (gamma ?? beta ?? running_mean)?.length;
  return shape === undefined ? [x.length / channels, channels] : Array.from(shape ?? []);
}

/** Whether a block of y can be written before the next one of x is read. */
const isRoomFor = (x: List, y: unknown): y is List =>
  isList(y) &&
  y.constructor === x.constructor &&
  y.length === x.length &&
  (y.buffer !== x.buffer || y.byteOffset === x.byteOffset);

/**
 * What `inference` gives for the whole input; undefined where it is not to be divided: where x or y is short, a tensor, or
 * not what it should be, of which `inference` itself then complains. `memory` is that of the core.
 */
export function inBlocks(
  input: Input,
  memory: ArrayBufferLike,
  inference: (input: Input) => unknown,
): { y: List } | undefined {
  const { x } = input;
  if (!isList(x) || x.byteLength < 4 * blockBytes || !(input.running_mean?.length <= mostChannels))
    return undefined;
  const [examples = 0, ...others] = shapeOf(input);
  const size = sizeOf(others);
  if (!Number.isInteger(examples) || examples * size !== x.length) return undefined;
  const y = input.y === undefined ? new (x.constructor as typeof Float64Array)(x.length) : input.y;
  // A view of the core's own memory is used where it lies, and ends when that memory grows.
  if (!isRoomFor(x, y) || x.buffer === memory || y.buffer === memory) return undefined;
  const step = Math.max(1, Math.floor(blockBytes / (size * x.BYTES_PER_ELEMENT)));
  for (let first = 0; first < examples; first += step) {
    const count = Math.min(step, examples - first);
    const block = (list: List) => list.subarray(first * size, (first + count) * size);
    inference({ ...input, x: block(x), y: block(y), shape: [count, ...others] });
  }
  return { y };
}
