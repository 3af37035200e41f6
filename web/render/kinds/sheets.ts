// Builds a block `sheets`.

import { item, type SheetsData } from '../../src/kinds/sheets/sheets.tsx';
import { type SheetsBlock, schema } from '../../src/kinds/sheets/schema.ts';
import { kind } from '../item.tsx';

export const sheets = kind<SheetsBlock>({
  schema,
  View: item.View,
  data: (_, { handouts }): SheetsData => ({ items: handouts.papers.map(({ item: each }) => each) }),
});
