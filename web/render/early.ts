// Preloads what the first window of a page needs. Its fonts: text that is drawn in another one first moves when they come.
// And the code of its first blocks: public/live.js requests it before the page is parsed to its end, and finds the addresses
// beside its own.

import type { Plugin } from 'vite';

/** A formula is in the first window if fewer characters of text stand before it. */
const charactersOfWindow = 1000;

/** The names of the fonts of the first window. */
function fontsOf(html: string): RegExp[] {
  const text = /^assets\/stix-two-text-latin-400-normal-.*\.woff2$/;
  const [before, formula] = html.slice(html.indexOf('<main')).split('<math', 2);
  const isFarDown = (before ?? '').replaceAll(/<[^>]*>/gu, '').length >= charactersOfWindow;
  return formula === undefined || isFarDown ? [text] : [text, /^assets\/stix-two-math-.*\.woff2$/];
}

/** How many kinds of blocks are asked for so early; the others come when they are met. */
const first = 2;

/** What a kind loads itself as soon as it starts, and cannot show anything without. */
const needs: Readonly<Record<string, readonly RegExp[]>> = {
  program: [/^assets\/editor-.*\.js$/, /^assets\/programs-.*\.wasm$/],
};

export const earlyPlugin: Plugin = {
  name: 'lesson-early',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle }) {
      if (!bundle) return html;
      const files = Object.values(bundle);
      const core = files.find(({ fileName }) => /^assets\/core-.*\.wasm$/.test(fileName));
      if (!core) throw new Error('the core is not among what was built');
      const blocks = [...html.matchAll(/\sdata-(?:kind|figure)="(?<kind>[^"]+)"/g)];
      const kinds = [...new Set(blocks.map(({ groups }) => groups?.kind))].slice(0, first);
      const chunks = kinds.map((kind) => {
        const found = files.find(
          (file) => file.type === 'chunk' && file.facadeModuleId?.endsWith(`/${kind}.tsx`),
        );
        if (!found) throw new Error(`no code for the blocks “${kind}”`);
        const needed = (needs[kind ?? ''] ?? []).flatMap((name) =>
          files.filter(({ fileName }) => name.test(fileName)),
        );
        return [found, ...needed];
      });
      const fonts = fontsOf(html).map((name) => {
        const font = files.find(({ fileName }) => name.test(fileName));
        if (!font) throw new Error(`no font ${name} is among what was built`);
        return `<link rel="preload" as="font" type="font/woff2" crossorigin href="./${font.fileName}">`;
      });
      const script = '<script src="./live.js"';
      if (!html.includes(script)) throw new Error(`page.html has no ${script}`);
      const early = [core, ...chunks.flat()].map(({ fileName }) => `./${fileName}`).join(' ');
      return html.replace(script, `${fonts.join('')}${script} data-early="${early}"`);
    },
  },
};
