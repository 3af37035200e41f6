// Two or three values as a point of the plane at right angles to (1, ..., 1), and where everything lies there.

import { lengthOf, pixelsOf, type Plane, type Point } from './plane.tsx';

/** Units from the centre to the side of the drawing, and how far out a point is still drawn. */
export const reach = 3.75;
export const outmost = 3.45;

const { SQRT2 } = Math;
const sqrt6 = Math.sqrt(6);

/** Where values lie in the plane at right angles to (1, 1, 1); of two values: on the line at right angles to (1, 1). */
export const inPlane = ([first = 0, second = 0, third]: ArrayLike<number> & Iterable<number>): Point => [
  (first - second) / SQRT2,
  third === undefined ? 0 : (first + second - 2 * third) / sqrt6,
];

/** The m values with this mean that lie at a point of the plane. */
export const fromPlane = ([a, b]: Point, mean: number, m: number): number[] =>
  m === 2
    ? [mean + a / SQRT2, mean - a / SQRT2]
    : [mean + a / SQRT2 + b / sqrt6, mean - a / SQRT2 + b / sqrt6, mean - (2 * b) / sqrt6];

/** A point no farther from the centre than the drawing reaches. */
export const within = (point: Point): Point => {
  const length = lengthOf(point);
  return length <= outmost ? point : scaled(point, outmost / length);
};

/** Too far from the centre to be drawn where they are. */
export const areFarOut = (values: readonly number[]): boolean => lengthOf(inPlane(values)) > outmost;

export const scaled = ([a, b]: Point, by: number): Point => [a * by, b * by];
export const sum = ([a, b]: Point, [c, d]: Point): Point => [a + c, b + d];

/** What is drawn: a batch, and its gradients. */
export interface Drawn {
  x: readonly number[];
  x_hat: Float64Array;
  dy: Float64Array;
  dx: Float64Array;
  /** the part of dy that moves x_hat: dx without its factor */
  left: Float64Array;
}

/** Points of the plane, in units from its centre. */
export interface Geometry {
  /** of two values there is a line alone */
  isLine: boolean;
  height: number;
  plane: Plane;
  /** of the circle, in units */
  radius: number;
  /** x as it is, and where it is drawn */
  x: Point;
  xSeen: Point;
  hat: Point;
  /** the ends of dy and of the part of it that is left, which start at x_hat */
  dyTip: Point;
  foot: Point;
  /** dx, how much of it is drawn, and where that ends */
  gradient: Point;
  gradientSeen: Point;
  dxTip: Point;
  isCentred: boolean;
  /** directions of length 1 at x_hat */
  outward: Point;
  tangent: Point;
  /** Whichever lies farther out has its name outside, the other one inside: 1 where that is x, or −1. */
  side: 1 | -1;
}

export function geometryOf({ x, x_hat, dy, dx, left }: Drawn, size: number): Geometry {
  const m = x.length;
  const isLine = m === 2;
  const height = isLine ? 150 : size;
  const point = inPlane(x);
  const xSeen = within(point);
  const hat = inPlane(x_hat);
  const gradient = inPlane(dx);
  const gradientSeen = within(gradient);
  const isCentred = lengthOf(hat) < 1e-9;
  const outward: Point = isCentred ? [1, 0] : scaled(hat, 1 / lengthOf(hat));
  return {
    isLine,
    height,
    plane: { centre: [size / 2, height / 2], unit: size / 2 / reach },
    radius: Math.sqrt(m),
    x: point,
    xSeen,
    hat,
    dyTip: sum(hat, inPlane(dy)),
    foot: sum(hat, inPlane(left)),
    gradient,
    gradientSeen,
    dxTip: sum(xSeen, gradientSeen),
    isCentred,
    outward,
    tangent: [-outward[1], outward[0]],
    side: lengthOf(point) > lengthOf(hat) ? 1 : -1,
  };
}

/** In pixels. On a line arrows would lie on each other: there each has a level of its own, so many pixels above. */
export function atLevel({ plane, isLine }: Geometry, point: Point, pixels: number): Point {
  const [px, py] = pixelsOf(plane, point);
  return [px, isLine ? py - pixels : py];
}
