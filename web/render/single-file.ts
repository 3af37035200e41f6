// The whole lesson in one file that opens from disk: all pages one below the other, of which one is shown, with scripts,
// styles, fonts, pictures and the modules of WebAssembly inside. Nothing is fetched.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';
import { loadBuiltCore } from './core.ts';
import { renderSite } from './lesson.ts';
import { inBar, pages } from './pages.ts';
import { allPictures, policyOf } from './plugin.ts';

export const singleFile = 'batch-normalization.html';

const typeOf: Readonly<Record<string, string>> = { '.svg': 'image/svg+xml', '.png': 'image/png' };

const dataAddress = (type: string, bytes: Buffer | string) =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;

/** The id of the heading that a page begins with. */
function firstId(main: string): string {
  const [, id] = /<h1[^>]* id="([^"]+)"/u.exec(main) ?? [];
  if (id === undefined) throw new Error('a page has no heading to lead to');
  return id;
}

/** page.html with all pages in it. */
async function everything(folder: string, template: string): Promise<string> {
  const { pages: all, addresses } = await renderSite(folder, await loadBuiltCore());
  const starts = new Map(all.map(({ page, main }) => [page.file, firstId(main)]));
  const files = new RegExp(
    `href="(${pages.map(({ file }) => file.replace('.', '\\.')).join('|')})(#[^"]*)?"`,
    'gu',
  );
  const within = (html: string) =>
    html
      .replaceAll(files, (_, file: string, hash?: string) => `href="${hash ?? `#${starts.get(file)}`}"`)
      .replaceAll(/ src="(?:\.\/)?([\w-]+)(\.\w+)"/gu, (whole, name: string, extension: string) => {
        const picture = allPictures()[name + extension];
        return picture ? ` src="${dataAddress(typeOf[extension] ?? '', picture)}"` : whole;
      });
  const [first] = all;
  const parts: Record<string, string> = {
    title: first?.title ?? '',
    description: '',
    folder: 'all',
    classes: '',
    headings: 'some',
    pages: inBar.map(({ file, name }) => `<a href="#${starts.get(file)}">${name}</a>`).join(' '),
    contents: `<div>${all.map(({ page, contents }) => `<div class="site-contents" data-of="${page.folder}">${contents}</div>`).join('')}</div>`,
    main: all
      .map(
        ({ page, main }) =>
          // What a verdict says of a pitfall stands on one of the pages.
          `<div class="site-page" data-page="${page.folder}">${main.replace(/<template id="pitfall-texts">.*?<\/template>/su, '')}</div>`,
      )
      .join(''),
  };
  let html = within(template);
  for (const [place, text] of Object.entries(parts))
    html = html.replace(`<!--lesson-${place}-->`, () => within(text));
  const known = dataAddress('application/json', JSON.stringify(addresses));
  return html
    .replace('<body data-page', () => `<body data-addresses="${known}" data-page`)
    .replace(/ *<link rel="(?:manifest|icon)"[^>]*>\n/gu, '');
}

const fingerprint = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export function singleFilePlugin(folder: string): Plugin {
  let root = '';
  const id = () => path.join(root, singleFile);
  return {
    name: 'lesson-single-file',
    enforce: 'pre',
    config: ({ root: at = process.cwd() }) => ({
      build: { rolldownOptions: { input: path.join(at, singleFile) } },
    }),
    configResolved(config) {
      ({ root } = config);
    },
    resolveId(source, importer) {
      if (source === id()) return source;
      // A file from disk may start no workers: what they do runs in slices on the page.
      if (source.endsWith('/workers.ts') && importer !== undefined)
        return path.join(root, 'src/page/no-workers.ts');
      return undefined;
    },
    load: (file) => (file === id() ? readFileSync(path.join(root, 'page.html'), 'utf8') : undefined),
    // The glue of Emscripten names its module too; who starts it has the bytes already (src/core/wasm.mjs).
    transform: (code, file) =>
      file.includes('/build/wasm/')
        ? code.replaceAll(/new URL\(["']\w+\.wasm["'], ?import\.meta\.url\)\.(?:href|toString\(\))/gu, '""')
        : undefined,
    transformIndexHtml: {
      order: 'pre',
      handler: async (html) =>
        everything(folder, html.replace(/ *<script src="\.\/live\.js"><\/script>\n/u, '')),
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const files = Object.values(bundle);
        const page = files.find(({ fileName }) => fileName === singleFile);
        const script = files.find((file) => file.type === 'chunk');
        const style = files.find(({ fileName }) => fileName.endsWith('.css'));
        if (page?.type !== 'asset' || script?.type !== 'chunk' || style?.type !== 'asset')
          throw new Error('one page, one script and one style are expected');
        const live = readFileSync(path.join(root, 'public/live.js'), 'utf8');
        const code = script.code.replaceAll('</script', String.raw`<\/script`);
        const css = String(style.source)
          .replaceAll('main > ', ':is(main, .site-page) > ')
          .replaceAll(/main>/gu, ':is(main,.site-page)>')
          .replaceAll(/nav\.contents ?> ?ol/gu, 'nav.contents .site-contents>ol');
        const policy = policyOf({
          scripts: `${fingerprint(live)} ${fingerprint(code)} 'wasm-unsafe-eval'`,
          styles: fingerprint(css),
          data: 'data:',
        });
        const head = [
          `<meta http-equiv="Content-Security-Policy" content="${policy}" />`,
          `<script>${live}</script>`,
          `<style>${css}</style>`,
        ].join('\n');
        const html = String(page.source)
          .replaceAll(/ *<(?:script[^>]*src="[^"]*"[^>]*><\/script|link rel="stylesheet"[^>]*)>\n?/gu, '')
          .replace('<meta charset="utf-8" />', () => `<meta charset="utf-8" />\n${head}`)
          // Behind the lesson, which it finds whole.
          .replace('</body>', () => `<script type="module">${code}</script>\n</body>`);
        for (const { fileName } of files) delete bundle[fileName];
        this.emitFile({ type: 'asset', fileName: singleFile, source: html });
      },
    },
  };
}
