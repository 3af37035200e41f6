// The whole way through the lesson in WebKitGTK, the engine of Safari in Debian.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from '@playwright/test';
import { pages } from '../../web/render/pages.ts';
import { serveSite } from '../../web/serve.mjs';
import { expectCounting, walk } from './way-through.ts';
import { startWebKit } from './webkit.ts';

/** WebDriver has no ear for the console: a script before all others writes down what goes wrong on a page. */
const watching = `
  const note = (trouble) => {
    const troubles = JSON.parse(sessionStorage.getItem('troubles') ?? '[]');
    sessionStorage.setItem('troubles', JSON.stringify([...troubles, trouble]));
  };
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
    note('violation of ' + effectiveDirective + ': ' + blockedURI));
  addEventListener('error', ({ message, target }) =>
    note('error: ' + (message ?? target.src ?? target.href)), true);
  addEventListener('unhandledrejection', ({ reason }) => note('unhandled: ' + reason));
  console.error = (...said) => note('console: ' + said.join(' '));
`;

let folder: string;
let host: Awaited<ReturnType<typeof serveSite>>;
let webkit: Awaited<ReturnType<typeof startWebKit>>;
test.beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'webkit-'));
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  cpSync(dist, folder, { recursive: true, filter: (name) => !/\.(?:br|gz)$/u.test(name) });
  writeFileSync(path.join(folder, 'watching.js'), watching);
  for (const { file } of pages) {
    const place = path.join(folder, file);
    const html = readFileSync(place, 'utf8');
    writeFileSync(place, html.replace('<script', '<script src="watching.js"></script><script'));
  }
  host = await serveSite({ site: folder, folder: '/lesson/' });
  webkit = await startWebKit(host.address);
  test.info().annotations.push({ type: 'WebKitGTK', description: webkit.version });
});
test.afterAll(async () => {
  await webkit.close();
  await host.close();
  rmSync(folder, { recursive: true });
});

test('the whole way; and what goes wrong on it would be counted', async () => {
  await walk(webkit.tab);
  await expectCounting(webkit.tab);
});
