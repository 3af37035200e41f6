// The block `class`: where a teacher reads in the files of a class.

import { z } from 'zod';

export const schema = z.strictObject({});

export type ClassBlock = z.infer<typeof schema>;
