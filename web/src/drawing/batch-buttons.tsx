/** @jsxImportSource preact */
// Buttons that change a whole batch x: shifted, halved or doubled, one example longer or shorter.

import type { ComponentChildren } from 'preact';
import type { NumberField } from './fields.ts';

interface ButtonControls {
  when(isPossible: boolean): ButtonControls;
  button(name: string, label: string, change: () => { x: readonly number[] }): ComponentChildren;
}

interface BatchButtonsProps {
  controls: ButtonControls;
  x: readonly number[];
  bounds: Pick<NumberField, 'least' | 'most'>;
  /** how many examples there may be */
  fewest: number;
  longest: number;
}

export const areInside = (
  values: readonly number[],
  { least, most }: Pick<NumberField, 'least' | 'most'>,
): boolean => values.every((value) => value >= least && value <= most);

/** A button that would take a value out of its bounds does nothing. */
export function BatchButtons({ controls, x, bounds, fewest, longest }: BatchButtonsProps) {
  const all = (name: string, label: string, change: (value: number) => number) => {
    const changed = x.map(change);
    return controls.when(areInside(changed, bounds)).button(name, label, () => ({ x: changed }));
  };
  return (
    <>
      {all('shift', 'Shift all by −1', (value) => value - 1)}
      {all('shift', 'Shift all by +1', (value) => value + 1)}
      {all('scale', 'Halve all', (value) => value / 2)}
      {all('scale', 'Double all', (value) => value * 2)}
      {controls.when(x.length < longest).button('size', 'One more example', () => ({ x: [...x, 0] }))}
      {controls.when(x.length > fewest).button('size', 'One fewer', () => ({ x: x.slice(0, -1) }))}
    </>
  );
}
