// The content of the lesson's graded items, run like code: unanswered, unreadable, right, every mistake that is foreseen,
// at three seeds, and whether the mistakes can be told apart at many more. What fails says how to mend it.

import { beforeAll, describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import { type Item, lessonItems } from '../../web/render/items.ts';
import type { Core } from '../../web/src/core.ts';
import { drawGivens, judgePart, quantitiesOfPart, type ValuePart } from '../../web/src/items.ts';
import { readGivens } from '../../web/src/scenario.ts';

type PartItem = Extract<Item, { kind: 'part' }>;

const folder = 'web/lesson';
const items = await lessonItems(folder);
const parts = items.flatMap((item) => (item.kind === 'part' ? [item] : []));
const where = ({ place }: Item) => `${place.file}:${place.line}`;
const named = (item: PartItem) => [`${item.id} (${where(item)})`, item] as const;

let core: Core;
beforeAll(async () => {
  core = await loadBuiltCore();
});

/** The text of a list of numbers, with all digits. */
const text = (values: ArrayLike<number>) => Array.from(values, String).join(', ');

const seeds = [0, 1, 2];

describe.each(parts.map(named))('%s', (_, item) => {
  const { problem, part, example } = item;
  const drawn = (seed: number) => drawGivens(core, problem, problem.drawn.length > 0 ? seed : 0);
  const judge = (answer: string, seed: number) => judgePart(core, part, answer, drawn(seed), problem);
  const rightText = (seed: number) => {
    // A formula is right as its author wrote it; a value or an example is what it comes to.
    if (part.kind === 'formula') return example;
    return text(core.evaluate(example, quantitiesOfPart(core, part, drawn(seed), problem)).values);
  };

  test('nothing typed is no answer', () => {
    for (const seed of seeds) expect(judge('  ', seed).verdict).toBe('empty');
  });

  test('what cannot be read is refused with its place', () => {
    for (const seed of seeds) {
      const judged = judge('2..3', seed);
      expect(judged.verdict).toBe('unreadable');
      expect(judged.range).toEqual({ begin: 0, end: 3 });
    }
  });

  test('the right answer is right', () => {
    if (part.kind === 'formula') return; // its own quantity may not be named: see the forms in formula tests
    for (const seed of seeds) {
      const judged = judge(rightText(seed), seed);
      expect(judged.verdict, `seed ${seed}: ${rightText(seed)}: ${judged.message}`).toBe('right');
    }
  });

  if (part.kind === 'value') {
    const valuePart: ValuePart = part;
    const givensAt = (seed: number) => readGivens(core, { ...drawn(seed), ...valuePart.with }, problem);

    test('every mistake is wrong and has its name', () => {
      for (const seed of seeds) {
        const givens = givensAt(seed);
        const mistaken = core.mistakenAnswers({ givens, ...valuePart.question });
        const { coinciding } = core.separation({ givens, ...valuePart.question });
        for (const { id, value } of mistaken) {
          const judged = judge(text(value.values), seed);
          expect(judged.verdict, `seed ${seed}: ${id} is judged ${judged.verdict}`).toBe('wrong');
          const alike = coinciding.flatMap(([a, b]) => (a === id ? [b] : b === id ? [a] : []));
          expect([id, ...alike], `seed ${seed}: ${id}`).toContain(judged.mistakes[0]?.id);
        }
      }
    });

    test('mistakes lie 4 allowances from the truth; in variants, from each other too', () => {
      for (const seed of seeds) {
        const { least, nearest, least_from_right } = core.separation({
          givens: givensAt(seed),
          ...valuePart.question,
        });
        const says = `seed ${seed}: ${nearest.join(' and ')} are too near: choose other numbers, or a smaller percentage`;
        expect(seed === 0 ? least_from_right : least, says).toBeGreaterThanOrEqual(4);
      }
    });
  }
});

describe('the lesson as a whole', () => {
  test('has at least 40 graded items', () => expect(items.length).toBeGreaterThanOrEqual(40));

  test.each([1, 2, 3, 4, 5])('serves objective %i', (objective) => {
    expect(items.filter((item) => item.objective === objective).length).toBeGreaterThanOrEqual(2);
  });

  test.each(Array.from({ length: 15 }, (_, k) => k + 1))('serves pitfall %i', (pitfall) => {
    expect(items.some((item) => item.pitfalls.includes(pitfall))).toBe(true);
  });

  test('every mistake that has a name can be made in some item', () => {
    const made = new Set(
      parts.flatMap(({ part, problem }) =>
        part.kind === 'value'
          ? core
              .mistakenAnswers({
                givens: readGivens(core, { ...problem.given, ...part.with }, problem),
                ...part.question,
              })
              .map(({ id }) => id)
          : [],
      ),
    );
    const never = core.listMistakes().filter(({ id }) => !made.has(id));
    expect(never.map(({ id }) => id)).toEqual([]);
  });
});
