/** @jsxImportSource preact */
// A decision surface in the page: a small canvas that is stretched over its place, and the points over it, drawn once.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { dark, gridPixels, light, type Points, reach, side, type Tones } from '../core/surface.ts';
import { valueAt } from '../core/values.ts';
import { Picture } from './picture.tsx';

const night = () => matchMedia('(prefers-color-scheme: dark)');

function usePalette() {
  const [isDark, setDark] = useState(() => night().matches);
  useEffect(() => {
    const query = night();
    const follow = () => setDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  return isDark ? dark : light;
}

/** Of the drawing, which is 100 wide and high. */
const place = (value: number) => Math.round((1000 * (value + reach)) / (2 * reach)) / 10;

/** The marks of the classes about a place: disk, diamond, square, triangle. */
const marks: readonly ((x: number, y: number) => string)[] = [
  (x, y) => `M${x - 1.1} ${y}a1.1 1.1 0 1 0 2.2 0a1.1 1.1 0 1 0-2.2 0`,
  (x, y) => `M${x - 1.3} ${y}l1.3-1.3 1.3 1.3-1.3 1.3z`,
  (x, y) => `M${x - 1} ${y - 1}h2v2h-2z`,
  (x, y) => `M${x - 1.3} ${y + 0.9}h2.6l-1.3-2.2z`,
];

const pathsOfPoints = new WeakMap<Points, string[]>();

/** A path for each class; two surfaces have the same points. */
function pathsOf(points: Points): string[] {
  const known = pathsOfPoints.get(points);
  if (known) return known;
  const { x, labels } = points;
  const paths: string[] = [];
  for (let k = 0; k < labels.length; ++k) {
    const label = valueAt(labels, k);
    const mark = marks[label]?.(place(valueAt(x, 2 * k)), place(-valueAt(x, 2 * k + 1))) ?? '';
    paths[label] = (paths[label] ?? '') + mark;
  }
  pathsOfPoints.set(points, paths);
  return paths;
}

interface SurfaceProps {
  tones: Tones;
  points: Points;
  /** a point that stands out, by its number */
  chosen?: number;
  label: string;
}

export function Surface({ tones, points, chosen, label }: SurfaceProps) {
  const palette = usePalette();
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const image = new ImageData(gridPixels(tones, palette), side, side);
    // It is only ever written to: kept in memory, it waits for no graphics card.
    canvas.current?.getContext('2d', { willReadFrequently: true })?.putImageData(image, 0, 0);
  }, [tones, palette]);
  const drawn = useMemo(
    () => pathsOf(points).map((d, label_) => <path key={label_} class={`class-${label_}`} d={d} />),
    [points],
  );
  return (
    <div class="surface" role="img" aria-label={label}>
      <canvas ref={canvas} width={side} height={side} />
      <Picture width={100} height={100} stretches>
        {drawn}
        {chosen !== undefined && (
          <circle
            cx={place(valueAt(points.x, 2 * chosen))}
            cy={place(-valueAt(points.x, 2 * chosen + 1))}
            r="4"
          />
        )}
      </Picture>
    </div>
  );
}
