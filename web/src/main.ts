// Brings the prerendered page to life. Without the core the text stays as it is, and a banner says what is wrong.

import type { Around } from './kinds/item.tsx';
import { offerPageActions } from './page/actions.ts';
import { startWhenMet } from './page/blocks.ts';
import { drawn } from './page/draw.ts';
import { showOnlyBlock } from './page/embed.ts';
import { startFigure } from './page/figures.tsx';
import { coreIfRunning, startCore } from './page/core.ts';
import { followCourse } from './page/host.ts';
import { startItem } from './page/items.tsx';
import { linkSymbols } from './page/linked-symbols.ts';
import { copyLink, entriesOfPage, followLinks, linkTo } from './page/links.ts';
import { measure } from './page/measure.ts';
import { followReading, offerContents } from './page/navigation.ts';
import { fillNumbers, fillProse } from './page/numbers.ts';
import { showOnePage } from './page/one-file.ts';
import { memory, mine, rememberOnLeaving, takeOverEarlier } from './page/our-memory.ts';
import { paper } from './page/papers.ts';
import { pitfall } from './page/pitfalls.ts';
import { keepForOffline } from './page/offline.ts';
import { playground } from './page/playground.ts';
import { race } from './page/race.ts';
import { save } from './page/save.ts';
import { focusableWhereTheyScroll } from './page/scrollers.ts';
import { idle } from './page/slices.ts';
import { followTranslation } from './page/translated.ts';
import { dealQuestions, goOn, open, showOnly, startAgain } from './page/way.ts';

const surroundings: Around = {
  keptOf: (name) => memory.get(name),
  pitfall,
  paper,
  fill: (nodes, sheet) => {
    const core = coreIfRunning();
    return core && fillNumbers(core, nodes, sheet);
  },
  whenIdle: idle,
  draw: drawn,
  race,
  measure,
  playground,
  programs: () => import('./page/programs.ts').then(({ fetchPrograms }) => fetchPrograms()),
  prepareVerdict: (task, program) => {
    // Where there is no judge, the block says why.
    import('./page/programs.ts').then(({ prepareVerdict }) => prepareVerdict(task, program)).catch(() => {});
  },
  save,
  copyLink: (name, at) => copyLink(entriesOfPage(name), at),
  linkTo,
  goOn,
  startAgain,
  showOnly,
  open,
};

/** The banner tells that the core did not start. */
let hasFailed = false;

async function start(): Promise<void> {
  const banner = document.getElementById('banner') as HTMLElement;
  try {
    const core = await startCore();
    if (hasFailed) {
      if (banner.contains(document.activeElement)) document.getElementById('lesson')?.focus();
      banner.replaceChildren();
      hasFailed = false;
    }
    document.documentElement.classList.add('live', 'computing');
    requestAnimationFrame(() => void fillProse(core));
  } catch (error) {
    hasFailed = true;
    // What only works live goes with it.
    document.documentElement.classList.remove('live');
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
  }
}

document.documentElement.dataset.begun = ''; // all scripts are there and whole (public/live.js)
showOnePage();
takeOverEarlier();
rememberOnLeaving();
dealQuestions();
showOnlyBlock();
startWhenMet(document.querySelectorAll<HTMLElement>('main :is([data-kind], [data-figure])'), (root) =>
  root.dataset.figure === undefined ? startItem(root, surroundings) : startFigure(root),
);
followReading();
offerContents();
offerPageActions();
followLinks();
focusableWhereTheyScroll();
linkSymbols();
followTranslation();
keepForOffline();
followCourse(mine);
void start();
