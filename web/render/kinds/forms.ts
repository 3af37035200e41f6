// Builds a block `forms`.

import { type FormsData, item } from '../../src/kinds/forms/forms.tsx';
import { type FormsBlock, schema } from '../../src/kinds/forms/schema.ts';
import { kind } from '../item.tsx';

export const forms = kind<FormsBlock>({
  schema,
  View: item.View,
  name: ({ id }) => id,
  data: ({ title }, { around }): FormsData => ({ title, forms: around.core.listForms() }),
});
