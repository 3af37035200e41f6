// The C++ core as typed functions: the only importer of the wasm module. Plain numbers in, fresh typed arrays out;
// what the core refuses is thrown as a RangeError with the core's own sentence.

import createModule from '#core-module';
import { inBlocks } from './in-blocks.ts';
import type { Boundary, Range } from './message.mjs';
import { started } from './wasm.mjs';

export type { Range };

/** Any list of numbers; a tensor's are row-major. */
export type Numbers = ArrayLike<number>;

declare global {
  // For users whose libraries do not know it yet; the same as in those that do.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

/**
 * Numbers that live in the core until they are disposed of: a call with tensors alone copies nothing. They may stand
 * wherever x, dy, y and dx do; a result may go to the tensor it is made of (y to x, dx to dy), but dx not to x.
 */
export interface Tensor<List extends Float32Array | Float64Array = Float32Array | Float64Array> {
  readonly length: number;
  /** the numbers themselves, to read and to write; later calls may make this view empty: ask anew after each */
  readonly data: List;
  /** Frees the memory; after that only this may be called. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** What a tensor may be given as. */
export type Values = Numbers | Tensor;

/** What comes out for a tensor: single precision where x is, double precision for every other list. */
export type Like<X extends Values> = X extends Float32Array | Tensor<Float32Array>
  ? Float32Array
  : Float64Array;

/**
 * Where a tensor may go: to an array or a tensor of the type and length of x, which the result then holds itself. An
 * array may overlap x or dy, or be one of them: they are read before it is written.
 */
export type Output<X extends Values> = Like<X> | Tensor<Like<X>>;

/** Where the channels of a tensor lie. Without `shape` it is (m, C), row by row, C being the number of gammas. */
export interface Shaped {
  /** (N, C), (N, C, L), (N, C, H, W), (N, C, D, H, W), or with the channels last: 2 to 5 dimensions */
  shape?: Numbers;
  /** `first` is axis 1, after the examples; that is what is meant where nothing is said */
  channel_axis?: 'first' | 'last';
}

/** How a Float32Array is computed with; every other list is computed with in double precision, whatever is asked for. */
export interface Computed {
  /**
   * `fast`, which is meant where nothing is said: in single precision, y within 3 ULP of the natural scale and dx within
   * 6; `exact`: in double precision, rounded once, within 0.5 ULP, in up to
   * twice the time. What a call is given of another (moments, sums) may be of either.
   */
  accuracy?: 'fast' | 'exact';
}

export interface TrainingInput<X extends Values = Values> extends Shaped, Computed {
  x: X;
  /** (C), 1 where left out; needed where there is no `shape` */
  gamma?: Numbers;
  /** (C), 0 where left out */
  beta?: Numbers;
  /** >= 0, added to the variance */
  eps: number;
}

export interface InferenceInput<X extends Values = Values> extends TrainingInput<X> {
  /** (C) */
  running_mean: Numbers;
  /** (C), >= 0 */
  running_var: Numbers;
}

export interface Upstream {
  /** dL/dy, as many values as x and of its precision */
  dy: Values;
}

export interface Gradients<Y = Float64Array> {
  /** dL/dx, as x */
  dx: Y;
  /** (C) dL/dgamma */
  dgamma: Float64Array;
  /** (C) dL/dbeta */
  dbeta: Float64Array;
}

export interface FrozenGradients<Y = Float64Array> extends Gradients<Y> {
  /** (C) dL/drunning_mean */
  dmean: Float64Array;
  /** (C) dL/drunning_var */
  dvar: Float64Array;
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
  /** values a channel, up to 2^53 */
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

/** A shard of a batch, which may have no examples, and the moments of the whole batch. */
export interface ShardInput<X extends Values = Values> extends Shaped, Computed {
  x: X;
  /** (C), 1 where left out; needed where there is no `shape` */
  gamma?: Numbers;
  /** of all shards, merged */
  moments: Moments;
  /** >= 0, added to the variance */
  eps: number;
}

/** What dx takes of the whole batch: the sums of its shards merge. Each is value * 2^exponent. */
export interface GradientSums {
  /** values a channel */
  count: number;
  /** (C) sum of dy */
  dy: Float64Array;
  /** (C) sum of dy x_hat, x_hat with the statistics of the whole batch */
  dy_x_hat: Float64Array;
  /** (C) each: 0, but for values near the ends of the range of doubles and sums of nearly 0 */
  dy_exponent: Float64Array;
  dy_x_hat_exponent: Float64Array;
}

export interface FoldInput {
  /** (C, I), (C, I, H, W), …, or with the outputs on another axis */
  weight: Numbers;
  shape: Numbers;
  /**
   * where the C outputs lie: on the `first` axis (the default), on the `last`, or on any by its number from 0. In the weights
   * of a transposed convolution it is 1 in PyTorch (I, C, H, W), 2 in Keras (H, W, C, I).
   */
  channel_axis?: 'first' | 'last' | number;
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

/** What values are stored and computed in. */
export type Precision = 'single' | 'double';

export interface Estimate {
  /** not finite where squares leave the range of the precision */
  value: number;
  /** how many significant decimal digits are right, from 0 to 17 */
  digits: number;
}

/** The biased variance of stored values, computed in several ways. */
export interface VarianceMethods {
  /** (m) values + offset, as the precision stores them */
  stored: Float64Array;
  /** of the stored values, rounded to double at the end only */
  exact: number;
  /** of the values without the offset, in the same way */
  of_values: number;
  /** how many digits of that are right in `exact`, from 0 to 17 */
  kept: number;
  /** mean(x^2) - mean(x)^2; may be negative */
  one_pass: Estimate;
  /** mean(d^2), d = x - mean(x) */
  two_pass: Estimate;
  /** (sum(d^2) - sum(d)^2 / m) / m */
  corrected_two_pass: Estimate;
  /** batch_var of forwardTrain with the accuracy `exact`, which computes in double whatever x is stored in */
  core: Estimate;
}

/** One channel, a loss of its y, and the ways in which its gradient is checked. */
export interface DifferenceChecksInput {
  /** (m), m from 2 to 16 */
  x: Numbers;
  gamma: number;
  beta: number;
  eps: number;
  /** (m) */
  dy: Numbers;
  /** sum(dy y), sum(y), or sum(dy max(y, 0)), which has a kink where y is 0 */
  loss: 'weighted' | 'sum' | 'relu';
  checks: readonly {
    /** (L(x + h) - L(x)) / h, or (L(x + h) - L(x - h)) / (2 h) */
    scheme: 'forward' | 'central';
    /** of x, dy, y and the loss */
    precision: Precision;
    /** 1 to 200, each > 0, in the units of x */
    steps: Numbers;
  }[];
}

/** What a check says of one backward pass. */
export interface CheckedCode {
  /** (m) the analytic gradient */
  dx: Float64Array;
  /** (steps) absolute / max(max |numeric|, max |dx|); NaN where a step gives no value */
  error: Float64Array;
  /** (steps) max |numeric - dx| */
  absolute: Float64Array;
}

/** One numeric gradient, beside the right backward pass and those that leave out a path or two. */
export interface DifferenceCheck {
  /** (steps, m) row by row; NaN where a step gives no value */
  numeric: Float64Array;
  right: CheckedCode;
  without_mean: CheckedCode;
  without_var: CheckedCode;
  without_both: CheckedCode;
}

export interface JacobianSpectrum {
  /** (m, m) row by row */
  jacobian: FormulaValue;
  /** (m) ascending */
  eigenvalues: FormulaValue;
  /** how many eigenvalues are more than rounding */
  rank: number;
  /** (m) 0 up to rounding */
  row_sums: FormulaValue;
}

/** A sequence of batches of one channel, and how each feeds the running statistics. */
export interface RunningSeriesInput {
  running_mean: number;
  running_var: number;
  /** (T), one of each batch */
  batch_mean: Numbers;
  /** (T), biased */
  batch_var: Numbers;
  /** values in each batch */
  m: number;
  estimator: 'biased' | 'unbiased';
  convention: 'decay' | 'torch';
  momentum: number;
}

/** T batches from a normal distribution that shifts once, and rules by which running statistics follow them. */
export interface RunningStreamInput {
  seed: number;
  /** T */
  batches: number;
  m: number;
  /** the last batch before the shift; 0 to T */
  shift_at: number;
  mean_before: number;
  var_before: number;
  mean_after: number;
  var_after: number;
  /** where they start */
  running_mean: number;
  running_var: number;
  rules: readonly {
    convention: 'decay' | 'torch';
    momentum: number;
    estimator: 'biased' | 'unbiased';
  }[];
  /** is sent through both modes: with the statistics of each of the batches `from` to `to`, counted from 1 */
  example?: { x: number; eps: number; from: number; to: number };
}

/** How running statistics follow a stream by one rule: (T + 1) each, the start and what follows each batch. */
export interface RunningPath extends RunningStatistics {
  /** (T) what the running variance averages */
  fed_var: Float64Array;
  /** (T + 1) what the start still weighs */
  start_weight: Float64Array;
  /** over about how many batches they average: 1 / new_weight */
  span: number;
  /** of the old value, and of the batch */
  old_weight: number;
  new_weight: number;
}

/** An example in training mode, in the place of the first one of each batch; and in inference, after the last. */
export interface BothModes {
  /** (m - 1) the others of the last batch */
  others: Float64Array;
  /** (to - from + 1) each */
  y_training: Float64Array;
  batch_mean: Float64Array;
  batch_var: Float64Array;
  y_inference: number;
}

export interface RunningStream {
  /** (T) each, the variance biased */
  batch_mean: Float64Array;
  batch_var: Float64Array;
  /** one for each rule */
  paths: RunningPath[];
  /** by the first rule, where an example was given */
  example?: BothModes;
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

/** Quantities with their shown form. */
export type FormulaValues<Name extends string = string> = Readonly<Record<Name, FormulaValue>>;

/** A form that answers may have. */
export interface Form {
  what: string;
  example: string;
  same: string;
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

/**
 * `unreadable`: without a value, or with one that is not judged (not as many numbers as asked for, too few digits to tell);
 * `coarse`: the truth with fewer digits than asked for; `carried`: right for the learner's own wrong numbers above.
 */
export type Verdict = 'empty' | 'unreadable' | 'right' | 'coarse' | 'carried' | 'wrong';

/** A mistake with a name. */
export interface Mistake {
  id: string;
  title: string;
  /** one sentence: what is right */
  reason: string;
  /** the name of the pitfall that it belongs to */
  pitfall: string;
}

/** How near an answer must be (see answers::Tolerance); all 0: exactly. */
export interface Tolerance {
  relative: number;
  absolute: number;
  digits: number;
}

/** What is asked: a formula of the problem's quantities. */
export interface Question extends Tolerance {
  answer: string;
  /** mistakes that the author foresaw: what is answered instead */
  foreseen?: (Mistake & { answer: string })[];
}

interface Reading {
  message: string;
  /** unreadable: where, in UTF-16 units */
  range: Range;
  tree: Tree | null;
}

/** Typed text before it is judged. */
export interface TypedText extends Reading {
  /** `read`: it can be judged, though not as many values may have been typed as are asked for */
  state: 'empty' | 'unreadable' | 'read';
  /** how the text was read, where that might surprise */
  note: string;
  /** unreadable: the two ways in which it can be read, if there are two */
  readings: string[];
  /** of an equation, the right side; `tree` is the left one */
  right: Tree | null;
  /** of a value that can be read */
  value: FormulaValue | null;
}

/** What kind of text is typed, and what it may name. */
export type Typing = { text: string } & (
  | {
      form?: 'value';
      /** how many values are asked for, which may tell what commas are; as many as are typed where left out */
      count?: number;
      /** only the exact number is right, as for a count: 1,024 is 1024 */
      exact?: boolean;
      /** the text may name these, and the x and m that are plain from them */
      givens?: Quantities;
      /** or only these quantities that follow from the givens; they are computed if it names any */
      names?: string[];
      /** boxes above, from top to bottom, whose quantities it may name as well */
      above?: { name: string; text: string; count: number }[];
    }
  | { form: 'formula' | 'equation'; names: string[] }
);

export interface Judgement extends Reading {
  verdict: Verdict;
  /** how the text was read, where that might surprise */
  note: string;
  value: FormulaValue | null;
  /** one for each value asked for; `unreadable` where it has too few digits to tell */
  cells: Verdict[];
  /** wrong: the mistake behind it, or two made at once */
  mistakes: Mistake[];
}

export interface PropertyJudgement extends Reading {
  verdict: Verdict;
  note: string;
  value: FormulaValue | null;
}

/** least <= value <= most for all values of the formula. */
export interface Condition {
  value: string;
  least?: number | undefined;
  most?: number | undefined;
  /** what is wrong where it does not hold */
  says: string;
}

export interface WorksheetJudgement {
  /** `used`: the boxes above whose wrong numbers this one follows from */
  cells: (Judgement & { used: string[] })[];
  /** the first box with a mistake of its own, or '' */
  first_wrong: string;
}

/** A batch of small numbers on which two things differ: an answer and what is right, or the sides of an equation. */
export interface Counterexample {
  givens: Quantities;
  /** null where it has no value there; `why` says why not */
  typed: FormulaValue | null;
  why: string;
  right: FormulaValue | null;
}

export interface FormulaJudgement extends Reading {
  verdict: Verdict;
  note: string;
  mistakes: Mistake[];
  /** wrong: what the difference is made of, as a phrase ("you are short by mean(dy)"); or '' */
  difference: string;
  counterexample: Counterexample | null;
}

/** One line of a proof: an equation, and the lines that must stand above it. */
export interface ProofLine {
  id: string;
  equation: string;
  needs: string[];
}

export interface ProofJudgement {
  /** one for each placed line; a counterexample's `typed` is the left side */
  lines: {
    id: string;
    state: 'follows' | 'not-yet' | 'false';
    /** not-yet: the lines that are needed and do not stand above */
    missing: string[];
    counterexample: Counterexample | null;
  }[];
  /** the goal is placed, and everything follows */
  complete: boolean;
}

/** `tree` is the left side. */
export interface LineJudgement extends Reading {
  right: Tree | null;
  verdict: 'empty' | 'unreadable' | 'holds' | 'fails';
  /** both sides are written alike */
  trivial: boolean;
  /** one of its sides is a side of a line above */
  linked: boolean;
  /** which of `others` says the same, or -1 */
  same: number;
  counterexample: Counterexample | null;
}

/** Which answers to a question can be told apart, in units of what is allowed; pairs of ids, `right` for the truth. */
export interface Separation {
  least: number;
  nearest: [string, string];
  least_from_right: number;
  coinciding: [string, string][];
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

/**
 * The functions of the core. Each throws a RangeError with the core's sentence, which names the argument, what was
 * expected and what was given; cpp/batchnorm/*.h says what each requires and where it comes from.
 */
export interface Core {
  /** A tensor in the core: a copy of the values, or so many zeros. To be disposed of. */
  tensor: {
    (values: Float32Array): Tensor<Float32Array>;
    (values: Float64Array): Tensor<Float64Array>;
    (length: number, precision: 'single'): Tensor<Float32Array>;
    (length: number, precision?: 'double'): Tensor<Float64Array>;
  };
  /** Training mode: normalises with the statistics of the batch. */
  forwardTrain: <X extends Values, Y extends Output<X> = Like<X>>(
    input: TrainingInput<X> & { y?: Y },
  ) => TrainingForward<Y>;
  /**
   * The gradient through forwardTrain of the same x, gamma and eps, whose statistics it takes again, but for the moments
   * of x where they are given: with them it is the same to the last bit.
   */
  backwardTrain: <X extends Values, DX extends Output<X> = Like<X>>(
    input: TrainingInput<X> & Upstream & { moments?: Moments; dx?: DX },
  ) => Gradients<DX>;
  /** Inference mode: a fixed affine map per channel. A long array is copied into the core block by block. */
  forwardInference: <X extends Values, Y extends Output<X> = Like<X>>(
    input: InferenceInput<X> & { y?: Y },
  ) => { y: Y };
  /** The gradient through forwardInference, that of its statistics too. */
  backwardFrozen: <X extends Values, DX extends Output<X> = Like<X>>(
    input: InferenceInput<X> & Upstream & { dx?: DX },
  ) => FrozenGradients<DX>;
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
  /**
   * Moments of a batch, or of a shard of it on one of several devices, which may have no examples: shape [0, C]. gamma
   * only tells the channels without a shape.
   */
  moments: (input: Shaped & Computed & { x: Values; gamma?: Numbers }) => Moments;
  /** The moments of both together, whatever the sizes of the shards; an empty one leaves the other as it is. */
  mergeMoments: (input: { a: Moments; b: Moments }) => Moments;
  /** What forwardTrain normalises the whole batch with. */
  statisticsFromMoments: (input: { moments: Moments; eps: number }) => BatchStatistics;
  /** forwardTrain of a shard, with the moments of the whole batch. */
  normalize: <X extends Values, Y extends Output<X> = Like<X>>(
    input: ShardInput<X> & { beta?: Numbers; y?: Y },
  ) => { y: Y };
  /** What the backward pass of the whole batch needs of a shard. */
  gradientSums: (input: ShardInput & Upstream) => GradientSums;
  /** The sums of both together. */
  mergeGradientSums: (input: { a: GradientSums; b: GradientSums }) => GradientSums;
  /**
   * backwardTrain of a shard, with the moments and the merged sums of the whole batch: dx is the shard's, dgamma and dbeta
   * are those of the whole batch.
   */
  backwardShard: <X extends Values, DX extends Output<X> = Like<X>>(
    input: ShardInput<X> & Upstream & { sums: GradientSums; dx?: DX },
  ) => Gradients<DX>;
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
  /** What ways to compute a variance give for 2 to 1000 values + each of the offsets in a precision. */
  varianceMethods: (input: { values: Numbers; offsets: Numbers; precision: Precision }) => VarianceMethods[];
  /** The error of a numerical gradient of x, step by step, for each of the ways to check it. */
  differenceChecks: (input: DifferenceChecksInput) => DifferenceCheck[];
  /**
   * The running statistics of one channel before the first of T batches and after each: (T + 1). batch_mean and batch_var
   * (T), one of each batch; at most 10,000.
   */
  runningSeries: (input: RunningSeriesInput) => RunningStatistics;
  /** Batches, how running statistics follow them by each rule, and an example in both modes. */
  runningStream: (input: RunningStreamInput) => RunningStream;
  /** The jacobian of 2 to 64 values, with its eigenvalues, rank and row sums. */
  jacobianSpectrum: (input: { x: Numbers; gamma?: number; eps: number }) => JacobianSpectrum;
  /** The value of a formula of the answer language. Throws UnreadableError. */
  evaluate: (text: string, quantities: Quantities) => FormulaValue;
  /** Every quantity that follows from the givens (see answers/quantities.h). */
  quantities: (givens: Quantities) => Quantities;
  /**
   * All that a figure shows, in one call: every quantity that follows from the givens, and formulas of them by names of
   * their own, each of which may name those before it. Throws UnreadableError where a formula has no value.
   */
  compute: <Name extends string = string>(input: {
    givens: Quantities;
    formulas?: Readonly<Record<Name, string>>;
  }) => FormulaValues & FormulaValues<Name>;
  /**
   * Reads typed text as the judges do, without asking what is right: for what is shown at each key. Throws nothing for
   * what a learner types.
   */
  read: (input: Typing) => TypedText;
  /** Judges typed text, which may name the givens. Throws nothing for what a learner types, as all judges. */
  judge: (input: { text: string; givens: Quantities } & Question) => Judgement;
  /** Judges numbers for the givens `find` by what follows from them; the text may name the quantities `names`. */
  judgeProperty: (input: {
    text: string;
    givens: Quantities;
    find: string[];
    names: string[];
    conditions: Condition[];
  }) => PropertyJudgement;
  /** Judges boxes in the order of computation, each also against the learner's numbers above it. */
  judgeWorksheet: (
    input: { givens: Quantities; cells: { name: string; text: string }[] } & Tolerance,
  ) => WorksheetJudgement;
  /** Judges a formula on hundreds of batches, against the formula `answer`; it may name the quantities `names`. */
  judgeFormula: (input: { text: string; answer: string; names: string[] }) => FormulaJudgement;
  /** Judges an order of the lines of a proof, by their ids. */
  judgeProof: (input: {
    lines: ProofLine[];
    order: string[];
    goal: string;
    names: string[];
  }) => ProofJudgement;
  /** Judges an equation that continues the equations `above`. */
  judgeLine: (input: {
    text: string;
    above: string[];
    names: string[];
    /** equations that the line may say in other words */
    others?: string[];
  }) => LineJudgement;
  /** What known mistakes answer to a question. */
  mistakenAnswers: (input: { givens: Quantities } & Question) => (Mistake & { value: FormulaValue })[];
  /** The givens of a seeded variant in which every mistake shows; seed a whole number from 0 to 1e9. */
  draw: (input: {
    id: string;
    seed: number;
    givens: Quantities;
    drawn: string[];
    parts: (Question & { with?: Quantities })[];
  }) => Quantities;
  separation: (input: { givens: Quantities; with?: Quantities } & Question) => Separation;
  /** The forms that answers may have, each with an example and what it says in the plainest notation. */
  listForms: () => Form[];
  /** All mistakes that have a name. */
  listMistakes: () => Mistake[];
}

const mostValues = 2 ** 31 - 1;
const inWords = (given: unknown) => (typeof given === 'string' ? given : typeof given);

function tensorOf(boundary: Boundary, content: unknown, precision: unknown): unknown {
  if (content instanceof Float32Array || content instanceof Float64Array) {
    const List = content instanceof Float32Array ? Float32Array : Float64Array;
    const tensor = boundary.tensor(content.length, List);
    tensor.data.set(content);
    return tensor;
  }
  if (typeof content !== 'number') {
    throw new RangeError(
      `values: expected a Float64Array, a Float32Array or a length, got ${typeof content}`,
    );
  }
  if (!(Number.isInteger(content) && content >= 0 && content <= mostValues)) {
    throw new RangeError(`length: expected a whole number from 0 to ${mostValues}, got ${content}`);
  }
  if (precision !== undefined && precision !== 'single' && precision !== 'double') {
    throw new RangeError(`precision: expected "single" or "double", got ${inWords(precision)}`);
  }
  return boundary.tensor(content, precision === 'single' ? Float32Array : Float64Array);
}

/** Functions of one object of named arguments, named as the bindings are, but in camel case. */
const functionsOf = (names: readonly string[], call: (name: string, input: unknown) => unknown) =>
  Object.fromEntries(
    names.map((name) => [
      name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      (input: unknown) => call(name, input),
    ]),
  );

/** Starts the core from its wasm file: the bytes, or the answer of a host that brings them, of whatever media type. */
export async function loadCore(file: BufferSource | Response): Promise<Core> {
  const boundary = await started(createModule, file, 'the core');
  const call = (name: string, input: unknown): unknown => {
    const outcome = boundary.ask(name, input);
    if (outcome.ok) return outcome.value;
    if (outcome.range) throw new UnreadableError(outcome.message, outcome.range);
    throw new RangeError(outcome.message);
  };
  const inference = (input: unknown) => call('forward_inference', input);
  return {
    ...functionsOf(boundary.names, call),
    forwardInference: (input: InferenceInput) =>
      inBlocks(input ?? {}, boundary.memory.buffer, inference) ?? inference(input),
    torchFromDecay: (momentum: number) => call('torch_from_decay', { momentum }),
    decayFromTorch: (momentum: number) => call('decay_from_torch', { momentum }),
    evaluate: (text: string, quantities: Quantities) => call('evaluate', { text, quantities }),
    quantities: (givens: Quantities) => call('quantities', { givens }),
    listForms: () => call('list_forms', {}),
    listMistakes: () => call('list_mistakes', {}),
    tensor: (content: unknown, precision: unknown) => tensorOf(boundary, content, precision),
  } as unknown as Core;
}
