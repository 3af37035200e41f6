// What a figure's state is made of: plain values, each with what is allowed and how it stands in a link.

/** One value of a figure's state. */
export interface Field<Value> {
  kind: 'number' | 'stops' | 'list' | 'choice' | 'flag';
  initial: Value;
  /** The value that a text of a link means, or undefined where it means none that is allowed. */
  read: (text: string) => Value | undefined;
  write: (value: Value) => string;
}

export interface NumberField extends Field<number> {
  kind: 'number';
  least: number;
  most: number;
  step: number;
}

export interface StopsField extends Field<number> {
  kind: 'stops';
  stops: readonly number[];
}

export interface ListField extends Field<readonly number[]> {
  kind: 'list';
  least: number;
  most: number;
  step: number;
  fewest: number;
  longest: number;
}

export interface ChoiceField<Option extends string = string> extends Field<Option> {
  kind: 'choice';
  options: readonly Option[];
  /** Of any word, so that a choice among a few passes for one among any. */
  write: (value: string) => string;
}

export interface FlagField extends Field<boolean> {
  kind: 'flag';
}

export type AnyField = NumberField | StopsField | ListField | ChoiceField | FlagField;
export type Fields = Readonly<Record<string, AnyField>>;

/** The state that goes with the fields. */
export type StateOf<F extends Fields> = { readonly [Name in keyof F]: F[Name]['initial'] };

/** Digits, a point, an exponent: nothing that Number() also takes, such as '' or '0x10'. */
const decimal = /^-?\d+(\.\d+)?(e[-+]?\d+)?$/;

const numberFrom = (text: string, least: number, most: number): number | undefined => {
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
};

/** The multiple of `step` next to the value, between the bounds. */
export function snapped(value: number, { least, most, step }: Pick<NumberField, 'least' | 'most' | 'step'>) {
  // The division may leave 0.30000000000000004; ten decimals are more than any step of a figure has.
  const whole = Number((Math.round(value / step) * step).toFixed(10));
  return Math.min(most, Math.max(least, whole));
}

/** One that counts in whole steps is whole in a link too. */
export const number = (initial: number, least: number, most: number, step: number): NumberField => ({
  kind: 'number',
  initial,
  least,
  most,
  step,
  read: (text) => {
    const value = numberFrom(text, least, most);
    return Number.isInteger(step) && !Number.isInteger(value) ? undefined : value;
  },
  write: String,
});

/** One of these numbers, in their order on the slider. */
export const stops = (initial: number, values: readonly number[]): StopsField => ({
  kind: 'stops',
  initial,
  stops: values,
  read: (text) => {
    const value = numberFrom(text, -Infinity, Infinity);
    return value !== undefined && values.includes(value) ? value : undefined;
  },
  write: String,
});

export const list = (
  initial: readonly number[],
  { least, most, step }: Pick<NumberField, 'least' | 'most' | 'step'>,
  [fewest, longest]: readonly [number, number] = [initial.length, initial.length],
): ListField => ({
  kind: 'list',
  initial,
  least,
  most,
  step,
  fewest,
  longest,
  read: (text) => {
    const values = text.split(',').map((each) => numberFrom(each, least, most));
    const whole = values.every((value): value is number => value !== undefined);
    return whole && values.length >= fewest && values.length <= longest ? values : undefined;
  },
  write: (values) => values.join(','),
});

export const choice = <const Option extends string>(
  initial: NoInfer<Option>,
  ...options: readonly Option[]
): ChoiceField<Option> => ({
  kind: 'choice',
  initial,
  options,
  read: (text) => options.find((option) => option === text),
  write: (value) => value,
});

export const flag = (initial: boolean): FlagField => ({
  kind: 'flag',
  initial,
  read: (text) => (text === '1' ? true : text === '0' ? false : undefined),
  write: (value) => (value ? '1' : '0'),
});

/** Part of the way from one state to another: numbers lie between, all else is as it will be. */
export function between<F extends Fields>(
  fields: F,
  from: StateOf<F>,
  to: StateOf<F>,
  part: number,
): StateOf<F> {
  const mixed = Object.entries(fields).map(([name, field]) => {
    const [first, last] = [from[name], to[name]];
    const mix = (a: number, b: number) =>
      snapped(a + part * (b - a), field as Pick<NumberField, 'least' | 'most' | 'step'>);
    if (field.kind === 'number') return [name, mix(first as number, last as number)];
    if (field.kind !== 'list') return [name, last];
    const [values, ends] = [first as readonly number[], last as readonly number[]];
    return [name, values.length === ends.length ? ends.map((end, k) => mix(values[k] ?? end, end)) : ends];
  });
  return Object.fromEntries(mixed) as StateOf<F>;
}

export function initialState<F extends Fields>(fields: F): StateOf<F> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { initial }]) => [name, initial]),
  ) as StateOf<F>;
}

/** The same fields, of which some start at what a text means; one that means nothing there leaves its field as it is. */
export const startingAt = <F extends Fields>(fields: F, texts: Readonly<Record<string, string>>): F =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
      return [
        name,
        { ...field, initial: (text === undefined ? undefined : field.read(text)) ?? field.initial },
      ];
    }),
  ) as unknown as F;
