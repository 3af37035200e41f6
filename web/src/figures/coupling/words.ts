// What the figure says, in sentences.

import { formatNumber, subscript } from '../../core/format.ts';
import type { Gradient, Model } from './model.ts';

export const percent = (value: number) => `${formatNumber(value, 2)}\u00a0%`;

export function circleTitle(m: number, eps: number): string {
  const where = eps > 0 ? 'with ε > 0, x̂ lies inside' : 'x̂ lives on';
  if (m === 2) return `Two examples: ${eps > 0 ? 'with ε > 0, x̂ lies between' : 'x̂ is one of'} two points`;
  if (m === 3) return `Three examples: ${where} a circle of radius √3`;
  return `${m} examples: ${where} a sphere of radius √${m} in ${m - 1} dimensions`;
}

function circleInWords({ m, state: { eps }, radius }: Model): string {
  if (eps > 0) {
    return `With eps = ${formatNumber(eps)}, x_hat lies inside, at ${percent(radius)} of the radius √${m}.`;
  }
  if (m === 2) return 'With two examples x_hat is +1 and −1, whatever x is.';
  return 'x_hat lies on the circle in the direction of x: shifting or stretching x does not move it.';
}

function gradientInWords({ share }: Gradient, { factor, staysOfStretch }: Model): string {
  const part = staysOfStretch > 0 ? `all but ${percent(staysOfStretch)} of its part` : 'its part';
  const left =
    share === 0
      ? 'nothing of dy is left, so dx = 0'
      : `${percent(share)} of the length of dy is left; times ${formatNumber(factor)} that is dx`;
  return `Without its mean and ${part} along x_hat, ${left}.`;
}

export const entryInWords = (row: number, column: number, entry: number) =>
  entry === 0
    ? `If x${subscript(column + 1)} grows a little, y${subscript(row + 1)} stays.`
    : `If x${subscript(column + 1)} grows a little, y${subscript(row + 1)} ${entry > 0 ? 'grows' : 'falls'} by ${formatNumber(Math.abs(entry))} times as much.`;

/** The eigenvalues in ascending order, for gamma > 0: of shifting, of scaling, and all others. */
export const eigenvaluesInWords = (rank: number, [shift = 0, stretch = 0, other]: Float64Array) =>
  [
    `Rank ${rank}. Eigenvalues: ${formatNumber(shift)} for shifting all alike`,
    `${formatNumber(stretch)} along x̂`,
    ...(other === undefined ? [] : [`${formatNumber(other)} in every direction across both`]),
  ].join(', ') + '.';

/** What is drawn, in a sentence or two. */
export function sentenceOf(model: Model, showsCircle: boolean, showsMatrix: boolean): string {
  const { rank, gradient, staysOfStretch, state } = model;
  const rankInWords = rank === 0 ? 'The Jacobian is 0.' : `The Jacobian has rank ${rank}.`;
  if (gradient && showsCircle) {
    const sentences = [circleInWords(model), gradientInWords(gradient, model)];
    return [...sentences, ...(showsMatrix ? [rankInWords] : [])].join(' ');
  }
  const lost =
    state.eps > 0
      ? `Shifting all x alike does nothing to y; of a stretch ${percent(staysOfStretch)} passes.`
      : 'Neither shifting all x alike nor stretching them about their mean does anything to y.';
  return `${rankInWords} ${lost}`;
}
