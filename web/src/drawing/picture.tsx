/** @jsxImportSource preact */
// The frame that every drawing stands in.

import type { ComponentChildren } from 'preact';

interface PictureProps {
  class?: string;
  /** of the drawing, in its own units: CSS pixels, unless it stretches */
  width: number;
  height: number;
  /** what it is for those who do not see it; without one it is an ornament, and hidden from them */
  label?: string;
  /** an image; or, where there is something within to move or to choose, a group of that */
  role?: 'img' | 'group' | 'radiogroup';
  /** As large as there is room for: the style gives it its size. */
  stretches?: boolean;
  children: ComponentChildren;
}

export function Picture({
  class: name,
  width,
  height,
  label,
  role = 'img',
  stretches = false,
  children,
}: PictureProps) {
  const size = stretches ? {} : { width, height };
  const says = label === undefined ? { 'aria-hidden': true } : { role, 'aria-label': label };
  return (
    <svg class={name} {...size} viewBox={`0 0 ${width} ${height}`} {...says}>
      {children}
    </svg>
  );
}
