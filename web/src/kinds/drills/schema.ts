// The block `drills`: finds a question of the page by its objective, by its pitfall, or among those answered wrong.

import { z } from 'zod';

export const schema = z.strictObject({});

export type DrillsBlock = z.infer<typeof schema>;
