#pragma once
// Single or double precision, and how numbers are stored in either.

#include <cmath>

#include "batchnorm/layout.h"

namespace lab {

enum class Precision { in_single, in_double };

/// The numbers rounded to the precision, as doubles. Throws std::invalid_argument that names the first one
/// that is not finite after rounding.
inline batchnorm::Channels stored(const std::string& name, const batchnorm::Channels& numbers,
                                  Precision precision) {
  const bool in_single = precision == Precision::in_single;
  batchnorm::Channels result = numbers;
  if (in_single) result = numbers.cast<float>().cast<double>();
  for (Eigen::Index k = 0; k < result.size(); ++k) {
    if (std::isfinite(result(k))) continue;
    batchnorm::refuse(name + "[" + std::to_string(k) + "]",
                      std::string("a finite number in ") + (in_single ? "single" : "double") + " precision",
                      numbers(k));
  }
  return result;
}

}  // namespace lab
