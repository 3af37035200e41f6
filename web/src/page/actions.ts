// What concerns all that the learner did: a link to it, a file of it, and clearing it.

import { merged, nothingKept, withTexts } from '../memory/kept.ts';
import { leftOut } from '../memory/link.ts';
import { readWork, writeWork } from '../memory/work.ts';
import { copyLink, entriesOfPage } from './links.ts';
import { memory } from './our-memory.ts';
import { save } from './save.ts';

/** The states of all blocks as one file. */
export const exported = (): string =>
  writeWork(Object.fromEntries(memory.names().map((name) => [name, memory.get(name)])));

/** The names of the blocks of this page. */
const onPage = (name: string) =>
  document.querySelector(`[data-name="${CSS.escape(name)}"], [id="${CSS.escape(name)}"]`) !== null;

/** Clears, and gives what takes it back. */
function clear(names: readonly string[]): () => void {
  const before = names.map((name) => [name, memory.get(name)] as const);
  // Later than any clearing before, also one by a clock that was ahead.
  const now = Math.max(Date.now(), ...before.map(([, { cleared }]) => cleared + 1));
  for (const name of names) memory.change(name, () => ({ ...nothingKept, cleared: now }));
  return () => {
    for (const [name, kept] of before) memory.change(name, () => ({ ...kept, cleared: now + 1 }));
  };
}

export function offerPageActions(): void {
  const place = document.querySelector('.your-work') as HTMLElement;
  const status = place.querySelector('[role=status]') as HTMLElement;
  status.tabIndex = -1; // takes the focus of a button in it that goes
  const dialog = document.querySelector('dialog.clear-dialog') as HTMLDialogElement;
  const on = (action: string, run: () => void | Promise<void>) =>
    place
      .querySelector(`[data-page-action="${action}"]`)
      ?.addEventListener(action === 'import' ? 'change' : 'click', () => void Promise.resolve(run()));

  on('copy', async () => {
    const entries = entriesOfPage();
    const copied = await copyLink(entries);
    const said = copied === true ? 'The link is in the clipboard.' : `The link: ${copied}`;
    status.replaceChildren(`${said} ${leftOut(entries)}`.trimEnd());
  });
  on('export', () => {
    save('batch-normalization.json', exported());
    status.replaceChildren('The file holds all that you typed and answered, on all pages.');
  });
  on('import', async () => {
    const input = place.querySelector('input[type=file]') as HTMLInputElement;
    const [file] = input.files ?? [];
    if (!file) return;
    try {
      for (const [name, kept] of readWork(await file.text()))
        memory.change(name, (mine) => merged(mine, { ...kept, cleared: mine.cleared }));
      status.replaceChildren('The work from the file has been added to yours.');
    } catch (error) {
      status.replaceChildren(
        `The file was not used: ${error instanceof Error ? error.message : String(error)}.`,
      );
    } finally {
      input.value = '';
    }
  });
  on('reset-figures', () => {
    const figures = [...document.querySelectorAll<HTMLElement>('.figure')].map(({ id }) => id);
    for (const name of figures)
      memory.change(name, (kept) =>
        withTexts(
          { ...kept, texts: {} },
          Object.fromEntries(Object.entries(kept.texts).filter(([field]) => field.startsWith('prediction'))),
        ),
      );
    status.replaceChildren('All figures are reset.');
  });
  on('clear', () => dialog.showModal());
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === '') return;
    const names = memory.names().filter((name) => dialog.returnValue === 'all' || onPage(name));
    const undo = clear(names);
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Undo';
    button.addEventListener('click', () => {
      undo();
      status.replaceChildren('Everything is restored.');
      status.focus();
    });
    status.replaceChildren('What you typed and answered is cleared. ', button);
    dialog.returnValue = '';
  });
}
