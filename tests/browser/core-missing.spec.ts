// The core cannot be loaded: the text stays, a banner says what is wrong, and another try works.

import type { Page, Route } from '@playwright/test';
import { becomesLive, box, example, expect, expectNoMachineWords, question, table, test } from './lesson.ts';

const core = '**/*.wasm';
/** By itself the smallest program there is; it has nothing the page asks for. */
const wasmHeader = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
const banner = (page: Page) => page.getByRole('alert');
const again = (page: Page) => banner(page).getByRole('button', { name: 'Try again' });

interface Failure {
  what: string;
  route: (route: Route) => Promise<void>;
  says: RegExp;
  /** What the browser itself writes to the console, and what the watch sees of it. */
  provokes: RegExp[];
}

const failures: Failure[] = [
  {
    what: 'the connection fails',
    route: (route) => route.abort(),
    says: /the core did not start \(Failed to fetch\)/,
    provokes: [/Failed to load resource/, /request failed: .*\.wasm/],
  },
  {
    what: 'the file is not there',
    route: (route) => route.fulfill({ status: 404, body: 'Not found' }),
    says: /the server answered 404 for http:.*\.wasm/,
    provokes: [/Failed to load resource.*404/, /answer 404: .*\.wasm/],
  },
  {
    what: 'the file is another one',
    route: (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<!doctype html>' }),
    says: /WebAssembly.*magic word/,
    provokes: [],
  },
  {
    what: 'the file is a program of another kind',
    route: (route) => route.fulfill({ contentType: 'application/wasm', body: wasmHeader }),
    says: /the core did not start \(.*another program than the core of this page\)/,
    provokes: [],
  },
  {
    what: 'the file is cut short',
    route: (route) => route.fulfill({ contentType: 'application/wasm', body: wasmHeader.subarray(0, 6) }),
    says: /WebAssembly/,
    provokes: [],
  },
];

for (const { what, route, says, provokes } of failures) {
  test(`${what}: the text stays, and “Try again” works`, async ({ page, watch }) => {
    watch.provoke(...provokes);
    await page.route(core, route);
    await page.goto('./');
    await expect(banner(page)).toContainText('The numbers cannot be recomputed');
    await expect(banner(page)).toContainText(says);

    await expect(page.getByRole('heading', { name: 'Example 1: the forward pass' })).toBeVisible();
    await expect(table(example(page, 1), 'Deviations from the mean')).toBeVisible();
    await expect(page.getByRole('textbox')).toHaveCount(0);
    await expect(page.getByRole('radio')).toHaveCount(0);
    await expect(page.getByRole('button')).toHaveCount(1);
    await question(page, 1).locator('summary').click();
    await expect(question(page, 1).getByText('Right. ').first()).toBeVisible();
    await expectNoMachineWords(page);

    // As long as the file does not come, there is always another try.
    const first = await again(page).elementHandle();
    await again(page).click();
    await expect.poll(() => first?.evaluate((button) => button.isConnected)).toBe(false);
    await expect(banner(page)).toContainText(says);
    await expect(again(page)).toBeVisible();

    await page.unroute(core);
    await again(page).click();
    await becomesLive(page);
    await expect(banner(page)).toHaveText('');
    await box(example(page, 1), 'x').fill('1, 3, 8');
    await expect(example(page, 1)).toContainText('The sum of the 3 values is 12,');
  });
}

test('pressing “Try again” twice starts the core once', async ({ page, watch }) => {
  watch.provoke(/Failed to load resource/, /request failed/);
  await page.route(core, (route) => route.abort());
  await page.goto('./');
  await expect(again(page)).toBeVisible();
  await page.unroute(core);
  await again(page).evaluate((button: HTMLButtonElement) => {
    button.click();
    button.click();
  });
  await becomesLive(page);
  await box(example(page, 1), 'x').fill('1, 3, 8');
  await expect(example(page, 1)).toContainText('The sum of the 3 values is 12,');
});

test('while the core is on its way the page can be read', async ({ page }) => {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(core, async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto('./');
  await expect(table(example(page, 1), 'Deviations from the mean')).toBeVisible();
  await expect(page.getByRole('button')).toHaveCount(0);
  await expect(banner(page)).toHaveText('');
  arrive();
  await becomesLive(page);
});
