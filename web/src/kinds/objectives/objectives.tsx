/** @jsxImportSource preact */
// The learning objectives, each with where the learner stands.

import { isAnswered, type Listed, standingOf } from '../../memory/mastery.ts';
import { type Item, type Scene, Slot } from '../item.tsx';

export interface ObjectivesData {
  count: number;
  items: readonly Listed[];
}

function Objectives({ data, core, surroundings }: Scene<ObjectivesData>) {
  const { count, items } = data;
  return (
    <ol class="objectives">
      {Array.from({ length: count }, (_, k) => {
        const { standing, right, of } = standingOf(k + 1, items, surroundings.keptOf);
        const isStarted = core !== undefined && standing !== 'not started';
        return (
          <li key={k}>
            <Slot as="span" name={`texts.${k}`} />{' '}
            <span class="standing" data-standing={isStarted ? standing : undefined}>
              {isStarted ? `${standing}, ${right} of ${of}` : ''}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

export const item: Item<ObjectivesData> = {
  View: Objectives,
  accepts: () => false,
  sumsUp: ({ items }, block, changes) => isAnswered(items, block, changes),
};
