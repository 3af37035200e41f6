import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { coursePlugin } from './render/course.ts';
import { earlyPlugin } from './render/early.ts';
import { fromDiskPlugin } from './render/from-disk.ts';
import { metadataPlugin } from './render/metadata.ts';
import { offlinePlugin } from './render/offline.ts';
import { lessonPlugin } from './render/plugin.ts';
import { singleFilePlugin } from './render/single-file.ts';

const at = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Everything in one script, and every asset in it. */
const inOneFile = defineConfig({
  root: at('.'),
  publicDir: false,
  plugins: [singleFilePlugin(at('./lesson'))],
  build: {
    outDir: at('../build/single-file'),
    emptyOutDir: true,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    modulePreload: false,
    reportCompressedSize: false,
    cssCodeSplit: false,
    rolldownOptions: { output: { codeSplitting: false } },
  },
});

const asSite = defineConfig({
  root: at('.'),
  base: './', // works in any subfolder of any host
  plugins: [
    lessonPlugin(at('./lesson')),
    earlyPlugin,
    fromDiskPlugin,
    coursePlugin(at('./lesson')),
    metadataPlugin(at('./lesson'), process.env.LESSON_SITE),
    offlinePlugin, // last: it lists all files
  ],
  worker: { format: 'es' },
  server: { fs: { allow: [at('..')] } },
  build: {
    outDir: at('../dist'),
    emptyOutDir: true,
    assetsInlineLimit: 0, // the CSP allows no data: fonts
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every page needs comes as one file: on a slow phone each more costs about as much as 10 kB.
          groups: [
            {
              name: 'page',
              // What speaks to a course is loaded where there is one.
              test: /\/node_modules\/preact\/|\/src\/(page\/(?!course\.)|memory\/(?!resume\.))|\/src\/kinds\/(?!papers?\.)[^/]+$|\/src\/(drawing\/(verdict|counterexample)|mathml|sentence)\./,
            },
          ],
        },
      },
    },
  },
});

export default defineConfig(({ mode }) => (mode === 'single-file' ? inOneFile : asSite));
