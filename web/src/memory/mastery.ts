// Where a learner stands: for each objective, from what became of the answers.

import { answerOf, type Changes, type Kept } from './kept.ts';

/** One question of the lesson, as the pages that sum up know it. */
export interface Listed {
  /** the block by which it is kept, and its name in there */
  block: string;
  name: string;
  objective: number;
  pitfalls: readonly string[];
  /** one of the four by which its objective is counted */
  core: boolean;
  /** of the workshop */
  isDrill: boolean;
  /** where it stands: the address of the page, and the id and the printed name of the block */
  page: string;
  at: string;
  label: string;
}

/** Whether an answer to one of these questions is among what has changed of the block. */
export const isAnswered = (
  items: readonly Pick<Listed, 'block' | 'name'>[],
  block: string,
  { answers }: Changes,
): boolean => items.some((item) => item.block === block && answers.has(item.name));

export const standings = ['not started', 'working', 'right with help', 'shown'] as const;
export type Standing = (typeof standings)[number];

export interface Objective {
  objective: number;
  standing: Standing;
  /** core questions answered right without the answer; questions of the workshop stand in for missing ones */
  right: number;
  of: number;
  /** mistakes that were made at least twice, most often first, with a question of the workshop about them */
  missed: { title: string; times: number; drill: Listed | undefined }[];
}

/** A question of the workshop about one of these pitfalls. */
export const drillAbout = (items: readonly Listed[], pitfalls: readonly string[]): Listed | undefined =>
  items.find((item) => item.isDrill && item.pitfalls.some((name) => pitfalls.includes(name)));

/** How many core questions have to be right for an objective to be shown. */
const needed = 3;

export function standingOf(
  objective: number,
  items: readonly Listed[],
  keptOf: (block: string) => Kept,
): Objective {
  const about = items
    .filter((item) => item.objective === objective)
    .map((item) => ({ item, answer: answerOf(keptOf(item.block), item.name) }));
  const core = about.filter(({ item }) => item.core);
  const isRight = ({ answer }: (typeof about)[number]) => answer.best === 'right';
  const isOwn = (each: (typeof about)[number]) => isRight(each) && !each.answer.opened;
  const own = core.filter(isOwn).length;
  const drills = about.filter(({ item }) => item.isDrill && !item.core);
  const right = Math.min(core.length, own + drills.filter(isOwn).length);
  const withHelp = Math.min(core.length, core.filter(isRight).length + drills.filter(isRight).length);
  const fresh = about.some(({ answer }) => answer.fresh);
  const started = about.some(({ answer }) => answer.first !== undefined || answer.opened);

  const times = new Map<string, { times: number; pitfalls: readonly string[] }>();
  for (const { item, answer } of about)
    for (const [title, count] of Object.entries(answer.mistakes))
      times.set(title, { times: count + (times.get(title)?.times ?? 0), pitfalls: item.pitfalls });
  const missed = [...times]
    .filter(([, each]) => each.times > 1)
    .toSorted(([, a], [, b]) => b.times - a.times)
    .map(([title, each]) => ({ title, times: each.times, drill: drillAbout(items, each.pitfalls) }));

  const standing: Standing = !started
    ? 'not started'
    : right >= needed && fresh
      ? 'shown'
      : withHelp >= needed && right < needed
        ? 'right with help'
        : 'working';
  return { objective, standing, right, of: core.length, missed };
}
