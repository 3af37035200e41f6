// What figures are told beside their state: lines of the sources, and what their blocks have for one kind alone.

import { z } from 'zod';
import { type Fields, initialState, type StateOf } from '../src/drawing/fields.ts';
import type { Figure, Preset } from '../src/drawing/figure.tsx';
import type { Facts as CheckFacts } from '../src/figures/gradient-check/gradient-check.tsx';
import { type Said, said } from '../src/figures/gradient-check/finding.ts';
import { type Batches, fields as checkFields } from '../src/figures/gradient-check/model.ts';
import type { Quantities } from '../src/core/core.ts';
import { computeQuantities } from '../src/core/scenario.ts';
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
 * Keys that only some kinds of figures have. `buttons` put fields to values at once; their formulas are of the givens at
 * hand, or of what they name as `of`: an example, whose number then stands for the # of their labels, or a batch. `batches`
 * are those to choose from, `says` the sentences that a figure chooses from.
 */
export const factKeys = {
  buttons: z
    .array(
      z.strictObject({ id, label: z.string().min(1), of: z.string().min(1).optional(), set: stateFields }),
    )
    .optional(),
  batches: z
    .record(z.string(), z.strictObject({ x: z.array(z.number()), dy: z.array(z.number()) }))
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

/** What formulas can be of, and what a label then calls it. */
interface Source {
  quantities: Quantities;
  label?: string;
}

/** What a button can name as `of`. */
interface Sources {
  noun: string;
  names: readonly string[];
  of: (name: string) => Source | undefined;
}

function presetsOf({ figure, block, placeOf, around }: Asked, sources: Sources): Preset[] {
  return (block.buttons ?? []).map(({ id: name, label, of, set }, k) => {
    const path = ['buttons', k];
    const refuse = (key: string, message: string): never => {
      throw new LessonError(placeOf([...path, key]), `figure.buttons.${k}.${key}: ${message}`);
    };
    const source = of === undefined ? undefined : sources.of(of);
    if (of !== undefined && !source)
      refuse('of', `there is no ${sources.noun} “${of}”${nearest(of, sources.names)}`);
    if (source?.label === undefined && label.includes('#'))
      refuse('label', 'the # is the number of an example: name that one as “of”');
    const quantities = source?.quantities ?? around.quantities;
    const texts = textsOf(figure, set, [...path, 'set'], placeOf, { ...around, quantities });
    return {
      id: name,
      label: source?.label === undefined ? label : label.replace(/\w+ #/, source.label),
      set: valuesOf(figure.fields, texts) as Partial<StateOf<Fields>>,
    };
  });
}

/** Examples of the lesson, with their givens. */
const examplesOf = ({ around, examples }: Asked): Sources => ({
  noun: 'example',
  names: [...examples.keys()],
  of(name) {
    const example = examples.get(name);
    if (!example) return undefined;
    const { block, place, label } = example;
    return { quantities: quantitiesOf(around.core, block, {}, place), label };
  },
});

/** One batch for each that the figure's field names. */
function batchesOf({ block: { batches = {} }, placeOf }: Asked): Batches {
  const refuse = (path: string[], message: string): never => {
    throw new LessonError(
      placeOf(['batches', ...path]),
      `figure.${['batches', ...path].join('.')}: ${message}`,
    );
  };
  const names = checkFields.batch.options;
  for (const [name, { x, dy }] of Object.entries(batches)) {
    if (!(names as readonly string[]).includes(name))
      refuse([name], `there is no such batch${nearest(name, names)}`);
    if (x.length < 2 || x.length > 64) refuse([name, 'x'], `2 to 64 values, got ${x.length}`);
    if (dy.length !== x.length)
      refuse([name, 'dy'], `one for each x, which are ${x.length}, got ${dy.length}`);
  }
  const missing = names.filter((name) => batches[name] === undefined);
  if (missing.length > 0) refuse([], `without its values: ${missing.join(', ')}`);
  return batches as unknown as Batches;
}

/** A button of a check leaves nothing as it was; its formulas can be of a batch, as the figure starts. */
function checkOf(asked: Asked): CheckFacts {
  const says = sentencesOf(asked);
  const batches = batchesOf(asked);
  const start = initialState(asked.figure.fields);
  const { gamma, beta, eps } = start as StateOf<typeof checkFields>;
  const presets = presetsOf(asked, {
    noun: 'batch',
    names: Object.keys(batches),
    of(name) {
      const batch = Object.hasOwn(batches, name) ? batches[name as keyof Batches] : undefined;
      if (!batch) return undefined;
      const x = Float64Array.from(batch.x);
      return { quantities: computeQuantities(asked.around.core, { x, gamma, beta, eps }) };
    },
  });
  return {
    says,
    batches,
    presets: presets.map((preset) => ({ ...preset, set: { ...start, ...preset.set } })),
  };
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

/** By kind: the keys of its block that are told, and what it is told. */
const factsOf: Readonly<
  Record<string, { keys: readonly (keyof FactBlock)[]; read: (asked: Asked) => unknown }>
> = {
  'computation-graph': { keys: [], read: cppLines },
  'backward-paths': { keys: ['buttons'], read: (asked) => presetsOf(asked, examplesOf(asked)) },
  'gradient-check': { keys: ['says', 'batches', 'buttons'], read: checkOf },
};

/** Refuses a key that the kind does nothing with. */
export function figureFacts(asked: Asked): unknown {
  const { figure, block, placeOf } = asked;
  const own = factsOf[figure.kind];
  for (const key of Object.keys(factKeys) as (keyof FactBlock)[])
    if (block[key] !== undefined && !own?.keys.includes(key)) {
      const kinds = Object.entries(factsOf).flatMap(([kind, each]) => (each.keys.includes(key) ? kind : []));
      throw new LessonError(
        placeOf([key]),
        `figure.${key}: ${figure.kind} has none. Figures that have: ${kinds.join(', ')}`,
      );
    }
  return own?.read(asked) ?? null;
}
