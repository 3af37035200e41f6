/** @jsxImportSource preact */
// Formulas with live numbers, in MathML, each quantity in its colour.

import type { ComponentChildren } from 'preact';
import { formatNumber } from '../format.ts';

interface Children {
  children: ComponentChildren;
}

/** A formula in a line of its own that scrolls where it is too wide. */
export const Formula = ({ children }: Children) => (
  <div class="math" role="group" aria-label="Formula">
    <math display="block">
      <mrow>{children}</mrow>
    </math>
  </div>
);

/** A formula within text. */
export const Inline = ({ children }: Children) => (
  <math>
    <mrow>{children}</mrow>
  </math>
);

interface SymbolProps {
  of: SymbolName;
  sub?: string | undefined;
}

/** A symbol in the colour of its quantity: `<Symbol of="x_hat" sub="i" />`. */
export const Symbol = ({ of, sub }: SymbolProps) => (
  <mrow class={`q-${symbols[of].quantity}`}>
    <Letters of={of} sub={sub} />
  </mrow>
);

function Letters({ of, sub }: SymbolProps) {
  const { text, place, squared, hat } = symbols[of];
  const base = hat ? (
    <mover accent>
      <mi>{text}</mi>
      <mo stretchy={false}>^</mo>
    </mover>
  ) : (
    <mi>{text}</mi>
  );
  const below = sub ?? place;
  if (below === undefined) return base;
  return squared ? (
    <msubsup>
      {base}
      <mi>{below}</mi>
      <mn>2</mn>
    </msubsup>
  ) : (
    <msub>
      {base}
      <mi>{below}</mi>
    </msub>
  );
}

interface SymbolLook {
  text: string;
  quantity: string;
  place?: string;
  squared?: boolean;
  hat?: boolean;
}

type SymbolName =
  | 'x'
  | 'x_hat'
  | 'y'
  | 'gamma'
  | 'beta'
  | 'eps'
  | 'momentum'
  | 'batch_mean'
  | 'batch_var'
  | 'running_mean'
  | 'running_var';

const symbols: Record<SymbolName, SymbolLook> = {
  x: { text: 'x', quantity: 'x' },
  x_hat: { text: 'x', quantity: 'x_hat', hat: true },
  y: { text: 'y', quantity: 'y' },
  gamma: { text: 'γ', quantity: 'gamma' },
  beta: { text: 'β', quantity: 'beta' },
  eps: { text: 'ε', quantity: 'eps' },
  momentum: { text: 'α', quantity: 'momentum' },
  batch_mean: { text: 'μ', quantity: 'mean', place: 'B' },
  batch_var: { text: 'σ', quantity: 'var', place: 'B', squared: true },
  running_mean: { text: 'μ', quantity: 'mean', place: 'run' },
  running_var: { text: 'σ', quantity: 'var', place: 'run', squared: true },
};

/** The partial derivative of L by a quantity, as a fraction in its colour. */
export const Gradient = ({ of, sub }: SymbolProps) => (
  <mfrac class={`q-${of === 'y' ? 'dy' : symbols[of].quantity}`}>
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
