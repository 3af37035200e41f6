/** @jsxImportSource preact */
// Formulas with live numbers, in MathML, each quantity in its colour.

import type { ComponentChildren } from 'preact';
import { formatNumber } from '../core/format.ts';
import { type Look, lookOf, type SymbolName } from '../core/quantities.ts';

interface Children {
  children: ComponentChildren;
}

/** A formula in a line of its own that scrolls where it is too wide. */
export const Formula = ({ children }: Children) => (
  <div class="math" role="group" aria-label="Formula">
    <math display="block">{children}</math>
  </div>
);

/** A formula within text. */
export const Inline = ({ children }: Children) => <math>{children}</math>;

interface SymbolProps {
  of: SymbolName;
  sub?: string | undefined;
}

/** A symbol in the colour of its quantity: `<Symbol of="x_hat" sub="i" />`. */
export const Symbol = ({ of, sub }: SymbolProps) => (
  <Letters of={of} sub={sub} colour={`q-${lookOf(of)?.colour}`} />
);

function Letters({ of, sub, colour }: SymbolProps & { colour?: string }) {
  const { letter: text, place, squared, hat } = lookOf(of) as Look;
  const below = sub ?? place;
  const whole = below === undefined ? colour : undefined;
  const base = hat ? (
    <mover accent class={whole}>
      <mi>{text}</mi>
      <mo stretchy={false}>^</mo>
    </mover>
  ) : (
    <mi class={whole}>{text}</mi>
  );
  if (below === undefined) return base;
  return squared ? (
    <msubsup class={colour}>
      {base}
      <mi>{below}</mi>
      <mn>2</mn>
    </msubsup>
  ) : (
    <msub class={colour}>
      {base}
      <mi>{below}</mi>
    </msub>
  );
}

/** The partial derivative of L by a quantity, as a fraction in its colour. */
export const Gradient = ({ of, sub }: SymbolProps) => (
  <mfrac class={`q-${of === 'y' ? 'dy' : lookOf(of)?.colour}`}>
    <mrow>
      <mo>∂</mo>
      <mi>L</mi>
    </mrow>
    <mrow>
      <mo>∂</mo>
      <Letters of={of} sub={sub} />
    </mrow>
  </mfrac>
);

/** A number in the colour of its quantity; negative ones in brackets where they follow an operator. */
export function Num({ value, of, bracket = false }: { value: number; of?: string; bracket?: boolean }) {
  const number = <mn class={of ? `q-${of}` : undefined}>{formatNumber(value)}</mn>;
  if (!bracket || value >= 0) return number;
  return (
    <mrow>
      <mo>(</mo>
      {number}
      <mo>)</mo>
    </mrow>
  );
}

/** The sum of what follows over all examples. */
export const Sum = ({ over = 'j' }: { over?: string }) => (
  <munder>
    <mo>∑</mo>
    <mi>{over}</mi>
  </munder>
);

interface NormalizedProps {
  /** what comes of it: x_hat, or y where γ = 1 and β = 0 */
  of: 'x_hat' | 'y';
  sub: string;
  x: number;
  mean: number;
  variance: number;
  eps: number;
  value: number;
}

/** (x − mean) / √(variance + ε), with its value. */
export const Normalized = ({ of, sub, x, mean, variance, eps, value }: NormalizedProps) => (
  <Formula>
    <Symbol of={of} sub={sub} />
    <mo>=</mo>
    <mfrac>
      <mrow>
        <Num value={x} of="x" />
        <mo>−</mo>
        <Num value={mean} of="mean" bracket />
      </mrow>
      <msqrt>
        <Num value={variance} of="var" />
        <mo>+</mo>
        <Num value={eps} />
      </msqrt>
    </mfrac>
    <mo>=</mo>
    <Num value={value} of={of} />
  </Formula>
);
