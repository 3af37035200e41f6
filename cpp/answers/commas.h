#pragma once
// Commas: whether those between digits are decimal points or separate values.

#include "answers/tokens.h"

namespace answers {

/// Decides what the commas are, or throws ReadError with both readings: 1,5, 2,5.
Reading read_commas(const std::vector<Token>& tokens);

}  // namespace answers
