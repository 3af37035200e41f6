// The package as one module without imports; its types are tsc's (tsconfig.json).

import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const at = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Emscripten's module names its wasm file, in case nobody hands over the bytes; bundlers would look for that file. */
const withoutFile: Plugin = {
  name: 'without-file',
  enforce: 'pre',
  transform: {
    filter: { id: /\/build\/wasm\/core\.mjs$/ },
    handler(code) {
      const without = code
        .replaceAll(
          /new URL\((["'])core\.wasm\1,\s*import\.meta\.url\)\.(?:href|toString\(\))/g,
          '"core.wasm"',
        )
        .replaceAll('import.meta.url', '""');
      if (without === code || without.includes('import.meta'))
        this.error('core.mjs names its file in another way than web/package/vite.config.ts expects');
      return { code: without, map: null };
    },
  },
};

export default defineConfig({
  root: at('.'),
  publicDir: false,
  plugins: [withoutFile],
  build: {
    lib: { entry: at('core.ts'), formats: ['es'], fileName: 'core' },
    outDir: at('../../build/package'),
    emptyOutDir: false, // the types lie there
    target: 'es2022', // await at the top
    minify: false,
    reportCompressedSize: false,
  },
});
