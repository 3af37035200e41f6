/** @jsxImportSource preact */
// A proof on paper: its lines by their letters, and room for their order.

import { Slot } from '../item.tsx';
import { type Paper, type Printed, Room } from '../paper.tsx';
import type { ProofData } from './model.ts';

const Task = ({ data }: Printed<ProofData>) => (
  <>
    <Slot name="claim" />
    <p>
      Put the lines that you need in an order in which each follows from those above it. Some do not belong.
    </p>
    <ul class="lines">
      {data.lines.map(({ id, letter }) => (
        <li key={id}>
          <span class="letter">{letter}</span> <Slot as="span" name={`math.${id}`} />
        </li>
      ))}
    </ul>
    <Room says="letters, in order" />
  </>
);

const Key = ({ data }: Printed<ProofData>) => {
  const letterOf = (wanted: string) => data.lines.find(({ id }) => id === wanted)?.letter;
  const others = data.others.map(({ id, isFalse }) => ({ id, isFalse, letter: letterOf(id) }));
  return (
    <>
      <p>
        <strong>{data.proof.map(letterOf).join(', ')}</strong>, or any order in which each line follows from
        those above it.
      </p>
      <ul class="lines">
        {data.proof.map((id) => (
          <li key={id}>
            <span class="letter">{letterOf(id)}</span> <Slot as="span" name={`because.${id}`} />
          </li>
        ))}
        {others.map(({ id, isFalse, letter }) => (
          <li key={id}>
            <span class="letter">{letter}</span> {isFalse ? 'False. ' : 'Does not belong. '}
            <Slot as="span" name={`because.${id}`} />
          </li>
        ))}
      </ul>
    </>
  );
};

export const paper: Paper<ProofData> = {
  texts: ({ lines }) => ['claim', ...lines.flatMap(({ id }) => [`math.${id}`, `because.${id}`])],
  problem: () => undefined,
  Task,
  Key,
};
