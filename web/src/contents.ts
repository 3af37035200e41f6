// Marks in the table of contents where the reader is.

/** Scrolls the contents, where they have a scroll bar of their own, to the link; never the page. */
function bringIntoSight(contents: HTMLElement, link: HTMLElement): void {
  const frame = contents.getBoundingClientRect();
  const place = link.getBoundingClientRect();
  contents.scrollTop += Math.min(0, place.top - frame.top) + Math.max(0, place.bottom - frame.bottom);
}

export function followReading(): void {
  const contents = document.querySelector('nav.contents') as HTMLElement;
  const links = new Map<string, HTMLAnchorElement>();
  for (const link of contents.querySelectorAll('a')) links.set(link.hash.slice(1), link);
  const headings = [...document.querySelectorAll('main h2, main h3')].filter((heading) =>
    links.has(heading.id),
  );
  let current: HTMLAnchorElement | undefined;
  const update = () => {
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3).at(-1);
    const exact = passed && links.get(passed.id);
    // Where only the sections are listed, the mark stands at the section.
    const hidden = exact?.getClientRects().length === 0;
    const link = (hidden ? exact?.closest('ol > li')?.querySelector('a') : exact) ?? undefined;
    if (link === current) return;
    current?.removeAttribute('aria-current');
    link?.setAttribute('aria-current', 'location');
    if (link) bringIntoSight(contents, link);
    current = link;
  };
  // All that is above the window belongs to the observed area, so that no heading can jump over it.
  const observer = new IntersectionObserver(update, { rootMargin: '1000000px 0px -66% 0px' });
  for (const heading of headings) observer.observe(heading);
}
