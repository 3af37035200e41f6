// Starts the core and brings the prerendered page to life. Without the core the text stays as it is, and a banner
// says what is wrong.

import wasmUrl from '../../build/wasm/core.wasm?url';
import { followReading } from './contents.ts';
import { loadCore } from './core.ts';
import { BnExample } from './elements/bn-example.ts';
import { BnPractice } from './elements/bn-practice.ts';
import { BnProof } from './elements/bn-proof.ts';
import { BnQuiz } from './elements/bn-quiz.ts';
import { BnScore } from './elements/bn-score.ts';
import { BnWorksheet } from './elements/bn-worksheet.ts';
import { defineFigure } from './drawing/element.tsx';
import type { Figure } from './drawing/figure.tsx';
import { loaders } from './figures/load.ts';
import { remember } from './kept.ts';
import { linkSymbols } from './linked-symbols.ts';
import { offerPageActions } from './page-actions.ts';
import { recomputeProse } from './prose.ts';
import { focusableWhereTheyScroll } from './scrollers.ts';
import { startWith, theCore } from './the-core.ts';

async function fetchCore(): Promise<ArrayBuffer> {
  const response = await fetch(wasmUrl);
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${response.url}`);
  return response.arrayBuffer();
}

/** The figures that stand on this page. */
function figuresHere(): Promise<Figure[]> {
  const elements = [...document.querySelectorAll('.figure')].map(({ localName }) => localName);
  const here = Object.entries(loaders).filter(([kind]) => elements.includes(`bn-${kind}`));
  return Promise.all(here.map(([, load]) => load()));
}

async function start(): Promise<void> {
  const banner = document.getElementById('banner') as HTMLElement;
  let figures: Figure[];
  try {
    const [core, loaded] = await Promise.all([fetchCore().then(loadCore), figuresHere()]);
    startWith(core);
    figures = loaded;
  } catch (error) {
    const focused = banner.contains(document.activeElement);
    const retry = document.createElement('button');
    retry.type = 'button';
    retry.textContent = 'Try again';
    retry.addEventListener('click', () => void start(), { once: true });
    const reason = error instanceof Error ? error.message : String(error);
    banner.replaceChildren(
      `The numbers cannot be recomputed: the core did not start (${reason}). The text below is complete as it stands. `,
      retry,
    );
    if (focused) retry.focus();
    return;
  }
  if (banner.contains(document.activeElement)) document.getElementById('lesson')?.focus();
  banner.replaceChildren();
  customElements.define('bn-example', BnExample);
  customElements.define('bn-practice', BnPractice);
  customElements.define('bn-proof', BnProof);
  customElements.define('bn-quiz', BnQuiz);
  customElements.define('bn-score', BnScore);
  customElements.define('bn-worksheet', BnWorksheet);
  document.documentElement.classList.add('live');
  for (const figure of figures) defineFigure(figure);
  remember();
  offerPageActions();
  recomputeProse();
  // The batches on which formulas are tried are made once, at the first wrong one: here, while the learner reads.
  setTimeout(() => theCore().judgeFormula({ text: 'x', answer: 'x_hat', names: ['x'] }), 1000);
}

followReading();
focusableWhereTheyScroll();
linkSymbols();
void start();
