// Statistics of the answers of a class: by objective, by mistake, by question.

import { answerOf, type Kept, nothingKept } from '../../memory/kept.ts';
import { type Listed, type Standing, standingOf, standings } from '../../memory/mastery.ts';

/** The work of one learner, by the name of its file. */
export interface Work {
  file: string;
  blocks: ReadonlyMap<string, Kept>;
}

export interface Tally {
  /** how many learners stand where, for each objective */
  objectives: Record<Standing, number>[];
  /** each mistake that was made: by how many learners, how often, and at which questions; that of most learners first */
  mistakes: { title: string; learners: number; times: number; at: Listed[] }[];
  /** each question that somebody answered: by how many, how many of these were right at once and in the end */
  questions: { item: Listed; answered: number; first: number; right: number }[];
  /** each learner's standing for each objective */
  learners: { file: string; standings: Standing[] }[];
}

export function tallyOf(works: readonly Work[], items: readonly Listed[], objectives: number): Tally {
  const learners = works.map(({ file, blocks }) => ({
    file,
    standings: Array.from(
      { length: objectives },
      (_, k) => standingOf(k + 1, items, (block) => blocks.get(block) ?? nothingKept).standing,
    ),
  }));
  const mistakes = new Map<string, Tally['mistakes'][number]>();
  const questions: Tally['questions'] = [];
  const metBy = new Map<string, Set<Work>>();
  for (const item of items) {
    const answers = works.map((work) => ({
      work,
      answer: answerOf(work.blocks.get(item.block) ?? nothingKept, item.name),
    }));
    const having = (mark: 'first' | 'best') =>
      answers.filter(({ answer }) => answer[mark] === 'right').length;
    const answered = answers.filter(({ answer }) => answer.first !== undefined).length;
    if (answered > 0) questions.push({ item, answered, first: having('first'), right: having('best') });
    for (const { work, answer } of answers)
      for (const [title, times] of Object.entries(answer.mistakes)) {
        const met = metBy.get(title) ?? new Set();
        metBy.set(title, met.add(work));
        const before = mistakes.get(title);
        const at = [...new Set([...(before?.at ?? []), item])];
        mistakes.set(title, { title, learners: met.size, times: (before?.times ?? 0) + times, at });
      }
  }
  return {
    objectives: Array.from(
      { length: objectives },
      (_, k) =>
        Object.fromEntries(
          standings.map((standing) => [
            standing,
            learners.filter((each) => each.standings[k] === standing).length,
          ]),
        ) as Record<Standing, number>,
    ),
    mistakes: [...mistakes.values()].toSorted((a, b) => b.learners - a.learners || b.times - a.times),
    questions,
    learners,
  };
}
