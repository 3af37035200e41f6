/** @jsxImportSource preact */
// A decision surface in the page: a small canvas that is stretched over its place, and the points, drawn once, over it.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { dark, gridPixels, light, type Points, pointPixels, reach, type Regions, side } from '../surface.ts';

/** Pixels of the points, whatever their size on the page. */
const pointsSize = 480;

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

/** Draws on a canvas again when one of these has changed. */
function usePixels(pixels: () => Uint8ClampedArray<ArrayBuffer>, size: number, changes: readonly unknown[]) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    canvas.current?.getContext('2d')?.putImageData(new ImageData(pixels(), size, size), 0, 0);
  }, changes);
  return canvas;
}

interface SurfaceProps {
  regions: Regions;
  points: Points;
  /** a point that stands out, by its number */
  chosen?: number;
  label: string;
}

/** How far a place lies along the drawing, of 100. */
const percent = (value: number) => (100 * (value + reach)) / (2 * reach);

export function Surface({ regions, points, chosen, label }: SurfaceProps) {
  const palette = usePalette();
  const grid = usePixels(() => gridPixels(regions, palette), side, [regions.probabilities, palette]);
  const over = usePixels(() => pointPixels(points, pointsSize, palette), pointsSize, [points, palette]);
  return (
    <div class="surface" role="img" aria-label={label}>
      <canvas ref={grid} width={side} height={side} />
      <canvas ref={over} width={pointsSize} height={pointsSize} />
      {chosen !== undefined && (
        <svg viewBox="0 0 100 100" aria-hidden="true">
          <circle cx={percent(points.x[2 * chosen] ?? 0)} cy={percent(-(points.x[2 * chosen + 1] ?? 0))} r="4" />
        </svg>
      )}
    </div>
  );
}
