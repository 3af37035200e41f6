// The content of the lesson's graded items, run like code: unanswered, unreadable, right, every mistake that is foreseen,
// at three seeds, and whether the mistakes can be told apart at many more. What fails says how to mend it.

import { beforeAll, describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import type { Item } from '../../web/render/graded.ts';
import { lessonItems } from '../../web/render/items.ts';
import type { Core } from '../../web/src/core/core.ts';
import {
  drawGivens,
  judgePart,
  type Problem,
  quantitiesOfPart,
  type ValuePart,
} from '../../web/src/core/items.ts';
import { pitfallNames } from '../../web/src/core/pitfalls.ts';
import { readGivens, type Typed } from '../../web/src/core/scenario.ts';

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

const namesIn = (formula: string) => formula.match(/[a-z]\w*(?!\w*\s*\()/g) ?? [];

/** The text of a list of numbers, with all digits. */
const text = (values: ArrayLike<number>) => Array.from(values, String).join(', ');

/** The lesson's own numbers, and two draws where there are any. */
const seedsOf = ({ problem }: { problem: Problem }) => (problem.drawn.length > 0 ? [0, 1, 2] : [0]);

const draws = new Map<string, Typed>();
/** A variant's givens, drawn once: drawing costs more than all the judgements on them. */
function drawn(problem: Problem, seed: number): Typed {
  const key = `${problem.id} ${seed}`;
  const typed = draws.get(key) ?? drawGivens(core, problem, seed);
  draws.set(key, typed);
  return typed;
}

/** Mistakes that the printed numbers hide, because the author wants these numbers. */
const byAuthor: Record<string, string[]> = {
  // The running mean starts at 0, as in every framework.
  'problem-3/running-mean': ['start-ignored'],
};

describe.each(parts.map(named))('%s', (_, item) => {
  const { problem, part, example } = item;
  const seeds = seedsOf(item);
  // The author's own formula may not name itself; judged as if it might, it must be right.
  const asked = part.kind === 'formula' ? { ...part, names: [...part.names, ...namesIn(part.answer)] } : part;
  const judge = (answer: string, seed: number) =>
    judgePart(core, asked, answer, drawn(problem, seed), problem);
  const rightText = (seed: number) => {
    return text(core.evaluate(example, quantitiesOfPart(core, part, drawn(problem, seed), problem)).values);
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
    for (const seed of seeds) {
      const right = part.kind === 'formula' ? example : rightText(seed);
      const judged = judge(right, seed);
      expect(judged.verdict, `seed ${seed}: ${right}: ${judged.message}`).toBe('right');
    }
  });

  if (part.kind === 'value') {
    const valuePart: ValuePart = part;
    const givensAt = (seed: number) =>
      readGivens(core, { ...drawn(problem, seed), ...valuePart.with }, problem);

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

    // variants.test.ts tries the numbers that are drawn.
    test('of the numbers as printed, mistakes lie 4 allowances from the truth', () => {
      const { nearest, least_from_right } = core.separation({ givens: givensAt(0), ...valuePart.question });
      const says = `${nearest.join(' and ')} are too near: choose other numbers, or a smaller percentage`;
      expect(least_from_right, says).toBeGreaterThanOrEqual(4);
    });

    test('of the numbers as printed, no foreseen mistake gives the right answer', () => {
      const givens = givensAt(0);
      for (const { id, answer } of valuePart.question.foreseen ?? []) {
        const { values } = core.evaluate(answer, core.quantities(givens));
        expect(judge(text(values), 0).verdict, `${id} leads to ${text(values)}`).toBe('wrong');
      }
    });

    // Other numbers are drawn until every mistake shows, so what coincides with them does so by mathematics.
    if (problem.drawn.length > 0)
      test('a known mistake gives the right answer as printed only where it always does', () => {
        const unseen = (seed: number) =>
          core
            .separation({ givens: givensAt(seed), ...valuePart.question })
            .coinciding.flatMap(([a, b]) => (a === 'right' ? [b] : []));
        expect([...unseen(1), ...(byAuthor[item.id] ?? [])]).toEqual(expect.arrayContaining(unseen(0)));
      });
  }
});

const worksheets = items.flatMap((item) => (item.kind === 'worksheet' ? [item] : []));

describe.each(worksheets.map((item) => [item.id, item] as const))('%s', (_, item) => {
  const { problem, cells, tolerance } = item;
  const seeds = seedsOf(item);
  const givensAt = (seed: number) => readGivens(core, drawn(problem, seed), problem);
  const judge = (seed: number, answer: (name: string) => string) => {
    return core.judgeWorksheet({
      givens: givensAt(seed),
      cells: cells.map((name) => ({ name, text: answer(name) })),
      ...tolerance,
    });
  };
  const right = (seed: number, name: string) =>
    text(core.evaluate(name, core.quantities(givensAt(seed))).values);

  test('empty, unreadable and right boxes', () => {
    for (const seed of seeds) {
      const all = (verdict: string) => cells.map(() => verdict);
      const verdicts = (answer: (name: string) => string) =>
        judge(seed, answer).cells.map(({ verdict }) => verdict);
      expect(verdicts(() => ' ')).toEqual(all('empty'));
      expect(verdicts(() => '2..3')).toEqual(all('unreadable'));
      expect(verdicts((name) => right(seed, name))).toEqual(all('right'));
    }
  });

  test('a wrong first step is the one that is named', () => {
    for (const seed of seeds) {
      const [first] = cells;
      const answer = (name: string) => (name === first ? '123456' : right(seed, name));
      expect(judge(seed, answer).first_wrong).toBe(first);
    }
  });
});

const proofs = items.flatMap((item) => (item.kind === 'proof' ? [item] : []));

describe.each(proofs.map((item) => [item.id, item] as const))('%s', (_, item) => {
  const { lines, goal, names, proof } = item;
  const judge = (order: string[]) => core.judgeProof({ lines, order, goal, names });

  test('nothing placed is no proof; the lines in order are one', () => {
    expect(judge([]).complete).toBe(false);
    expect(judge(proof).complete).toBe(true);
  });

  test('no line can be left out', () => {
    for (const left of proof) expect(judge(proof.filter((id) => id !== left)).complete, left).toBe(false);
  });

  test('a line above what it needs does not follow yet', () => {
    const last = lines.find((line) => line.id === goal);
    expect(last?.needs.length).toBeGreaterThan(0);
    expect(judge([goal]).lines[0]).toMatchObject({ state: 'not-yet', missing: last?.needs });
  });
});

describe('the lesson as a whole', () => {
  test('has at least 40 graded items', () => expect(items.length).toBeGreaterThanOrEqual(40));

  test.each([1, 2, 3, 4, 5])('serves objective %i', (objective) => {
    expect(items.filter((item) => item.objective === objective).length).toBeGreaterThanOrEqual(2);
  });

  test.each(pitfallNames)('serves the pitfall %s', (pitfall) => {
    expect(items.some((item) => item.pitfalls.includes(pitfall))).toBe(true);
  });

  test.each([1, 2, 3, 4, 5])(
    'counts objective %i by four questions, and has new numbers for it',
    (objective) => {
      const about = items.filter((item) => item.objective === objective);
      const counted = about.filter(({ core: isCore }) => isCore);
      expect(counted).toHaveLength(4);
      // Drills stand in for questions that are not right yet; they are none of them.
      for (const { id, listed } of counted) expect(listed.isDrill, id).toBe(false);
      const isDrawn = (item: Item) => 'problem' in item && item.problem.drawn.length > 0;
      expect(about.some(isDrawn)).toBe(true);
    },
  );

  test('tells the pages that sum up what an item is about and where it stands', () => {
    for (const { id, listed, objective, pitfalls, core: isCore } of items)
      expect(listed, id).toMatchObject({
        objective,
        pitfalls,
        core: isCore,
        isDrill: listed.page === 'workshop.html',
      });
    const names = items.map(({ listed }) => `${listed.block} ${listed.name}`);
    expect(new Set(names).size).toBe(names.length);
    const drills = new Map(
      items.flatMap(({ listed }) => (listed.isDrill ? [[listed.at, listed.label]] : [])),
    );
    expect([...drills.values()]).toEqual([...drills].map((_, k) => `Drill ${k + 1}`));
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
