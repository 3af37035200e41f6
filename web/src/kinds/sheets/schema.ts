// The block `sheets`: where a teacher has worksheets printed.

import { z } from 'zod';

export const schema = z.strictObject({});

export type SheetsBlock = z.infer<typeof schema>;
