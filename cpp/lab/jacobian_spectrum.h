#pragma once
// The Jacobian of batch normalization, its eigenvalues and its rank.

#include "batchnorm/trace.h"

namespace lab {

/// Of J = dy/dx of one channel, (m, m) and symmetric. In exact arithmetic gamma / sqrt(var + eps) is an
/// eigenvalue m - 2 times, 0 once (for 1, the batch shifted) and gamma eps / (var + eps)^1.5 once (for x -
/// mean, the batch scaled), or gamma / sqrt(eps) m - 1 times where var is 0.
struct JacobianSpectrum {
  batchnorm::Batch jacobian;        ///< (m, m)
  double size;                      ///< |gamma| / sqrt(var + eps), the magnitude of the terms of J
  batchnorm::Channels eigenvalues;  ///< (m)  in ascending order
  Eigen::Index rank;                ///< how many eigenvalues are not rounding error
  batchnorm::Channels row_sums;     ///< (m)  J 1: 0 up to rounding
};

/// x: the channel's values. An eigenvalue counts for the rank where it is farther from 0 than 4 m epsilon
/// times `size`, the rounding error of an eigenvalue 0. That is relative to the terms of J and not to J,
/// which for m = 2 and eps = 0 is itself rounding error. Requires 2 <= m <= 64, x finite, eps >= 0, var + eps
/// > 0 and no entry of J beyond the largest double; throws std::invalid_argument.
JacobianSpectrum jacobian_spectrum(const batchnorm::Channels& x, double gamma, double eps);

}  // namespace lab
