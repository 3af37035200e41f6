// "Computed, not typed": finds numbers that an author typed where the core should compute them.

/** In examples, answers and quizzes even a typed integer after "=" is a result; 0 and 1 belong to identities. */
export type Strictness = 'prose' | 'results';

const decimal = /(?<![\w.])\d+\.\d+/;
const resultInText = /[=≈]\s*[−-]?\s*(?!(?:[01])(?![\d.]))\d[\d.]*/;
const resultInMath = /(?:=|\\approx)\s*-?\s*(?!(?:[01])(?![\d.]))\d[\d.]*/;

/** The first typed number that should be computed, or undefined. */
export function findTypedNumber(
  text: string,
  where: 'text' | 'math',
  strictness: Strictness,
): string | undefined {
  const found = decimal.exec(text);
  if (found) return found[0];
  if (strictness === 'prose') return undefined;
  return (where === 'math' ? resultInMath : resultInText).exec(text)?.[0];
}
