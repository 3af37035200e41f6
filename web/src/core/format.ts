// Numbers as they are read on the page: significant digits, a true minus, powers of ten.

import type { FormulaValue } from './core.ts';

const superscripts: Record<string, string> = {
  '-': '⁻',
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
};

/** The most digits a double holds; asked for where the full value is shown. */
export const allDigits = 17;

/** 10⁻⁷ for −7. */
export const powerOfTen = (exponent: number): string =>
  `10${String(exponent).replace(/./g, (sign) => superscripts[sign] ?? sign)}`;

/** A power of ten as it stands at an axis: written out from 0.001 to 1000. */
export const powerAtAxis = (exponent: number): string =>
  Math.abs(exponent) <= 3 ? formatNumber(10 ** exponent) : powerOfTen(exponent);

/** `digits` significant digits without trailing zeros; powers of ten below 1e-4 and from 1e7. */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value > 0 ? 'infinity' : 'minus infinity';
  // 17 digits tell every double apart, but the shortest text that does so reads better: 0.1, not 0.10000000000000001.
  // Rounding the very largest doubles up would make them infinite.
  const precise = Number(value.toPrecision(Math.min(digits, allDigits)));
  const rounded = digits >= allDigits || !Number.isFinite(precise) ? value : precise;
  const whole = Number.isInteger(value) && Math.abs(value) < 1e7;
  const shown = whole ? value : rounded;
  const size = Math.abs(shown);
  if (size === 0) return '0';
  if (size >= 1e-4 && size < 1e7) return String(shown).replace('-', '−');
  const [mantissa = '', exponent = ''] = shown.toExponential().split('e');
  return `${mantissa.replace('-', '−')} × ${powerOfTen(Number(exponent))}`;
}

/** Every digit of a value, for machines and for a title: `1.3416407864998738`. */
export function fullText(value: { values: ArrayLike<number> }): string {
  return Array.from(value.values, String).join(', ');
}

/** Values of a list with commas between. */
export function formatList(values: ArrayLike<number>, digits = 4): string {
  return Array.from(values, (value) => formatNumber(value, digits)).join(', ');
}

/** A value as it stands in the text: a list in brackets; what is only rounding as 0, unless all digits are asked for. */
export function formatValue(value: FormulaValue, digits = 4): string {
  const text = formatList(digits >= allDigits ? value.values : value.shown, digits);
  return value.is_list ? `[${text}]` : text;
}

const plainNumber = /^−?\d+(?:\.(?<decimals>\d+))?$/;
const mostPadding = 6;

/**
 * What has to stand behind each number of a column so that the points stand in one line: a number of digits, with a "."
 * in front where the point is missing too. The values of the attribute data-pad; style/page.css gives them their widths.
 */
export function pointPadding(column: readonly string[]): string[] {
  const matches = column.map((text) => plainNumber.exec(text));
  if (matches.some((match) => match === null)) return column.map(() => '');
  const lengths = matches.map((match) => match?.groups?.decimals?.length ?? 0);
  const most = Math.min(Math.max(...lengths), mostPadding);
  return lengths.map((length) => (length >= most ? '' : `${length === 0 ? '.' : ''}${most - length}`));
}

/**
 * A whole number, or one of two figures, with commas at the thousands: 1,048,576. Intl does the same, but keeps a slow phone
 * busy for a tenth of a second before its first number.
 */
export const withThousands = (value: number): string => String(value).replaceAll(/\B(?=(?:\d{3})+$)/gu, ',');

/** The index of a symbol in plain text: x₁. */
export const subscript = (index: number): string =>
  String(index).replace(/[0-9]/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'.charAt(Number(digit)));

/** Whether a value is to stand in one line, also on a phone. */
export const isShort = (text: string): boolean => text.length <= 28;
