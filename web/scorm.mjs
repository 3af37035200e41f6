// The built site as packages for courses: npm run build -- --scorm. Each is a zip file with the whole site and a manifest
// beside it; what the pages then say to the course is in src/page/course.ts.

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';

/**
 * @typedef {object} Lesson
 * @property {string} title
 * @property {string[]} objectives their short names
 * @property {string[]} files of the site, with forward slashes
 */

const escaped = (/** @type {string} */ text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** In a manifest stand addresses, not names of files. */
const address = (/** @type {string} */ file) => escaped(file.split('/').map(encodeURIComponent).join('/'));

const files = (/** @type {Lesson} */ lesson) =>
  lesson.files.map((file) => `      <file href="${address(file)}"/>`).join('\n');

/** The first page; the links in it lead to all others. */
const entry = 'index.html';
const manifestFile = 'imsmanifest.xml';

/** @param {Lesson} lesson */
const manifestOf12 = (lesson) => `<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="batch-normalization" version="1.0"
  xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
  xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata>
    <schema>ADL SCORM</schema>
    <schemaversion>1.2</schemaversion>
  </metadata>
  <organizations default="lesson">
    <organization identifier="lesson">
      <title>${escaped(lesson.title)}</title>
      <item identifier="lesson-item" identifierref="lesson-resource">
        <title>${escaped(lesson.title)}</title>
      </item>
    </organization>
  </organizations>
  <resources>
    <resource identifier="lesson-resource" type="webcontent" adlcp:scormtype="sco" href="${entry}">
${files(lesson)}
    </resource>
  </resources>
</manifest>
`;

/**
 * The objectives are declared, so that a host has them before the first page says anything. The third edition: more hosts
 * know it than the fourth, and nothing of that is needed.
 * @param {Lesson} lesson
 */
const manifestOf2004 = (lesson) => `<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="batch-normalization" version="1.0"
  xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"
  xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"
  xmlns:imsss="http://www.imsglobal.org/xsd/imsss">
  <metadata>
    <schema>ADL SCORM</schema>
    <schemaversion>2004 3rd Edition</schemaversion>
  </metadata>
  <organizations default="lesson">
    <organization identifier="lesson">
      <title>${escaped(lesson.title)}</title>
      <item identifier="lesson-item" identifierref="lesson-resource">
        <title>${escaped(lesson.title)}</title>
        <imsss:sequencing>
          <imsss:objectives>
            <imsss:primaryObjective objectiveID="lesson"/>
${lesson.objectives.map((_, k) => `            <imsss:objective objectiveID="objective-${k + 1}"/>`).join('\n')}
          </imsss:objectives>
          <imsss:deliveryControls completionSetByContent="true" objectiveSetByContent="true"/>
        </imsss:sequencing>
      </item>
      <imsss:sequencing>
        <imsss:controlMode choice="true" flow="true"/>
      </imsss:sequencing>
    </organization>
  </organizations>
  <resources>
    <resource identifier="lesson-resource" type="webcontent" adlcp:scormType="sco" href="${entry}">
${files(lesson)}
    </resource>
  </resources>
</manifest>
`;

/** The standards, each with its manifest. */
export const manifests = { 1.2: manifestOf12, 2004: manifestOf2004 };

/** The files of a site without what only its server and its build need. @param {string} site */
const filesOf = (site) =>
  readdirSync(site, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => statSync(path.join(site, name)).isFile())
    .filter((name) => !/\.(br|gz)$/.test(name) && !name.split('/').some((part) => part.startsWith('.')))
    .toSorted();

/**
 * Writes a package for each standard, and gives their files.
 * @param {string} site @param {string} folder where they go
 */
export function packageCourse(site, folder) {
  const names = filesOf(site);
  const { objectives } = JSON.parse(readFileSync(path.join(site, 'course.json'), 'utf8'));
  const [, title = ''] = /<title>(.*?)<\/title>/s.exec(readFileSync(path.join(site, entry), 'utf8')) ?? [];
  const plain = title.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  const bytes = Object.fromEntries(names.map((name) => [name, readFileSync(path.join(site, name))]));
  mkdirSync(folder, { recursive: true });
  return Object.entries(manifests).map(([standard, manifestOf]) => {
    const manifest = Buffer.from(manifestOf({ title: plain, objectives, files: names }));
    const file = path.join(folder, `batch-normalization-scorm-${standard}.zip`);
    // The manifest comes first, and the time is always the same: the same site is the same package.
    const zipped = zipSync({ [manifestFile]: manifest, ...bytes }, { level: 9, mtime: new Date(2000, 0, 1) });
    writeFileSync(file, zipped);
    return { file, bytes: zipped.length };
  });
}
