/** @jsxImportSource preact */
// Worksheets for a class: items, how many sheets, and the numbers of the first; every sheet has numbers of its own.

import { useRef, useState } from 'preact/hooks';
import { withTexts } from '../../memory/kept.ts';
import { type Item, type Scene } from '../item.tsx';
import {
  type Layout,
  most,
  paperOf,
  type PaperSize,
  paperSizes,
  type Printable,
  type Sheet,
  Sheets as Printed,
} from './printed.tsx';

export interface SheetsData {
  items: readonly Printable[];
}

const usual = { heading: 'Batch normalization', count: '4', first: '1', paper: 'a4', worked: '' };
type Field = keyof typeof usual;

const isSize = (text: string): text is PaperSize => Object.hasOwn(paperSizes, text);
const isWhole = (text: string, least: number, greatest: number) =>
  /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= greatest;

/** What is wrong with what was typed, or nothing. */
function complaintOf(chosen: readonly Printable[], count: string, first: string): string | undefined {
  if (chosen.length === 0) return 'Choose at least one item.';
  if (!isWhole(count, 1, most.sheets))
    return `The number of sheets is a whole number from 1 to ${most.sheets}.`;
  if (!isWhole(first, 0, most.number)) return `The first number is a whole number from 0 to ${most.number}.`;
  return undefined;
}

function Sheets(scene: Scene<SheetsData>) {
  const { id, data, kept, change, core, surroundings } = scene;
  // What stands in a box while it is empty is not kept.
  const [typed, setTyped] = useState<Partial<Record<Field, string>>>({});
  const text = (name: Field) => typed[name] ?? kept.texts[name] ?? usual[name];
  const set = (name: Field | 'items', value: string) => {
    if (name !== 'items') setTyped((now) => ({ ...now, [name]: value }));
    change((now) => withTexts(now, { [name]: value }));
  };
  const names = (kept.texts.items ?? '').split(',');
  const chosen = data.items.filter(({ name }) => names.includes(name));
  const [said, setSaid] = useState('');
  const [made, setMade] = useState<{ turn: number; sheets: Sheet[]; layout: Layout }>();
  /** counts what was asked for, so that what is drawn for an older wish is dropped */
  const turn = useRef(0);

  const choose = (name: string, isOn: boolean) =>
    set(
      'items',
      data.items
        .map((each) => each.name)
        .filter((each) => (each === name ? isOn : names.includes(each)))
        .join(','),
    );

  const make = async () => {
    const complaint = complaintOf(chosen, text('count'), text('first'));
    const own = ++turn.current;
    setMade(undefined);
    if (complaint !== undefined) {
      setSaid(complaint);
      return;
    }
    const seeds = Array.from({ length: Number(text('count')) }, (_, k) => Number(text('first')) + k);
    const sheets: Sheet[] = [];
    try {
      for (const seed of seeds) {
        setSaid(`Drawing the numbers: ${sheets.length} of ${seeds.length} sheets.`);
        const tasks = [];
        for (const each of chosen) {
          const problem = paperOf(each.kind).problem(each.data);
          const variant = problem && problem.drawn.length > 0 ? seed : 0;
          // oxlint-disable-next-line no-await-in-loop -- one worker draws them all
          const givens = problem ? await surroundings.draw(problem, variant) : {};
          const slots = surroundings.paper(each.name);
          if (!slots) throw new RangeError(`there is no text of ${each.title}`);
          if (problem) {
            const refusal = surroundings.fill([...slots.values()].flat(), {
              typed: givens,
              fewest: problem.fewest,
              allDigits: false,
            });
            if (refusal) throw refusal;
          }
          tasks.push({ item: each, typed: givens, slots });
        }
        if (own !== turn.current) return;
        sheets.push({ seed, tasks });
      }
    } catch (error) {
      if (own === turn.current)
        setSaid(`The sheets were not made: ${error instanceof Error ? error.message : String(error)}.`);
      return;
    }
    const paper = text('paper');
    const layout = {
      heading: text('heading'),
      paper: isSize(paper) ? paper : 'a4',
      worked: text('worked') !== '',
    };
    setMade({ turn: own, sheets, layout });
    setSaid(
      `${sheets.length === 1 ? 'One sheet' : `${sheets.length} sheets`} and ${sheets.length === 1 ? 'its key' : 'their keys'} stand below, as they are printed.`,
    );
  };

  const box = (name: Field, label: string, mode: 'numeric' | 'text') => (
    <>
      <label for={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        type="text"
        inputMode={mode}
        autocomplete="off"
        value={text(name)}
        onInput={({ currentTarget }) => set(name, currentTarget.value)}
      />
    </>
  );
  const groups = [...new Set(data.items.map(({ page }) => page))];
  return (
    <div class="sheet-maker live-only">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (core) void make();
        }}
      >
        {groups.map((page) => {
          const items = data.items.filter((each) => each.page === page);
          const count = items.filter(({ name }) => names.includes(name)).length;
          return (
            <details class="choice" key={page}>
              <summary>
                {page}:{' '}
                {count === 0 ? `${items.length} to choose from` : `${count} of ${items.length} chosen`}
              </summary>
              <ul>
                {items.map(({ name, kind, title, about, data: its }) => {
                  const isDrawn = (paperOf(kind).problem(its)?.drawn.length ?? 0) > 0;
                  return (
                    <li key={name}>
                      <label>
                        <input
                          type="checkbox"
                          checked={names.includes(name)}
                          onInput={({ currentTarget }) => choose(name, currentTarget.checked)}
                        />{' '}
                        {title}
                        {about !== '' && `: ${about}`}
                        {!isDrawn && kind !== 'quiz' && <span class="same"> (the same on every sheet)</span>}
                      </label>
                    </li>
                  );
                })}
              </ul>
            </details>
          );
        })}
        <div class="fields">
          {box('count', 'Sheets', 'numeric')}
          {box('first', 'numbered from', 'numeric')}
        </div>
        <details class="more">
          <summary>Heading, paper, worked answers</summary>
          <div class="fields">
            {box('heading', 'Heading', 'text')}
            <label for={`${id}-paper`}>Paper</label>
            <select
              id={`${id}-paper`}
              value={text('paper')}
              onInput={({ currentTarget }) => set('paper', currentTarget.value)}
            >
              {Object.entries(paperSizes).map(([size, name]) => (
                <option value={size} key={size}>
                  {name}
                </option>
              ))}
            </select>
            <label>
              <input
                type="checkbox"
                checked={text('worked') !== ''}
                onInput={({ currentTarget }) => set('worked', currentTarget.checked ? '1' : '')}
              />{' '}
              worked answers in the keys
            </label>
          </div>
        </details>
        <div class="actions">
          <button type="submit" class="main" aria-disabled={!core}>
            Make the sheets
          </button>
          {made && (
            <button type="button" class="quiet" onClick={() => print()}>
              Print
            </button>
          )}
        </div>
        <p role="status">{said}</p>
      </form>
      {made && core && <Printed key={made.turn} core={core} sheets={made.sheets} {...made.layout} />}
    </div>
  );
}

export const item: Item<SheetsData> = {
  View: Sheets,
  accepts({ items }, name, text) {
    if (name === 'items')
      return text.split(',').every((each) => items.some(({ name: known }) => known === each));
    if (name === 'count') return isWhole(text, 1, most.sheets);
    if (name === 'first') return isWhole(text, 0, most.number);
    if (name === 'paper') return isSize(text);
    return name === 'heading' || name === 'worked';
  },
};
