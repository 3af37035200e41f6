// Builds a block `class`.

import { type ClassData, item } from '../../src/kinds/class/class.tsx';
import { type ClassBlock, schema } from '../../src/kinds/class/schema.ts';
import { kind } from '../item.tsx';

export const classFiles = kind<ClassBlock>({
  schema,
  View: item.View,
  data: (_, { items, objectives }): ClassData => ({ items, objectives }),
});
