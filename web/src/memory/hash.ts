// FNV-1a (Fowler, Noll, Vo), 32 bits, over the characters of a text: the same in every browser and at every build.

export function hashOf(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

/** A short name for a long text; two texts share one about never. */
export const markOf = (text: string): string =>
  `${hashOf(text).toString(36)}-${hashOf(text, 0x01234567).toString(36)}`;
