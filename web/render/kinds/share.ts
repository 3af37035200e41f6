// Builds a block `share`.

import { item, type ShareData } from '../../src/kinds/share/share.tsx';
import { type ShareBlock, schema } from '../../src/kinds/share/schema.ts';
import { kind } from '../item.tsx';

export const share = kind<ShareBlock>({
  schema,
  View: item.View,
  data: (_, { handouts }): ShareData => ({ blocks: handouts.shareable }),
});
