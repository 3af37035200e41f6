#pragma once
#include "batchnorm/layout.h"

namespace batchnorm {

/// How float data are computed with. Double data are computed with in double, whatever is asked for.
///
/// Errors are in ULP of the natural scale of a channel: max (|gamma x_hat| + |beta|) for y, |gamma| invstd
/// max |dy| for dx; each is the largest that tests find over offsets, outliers, trends and values of every
/// size.
enum class Accuracy {
  /// in single precision, with sums of 16 values that are then added up in double: y within 3 ULP, dx within
  /// 6, also where one value has most of the variance, so that the terms of dx cancel
  fast,
  /// in double precision, rounded once: y and dx within 0.5 ULP of themselves
  exact,
};

/// Powers of 2 that channels are scaled by: (C).
using Exponents = Eigen::Array<int, 1, Eigen::Dynamic>;

/// Count, mean and sum of squared deviations of each channel. They can be merged: the moments of a batch are
/// those of its parts, merged in any order, whatever device each part lies on.
///
/// All are moments of x * 2^-exponent, so that values near overflow or underflow keep their digits.
struct Moments {
  Count count;    ///< m, values a channel
  Channels mean;  ///< (C)  rounded to double
  Channels
      mean_residual;   ///< (C)  its rounding error: mean + mean_residual is the mean to twice the precision
  Channels m2;         ///< (C)  sum_i (x_i - mean)^2
  Exponents exponent;  ///< (C)  0, except for magnitudes beyond about 1e±130
};

/// The moments of a tensor, in one pass over it.
///
/// x: `layout.size()` values; none at all, with `layout.outer` = 0, have count 0 and zeros, and merge to
/// whatever they are merged with. Ensures m2 == 0 exactly where all values of a channel are equal; a channel
/// with a NaN or an infinity has NaN for m2 and changes no other, and its mean is infinite where all that is
/// not finite has one sign. Throws std::invalid_argument where x does not fit. Source: Chan, Golub, LeVeque,
/// "Algorithms for Computing the Sample Variance", 1983: shifted sums, block by block, the shift of each
/// block being the mean of those before it.
Moments moments(const Layout& layout, Span<const double> x, Accuracy accuracy = Accuracy::fast);
Moments moments(const Layout& layout, Span<const float> x, Accuracy accuracy = Accuracy::fast);

/// The moments of both parts together. A part with the count 0 leaves the other as it is, bit for bit. Throws
/// std::invalid_argument as require_moments does, where the parts' channels differ in number, and where their
/// counts come to more than most_values (2^53). Source: Chan, Golub, LeVeque 1983, equation 2.1.
Moments merge(const Moments& a, const Moments& b);

/// Throws std::invalid_argument for moments that no batch can have: a count beyond 0 ... most_values,
/// channels that differ in number, or exponents far beyond those of doubles (10,000 in size).
void require_moments(const Moments& moments);
/// The same for exponents alone.
void require_exponents(const char* argument, const Exponents& exponents, Index channels);

}  // namespace batchnorm
