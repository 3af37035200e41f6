// The core cannot be loaded: the text stays, a banner says what is wrong, and another try works. So it is where a part of
// the page's own script is missing.

import type { Page, Route } from '@playwright/test';
import {
  allStarted,
  answer,
  answerBox,
  becomesLive,
  box,
  changeNumbers,
  check,
  expect,
  expectNoMachineWords,
  item,
  openAllDetails,
  question,
  table,
  test,
  verdict,
} from './lesson.ts';
import { plainWords, questionSources } from './lesson-source.ts';

const core = '**/*.wasm';
/** By itself the smallest program there is; it has nothing the page asks for. */
const wasmHeader = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
const banner = (page: Page) => page.getByRole('alert');
const again = (page: Page) => banner(page).getByRole('button', { name: 'Try again' });
const example = (page: Page) => item(page, 'example-forward');

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
    says: /the core did not start \(there is no network, or the server does not answer\)/,
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

/** Nothing that would only work with the core, or with the page's script. */
async function expectNoDeadControls(page: Page, buttons: string): Promise<void> {
  for (const role of ['textbox', 'radio', 'checkbox', 'slider', 'combobox'] as const)
    await expect(page.getByRole(role)).toHaveCount(0);
  await expect(page.getByRole('button')).toHaveText([buttons]);
}

for (const { what, route, says, provokes } of failures) {
  test(`${what}: the text stays, and “Try again” works`, async ({ page, watch }) => {
    watch.provoke(...provokes);
    await page.route(core, route);
    await page.goto('./');
    await expect(banner(page)).toContainText('The numbers cannot be recomputed');
    await expect(banner(page)).toContainText(says);

    await expect(page.getByRole('heading', { name: 'Example 1: the forward pass' })).toBeVisible();
    await expect(table(example(page), 'Deviations from the mean')).toBeVisible();
    await expectNoDeadControls(page, 'Try again');
    await expectNoMachineWords(page);

    // As long as the file does not come, there is always another try.
    const first = await again(page).elementHandle();
    await again(page).click();
    await expect.poll(() => first?.evaluate((button) => button.isConnected)).toBe(false);
    await expect(banner(page)).toContainText(says);
    await expect(again(page)).toBeVisible();

    await page.unroute(core);
    await again(page).click();
    await becomesLive(page, 'first-look', 'example-forward');
    await expect(banner(page)).toHaveText('');
    await changeNumbers(example(page));
    await box(example(page), 'x').fill('1, 3, 8');
    await expect(example(page)).toContainText('The sum of the 3 values is 12,');
  });
}

test('the quiz without the core can be read; pressing “Try again” twice starts the core once', async ({
  page,
  watch,
}) => {
  watch.provoke(/Failed to load resource/, /request failed/);
  await page.route(core, (route) => route.abort());
  await page.goto('quiz.html');
  await expect(again(page)).toBeVisible();
  const [first] = questionSources;
  if (!first) throw new Error('the quiz has no questions');
  const explanation = item(page, first.id).locator('details.answer');
  await explanation.locator('summary').click();
  await expect(explanation.getByText(plainWords(first.explanation))).toBeVisible();

  await page.unroute(core);
  await again(page).evaluate((button: HTMLButtonElement) => {
    button.click();
    button.click();
  });
  await becomesLive(page, first.id);
  await expect(item(page, first.id).getByRole('radio')).toHaveCount(4);
});

test('while the core is on its way the page can be read, and what is checked is judged when it is there', async ({
  page,
}) => {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(core, async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto('practice.html');
  const form = question(page, 'problem-1/mean-square');
  await expect(item(page, 'problem-1')).toHaveAttribute('data-started');
  await expect(banner(page)).toHaveText('');
  await answerBox(form).fill('19/20');
  await check(form);
  await expect(verdict(form)).toContainText(
    'The core is starting; your answer is judged as soon as it runs.',
  );
  const proof = item(page, 'proof-zero-sum');
  await openAllDetails(page);
  await proof
    .getByRole('button', { name: /^Add line/ })
    .first()
    .press('Enter');
  await proof.getByRole('button', { name: 'Check the proof' }).press('Enter');
  const sheet = item(page, 'worksheet-backward');
  await sheet.getByRole('textbox').first().fill('17');
  await sheet.getByRole('textbox').first().press('Enter');
  for (const each of [proof, sheet])
    await expect(each.locator('[data-verdict=waiting]')).toContainText('as soon as it runs');
  arrive();
  await becomesLive(page);
  await expect(verdict(form)).toContainText('Right.');
  await expect(sheet.locator('.summary')).toContainText('The first wrong step is');
  await expect(proof.getByRole('status')).toContainText('follow');
});

test('a host that calls the core by another media type: it runs all the same', async ({ page }) => {
  await page.route(core, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, contentType: 'application/octet-stream' });
  });
  await page.goto('quiz.html');
  await becomesLive(page);
});

test('the code of one kind of block is missing: a sentence says so, and the others work', async ({
  page,
  watch,
}) => {
  watch.provoke(/Failed to load resource.*404/, /answer 404: .*worksheet-.*\.js/);
  await page.route(/\/assets\/worksheet-.*\.js$/, (route) =>
    route.fulfill({ status: 404, body: 'Not found' }),
  );
  await page.goto('practice.html');
  await becomesLive(page, 'problem-5');
  await expect(banner(page)).toContainText('A part of this page is missing on its host');
  const form = question(page, 'problem-1/mean-square');
  await answer(form, '19/20');
  await expect(verdict(form)).toContainText('Right.');
  await expect(page.locator('main [data-kind]:not([data-started])')).toHaveCount(1);
});

test('the page’s script is missing: a sentence says so with a way on, and nothing is there that would not work', async ({
  page,
  watch,
}) => {
  watch.provoke(/Failed to load resource.*404/, /answer 404: .*main.*\.js/);
  // Another version has another name for it.
  const gone = /\/assets\/main-.*\.js$/;
  await page.route(gone, (route) => route.fulfill({ status: 404, body: 'Not found' }));
  for (const file of ['practice.html', 'quiz.html']) {
    await page.goto(file);
    await expect(banner(page)).toContainText('A part of this page is missing on its host');
    await expect(banner(page)).toContainText('The text below is complete.');
    await expectNoDeadControls(page, 'Reload');
  }
  for (const { id } of questionSources)
    await expect(item(page, id).getByRole('heading').first()).toBeVisible();
  await page.unroute(gone);
  await banner(page).getByRole('button', { name: 'Reload' }).click();
  await becomesLive(page);
  await allStarted(page);
  await expect(banner(page)).toHaveText('');
});

test('a script is cut or of another version: the same sentence, and nothing dead', async ({
  page,
  watch,
}) => {
  watch.provoke(/exception: /);
  for (const cut of [
    (text: string) => text.slice(0, text.length / 2),
    () => 'export const ofAnotherVersion = 1;',
  ]) {
    await page.route(/\/assets\/page-.*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: cut(await response.text()) });
    });
    await page.goto('quiz.html');
    await expect(banner(page)).toContainText('A part of this page is missing on its host');
    await expectNoDeadControls(page, 'Reload');
    await page.unroute(/\/assets\/page-.*\.js$/);
  }
});

for (const [what, refuse, says] of [
  [
    'the browser gives WebAssembly no memory',
    () => {
      const refused = () => Promise.reject(new RangeError('could not allocate memory'));
      Object.defineProperty(WebAssembly, 'instantiateStreaming', { value: refused });
    },
    /the core did not start \(could not allocate memory\)/,
  ],
  [
    'WebAssembly is switched off',
    () => {
      Object.defineProperty(globalThis, 'WebAssembly', { value: undefined });
    },
    /the core did not start \(this browser does not run WebAssembly\)/,
  ],
] as const)
  test(`${what}: the page can be read, and says why`, async ({ page }) => {
    await page.addInitScript(refuse);
    await page.goto('practice.html');
    await expect(banner(page)).toContainText(says);
    await expect(banner(page)).toContainText('The text below is complete as it stands.');
    await expectNoDeadControls(page, 'Try again');
    await expectNoMachineWords(page);
  });
