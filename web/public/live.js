// Before the first paint: the page is live, so what only works live is there from the start and nothing moves later.
// Where the page's own script does not come, it is not, and a sentence says so.
document.documentElement.classList.add('live');
// Who comes to the top of a page sees it before the rest is laid out; who comes or goes to a place in it finds that place.
if (location.hash === '' && performance.getEntriesByType('navigation')[0]?.type === 'navigate') {
  const { classList } = document.documentElement;
  classList.add('arriving');
  addEventListener('click', ({ target }) => target.closest('a') && classList.remove('arriving'), true);
  addEventListener('popstate', () => classList.remove('arriving'));
}
// The core and the code of the first blocks come while the page is still being read. Only with scripts: so not as links
// of the page.
for (const href of document.currentScript.dataset.early?.split(' ') ?? []) {
  const link = document.createElement('link');
  if (href.endsWith('.wasm')) {
    link.rel = 'preload';
    link.as = 'fetch';
  } else link.rel = 'modulepreload';
  link.crossOrigin = 'anonymous';
  link.href = href;
  document.head.append(link);
}
// What is sent to a question that has not started waits until it has: src/page/items.tsx sends it again.
addEventListener(
  'submit',
  (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.closest('[data-kind]:not([data-started])')) return;
    event.preventDefault();
    form.dataset.submitted = '';
  },
  true,
);
// A figure that is asked for is shown as it stands, also before it has started; src/page/figures.tsx remembers it.
addEventListener('click', ({ target }) => {
  const figure = target.closest('[data-task=skip]')?.closest('.figure');
  if (!figure) return;
  figure.dataset.shown = '';
  const title = figure.querySelector('figcaption');
  title.focus({ preventScroll: true });
  title.scrollIntoView({ block: 'nearest', behavior: 'instant' });
});
function tellOfMissingPart() {
  const banner = document.getElementById('banner');
  if (location.protocol === 'file:') {
    banner?.replaceChildren(
      'Opened from disk, this page can be read. Its boxes, figures and checks need a web server, or the lesson as one file.',
    );
    return;
  }
  const reload = document.createElement('button');
  reload.type = 'button';
  reload.textContent = 'Reload';
  reload.addEventListener('click', () => location.reload());
  banner?.replaceChildren(
    'A part of this page is missing on its host, probably because a new version has just been put there. The text below is complete. ',
    reload,
  );
}
/** A script that is missing; or one of ours that is cut, or of another version, and so ends before anything runs. */
function isLost({ target, filename = '' }) {
  if (target instanceof HTMLScriptElement) return true;
  return target === window && filename.includes('/assets/') && !('begun' in document.documentElement.dataset);
}
addEventListener(
  'error',
  (event) => {
    if (!isLost(event)) return;
    document.documentElement.classList.remove('live', 'arriving');
    if (document.body) tellOfMissingPart();
    else addEventListener('DOMContentLoaded', tellOfMissingPart);
  },
  true,
);
// Of one block only: the others work (src/page/blocks.ts).
addEventListener('missing-part', tellOfMissingPart);
