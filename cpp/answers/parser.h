#pragma once
// The parser: tokens become a tree.

#include "answers/tokens.h"

namespace answers {

/// Reads one expression, or several with separators between them. Throws ReadError. `typed` is the text
/// that the tokens were made of, for what a refusal quotes. `note`, where there is one, takes how something
/// was read that could be meant otherwise.
Node parse_tokens(const std::vector<Character>& typed, std::vector<Token> tokens, const Notation& notation,
                  std::string* note = nullptr);

}  // namespace answers
