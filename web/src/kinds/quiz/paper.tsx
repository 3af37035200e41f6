/** @jsxImportSource preact */
// A question of the quiz on paper; each sheet has its options in another order.

import { Slot } from '../item.tsx';
import type { Paper, Printed } from '../paper.tsx';
import { letters, nthOrder } from './order.ts';
import type { QuizData } from './quiz.tsx';

/** 5 and 24 have no common factor, so that 24 sheets in a row have all the orders. */
const orderOn = ({ seed, place }: Printed<QuizData>) =>
  seed === 0 ? letters : nthOrder(5 * seed + 7 * place);

const Task = (printed: Printed<QuizData>) => (
  <>
    <Slot name="question" />
    <ul class="options">
      {orderOn(printed).map((letter, k) => (
        <li key={letter}>
          <span class="tick" /> <span class="letter">{letters[k]})</span>{' '}
          <Slot as="span" name={`options.${letter}.text`} />
        </li>
      ))}
    </ul>
  </>
);

const Key = (printed: Printed<QuizData>) => {
  const { correct } = printed.data;
  return (
    <p>
      <strong>{letters[orderOn(printed).indexOf(correct)]})</strong>{' '}
      <Slot as="span" name={`options.${correct}.why`} />
    </p>
  );
};

export const paper: Paper<QuizData> = {
  texts: ({ correct }) => [
    'question',
    ...letters.map((letter) => `options.${letter}.text`),
    `options.${correct}.why`,
  ],
  problem: () => undefined,
  Task,
  Key,
};
