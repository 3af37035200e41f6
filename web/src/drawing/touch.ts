// A finger on a slider: a drag along it moves it, a drag across it scrolls the page.

/** How far a finger goes before it counts as a drag, in CSS pixels. */
const slop = 8;

interface Touch {
  slider: HTMLInputElement;
  x: number;
  y: number;
  /** its value before the finger came, and the one that the browser gave it */
  value: string;
  wanted?: string;
}

/**
 * Browsers move a slider as soon as a finger lands on it, though the finger may be about to scroll the page. Here it
 * stays until the finger moves along it or lifts.
 */
export function waitForFingers(within: HTMLElement): void {
  let touch: Touch | undefined;
  const listen = <Type extends keyof HTMLElementEventMap>(
    type: Type,
    listener: (event: HTMLElementEventMap[Type]) => void,
  ) => within.addEventListener(type, listener, { capture: true });

  listen('pointerdown', ({ target, pointerType, clientX: x, clientY: y }) => {
    const isSlider = target instanceof HTMLInputElement && target.type === 'range' && !target.disabled;
    touch = isSlider && pointerType === 'touch' ? { slider: target, x, y, value: target.value } : undefined;
  });
  listen('input', (event) => {
    if (event.target !== touch?.slider) return;
    touch.wanted = touch.slider.value;
    touch.slider.value = touch.value;
    event.stopImmediatePropagation();
  });
  listen('pointermove', ({ clientX, clientY }) => {
    if (!touch) return;
    const along = Math.abs(clientX - touch.x);
    if (along > slop && along > Math.abs(clientY - touch.y)) touch = undefined;
  });
  listen('pointercancel', () => (touch = undefined));
  listen('pointerup', () => {
    const ended = touch;
    touch = undefined;
    if (ended?.wanted === undefined) return;
    const { slider, wanted } = ended;
    slider.value = wanted;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
