// The service worker is built last, from what was built: it holds the list of all files with a fingerprint of each.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const entry = fileURLToPath(new URL('../src/page/service-worker.ts', import.meta.url));

/** Files of assets/ have a fingerprint in their names. */
function siteFiles(folder: string): { url: string; revision: string | null }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(folder, name)).isFile() && !path.basename(name).startsWith('.'))
    .toSorted()
    .map((name) => ({
      url: name.split(path.sep).join('/'),
      revision: name.startsWith('assets')
        ? null
        : createHash('sha256')
            .update(readFileSync(path.join(folder, name)))
            .digest('hex')
            .slice(0, 16),
    }));
}

export const offlinePlugin: Plugin = {
  name: 'lesson-offline',
  apply: 'build',
  async writeBundle({ dir }) {
    if (dir === undefined) return;
    await build({
      configFile: false,
      logLevel: 'warn',
      publicDir: false,
      define: { siteFiles: JSON.stringify(siteFiles(dir)), 'process.env.NODE_ENV': '"production"' },
      build: {
        outDir: dir,
        emptyOutDir: false,
        lib: { entry, formats: ['iife'], name: 'offline', fileName: () => 'service-worker.js' },
      },
    });
  },
};
