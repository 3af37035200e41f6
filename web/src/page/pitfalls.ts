// The text of a pitfall, wherever it stands: in the list of this page, or in the template that pages with questions have.

export function pitfall(name: string): { title: string; nodes: Node[] } | undefined {
  const template = document.getElementById('pitfall-texts');
  const place =
    document.getElementById(`pitfall-${name}`) ??
    (template instanceof HTMLTemplateElement
      ? template.content.querySelector(`[data-pitfall="${CSS.escape(name)}"]`)
      : null);
  if (!place) return undefined;
  const title = place.querySelector('summary')?.textContent ?? name;
  return { title, nodes: [...place.querySelectorAll('details > p')].map((node) => node.cloneNode(true)) };
}
