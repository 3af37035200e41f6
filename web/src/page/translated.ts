// A browser that translates the page puts an element of its own in place of each text. What is drawn later goes into the
// text that stood there; so a text that changes takes its place back, and the browser translates it anew.

const isTranslation = (node: Node | null | undefined): node is HTMLElement =>
  node instanceof HTMLElement && node.localName === 'font';

export function followTranslation(): void {
  /** what stands in the place of a text */
  const places = new WeakMap<Node, HTMLElement>();
  const changes = new MutationObserver((records) => {
    for (const { target } of records) {
      const place = places.get(target);
      places.delete(target);
      if (place?.isConnected) place.replaceWith(target);
    }
  });
  new MutationObserver((records) => {
    for (const { removedNodes, addedNodes, previousSibling, nextSibling } of records) {
      const place = [...addedNodes, previousSibling, nextSibling].find(isTranslation);
      if (!place) continue;
      for (const text of removedNodes) {
        if (!(text instanceof Text)) continue;
        places.set(text, place);
        changes.observe(text, { characterData: true });
      }
    }
  }).observe(document.body, { childList: true, subtree: true });
}
