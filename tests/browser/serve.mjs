// The built site under a subfolder, as any static host would serve it: prints its address, answers 404 for whatever
// is not in dist/. Loopback only, on a free port.

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const site = fileURLToPath(new URL('../../dist/', import.meta.url));
const folder = '/some/folder/';

/** @type {Record<string, string>} */
const mediaTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/** The file of dist/ that an address stands for. @param {string} address */
function fileFor(address) {
  if (!address.startsWith(folder)) return undefined;
  const [name = ''] = address.slice(folder.length).split(/[?#]/);
  const file = path.join(site, name === '' ? 'index.html' : name);
  const inside = file.startsWith(site);
  return inside && statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
}

const server = createServer((request, response) => {
  const file = fileFor(request.url ?? '');
  const type = file && mediaTypes[path.extname(file)];
  if (!file || !type) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found\n');
    return;
  }
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' });
  createReadStream(file).pipe(response);
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`Serving http://127.0.0.1:${address?.port}${folder}`);
});
