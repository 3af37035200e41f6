// The practice problems: every part takes its answer in many forms, names what it cannot read, and follows the givens.

import type { Locator, Page } from '@playwright/test';
import { backward, forward, mean, sum } from './formulas.ts';
import {
  answerForm,
  box,
  complaint,
  example,
  expect,
  expectNoMachineWords,
  problem,
  test,
} from './lesson.ts';
import { problemSources } from './lesson-source.ts';

interface Part {
  problem: number;
  part: number;
  right: string[];
  wrong: string[];
  /** What cannot be read, and the place that is marked. */
  unreadable: [text: string, marked: string][];
  /** What can be read, but is not what is asked for: more values, or fewer. */
  unjudged?: [text: string, says: string][];
}

const y = forward({ x: [12, 14, 18, 20], gamma: 1.5, beta: 0.5, eps: 0 }).y;
const outputs = {
  right: [
    '-1.397, -0.4487, 1.449, 2.397', // as the page prints them
    '[−1.397; −0.4487; 1.449; 2.397]',
    '[-1.397 -0.4487 1.449 2.397]',
    '0.5 - 6/√10, 0.5 - 3/√10, 0.5 + 3/√10, 0.5 + 6/√10',
    '1.5 * [-4, -2, 2, 4] / sqrt(10) + 0.5',
    'γ * (x - mean(x)) / √10 + β',
    y.join(', '),
  ],
  wrong: ['-1.397, -0.4487, 1.449, 2.5', '0, 0, 0, 0', y.map((value) => value + 10).join(', ')],
  unreadable: [
    ['y', 'y'],
    ['-1.397, -0.4487, , 2.397', ','],
  ] as [string, string][],
  unjudged: [['-1.397, -0.4487, 1.449', '4 values are asked for, and 3 were read']] as [string, string][],
};

const parts: Part[] = [
  {
    // Deviations from the mean add up to 0; 0.005 is allowed.
    problem: 1,
    part: 1,
    right: ['0', '0.0', '0.004', '−0.004', '1 - 1', '0.1 + 0.2 - 0.3', 'sum(x - mean(x))'],
    wrong: ['1', '0.03', '−0.03'],
    unreadable: [
      ['x_hat', 'x_hat'],
      ['1..2', '1..'],
    ],
  },
  {
    // The variance of 1, 2, 4, 9 is 9.5, so 9.5 / (9.5 + 0.5); 1 % is allowed.
    problem: 1,
    part: 2,
    right: [
      '0.95',
      '.95',
      '0,95',
      '9.5/10',
      '19/20',
      '95 %',
      '9.5e-1',
      String(0.95 * 1.004),
      '9.5 / (9.5 + eps)',
    ],
    wrong: ['1', '0', '0.98', '0.92'],
    unreadable: [
      ['9.5 / (9.5 + 0.5', '('],
      ['mean(x_hat^2)', 'x_hat'],
    ],
  },
  {
    // (0.2 (−2) − 0.4 (−1) + 0.1 · 0 + 0.5 · 3) / √3.5
    problem: 2,
    part: 1,
    right: [
      '0.8018',
      '1.5/sqrt(3.5)',
      '1.5/√3.5',
      '3/√14',
      '8.018e-1',
      '1.5 ÷ 3.5^0.5',
      String(1.5 / Math.sqrt(3.5)),
    ],
    wrong: ['-0.8018', '−0.8018', '1.5', '0.4'],
    unreadable: [
      ['dgamma', 'dgamma'],
      ['1.5/√', '⎵'],
    ],
  },
  {
    // 0.2 − 0.4 + 0.1 + 0.5
    problem: 2,
    part: 2,
    right: ['0.4', '2/5', '40%', '4*10^-1', '0.2 − 0.4 + 0.1 + 0.5', 'sum(dy)'],
    wrong: ['-0.4', '1.2', '0'],
    unreadable: [
      ['dbeta', 'dbeta'],
      ['0.4 per batch', 'per'],
    ],
  },
  {
    // 5 (1 − 0.9³)
    problem: 3,
    part: 1,
    right: [
      '1.355',
      '5*(1-0.9^3)',
      '5(1-0.9^3)',
      '1,36',
      '1.35',
      '5·(1−0.9³)',
      '5 - 3.645',
      '271/200',
      '5 * (1 - α^steps)',
    ],
    wrong: ['0.5', '3.645', '5'],
    unreadable: [
      ['new_running_mean', 'new_running_mean'],
      ['5/2(1-0.9^3)', '5/2(1-0.9^3)'],
    ],
  },
  {
    problem: 3,
    part: 2,
    right: ['10', '10.0', '1e1', '1/(1-0.9)', '1/(1 - momentum)', '1000 %'],
    wrong: ['9', '19', '0.1'],
    unreadable: [
      ['10 batches', 'batches'],
      ['1/(1 - 1)', '1/(1 - 1)'],
    ],
  },
  {
    // Exactly 4 · 256.
    problem: 4,
    part: 1,
    right: ['1024', '4 neurons', '4*256', '4·256', '4 × neurons', '2^10', '2^2 * 256', '1.024e3'],
    wrong: ['1023', '1024.5', '512', '256'],
    unreadable: [
      ['4 neuronz', 'neuronz'],
      ['1,024', '1,024'],
    ],
    unjudged: [['[4, 256]', 'ne number is asked for, and 2 were read']],
  },
  {
    // Exactly 2 · 256 · 256.
    problem: 4,
    part: 2,
    right: ['131072', '2^17', '2*256*256', '2·256²', '2^(16 + 1)', '2 * inputs * neurons'],
    wrong: ['65536', '2^16', '131071'],
    unreadable: [
      ['2^', '⎵'],
      ['131072.0.0', '131072.0.'],
    ],
    unjudged: [['131 072', 'ne number is asked for, and 2 were read']],
  },
  {
    // 4 / 512, and 3 % are allowed.
    problem: 4,
    part: 3,
    right: ['0.0078125', '1/128', '0.78 %', '0.78125%', '2^-7', '2^(−7)', '7.8e-3', '1024/131072'],
    wrong: ['0.78', '128', '0.0081'],
    unreadable: [
      ['0.78 per cent', 'per'],
      ['1/128th', '1/128th'],
    ],
  },
  { problem: 5, part: 1, ...outputs },
  { problem: 5, part: 2, ...outputs },
  {
    problem: 5,
    part: 3,
    right: ['0', '0.0', '-0', '5 - 5', '0 %'],
    wrong: ['0.5', '1', '-0.01'],
    unreadable: [
      ['sum(dx)', '(dx)'],
      ['nothing', 'nothing'],
    ],
  },
  {
    // The gradients add up to 1, γ is 1.5, the frozen variance 9.
    problem: 5,
    part: 4,
    right: ['0.5', '1/2', '50 %', '1.5/√9', 'gamma / sqrt(running_var) * sum(dy)'],
    wrong: ['0', '1', '-0.5', '1.5'],
    unreadable: [
      ['sum(dx_frozen)', '(dx_frozen)'],
      ['0.5.', '0.5.'],
    ],
  },
];

const answerBox = (form: Locator) => form.getByRole('textbox');
const verdict = (form: Locator) => form.getByRole('status');
const check = (form: Locator) => form.getByRole('button', { name: 'Check' }).click();
const readAs = (form: Locator) => form.getByText(/^read as/);

async function tryPart(
  lesson: Page,
  { problem: number, part, right, wrong, unreadable, unjudged = [] }: Part,
): Promise<void> {
  const form = answerForm(problem(lesson, number), part);
  const answer = async (text: string) => {
    await answerBox(form).fill(text);
    await answerBox(form).press('Enter');
  };
  await check(form);
  await expect(verdict(form)).toContainText('No answer yet.');
  await expect(verdict(form)).toContainText('Type a number, a fraction or a list, then check.');

  for (const text of right) {
    await answer(text);
    await expect(verdict(form), text).toContainText('Right.');
    await expect(readAs(form).getByRole('math'), text).toBeVisible();
  }
  for (const text of wrong) {
    await answer(text);
    await expect(verdict(form), text).toContainText('Not yet.');
  }
  for (const [text, marked] of unreadable) {
    await expect(answerBox(form), 'only what cannot be read is marked').toHaveAttribute(
      'aria-invalid',
      'false',
    );
    await answer(text);
    await expect(verdict(form), text).toContainText('Not readable.');
    await expect(verdict(form).locator('mark'), text).toHaveText(marked);
    await expect(verdict(form).locator('code'), text).toHaveText(marked === '⎵' ? `${text}⎵` : text);
    await expect(answerBox(form)).toHaveAttribute('aria-invalid', 'true');
    await answerBox(form).fill(right[0] as string);
    await expect(verdict(form), 'a verdict goes with the answer it was for').toHaveText('');
    await expect(answerBox(form)).not.toHaveAttribute('aria-invalid');
    await check(form);
  }
  for (const [text, says] of unjudged) {
    await answer(text);
    await expect(verdict(form), text).toContainText('Not judged.');
    await expect(verdict(form), text).toContainText(says);
  }
}

for (const [k, source] of problemSources.entries()) {
  const number = k + 1;

  test(`problem ${number}: right, wrong, unreadable and no answers`, async ({ lesson }) => {
    const its = parts.filter((part) => part.problem === number);
    expect(its, 'every part is tried').toHaveLength(source.parts.length);
    await expect(problem(lesson, number).locator('form')).toHaveCount(source.parts.length);
    for (const part of its) await test.step(`part ${part.part}`, () => tryPart(lesson, part));
    await expectNoMachineWords(lesson);
  });
}

test('the answer is shown in mathematics while it is typed', async ({ lesson }) => {
  const form = answerForm(problem(lesson, 2), 1);
  await answerBox(form).pressSequentially('3/√14');
  const math = readAs(form).getByRole('math');
  await expect(math.locator('mfrac > mn')).toHaveText('3');
  await expect(math.locator('mfrac > msqrt')).toHaveText('14');
  await expect(readAs(form)).toContainText(`≈ ${(3 / Math.sqrt(14)).toPrecision(6)}`);

  await answerBox(form).fill('2^-7');
  await expect(math.locator('msup')).toHaveText('2−7');
  await expect(readAs(form)).toContainText(`= ${2 ** -7}`);

  await answerBox(form).fill('3/');
  await expect(readAs(form)).toBeHidden();
});

test('a wrong list says which values to look at', async ({ lesson }) => {
  const form = answerForm(problem(lesson, 5), 1);
  await answerBox(form).fill('-1.397, 7, 1.449, 8');
  await check(form);
  await expect(verdict(form)).toContainText('Look again at values 2 and 4; the other values are right.');
});

test('each part asks for its tolerance and its shape in words', async ({ lesson }) => {
  const described = (number: number, part: number) => answerBox(answerForm(problem(lesson, number), part));
  await expect(described(1, 2)).toHaveAccessibleDescription(
    /^within 0.5 %.*\. Fractions and roots welcome\./,
  );
  await expect(described(4, 1)).toHaveAccessibleDescription(/^exactly.*; products and powers welcome\./);
  await expect(described(5, 1)).toHaveAccessibleDescription(/with commas between; within 1 %.*0\.01/);
});

test('other givens take the verdict away, and the answer is judged anew', async ({ lesson }) => {
  const sums = problem(lesson, 1);
  const form = answerForm(sums, 2);
  await answerBox(form).fill('9.5 / (9.5 + eps)');
  await check(form);
  await expect(verdict(form)).toContainText('Right.');
  await box(sums, 'eps').fill('0');
  await expect(verdict(form)).toHaveText('');
  await expect(readAs(form)).toContainText('= 1');
  await check(form);
  await expect(verdict(form)).toContainText('Right.');

  await answerBox(form).fill('0.95');
  await check(form);
  await expect(verdict(form)).toContainText('Not yet.');
  await sums.getByRole('button', { name: 'Reset' }).click();
  await expect(verdict(form)).toHaveText('');
  await check(form);
  await expect(verdict(form)).toContainText('Right.');
});

test('problem 2 judges a batch of one’s own', async ({ lesson }) => {
  const gradients = problem(lesson, 2);
  const own = { x: [-1, 0.5, 7], dy: [1, -2, 3], gamma: 1.5, beta: 0.3, eps: 0.25 };
  await box(gradients, 'x').fill(own.x.join(', '));
  await expect(complaint(gradients)).toContainText('dy: expected 3 values, as many as x, got 4');
  await box(gradients, 'dy').fill(own.dy.join(', '));
  await box(gradients, 'eps').fill(String(own.eps));
  await expect(complaint(gradients)).toHaveText('');
  const truth = backward(own);
  for (const [part, value] of [
    [1, truth.dgamma],
    [2, truth.dbeta],
  ] as const) {
    const form = answerForm(gradients, part);
    await answerBox(form).fill(String(value));
    await check(form);
    await expect(verdict(form)).toContainText('Right.');
    await answerBox(form).fill(String(value * 1.02));
    await check(form);
    await expect(verdict(form)).toContainText('Not yet.');
  }
});

test('problem 3 judges other steps, momentum and start', async ({ lesson }) => {
  const running = problem(lesson, 3);
  await box(running, 'momentum').fill('0.75');
  await box(running, 'running_mean').fill('-8');
  await box(running, 'steps').fill('4');
  const form = answerForm(running, 1);
  const weight = 0.75 ** 4;
  await answerBox(form).fill(String(weight * -8 + (1 - weight) * mean([2, 4, 6, 8])));
  await check(form);
  await expect(verdict(form)).toContainText('Right.');
  await answerBox(answerForm(running, 2)).fill('4');
  await check(answerForm(running, 2));
  await expect(verdict(answerForm(running, 2))).toContainText('Right.');
});

test('problem 5 judges the frozen gradient for other givens', async ({ lesson }) => {
  const bias = problem(lesson, 5);
  await box(bias, 'gamma').fill('-2');
  await box(bias, 'running_var').fill('16');
  await box(bias, 'dy').fill('3, 1, 4, 1');
  const form = answerForm(bias, 4);
  await answerBox(form).fill(String((-2 / Math.sqrt(16)) * sum([3, 1, 4, 1])));
  await check(form);
  await expect(verdict(form)).toContainText('Right.');
});

test('givens that cannot be used are mended first, and nothing typed is lost', async ({ lesson }) => {
  const sums = problem(lesson, 1);
  const form = answerForm(sums, 2);
  await answerBox(form).fill('0.95');
  await box(sums, 'x').fill('1, 2, x');
  await expect(complaint(sums)).toContainText('x: ');
  await check(form);
  await expect(verdict(form)).toContainText('Not judged. Mend the numbers of the problem first: x: ');
  await sums.getByRole('button', { name: 'Reset' }).click();
  await expect(complaint(sums)).toHaveText('');
  await expect(answerBox(form)).toHaveValue('0.95');
  await check(form);
  await expect(verdict(form)).toContainText('Right.');
});

test('givens without an answer are said to have none', async ({ lesson }) => {
  const running = problem(lesson, 3);
  const form = answerForm(running, 2);
  await answerBox(form).fill('10');
  await box(running, 'momentum').fill('1'); // 1 / (1 - 1)
  await check(form);
  await expect(verdict(form)).toContainText('Mend the numbers of the problem first: division by 0.');
  await box(running, 'momentum').fill('0.9');
  await check(form);
  await expect(verdict(form)).toContainText('Right.');
});

test.describe('pasting', () => {
  test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

  async function paste(page: Page, into: Locator, text: string): Promise<void> {
    await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await into.focus();
    await page.keyboard.press('Control+V');
  }

  test('a column of numbers becomes a list', async ({ lesson }) => {
    const form = answerForm(problem(lesson, 5), 1);
    await paste(lesson, answerBox(form), '-1.397\n-0.4487\r\n1.449\n2.397\n');
    await expect(answerBox(form)).toHaveValue('-1.397, -0.4487, 1.449, 2.397');
    await expect(readAs(form)).toBeVisible();
    await check(form);
    await expect(verdict(form)).toContainText('Right.');
  });

  test('a column with commas or a row of a spreadsheet becomes a list, in the givens too', async ({
    lesson,
  }) => {
    const x = box(example(lesson, 1), 'x');
    for (const copied of ['1,\n3,\n8', '1\t3\t8\n', '  1\r\n3\r\n8  ']) {
      await x.clear();
      await paste(lesson, x, copied);
      await expect(x).toHaveValue('1, 3, 8');
      await expect(example(lesson, 1)).toContainText('The sum of the 3 values is 12,');
    }
  });

  test('replaces what is selected and leaves the rest', async ({ lesson }) => {
    const x = box(example(lesson, 1), 'x');
    await x.fill('1, 2, 9');
    await x.evaluate((input: HTMLInputElement) => input.setSelectionRange(3, 4));
    await paste(lesson, x, '5\n6');
    await expect(x).toHaveValue('1, 5, 6, 9');
    await x.evaluate((input: HTMLInputElement) => input.setSelectionRange(0, 1));
    await paste(lesson, x, '7');
    await expect(x).toHaveValue('7, 5, 6, 9');
  });
});
