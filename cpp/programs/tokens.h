#pragma once
// Tokens: what a program's text is made of, with Python's lines and indentation.

#include <string>
#include <vector>

#include "programs/source.h"

namespace programs {

struct Token {
  enum class Kind { name, number, text, symbol, line_end, indent, dedent, end };
  Kind kind;
  Range range;
  std::string text;  ///< as written; of a text what stands between its quotes
  double number = 0;
  bool is_whole = false;  ///< of a number: an int for Python
  bool is(const char* symbol_or_word) const {
    return (kind == Kind::symbol || kind == Kind::name) && text == symbol_or_word;
  }
};

/// The tokens of a text (UTF-8), last one for its end. Comments and empty lines are gone; brackets and a
/// backslash continue a line. Throws ProgramError: characters that are not part of Python, unterminated
/// strings, inconsistent indentation, unmatched brackets, more than longest_text.
std::vector<Token> tokenize(const std::string& text);

}  // namespace programs
