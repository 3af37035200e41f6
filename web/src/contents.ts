// Marks in the table of contents where the reader is.

export function followReading(): void {
  const links = new Map<string, HTMLAnchorElement>();
  for (const link of document.querySelectorAll<HTMLAnchorElement>('nav.contents a'))
    links.set(link.hash.slice(1), link);
  const headings = [...document.querySelectorAll('main h2, main h3')].filter((heading) =>
    links.has(heading.id),
  );
  let current: HTMLAnchorElement | undefined;
  const update = () => {
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3).at(-1);
    const link = passed && links.get(passed.id);
    if (link === current) return;
    current?.removeAttribute('aria-current');
    link?.setAttribute('aria-current', 'location');
    link?.scrollIntoView({ block: 'nearest' });
    current = link;
  };
  const observer = new IntersectionObserver(update, { rootMargin: '0px 0px -66% 0px' });
  for (const heading of headings) observer.observe(heading);
}
