// Decision surfaces as pixels: a grid of places, and the points of the data over it.

export interface Palette {
  paper: readonly number[];
  classes: readonly (readonly number[])[];
}
export const light: Palette = {
  paper: [255, 253, 249],
  classes: [
    [0, 95, 163],
    [160, 68, 0],
    [0, 107, 79],
    [107, 53, 168],
  ],
};
export const dark: Palette = {
  paper: [22, 24, 28],
  classes: [
    [108, 184, 255],
    [255, 164, 92],
    [79, 209, 165],
    [195, 160, 255],
  ],
};

/** Points from -reach to reach; a spiral has the radius 2. */
export const side = 48;
export const reach = 2.4;

/** More shades could not be told apart. */
const shades = 16;

/**
 * What a network says of each place of the grid, row by row from the top: the number of a colour, for the most probable
 * class and how sure of it the network is.
 */
export type Tones = Uint8Array<ArrayBuffer>;

/** `probabilities`: of the most probable class; NaN for a network that is no longer finite, and painted as unsure as can be. */
export function tonesOf(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): Tones {
  const tones = new Uint8Array(labels.length);
  const guess = 1 / classes;
  for (let at = 0; at < tones.length; ++at) {
    const sure = ((probabilities[at] as number) - guess) / (1 - guess);
    tones[at] = (labels[at] as number) * (shades + 1) + (sure > 0 ? Math.round(shades * sure) : 0);
  }
  return tones;
}

/** The tones of two classes, from the probability of class 1. */
export const tonesOfTwo = (surface: Float64Array): Tones =>
  tonesOf(
    surface.map((p) => (p > 0.5 ? 1 : 0)),
    surface.map((p) => Math.max(p, 1 - p)),
    2,
  );

/** Points of the plane, and their classes. */
export interface Points {
  /** (points, 2) */
  x: ArrayLike<number>;
  labels: ArrayLike<number>;
}

const shadesOfPalettes = new WeakMap<Palette, Uint32Array>();

/** The colours of each class, from unsure to sure, as pixels. */
function shadesOf(palette: Palette): Uint32Array {
  const known = shadesOfPalettes.get(palette);
  if (known) return known;
  const { paper, classes } = palette;
  const pixels = new Uint8ClampedArray(4 * (shades + 1) * classes.length);
  classes.forEach((colour, label) => {
    for (let shade = 0; shade <= shades; ++shade) {
      const part = (0.7 * shade) / shades;
      const at = 4 * (label * (shades + 1) + shade);
      for (let k = 0; k < 3; ++k) pixels[at + k] = (paper[k] ?? 0) * (1 - part) + (colour[k] ?? 0) * part;
      pixels[at + 3] = 255;
    }
  });
  const made = new Uint32Array(pixels.buffer);
  shadesOfPalettes.set(palette, made);
  return made;
}

/** The grid as side x side pixels, RGBA: the colour of the most probable class, the surer the deeper. */
export function gridPixels(tones: Tones, palette: Palette) {
  const colours = shadesOf(palette);
  const pixels = new Uint32Array(tones.length);
  for (let at = 0; at < tones.length; ++at) pixels[at] = colours[tones[at] as number] as number;
  return new Uint8ClampedArray(pixels.buffer);
}

/** How far a place lies from the middle of a mark, on the scale of its radius: disk, diamond, square, triangle. */
const distances: readonly ((dx: number, dy: number) => number)[] = [
  Math.hypot,
  (dx, dy) => Math.abs(dx) + Math.abs(dy),
  (dx, dy) => 1.25 * Math.max(Math.abs(dx), Math.abs(dy)),
  (dx, dy) => Math.max(1.6 * dy, 1.4 * Math.abs(dx) - 0.8 * dy),
];

/** Calls `put` for each pixel of each point's mark: in its class's colour, or on its rim. */
function marksOf(
  { x, labels }: Points,
  size: number,
  put: (column: number, row: number, label: number, isRim: boolean) => void,
): void {
  const radius = size / 80;
  const around = Math.ceil(radius + 1);
  for (let point = 0; point < labels.length; ++point) {
    const label = labels[point] ?? 0;
    const distance = distances[label] ?? Math.hypot;
    const at = (value: number) => Math.round(((value + reach) / (2 * reach)) * size);
    const [column, row] = [at(x[2 * point] ?? 0), at(-(x[2 * point + 1] ?? 0))];
    for (let dy = -around; dy <= around; ++dy)
      for (let dx = -around; dx <= around; ++dx) {
        const far = distance(dx, dy);
        const isInside = Math.min(column + dx, row + dy) >= 0 && Math.max(column + dx, row + dy) < size;
        if (isInside && far <= 1.1 * radius) put(column + dx, row + dy, label, far > 0.8 * radius);
      }
  }
}

/** The points alone, size x size pixels, RGBA; where none is they are transparent. */
export function pointPixels(points: Points, size: number, { paper, classes }: Palette) {
  const pixels = new Uint8ClampedArray(4 * size * size);
  marksOf(points, size, (column, row, label, isRim) => {
    pixels.set([...(isRim ? paper : (classes[label] ?? paper)), 255], 4 * (row * size + column));
  });
  return pixels;
}

/** A decision surface with its points as one picture: size x size pixels, RGBA. */
export function painted(tones: Tones, points: Points, size: number, palette: Palette) {
  const grid = gridPixels(tones, palette);
  const over = pointPixels(points, size, palette);
  for (let row = 0; row < size; ++row)
    for (let column = 0; column < size; ++column) {
      const at = 4 * (row * size + column);
      if (over[at + 3] !== 0) continue;
      const [i, j] = [row, column].map((each) => Math.floor((each * side) / size)) as [number, number];
      over.set(grid.subarray(4 * (i * side + j), 4 * (i * side + j) + 4), at);
    }
  return over;
}
