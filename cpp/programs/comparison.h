#pragma once
// Whether what a program computed is what the operator says, measured against what rounding may do.

#include "programs/derivations.h"

namespace programs {

struct Comparison {
  enum class Kind { equal, shape, not_finite, different };
  Kind kind = Kind::equal;
  std::size_t position = 0;  ///< different, not_finite: of the worst value, row by row
  /// equal: decimal digits that were lost beyond what subtracting the mean costs, as a variance in one pass
  /// loses them; 0 where none.
  double lost_digits = 0;
};

/// The square of the condition of the statistics: 1 + mean² / (var + eps), the largest of all. A variance in
/// one pass loses its digits, which is allowed; the deviations lose those of its root, whatever one does.
double condition(const Case& batch);

/// How far a value of an output may be off.
double allowed(const Case& batch, const std::string& output);

/// Compares one output. Statistics and gradients of parameters may keep axes of size 1.
Comparison compare(const Case& batch, const std::string& output, const Array& got);

/// The shape that an output should have.
Shape expected_shape(const Case& batch, const std::string& output);

/// Whether all values of `some` are found among those of `all`, wherever they lie: so a value that is kept
/// with another shape, of one column only, or in a row of equal ones is known again. Relative to the largest
/// of `all`.
bool among(const Array& some, const Array& all, double tolerance);

/// Of among() for the intermediates of a batch.
double tolerance_of_intermediates(const Case& batch);

}  // namespace programs
