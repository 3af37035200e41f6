/** @jsxImportSource preact */
// The controls of a figure, each bound to one field of its state: native inputs with their labels and values. A link
// may hide them by the names of their fields.

import type { ComponentChildren, TargetedInputEvent } from 'preact';
import { formatNumber } from '../core/format.ts';
import type {
  AnyField,
  ChoiceField,
  Fields,
  FlagField,
  ListField,
  NumberField,
  StateOf,
  StopsField,
} from './fields.ts';
import { Phrase } from './words.tsx';

type NamesOf<F extends Fields, Kind extends AnyField> = {
  [Name in keyof F]: F[Name] extends Kind ? Name : never;
}[keyof F] &
  string;

type InputEvent = TargetedInputEvent<HTMLInputElement>;

export class Controls<F extends Fields> {
  private readonly id: string;
  private readonly fields: F;
  private readonly state: StateOf<F>;
  private readonly set: (change: Partial<StateOf<F>>) => void;
  private readonly hidden: ReadonlySet<string>;
  /** They are there, but there is nothing for them to do. */
  private readonly areOff: boolean;

  constructor(
    id: string,
    fields: F,
    state: StateOf<F>,
    set: (change: Partial<StateOf<F>>) => void,
    hidden: ReadonlySet<string>,
    areOff = false,
  ) {
    this.id = id;
    this.fields = fields;
    this.state = state;
    this.set = set;
    this.hidden = hidden;
    this.areOff = areOff;
  }

  /** Controls that do something in some states only. They keep their place: nothing slides under the pointer. */
  when(isPossible: boolean): Controls<F> {
    return new Controls(this.id, this.fields, this.state, this.set, this.hidden, !isPossible);
  }

  private isHidden(name: string): boolean {
    return this.hidden.has(name) || this.hidden.has('all');
  }

  private change(name: string, value: unknown): void {
    this.set({ [name]: value } as Partial<StateOf<F>>);
  }

  /** A native slider; `inWords` says its value where the number alone would not do. */
  slider(
    name: NamesOf<F, NumberField | StopsField>,
    label: ComponentChildren,
    inWords: (value: number) => string = (value) => formatNumber(value),
  ): ComponentChildren {
    if (this.isHidden(name)) return null;
    const field = this.fields[name] as NumberField | StopsField;
    const value = this.state[name] as number;
    if (field.kind === 'number') {
      const { least, most, step } = field;
      return this.range(name, label, inWords(value), { min: least, max: most, step, value }, (moved) =>
        this.change(name, moved),
      );
    }
    const { stops } = field;
    const range = { min: 0, max: stops.length - 1, step: 1, value: stops.indexOf(value) };
    return this.range(name, label, inWords(value), range, (moved) => this.change(name, stops[moved]));
  }

  /** A native slider for one value of a list. */
  sliderOf(name: NamesOf<F, ListField>, index: number, label: ComponentChildren): ComponentChildren {
    if (this.isHidden(name)) return null;
    const { least, most, step } = this.fields[name] as ListField;
    const values = this.state[name] as readonly number[];
    const value = values[index] ?? least;
    return this.range(name, label, formatNumber(value), { min: least, max: most, step, value }, (moved) =>
      this.change(name, values.with(index, moved)),
    );
  }

  private range(
    name: string,
    label: ComponentChildren,
    inWords: string,
    range: { min: number; max: number; step: number; value: number },
    onMove: (moved: number) => void,
  ): ComponentChildren {
    const inputId = `${this.id}-${name}`;
    return (
      <div class="slider" key={name}>
        <label for={inputId}>
          <Phrase>{label}</Phrase>
        </label>
        <output for={inputId}>{inWords}</output>
        <input
          type="range"
          id={inputId}
          {...range}
          disabled={this.areOff}
          aria-valuetext={inWords}
          onInput={({ currentTarget }: InputEvent) => onMove(Number(currentTarget.value))}
        />
      </div>
    );
  }

  /** Radio buttons in a row; `chosen` is another than the state's where that does not count. */
  choice<Name extends NamesOf<F, ChoiceField>>(
    name: Name,
    legend: ComponentChildren,
    labels: Readonly<Record<StateOf<F>[Name] & string, ComponentChildren>>,
    chosen: string = this.state[name] as string,
  ): ComponentChildren {
    if (this.isHidden(name)) return null;
    return (
      <fieldset class="choice" key={name} disabled={this.areOff}>
        <legend translate>{legend}</legend>
        {(this.fields[name] as ChoiceField).options.map((option) => (
          <label key={option} translate>
            <input
              type="radio"
              name={`${this.id}-${name}`}
              value={option}
              checked={chosen === option}
              onInput={() => this.change(name, option)}
            />
            {(labels as Record<string, ComponentChildren>)[option]}
          </label>
        ))}
      </fieldset>
    );
  }

  flag(name: NamesOf<F, FlagField>, label: ComponentChildren): ComponentChildren {
    if (this.isHidden(name)) return null;
    return (
      <label class="flag" key={name} translate>
        <input
          type="checkbox"
          id={`${this.id}-${name}`}
          checked={this.state[name] as boolean}
          disabled={this.areOff}
          onInput={({ currentTarget }: InputEvent) => this.change(name, currentTarget.checked)}
        />
        {label}
      </label>
    );
  }

  /** A button that changes several fields at once; a link hides it by `name`. */
  button(name: string, label: string, change: () => Partial<StateOf<F>>): ComponentChildren {
    if (this.isHidden(name)) return null;
    return (
      <button
        type="button"
        key={name}
        data-control={name}
        // Not disabled: a button that has done all it can keeps the focus.
        aria-disabled={this.areOff || undefined}
        onClick={() => this.areOff || this.set(change())}
      >
        <Phrase>{label}</Phrase>
      </button>
    );
  }
}
