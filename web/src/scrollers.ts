// What scrolls sideways must be reachable by keyboard; what does not scroll must not be a stop on the way.

export function focusableWhereTheyScroll(): void {
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth;
      if (scrolls) target.setAttribute('tabindex', '0');
      else if (target !== document.activeElement) target.removeAttribute('tabindex');
    }
  });
  for (const scroller of document.querySelectorAll('.scroll, .math')) observer.observe(scroller);
}
