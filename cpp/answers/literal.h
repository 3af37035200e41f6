#pragma once
// Numbers as they were typed: what their digits say about the number that was meant.

#include <optional>

#include "answers/expression.h"

namespace answers {

/// A number as it was typed: how many significant digits, and the unit of the last.
struct Literal {
  int digits;
  double unit;
};

/// None for what is computed from several numbers.
std::optional<Literal> literal(const Node& node);

/// The literals of the values, where they were typed as such.
std::vector<std::optional<Literal>> literals(const Node& tree, std::size_t count);

/// True if `typed` is what `value` rounds to, or is cut off to, in this unit.
bool shortens(double typed, double unit, double value);

}  // namespace answers
