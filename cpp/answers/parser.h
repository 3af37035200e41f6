#pragma once
// The parser: tokens become a tree.

#include "answers/tokens.h"

namespace answers {

/// Reads one expression, or several with separators between them. Throws ReadError. `typed` is the text
/// that the tokens were made of, for what a refusal quotes. `reading`, where there is one, takes what
/// was read in one of two ways.
Node parse_tokens(const std::vector<Character>& typed, std::vector<Token> tokens, const Notation& notation,
                  Reading* reading = nullptr);

}  // namespace answers
