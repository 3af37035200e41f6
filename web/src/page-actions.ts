// What concerns the whole page: a link to everything as it stands, and back to how it came.

import { copyLink, resetAll } from './kept.ts';

/** The prediction below a figure is an answer like all others. */
const ofFigure = (subject: string, name: string) =>
  name !== 'prediction' && document.getElementById(subject)?.matches('.figure') === true;

export function offerPageActions(): void {
  const place = document.querySelector('.page-actions') as HTMLElement;
  const status = place.querySelector('[role=status]') as HTMLElement;
  const on = (action: string, run: () => void | Promise<void>) =>
    place
      .querySelector(`button[data-page="${action}"]`)
      ?.addEventListener('click', () => void Promise.resolve(run()));
  on('copy', async () => {
    const copied = await copyLink();
    status.replaceChildren(copied === true ? 'The link is in the clipboard.' : `The link: ${copied}`);
  });
  on('reset-figures', () => {
    resetAll(ofFigure);
    status.replaceChildren('All figures stand as they came.');
  });
  on('reset-all', () => {
    resetAll((subject, name) => !ofFigure(subject, name));
    status.replaceChildren('All boxes, questions and proofs stand as they came.');
  });
}
