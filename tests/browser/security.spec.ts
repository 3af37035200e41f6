// The content security policy: it stands in the page, and it really forbids.

import type { Page } from '@playwright/test';
import { pages } from '../../web/render/pages.ts';
import { becomesLive, box, changeNumbers, expect, item, test } from './lesson.ts';

/**
 * Runs the source of a function as the page's own code and says how it ended. What `evaluate` runs directly is exempt
 * from the policy; what it leaves to a timer is not.
 */
const runAsThePage = (page: Page, attempt: () => unknown) =>
  page.evaluate(
    (source) =>
      new Promise<string>((resolve) => {
        // oxlint-disable-next-line typescript/no-implied-eval
        const code = new Function(`return (${source})()`) as () => unknown;
        setTimeout(async () => {
          try {
            resolve(`done: ${String(await code())}`);
          } catch (error) {
            resolve((error as Error).name);
          }
        });
      }),
    attempt.toString(),
  );

test('the policy stands before everything it governs, on every page', async ({ request }) => {
  for (const { file } of pages) {
    const source = await (await request.get(file)).text();
    const governed = [...source.matchAll(/<(meta\s+http-equiv="([^"]+)"|(?:script|link|style)(?=[\s>]))/g)];
    expect(governed[0]?.[2], file).toBe('Content-Security-Policy');
    expect(governed.map((match) => match[1])).toContain('script');
  }
});

test('ordinary code of the page runs', async ({ lesson }) => {
  expect(await runAsThePage(lesson, () => 6 * 7)).toBe('done: 42');
});

test('text does not become code', async ({ lesson, watch }) => {
  watch.provoke(/requires 'TrustedScript'/, /violation of require-trusted-types-for/);
  // oxlint-disable-next-line no-eval
  expect(await runAsThePage(lesson, () => (0, eval)('6 * 7'))).toBe('EvalError');
});

test('text does not become markup', async ({ lesson, watch }) => {
  watch.provoke(/requires 'TrustedHTML'/, /violation of require-trusted-types-for/);
  expect(
    await runAsThePage(lesson, () => {
      document.body.innerHTML = '<img src="x">';
    }),
  ).toBe('TypeError');
  await expect(lesson.getByRole('heading', { level: 1 })).toBeVisible();
});

test('no policy for trusted types can be made', async ({ lesson, watch }) => {
  watch.provoke(/Creating a TrustedTypePolicy/, /violation of trusted-types/);
  expect(
    await runAsThePage(lesson, () => {
      const { trustedTypes } = globalThis as unknown as {
        trustedTypes: { createPolicy(name: string, rules: object): object };
      };
      return trustedTypes.createPolicy('any', { createHTML: (text: string) => text });
    }),
  ).toBe('TypeError');
});

test('no handler or style in an attribute works', async ({ lesson, watch }) => {
  watch.provoke(/requires 'TrustedScript'/, /violation of require-trusted-types-for/);
  watch.provoke(/Applying inline style violates/, /violation of style-src-attr/);
  const outcome = await runAsThePage(lesson, () => {
    const heading = document.querySelector('h1') as HTMLElement;
    heading.setAttribute('style', 'color: rgb(1, 2, 3)');
    const button = document.createElement('button');
    document.body.append(button);
    try {
      button.setAttribute('onclick', 'document.title = "changed"');
      button.click();
    } catch {
      // Trusted types may refuse the attribute itself.
    }
    return `${getComputedStyle(heading).color === 'rgb(1, 2, 3)'} ${document.title}`;
  });
  expect(outcome).toBe('done: false 16-09 Batch Normalization');
});

test('nothing is sent elsewhere', async ({ lesson, watch }) => {
  watch.provoke(/Content Security Policy/, /violation of connect-src: https:\/\/example\.com/);
  expect(await runAsThePage(lesson, () => fetch('https://example.com/'))).toBe('TypeError');
});

test('no page has an inline script or style, before and after it is used; addresses are relative', async ({
  lesson,
  request,
}) => {
  for (const { file } of pages) {
    const source = await (await request.get(file)).text();
    expect(source).toContain('<h1');
    expect(source).not.toMatch(/<[a-z][^>]*\s(style|on[a-z]+)=/i);
    expect(source).not.toMatch(/<style[\s>]/i);
    // A block of data is no script: nothing runs it, and the policy does not concern it.
    expect(source).not.toMatch(/<script(?![^>]*\s(?:src=|type="application\/ld\+json"))/i);
    // No address leads to another host, or to the top of this one.
    const addresses = [...source.matchAll(/\s(?:src|href)="([^"]*)"/g)].map((match) => match[1] as string);
    expect(addresses.length).toBeGreaterThan(10);
    expect(addresses.filter((address) => !/^(#|\.\/|[a-z]+\.html(#|$))/.test(address))).toEqual([]);
  }
  const example = item(lesson, 'example-forward');
  await becomesLive(lesson, 'example-forward');
  await changeNumbers(example);
  await box(example, 'x').fill('1, 3, 8');
  await expect(example).toContainText('The sum of the 3 values is 12,');
  await expect(lesson.locator('[style], style')).toHaveCount(0);
});
