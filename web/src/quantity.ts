// Which colour a quantity has: one for each of the lesson's quantities, gradients in the colour of theirs.

const colours: Record<string, string> = {
  x: 'x',
  gamma: 'gamma',
  beta: 'beta',
  batch_mean: 'mean',
  running_mean: 'mean',
  new_running_mean: 'mean',
  batch_var: 'var',
  running_var: 'var',
  new_running_var: 'var',
  new_running_var_unbiased: 'var',
  x_hat: 'x_hat',
  y: 'y',
  dy: 'dy',
  dx: 'x',
  dgamma: 'gamma',
  dbeta: 'beta',
  dx_hat: 'x_hat',
  dvar: 'var',
  dmean: 'mean',
};

/** The colour of a formula that is one quantity or one value of it: `x_hat`, `x_hat[0]`, `(x_hat)[0]`. */
export function quantityOfFormula(formula: string): string | undefined {
  return colours[
    formula
      .replace(/\[.*\]$/, '')
      .replace(/^\((.*)\)$/, '$1')
      .trim()
  ];
}
