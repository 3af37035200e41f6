// The lesson in a course: a page of the host around it offers a run-time implementation of the standard, a learner answers a
// question of the quiz, and the host hears of it. And hosts that are not as the standard says: the lesson goes on.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator, Page } from '@playwright/test';
import { serveSite } from '../../web/serve.mjs';
import { expect, test } from './lesson.ts';
import { questionSources } from './lesson-source.ts';

const standards = ['1.2', '2004'] as const;
type Standard = (typeof standards)[number];

const runtimeOf = (standard: Standard) =>
  readFileSync(
    new URL(`../../node_modules/scorm-again/dist/scorm${standard.replace('.', '')}.min.js`, import.meta.url),
    'utf8',
  );

/** The host's object as a script, each call with its answer noted in `trace`. `work` is what an earlier visit has left. */
const offered = (standard: Standard, work = '') => `
  ${runtimeOf(standard)}
  const real = new Scorm${standard.replace('.', '')}API({ autocommit: false, logLevel: 5 });
  if (${JSON.stringify(work)}) real.loadFromFlattenedJSON({ 'cmi.suspend_data': ${JSON.stringify(work)} }, '');
  window.trace = [];
  const names = ['Initialize', 'Finish', 'Terminate', 'GetValue', 'SetValue', 'Commit', 'GetLastError'];
  window.${standard === '1.2' ? 'API' : 'API_1484_11'} = Object.fromEntries(
    names.map((name) => ${standard === '1.2' ? "'LMS' + name" : 'name'}).filter((name) => real[name]).map((name) => [
      name,
      (...texts) => {
        const answer = real[name](...texts);
        window.trace.push(name.replace('LMS', '') + '(' + texts.join(', ') + ') ' + answer);
        return answer;
      },
    ]),
  );`;

/** A page of the host around a page of the lesson. */
const around = (script: string, file: string) => `<!doctype html>
  <html lang="en"><title>A course</title><script>${script}</script>
  <iframe src="${file}" title="The lesson" width="1200" height="850"></iframe></html>`;

/** Opens a page of the lesson in a page of a host that runs this script first. */
async function openInCourse(page: Page, script: string, file = 'index.html'): Promise<FrameLocator> {
  await page.route('**/host.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: around(script, file) }),
  );
  await page.goto('./host.html');
  const lesson = page.frameLocator('iframe');
  await expect(lesson.locator('html')).toHaveClass(/(^| )computing( |$)/);
  return lesson;
}

const traceOf = (page: Page) => page.evaluate(() => (window as unknown as { trace: string[] }).trace);
const yourWork = (lesson: FrameLocator) => lesson.locator('.your-work > p').first();

const [question] = questionSources;
if (!question) throw new Error('the quiz has no question');

async function answerQuestion(lesson: FrameLocator): Promise<void> {
  const card = lesson.locator(`.item[id="${question?.id}"]`);
  await expect(card).toHaveAttribute('data-started');
  await card.locator(`input[value=${question?.correct}]`).check();
  await card.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(card.getByRole('status').first()).toContainText('Right');
}

for (const standard of standards) {
  test(`SCORM ${standard}: a course hears what a learner does on two pages, and that they leave`, async ({
    page,
  }) => {
    const lesson = await openInCourse(page, offered(standard));
    await expect(yourWork(lesson)).toContainText('The course in which this page was opened gets your score');
    await lesson.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Quiz' }).click();
    await answerQuestion(lesson);

    const score = standard === '1.2' ? 'cmi.core.score' : 'cmi.score';
    const isScore = (line: string) => line.startsWith(`SetValue(${score}.raw, `);
    const points = standard === '1.2' ? '5' : '1';
    await expect.poll(() => traceOf(page)).toContain(`SetValue(${score}.raw, ${points}) true`);
    await expect.poll(async () => (await traceOf(page)).at(-1)).toBe('Commit() true');
    const before = await traceOf(page);

    // The host closes the lesson.
    await page.evaluate(() => document.querySelector('iframe')?.remove());
    const trace = await traceOf(page);
    expect(trace[0]).toBe('Initialize() true');
    const steps = trace.filter(
      (line) => /^(Initialize|Commit|Finish|Terminate)\(/.test(line) || isScore(line),
    );
    const isEnd = /^(Finish|Terminate)\(\) true$/;
    expect(steps.filter((line) => line === 'Initialize() true')).toHaveLength(1);
    expect(steps.filter((line) => isEnd.test(line))).toHaveLength(1);
    expect(trace.at(-1)).toMatch(isEnd);
    // Everything that was said was stored before the end.
    expect(trace.filter((line) => !line.startsWith('Get')).at(-2)).toBe('Commit() true');
    expect(before.some((line) => isEnd.test(line))).toBe(false);
    expect(steps.filter(isScore).at(-1)).toBe(`SetValue(${score}.raw, ${points}) true`);
    // Only statuses of hosts may be refused, and a session that goes on.
    expect(trace.filter((line) => line.startsWith('SetValue') && !line.endsWith(' true'))).toEqual([]);
    const set = (text: string) => trace.some((line) => line.startsWith(`SetValue(${text}`));
    for (let k = 0; k < 5; ++k) expect(set(`cmi.objectives.${k}.id, objective-${k + 1})`)).toBe(true);
    expect(set('cmi.suspend_data, bn1|')).toBe(true);
    expect(
      set(standard === '1.2' ? 'cmi.core.lesson_status, incomplete' : 'cmi.completion_status, incomplete'),
    ).toBe(true);
    expect(set(standard === '1.2' ? 'cmi.core.exit, suspend' : 'cmi.exit, suspend')).toBe(true);
    expect(set(standard === '1.2' ? 'cmi.core.session_time, 00:' : 'cmi.session_time, PT0H')).toBe(true);
    await test.info().attach('trace', { body: trace.join('\n'), contentType: 'text/plain' });

    // In a browser that remembers nothing the answer is there again.
    const [, work = ''] =
      /^SetValue\(cmi\.suspend_data, (.*)\) true$/.exec(
        trace.findLast((line) => line.startsWith('SetValue(cmi.suspend_data')) ?? '',
      ) ?? [];
    await page.evaluate(() => {
      localStorage.clear();
      sessionStorage.clear();
    });
    await page.unrouteAll();
    const again = await openInCourse(page, offered(standard, work), 'quiz.html');
    const card = again.locator(`.item[id="${question.id}"]`);
    await expect(card.getByRole('status').first()).toContainText('Right');
    await expect(card.locator(`input[value=${question.correct}]`)).toBeChecked();
  });
}

test('loading a page again, and going back, do not end the visit', async ({ page }) => {
  const lesson = await openInCourse(page, offered('1.2'));
  const begun = async () => (await traceOf(page)).filter((line) => line.startsWith('Initialize')).length;
  await expect.poll(begun).toBe(1);
  await lesson.locator('body').evaluate(() => location.reload());
  await expect.poll(begun).toBe(2);
  await lesson.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Quiz' }).click();
  await expect.poll(begun).toBe(3);
  await lesson.locator('body').evaluate(() => history.back());
  await expect.poll(begun).toBe(4);
  expect((await traceOf(page)).filter((line) => line.startsWith('Finish'))).toEqual([]);
  await page.evaluate(() => document.querySelector('iframe')?.remove());
  expect((await traceOf(page)).at(-1)).toBe('Finish() true');
});

test('without a course nothing of it is loaded, in a frame or not', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const lesson = await openInCourse(page, '', 'quiz.html');
  await answerQuestion(lesson);
  await expect(yourWork(lesson)).toContainText('goes nowhere else');
  await page.goto('./quiz.html');
  await expect(page.locator('html')).toHaveClass(/(^| )computing( |$)/);
  expect(asked.filter((url) => /course/.test(url))).toEqual([]);
});

const silent = `{ LMSInitialize: () => 'true', LMSFinish: () => 'true', LMSGetValue: () => '', LMSCommit: () => 'true',
  LMSSetValue: (...texts) => { window.trace.push(texts.join(' = ')); return 'true'; } }`;

test('a host whose object comes late is found', async ({ page }) => {
  const script = `window.trace = []; setTimeout(() => { window.API = ${silent}; }, 3000);`;
  const lesson = await openInCourse(page, script, 'quiz.html');
  await answerQuestion(lesson);
  await expect.poll(() => traceOf(page)).toContain('cmi.core.score.raw = 5');
});

test('a host that is ready late is asked again', async ({ page }) => {
  const script = `window.trace = []; window.API = ${silent};
    let tries = 0; window.API.LMSInitialize = () => String(++tries > 3);`;
  const lesson = await openInCourse(page, script, 'quiz.html');
  await answerQuestion(lesson);
  await expect.poll(() => traceOf(page)).toContain('cmi.core.score.raw = 5');
});

test('a host behind a frame of another origin is found', async ({ page, watch }) => {
  // Another port is another origin. The browser lets no page that a test makes up load one of this machine.
  const folder = mkdtempSync(path.join(tmpdir(), 'batchnorm-host-'));
  const [site, elsewhere] = [path.join(folder, 'site'), path.join(folder, 'elsewhere')] as const;
  cpSync(new URL('../../dist/', import.meta.url), site, { recursive: true });
  mkdirSync(elsewhere);
  const host = await serveSite({ site, mayKeep: false });
  const between = await serveSite({ site: elsewhere, mayKeep: false });
  const frame = (file: string) =>
    `<!doctype html><title>Between</title><iframe src="${file}" width="1200" height="800"></iframe>`;
  writeFileSync(path.join(elsewhere, 'between.html'), frame(`${host.address}quiz.html`));
  const script = `window.trace = []; window.API = ${silent};`;
  writeFileSync(path.join(site, 'host.html'), around(script, `${between.address}between.html`));
  try {
    watch.provoke(/^request outside the folder: /);
    await page.goto(`${host.address}host.html`);
    await answerQuestion(page.frameLocator('iframe').frameLocator('iframe'));
    await expect.poll(() => traceOf(page)).toContain('cmi.core.score.raw = 5');
  } finally {
    await Promise.all([host.close(), between.close()]);
    rmSync(folder, { recursive: true });
  }
});

test('the window that opened the lesson may be the host', async ({ page, context }) => {
  await page.route('**/host.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><title>A course</title><script>window.trace = []; window.API = ${silent};</script>
        <a href="quiz.html" target="_blank" rel="opener">Open</a>`,
    }),
  );
  await page.goto('./host.html');
  const opened = context.waitForEvent('page');
  await page.getByRole('link').click();
  const lesson = await opened;
  const card = lesson.locator(`.item[id="${question.id}"]`);
  await expect(card).toHaveAttribute('data-started');
  await card.locator(`input[value=${question.correct}]`).check();
  await card.getByRole('button', { name: 'Check', exact: true }).click();
  await expect.poll(() => traceOf(page)).toContain('cmi.core.score.raw = 5');
});

for (const [what, script] of [
  ['throws at every call', 'new Proxy({}, { get: () => () => { throw new Error("broken"); } })'],
  ['throws at every look', 'new Proxy({}, { get: () => { throw new Error("broken"); } })'],
  ['refuses everything', 'new Proxy({}, { get: () => () => "false" })'],
  ['answers nothing', 'new Proxy({}, { get: () => () => undefined })'],
  ['begins, and then breaks', '{ LMSInitialize: () => "true" }'],
] as const) {
  // The watch of every test holds: no exception, nothing in the console.
  test(`beside a host that ${what} the lesson works and keeps`, async ({ page }) => {
    const lesson = await openInCourse(page, `window.API = ${script};`, 'quiz.html');
    await answerQuestion(lesson);
    await page.evaluate(() => document.querySelector('iframe')?.remove());
    await page.goto('./quiz.html');
    const card = page.locator(`.item[id="${question.id}"]`);
    await expect(card.getByRole('status').first()).toContainText('Right');
  });
}

test('the first page describes itself in a block of data, which the policy for scripts lets be', async ({
  page,
}) => {
  await page.goto('./');
  await expect(page.locator('html')).toHaveClass(/(^| )computing( |$)/);
  const text = await page.locator('head script[type="application/ld+json"]').textContent();
  expect(JSON.parse(text ?? '')).toMatchObject({ '@type': 'LearningResource' });
  await expect(page.locator('head link[rel=canonical]')).toHaveCount(0);
  const licence = await page.locator('head link[rel=license]').getAttribute('href');
  const answer = await page.request.get(new URL(licence ?? '', page.url()).href);
  expect(answer.ok()).toBe(true);
});
