// Fields of a figure's state as its block gives them: each is checked by the field itself.

import { z } from 'zod';
import type { AnyField, Fields } from '../src/drawing/fields.ts';
import type { Figure } from '../src/drawing/figure.tsx';
import type { ParsedBlock } from './blocks.ts';
import { LessonError } from './error.ts';
import { evaluateFormula, type Surroundings } from './markdown.ts';
import { nearest } from './nearest.ts';

/** As texts of a link, as numbers, or as "= formula" of the givens at hand. */
export const stateFields = z.record(
  z.string(),
  z.union([
    z.string(),
    z.number().transform(String),
    z.array(z.number()).transform((list) => list.join(',')),
  ]),
);

/** What the author may write for a field. */
function allowedFor(field: AnyField, written: string): string {
  switch (field.kind) {
    case 'number':
      return ` Write a ${Number.isInteger(field.step) ? 'whole number' : 'number'} from ${field.least} to ${field.most}`;
    case 'stops':
      return ` Write one of ${field.stops.join(', ')}`;
    case 'list': {
      const { fewest, longest, least, most } = field;
      const count = fewest === longest ? fewest : `${fewest} to ${longest}`;
      return ` Write ${count} numbers from ${least} to ${most}`;
    }
    case 'choice':
      return nearest(written, field.options);
    case 'flag':
      return ' Write 1 or 0';
  }
}

/** The fields as texts of a link. Refuses those that the figure does not have, and what they do not allow. */
export function textsOf(
  { kind, fields }: Pick<Figure, 'kind' | 'fields'>,
  texts: Readonly<Record<string, string>>,
  path: readonly (string | number)[],
  placeOf: ParsedBlock['placeOf'],
  around: Surroundings,
): Record<string, string> {
  const read = Object.entries(texts).map(([name, text]) => {
    const field = fields[name];
    const place = placeOf([...path, name]);
    const where = ['figure', ...path].join('.');
    if (!field)
      throw new LessonError(
        place,
        `${where}: ${name} is no field of ${kind}${nearest(name, Object.keys(fields))}`,
      );
    const value = text.startsWith('=')
      ? evaluateFormula(around, text.slice(1).trim(), place).values.join(',')
      : text;
    if (field.read(value) === undefined)
      throw new LessonError(
        place,
        `${where}.${name}: “${value}” is not allowed there.${allowedFor(field, value)}`,
      );
    return [name, value] as const;
  });
  return Object.fromEntries(read);
}

/** The values that such texts mean. */
export const valuesOf = (fields: Fields, texts: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fields[name]?.read(text)]));
