// Sentences from the core's fragments.

/**
 * What a sentence may begin with that is no word, and so takes no capital: a Greek letter, a letter with a hat, a name
 * with an underscore, a single letter (“a” is an article), a gradient's name, and whatever an operator or a bracket follows.
 */
const beginsWithSymbol =
  /^(?:\p{Script=Greek}|\p{L}+\p{M}|\p{L}\w*_|(?!a)\p{L}(?![\p{L}\p{N}])|d(?:x|y|b|gamma|beta|var|mean)\b|(?:gamma|beta|eps)\b|\w+(?:[([^*/=]| [*/=+] ))/u;

/** A sentence of the core with a capital, unless it begins with a symbol, and a full stop. */
export function asSentence(text: string): string {
  if (text === '') return '';
  const end = /[.?!]$/.test(text) ? '' : '.';
  const begin = beginsWithSymbol.test(text) ? text.charAt(0) : text.charAt(0).toUpperCase();
  return begin + text.slice(1) + end;
}
