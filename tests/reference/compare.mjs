// Compares what the core gave with what a file states, by the file's own tolerances, and measures errors in ULP of
// the natural scale (README.md defines both).

import { at, dtypeOf, malformed, number, numbers, numbersOrNone, object } from './format.mjs';

/** @typedef {import('./format.mjs').Json} Json */
/** @typedef {import('./format.mjs').Dtype} Dtype */
/** @typedef {import('./format.mjs').Values} Values */
/** @typedef {(k: number) => number} OfEach  something about value k of a field */

/**
 * A field as the core gave it, and what its errors are measured with.
 * @typedef {object} Output
 * @property {ArrayLike<number>} values
 * @property {number} channels
 * @property {OfEach} channel
 * @property {OfEach} scale  the natural scale; a file's `natural_scale` comes before it
 * @property {OfEach} [magnitude]  what a rule in words multiplies its factor with
 */

/**
 * The numbers to compare with.
 * @typedef {object} Stated
 * @property {Json} [truth]
 * @property {Json} [truth_lo]
 * @property {Json} [expected]
 */
/** @typedef {'truth' | 'expected'} Source */

/**
 * @typedef {object} Measured
 * @property {string} field
 * @property {number} ulp  the largest error
 * @property {boolean} assumed  the file has no tolerance for it
 */
/** @typedef {{ fields: Measured[], failures: string[] }} Comparison */

const formats = {
  float64: { digits: 52, smallest: Number.MIN_VALUE, largest: Number.MAX_VALUE },
  float32: { digits: 23, smallest: 2 ** -149, largest: 2 ** 128 - 2 ** 104 },
};

/** The spacing of the numbers at `scale`. @param {number} scale @param {Dtype} dtype */
export function ulp(scale, dtype) {
  const { digits, smallest } = formats[dtype];
  const size = Math.min(scale, Number.MAX_VALUE);
  // The logarithm of a number just below a power of two may be rounded up to a whole one.
  const logarithm = Math.floor(Math.log2(size));
  const exponent = 2 ** logarithm > size ? logarithm - 1 : logarithm;
  return Math.max(2 ** (exponent - digits), smallest);
}

/**
 * How far `got` is from `wanted + rest`. A result beyond the largest number stands in a file as infinite or as that
 * number; then it is right to give either.
 * @param {number} got @param {number} wanted @param {number} rest @param {number} scale @param {Dtype} dtype
 */
export function distance(got, wanted, rest, scale, dtype) {
  const { largest } = formats[dtype];
  if (Number.isNaN(wanted)) return Number.isNaN(got) ? 0 : Infinity;
  const overflowed = Math.abs(wanted) === Infinity || (Math.abs(wanted) === largest && scale > largest);
  const error = overflowed ? Math.max(0, largest - Math.sign(wanted) * got) : Math.abs(got - wanted - rest);
  return Number.isNaN(error) ? Infinity : error;
}

/**
 * What a rule in words can speak of.
 * @typedef {object} Subject
 * @property {string} field
 * @property {Dtype} dtype
 * @property {OfEach} scale
 * @property {OfEach | undefined} magnitude
 * @property {Values} wanted
 */

/** @type {(factor: unknown, subject: Subject) => OfEach} */
const ulps =
  (factor, { scale, dtype }) =>
  (k) =>
    Number(factor) * ulp(scale(k), dtype);

/** @type {(factor: unknown, subject: Subject) => OfEach | undefined} */
const magnitudes = (factor, { magnitude }) => magnitude && ((k) => Number(factor) * magnitude(k));

/**
 * The rules that files state in words, each with the absolute error it allows; undefined where it does not speak of
 * the field. A sum of absolute values that a rule spells out is the scale or the magnitude of the field in modes.mjs.
 * @type {[RegExp, (match: string[], subject: Subject) => OfEach | undefined][]}
 */
const rules = [
  [/^([\d.e-]+) ulp of (?:the )?natural scale$/, ([, factor], subject) => ulps(factor, subject)],
  [
    /^([\d.e-]+) ulp of the largest element$/,
    ([, factor], subject) => {
      const largest = Array.from(subject.wanted).reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      return ulps(factor, { ...subject, scale: () => largest });
    },
  ],
  [
    /^per channel: y ([\d.e-]+), dx ([\d.e-]+) ulp of that channel's natural scale is attainable; ([\d.e-]+) is acceptable$/,
    // What is attainable is asked for.
    ([, y, dx, other], subject) => ulps({ y, dx }[subject.field] ?? other, subject),
  ],
  [
    /^atol ([\d.e-]+) ulp of (?:\|s\|\(\|b\|\+\|rm\|\)\+\|beta\||sum \|W_folded\|\|X\| \+ \|b_folded\|)$/,
    ([, factor], subject) => ulps(factor, subject),
  ],
  [
    /^rtol ([\d.e-]+)(?:\*([\d.e-]+))?$/,
    ([, factor, times = 1], { wanted }) =>
      (k) =>
        Number(factor) * Number(times) * Math.abs(at(wanted, k)),
  ],
  [
    /^absolute error <= \(float64: ([\d.e-]+), float32: ([\d.e-]+)\) \* max\(1, max\|x\|\) for running_mean, \* max\(1, max\|x\|\^2\) for running_var$/,
    ([, double, single], subject) => magnitudes(subject.dtype === 'float64' ? double : single, subject),
  ],
  [
    /^atol ([\d.e-]+) \* max\(1, gamma\*invstd\*\|dy\|\*\|X\|\)$/,
    ([, factor], subject) => magnitudes(factor, subject),
  ],
  [
    /^true value is exactly 0; accept \|db\| <= N \* 2\^-(\d+) \* gamma\*invstd\*max\|dy\|$/,
    ([, bits], subject) => magnitudes(2 ** -Number(bits), subject),
  ],
];

/** @param {string} where @param {unknown} text @param {Subject} subject */
function allowedByRule(where, text, subject) {
  for (const [pattern, allowed] of rules) {
    const match = pattern.exec(String(text));
    if (match) return allowed(match, subject);
  }
  return malformed(where, 'a rule in words that tests/reference/compare.mjs knows', text);
}

/**
 * A number for all channels, or a list with one for each.
 * @param {string} where @param {unknown} value @param {Output} output @returns {OfEach}
 */
function ofChannel(where, value, { channels, channel }) {
  if (!Array.isArray(value)) {
    const same = number(where, value);
    return () => same;
  }
  const list = numbers(where, value, 'float64', channels);
  return (k) => at(list, channel(k));
}

/**
 * One way in which a field is judged.
 * @typedef {object} Check
 * @property {Source} against
 * @property {string} by
 * @property {OfEach} allowed  the absolute error
 */

/**
 * All that a file asks of a field; nothing where it has no tolerance for it. What another program gave (`expected`)
 * counts beside a truth only with the tolerance that was made for both.
 * @param {Json} given @param {Subject} subject @param {Output} output @param {Source[]} sources  the truth first
 */
function checksOf(given, subject, output, sources) {
  const { field } = subject;
  const tolerance = given.tolerance ?? {};
  const [against = 'truth'] = sources;
  /** @type {Check[]} */
  const checks = [];
  if (given.bitwise_fields?.includes(field)) checks.push({ against, by: 'bitwise_fields', allowed: () => 0 });
  const atol = tolerance.atol?.[field] ?? undefined;
  if (atol !== undefined) {
    const allowed = ofChannel(`tolerance.atol.${field}`, atol, output);
    for (const source of sources) checks.push({ against: source, by: 'atol', allowed });
  }
  const goal = tolerance[`goal_${field}`] ?? undefined;
  if (goal !== undefined && against === 'truth') {
    const allowed = ulps(number(`tolerance.goal_${field}`, goal), subject);
    checks.push({ against, by: `goal_${field} ${goal} ULP`, allowed });
  }
  if (checks.length > 0) return checks;

  const rule = [field, 'rule', 'truth_rule'].find((name) => (tolerance[name] ?? null) !== null);
  const allowed = rule && allowedByRule(`tolerance.${rule}`, tolerance[rule], subject);
  return allowed ? [{ against, by: tolerance[rule], allowed }] : [];
}

/** A field without any tolerance is judged by that many ULP of the natural scale. */
export const assumedUlps = 8;
/** What is promised of floats that are computed with in floats, whatever a file asks for. @param {string} field */
const fastUlps = (field) => (field === 'y' ? 3 : field === 'dx' ? 6 : assumedUlps);

/**
 * @param {Json} given @param {Stated} stated @param {string} field @param {Output} output
 * @returns {{ measured: Measured, failures: string[] }}
 */
function compareField(given, stated, field, output) {
  const dtype = dtypeOf(given.dtype);
  const count = output.values.length;
  const natural = given.tolerance?.natural_scale?.[field];
  const scale = natural === undefined ? output.scale : ofChannel(`natural_scale.${field}`, natural, output);
  const rest = numbersOrNone(`truth_lo.${field}`, stated.truth_lo?.[field], 'float64', count);
  // Statistics come from the core as doubles whatever the data are.
  const got = dtype === 'float32' ? Float32Array.from(output.values) : output.values;
  const sides = /** @type {Source[]} */ (['truth', 'expected']).flatMap((source) => {
    const wanted = numbersOrNone(`${source}.${field}`, stated[source]?.[field], dtype, count);
    if (!wanted) return [];
    const errors = Array.from(wanted, (want, k) =>
      distance(at(got, k), want, source === 'truth' && rest ? at(rest, k) : 0, scale(k), dtype),
    );
    return [{ source, wanted, errors }];
  });
  const [reference = malformed(field, 'numbers', undefined)] = sides;
  const inUlp = (/** @type {number} */ error, /** @type {number} */ k) =>
    error === 0 ? 0 : error / ulp(scale(k), dtype);

  const subject = { field, dtype, scale, magnitude: output.magnitude, wanted: reference.wanted };
  const sources = sides.map(({ source }) => source);
  const asked = checksOf(given, subject, output, sources);
  const assumed = {
    against: reference.source,
    by: `${assumedUlps} ULP, assumed`,
    allowed: ulps(assumedUlps, subject),
  };
  const isFast = dtype === 'float32' && given.accuracy === 'fast';
  const promised = isFast ? ulps(fastUlps(field), subject) : () => 0;
  const failures = (asked.length > 0 ? asked : [assumed]).flatMap(({ against, by, allowed: byFile }) => {
    const allowed = (/** @type {number} */ k) => Math.max(byFile(k), promised(k));
    const { wanted, errors } = sides.find(({ source }) => source === against) ?? reference;
    const wrong = [...errors.keys()].filter((k) => errors[k] !== 0 && !(at(errors, k) <= allowed(k)));
    const [k] = wrong.toSorted((a, b) => at(errors, b) - at(errors, a));
    if (k === undefined) return [];
    const [error, most] = [at(errors, k), allowed(k)].map((each) => each.toPrecision(3));
    const others = wrong.length > 1 ? `; ${wrong.length - 1} more of ${count} are wrong` : '';
    return [
      `${field}[${k}] (channel ${output.channel(k)}): got ${got[k]}, ${against} ${wanted[k]}; ` +
        `error ${error} (${inUlp(at(errors, k), k).toPrecision(3)} ULP), allowed ${most} (${by})${others}`,
    ];
  });
  const largest = reference.errors.reduce((most, error, k) => Math.max(most, inUlp(error, k)), 0);
  return { measured: { field, ulp: largest, assumed: asked.length === 0 }, failures };
}

/**
 * Every field that the file states, compared with what the core gave.
 * @param {Json} given  the case: its dtype, tolerance and bitwise_fields are read
 * @param {Record<string, Output>} outputs
 * @param {Stated} [stated]  where that is not the case itself
 * @returns {Comparison}
 */
export function compare(given, outputs, stated = given) {
  const isStated = (/** @type {string} */ field) =>
    [stated.truth, stated.expected].some((source) => (source?.[field] ?? null) !== null);
  const fields = Object.keys({ ...stated.truth, ...stated.expected }).filter(isStated);
  if (fields.length === 0) malformed('truth, expected', 'numbers to compare with', stated.truth);
  const stray = fields.find((field) => !Object.hasOwn(outputs, field));
  if (stray) malformed('truth, expected', `fields among ${Object.keys(outputs).join(', ')}`, stray);
  object('tolerance', given.tolerance ?? {});
  const bitwise_fields = given.bitwise_fields ?? [];
  if (!Array.isArray(bitwise_fields) || !bitwise_fields.every((field) => fields.includes(field)))
    malformed('bitwise_fields', `a list of fields among ${fields.join(', ')}`, bitwise_fields);

  const compared = Object.entries(outputs)
    .filter(([field]) => isStated(field))
    .map(([field, output]) => compareField(given, stated, field, output));
  return {
    fields: compared.map(({ measured }) => measured),
    failures: compared.flatMap(({ failures }) => failures),
  };
}
