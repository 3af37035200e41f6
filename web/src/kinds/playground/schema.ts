// The block `playground`: two networks that a learner sets up and trains, and the settings to begin with.

import { z } from 'zod';
import { arms } from '../../core/playground.ts';
import { id, inline } from '../schema.ts';
import { armSettings, type Preset, refusal, type Setting, sharedSettings, viewSettings } from './settings.ts';

/** Values by the names of settings; a text or a number each. */
function valuesOf(known: Readonly<Record<string, Setting>>) {
  const values = Object.entries(known).map(([name, setting]) => [
    name,
    z
      .union([z.string(), z.number().transform(String)])
      .superRefine((text, context) => {
        const reason = refusal(setting, text);
        if (reason !== undefined) context.addIssue({ code: 'custom', message: reason });
      })
      .optional(),
  ]);
  return z.strictObject(Object.fromEntries(values) as Record<string, z.ZodOptional<z.ZodType<string>>>);
}

const arm = valuesOf(armSettings).default({});

const preset = z.strictObject({
  id,
  title: z.string().min(1),
  /** what to look for */
  says: inline,
  both: arm,
  a: arm,
  b: arm,
  /** settings of the data, the batches and the view */
  with: valuesOf({ ...sharedSettings, ...viewSettings }).default({}),
});

export const schema = z.strictObject({
  id,
  /** the first is the one that the page shows */
  presets: z.array(preset).min(1),
});

export type PlaygroundBlock = z.infer<typeof schema>;

/** As the settings of a state. */
export const presetOf = (block: PlaygroundBlock['presets'][number]): Preset => ({
  id: block.id,
  title: block.title,
  set: Object.fromEntries([
    ...arms.flatMap((each) =>
      Object.entries({ ...block.both, ...block[each] }).map(([name, value]) => [`${each}.${name}`, value]),
    ),
    ...Object.entries(block.with),
  ]) as Record<string, string>,
});
