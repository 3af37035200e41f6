/** @jsxImportSource preact */
// Two or three examples seen along (1, ..., 1): the circle on which x_hat lives, and what of dy moves it along there.

import { degreesOf, lengthOf, pixelsOf, type Plane, PlaneHandle, type Point, pointAt } from './plane.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Arrow, Handle } from '../../drawing/plot.tsx';
import { formatList, subscript } from '../../core/format.ts';

/** Units from the centre to the side of the drawing, and how far out a point is still drawn. */
const reach = 3.75;
const outmost = 3.45;

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

const scaled = ([a, b]: Point, by: number): Point => [a * by, b * by];
const sum = ([a, b]: Point, [c, d]: Point): Point => [a + c, b + d];

interface CircleProps {
  size: number;
  x: readonly number[];
  x_hat: Float64Array;
  dy: Float64Array;
  dx: Float64Array;
  /** the part of dy that moves x_hat: dx without its factor */
  left: Float64Array;
  turn: number;
  onMove: (point: Point) => void;
  onTurn: (degrees: number) => void;
}

export function Circle({ size, x, x_hat, dy, dx, left, turn, onMove, onTurn }: CircleProps) {
  const m = x.length;
  const isLine = m === 2;
  const height = isLine ? 150 : size;
  const plane: Plane = { centre: [size / 2, height / 2], unit: size / 2 / reach };
  const at = (point: Point) => pixelsOf(plane, point);
  /** On a line arrows would lie on each other: there each has a level of its own, so many pixels above. */
  const level = (point: Point, pixels: number): Point => {
    const [px, py] = at(point);
    return [px, isLine ? py - pixels : py];
  };
  const radius = Math.sqrt(m);

  const xPoint = inPlane(x);
  const xSeen = within(xPoint);
  const hat = inPlane(x_hat);
  const dyTip = sum(hat, inPlane(dy));
  const foot = sum(hat, inPlane(left));
  const gradient = inPlane(dx);
  const gradientSeen = within(gradient);
  const dxTip = sum(xSeen, gradientSeen);

  const isCentred = lengthOf(hat) < 1e-9;
  const outward: Point = isCentred ? [1, 0] : scaled(hat, 1 / lengthOf(hat));
  const tangent: Point = [-outward[1], outward[0]];
  // Whichever lies farther out has its name outside, the other one inside.
  const side = lengthOf(xPoint) > lengthOf(hat) ? 1 : -1;

  /** A name so many pixels along a direction. */
  const name = (text: string, [px, py]: Point, [a, b]: Point, pixels: number, quantity: string) => {
    const length = Math.hypot(a, b) || 1;
    return (
      <text
        class={`${quantity} fill name`}
        x={Math.min(size - 14, Math.max(14, px + (a / length) * pixels))}
        y={Math.min(height - 6, Math.max(14, py - (b / length) * pixels + 4))}
      >
        {text}
      </text>
    );
  };
  const line = (from: Point, to: Point, className: string) => {
    const [[x1, y1], [x2, y2]] = [at(from), at(to)];
    return <line class={className} x1={x1} y1={y1} x2={x2} y2={y2} />;
  };

  return (
    <Picture
      width={size}
      height={height}
      role="group"
      label={isLine ? 'Line of two examples' : 'Circle of three examples'}
    >
      <g aria-hidden="true">
        {x.map((_, i) => {
          const axis = inPlane(x.map((__, k) => Number(k === i)));
          const end = scaled(axis, (reach - 0.3) / lengthOf(axis));
          return (
            <g key={i}>
              {line([0, 0], end, 'spoke')}
              <text class="spoke-name" x={at(end)[0]} y={at(end)[1] + (isLine ? 18 : 4)}>
                x{subscript(i + 1)}
              </text>
            </g>
          );
        })}
        {isLine ? (
          [radius, -radius].map((a) => {
            const [cx, cy] = at([a, 0]);
            return <circle key={a} class="q-x_hat orbit" cx={cx} cy={cy} r="9" />;
          })
        ) : (
          <circle class="q-x_hat orbit" cx={plane.centre[0]} cy={plane.centre[1]} r={radius * plane.unit} />
        )}
        {!isCentred && line([0, 0], side > 0 ? xSeen : hat, 'ray')}
        {!isLine &&
          !isCentred &&
          line(sum(hat, scaled(tangent, 2 * reach)), sum(hat, scaled(tangent, -2 * reach)), 'tangent')}
        <Arrow class="q-dy removed" from={level(foot, 36)} to={level(dyTip, 36)} />
        <Arrow class="q-dy left-over" from={level(hat, 36)} to={level(foot, 36)} />
        <Arrow class="q-dy gradient" from={level(hat, 52)} to={level(dyTip, 52)} />
        <Arrow class="q-x gradient" from={level(xSeen, -36)} to={level(dxTip, -36)} />
        <circle class="q-x_hat fill" cx={at(hat)[0]} cy={at(hat)[1]} r="6" />
        {name('x̂', at(hat), isLine ? [0, -1] : scaled(outward, -side), 17, 'q-x_hat')}
        {name(
          'x',
          at(xSeen),
          // Beside the ray, on which dy may lie.
          isLine ? [0, 1] : sum(scaled(outward, side), scaled(tangent, -0.8)),
          19,
          'q-x',
        )}
        {lengthOf(gradientSeen) * plane.unit > 12 &&
          name(
            gradientSeen === gradient ? 'dx' : 'dx, cut short',
            level(dxTip, -36),
            isLine ? gradient : sum(scaled(gradient, 1 / lengthOf(gradient)), scaled(outward, side)),
            15,
            'q-x',
          )}
        {name('dy', level(dyTip, 52), inPlane(dy), 18, 'q-dy')}
      </g>
      {isLine ? (
        <Handle
          scale={{ least: -outmost, most: outmost, from: at([-outmost, 0])[0], to: at([outmost, 0])[0] }}
          value={xSeen[0]}
          bounds={{ least: -outmost, most: outmost, step: 0.1 }}
          at={plane.centre[1]}
          label="x on the line"
          inWords={`x = ${formatList(x)}`}
          onMove={(a) => onMove([a, 0])}
        />
      ) : (
        <>
          <PlaneHandle
            plane={plane}
            point={dyTip}
            degrees={turn}
            label="dy in the plane"
            inWords={`${turn} degrees, dy = ${formatList(dy)}`}
            quantity="q-dy"
            onMove={([a, b]) => onTurn(degreesOf([a - hat[0], b - hat[1]]))}
            onTurn={onTurn}
          >
            <circle r="6" />
          </PlaneHandle>
          <PlaneHandle
            plane={plane}
            point={xSeen}
            degrees={degreesOf(xPoint)}
            label="x in the plane"
            inWords={`${Math.round(degreesOf(xPoint))} degrees, x = ${formatList(x)}`}
            quantity="q-x"
            onMove={(point) => onMove(within(point))}
            onTurn={(degrees) => onMove(pointAt(degrees, lengthOf(xPoint)))}
          >
            <circle r="7" />
          </PlaneHandle>
        </>
      )}
    </Picture>
  );
}
