// Makes the fonts that the page ships: STIX Two Text for what is read, and STIX Two Math, of the same design, for
// formulas, each cut down to what the lesson can need. Browsers lay out MathML well only with a font that has an OpenType
// MATH table, and few systems install one. Stretched brackets, radicals and display-size sums need no listing: hb-subset
// follows the MATH table to them. Run from the repository root, only when a list of characters changes:
//
//   npm install --no-save @fontsource/stix-two-text@5.3.0 @fontsource/stix-two-math@5.3.0
//   node web/style/font/subset.mjs

import { readFile, writeFile } from 'node:fs/promises';
import subsetFont from 'subset-font';

const sources = 'node_modules/@fontsource';

/** @param {[first: number, last: number][]} ranges */
const from = (ranges) =>
  ranges
    .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
    .map((point) => String.fromCodePoint(point))
    .join('');

const latin = from([
  [0x20, 0x7e], // ASCII
  [0xa0, 0xff], // the letters of western Europe
  [0x2010, 0x201e], // dashes and quotes
]).concat('•…−');
const greek = from([
  [0x391, 0x3a9],
  [0x3b1, 0x3c9],
]);

const formulas = from([
  [0x20, 0x7e], // ASCII
  [0x391, 0x3f6], // Greek
  [0x1d434, 0x1d467], // italic Latin (its h is ℎ, below)
  [0x1d6e2, 0x1d71b], // italic Greek, ∂ among it
  [0x1d400, 0x1d433], // bold Latin
  [0x1d7ce, 0x1d7d7], // bold digits
  [0x300, 0x30c], // combining accents
  [0x2000, 0x200d], // spaces and joiners
  [0x2061, 0x2064], // invisible operators
  [0x2070, 0x208e], // superscripts and subscripts of the text
  [0x239b, 0x23b3], // pieces of brackets and braces
]).concat(
  'ℎıȷ𝚤𝚥ℓ𝓛ℒℝ𝔼',
  '\u00a0\u202f\u205f\u2060', // spaces
  '\u02c6\u02c7\u02d8\u02d9\u02da\u02dc\u00a8\u00af\u00b4\u20d7\u0332\u0338', // accents
  '¬°±µ·×÷²³¹',
  '–—‖†•…′″⁄',
  '←↑→↓↔↦⇐⇒⇔⟵⟶⟹',
  '∂∅∆∇∈∉∏∑−∓∗∘√∝∞∠∣∥∧∨∩∪∫',
  '∼≃≈≔≜≠≡≤≥⩽⩾≪≫⊂⊆⊕⊗⊙⊤⊥⋅⋆⋮⋯⋱□■▲▼●◆✓✗',
  '⌈⌉⌊⌋⟨⟩⏞⏟⏜⏝⎴⎵',
);

/**
 * @param {string} source
 * @param {string} target
 * @param {string} text
 * @param {string[]} features of layout; the optical alternates of formulas (ssty) alone would double their file
 */
async function make(source, target, text, features) {
  const font = await subsetFont(await readFile(`${sources}/${source}.woff2`), text, {
    targetFormat: 'woff2',
    keepFeatures: features,
  });
  await writeFile(new URL(`${target}.woff2`, import.meta.url), font);
  console.log(`${target}.woff2: ${font.length} bytes`);
}

const ofText = ['kern', 'liga', 'mark', 'ccmp', 'lnum', 'tnum'];
for (const style of ['400-normal', '400-italic', '700-normal']) {
  for (const [script, text] of Object.entries({ latin, greek }))
    await make(
      `stix-two-text/files/stix-two-text-${script}-${style}`,
      `stix-two-text-${script}-${style}`,
      text,
      ofText,
    );
}
await make('stix-two-math/files/stix-two-math-latin-400-normal', 'stix-two-math', formulas, []);

// The root signs of STIX Two come in few sizes, and hang far below what they cover; Latin Modern's fit (apt-get install
// fonts-lmodern).
const roots = await subsetFont(
  await readFile('/usr/share/texmf/fonts/opentype/public/lm-math/latinmodern-math.otf'),
  ' √',
  { targetFormat: 'woff2', keepFeatures: [], dropTables: ['FFTM'] },
);
await writeFile(new URL('latin-modern-radical.woff2', import.meta.url), roots);
console.log(`latin-modern-radical.woff2: ${roots.length} bytes`);
