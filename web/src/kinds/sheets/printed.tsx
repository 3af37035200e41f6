/** @jsxImportSource preact */
// The sheets as they are printed: first what is asked, each sheet on a page of its own, then the keys.

import type { Core } from '../../core/core.ts';
import type { Typed } from '../../core/scenario.ts';
import { Slot, SlotContext, type Slots } from '../item.tsx';
import type { Paper, Printed } from '../paper.tsx';
import { papers } from '../papers.ts';

/** An item that can be printed. */
export interface Printable {
  name: string;
  kind: string;
  /** of the page where it stands */
  page: string;
  title: string;
  /** the start of what is asked, where the title says nothing of it */
  about: string;
  /** as its own view takes it */
  data: unknown;
}

/** An item on one of the sheets. */
export interface Task {
  item: Printable;
  typed: Typed;
  /** its text, computed for these givens */
  slots: Slots;
}

export interface Sheet {
  seed: number;
  tasks: Task[];
}

export const paperSizes = { a4: 'A4', letter: 'Letter' } as const;
export type PaperSize = keyof typeof paperSizes;

export interface Layout {
  heading: string;
  paper: PaperSize;
  /** with the whole way to the answers */
  worked: boolean;
}

interface Props extends Layout {
  core: Core;
  sheets: readonly Sheet[];
}

export const paperOf = (kind: string): Paper<unknown> => papers[kind] as Paper<unknown>;

/** "Drill 3: the forward pass" has a number of its own on a sheet: "The forward pass". */
const ownTitle = (title: string) => {
  const rest = title.replace(/^\w+ \d+: ?/, '');
  return /^\w+ \d+$/.test(rest) ? '' : rest.charAt(0).toUpperCase() + rest.slice(1);
};

/** How many sheets are made at once, and how far they may be numbered. */
export const most = { sheets: 60, number: 999_999 };

export const sheetName = (seed: number): string => (seed === 0 ? 'as in the lesson' : `sheet ${seed}`);

export function Sheets({ core, sheets, heading, paper, worked }: Props) {
  const each = (isKey: boolean) =>
    sheets.map(({ seed, tasks }) => (
      <section
        class="sheet"
        key={`${seed} ${isKey}`}
        aria-label={`${isKey ? 'Key to ' : ''}${sheetName(seed)}`}
      >
        <header>
          <h3>{isKey ? `Key: ${heading}` : heading}</h3>
          <p class="sheet-name">{sheetName(seed)}</p>
          {!isKey && <p class="who">Name</p>}
        </header>
        <ol class="tasks">
          {tasks.map(({ item, typed, slots }, place) => {
            const printed: Printed = { data: item.data, core, typed, seed, place };
            const { Task, Key, worked: whole } = paperOf(item.kind);
            const title = ownTitle(item.title);
            return (
              <li key={item.name} data-task={`${sheets.findIndex((one) => one.seed === seed)}.${place}`}>
                <SlotContext.Provider value={slots}>
                  {title !== '' && <h4>{title}</h4>}
                  {isKey ? <Key {...printed} /> : <Task {...printed} />}
                  {isKey && worked && whole !== undefined && <Slot name={whole} class="worked" />}
                </SlotContext.Provider>
              </li>
            );
          })}
        </ol>
      </section>
    ));
  return (
    <div class="sheets" data-paper={paper}>
      {each(false)}
      {each(true)}
    </div>
  );
}
