/** @jsxImportSource preact */
// One button to begin or to go on with.

import { reading } from '../../memory/kept.ts';
import type { Item, Scene } from '../item.tsx';

export interface StartData {
  time: string;
  needs: string;
  about: string;
  first: string;
  quiz: string;
}

/** What is kept may come from a file that somebody has edited. */
const isOfLesson = (at: string | undefined): at is string =>
  at !== undefined && /^[\w%.~-]*#[\w-]+$/.test(at);

function Start({ data, core, surroundings }: Scene<StartData>) {
  const { at, label } = surroundings.keptOf(reading).texts;
  // The page as it is delivered knows no reader.
  const isBack = core !== undefined && isOfLesson(at) && label !== undefined;
  return (
    <div class="start">
      <p class="actions">
        <a class="button main" href={isBack ? at : `#${data.first}`}>
          {isBack ? `Continue: ${label}` : 'Start'}
        </a>
        <a class="button" href={data.quiz}>
          Take the quiz
        </a>
      </p>
      <p class="time">
        {data.time} {data.needs}
      </p>
      <p class="about">{data.about}</p>
    </div>
  );
}

export const item: Item<StartData> = {
  View: Start,
  accepts: () => false,
  sumsUp: (_, block) => block === reading,
};
