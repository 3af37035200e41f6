// Makes latin-modern-math-subset.woff2, the font of every formula on the page.
// Browsers lay out MathML well only with a font that has an OpenType MATH table,
// and few systems install one; the whole Latin Modern Math weighs 730 kB, so the
// page ships only what its formulas can need. Stretched brackets, radicals and
// display-size sums need no listing: hb-subset follows the MATH table to them.
// Layout features are dropped: the optical script-size alternates (ssty) alone
// would double the file, and Chromium never asks for them.
// Run from the repository root, only when the character list changes:
//   apt-get install fonts-lmodern && node web/style/font/subset.mjs [font.otf]
import { readFile, writeFile } from 'node:fs/promises';
import subsetFont from 'subset-font';

const source = process.argv[2] ?? '/usr/share/texmf/fonts/opentype/public/lm-math/latinmodern-math.otf';
const target = new URL('latin-modern-math-subset.woff2', import.meta.url);

/** @type {[first: number, last: number][]} */
const ranges = [
  [0x20, 0x7e], // ASCII
  [0x391, 0x3f6], // Greek
  [0x1d434, 0x1d467], // italic Latin (its h is ℎ, below)
  [0x1d6e2, 0x1d71b], // italic Greek, ∂ among it
  [0x1d400, 0x1d433], // bold Latin
  [0x1d468, 0x1d49b], // bold italic Latin
  [0x1d71c, 0x1d755], // bold italic Greek
  [0x1d7ce, 0x1d7d7], // bold digits
  [0x1d49c, 0x1d4b5], // calligraphic capitals (the others are below)
  [0x300, 0x30c], // combining accents
  [0x2000, 0x200d], // spaces and joiners
  [0x2061, 0x2064], // invisible operators
  [0x239b, 0x23b3], // pieces of brackets and braces
];

const others = [
  'ℎıȷ𝚤𝚥ℏℓℑℜ',
  'ℒℬℰℱℋℐℳℛ', // calligraphic capitals with older code points
  'ℂℕℙℚℝℤ𝔼𝔽𝕀𝕍𝟙𝖳',
  '\u00a0\u202f\u205f\u2060', // spaces
  '\u02c6\u02c7\u02d8\u02d9\u02da\u02dc\u00a8\u00af\u00b4\u20d7\u0332\u0338', // accents
  '¬°±µ·×÷',
  '‐‒–—‖‘’“”†•…′″‴⁄',
  '←↑→↓↔↦↪⇐⇒⇔⟵⟶⟷⟸⟹⟺⟼',
  '∀∂∃∅∆∇∈∉∋∏∑−∓∖∗∘√∝∞∠∣∥∧∨∩∪∫',
  '∼≃≈≔≜≝≟≠≡≤≥⩽⩾≪≫≲≳⊂⊃⊆⊇⊕⊖⊗⊙⊤⊥⟂⋅⋆⋮⋯⋱⨀⨁⨂□■⌀✓',
  '⌈⌉⌊⌋⟨⟩⟦⟧⏞⏟⏜⏝⎴⎵',
];

const text = ranges
  .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
  .map((point) => String.fromCodePoint(point))
  .concat(others)
  .join('');

const font = await subsetFont(await readFile(source), text, {
  targetFormat: 'woff2',
  keepFeatures: [],
  dropTables: ['FFTM'],
});
await writeFile(target, font);
console.log(`${target.pathname}: ${font.length} bytes`);
