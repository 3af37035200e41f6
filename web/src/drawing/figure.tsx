/** @jsxImportSource preact */
// A figure: its state, and what the core computes from it as a drawing, a table and a sentence. The same code draws the
// still picture when the page is built and the live one in the browser.

import { Component, type ComponentChildren, createRef } from 'preact';
import type { Core } from '../core/core.ts';
import { formatNumber } from '../core/format.ts';
import type { Controls } from './controls.tsx';
import { type Fields, initialState, type StateOf } from './fields.ts';
import { Phrase, Words } from './words.tsx';

/** A table of numbers: one row for each label. */
export interface NumbersTable {
  caption: string;
  /** what heads the labels, and the columns with the colour of their quantity */
  corner: string;
  columns: readonly { head: string; quantity?: string }[];
  rows: readonly { label: string; values: readonly (number | string)[] }[];
}

export interface View {
  /** the few that carry the figure's claim; `more` are all others, folded */
  controls?: ComponentChildren;
  more?: ComponentChildren;
  drawing: ComponentChildren;
  /** folded too: formulas with the numbers in place, and further parts under titles of their own */
  formulas?: ComponentChildren;
  folded?: readonly { title: string; content: ComponentChildren }[];
  tables: readonly NumbersTable[];
  /** what the drawing shows, in a sentence or two; announced when a hand rests */
  sentence: string;
}

export interface Scene<F extends Fields, Facts = unknown> {
  core: Core;
  state: StateOf<F>;
  set: (change: Partial<StateOf<F>>) => void;
  controls: Controls<F>;
  /** the width of the drawing in CSS pixels */
  width: number;
  /** unique in the page, for ids */
  id: string;
  /** what was read from the sources when the page was built, for figures that show some */
  facts: Facts;
}

export interface Figure<F extends Fields = Fields, Facts = unknown> {
  /** The kind of its block; its element is called bn- and this. */
  kind: string;
  fields: F;
  /** How the still picture differs from where the figure starts: for those who read without scripts it is complete. */
  still?: Partial<StateOf<F>>;
  /** Throws RangeError with the core's sentence where there is nothing to draw. */
  view: (scene: Scene<F, Facts>) => View;
}

/** A button that puts fields to values which the figure's block names. */
export interface Preset<F extends Fields = Fields> {
  /** by which a link hides it */
  id: string;
  label: string;
  set: Partial<StateOf<F>>;
}

/** Keeps the types of the fields for `view`. */
export const figure = <F extends Fields, Facts = unknown>(definition: Figure<F, Facts>): Figure =>
  definition as unknown as Figure;

/** The state of the still picture. */
export const stillState = ({ fields, still }: Figure): StateOf<Fields> =>
  ({ ...initialState(fields), ...still }) as StateOf<Fields>;

/** The width of the still picture. */
export const stillWidth = 720;

export function Table({ table }: { table: NumbersTable }) {
  return (
    <div class="scroll" role="group" aria-label={table.caption}>
      <table class="numbers">
        <caption>{table.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{table.corner}</th>
            {table.columns.map(({ head, quantity }) => (
              <th scope="col" key={head} class={quantity ? `q-${quantity}` : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map(({ label, values }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {values.map((value, k) =>
                typeof value === 'number' ? (
                  <td key={k} data-value={String(value)}>
                    {formatNumber(value)}
                  </td>
                ) : (
                  <td key={k}>{value}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Folded, under a title. What nobody sees is not counted again with every frame, but when it is unfolded. */
class Folded extends Component<{
  title: string;
  class: string;
  content: () => ComponentChildren;
  /** it is for those who ask, and not there before they do */
  isExtra?: boolean;
}> {
  private readonly element = createRef<HTMLDetailsElement>();

  override shouldComponentUpdate(): boolean {
    return this.element.current?.open === true;
  }

  override render() {
    const { title, class: name, content, isExtra } = this.props;
    const isThere = !isExtra || this.element.current?.open === true;
    return (
      <details class={name} ref={this.element} onToggle={() => this.forceUpdate()}>
        <summary translate>{title}</summary>
        {isThere && content()}
      </details>
    );
  }
}

interface FrameProps {
  view: View;
  /** why the state as it stands cannot be drawn; the view is then the last one that could */
  refusal?: string;
  announced?: string;
  /** the drawing alone, with its sentence for those who do not see it */
  isBare?: boolean;
  /** true: the link is in the clipboard; a text: it must be copied by hand */
  link?: string | true | undefined;
  onReset?: () => void;
  onCopy?: () => void;
}

/** Everything of a figure that its state decides. */
export function Frame({ view, refusal = '', announced = '', isBare, link, onReset, onCopy }: FrameProps) {
  const { controls, more, drawing, formulas, folded = [], tables, sentence } = view;
  if (isBare)
    return (
      <>
        <div class="drawing">{drawing}</div>
        <p class="visually-hidden announced" role="status">
          <Phrase>{announced}</Phrase>
        </p>
      </>
    );
  return (
    <>
      <div class="drawing">{drawing}</div>
      {controls !== undefined && (
        <div class="figure-controls live-only" role="group" aria-label="Controls of the figure">
          {controls}
        </div>
      )}
      <p class="sheet-message" role="status">
        {refusal !== '' && (
          <Phrase>{`${refusal}. What is drawn belongs to the last values that could be used.`}</Phrase>
        )}
      </p>
      <Words class="sentence">{sentence}</Words>
      <Folded
        title="More"
        class="figure-more"
        content={() => (
          <>
            {more !== undefined && (
              <div class="figure-controls live-only" role="group" aria-label="More controls">
                {more}
              </div>
            )}
            {formulas !== undefined && <div class="beside">{formulas}</div>}
            {folded.map(({ title, content }) => (
              <Folded
                key={title}
                title={title}
                class="figure-formulas live-only"
                content={() => content}
                isExtra
              />
            ))}
            <Folded
              title="The numbers as a table"
              class="figure-numbers"
              content={() => tables.map((table) => <Table table={table} key={table.caption} />)}
            />
            <div class="figure-actions live-only">
              <button type="button" data-action="reset" translate onClick={onReset}>
                Reset
              </button>
              <button type="button" data-action="copy" translate onClick={onCopy}>
                Copy link to this state
              </button>
              <span class="copied" role="status">
                {link !== undefined && (
                  <Phrase>
                    {link === true ? 'The link is in the clipboard.' : 'Copy it from this box:'}
                  </Phrase>
                )}
              </span>
              {typeof link === 'string' && (
                <input type="text" readOnly value={link} aria-label="Link to this state" />
              )}
            </div>
          </>
        )}
      />
      <p class="visually-hidden announced" role="status">
        <Phrase>{announced}</Phrase>
      </p>
    </>
  );
}
