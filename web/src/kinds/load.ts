// Every kind of item by its name. The code of a kind is loaded where one stands on the page and is met.

import type { Item } from './item.tsx';

export const items: Readonly<Record<string, () => Promise<{ item: Item }>>> = {
  example: () => import('./example/example.tsx'),
  practice: () => import('./practice/practice.tsx'),
  worksheet: () => import('./worksheet/worksheet.tsx'),
  proof: () => import('./proof/proof.tsx'),
  program: () => import('./program/program.tsx'),
  quiz: () => import('./quiz/quiz.tsx'),
  start: () => import('./start/start.tsx'),
  objectives: () => import('./objectives/objectives.tsx'),
  drills: () => import('./drills/drills.tsx'),
  playground: () => import('./playground/playground.tsx'),
  race: () => import('./race/race.tsx'),
  experiment: () => import('./experiment/experiment.tsx'),
  forms: () => import('./forms/forms.tsx'),
  sheets: () => import('./sheets/sheets.tsx'),
  class: () => import('./class/class.tsx'),
  share: () => import('./share/share.tsx'),
  results: () => import('./results/results.tsx'),
};
