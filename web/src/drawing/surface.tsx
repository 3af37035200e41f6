/** @jsxImportSource preact */
// A decision surface in the page: a small canvas that is stretched over its place, and the points, drawn once, over it.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { dark, gridPixels, light, type Points, pointPixels, type Regions, side } from '../surface.ts';

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

export function Surface({ regions, points, label }: { regions: Regions; points: Points; label: string }) {
  const palette = usePalette();
  const grid = usePixels(() => gridPixels(regions, palette), side, [regions.probabilities, palette]);
  const over = usePixels(() => pointPixels(points, pointsSize, palette), pointsSize, [points, palette]);
  return (
    <div class="surface" role="img" aria-label={label}>
      <canvas ref={grid} width={side} height={side} />
      <canvas ref={over} width={pointsSize} height={pointsSize} />
    </div>
  );
}
