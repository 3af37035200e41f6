// Reads the format of README.md. Each function returns what a case states or throws a sentence that says where it
// is not as expected, what was expected and what stands there.

/** @typedef {Record<string, any>} Json */
/** @typedef {'float64' | 'float32'} Dtype */
/** @typedef {Float64Array | Float32Array} Values */
/** @typedef {'first' | 'last'} ChannelAxis */

/** Value k of a list that has one. @param {ArrayLike<number>} values @param {number} k */
export const at = (values, k) => values[k] ?? Number.NaN;

/**
 * How a tensor's values are told apart.
 * @typedef {object} Layout
 * @property {number[]} shape
 * @property {ChannelAxis} channel_axis
 * @property {number} size
 * @property {number} channels
 * @property {number} m  values a channel
 * @property {(k: number) => number} channel  the channel of value k
 */

/** @param {string} where @param {string} expected @param {unknown} got @returns {never} */
export function malformed(where, expected, got) {
  const inJson = (/** @type {string} */ _, /** @type {unknown} */ value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  const text = JSON.stringify(got, inJson) ?? 'nothing';
  throw new Error(`${where}: expected ${expected}, got ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`);
}

/**
 * The entry of `table` that a case names.
 * @template T
 * @param {string} where
 * @param {unknown} name
 * @param {Record<string, T>} table
 * @returns {T}
 */
export function choice(where, name, table) {
  if (typeof name !== 'string' || !Object.hasOwn(table, name))
    malformed(where, `one of ${Object.keys(table).join(', ')}`, name);
  return /** @type {T} */ (table[name]);
}

/** @param {string} where @param {unknown} value @returns {Json} */
export function object(where, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    malformed(where, 'an object', value);
  return value;
}

/** @type {Record<string, number>} */
const notFinite = { NaN: Number.NaN, Infinity: Infinity, '-Infinity': -Infinity };

/** @param {string} where @param {unknown} value @returns {number} */
export function number(where, value) {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && Object.hasOwn(notFinite, value)) return notFinite[value] ?? 0;
  return malformed(where, 'a number, NaN, Infinity or -Infinity', value);
}

/** Float32 numbers stand in a file with 9 digits, so they are rounded to float32 here. */
export const arrays = { float64: Float64Array, float32: Float32Array };

/** @param {unknown} value @returns {Dtype} */
export const dtypeOf = (value) => choice('dtype', value, { float64: 'float64', float32: 'float32' });

/** @param {string} where @param {unknown} value @param {Dtype} dtype @param {number} count @returns {Values} */
export function numbers(where, value, dtype, count) {
  if (!Array.isArray(value)) return malformed(where, `a list of ${count} numbers`, value);
  if (value.length !== count) malformed(where, `${count} numbers`, value.length);
  return new arrays[dtype](value.map((each, k) => number(`${where}[${k}]`, each)));
}

/**
 * A list that may be left out.
 * @param {string} where @param {unknown} value @param {Dtype} dtype @param {number} count
 */
export const numbersOrNone = (where, value, dtype, count) =>
  value === null || value === undefined ? undefined : numbers(where, value, dtype, count);

export const product = (/** @type {number[]} */ factors) => factors.reduce((all, each) => all * each, 1);

/** @param {string} where @param {unknown} value @param {string} [dimensions] @returns {number[]} */
export function shapeOf(where, value, dimensions = 'at least 2') {
  if (!Array.isArray(value) || value.length < 2 || !value.every((each) => Number.isInteger(each) && each > 0))
    malformed(where, `a list of ${dimensions} whole numbers >= 1`, value);
  return /** @type {number[]} */ (value);
}

/** @type {Record<string, ChannelAxis>} */
const channelAxes = {
  NC: 'first',
  NCL: 'first',
  NCHW: 'first',
  NCDHW: 'first',
  NLC: 'last',
  NHWC: 'last',
  NDHWC: 'last',
  NC_last: 'last',
};

/** @param {number[]} shape @param {ChannelAxis} channel_axis @returns {Layout} */
export function layoutWith(shape, channel_axis) {
  const size = product(shape);
  const inner = channel_axis === 'first' ? product(shape.slice(2)) : 1;
  const channels = shape.at(channel_axis === 'first' ? 1 : -1) ?? 1;
  const channel = (/** @type {number} */ k) => Math.floor(k / inner) % channels;
  return { shape, channel_axis, size, channels, m: size / channels, channel };
}

/** @param {unknown} name @param {unknown} shape @returns {Layout} */
export function layoutOf(name, shape) {
  const channel_axis = choice('layout', name, channelAxes);
  const letters = String(name);
  // NC_last is any number of dimensions; the other names have a letter for each.
  const dimensions = letters === 'NC_last' ? undefined : letters.length;
  const checked = shapeOf('shape', shape, dimensions?.toString());
  if (checked.length !== (dimensions ?? checked.length))
    malformed('shape', `${dimensions} dimensions, for the layout is ${letters}`, shape);
  return layoutWith(checked, channel_axis);
}

/** The value number i that an `x_rule` stands for: exact in float64, and in float32 up to 22 bits. */
export function xRule(/** @type {Json} */ rule) {
  const read = (/** @type {string} */ name) => number(`x_rule.${name}`, rule[name]);
  const [multiplier, bits, base] = [read('multiplier'), read('bits'), read('base')];
  return (/** @type {number} */ i) =>
    base + Math.floor((Math.imul(i, multiplier) >>> 0) / 2 ** (32 - bits)) / 2 ** bits;
}

/** The value number i that a `dy_rule` stands for: exact in float32 too. */
export function dyRule(/** @type {Json} */ rule) {
  const multiplier = number('dy_rule.multiplier', rule.multiplier);
  return (/** @type {number} */ i) => ((Math.imul(i, multiplier) & 0xffff) - 32768) / 16384;
}
