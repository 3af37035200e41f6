#pragma once
// Four ways to compute a variance in floating point, each beside the exact one.

#include "lab/precision.h"

namespace lab {

struct Estimate {
  double value;   ///< not finite where squares overflow in the precision
  double digits;  ///< significant decimal digits that are right: log10(exact / |value - exact|), from 0 to 17
};

/// The biased variance (divided by m) of the stored values, and of the values themselves.
struct VarianceMethods {
  batchnorm::Channels stored;   ///< (m)  values + offset, as the precision stores them
  double exact;                 ///< of the stored values, from exact differences and sums of 106 bits
  double of_values;             ///< of the values without the offset, as exactly
  double kept;                  ///< how many digits of `of_values` are right in `exact`, from 0 to 17
  Estimate one_pass;            ///< mean(x^2) - mean(x)^2; may be negative
  Estimate two_pass;            ///< mean(d^2), d = x - mean(x)
  Estimate corrected_two_pass;  ///< (sum(d^2) - sum(d)^2 / m) / m
  Estimate core;                ///< batch_var with Accuracy::exact: in double, whatever x is stored in
};

/// All but `core`, `exact` and `of_values` sum from left to right, with each operation rounded to the
/// precision.
///
/// values: (m). Requires 2 <= m <= 1000, values + offset finite in the precision, and both variances finite
/// in double precision; throws std::invalid_argument. Source: Chan, Golub, LeVeque, "Algorithms for Computing
/// the Sample Variance", 1983; corrected_two_pass is their equation 1.7, divided by m.
VarianceMethods variance_methods(const batchnorm::Channels& values, double offset, Precision precision);

}  // namespace lab
