// The C++ core as typed functions: the only importer of the wasm module. Plain numbers in, fresh typed arrays out;
// what the core refuses is thrown as a RangeError with the core's own sentence.

import createModule, { type CoreModule, type Outcome, type Range } from '#core-module';

export type { Range };

/** Any list of numbers; a tensor's are row-major. */
export type Numbers = ArrayLike<number>;

/** What comes out for a tensor: single precision for a Float32Array, double precision for every other list. */
export type Like<X extends Numbers> = X extends Float32Array ? Float32Array : Float64Array;

/** Where the channels of a tensor lie. Without `shape` it is (m, C), row by row, C being the number of gammas. */
export interface Shaped {
  /** (N, C), (N, C, L), (N, C, H, W), (N, C, D, H, W), or with the channels last: 2 to 5 dimensions */
  shape?: Numbers;
  /** `first` is axis 1, after the examples; that is what is meant where nothing is said */
  channel_axis?: 'first' | 'last';
}

export interface TrainingInput<X extends Numbers = Numbers> extends Shaped {
  x: X;
  /** (C), 1 where left out; needed where there is no `shape` */
  gamma?: Numbers;
  /** (C), 0 where left out */
  beta?: Numbers;
  /** >= 0, added to the variance */
  eps: number;
}

export interface InferenceInput<X extends Numbers = Numbers> extends TrainingInput<X> {
  /** (C) */
  running_mean: Numbers;
  /** (C), >= 0 */
  running_var: Numbers;
}

export interface Upstream {
  /** dL/dy, as many values as x and of its precision */
  dy: Numbers;
}

export interface Gradients<Y = Float64Array> {
  /** dL/dx, as x */
  dx: Y;
  /** (C) dL/dgamma */
  dgamma: Float64Array;
  /** (C) dL/dbeta */
  dbeta: Float64Array;
}

export interface BatchStatistics {
  /** (C) */
  batch_mean: Float64Array;
  /** (C), biased: divided by m */
  batch_var: Float64Array;
  /** (C) 1 / sqrt(batch_var + eps) */
  saved_invstd: Float64Array;
}

export interface TrainingForward<Y = Float64Array> extends BatchStatistics {
  /** gamma x_hat + beta, as x */
  y: Y;
}

/** One (m, C) batch in double precision, for the functions that show what happens on the way. */
export interface LessonInput {
  /** (m, C) */
  x: Numbers;
  /** (C); its length tells how many channels x has */
  gamma: Numbers;
  /** (C) */
  beta: Numbers;
  /** >= 0, added to the variance */
  eps: number;
}

export interface ForwardTrace extends TrainingForward {
  /** (m, C) (x - batch_mean) saved_invstd */
  x_hat: Float64Array;
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

/** Count, mean and sum of squared deviations of each channel: parts of a batch merge to those of the whole. */
export interface Moments {
  /** values a channel */
  count: number;
  /** (C), of x * 2^-exponent as all that follow */
  mean: Float64Array;
  /** (C) what rounding left of the mean */
  mean_residual: Float64Array;
  /** (C) sum of (x - mean)^2 */
  m2: Float64Array;
  /** (C) 0, but for values near the ends of the range of doubles */
  exponent: Float64Array;
}

export interface FoldInput {
  /** (C, I), (C, I, H, W), …, or with the outputs on the last axis */
  weight: Numbers;
  shape: Numbers;
  /** where the C outputs lie: on the `first` axis (the default) or on the `last` */
  channel_axis?: 'first' | 'last';
  /** (C), 0 where left out */
  bias?: Numbers;
  gamma?: Numbers;
  beta?: Numbers;
  running_mean: Numbers;
  running_var: Numbers;
  eps: number;
}

export interface RunningStatistics {
  running_mean: Float64Array;
  running_var: Float64Array;
}

export type RunningUpdate = {
  running_mean: Numbers;
  running_var: Numbers;
  batch_mean: Numbers;
  /** biased, as forwardTrain returns it */
  batch_var: Numbers;
  /** values a channel in the batch */
  m: number;
  /** which variance feeds running_var */
  estimator: 'biased' | 'unbiased';
} & (
  | {
      /** what momentum weights: `decay` the old value (lesson, Keras, ONNX, Flax), `torch` the batch (PyTorch) */
      convention: 'decay' | 'torch';
      momentum: number;
    }
  | {
      /** the plain mean of all batches so far (PyTorch's momentum=None) */
      convention: 'cumulative';
      /** which batch this is: 1, 2, 3, … */
      step: number;
    }
);

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

/** Whatever looks like a list of numbers is copied, number by number; the tensors' own types pass as they are. */
function plain(name: string, value: unknown, List: typeof Float64Array | typeof Float32Array): unknown {
  if (value instanceof Float64Array || typeof value !== 'object' || value === null) return value;
  if (value instanceof Float32Array && (name === 'x' || name === 'dy')) return value;
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) return value;
  const list: ArrayLike<unknown> = value as unknown[];
  const numbers = new List(list.length);
  for (let k = 0; k < list.length; ++k) {
    const element = list[k];
    if (typeof element !== 'number') {
      throw new RangeError(`${name}: expected numbers, got ${describe(element)} at [${k}]`);
    }
    numbers[k] = element;
  }
  return numbers;
}

/** The arguments as the core takes them. A dy in an array follows the precision of x. */
function toArguments(input: object): object {
  const single = (input as { x?: unknown }).x instanceof Float32Array;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      plain(name, value, single && name === 'dy' ? Float32Array : Float64Array),
    ]),
  );
}

/** The names of the bindings; a test compares them with the built module. */
export const bindingNames = [
  'forward_train',
  'forward_inference',
  'backward_train',
  'backward_frozen',
  'forward_trace',
  'backward_trace',
  'central_difference_gradient',
  'jacobian',
  'update_running_statistics',
  'torch_from_decay',
  'decay_from_torch',
  'fold_into_weight',
  'moments',
  'merge_moments',
  'statistics_from_moments',
  'normal_batches',
  'evaluate',
  'judge',
] as const satisfies (keyof CoreModule)[];

/**
 * The functions of the core. Each throws a RangeError with the core's sentence, which names the argument, what was
 * expected and what was given; cpp/batchnorm/*.h says what each requires and where it comes from.
 */
export interface Core {
  /** Training mode: normalises with the statistics of the batch. */
  forwardTrain: <X extends Numbers>(input: TrainingInput<X>) => TrainingForward<Like<X>>;
  /** The gradient through forwardTrain of the same x, gamma and eps, whose statistics it takes again. */
  backwardTrain: <X extends Numbers>(input: TrainingInput<X> & Upstream) => Gradients<Like<X>>;
  /** Inference mode: a fixed affine map per channel. */
  forwardInference: <X extends Numbers>(input: InferenceInput<X>) => { y: Like<X> };
  /** The gradient through forwardInference. */
  backwardFrozen: <X extends Numbers>(input: InferenceInput<X> & Upstream) => Gradients<Like<X>>;
  /** forwardTrain of one (m, C) batch, with x_hat. */
  forwardTrace: (input: LessonInput) => ForwardTrace;
  /** Runs the forward pass itself and returns every intermediate of the backward pass. */
  backwardTrace: (input: LessonInput & Upstream) => BackwardTrace;
  /** Gradients of sum(dy y) by central differences; they know nothing of backwardTrain. step > 0, in the units of x. */
  centralDifferenceGradient: (input: LessonInput & Upstream & { step: number }) => Gradients;
  /** dy/dx of one channel with the values x: (m, m), row by row. */
  jacobian: (input: { x: Numbers; gamma?: number; eps: number }) => Float64Array;
  /** One step of the running averages: the old ones go in, the new ones come out. */
  updateRunningStatistics: (input: RunningUpdate) => RunningStatistics;
  /** PyTorch's momentum for one that weights the old value, and the reverse. */
  torchFromDecay: (momentum: number) => number;
  decayFromTorch: (momentum: number) => number;
  /** The linear or convolution layer that does what the layer and inference after it do. */
  foldIntoWeight: (input: FoldInput) => { weight: Float64Array; bias: Float64Array };
  /** Moments of a batch, or of a share of it on one of several devices; gamma only tells the channels without a shape. */
  moments: (input: Shaped & { x: Numbers; gamma?: Numbers }) => Moments;
  /** The moments of both together, whatever the sizes of the shares. */
  mergeMoments: (input: { a: Moments; b: Moments }) => Moments;
  /** What forwardTrain normalises the whole batch with. */
  statisticsFromMoments: (input: { moments: Moments; eps: number }) => BatchStatistics;
  /**
   * Mini-batches of m draws from a normal distribution, one a channel: (m, batches) row by row. |seed| <= 1e9, at most
   * 1e6 draws in all, std >= 0.
   */
  normalBatches: (input: {
    seed: number;
    batches: number;
    m: number;
    mean: number;
    std: number;
  }) => Float64Array;
  /** The value of a formula of the answer language. Throws UnreadableError. */
  evaluate: (text: string, quantities: Quantities) => FormulaValue;
  /**
   * Judges typed text against the value of the formula `answer` in `quantities`. `known` are the quantities the text may
   * name. Right where |typed - value| <= max(relative |value|, absolute), for every value.
   */
  judge: (input: {
    text: string;
    known: Quantities;
    answer: string;
    quantities: Quantities;
    relative: number;
    absolute: number;
  }) => Judgement;
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
    const outcome: Outcome = module[name](toArguments(input));
    if (outcome.ok) return outcome.value;
    if (outcome.range) throw new UnreadableError(outcome.message, outcome.range);
    throw new RangeError(outcome.message);
  };

  return {
    forwardTrain: (input) => call('forward_train', input) as never,
    backwardTrain: (input) => call('backward_train', input) as never,
    forwardInference: (input) => call('forward_inference', input) as never,
    backwardFrozen: (input) => call('backward_frozen', input) as never,
    forwardTrace: (input) => call('forward_trace', input) as ForwardTrace,
    backwardTrace: (input) => call('backward_trace', input) as BackwardTrace,
    centralDifferenceGradient: (input) => call('central_difference_gradient', input) as Gradients,
    jacobian: (input) => call('jacobian', input) as Float64Array,
    /** One step of the running averages: the old ones go in, the new ones come out. */
    updateRunningStatistics: (input) => call('update_running_statistics', input) as RunningStatistics,
    torchFromDecay: (momentum) => call('torch_from_decay', { momentum }) as number,
    decayFromTorch: (momentum) => call('decay_from_torch', { momentum }) as number,
    foldIntoWeight: (input) =>
      call('fold_into_weight', input) as { weight: Float64Array; bias: Float64Array },
    moments: (input) => call('moments', input) as Moments,
    mergeMoments: (input) => call('merge_moments', input) as Moments,
    statisticsFromMoments: (input) => call('statistics_from_moments', input) as BatchStatistics,
    normalBatches: (input) => call('normal_batches', input) as Float64Array,
    evaluate: (text, quantities) => call('evaluate', { text, quantities }) as FormulaValue,
    judge: (input) => call('judge', input) as Judgement,
  };
}
