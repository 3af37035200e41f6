// The block `results`: where the quiz's score and the standing by objective are shown.

import { z } from 'zod';

export const schema = z.strictObject({ title: z.string().min(1) });

export type ResultsBlock = z.infer<typeof schema>;
