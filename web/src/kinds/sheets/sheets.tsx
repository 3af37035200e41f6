/** @jsxImportSource preact */
// Worksheets for a class: items, how many sheets, and the numbers of the first; every sheet has numbers of its own.

import { useState } from 'preact/hooks';
import { withTexts } from '../../memory/kept.ts';
import type { Item, Scene } from '../item.tsx';
import { isSize, isWhole, useMaking } from './making.ts';
import { most, paperOf, paperSizes, type Printable, Sheets as Printed } from './printed.tsx';

export interface SheetsData {
  items: readonly Printable[];
}

const usual = { heading: 'Batch normalization', count: '4', first: '1', paper: 'a4', worked: '' };
type Field = keyof typeof usual;

function Sheets({ id, data, kept, change, core, surroundings }: Scene<SheetsData>) {
  // What stands in a box while it is empty is not kept.
  const [typed, setTyped] = useState<Partial<Record<Field, string>>>({});
  const text = (name: Field) => typed[name] ?? kept.texts[name] ?? usual[name];
  const keep = (name: Field | 'items', value: string) => change((now) => withTexts(now, { [name]: value }));
  const set = (name: Field, value: string) => {
    setTyped((now) => ({ ...now, [name]: value }));
    keep(name, value);
  };
  const names = (kept.texts.items ?? '').split(',');
  const chosen = data.items.filter(({ name }) => names.includes(name));
  const { said, made, make } = useMaking(surroundings);
  const wish = () => ({
    chosen,
    count: text('count'),
    first: text('first'),
    heading: text('heading'),
    paper: text('paper'),
    worked: text('worked') !== '',
  });
  const fields = { id, text, set };
  return (
    <div class="sheet-maker live-only">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (core) void make(wish());
        }}
      >
        <Choices
          items={data.items}
          names={names}
          onChoose={(chosenNames) => keep('items', chosenNames.join(','))}
        />
        <div class="fields">
          <Box name="count" label="Sheets" mode="numeric" {...fields} />
          <Box name="first" label="numbered from" mode="numeric" {...fields} />
        </div>
        <More {...fields} />
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

interface ChoicesProps {
  items: readonly Printable[];
  /** of those that are chosen */
  names: readonly string[];
  onChoose: (names: string[]) => void;
}

/** The items by the pages where they stand. */
function Choices({ items: all, names, onChoose }: ChoicesProps) {
  const pages = [...new Set(all.map(({ page }) => page))];
  const choose = (name: string, isOn: boolean) =>
    onChoose(all.map((each) => each.name).filter((each) => (each === name ? isOn : names.includes(each))));
  return (
    <>
      {pages.map((page) => {
        const items = all.filter((each) => each.page === page);
        const count = items.filter(({ name }) => names.includes(name)).length;
        return (
          <details class="choice" key={page}>
            <summary>
              {page}: {count === 0 ? `${items.length} to choose from` : `${count} of ${items.length} chosen`}
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
    </>
  );
}

interface FieldsProps {
  id: string;
  text: (name: Field) => string;
  set: (name: Field, value: string) => void;
}

interface BoxProps extends FieldsProps {
  name: Field;
  label: string;
  mode: 'numeric' | 'text';
}

const Box = ({ id, name, label, mode, text, set }: BoxProps) => (
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

const More = (fields: FieldsProps) => {
  const { id, text, set } = fields;
  return (
    <details class="more">
      <summary>Heading, paper, worked answers</summary>
      <div class="fields">
        <Box name="heading" label="Heading" mode="text" {...fields} />
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
  );
};

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
