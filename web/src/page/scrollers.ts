// What scrolls sideways must be reachable by keyboard; what does not scroll must not be a stop on the way.

const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const scrolls = target.scrollWidth > target.clientWidth;
    if (scrolls) target.setAttribute('tabindex', '0');
    else if (target !== document.activeElement) target.removeAttribute('tabindex');
  }
});

/** What is observed a second time is looked at again: its content may have changed. */
export function focusableWhereTheyScroll(within: ParentNode = document): void {
  for (const scroller of within.querySelectorAll('.scroll, .math, .read-as, pre.code'))
    observer.observe(scroller);
}
