// The whole way through the lesson, written once for every browser that Playwright does not drive: each page, and on it each
// kind of block used as a reader uses it, by keys. A browser takes part by offering a `Tab`.

import { expect } from '@playwright/test';

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

export interface Part {
  name: string;
  walk: (tab: Tab) => Promise<void>;
}

/** Training and starting three modules takes a busy machine its time. */
const patience = { timeout: 60_000 };

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

/** A block of the page that is open. */
async function found(tab: Tab, id: string): Promise<void> {
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

export const wayThrough: Part[] = [
  {
    name: 'Learn: a figure at once, one that asks first, an example with other numbers',
    walk: async (tab) => {
      await meet(tab, '', 'first-look');
      await move(tab, 'first-look');
      await found(tab, 'forward-explorer');
      // The mean of 2, 4, 6, 8 is 5 and its variance 5; a tenth of each changes nothing: −3/√5.
      await answer(tab, 'forward-explorer/prediction', '-3/sqrt(5)', 'Right.');
      await move(tab, 'forward-explorer');
      await found(tab, 'example-forward');
      await press(tab, `${item('example-forward')} summary`, 'Change numbers');
      await fill(tab, `${item('example-forward')} details.change-numbers input`, '1, 3, 8');
      await says(tab, item('example-forward'), 'The sum of the 3 values is 12,');
    },
  },
  {
    name: 'Learn: two networks are trained',
    walk: async (tab) => {
      await meet(tab, '', 'race');
      await press(tab, `${item('race')} button`, 'Train both');
      await there(tab, `${item('race')} .surface`);
      await says(tab, `${item('race')} p.sentence[role=status]`, 'After 300 steps');
    },
  },
  {
    name: 'Practice: a value, a worksheet and a proof',
    walk: async (tab) => {
      await meet(tab, 'practice.html', 'problem-1');
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
    },
  },
  {
    name: 'Quiz: an answer, and its check with other numbers',
    walk: async (tab) => {
      await meet(tab, 'quiz.html', 'quiz-parameters');
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
    name: 'Workshop: a formula, and numbers with a property',
    walk: async (tab) => {
      await meet(tab, 'workshop.html#workshop-formulas-training', 'workshop-formulas-training');
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
    name: 'Code: a program, and the wrong line of one',
    walk: async (tab) => {
      await meet(tab, 'write.html', 'write-statistics');
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
    name: 'Lab: the playground, and an experiment that asks first and runs here',
    walk: async (tab) => {
      await meet(tab, 'laboratory.html', 'playground');
      await press(tab, `${item('playground')} button`, 'Step');
      await says(tab, `${item('playground')} p.sentence[role=status]`, 'After 1 step');
      const experiment = item('experiment-offset');
      await found(tab, 'experiment-offset');
      await choose(tab, `${experiment} .prediction input[value="0"]`);
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
    name: 'More: a figure that asks nothing, and one that does',
    walk: async (tab) => {
      await meet(tab, 'more.html', 'folding');
      await press(tab, `${figure('folding')} .figure-more > summary`);
      await move(tab, 'folding');
      await found(tab, 'coupling');
      await press(tab, `${figure('coupling')} button`, 'Show the figure');
      await move(tab, 'coupling');
    },
  },
  {
    name: 'what was typed and moved is there after a reload, and a link shows its state',
    walk: async (tab) => {
      await meet(tab, 'practice.html', 'problem-4');
      const form = 'form[data-question="problem-4/bn-operations"]';
      await answer(tab, 'problem-4/bn-operations', '2^9', 'Not yet.');
      const said = await textOf(tab, `${form} [role=status]`);
      await tab.reload();
      await lives(tab);
      await found(tab, 'problem-4');
      await expect.poll(() => valueOf(tab, `${form} input[type=text]`), patience).toBe('2^9');
      await expect.poll(() => textOf(tab, `${form} [role=status]`), patience).toBe(said);

      await meet(tab, '', 'first-look');
      await move(tab, 'first-look');
      const points = `${figure('first-look')} .stage [role=slider]`;
      const places = () =>
        tab.evaluate(
          (which) => [...document.querySelectorAll(which)].map((each) => each.ariaValueNow),
          points,
        );
      const mine = await places();
      await tab.reload();
      await lives(tab);
      await there(tab, `${figure('first-look')}[data-drawn]`);
      await expect.poll(places, patience).toEqual(mine);
      await meet(tab, '#bn1&first-look.x=1,3,5,9', 'first-look');
      await expect.poll(places, patience).toEqual(['1', '3', '5', '9']);
      await says(tab, '#notice', 'This stands as in the link.');
      await press(tab, '#notice button', 'Back to mine');
      await expect.poll(places, patience).toEqual(mine);
    },
  },
  {
    name: 'the bar leads to every page, by pointer',
    walk: async (tab) => {
      await tab.open('');
      await lives(tab);
      const links = await tab.evaluate(() =>
        [...document.querySelectorAll('.bar .pages a')].map((each) => each.getAttribute('href') ?? ''),
      );
      expect(links.length).toBe(7);
      for (const link of links.toReversed()) {
        await tab.click(`.bar .pages a[href="${link}"]`);
        await there(tab, `.bar .pages a[href="${link}"][aria-current="page"]`);
        await there(tab, 'main h1');
      }
    },
  },
];

/** One part of the way; nothing is reported on it. */
export async function walk(tab: Tab, part: Part): Promise<void> {
  await part.walk(tab);
  expect(await tab.troubles()).toEqual([]);
}

/** That nothing is reported would say little if nothing could be: a style in an attribute and a text as markup are. */
export async function expectCounting(tab: Tab): Promise<void> {
  await tab.open('');
  await lives(tab);
  expect(await tab.troubles()).toEqual([]);
  await tab.evaluate(() => {
    document.querySelector('h1')?.setAttribute('style', 'color: red');
    setTimeout(() => (document.body.innerHTML = '<b>text</b>'));
  });
  for (const violation of [/^violation of style-src/, /^violation of require-trusted-types-for/])
    await expect.poll(tab.troubles).toContainEqual(expect.stringMatching(violation));
}
