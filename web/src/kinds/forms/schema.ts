// The block `forms`: how answers may be written, with an example of each form.

import { z } from 'zod';

export const schema = z.strictObject({ title: z.string().min(1) });

export type FormsBlock = z.infer<typeof schema>;
