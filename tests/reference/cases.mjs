// What a file asks for, one entry a case, and the judgement of each. A case that cannot be run has failed.

import { readJson } from '../../web/read-json.mjs';
import { compare } from './compare.mjs';
import { choice, malformed, object } from './format.mjs';
import { modes } from './modes.mjs';
import { errorCalls, judgePolicy } from './policies.mjs';
import { judgeShape } from './shapes.mjs';

/** @typedef {import('./format.mjs').Json} Json */
/** @typedef {import('./compare.mjs').Measured} Measured */
/** @typedef {import('./modes.mjs').Core} Core */
/** @typedef {{ fields?: Measured[], notes?: string[], failures: string[] }} Judgement */
/** @typedef {{ id: string, accuracy?: Accuracy, line?: number, run: (core: Core) => Judgement }} Entry */
/** @typedef {{ id: string, accuracy?: Accuracy, line?: number, fields: Measured[], notes: string[], failures: string[] }} Report */

/** @param {Core} core @param {unknown} value @returns {Judgement} */
function judgeCase(core, value) {
  const given = object('case', value);
  if (given.kind === 'policy') return judgePolicy(core, given);
  const run = choice('mode', given.mode, modes)(core, given);
  const { fields, failures } = compare(given, run.outputs, run.stated);
  return { fields, failures: [...failures, ...(run.failures ?? [])] };
}

/** @typedef {'fast' | 'exact'} Accuracy */

/**
 * The core with that accuracy in every call on a whole batch.
 * @param {Core} core @param {Accuracy} accuracy @returns {Core}
 */
export const withAccuracy = (core, accuracy) => ({
  ...core,
  forwardTrain: (input) => core.forwardTrain({ ...input, accuracy }),
  backwardTrain: (input) => core.backwardTrain({ ...input, accuracy }),
  forwardInference: (input) => core.forwardInference({ ...input, accuracy }),
  backwardFrozen: (input) => core.backwardFrozen({ ...input, accuracy }),
  moments: (input) => core.moments({ ...input, accuracy }),
});

/** How a case is run: floats in both accuracies, unless it says which. @param {unknown} given @returns {Accuracy[]} */
function accuraciesOf(given) {
  const { accuracy, dtype } = /** @type {Json} */ (given ?? {});
  if (accuracy !== undefined) return [choice('accuracy', accuracy, { fast: 'fast', exact: 'exact' })];
  return dtype === 'float32' ? ['exact', 'fast'] : ['exact'];
}

/** Every list of shapes in a file of shapes. @param {Json} file @returns {Entry[]} */
function shapeEntries(file) {
  const lists = Object.entries(file).filter(([, value]) => Array.isArray(value));
  return lists.flatMap(([name, shapes]) =>
    shapes.map((/** @type {unknown} */ shape) => ({
      id: `${name}/${Array.isArray(shape) ? shape.join('x') : String(shape)}`,
      run: (/** @type {Core} */ core) =>
        judgeShape({ fast: withAccuracy(core, 'fast'), exact: withAccuracy(core, 'exact') }, shape),
    })),
  );
}

/** @param {Json} file @param {(path: (string | number)[]) => number} lineOf @returns {Entry[]} */
function caseEntries({ cases, count, error_calls = {} }, lineOf) {
  if (!Array.isArray(cases)) malformed('cases', 'a list', cases);
  if (count !== undefined && count !== cases.length)
    malformed('count', `${cases.length}, the number of cases`, count);
  const calls = Object.keys(object('error_calls', error_calls)).map((name) => ({
    id: `error_calls/${name}`,
    run: (/** @type {Core} */ core) => choice('error_calls', name, errorCalls)(core),
  }));
  const entries = cases.flatMap((given, i) => {
    const id = typeof given?.id === 'string' ? given.id : `case ${i + 1}`;
    return accuraciesOf(given).map((accuracy) => ({
      id: accuracy === 'fast' ? `${id}, fast` : id,
      accuracy,
      line: lineOf(['cases', i]),
      run: (/** @type {Core} */ core) =>
        judgeCase(withAccuracy(core, accuracy), accuracy === 'fast' ? { ...given, accuracy } : given),
    }));
  });
  return [...entries, ...calls];
}

/** Throws where the text is not a file of the format. @param {string} text @returns {Entry[]} */
export function entriesOf(text) {
  const { value, lineOf } = readJson(text);
  const file = object('file', value);
  const format = choice('format', file.format ?? 'bn-reference/1', {
    'bn-reference/1': caseEntries,
    'bn-shapes/1': shapeEntries,
  });
  const entries = format(file, lineOf);
  return entries.length > 0 ? entries : malformed('file', 'at least one case', file);
}

/** @param {Core} core @param {Entry} entry @returns {Report} */
export function judge(core, { run, ...entry }) {
  try {
    return { ...entry, fields: [], notes: [], ...run(core) };
  } catch (error) {
    return { ...entry, fields: [], notes: [], failures: [inWords(error)] };
  }
}

/** @param {unknown} error */
export function inWords(error) {
  if (error instanceof RangeError) return `the core refused: ${error.message}`;
  if (error instanceof SyntaxError) return `expected JSON: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
