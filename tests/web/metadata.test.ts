// What search engines and shared links get to know, with and without the address of the site; and the recipes for hosts.

import { readFileSync } from 'node:fs';
import type { HtmlTagDescriptor } from 'vite';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { cardHeight, cardPixels, cardWidth } from '../../web/render/card.ts';
import { objectiveNames } from '../../web/render/items.ts';
import { metadataPlugin, siteOf } from '../../web/render/metadata.ts';
import { pages } from '../../web/render/pages.ts';

const site = 'https://example.org/lesson/';
const html = '<title>A &amp; B</title><meta name="description" content="It says &quot;C &lt; D&quot;." />';

async function tagsOf(file: string, address?: string): Promise<HtmlTagDescriptor[]> {
  const { transformIndexHtml } = metadataPlugin('web/lesson', address);
  const { handler } = transformIndexHtml as unknown as {
    handler: (html: string, at: { path: string }) => Promise<{ tags: HtmlTagDescriptor[] }>;
  };
  return (await handler(html, { path: `/${file}` })).tags;
}

function filesOf(address?: string): Map<string, string | Buffer> {
  const files = new Map<string, string | Buffer>();
  const { generateBundle } = metadataPlugin('web/lesson', address);
  const emitFile = ({ fileName, source }: { fileName: string; source: string | Buffer }) =>
    files.set(fileName, source);
  (generateBundle as unknown as (this: object) => void).call({ emitFile });
  return files;
}

const contentOf = (tags: HtmlTagDescriptor[], name: string) =>
  tags.find(({ attrs }) => attrs?.property === name || attrs?.name === name)?.attrs?.content;
const hrefOf = (tags: HtmlTagDescriptor[], rel: string) =>
  tags.find(({ attrs }) => attrs?.rel === rel)?.attrs?.href;
const dataOf = (tags: HtmlTagDescriptor[]) => {
  const text = tags.find(({ tag }) => tag === 'script')?.children as string;
  expect(text).not.toContain('<');
  return JSON.parse(text) as Record<string, unknown>;
};

describe('a site that may stand anywhere', () => {
  test.each(pages.map(({ file }) => file))('%s names no address of its own', async (file) => {
    const tags = await tagsOf(file);
    expect(contentOf(tags, 'og:title')).toBe('A & B');
    expect(contentOf(tags, 'og:description')).toBe('It says "C < D".');
    expect(hrefOf(tags, 'license')).toBe('./license.txt');
    for (const absent of ['og:url', 'og:image']) expect(contentOf(tags, absent)).toBeUndefined();
    expect(hrefOf(tags, 'canonical')).toBeUndefined();
  });

  test('the first page is described as a learning resource', async () => {
    const data = dataOf(await tagsOf('index.html'));
    expect(data).toMatchObject({
      '@context': 'https://schema.org',
      '@type': 'LearningResource',
      name: 'A & B',
      description: 'It says "C < D".',
      teaches: await objectiveNames('web/lesson'),
    });
    expect(data.url).toBeUndefined();
    expect((await tagsOf('quiz.html')).some(({ tag }) => tag === 'script')).toBe(false);
  });

  test('comes with its licence and a picture, without a map', () => {
    const files = filesOf();
    expect([...files.keys()].toSorted()).toEqual(['card.png', 'license.txt']);
    expect(files.get('license.txt')).toBe(readFileSync('LICENSE', 'utf8'));
  });
});

describe('a site whose address is known', () => {
  test.each(pages.map(({ file }) => file))('%s says where it stands', async (file) => {
    const tags = await tagsOf(file, site);
    const own = file === 'index.html' ? site : site + file;
    expect(hrefOf(tags, 'canonical')).toBe(own);
    expect(contentOf(tags, 'og:url')).toBe(own);
    expect(contentOf(tags, 'og:image')).toBe(`${site}card.png`);
    expect(contentOf(tags, 'og:image:alt')).toMatch(/./);
    expect(hrefOf(tags, 'license')).toBe(`${site}license.txt`);
  });

  test('the description names all pages', async () => {
    const { url, hasPart } = dataOf(await tagsOf('index.html', site)) as {
      url: string;
      hasPart: { url: string }[];
    };
    expect([url, ...hasPart.map((part) => part.url)]).toEqual(
      pages.map(({ file }) => (file === 'index.html' ? site : site + file)),
    );
  });

  test('the map names all pages, and robots.txt the map', () => {
    const files = filesOf(site);
    const places = [...String(files.get('sitemap.xml')).matchAll(/<loc>(.*?)<\/loc>/g)].map(([, at]) => at);
    expect(places).toEqual(pages.map(({ file }) => (file === 'index.html' ? site : site + file)));
    expect(String(files.get('robots.txt'))).toContain(`\nSitemap: ${site}sitemap.xml\n`);
  });

  test.each([
    ['https://example.org/lesson', site],
    ['https://example.org', 'https://example.org/'],
    ['http://localhost:8000/a/', 'http://localhost:8000/a/'],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s', (given, address) => expect(siteOf(given)).toBe(address));

  test.each(['?', 'example.org', 'ftp://example.org/', 'https://example.org/?a=1', 'https://example.org/#a'])(
    '%s is no address of a site',
    (given) => expect(() => siteOf(given)).toThrow(/--site: expected an address/),
  );
});

test('the picture is a picture of the right size, with both networks in it', () => {
  const bytes = filesOf().get('card.png') as Buffer;
  expect([...bytes.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([cardWidth, cardHeight]);
  const pixels = cardPixels();
  const colours = (from: number, to: number) => {
    const found = new Set<number>();
    for (let row = 0; row < cardHeight; ++row)
      for (let column = from; column < to; ++column)
        found.add(Buffer.from(pixels.buffer).readUInt32BE(4 * (row * cardWidth + column)));
    return found.size;
  };
  expect(colours(0, cardWidth / 2)).toBeGreaterThan(2);
  expect(colours(cardWidth / 2, cardWidth)).toBeGreaterThan(2);
});

describe('the recipes of HOSTING.md', () => {
  const text = readFileSync('web/HOSTING.md', 'utf8');
  const fences = (language: string) =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, code = '']) => code);
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };

  test('every command of npm is one of this tree', () => {
    const commands = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
    expect(commands.length).toBeGreaterThan(3);
    for (const name of commands) expect(Object.keys(scripts)).toContain(name);
  });

  test('every flag of the build is one that it knows', () => {
    const known = readFileSync('web/start.mjs', 'utf8');
    const flags = [...text.matchAll(/npm run build -- (--[\w-]+)/g)].map(([, flag = '']) => flag);
    expect(new Set(flags)).toEqual(new Set(['--site', '--scorm', '--single-file']));
    for (const flag of flags) expect(known).toContain(`'${flag}'`);
  });

  test('the workflow builds the site and gives what is in dist', () => {
    const [workflow = ''] = fences('yaml');
    const { on, permissions, jobs } = parse(workflow) as {
      on: object;
      permissions: object;
      jobs: Record<string, { steps: { uses?: string; run?: string; with?: object }[] }>;
    };
    expect(on).toHaveProperty('push');
    expect(permissions).toMatchObject({ pages: 'write', 'id-token': 'write' });
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    expect(steps.some(({ run }) => run?.startsWith('npm run build'))).toBe(true);
    expect(steps.find(({ uses }) => uses?.includes('upload-pages-artifact'))?.with).toEqual({ path: 'dist' });
  });

  test('Netlify publishes what is in dist', () => {
    const [netlify = ''] = fences('toml');
    expect(netlify).toMatch(/^publish = "dist"$/m);
    expect(netlify).toMatch(/^command = ".*npm run build/m);
  });
});
