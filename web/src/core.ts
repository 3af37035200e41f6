// The C++ core as typed functions: the only importer of the wasm module. Plain numbers in, fresh typed arrays out;
// what the core refuses is thrown as a RangeError with the core's own sentence.

import createModule, { type CoreModule, type Outcome, type Range } from '#core-module';

export type { Range };

/** A list of numbers: examples one after the other, channels within an example, so (m, C) row by row. */
export type Numbers = ArrayLike<number>;

export interface TrainingInput {
  /** (m, C) */
  x: Numbers;
  /** (C); its length tells how many channels x has */
  gamma: Numbers;
  /** (C) */
  beta: Numbers;
  /** >= 0, added to the variance */
  eps: number;
}

export interface InferenceInput extends TrainingInput {
  /** (C) */
  running_mean: Numbers;
  /** (C), >= 0 */
  running_var: Numbers;
}

/** dL/dy, (m, C) */
export interface Upstream {
  dy: Numbers;
}

export interface Gradients {
  /** (m, C) dL/dx */
  dx: Float64Array;
  /** (C) dL/dgamma */
  dgamma: Float64Array;
  /** (C) dL/dbeta */
  dbeta: Float64Array;
}

export interface TrainingForward {
  /** (m, C) gamma x_hat + beta */
  y: Float64Array;
  /** (m, C) (x - batch_mean) saved_invstd */
  x_hat: Float64Array;
  /** (C) */
  batch_mean: Float64Array;
  /** (C), biased: divided by m */
  batch_var: Float64Array;
  /** (C) 1 / sqrt(batch_var + eps) */
  saved_invstd: Float64Array;
}

export interface BackwardTrace extends Gradients {
  /** (m, C) gamma dy */
  dx_hat: Float64Array;
  /** (C) dL/dbatch_var */
  dvar: Float64Array;
  /** (C) dL/dbatch_mean */
  dmean: Float64Array;
  /** (m, C) each; dx is the sum of these three paths */
  dx_direct: Float64Array;
  dx_through_var: Float64Array;
  dx_through_mean: Float64Array;
}

export interface RunningStatistics {
  running_mean: Float64Array;
  running_var: Float64Array;
}

export interface RunningUpdate {
  running_mean: Numbers;
  running_var: Numbers;
  batch_mean: Numbers;
  /** biased, as forwardTrain returns it */
  batch_var: Numbers;
  /** values in the batch */
  m: number;
  /** from 0 to 1 */
  momentum: number;
  /** what momentum weights: `decay` the old value (lesson, Keras, ONNX, Flax), `torch` the batch (PyTorch) */
  convention: 'decay' | 'torch';
  /** which variance feeds running_var */
  estimator: 'biased' | 'unbiased';
}

/** A quantity a formula may name. `scale` says how large the terms were that it was made of (see answers::Value). */
export type Quantity = number | Float64Array | { values: number | Float64Array; scale: number };
export type Quantities = Readonly<Record<string, Quantity>>;

export interface FormulaValue {
  values: Float64Array;
  /** the same, with what is only rounding shown as 0 */
  shown: Float64Array;
  is_list: boolean;
}

/** How typed text was read: a tree of operators. */
export interface Tree {
  kind:
    | 'number'
    | 'name'
    | 'list'
    | 'negate'
    | 'percent'
    | 'add'
    | 'subtract'
    | 'multiply'
    | 'divide'
    | 'power'
    | 'index'
    | 'call';
  text: string;
  range: Range;
  children: Tree[];
}

export interface Judgement {
  verdict: 'empty' | 'unreadable' | 'right' | 'wrong';
  message: string;
  range: Range;
  tree: Tree | null;
  value: FormulaValue | null;
  is_right: boolean[];
}

/** Text of the answer language that has no value: where (UTF-16 units), and why. */
export class UnreadableError extends RangeError {
  readonly range: Range;
  constructor(message: string, range: Range) {
    super(message);
    this.name = 'UnreadableError';
    this.range = range;
  }
}

const describe = (value: unknown) =>
  Array.isArray(value) ? 'an array' : value === null ? 'null' : typeof value;

/** The core takes Float64Array only; whatever else looks like a list of numbers is copied, number by number. */
function plain(name: string, value: unknown): unknown {
  if (value instanceof Float64Array || typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) return value;
  const list: ArrayLike<unknown> = value as unknown[];
  const numbers = new Float64Array(list.length);
  for (let k = 0; k < list.length; ++k) {
    const element = list[k];
    if (typeof element !== 'number') {
      throw new RangeError(`${name}: expected numbers, got ${describe(element)} at [${k}]`);
    }
    numbers[k] = element;
  }
  return numbers;
}

/** The names of the bindings; a test compares them with the built module. */
export const bindingNames = [
  'forward_train',
  'forward_inference',
  'backward_train',
  'backward_frozen',
  'central_difference_gradient',
  'update_running_statistics',
  'normal_batches',
  'evaluate',
  'judge',
] as const satisfies (keyof CoreModule)[];

/**
 * The functions of the core. Each throws a RangeError with the core's sentence, which names the argument, what was
 * expected and what was given; cpp/batchnorm/*.h says what each requires and where it comes from.
 */
export interface Core {
  forwardTrain(input: TrainingInput): TrainingForward;
  forwardInference(input: InferenceInput): { y: Float64Array };
  /** Runs the forward pass itself and returns every intermediate of the backward pass. */
  backwardTrain(input: TrainingInput & Upstream): BackwardTrace;
  backwardFrozen(input: InferenceInput & Upstream): Gradients;
  /** Gradients of sum(dy y) by central differences; they know nothing of backwardTrain. step > 0, in the units of x. */
  centralDifferenceGradient(input: TrainingInput & Upstream & { step: number }): Gradients;
  updateRunningStatistics(input: RunningUpdate): RunningStatistics;
  /**
   * Mini-batches of m draws from a normal distribution, one a channel: (m, batches) row by row. |seed| <= 1e9, at most
   * 1e6 draws in all, std >= 0.
   */
  normalBatches(input: { seed: number; batches: number; m: number; mean: number; std: number }): Float64Array;
  /** The value of a formula of the answer language. Throws UnreadableError. */
  evaluate(text: string, quantities: Quantities): FormulaValue;
  /**
   * Judges typed text against the value of the formula `answer` in `quantities`. `known` are the quantities the text may
   * name. Right where |typed - value| <= max(relative |value|, absolute), for every value.
   */
  judge(input: {
    text: string;
    known: Quantities;
    answer: string;
    quantities: Quantities;
    relative: number;
    absolute: number;
  }): Judgement;
}

/** Starts the core from the bytes of its wasm file. The bytes work from any host, whatever media type it sends. */
export async function loadCore(bytes: BufferSource): Promise<Core> {
  // Some versions of Emscripten never settle their promise when instantiation fails; so ours is settled here.
  const module = await new Promise<CoreModule>((resolve, reject) => {
    const instantiateWasm: Parameters<typeof createModule>[0]['instantiateWasm'] = (imports, done) => {
      WebAssembly.instantiate(bytes, imports)
        .then(({ instance }) => {
          try {
            done(instance);
          } catch (cause) {
            throw new Error('the wasm file is another program than the core of this page', { cause });
          }
        })
        .catch(reject);
      return {};
    };
    createModule({ instantiateWasm }).then(resolve, reject);
  });

  const call = (name: keyof CoreModule, input: object): unknown => {
    if (typeof input !== 'object' || input === null) {
      throw new RangeError(`${name}: expected an object with named arguments, got ${describe(input)}`);
    }
    const options = Object.fromEntries(Object.entries(input).map(([key, value]) => [key, plain(key, value)]));
    const outcome: Outcome = module[name](options);
    if (outcome.ok) return outcome.value;
    if (outcome.range) throw new UnreadableError(outcome.message, outcome.range);
    throw new RangeError(outcome.message);
  };

  return {
    forwardTrain: (input) => call('forward_train', input) as TrainingForward,
    forwardInference: (input) => call('forward_inference', input) as { y: Float64Array },
    backwardTrain: (input) => call('backward_train', input) as BackwardTrace,
    backwardFrozen: (input) => call('backward_frozen', input) as Gradients,
    centralDifferenceGradient: (input) => call('central_difference_gradient', input) as Gradients,
    updateRunningStatistics: (input) => call('update_running_statistics', input) as RunningStatistics,
    normalBatches: (input) => call('normal_batches', input) as Float64Array,
    evaluate: (text, quantities) => call('evaluate', { text, quantities }) as FormulaValue,
    judge: (input) => call('judge', input) as Judgement,
  };
}
