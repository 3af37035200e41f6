// Builds a block `results`.

import { item, type ResultsData } from '../../src/kinds/results/results.tsx';
import { choice } from '../../src/kinds/quiz/order.ts';
import { type ResultsBlock, schema } from '../../src/kinds/results/schema.ts';
import { kind } from '../item.tsx';

export const results = kind<ResultsBlock>({
  schema,
  View: item.View,
  data: ({ title }, { items, page, objectives }): ResultsData => ({
    title,
    objectives: [...objectives],
    items,
    questions: items.filter((each) => each.page === page && each.name === choice),
  }),
});
