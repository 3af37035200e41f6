/** @jsxImportSource preact */
// The numbers of an item: folded to one line, with boxes to change them, and a button that draws others.

import type { Core } from '../core/core.ts';
import { fullText } from '../core/format.ts';
import type { Kept } from '../memory/kept.ts';
import { type GivenName, givens, symbolOf } from '../core/quantities.ts';
import {
  computeQuantities,
  givensNamedBy,
  type Limits,
  readGivens,
  refusalInWords,
  resultOrNothing,
  type Typed,
} from '../core/scenario.ts';
import { keepLinesApart } from '../core/typed-text.ts';
import type { Drawing } from './draw.ts';
import { DrawnNote, NewNumbers } from './drawn.tsx';

/** The givens of an item and what a learner may do with them. */
export interface SheetData extends Limits {
  given: Typed;
  edit: GivenName[];
  buttons: { label: string; set: Typed }[];
}

const textsFrom = (json: string): Typed | undefined => {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.values(value).every((each) => typeof each === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
};

/** The givens as they stand: those of the author, and over them what is kept under the name "givens". */
export function typedOf({ given }: Pick<SheetData, 'given'>, kept: Kept): Typed {
  const other = textsFrom(kept.texts.givens ?? '') ?? {};
  const known = Object.entries(other).filter(([name]) => Object.hasOwn(given, name));
  return { ...given, ...(Object.fromEntries(known) as Typed) };
}

/** What is kept under the name "givens": those that differ from the author's. */
export function givensText({ given }: Pick<SheetData, 'given'>, typed: Typed): string | undefined {
  const other = Object.entries(typed).filter(([name, text]) => text !== given[name as GivenName]);
  return other.length > 0 ? JSON.stringify(Object.fromEntries(other)) : undefined;
}

/** Whether a text is one of this sheet's givens that can be used. */
export function acceptsGivens(sheet: SheetData, text: string, core: Core): boolean {
  const values = textsFrom(text);
  if (!values || !Object.keys(values).every((name) => Object.hasOwn(sheet.given, name))) return false;
  const compute = () => computeQuantities(core, readGivens(core, { ...sheet.given, ...values }, sheet));
  return resultOrNothing(compute) !== undefined;
}

/** The texts that a button sets, with its formulas computed from the numbers as they stand; undefined where it cannot. */
function computedTexts(core: Core, sheet: SheetData, typed: Typed, set: Typed): Typed | undefined {
  const isFormula = (name: string, text: string) =>
    text.startsWith('=') && sheet.edit.includes(name as GivenName);
  // A button without formulas works even where the current numbers cannot be used.
  if (!Object.entries(set).some(([name, text]) => isFormula(name, text))) return set;
  return resultOrNothing(() => {
    const quantities = computeQuantities(core, readGivens(core, typed, sheet));
    const texts = Object.entries(set).map(
      ([name, text]) =>
        [name, isFormula(name, text) ? fullText(core.evaluate(text.slice(1), quantities)) : text] as const,
    );
    return Object.fromEntries(texts);
  });
}

interface Props {
  id: string;
  sheet: SheetData;
  core: Core | undefined;
  typed: Typed;
  /** why the numbers cannot be used */
  refusal: RangeError | undefined;
  allDigits: boolean;
  /** where other numbers can be drawn */
  drawing?: Drawing | undefined;
  onSet: (typed: Typed) => void;
  onAllDigits: (isOn: boolean) => void;
}

export function Givens(props: Props) {
  const { id, sheet, core, typed, refusal, allDigits, drawing, onSet } = props;
  const at = refusal ? givensNamedBy(refusal) : [];
  const press = (set: Typed) => {
    const texts = core && computedTexts(core, sheet, typed, set);
    if (texts) onSet({ ...typed, ...texts });
  };
  return (
    <div class="givens-line live-only" role="group" aria-label="Change the numbers">
      {drawing && <NewNumbers drawing={drawing} />}
      <details class="change-numbers">
        <summary>Change numbers</summary>
        <div class="givens">
          {sheet.edit.map((name) => (
            <div class={`given given-${givens[name].kind}`} key={name}>
              <label for={`${id}-${name}`} title={givens[name].says}>
                {symbolOf(name) ? `${symbolOf(name)} ` : ''}
                <code>{name}</code>
              </label>
              <input
                id={`${id}-${name}`}
                type="text"
                autocomplete="off"
                spellcheck={false}
                autocapitalize="off"
                value={typed[name] ?? ''}
                aria-describedby={`${id}-message`}
                aria-invalid={at.includes(name) ? 'true' : undefined}
                onInput={({ currentTarget }) => onSet({ ...typed, [name]: currentTarget.value })}
                onPaste={keepLinesApart}
              />
            </div>
          ))}
        </div>
        <div class="actions">
          {sheet.buttons.map(({ label, set }) => (
            <button type="button" class="quiet" key={label} onClick={() => press(set)}>
              {label}
            </button>
          ))}
          <button type="button" class="quiet" onClick={() => onSet(sheet.given)}>
            Reset
          </button>
          <label class="all-digits">
            <input
              type="checkbox"
              checked={allDigits}
              onInput={({ currentTarget }) => props.onAllDigits(currentTarget.checked)}
            />{' '}
            all digits
          </label>
        </div>
      </details>
      <p class="sheet-message" id={`${id}-message`} role="status">
        {refusal
          ? `${refusalInWords(refusal)}. The dimmed numbers belong to the last values that could be used.`
          : ''}
      </p>
      <DrawnNote drawing={drawing} />
    </div>
  );
}
