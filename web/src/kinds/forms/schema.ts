// The block `forms`: how answers may be written, with an example of each form.

import { z } from 'zod';
import { id } from '../schema.ts';

export const schema = z.strictObject({ id, title: z.string().min(1) });

export type FormsBlock = z.infer<typeof schema>;
