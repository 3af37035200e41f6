// The server of the built site: what goes over the wire is compressed and decodes to the file, under any folder.

import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compressSite } from '../../web/compress.mjs';
import { serveSite } from '../../web/serve.mjs';

const root = path.join(import.meta.dirname, '../..');
const fromTree = (file: string) => readFileSync(path.join(root, file));
const text = (start: string) => Buffer.from(`${start}\n${'The mean of 2, 4 and 6 is 4. '.repeat(200)}\n`);

/** One file of each type that the site has, as it would lie in dist/, and the media type it must come with. */
const compressible: [name: string, bytes: Buffer, type: string][] = [
  ['index.html', text('<!doctype html>'), 'text/html;charset=utf-8'],
  ['practice.html', fromTree('web/page.html'), 'text/html;charset=utf-8'],
  ['assets/index-1a2b.js', text('// script'), 'text/javascript'],
  ['assets/index-3c4d.css', fromTree('web/style/page.css'), 'text/css'],
  ['assets/core-5e6f.wasm', fromTree('build/wasm/core.wasm'), 'application/wasm'],
  ['icon.svg', fromTree('web/public/icon.svg'), 'image/svg+xml'],
];
const font = fromTree('web/style/font/stix-two-math.woff2');

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  /** As it came over the wire. */
  bytes: Buffer;
}

/** As it stands, path and answer: `fetch` would resolve the dots of the one and decode the other. */
const ask = (address: string, headers: Record<string, string> = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const { origin } = new URL(address);
    get(origin, { path: address.slice(origin.length), headers }, async (response) => {
      const bytes = Buffer.concat(await response.toArray());
      resolve({ status: response.statusCode, headers: response.headers, bytes });
    }).on('error', reject);
  });

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const site = mkdtempSync(path.join(tmpdir(), 'batchnorm-site-'));
let server: Awaited<ReturnType<typeof serveSite>>;

beforeAll(async () => {
  mkdirSync(path.join(site, 'assets'));
  for (const [name, bytes] of compressible) writeFileSync(path.join(site, name), bytes);
  writeFileSync(path.join(site, 'assets/font.woff2'), font);
  compressSite(site);
  server = await serveSite({ site, folder: '/some/folder/' });
});

afterAll(async () => {
  await server.close();
  rmSync(site, { recursive: true });
});

describe.each(compressible)('%s', (name, bytes, type) => {
  test.each([
    ['br', 'gzip, deflate, br, zstd', brotliDecompressSync],
    ['gzip', 'gzip, deflate', gunzipSync],
  ])('comes as %s to who takes “%s”, and decodes to the file', async (encoding, accepted, decode) => {
    const answer = await ask(server.address + name, { 'accept-encoding': accepted });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-encoding': encoding,
      'content-type': type,
      'content-length': String(answer.bytes.length),
      vary: 'Accept-Encoding',
    });
    expect(answer.bytes.length).toBeLessThan(bytes.length);
    expect(digest(decode(answer.bytes))).toBe(digest(bytes));
  });

  test('comes as it is to who takes nothing else', async () => {
    const answer = await ask(server.address + name);
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers['content-type']).toBe(type);
    expect(digest(answer.bytes)).toBe(digest(bytes));
  });
});

test('a font, compressed in itself, is not compressed again', async () => {
  const answer = await ask(`${server.address}assets/font.woff2`, { 'accept-encoding': 'gzip, br' });
  expect(answer.headers['content-encoding']).toBeUndefined();
  expect(answer.headers['content-type']).toBe('font/woff2');
  expect(digest(answer.bytes)).toBe(digest(font));
});

test('the folder itself is its index.html', async () => {
  const answer = await ask(`${server.address}?from=elsewhere`);
  expect(digest(answer.bytes)).toBe(digest(compressible[0]?.[1] as Buffer));
  expect(answer.headers['content-type']).toBe('text/html;charset=utf-8');
});

test.each([
  '/',
  '/index.html',
  '/some/folder',
  '/some/folder/practice',
  '/some/folder/missing.html',
  '/some/folder/assets',
  '/some/folder/assets/',
  '/some/folder/%',
])('%s is not found', async (address) => {
  const answer = await ask(new URL(server.address).origin + address, { 'accept-encoding': 'br' });
  expect(answer.status).toBe(404);
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
});

test.each(['../', '%2e%2e/', 'assets/../../', '%2e%2e%2f'])('nothing is reached through %s', async (up) => {
  const beside = `${site}-beside.html`;
  writeFileSync(beside, 'not of the site');
  try {
    expect((await ask(server.address + up + path.basename(beside))).status).toBe(404);
  } finally {
    rmSync(beside);
  }
});

test('a file that is written again is served as it is then', async () => {
  const file = path.join(site, 'changing.bin');
  for (const bytes of [randomBytes(100), randomBytes(5000)]) {
    // In its place as a whole: the stream of the answer before may still look for the end of the file that it has open.
    writeFileSync(`${file}.new`, bytes);
    renameSync(`${file}.new`, file);
    expect(digest((await ask(`${server.address}changing.bin`)).bytes)).toBe(digest(bytes));
  }
});

test('a browser may keep a file and asks whether it is still the same', async () => {
  const first = await ask(`${server.address}icon.svg`);
  expect(first.headers['cache-control']).toBe('no-cache');
  const again = await ask(`${server.address}icon.svg`, { 'if-none-match': String(first.headers.etag) });
  expect(again.status).toBe(304);
  expect(again.bytes).toHaveLength(0);
});

test('in tests a browser keeps nothing', async () => {
  const other = await serveSite({ site, mayKeep: false });
  try {
    const answer = await ask(`${other.address}icon.svg`);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers.etag).toBeUndefined();
  } finally {
    await other.close();
  }
});

test('where its port is taken it takes the next free one', async () => {
  const port = Number(new URL(server.address).port);
  const next = await serveSite({ site, port });
  try {
    expect(Number(new URL(next.address).port)).toBeGreaterThan(port);
    expect((await ask(`${next.address}index.html`)).status).toBe(200);
  } finally {
    await next.close();
  }
});
