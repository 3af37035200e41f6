// Lays a brotli (.br) and a gzip (.gz) copy beside each file of the built site, once, so that a server has nothing to
// compress when it is asked.

import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** What lies beside a file, and how it is made. Brotli takes its best quality by default, gzip does not. */
const encodings = {
  '.br': (/** @type {Buffer} */ bytes) => brotliCompressSync(bytes),
  '.gz': (/** @type {Buffer} */ bytes) => gzipSync(bytes, { level: 9 }),
};

/** Copies that save less than this share are not kept: fonts and pictures are compressed already. */
const leastSaving = 0.1;

/** @param {string} folder */
export function compressSite(folder) {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(folder, name);
    if (!statSync(file).isFile() || path.extname(file) in encodings) continue;
    const bytes = readFileSync(file);
    for (const [extension, encode] of Object.entries(encodings)) {
      const encoded = encode(bytes);
      if (encoded.length <= (1 - leastSaving) * bytes.length) writeFileSync(file + extension, encoded);
    }
  }
}
