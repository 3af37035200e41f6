// Builds a block `drills`.

import { type DrillsData, item } from '../../src/kinds/drills/drills.tsx';
import { type DrillsBlock, schema } from '../../src/kinds/drills/schema.ts';
import { kind } from '../item.tsx';

export const drills = kind<DrillsBlock>({
  schema,
  View: item.View,
  data: (_, { items, objectives, page }): DrillsData => ({
    items: items.filter((each) => each.page === page),
    objectives,
  }),
});
