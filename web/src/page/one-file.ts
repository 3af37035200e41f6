// Where the lesson is one file, all its pages stand one below the other, and one of them is shown.

const listeners: (() => void)[] = [];

/** Is called whenever another page is shown. */
export function onPageShown(listener: () => void): void {
  listeners.push(listener);
}

const pages = () => document.querySelectorAll<HTMLElement>('.site-page');

export const isOneFile = (): boolean => pages().length > 0;

/** Shows the page that an element stands on; does nothing where the document is one page. */
export function showPageOf(element: Element): void {
  const page = element.closest<HTMLElement>('.site-page');
  if (!page || page.classList.contains('shown')) return;
  const { page: name } = page.dataset;
  for (const each of document.querySelectorAll<HTMLElement>('.site-page, .site-contents'))
    each.classList.toggle('shown', (each.dataset.page ?? each.dataset.of) === name);
  const order = [...pages()].indexOf(page);
  document.querySelectorAll('.pages a').forEach((link, k) => {
    if (k === order) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  });
  for (const listener of listeners) listener();
}

/** What an address leads to. It may hold a percent sign that belongs to no code: then it is the id as it stands. */
export function idOf(hash: string): string {
  const id = hash.slice(1);
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** Without scripts the style shows the page of the address; with them this does, also for the state of a link. */
export function showOnePage(): void {
  const [first] = pages();
  if (!first) return;
  document.documentElement.classList.add('paged');
  const place = document.getElementById(idOf(location.hash));
  showPageOf(place?.closest('.site-page') ? place : first);
}

/** Whether a block stands on a page that is not shown. */
export const isOnHiddenPage = (block: Element): boolean => block.closest('.site-page:not(.shown)') !== null;
