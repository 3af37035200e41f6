// Two or three values as a point of the plane orthogonal to (1, ..., 1), and the positions of all that is drawn there.

import { lengthOf, pixelsOf, type Plane, type Point } from './plane.tsx';

/** Units from the centre to the side of the drawing, and how far out a point is still drawn. */
export const reach = 3.75;
export const outmost = 3.45;

const { SQRT2 } = Math;
const sqrt6 = Math.sqrt(6);

/** The projection of values onto the plane orthogonal to (1, 1, 1); of two values, onto the line orthogonal to (1, 1). */
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

/** Whether a point is too far from the centre to be drawn at its place. */
export const areFarOut = (values: readonly number[]): boolean => lengthOf(inPlane(values)) > outmost;

export const scaled = ([a, b]: Point, by: number): Point => [a * by, b * by];
export const sum = ([a, b]: Point, [c, d]: Point): Point => [a + c, b + d];

/** What is drawn: a batch, and its gradients. */
export interface Drawn {
  x: readonly number[];
  x_hat: Float64Array;
  dy: Float64Array;
  dx: Float64Array;
  /** the component of dy that moves x_hat: dx without its factor */
  left: Float64Array;
}

/** Points of the plane, in units from its centre. */
export interface Geometry {
  /** two values have a line in place of the plane */
  isLine: boolean;
  height: number;
  plane: Plane;
  /** of the circle, in units */
  radius: number;
  /** x as it is, and where it is drawn */
  x: Point;
  xSeen: Point;
  hat: Point;
  /** the ends of dy and of its tangential part, both drawn from x_hat */
  dyTip: Point;
  foot: Point;
  /** dx, how much of it is drawn, and where that ends */
  gradient: Point;
  gradientSeen: Point;
  dxTip: Point;
  isCentred: boolean;
  /** unit vectors at x_hat */
  outward: Point;
  tangent: Point;
  /** Of x and x_hat, the label of the one farther from the centre is outside, the other's inside: 1 where that is x, or −1. */
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

/** In pixels. On a line arrows would overlap, so there each is drawn at its own level, so many pixels above the line. */
export function atLevel({ plane, isLine }: Geometry, point: Point, pixels: number): Point {
  const [px, py] = pixelsOf(plane, point);
  return [px, isLine ? py - pixels : py];
}
