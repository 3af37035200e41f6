// The Vite plugin: makes a page of each of the lesson's folders from page.html, reloads when a lesson file changes, and
// shows a mistake of the lesson with its file and line instead of the page.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin, ViteDevServer } from 'vite';
import type { Core } from '../src/core/core.ts';
import { loadBuiltCore } from './core.ts';
import { LessonError } from './error.ts';
import { experimentFiles } from './kinds/experiment.tsx';
import { type RenderedPage, renderSite, type Site } from './lesson.ts';
import { inBar, pages } from './pages.ts';
import { pictures } from './pictures.ts';

/** No image, form or connection to anywhere else, no inline script or style but those named, no HTML from strings. */
export const policyOf = (from: { scripts: string; styles: string; data: string }): string =>
  [
    "default-src 'none'",
    `script-src ${from.scripts}`,
    `style-src ${from.styles}`,
    `font-src ${from.data}`,
    "img-src 'self' data:",
    `connect-src ${from.data}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "worker-src 'self'",
    'trusted-types lesson-worker',
  ].join('; ');

const contentSecurityPolicy = policyOf({
  scripts: "'self' 'wasm-unsafe-eval'",
  styles: "'self'",
  data: "'self'",
});

/** What Vite's overlay in the browser shows, and the terminal. */
interface Explained {
  message: string;
  stack: string;
  frame?: string;
  loc?: { file: string; line: number; column: number };
}

function explain(error: unknown): Explained {
  if (!(error instanceof LessonError)) {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    return { message, stack };
  }
  const { file, line } = error.place;
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const first = Math.max(0, line - 3);
  const frame = lines
    .slice(first, line + 2)
    .map((text, k) => `${first + k + 1 === line ? '>' : ' '} ${String(first + k + 1).padStart(4)} | ${text}`)
    .join('\n');
  return { message: error.message, stack: '', frame, loc: { file: path.resolve(file), line, column: 0 } };
}

/** The links of the bar; the page's own is marked. */
const bar = (own: string) =>
  inBar
    .map(({ file, name, unseen }) => {
      const rest = unseen === undefined ? '' : `<span class="visually-hidden">${unseen}</span>`;
      return `<a href="${file}"${file === own ? ' aria-current="page"' : ''}>${name}${rest}</a>`;
    })
    .join(' ');

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** What stands at the marks of page.html. */
const parts = ({
  page,
  title,
  description,
  contents,
  main,
  isDeck,
}: RenderedPage): Record<string, string> => ({
  title: escaped(page.folder === 'learn' ? title : `${page.name} · 16-09 Batch Normalization`),
  description: escaped(description),
  folder: page.folder,
  classes: isDeck ? 'deck' : '',
  headings: contents.includes('<a ') ? 'some' : 'none',
  pages: bar(page.file),
  contents,
  main,
});

/** All pictures that were computed for the pages, by the names of their files. */
export const allPictures = (): Record<string, Buffer | string> => ({ ...pictures, ...experimentFiles() });

export function lessonPlugin(folder: string): Plugin {
  let core: Promise<Core> | undefined;
  let site: Promise<Site> | undefined;
  let building = false;
  let root = '';
  const render = async () => renderSite(folder, await (core ??= loadBuiltCore()));
  const rendered = () =>
    (site ??= render()).catch((error: unknown) => {
      site = undefined;
      throw Object.assign(new Error(), explain(error));
    });
  const template = () => readFileSync(path.join(root, 'page.html'), 'utf8');
  const fileOf = (id: string) => pages.find(({ file }) => path.join(root, file) === id)?.file;

  return {
    name: 'lesson',
    config: ({ root: at = process.cwd() }) => ({
      build: { rolldownOptions: { input: pages.map(({ file }) => path.join(at, file)) } },
    }),
    configResolved(config) {
      building = config.command === 'build';
      root = config.root;
    },
    // The pages are no files: each is page.html with other contents.
    resolveId: (id) => (fileOf(id) ? id : undefined),
    load: (id) => (fileOf(id) ? template() : undefined),
    configureServer(server: ViteDevServer) {
      server.watcher.add(folder);
      const changed = (file: string) => {
        if (!file.startsWith(folder)) return;
        site = undefined;
        rendered().then(
          () => server.ws.send({ type: 'full-reload' }),
          (error: Explained) => {
            server.config.logger.error(error.message);
            server.ws.send({ type: 'error', err: error });
          },
        );
      };
      server.watcher.on('change', changed).on('add', changed).on('unlink', changed);
      server.middlewares.use((request, response, next) => {
        const url = (request.url ?? '').split('?')[0] ?? '';
        const file = url === '/' ? 'index.html' : url.slice(1);
        const send = (type: string, text: string) =>
          response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
        const picture = allPictures()[file];
        if (picture) {
          const type = file.endsWith('.svg') ? 'image/svg+xml' : 'image/png';
          response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(picture);
        } else if (file === 'addresses.json') {
          rendered().then(({ addresses }) => send('application/json', JSON.stringify(addresses)), next);
        } else if (pages.some((page) => page.file === file)) {
          server.transformIndexHtml(`/${file}`, template()).then((html) => send('text/html', html), next);
        } else next();
      });
    },
    transformIndexHtml: {
      order: 'pre',
      async handler(html, { path: at }) {
        const { pages: all } = await rendered();
        const page = all.find((each) => `/${each.page.file}` === at);
        if (!page) throw new Error(`${at} is no page of the lesson`);
        for (const [place, text] of Object.entries(parts(page))) {
          const mark = `<!--lesson-${place}-->`;
          if (!html.includes(mark)) throw new Error(`page.html has no ${mark}`);
          // A function as the replacement: "$" in the lesson must not be read as a pattern.
          html = html.replace(mark, () => text);
        }
        const policy = { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy };
        // Vite's own scripts for development would break it.
        const tags = building ? [{ tag: 'meta', attrs: policy, injectTo: 'head-prepend' as const }] : [];
        return { html, tags };
      },
    },
    async generateBundle() {
      const { addresses } = await rendered();
      this.emitFile({ type: 'asset', fileName: 'addresses.json', source: JSON.stringify(addresses) });
      for (const [fileName, source] of Object.entries(allPictures()))
        this.emitFile({ type: 'asset', fileName, source });
    },
  };
}
