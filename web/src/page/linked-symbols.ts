// The same quantity lights up everywhere: what is pointed at, has the focus or was tapped in the sections on the passes
// or in a figure is named on <html>; style/linked-symbols.css does the rest.

import { colours } from '../core/quantities.ts';

const symbols = colours.map((quantity) => `.q-${quantity}`).join(', ');
const linked = 'linked';

/** The headings of the sections whose symbols are linked. */
const linkedSections = ['forward-pass', 'backward-pass'];

/** The sections and the figures; not the questions, where it would give hints. */
function parts(): Element[] {
  const found = [...document.querySelectorAll('.figure > figure')];
  for (const id of linkedSections) {
    let part = document.getElementById(id)?.nextElementSibling;
    for (; part && !part.matches('h2, h3'); part = part.nextElementSibling)
      if (!part.matches('.figure')) found.push(part);
  }
  return found;
}

function quantityOf(target: EventTarget | null): string | undefined {
  if (!(target instanceof Element)) return undefined;
  const symbol = target.closest(symbols);
  return symbol?.closest(`.${linked}`)
    ? colours.find((quantity) => symbol.classList.contains(`q-${quantity}`))
    : undefined;
}

/** A control stands for the quantity of its label. */
const quantityOfControl = (control: EventTarget | null) =>
  control instanceof HTMLInputElement
    ? quantityOf(control.labels?.[0]?.querySelector(symbols) ?? null)
    : quantityOf(control);

export function linkSymbols(): void {
  for (const part of parts()) part.classList.add(linked);
  let pointed: string | undefined;
  let held: string | undefined;
  /** Where the pointer last was, and where it stood at Escape: until it moves, it points at nothing. */
  let place = '';
  let dismissedAt: string | undefined;
  const show = () => {
    const quantity = pointed ?? held;
    if (quantity === undefined) delete document.documentElement.dataset.symbol;
    else document.documentElement.dataset.symbol = quantity;
  };
  const hold = (quantity: string | undefined) => {
    held = quantity;
    show();
  };
  const point = (quantity: string | undefined) => {
    pointed = quantity;
    show();
  };

  document.addEventListener('pointerover', ({ target, pointerType, clientX, clientY }) => {
    if (pointerType === 'touch') return; // A finger points at nothing before it taps.
    place = `${clientX},${clientY}`;
    // A page that moves under a pointer at rest sends this event too.
    if (place === dismissedAt) return;
    dismissedAt = undefined;
    point(quantityOf(target));
  });
  document.addEventListener('pointermove', ({ clientX, clientY }) => {
    place = `${clientX},${clientY}`;
  });
  document.documentElement.addEventListener('pointerleave', () => point(undefined));
  document.addEventListener('focusin', ({ target }) => {
    const quantity = quantityOfControl(target);
    if (quantity !== undefined) hold(quantity);
  });
  document.addEventListener('focusout', ({ target }) => {
    if (quantityOfControl(target) !== undefined) hold(undefined);
  });
  document.addEventListener('click', ({ target, pointerType }) => {
    if (pointerType !== 'touch') return;
    // What takes the focus has been lit by it.
    const isControl = (target as Element).closest('button, label, input, [role="radio"], [role="slider"]');
    const quantity = quantityOf(target);
    if (quantity !== undefined && !isControl) hold(quantity === held ? undefined : quantity);
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return;
    dismissedAt = place;
    pointed = undefined;
    hold(undefined);
  });
}
