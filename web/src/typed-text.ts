// Text boxes that take what learners paste.

/** A one-line box drops line ends, which would join the numbers of a pasted column; a comma keeps them apart. */
export function keepLinesApart(input: HTMLInputElement): void {
  input.addEventListener('paste', (event) => {
    const text = event.clipboardData?.getData('text').trim() ?? '';
    if (!/[\r\n\t]/.test(text)) return;
    event.preventDefault();
    // In brackets, numpy's line ends are spaces like all the others.
    const separator = text.startsWith('[') ? ' ' : ', ';
    const joined = text.replace(/\s*[\r\n\t]\s*/g, separator).replace(/,\s*,/g, ',');
    input.setRangeText(joined, input.selectionStart ?? 0, input.selectionEnd ?? input.value.length, 'end');
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
