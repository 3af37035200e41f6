/** @jsxImportSource preact */
// The quiz's score, where the learner stands by objective, and what to do with all of it.

import { useState } from 'preact/hooks';
import { answerOf, type Kept } from '../../memory/kept.ts';
import { drillAbout, isAnswered, type Listed, type Objective, standingOf } from '../../memory/mastery.ts';
import { copied } from '../clipboard.ts';
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

/** What went wrong about an objective: questions of this quiz, and mistakes made more than once, each with a drill. */
export function missedOf(
  { objective, missed }: Objective,
  { items, questions }: Pick<ResultsData, 'items' | 'questions'>,
  keptOf: (block: string) => Kept,
): { text: string; drill: Listed | undefined }[] {
  const wrong = items.filter(
    (item) =>
      item.objective === objective &&
      questions.some(({ block, name }) => block === item.block && name === item.name) &&
      answerOf(keptOf(item.block), item.name).first === 'wrong',
  );
  return [
    ...wrong.map(({ label, pitfalls }) => ({
      text: `${label} was wrong at the first try`,
      drill: drillAbout(items, pitfalls),
    })),
    ...missed.map(({ title, times: count, drill }) => ({ text: `${times(count)} missed: ${title}`, drill })),
  ];
}

function Results({ id, data, core, surroundings }: Scene<ResultsData>) {
  const { keptOf } = surroundings;
  const [said, setSaid] = useState('');
  const { right, open, of } = scoreOf(data.questions, keptOf);
  const objectives = data.objectives.map((name, k) => {
    const at = standingOf(k + 1, data.items, keptOf);
    return { name, at, missed: missedOf(at, data, keptOf) };
  });
  const score = `${right} of ${of} right at the first try${open > 0 ? `, ${open} not answered yet` : ''}.`;
  const text = [
    score,
    ...objectives.flatMap(({ name, at, missed }) => [
      lineOf(name, at),
      ...missed.map((each) => `   ${each.text}`),
    ]),
  ].join('\n');
  const copy = async () =>
    setSaid(
      (await copied(text))
        ? 'The results are in the clipboard.'
        : 'The browser does not let the page copy. Mark the lines and copy them by hand.',
    );
  return (
    <section class="results live-only" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} tabIndex={-1}>
        {data.title}
      </h2>
      <p class="score">
        <strong>{core ? score : ''}</strong> The score counts first tries; trying again never costs anything.
      </p>
      <ul class="standings">
        {objectives.map(({ name, at, missed }) => (
          <li key={at.objective} data-standing={at.standing}>
            {core ? lineOf(name, at) : name}
            {core &&
              missed.map(({ text: line, drill }) => (
                <span class="missed" key={line}>
                  {' '}
                  {line}
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
