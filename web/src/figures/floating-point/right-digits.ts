// A number printed with many digits, beside the one that it should be: which of its digits are right.

import { powerOfTen } from '../../core/format.ts';

export interface PrintedNumber {
  /** a true minus, or '' */
  sign: string;
  /** the digits that are those of the truth, from the first one on; the rest */
  right: string;
  wrong: string;
  /** ' × 10⁹' where the digits alone do not say how large it is, or '' */
  power: string;
}

/** How many significant digits agree, from the first one on. */
function agreeing(value: number, truth: number, digits: number): number {
  if (Math.sign(value) !== Math.sign(truth)) return 0;
  const [number = '', power] = Math.abs(value)
    .toExponential(digits - 1)
    .split('e');
  const [expected = '', expectedPower] = Math.abs(truth)
    .toExponential(digits - 1)
    .split('e');
  if (power !== expectedPower) return 0;
  const [written, wanted] = [number.replace('.', ''), expected.replace('.', '')];
  let count = 0;
  while (count < digits && written[count] === wanted[count]) ++count;
  return count;
}

/** `value` with so many significant digits; those that agree with `truth` are right. */
export function printBeside(value: number, truth: number, digits: number): PrintedNumber {
  const [plain = '', exponent] = Math.abs(value).toPrecision(digits).split('e');
  const count = agreeing(value, truth, digits);
  // The zeros in front only say where the point stands: they are as right as the digits behind them.
  const zeros = value === 0 ? '' : (/^[0.]*/.exec(plain)?.[0] ?? '');
  const shared = new RegExp(`^(\\d\\.?){${count}}`).exec(plain.slice(zeros.length))?.[0] ?? '';
  const right = count === 0 ? '' : zeros + shared;
  return {
    sign: value < 0 ? '−' : '',
    right,
    wrong: plain.slice(right.length),
    power: exponent === undefined ? '' : ` × ${powerOfTen(Number(exponent))}`,
  };
}
