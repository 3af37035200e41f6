// Metadata of the pages, for search engines and for places where somebody shares a link. Addresses of
// the whole site are only in it where it is said at which address the site will stand (npm run build -- --site …): the folder
// may be put anywhere.

import { readFileSync } from 'node:fs';
import type { HtmlTagDescriptor, Plugin } from 'vite';
import { cardHeight, cardPixels, cardWidth } from './card.ts';
import { objectiveNames } from './items.ts';
import { pages } from './pages.ts';
import { pngOf } from './png.ts';

const card = 'card.png';
const cardInWords =
  'Two spirals of points, and what two networks make of them: without batch normalization nothing; with it each spiral lies in its own colour.';

const licence = { file: 'license.txt', name: 'MIT' };

const pageAt = (site: string, file: string) => new URL(file === 'index.html' ? './' : file, site).href;

/** The address under which the site will stand, with a slash at its end. Throws where it can be none. */
export function siteOf(address: string | undefined): string | undefined {
  if (address === undefined || address === '') return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new Error(`--site: expected an address such as https://example.org/lesson/, got “${address}”`);
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

const unescaped = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** The text of a data block: it must not end the element that it stands in. */
const jsonIn = (value: object) => JSON.stringify(value).replaceAll('<', String.raw`\u003c`);

/** A description of the lesson in the words of schema.org. */
const described = (title: string, description: string, teaches: string[], site: string | undefined) => ({
  '@context': 'https://schema.org',
  '@type': 'LearningResource',
  name: title,
  description,
  inLanguage: 'en',
  learningResourceType: ['lesson', 'exercise', 'quiz'],
  interactivityType: 'mixed',
  teaches,
  isAccessibleForFree: true,
  license: site === undefined ? 'https://spdx.org/licenses/MIT.html' : new URL(licence.file, site).href,
  ...(site === undefined
    ? {}
    : {
        url: site,
        image: new URL(card, site).href,
        hasPart: pages
          .filter(({ file }) => file !== 'index.html')
          .map(({ file, name }) => ({ '@type': 'LearningResource', name, url: pageAt(site, file) })),
      }),
});

const sitemap = (site: string) =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ...pages.map(({ file }) => `  <url><loc>${pageAt(site, file).replaceAll('&', '&amp;')}</loc></url>`),
    '</urlset>',
    '',
  ].join('\n');

const robots = (site: string) => `User-agent: *\nAllow: /\n\nSitemap: ${new URL('sitemap.xml', site).href}\n`;

export function metadataPlugin(folder: string, address: string | undefined): Plugin {
  const site = siteOf(address);
  const meta = (property: string, content: string): HtmlTagDescriptor => ({
    tag: 'meta',
    attrs: property.startsWith('og:') ? { property, content } : { name: property, content },
    injectTo: 'head',
  });
  const link = (rel: string, href: string): HtmlTagDescriptor => ({
    tag: 'link',
    attrs: { rel, href },
    injectTo: 'head',
  });
  return {
    name: 'lesson-metadata',
    apply: 'build',
    transformIndexHtml: {
      // After Vite has dealt with the links of the page: these lead to no source of it.
      order: 'post',
      async handler(html, { path: at }) {
        const file = at.replace(/^\//, '');
        const title = unescaped(/<title>(.*?)<\/title>/s.exec(html)?.[1] ?? '');
        const description = unescaped(/<meta name="description" content="(.*?)"/s.exec(html)?.[1] ?? '');
        const tags = [
          link('license', site === undefined ? `./${licence.file}` : new URL(licence.file, site).href),
          meta('og:type', 'article'),
          meta('og:locale', 'en'),
          meta('og:title', title),
          meta('og:description', description),
        ];
        if (site !== undefined) {
          tags.push(
            link('canonical', pageAt(site, file)),
            meta('og:url', pageAt(site, file)),
            meta('og:image', new URL(card, site).href),
            meta('og:image:width', String(cardWidth)),
            meta('og:image:height', String(cardHeight)),
            meta('og:image:alt', cardInWords),
            meta('twitter:card', 'summary_large_image'),
          );
        }
        if (file === 'index.html') {
          const its = described(title, description, await objectiveNames(folder), site);
          // A block of data: no browser runs it, and the policy for scripts does not concern it.
          tags.push({
            tag: 'script',
            attrs: { type: 'application/ld+json' },
            children: jsonIn(its),
            injectTo: 'head',
          });
        }
        return { html, tags };
      },
    },
    generateBundle() {
      const emit = (fileName: string, source: string | Uint8Array) =>
        this.emitFile({ type: 'asset', fileName, source });
      emit(licence.file, readFileSync(new URL('../../LICENSE', import.meta.url), 'utf8'));
      emit(card, pngOf(cardPixels(), cardWidth, cardHeight));
      if (site === undefined) return;
      emit('sitemap.xml', sitemap(site));
      emit('robots.txt', robots(site));
    },
  };
}
