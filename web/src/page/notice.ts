// The line above the lesson that tells of a link, or of a new version, with what can be done about it.

export interface Offer {
  label: string;
  act: () => void;
}

const place = () => document.getElementById('notice') as HTMLElement;

/** Whether something stands there. */
export const isSaying = (): boolean => place().hasChildNodes();

/** Says this; nothing where there are no parts. */
export function say(parts: (string | Node)[], offers: Offer[] = []): void {
  const notice = place();
  notice.replaceChildren(...parts);
  if (parts.length === 0) return;
  for (const { label, act } of [...offers, { label: 'Close', act: () => say([]) }]) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet';
    button.textContent = label;
    button.addEventListener('click', () => {
      act();
      // A button that is gone has lost the focus.
      if (!button.isConnected) document.getElementById('lesson')?.focus({ preventScroll: true });
    });
    notice.append(' ', button);
  }
}

/** Says this beside what stands there. */
export function sayBeside(sentence: string): void {
  if (isSaying()) place().append(` ${sentence}`);
  else say([sentence]);
}
