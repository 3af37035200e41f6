// Builds a block `objectives`.

import { item, type ObjectivesData } from '../../src/kinds/objectives/objectives.tsx';
import { type ObjectivesBlock, schema } from '../../src/kinds/objectives/schema.ts';
import { kind } from '../item.tsx';

export const objectives = kind<ObjectivesBlock>({
  schema,
  View: item.View,
  data: ({ texts }, { items }): ObjectivesData => ({ count: texts.length, items }),
});
