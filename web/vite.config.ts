import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { lessonPlugin } from './render/plugin.ts';

const at = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  root: at('.'),
  base: './', // works in any subfolder of any host
  plugins: [lessonPlugin(at('./lesson'))],
  worker: { format: 'es' },
  server: { fs: { allow: [at('..')] } },
  build: {
    outDir: at('../dist'),
    emptyOutDir: true,
    assetsInlineLimit: 0, // the CSP allows no data: fonts
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
