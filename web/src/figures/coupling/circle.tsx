/** @jsxImportSource preact */
// Two or three examples, projected along (1, ..., 1): the circle on which x_hat lies, and the component of dy that moves
// x_hat along it.

import { formatList, subscript } from '../../core/format.ts';
import { Picture } from '../../drawing/picture.tsx';
import { degreesOf, lengthOf, pixelsOf, PlaneHandle, type Point, pointAt } from './plane.tsx';
import { Arrow, Handle } from '../../drawing/plot.tsx';
import {
  atLevel,
  type Drawn,
  type Geometry,
  geometryOf,
  inPlane,
  outmost,
  reach,
  scaled,
  sum,
  within,
} from './geometry.ts';

interface CircleProps extends Drawn {
  size: number;
  turn: number;
  onMove: (point: Point) => void;
  onTurn: (degrees: number) => void;
}

export function Circle({ size, turn, onMove, onTurn, ...drawn }: CircleProps) {
  const geometry = geometryOf(drawn, size);
  const { isLine, height } = geometry;
  const handles = { geometry, drawn, onMove };
  return (
    <Picture
      width={size}
      height={height}
      role="group"
      label={isLine ? 'Line of two examples' : 'Circle of three examples'}
    >
      <g aria-hidden="true">
        <Spokes geometry={geometry} m={drawn.x.length} />
        <Orbit geometry={geometry} />
        <Arrows geometry={geometry} />
        <Names geometry={geometry} dy={inPlane(drawn.dy)} size={size} />
      </g>
      {isLine ? <LineHandle {...handles} /> : <PlaneHandles {...handles} turn={turn} onTurn={onTurn} />}
    </Picture>
  );
}

interface MarksProps {
  geometry: Geometry;
}

function Line({
  geometry: { plane },
  from,
  to,
  class: name,
}: MarksProps & { from: Point; to: Point; class: string }) {
  const [[x1, y1], [x2, y2]] = [pixelsOf(plane, from), pixelsOf(plane, to)];
  return <line class={name} x1={x1} y1={y1} x2={x2} y2={y2} />;
}

/** The axes of the examples, seen from their common direction. */
function Spokes({ geometry, m }: MarksProps & { m: number }) {
  return (
    <>
      {Array.from({ length: m }, (_, i) => {
        const axis = inPlane(Array.from({ length: m }, (__, k) => Number(k === i)));
        const end = scaled(axis, (reach - 0.3) / lengthOf(axis));
        const [x, y] = pixelsOf(geometry.plane, end);
        return (
          <g key={i}>
            <Line geometry={geometry} from={[0, 0]} to={end} class="spoke" />
            <text class="spoke-name" x={x} y={y + (geometry.isLine ? 18 : 4)}>
              x{subscript(i + 1)}
            </text>
          </g>
        );
      })}
    </>
  );
}

/** Where x_hat can lie: a circle, or its two points on a line; with the ray and the tangent at it. */
function Orbit({ geometry }: MarksProps) {
  const { isLine, plane, radius, isCentred, side, xSeen, hat, tangent } = geometry;
  const [cx, cy] = plane.centre;
  return (
    <>
      {isLine ? (
        [radius, -radius].map((a) => {
          const [x, y] = pixelsOf(plane, [a, 0]);
          return <circle key={a} class="q-x_hat orbit" cx={x} cy={y} r="9" />;
        })
      ) : (
        <circle class="q-x_hat orbit" cx={cx} cy={cy} r={radius * plane.unit} />
      )}
      {!isCentred && <Line geometry={geometry} from={[0, 0]} to={side > 0 ? xSeen : hat} class="ray" />}
      {!isLine && !isCentred && (
        <Line
          geometry={geometry}
          from={sum(hat, scaled(tangent, 2 * reach))}
          to={sum(hat, scaled(tangent, -2 * reach))}
          class="tangent"
        />
      )}
    </>
  );
}

/** dy and its tangential part at x_hat, and dx at x. */
function Arrows({ geometry }: MarksProps) {
  const { plane, hat, foot, dyTip, xSeen, dxTip } = geometry;
  const at = (point: Point, pixels: number) => atLevel(geometry, point, pixels);
  const [cx, cy] = pixelsOf(plane, hat);
  return (
    <>
      <Arrow class="q-dy removed" from={at(foot, 36)} to={at(dyTip, 36)} />
      <Arrow class="q-dy left-over" from={at(hat, 36)} to={at(foot, 36)} />
      <Arrow class="q-dy gradient" from={at(hat, 52)} to={at(dyTip, 52)} />
      <Arrow class="q-x gradient" from={at(xSeen, -36)} to={at(dxTip, -36)} />
      <circle class="q-x_hat fill" cx={cx} cy={cy} r="6" />
    </>
  );
}

interface NamesProps extends MarksProps {
  dy: Point;
  size: number;
}

function Names({ geometry, dy, size }: NamesProps) {
  const { isLine, height, plane, hat, xSeen, dyTip, dxTip, gradient, gradientSeen, outward, tangent, side } =
    geometry;
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
  return (
    <>
      {name('x̂', pixelsOf(plane, hat), isLine ? [0, -1] : scaled(outward, -side), 17, 'q-x_hat')}
      {name(
        'x',
        pixelsOf(plane, xSeen),
        // Beside the ray, on which dy may lie.
        isLine ? [0, 1] : sum(scaled(outward, side), scaled(tangent, -0.8)),
        19,
        'q-x',
      )}
      {lengthOf(gradientSeen) * plane.unit > 12 &&
        name(
          gradientSeen === gradient ? 'dx' : 'dx, cut short',
          atLevel(geometry, dxTip, -36),
          isLine ? gradient : sum(scaled(gradient, 1 / lengthOf(gradient)), scaled(outward, side)),
          15,
          'q-x',
        )}
      {name('dy', atLevel(geometry, dyTip, 52), dy, 18, 'q-dy')}
    </>
  );
}

interface HandlesProps extends MarksProps {
  drawn: Drawn;
  onMove: (point: Point) => void;
}

function LineHandle({ geometry: { plane, xSeen }, drawn: { x }, onMove }: HandlesProps) {
  const pixel = (a: number) => pixelsOf(plane, [a, 0])[0];
  return (
    <Handle
      scale={{ least: -outmost, most: outmost, from: pixel(-outmost), to: pixel(outmost) }}
      value={xSeen[0]}
      bounds={{ least: -outmost, most: outmost, step: 0.1 }}
      at={plane.centre[1]}
      label="x on the line"
      inWords={`x = ${formatList(x)}`}
      onMove={(a) => onMove([a, 0])}
    />
  );
}

interface PlaneHandlesProps extends HandlesProps {
  turn: number;
  onTurn: (degrees: number) => void;
}

function PlaneHandles({ geometry, drawn, turn, onMove, onTurn }: PlaneHandlesProps) {
  const { plane, x, xSeen, hat, dyTip } = geometry;
  return (
    <>
      <PlaneHandle
        plane={plane}
        point={dyTip}
        degrees={turn}
        label="dy in the plane"
        inWords={`${turn} degrees, dy = ${formatList(drawn.dy)}`}
        quantity="q-dy"
        onMove={([a, b]) => onTurn(degreesOf([a - hat[0], b - hat[1]]))}
        onTurn={onTurn}
      >
        <circle r="6" />
      </PlaneHandle>
      <PlaneHandle
        plane={plane}
        point={xSeen}
        degrees={degreesOf(x)}
        label="x in the plane"
        inWords={`${Math.round(degreesOf(x))} degrees, x = ${formatList(drawn.x)}`}
        quantity="q-x"
        onMove={(point) => onMove(within(point))}
        onTurn={(degrees) => onMove(pointAt(degrees, lengthOf(x)))}
      >
        <circle r="7" />
      </PlaneHandle>
    </>
  );
}
