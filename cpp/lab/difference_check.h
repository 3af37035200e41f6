#pragma once
// Gradient checks at many steps: how the error of a numerical gradient depends on its step.

#include "batchnorm/trace.h"
#include "lab/precision.h"

namespace lab {

enum class Loss {
  weighted,  ///< sum_i dy_i y_i
  sum,       ///< sum_i y_i
  relu,      ///< sum_i dy_i max(y_i, 0), which has a kink where y_i = 0
};

enum class Scheme {
  forward,  ///< (L(x + h e_i) - L(x)) / h
  central,  ///< (L(x + h e_i) - L(x - h e_i)) / (2 h)
};

/// One channel: x and dy have m values. `precision` is what x, dy, y and the loss are stored and computed in;
/// gamma, beta, eps and the statistics are doubles in either, as everywhere in the core.
struct CheckedGradient {
  batchnorm::Channels x;
  double gamma, beta, eps;
  batchnorm::Channels dy;
  Loss loss;
  Scheme scheme;
  Precision precision;
};

/// The result of the check for one backward pass. An error is NaN where it is not defined: x + h, a loss or a
/// gradient overflows in its precision, or the step makes all values equal while eps is 0.
struct CheckedCode {
  batchnorm::Channels dx;        ///< (m)  analytic, in double: for the relu, dy_i counts where y_i > 0
  batchnorm::Channels error;     ///< (steps)  absolute / max(max |numeric|, max |dx|), 0 where all are 0
  batchnorm::Channels absolute;  ///< (steps)  max |numeric - dx|
};

/// The right backward pass, and those that leave out dx_through_mean, dx_through_var (see
/// batchnorm::BackwardTrace) or both, beside one numeric gradient.
struct DifferenceCheck {
  batchnorm::Batch numeric;  ///< (steps, m)  NaN where the step gives no value
  CheckedCode right, without_mean, without_var, without_both;
};

/// Both gradients are those at x as the precision stores it. As is usual, the difference is divided by h or 2
/// h as given, not by the step after rounding: one too small to change x gives a numeric gradient of 0.
///
/// Requires 2 <= m <= 16, 1 to 200 steps, each finite and > 0; x, dy, gamma and beta finite, x and dy in the
/// precision; eps >= 0 and var + eps > 0 at x. Throws std::invalid_argument.
/// Source: the relative error of Stanford's CS231n notes ("Gradient checks"), in the maximum norm, so that
/// one tiny component does not decide.
DifferenceCheck difference_check(const CheckedGradient& gradient, const batchnorm::Channels& steps);

}  // namespace lab
