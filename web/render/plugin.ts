// The Vite plugin: puts the rendered lesson into index.html, reloads the page when a lesson file changes, and shows a
// mistake of the lesson with its file and line instead of the page.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin, ViteDevServer } from 'vite';
import type { Core } from '../src/core.ts';
import { loadBuiltCore } from './core.ts';
import { LessonError } from './error.ts';
import { renderLesson } from './lesson.ts';

// No worker, image, form or connection to anywhere else, no inline script or style, no HTML from strings.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

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

export function lessonPlugin(folder: string): Plugin {
  let core: Promise<Core> | undefined;
  let building = false;
  const render = async () => renderLesson(folder, await (core ??= loadBuiltCore()));

  return {
    name: 'lesson',
    configResolved(config) {
      building = config.command === 'build';
    },
    configureServer(server: ViteDevServer) {
      server.watcher.add(folder);
      const changed = (file: string) => {
        if (!file.startsWith(folder)) return;
        render().then(
          () => server.ws.send({ type: 'full-reload' }),
          (error: unknown) => {
            const explained = explain(error);
            server.config.logger.error(explained.message);
            server.ws.send({ type: 'error', err: explained });
          },
        );
      };
      server.watcher.on('change', changed).on('add', changed).on('unlink', changed);
    },
    transformIndexHtml: {
      order: 'pre',
      async handler(html) {
        const lesson = await render().catch((error: unknown) => {
          throw Object.assign(new Error(), explain(error));
        });
        for (const place of ['title', 'contents', 'main'] as const) {
          const mark = `<!--lesson-${place}-->`;
          if (!html.includes(mark)) throw new Error(`index.html has no ${mark}`);
          // A function as the replacement: "$" in the lesson must not be read as a pattern.
          html = html.replace(mark, () => lesson[place]);
        }
        const policy = { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy };
        // Vite's own scripts for development would break it.
        const tags = building ? [{ tag: 'meta', attrs: policy, injectTo: 'head-prepend' as const }] : [];
        return { html, tags };
      },
    },
  };
}
