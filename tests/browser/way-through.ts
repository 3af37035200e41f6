// The whole way through the lesson, written once for every browser that Playwright does not drive: each page once, as the bar
// leads to it, and on it each kind of block used as a reader uses it, by keys. A browser takes part by offering a `Tab`.

import { expect, test } from '@playwright/test';

/** What a key is called, here as in the standard. */
export type Key = 'Enter' | ' ' | 'ArrowRight' | 'ArrowLeft' | 'Control+a' | 'Control+Enter';

/** A tab of some browser. Keys go to what has the focus, as a reader's do. */
export interface Tab {
  /** Opens an address under the folder of the lesson, and waits until it is loaded. */
  open: (file: string) => Promise<void>;
  reload: () => Promise<void>;
  press: (key: Key) => Promise<void>;
  type: (text: string) => Promise<void>;
  /** Clicks in the middle of an element with a real pointer. */
  click: (selector: string) => Promise<void>;
  evaluate: <Result, Given extends unknown[]>(
    run: (...given: Given) => Result,
    ...given: Given
  ) => Promise<Result>;
  /** Violations of the policies, errors and exceptions, of all pages of this tab up to now. */
  troubles: () => Promise<string[]>;
}

interface Stage {
  /** the page, as the bar calls its address */
  file: string;
  name: string;
  use: (tab: Tab) => Promise<void>;
}

/** Training and starting three modules takes a busy machine its time; most else is there at once. */
const patience = { timeout: 60_000, intervals: [20, 50, 100, 200] };

/** Waits until the text of all that fits the selector contains this. */
export async function says(tab: Tab, selector: string, text: string | RegExp): Promise<void> {
  const said = () =>
    tab.evaluate(
      (which) => [...document.querySelectorAll(which)].map((each) => each.textContent).join(' '),
      selector,
    );
  const wanted = typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text);
  await expect.poll(said, { ...patience, message: selector }).toEqual(wanted);
}

/** Waits until something fits the selector. */
export async function there(tab: Tab, selector: string): Promise<void> {
  const isThere = () => tab.evaluate((which) => document.querySelector(which) !== null, selector);
  await expect.poll(isThere, { ...patience, message: selector }).toBe(true);
}

export const lives = (tab: Tab): Promise<void> => there(tab, 'html.computing');

/** Opens a page and waits for the core and for a block on it; what stands around the block is unfolded. */
export async function meet(tab: Tab, file: string, id: string): Promise<void> {
  await tab.open(file);
  await lives(tab);
  await found(tab, id);
}

/** Waits for a block of the page that is open; what stands around it is unfolded. */
export async function found(tab: Tab, id: string): Promise<void> {
  await tab.evaluate((name) => {
    const block = document.getElementById(name);
    for (let each = block; each; each = each.parentElement)
      if (each instanceof HTMLDetailsElement) each.open = true;
    // An experiment is its own fold.
    const [first] = block?.children ?? [];
    if (first instanceof HTMLDetailsElement) first.open = true;
    block?.scrollIntoView();
  }, id);
  await there(tab, `[id="${id}"][data-started]`);
}

/** Gives the focus to the first element in sight that fits and whose words begin so; in the shadow of an editor, too. */
export async function focus(tab: Tab, selector: string, words = ''): Promise<void> {
  const isFocused = () =>
    tab.evaluate(
      (which, begin) => {
        const [outer = '', inner = ''] = which.split(' >>> ');
        const all = [...document.querySelectorAll<HTMLElement>(outer)].flatMap((each) =>
          inner === '' ? [each] : [...(each.shadowRoot?.querySelectorAll<HTMLElement>(inner) ?? [])],
        );
        const wanted = all.find(
          (each) => each.checkVisibility() && (each.textContent ?? '').trim().startsWith(begin),
        );
        wanted?.focus();
        return wanted !== undefined && (wanted.getRootNode() as Document).activeElement === wanted;
      },
      selector,
      words,
    );
  await expect.poll(isFocused, { ...patience, message: `${selector} ${words}` }).toBe(true);
}

export async function press(tab: Tab, selector: string, words = ''): Promise<void> {
  await focus(tab, selector, words);
  await tab.press('Enter');
}

/** Chooses an option that is not chosen yet. */
export async function choose(tab: Tab, selector: string): Promise<void> {
  await focus(tab, selector);
  await tab.press(' ');
  await there(tab, `${selector}:checked`);
}

/** Types this in the place of what stands there. */
export async function fill(tab: Tab, selector: string, text: string): Promise<void> {
  await focus(tab, selector);
  await tab.press('Control+a');
  await tab.type(text);
}

/** Types an answer and checks it. */
export async function answer(tab: Tab, question: string, text: string, verdict: string): Promise<void> {
  const form = `form[data-question="${question}"]`;
  await fill(tab, `${form} input[type=text]`, text);
  await tab.press('Enter');
  await says(tab, `${form} [role=status]`, verdict);
}

const textOf = (tab: Tab, selector: string): Promise<string> =>
  tab.evaluate((which) => document.querySelector(which)?.textContent ?? '', selector);

const valueOf = (tab: Tab, selector: string): Promise<string> =>
  tab.evaluate((which) => document.querySelector<HTMLInputElement>(which)?.value ?? '', selector);

const item = (id: string) => `.item[id="${id}"]`;
const figure = (id: string) => `.figure[id="${id}"]`;

/** Moves the first slider of a figure by a key: its sentence or its numbers are others then. */
async function move(tab: Tab, id: string): Promise<void> {
  await there(tab, `${figure(id)}[data-drawn]`);
  const numbers = () =>
    tab.evaluate(
      (which) => document.querySelector(`${which} .stage`)?.textContent?.replace(/\s+/g, ' ') ?? '',
      figure(id),
    );
  const before = await numbers();
  await focus(tab, `${figure(id)} :is(.stage, .figure-more) :is(input[type=range], [role=slider])`);
  await tab.press('ArrowRight');
  await expect.poll(numbers, patience).not.toBe(before);
}

/** The points of the figure that stands first. */
const firstPlaces = (tab: Tab) =>
  tab.evaluate(
    (which) => [...document.querySelectorAll(which)].map((each) => each.ariaValueNow),
    `${figure('first-look')} .stage [role=slider]`,
  );

/** The first page: a figure at once, one that asks first, an example with other numbers. */
export async function learn(tab: Tab): Promise<void> {
  await found(tab, 'first-look');
  await move(tab, 'first-look');
  await found(tab, 'forward-explorer');
  // The mean of 2, 4, 6, 8 is 5 and its variance 5; a tenth of each changes nothing: −3/√5.
  await answer(tab, 'forward-explorer/prediction', '-3/sqrt(5)', 'Right.');
  await move(tab, 'forward-explorer');
  await found(tab, 'example-forward');
  await press(tab, `${item('example-forward')} summary`, 'Change numbers');
  await fill(tab, `${item('example-forward')} details.change-numbers input`, '1, 3, 8');
  await says(tab, item('example-forward'), 'The sum of the 3 values is 12,');
}

const stages: Stage[] = [
  {
    file: 'practice.html',
    name: 'Practice: a value, a worksheet and a proof; what was typed is there after a reload',
    use: async (tab) => {
      await found(tab, 'problem-1');
      await answer(tab, 'problem-1/mean-square', '1', 'Not yet.');
      await answer(tab, 'problem-1/mean-square', '19/20', 'Right.');
      const sheet = item('worksheet-backward');
      await found(tab, 'worksheet-backward');
      await fill(tab, `${sheet} input[type=text]`, '123');
      await tab.press('Enter');
      await says(tab, `${sheet} .summary`, 'The first wrong step is');
      const proof = item('proof-zero-sum');
      await found(tab, 'proof-zero-sum');
      for (const line of ['mean', 'split', 'deviations', 'factor', 'zero'])
        await press(tab, `${proof} li[data-line="${line}"] button`, 'Add');
      await press(tab, `${proof} button`, 'Check the proof');
      await says(tab, `${proof} [role=status]`, 'Right. Every line follows');

      const form = 'form[data-question="problem-4/bn-operations"]';
      await found(tab, 'problem-4');
      await answer(tab, 'problem-4/bn-operations', '2^9', 'Not yet.');
      const said = await textOf(tab, `${form} [role=status]`);
      await tab.reload();
      await lives(tab);
      await found(tab, 'problem-4');
      await expect.poll(() => valueOf(tab, `${form} input[type=text]`), patience).toBe('2^9');
      await expect.poll(() => textOf(tab, `${form} [role=status]`), patience).toBe(said);
    },
  },
  {
    file: 'quiz.html',
    name: 'Quiz: an answer, and its check with other numbers',
    use: async (tab) => {
      await found(tab, 'quiz-parameters');
      const card = item('quiz-parameters');
      // What comes to life above may move the option from under the pointer: then it is pointed at again.
      const isChosen = async () => {
        await tab.click(`${card} input[value=B]`);
        return tab.evaluate(
          (which) => document.querySelector(which) !== null,
          `${card} input[value=B]:checked`,
        );
      };
      await expect.poll(isChosen, patience).toBe(true);
      await press(tab, `${card} form button`, 'Check');
      await says(tab, `${card} [role=status]`, 'Right.');
      await press(tab, `${card} section.check summary`, 'Change numbers');
      const results = () => textOf(tab, `${card} section.check table`);
      const before = await results();
      await press(tab, `${card} section.check button`, 'Take a gradient step');
      await expect.poll(results, patience).not.toBe(before);
    },
  },
  {
    file: 'workshop.html',
    name: 'Workshop: a formula, and numbers with a property',
    use: async (tab) => {
      await found(tab, 'workshop-formulas-training');
      const dx = 'workshop-formulas-training/dx';
      await answer(tab, dx, 'gamma saved_invstd (dy - x_hat mean(dy x_hat))', 'No path through the mean.');
      await there(tab, `form[data-question="${dx}"] .counterexample table`);
      await answer(tab, dx, 'gamma saved_invstd (dy - mean(dy) - x_hat mean(dy x_hat))', 'Right.');
      await found(tab, 'workshop-check');
      await answer(tab, 'workshop-check/no-gradient', '0, 0, 0, 0', 'must not be all equal');
      await answer(tab, 'workshop-check/no-gradient', '1, 0, 0, 0', 'still reaches x');
    },
  },
  {
    file: 'write.html',
    name: 'Code: a program, and the wrong line of one',
    use: async (tab) => {
      await found(tab, 'write-statistics');
      const program = item('write-statistics');
      await press(tab, `${program} button.main`);
      await says(tab, `${program} .verdict`, 'Not yet.');
      await fill(tab, `${program} * >>> .cm-content`, 'batch_mean = x.mean(axis=0)');
      await tab.press('Enter');
      await tab.type('batch_var = x.var(axis=0)');
      await tab.press('Control+Enter');
      await says(tab, `${program} .verdict`, 'Right.');
      const hunt = item('hunt-eps');
      await found(tab, 'hunt-eps');
      await press(tab, `${hunt} button`, 'Check');
      await says(tab, `${hunt} .verdict`, 'Which line is wrong?');
      await fill(tab, `${hunt} input[type=text]`, '5');
      await tab.press('Enter');
      await says(tab, `${hunt} .verdict`, 'That is the line; mend it.');
    },
  },
  {
    file: 'laboratory.html',
    name: 'Lab: the playground, and an experiment that asks first and runs here',
    use: async (tab) => {
      await found(tab, 'playground');
      await press(tab, `${item('playground')} button`, 'Step');
      await says(tab, `${item('playground')} p.sentence[role=status]`, 'After 1 step');
      const experiment = item('experiment-offset');
      await found(tab, 'experiment-offset');
      await choose(tab, `${experiment} .prediction input[value="0"]`);
      await press(tab, `${experiment} form button`, 'Check');
      await says(tab, `${experiment} [role=status]`, 'Right.');
      await says(tab, `${experiment} .experiment-seen`, 'In 30 of 30 seeds');
      await press(tab, `${experiment} .experiment-own button`, 'Run it here');
      // One seed is enough to see that workers run and report; all of them take a browser without a fast compiler long.
      const seeds = () =>
        tab.evaluate((which) => {
          const told = document.querySelector(`${which} [role=status]`)?.textContent ?? '';
          return Number(
            /^In \d+ of (\d+) seeds/.exec(told)?.[1] ??
              document.querySelector<HTMLProgressElement>(`${which} progress`)?.value,
          );
        }, `${experiment} .experiment-own`);
      await expect.poll(seeds, patience).toBeGreaterThan(0);
    },
  },
  {
    file: 'more.html',
    name: 'More: a figure that asks nothing, and one that does',
    use: async (tab) => {
      await found(tab, 'folding');
      await press(tab, `${figure('folding')} .figure-more > summary`);
      await move(tab, 'folding');
      await found(tab, 'coupling');
      await press(tab, `${figure('coupling')} button`, 'Show the figure');
      await move(tab, 'coupling');
    },
  },
];

/** Follows the bar to another page, by pointer. */
async function goTo(tab: Tab, file: string): Promise<void> {
  const link = `.bar .pages a[href="${file}"]`;
  await tab.click(link);
  await there(tab, `${link}[aria-current="page"]`);
  await there(tab, 'main h1');
  await lives(tab);
}

/** The whole way; nothing is reported on it. */
export async function walk(tab: Tab): Promise<void> {
  await tab.open('');
  await lives(tab);
  const links = await tab.evaluate(() =>
    [...document.querySelectorAll('.bar .pages a')].map((each) => each.getAttribute('href') ?? ''),
  );
  expect(links).toEqual(['index.html', ...stages.map(({ file }) => file)]);

  await test.step('Learn: a figure at once, one that asks first, an example with other numbers', () =>
    learn(tab));
  const mine = await firstPlaces(tab);
  await test.step('Learn: two networks are trained', async () => {
    await found(tab, 'race');
    await press(tab, `${item('race')} button`, 'Train both');
    await there(tab, `${item('race')} .surface`);
    await says(tab, `${item('race')} p.sentence[role=status]`, 'After 300 steps');
  });
  for (const { file, name, use } of stages)
    await test.step(name, async () => {
      await goTo(tab, file);
      await use(tab);
      expect(await tab.troubles()).toEqual([]);
    });
  await test.step('back on the first page, what was moved stands as it was left; a link shows its state', async () => {
    await goTo(tab, 'index.html');
    await there(tab, `${figure('first-look')}[data-drawn]`);
    await expect.poll(() => firstPlaces(tab), patience).toEqual(mine);
    await meet(tab, '#bn1&first-look.x=1,3,5,9', 'first-look');
    await expect.poll(() => firstPlaces(tab), patience).toEqual(['1', '3', '5', '9']);
    await says(tab, '#notice', 'This shows what is saved in the link.');
    await press(tab, '#notice button', 'Back to mine');
    await expect.poll(() => firstPlaces(tab), patience).toEqual(mine);
  });
  expect(await tab.troubles()).toEqual([]);
}

/** That nothing is reported would say little if nothing could be: a style in an attribute and a text as markup are. */
export async function expectCounting(tab: Tab): Promise<void> {
  await tab.evaluate(() => {
    document.querySelector('h1')?.setAttribute('style', 'color: red');
    setTimeout(() => (document.body.innerHTML = '<b>text</b>'));
  });
  for (const violation of [/^violation of style-src/, /^violation of require-trusted-types-for/])
    await expect.poll(tab.troubles, patience).toContainEqual(expect.stringMatching(violation));
}
