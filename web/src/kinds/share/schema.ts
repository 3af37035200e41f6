// The block `share`: where a teacher makes a link to one item or figure.

import { z } from 'zod';

export const schema = z.strictObject({});

export type ShareBlock = z.infer<typeof schema>;
