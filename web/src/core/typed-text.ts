// Text boxes that take what learners paste.

/**
 * Pasted lines on one line. A one-line box drops line ends, which would join the numbers of a column; a comma keeps
 * them apart, or a semicolon where commas are decimal points.
 */
export function onOneLine(text: string): string {
  const lineEnds = /([,;=]?)\s*[\r\n\t]\s*/g;
  // In brackets, as numpy prints arrays, a line end separates values as a space does.
  if (text.includes('[')) return text.replace(lineEnds, '$1 ');
  const decimalCommas = /\d,\d/.test(text) && !/\.|\d,\d+,\d/.test(text);
  const separator = decimalCommas ? '; ' : ', ';
  return text.replace(lineEnds, (_, sign: string) => (sign === '' ? separator : `${sign} `));
}

/** For the event "paste" of a text box. */
export function keepLinesApart(event: ClipboardEvent): void {
  const input = event.currentTarget as HTMLInputElement;
  const text = event.clipboardData?.getData('text').trim() ?? '';
  if (!/[\r\n\t]/.test(text)) return;
  event.preventDefault();
  const start = input.selectionStart ?? 0;
  input.setRangeText(onOneLine(text), start, input.selectionEnd ?? input.value.length, 'end');
  input.dispatchEvent(new Event('input', { bubbles: true }));
}
