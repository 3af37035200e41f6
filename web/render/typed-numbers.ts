// "Computed, not typed": finds numbers that an author typed where the core should compute them.

/** In examples, answers and quizzes even a typed integer after "=" is a result; 0 and 1 belong to identities. */
export type Strictness = 'prose' | 'results';

const decimal = /(?<![\w.])\d+\.\d+/;
const resultInText = /[=≈]\s*[−-]?\s*(?!(?:[01])(?![\d.]))\d[\d.]*/;
const resultInMath = /(?:=|\\approx)\s*-?\s*(?!(?:[01])(?![\d.]))\d[\d.]*/;

/** The first typed number that should be computed, and how many lines into the text it stands. */
export function findTypedNumber(
  text: string,
  where: 'text' | 'math',
  strictness: Strictness,
): { number: string; line: number } | undefined {
  const result = where === 'math' ? resultInMath : resultInText;
  const found = decimal.exec(text) ?? (strictness === 'results' ? result.exec(text) : null);
  return found ? { number: found[0], line: text.slice(0, found.index).split('\n').length - 1 } : undefined;
}
