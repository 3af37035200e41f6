// The built page in Chromium, served under a subfolder as on any static host: absolute paths show at once.
//
//   npx playwright test --config tests/browser/playwright.config.ts      (after `node web/start.mjs build`)

import { defineConfig } from '@playwright/test';
import { chromiumPath, hasWebKit } from '../../cpp/toolchain.mjs';

const chromium = chromiumPath();
if (!chromium)
  throw new Error('The browser tests need Chromium: npm test installs it, or set CHROMIUM to its path.');

export default defineConfig({
  testDir: '.',
  testIgnore: hasWebKit ? [] : ['webkit.spec.ts'],
  // One without paths: the type checker's would lead to declarations instead of the core.
  tsconfig: './playwright.tsconfig.json',
  outputDir: '../../build/browser',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  // Generous, so that a busy machine fails no test; a broken page fails them all the same.
  timeout: 300_000,
  expect: { timeout: 20_000 },
  reporter: 'line',
  webServer: {
    command: 'node serve.mjs',
    // Playwright keeps the named group in the environment, in capitals.
    wait: { stdout: /^Serving (?<lesson_address>\S+)/ },
  },
  use: {
    baseURL: process.env.LESSON_ADDRESS,
    browserName: 'chromium',
    viewport: { width: 1280, height: 900 },
    // Keeping the whole lesson is tested by itself (offline.spec.ts); in every other test it would only cost time.
    serviceWorkers: 'block',
    // Each test begins with an empty page that has stored nothing, in the process of the test before: to start one, and to
    // get scripts and fonts ready in it, takes as long as all else that happens when a page is opened.
    reuseContext: true,
    launchOptions: {
      executablePath: chromium,
      args: [
        '--no-sandbox',
        // A page lives for seconds here: compiling it well, on other threads, costs more than it gives.
        '--js-flags=--liftoff-only --single-threaded',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
