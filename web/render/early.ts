// Preloads what the first blocks of a page need: public/live.js requests it before the page is parsed to its end, and finds
// the addresses beside its own.

import type { Plugin } from 'vite';

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
      const script = '<script src="./live.js"';
      if (!html.includes(script)) throw new Error(`page.html has no ${script}`);
      const early = [core, ...chunks.flat()].map(({ fileName }) => `./${fileName}`).join(' ');
      return html.replace(script, `${script} data-early="${early}"`);
    },
  },
};
