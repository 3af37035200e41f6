// Builds a block `start`.

import { reading } from '../../src/memory/kept.ts';
import { item, type StartData } from '../../src/kinds/start/start.tsx';
import { schema, type StartBlock } from '../../src/kinds/start/schema.ts';
import { kind } from '../item.tsx';
import { pages } from '../pages.ts';

export const start = kind<StartBlock>({
  schema,
  View: item.View,
  name: () => reading,
  data: (block): StartData => ({
    ...block,
    quiz: pages.find(({ folder }) => folder === 'quiz')?.file ?? '',
  }),
});
