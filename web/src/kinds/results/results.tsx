/** @jsxImportSource preact */
// The quiz's score, where the learner stands by objective, and what to do with all of it.

import { useState } from 'preact/hooks';
import { answerOf, type Kept } from '../../memory/kept.ts';
import { isAnswered, type Listed, type Objective, standingOf } from '../../memory/mastery.ts';
import type { Item, Scene } from '../item.tsx';

type Question = Pick<Listed, 'block' | 'name'>;

export interface ResultsData {
  title: string;
  objectives: string[];
  items: readonly Listed[];
  /** the questions of the quiz on this page, in order */
  questions: readonly Question[];
}

const times = (count: number) => (count === 2 ? 'Twice' : count === 3 ? 'Three times' : `${count} times`);

/** "2. Derive the backward pass: working, 2 of 4." */
const lineOf = (name: string, { objective, standing, right, of }: Objective) =>
  `${objective}. ${name}: ${standing}${standing === 'not started' ? '' : `, ${right} of ${of}`}.`;

/** How many questions were right at the first try, and how many are open. */
export function scoreOf(questions: readonly Question[], keptOf: (block: string) => Kept) {
  const firsts = questions.map(({ block, name }) => answerOf(keptOf(block), name).first);
  return {
    right: firsts.filter((first) => first === 'right').length,
    open: firsts.filter((first) => first === undefined).length,
    of: questions.length,
  };
}

function Results({ id, data, core, surroundings }: Scene<ResultsData>) {
  const { keptOf } = surroundings;
  const [said, setSaid] = useState('');
  const { right, open, of } = scoreOf(data.questions, keptOf);
  const objectives = data.objectives.map((name, k) => ({ name, at: standingOf(k + 1, data.items, keptOf) }));
  const score = `${right} of ${of} right at the first try${open > 0 ? `, ${open} not answered yet` : ''}.`;
  const text = [
    score,
    ...objectives.flatMap(({ name, at }) => [
      lineOf(name, at),
      ...at.missed.map((each) => `   ${times(each.times)} missed: ${each.title}`),
    ]),
  ].join('\n');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('The results are in the clipboard.');
    } catch {
      setSaid(`The browser does not let the page copy. Mark the lines and copy them by hand.`);
    }
  };
  return (
    <section class="results live-only" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} tabIndex={-1}>
        {data.title}
      </h2>
      <p class="score">
        <strong>{core ? score : ''}</strong> The score counts first tries; trying again never costs anything.
      </p>
      <ul class="standings">
        {objectives.map(({ name, at }) => (
          <li key={at.objective} data-standing={at.standing}>
            {core ? lineOf(name, at) : name}
            {core &&
              at.missed.map(({ title, times: count, drill }) => (
                <span class="missed" key={title}>
                  {' '}
                  {times(count)} missed: {title}
                  {drill && (
                    <>
                      {' '}
                      → <a href={`${drill.page}#${drill.at}`}>{drill.label}</a>
                    </>
                  )}
                  .
                </span>
              ))}
          </li>
        ))}
      </ul>
      <p class="note-line">
        Shown: three questions right without opening the answer, and one on new numbers. Drills of the
        workshop count too. The best verdict counts.
      </p>
      <div class="actions">
        <button type="button" class="main" onClick={() => surroundings.startAgain()}>
          Try again with the options in another order
        </button>
        <button type="button" class="quiet" onClick={() => void copy()}>
          Copy as text
        </button>
        <button type="button" class="quiet" onClick={() => print()}>
          Print
        </button>
      </div>
      <p role="status">{said}</p>
    </section>
  );
}

export const item: Item<ResultsData> = {
  View: Results,
  accepts: () => false,
  sumsUp: ({ items, questions }, block, changes) => isAnswered([...items, ...questions], block, changes),
};
