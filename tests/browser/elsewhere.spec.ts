// The lesson in another country, by a clock that is wrong, and as a screen reader finds it.

import { openFigure } from './figures/figure.ts';
import { answer, becomesLive, expect, item, openLive, question, test, verdict } from './lesson.ts';

test.describe('in German, in Kathmandu', () => {
  test.use({ locale: 'de-DE', timezoneId: 'Asia/Kathmandu' });

  test('numbers are shown and read as everywhere', async ({ page }) => {
    await openLive(page, 'practice.html', 'problem-1');
    const form = question(page, 'problem-1/mean-square');
    await answer(form, '0.950');
    await expect(verdict(form)).toContainText('Right.');
    await answer(form, '0,95');
    await expect(verdict(form)).toContainText('Right.');
    await expect(item(page, 'problem-1').locator('data.v').first()).not.toContainText(/\d,\d{2}/);
  });
});

test('a clock that goes back by decades loses nothing', async ({ page }) => {
  await page.clock.setSystemTime(new Date('2031-05-01T12:00:00Z'));
  await openLive(page, 'practice.html', 'problem-1');
  const form = question(page, 'problem-1/mean-square');
  await answer(form, '19/20');
  await expect(verdict(form)).toContainText('Right.');
  await page.clock.setSystemTime(new Date('1999-12-31T23:59:59Z'));
  await page.reload();
  await becomesLive(page, 'problem-1');
  await expect(form).toHaveAttribute('data-state', 'right');
  const other = question(page, 'problem-1/sum-x-hat');
  await answer(other, '0');
  await page.reload();
  await becomesLive(page, 'problem-1');
  for (const each of [form, other]) await expect(each).toHaveAttribute('data-state', 'right');
});

test('a screen reader finds a question of the quiz with its options, and a figure with its controls', async ({
  page,
}) => {
  await openLive(page, 'quiz.html', 'quiz-parameters');
  await expect(item(page, 'quiz-parameters')).toMatchAriaSnapshot(`
    - heading "Question 1" [level=2]
    - group "What are the learnable parameters in a batch normalization layer?":
      - list:
        - listitem:
          - radio "A) μ and σ squared"
        - listitem:
          - radio "B) γ and β (scale and shift)"
        - listitem:
          - radio "C) ε (epsilon)"
        - listitem:
          - radio "D) The momentum parameter"
    - button "Check"
    - status
  `);
  const figure = await openFigure(page, 'forward-explorer');
  for (const name of ['x 1', 'x 2', 'x 3', 'x 4'])
    await expect(figure.getByRole('slider', { name, exact: true })).toHaveAttribute('aria-valuenow', /\d/);
  await expect(figure.getByRole('slider', { name: /gamma/ })).toBeVisible();
});
