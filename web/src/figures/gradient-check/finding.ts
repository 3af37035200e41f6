// Whether a check, at its step, tells right code from wrong, and why not.

import { formatNumber, subscript } from '../../core/format.ts';
import { type Model, rulingOf, stepInWords } from './model.ts';

/** What can be said of a check. In braces, what belongs to the state. */
const sentences = {
  'no value':
    'At h = {h} the step makes all values equal, which has no x_hat while eps = 0: there is no numeric gradient.',
  'gamma is 0':
    'With gamma = 0 the output does not depend on x: both gradients are 0, for right code and for wrong. Check with a random gamma.',
  'nothing passes':
    'No y is above 0, so nothing passes the ReLU: both gradients are 0, for right code and for wrong. Check with another beta.',
  'plain sum':
    'The sum of y is m times beta, whatever x is. The true gradient is 0, the numeric one is noise, and right and wrong code get an error near 1 alike. Weight the outputs with random dy.',
  'two values':
    'Two values become −1 and 1, whatever they are. The true gradient is 0, the numeric one is 0 or noise, and chance decides at each h whether right code has the error 0 or 1. Take at least three examples.',
  off: 'At h = {h} even right code is off by {error}:',
  kink: '{y} lies so near the kink of the ReLU that the step carries it across. Take a smaller step, or keep away from the kink.',
  'single precision':
    'single precision has about 7 digits, and a difference of losses keeps few of them. Check in double.',
  'too small': 'the step is so small that the losses differ in their last digits only, which are rounded.',
  'too large, central':
    'the step is so large that the curve of the loss shows: this error falls with the square of h.',
  'too large, forward': 'the step is so large that the curve of the loss shows: this error falls with h.',
  'misses mean':
    'At h = {h} the check passes right code, but does not see that the path through the mean is missing.',
  'misses variance':
    'At h = {h} the check passes right code, but does not see that the path through the variance is missing.',
  'misses both':
    'At h = {h} the check passes right code, but does not see that the path through the mean and the variance is missing.',
  sound: 'At h = {h} the check means something: it passes right code and fails both wrong ones.',
  'gamma is 1': 'A forgotten gamma would go unseen, though, since gamma is 1.',
  best: 'The best step here is {best}: error {best_error}.',
};
type Says = keyof typeof sentences;

/** Why every gradient of x is 0, so that the relative error compares noise with noise; undefined where they are not. */
export function whyBlind({ x, gamma, eps, loss, relu }: Model): Says | undefined {
  if (gamma === 0) return 'gamma is 0';
  if (relu?.isShut) return 'nothing passes';
  if (loss === 'sum') return 'plain sum';
  if (x.length === 2 && eps === 0) return 'two values';
  return undefined;
}

/** Why right code does not pass. */
function whyOff({ relu, precision, scheme, exponent, best }: Model): Says {
  if (relu?.across !== undefined) return 'kink';
  if (precision === 'single') return 'single precision';
  return exponent < best.exponent ? 'too small' : `too large, ${scheme}`;
}

function findings(model: Model): Says[] {
  const { errors, gamma } = model;
  const blind = whyBlind(model);
  if (Number.isNaN(errors.none)) return ['no value', blind ?? 'best'];
  if (blind !== undefined) return [blind];
  if (rulingOf(errors.none) !== 'agrees') return ['off', whyOff(model), 'best'];
  const [sees, seesVar] = [errors.mean, errors.var].map((error) => rulingOf(error) === 'differs');
  if (!sees || !seesVar) return [sees ? 'misses variance' : seesVar ? 'misses mean' : 'misses both'];
  return ['sound', ...(gamma === 1 ? (['gamma is 1'] as const) : []), 'best'];
}

export interface Finding {
  isSound: boolean;
  sentence: string;
}

export function findingOf(model: Model): Finding {
  const { exponent, errors, best, relu } = model;
  const values: Record<string, string> = {
    h: stepInWords(exponent),
    error: formatNumber(errors.none, 2),
    best: stepInWords(best.exponent),
    best_error: formatNumber(best.error, 2),
    y: `y${subscript((relu?.across ?? 0) + 1)}`,
  };
  const says = findings(model);
  return {
    isSound: says[0] === 'sound',
    sentence: says
      .map((name) => sentences[name].replace(/\{(\w+)\}/g, (_, value: string) => values[value] ?? ''))
      .join(' '),
  };
}
