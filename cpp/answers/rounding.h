#pragma once
// What rounding on the way does to an answer, when every number that is written down has three digits.

#include "answers/definitions.h"

namespace answers {

/// Three digits carried through the steps are enough, everywhere.
inline constexpr int carried_digits = 3;

/// Half a unit of the last of `digits` significant digits.
double half_unit(double value, int digits);

/// True if rounding to three digits changes nothing.
bool is_short(double value);

/// How far each value of the answer can lie from the truth at most when the result of every operation is
/// rounded to three digits: by the lesson's definitions, by other usual orders of computing, and for running
/// statistics also when they are followed step by step. Looser than what moves single quantities by half a
/// unit: all errors add up here. Infinite where a divisor may be rounded to 0, or where a step is not known.
std::vector<double> rounding_bound(const Formula& answer, const Quantities& right);

}  // namespace answers
