// What figures are told beside their state: lines of the sources, and what their blocks have for one kind alone.

import { z } from 'zod';
import type { Figure } from '../src/drawing/figure.tsx';
import { type Said, said } from '../src/figures/gradient-check/finding.ts';
import type { Preset } from '../src/figures/backward-paths/model.ts';
import { id } from '../src/kinds/schema.ts';
import type { ParsedBlock } from './blocks.ts';
import { cppLines } from './cpp-lines.ts';
import { LessonError } from './error.ts';
import type { Examples } from './examples.ts';
import { stateFields, textsOf, valuesOf } from './fields.ts';
import type { Surroundings } from './markdown.ts';
import { nearest } from './nearest.ts';
import { quantitiesOf } from './sheet.ts';
import { findTypedNumber } from './typed-numbers.ts';

/**
 * Keys that only some kinds of figures have. `buttons` put fields to values at once, where they name an example `of` whose
 * givens their formulas are, with its number for the # of their labels; `says` are the sentences that a figure chooses from.
 */
export const factKeys = {
  buttons: z
    .array(
      z.strictObject({ id, label: z.string().min(1), of: z.string().min(1).optional(), set: stateFields }),
    )
    .optional(),
  says: z.record(z.string(), z.string().min(1)).optional(),
};
const factSchema = z.object(factKeys);
type FactBlock = z.infer<typeof factSchema>;

interface Asked {
  figure: Figure;
  block: FactBlock;
  placeOf: ParsedBlock['placeOf'];
  around: Surroundings;
  examples: Examples;
}

function presetsOf({ figure, block, placeOf, around, examples }: Asked): Preset[] | null {
  return (
    block.buttons?.map(({ id: name, label, of, set }, k) => {
      const path = ['buttons', k];
      const refuse = (key: string, message: string): never => {
        throw new LessonError(placeOf([...path, key]), `figure.buttons.${k}.${key}: ${message}`);
      };
      const example =
        of === undefined
          ? undefined
          : (examples.get(of) ??
            refuse('of', `the lesson has no example “${of}”${nearest(of, [...examples.keys()])}`));
      if (!example && label.includes('#'))
        refuse('label', 'the # is the number of an example: name that one as “of”');
      const givens = example
        ? quantitiesOf(around.core, example.block, {}, example.place)
        : around.quantities;
      const texts = textsOf(figure, set, [...path, 'set'], placeOf, { ...around, quantities: givens });
      return {
        id: name,
        label: example ? label.replace(/\w+ #/, example.label) : label,
        set: valuesOf(figure.fields, texts),
      };
    }) ?? null
  );
}

/** All sentences of a check, with nothing in braces but what there is to say. */
function sentencesOf({ block: { says = {} }, placeOf }: Asked): Said {
  const refuse = (path: string[], message: string): never => {
    throw new LessonError(placeOf(['says', ...path]), `figure.${['says', ...path].join('.')}: ${message}`);
  };
  const valuesFor: Readonly<Record<string, readonly string[]>> = said;
  const names = Object.keys(said);
  for (const [name, sentence] of Object.entries(says)) {
    const values = valuesFor[name] ?? refuse([name], `there is nothing to say it of${nearest(name, names)}`);
    for (const [, value = ''] of sentence.matchAll(/\{(.*?)\}/g))
      if (!values.includes(value)) refuse([name], `no value “{${value}}” here${nearest(value, values)}`);
    const typed = findTypedNumber(sentence, 'text', 'prose');
    if (typed) refuse([name], `the number “${typed.number}” is typed: let the figure put it in braces`);
  }
  const missing = names.filter((name) => says[name] === undefined);
  if (missing.length > 0) refuse([], `without a sentence: ${missing.join(', ')}`);
  return says as Said;
}

/** By kind: what it is told, and the key of its block that this comes from. */
const factsOf: Readonly<Record<string, { key?: keyof FactBlock; read: (asked: Asked) => unknown }>> = {
  'computation-graph': { read: cppLines },
  'backward-paths': { key: 'buttons', read: presetsOf },
  'gradient-check': { key: 'says', read: sentencesOf },
};

/** Refuses a key that the kind does nothing with. */
export function figureFacts(asked: Asked): unknown {
  const { figure, block, placeOf } = asked;
  const own = factsOf[figure.kind];
  for (const key of Object.keys(factKeys) as (keyof FactBlock)[])
    if (block[key] !== undefined && own?.key !== key) {
      const kinds = Object.entries(factsOf).flatMap(([kind, each]) => (each.key === key ? kind : []));
      throw new LessonError(
        placeOf([key]),
        `figure.${key}: ${figure.kind} has none. Figures that have: ${kinds.join(', ')}`,
      );
    }
  return own?.read(asked) ?? null;
}
