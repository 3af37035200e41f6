// Builds a block `example`.

import { type ExampleData, item } from '../../src/kinds/example/example.tsx';
import { type ExampleBlock, schema } from '../../src/kinds/example/schema.ts';
import { kind } from '../item.tsx';
import { sheetData } from '../sheet.ts';

export const example = kind<ExampleBlock>({
  schema,
  View: item.View,
  name: ({ id }) => id,
  sheet: (block) => block,
  data: ({ id, title, given, draw, fewest, steps, ...rest }, { numbered }): ExampleData => ({
    title: numbered(title),
    problem: { id, given, drawn: draw, fewest, parts: [] },
    sheet: sheetData({ given, fewest, ...rest }),
    steps: steps.length,
  }),
});
