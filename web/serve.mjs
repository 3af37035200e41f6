// The built site as a static host serves it: compressed for whoever takes that, under any folder, 404 for what is not
// there. `npm start`, the browser tests and the benchmarks of the page all use this server.

import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';

/** Reachable from this machine only. */
const host = 'localhost';

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @returns {Promise<number>} the port, or the next free one after it
 */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    const onError = (/** @type {NodeJS.ErrnoException} */ error) =>
      error.code === 'EADDRINUSE' ? resolve(listen(server, port + 1)) : reject(error);
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/**
 * @param {object} [how]
 * @param {string} [how.site] where the files are, with the compressed ones beside them (compress.mjs)
 * @param {string} [how.folder] below which the site stands, with a slash at both ends
 * @param {number} [how.port] the first to try; 0 is any free one
 * @param {boolean} [how.mayKeep] whether browsers may keep files, asking each time if they are still the same
 * @returns {Promise<{ address: string, close: () => Promise<void> }>}
 */
export async function serveSite({
  site = fileURLToPath(new URL('../dist/', import.meta.url)),
  folder = '/',
  port = 0,
  mayKeep = true,
} = {}) {
  // `dev` looks for each file when it is asked for, so that a site built again is served at once. Without extensions
  // `practice` is not `practice.html`, because not every host is that kind.
  const files = sirv(site, { dev: true, brotli: true, gzip: true, etag: mayKeep, extensions: [] });
  const server = createServer((request, response) => {
    const notFound = () => {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found\n');
    };
    const [pathname = ''] = (request.url ?? '').split('?');
    if (!pathname.startsWith(folder)) return notFound();
    const name = pathname.slice(folder.length);
    request.url = `/${name}${name === '' || name.endsWith('/') ? 'index.html' : ''}`;
    files(request, response, notFound);
  });
  const taken = await listen(server, port);
  return {
    address: `http://${host}:${taken}${folder}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
