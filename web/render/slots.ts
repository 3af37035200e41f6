// Which texts of a block are Markdown, by its schema.

import { z } from 'zod';
import type { SlotKind } from '../src/kinds/schema.ts';

export interface FoundSlot {
  path: PropertyKey[];
  kind: SlotKind;
  value: unknown;
}

/** Every text that is there, with its path in the block: ['parts', 0, 'ask']. */
export function slotsOf(schema: unknown, value: unknown, path: PropertyKey[] = []): FoundSlot[] {
  if (value === undefined || !(schema instanceof z.ZodType)) return [];
  const kind = (z.globalRegistry.get(schema) as { slot?: SlotKind } | undefined)?.slot;
  if (kind !== undefined) return [{ path, kind, value }];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return slotsOf(schema.unwrap(), value, path);
  if (schema instanceof z.ZodArray)
    return (value as unknown[]).flatMap((each, k) => slotsOf(schema.element, each, [...path, k]));
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, each]) =>
      slotsOf(each, (value as Record<string, unknown>)[key], [...path, key]),
    );
  return [];
}

export const slotName = (path: PropertyKey[]): string => path.map(String).join('.');
