#pragma once
#include <map>

#include "answers/expression.h"

namespace answers {

/// A number, or a list of them (a batch, a value for each example).
struct Value {
  std::vector<double> values;
  bool is_list = false;
  /// How large the terms were that each value was made of; empty: as large as the values themselves. A value
  /// far below its scale is what rounding left of 0: 0.1 + 0.2 - 0.3 is 5.6e-17 on a scale of 0.6.
  std::vector<double> scales = {};

  /// The scale of value k; requires k < values.size().
  double scale(std::size_t k) const;
  /// The value, or 0 where it is no more than rounding: below 2^-40 of its scale.
  double without_rounding(std::size_t k) const;
};

/// The quantities a formula may name, in the spelling of the shared vocabulary ("x_hat", "batch_mean" ...).
using Quantities = std::map<std::string, Value>;

/// The value of a tree. Lists combine value by value with numbers and with lists of the same length.
///
/// Functions: sqrt abs exp log log2 log10 (value by value); sum mean min max count biased_variance
/// unbiased_variance (of a list). A chain has the value of its last link. Every value that comes out is
/// finite. Throws ReadError with the range at fault: unknown name (and the names that are known), division by
/// 0, root or logarithm out of range, lists of unequal length, position outside a list, or a result beyond
/// the range of doubles.
Value evaluate(const Node& tree, const Quantities& quantities);

}  // namespace answers
