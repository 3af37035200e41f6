// A browser whose WebAssembly has no SIMD, which the core is compiled for: the page can be read, and says why no more.

import { chromiumPath } from '../../cpp/toolchain.mjs';
import { pages } from '../../web/render/pages.ts';
import { expect, expectNoMachineWords, item, test } from './lesson.ts';

/** Without these instructions V8 compiles no SIMD. Other processors than Intel's always have theirs. */
const canBeWithout = process.arch === 'x64';

test.use({
  launchOptions: {
    executablePath: chromiumPath() ?? '',
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--js-flags=--no-enable-sse4-1'],
  },
});

test('every page can be read, and says in one sentence what the browser lacks', async ({ page }) => {
  if (!canBeWithout)
    await page.addInitScript(() => {
      const refused = () => Promise.reject(new WebAssembly.CompileError('Wasm SIMD unsupported'));
      Object.defineProperty(WebAssembly, 'instantiate', { value: refused });
      Object.defineProperty(WebAssembly, 'validate', { value: () => false });
    });
  for (const { file } of pages) {
    await page.goto(file);
    await expect(page.getByRole('alert'), file).toContainText(
      'the core did not start (this browser’s WebAssembly has no SIMD, which it needs; a newer browser has). ' +
        'The text below is complete as it stands.',
    );
    await expect(page.locator('h1')).toBeVisible();
    // Nothing that would only work with the core. A program can still be read and typed in its editor, and is kept.
    for (const role of ['textbox', 'radio', 'checkbox', 'slider', 'combobox'] as const)
      await expect(page.getByRole(role).and(page.locator(':not(.cm-content)'))).toHaveCount(0);
    await expect(page.getByRole('alert').getByRole('button')).toHaveText(['Try again']);
    await expectNoMachineWords(page);
  }
  await page.goto('./');
  await expect(item(page, 'example-forward').getByRole('table').first()).toBeVisible();
});
