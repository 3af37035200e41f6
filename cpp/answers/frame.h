#pragma once
// What stands around an answer and is no part of its value: quotes, what programs print before a list, the
// lines of a table, and the separators inside one number.

#include "answers/tokens.h"

namespace answers {

/// The tokens without quotes around them, without `<tf.Tensor: … numpy=`, the `[1]` of R, the numbers of as
/// many lines as there are values asked for, and with commas for the bars of a table's row.
std::vector<Token> without_frame(std::vector<Token> tokens, std::size_t asked);

/// Joins digits in groups of three, outside all brackets: 131 072, 1'048'576, 12,345.6. A single comma or
/// point may stand before decimals: those join only where `large_whole` says that there are none. Returns
/// what separated the first of them, 0 where nothing was joined.
char join_groups(std::vector<Character>& characters, bool large_whole);

}  // namespace answers
