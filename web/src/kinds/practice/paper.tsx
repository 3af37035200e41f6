/** @jsxImportSource preact */
// A problem on paper. Its key also lists the answers that known mistakes lead to, so that whoever marks by hand can name them.

import type { Core, FormulaValue } from '../../core/core.ts';
import { formatNumber } from '../../core/format.ts';
import { quantitiesOfPart, type ValuePart } from '../../core/items.ts';
import { readGivens, type Typed } from '../../core/scenario.ts';
import { Slot } from '../item.tsx';
import { Formula, type Paper, type Printed, Room } from '../paper.tsx';
import type { Card, PracticeData } from './model.ts';
import { RightAnswer } from './outcome.tsx';

/** A list is known by its first value. */
const shownFirst = ({ shown }: FormulaValue) => formatNumber(shown[0] ?? Number.NaN);

/** The wrong answers that have a name, as they are printed; those that look the same stand together. */
function mistakenAnswers(core: Core, part: ValuePart, typed: Typed, { sheet }: PracticeData) {
  const { question } = part;
  const givens = readGivens(core, { ...typed, ...part.with }, sheet);
  const titles = new Map<string, Set<string>>();
  for (const { value, title } of core.mistakenAnswers({ givens, ...question })) {
    const shown = shownFirst(value);
    titles.set(shown, (titles.get(shown) ?? new Set()).add(title));
  }
  titles.delete(shownFirst(core.evaluate(question.answer, quantitiesOfPart(core, part, typed, sheet))));
  return [...titles];
}

const Task = ({ data }: Printed<PracticeData>) => (
  <>
    <Slot name="problem" />
    <ol class="asks">
      {data.problem.parts.map(({ id, kind }, k) => (
        <li key={id}>
          <Slot as="p" name={`parts.${k}.ask`} />
          <Room
            says={kind === 'property' ? '' : (data.cards[k]?.placeholder ?? '')}
            tall={kind === 'formula'}
          />
        </li>
      ))}
    </ol>
  </>
);

const Key = ({ data, core, typed }: Printed<PracticeData>) => (
  <ol class="asks">
    {data.problem.parts.map((part, k) => {
      const mistakes = part.kind === 'value' ? mistakenAnswers(core, part, typed, data) : [];
      const card = data.cards[k] as Card;
      return (
        <li key={part.id}>
          <p>
            <strong>
              {part.kind === 'property' && 'For example '}
              {part.kind === 'formula' ? (
                <Formula core={core} text={part.answer} names={part.names} />
              ) : (
                <RightAnswer {...{ core, part, card, typed, data }} />
              )}
            </strong>{' '}
            <Slot as="span" name={`parts.${k}.why`} />
          </p>
          {mistakes.length > 0 && (
            <p class="mistaken">
              {data.cards[k]?.isList ? 'Wrong first values:' : 'Wrong:'}{' '}
              {mistakes.map(([shown, titles], n) => (
                <span key={shown}>
                  {n > 0 && '; '}
                  <data class="v">{shown}</data> {[...titles].join(', or ')}
                </span>
              ))}
              .
            </p>
          )}
        </li>
      );
    })}
  </ol>
);

export const paper: Paper<PracticeData> = {
  texts: ({ problem: { parts } }) => [
    'problem',
    'answer',
    ...parts.flatMap((_, k) => [`parts.${k}.ask`, `parts.${k}.why`]),
  ],
  problem: ({ problem }) => problem,
  Task,
  Key,
  worked: 'answer',
};
