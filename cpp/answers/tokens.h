#pragma once
// Tokens: numbers, names and signs, each with its place in the typed text.

#include <string>
#include <vector>

#include "answers/characters.h"
#include "answers/expression.h"
#include "answers/names.h"

namespace answers {

struct Token {
  enum class Kind { number, name, symbol, end };
  Kind kind = Kind::end;
  Range range;
  std::string text;  ///< as typed; a number with a decimal point
  char32_t symbol = 0;
  double number = 0;     ///< of a number, or of an exponent above the line; of a root but √: its order
  bool repeats = false;  ///< a number with digits in brackets that repeat: 0.1(6)
  bool space_before = false;
  bool line_before = false;
  bool tab_before = false;
  std::string word = "";  ///< a name as names.h spells it
  bool squared = false;   ///< a name that took in a square: σ²
  Name name = {};

  bool opens() const { return is(U'(') || is(U'[') || is(U'{') || is(U'⟨'); }
  bool closes() const { return is(U')') || is(U']') || is(U'}') || is(U'⟩'); }
  bool is(char32_t c) const { return kind == Kind::symbol && symbol == c; }
  bool starts_operand() const {
    return kind == Kind::number || kind == Kind::name || opens() || is(U'√') || is(U'|');
  }
  bool ends_operand() const {
    return kind == Kind::number || kind == Kind::name || closes() || is(U'|') || is(U'%') || is(U'²');
  }
};

/// An exponent above the line, ² or ⁻¹², is one token of this symbol.
inline constexpr char32_t raised = U'²';

/// The tokens of a text, last one for its end. `decimal_comma`: a comma between two digits is a decimal
/// point; `x_is_times`: 4x256 is a product. Throws ReadError.
std::vector<Token> tokenize(const std::vector<Character>& characters, bool decimal_comma, bool x_is_times);

/// ∂L/∂γ and dL/dgamma are one name. A line end keeps them apart.
std::vector<Token> join_gradients(const std::vector<Token>& tokens);

/// True if there is nothing between the two.
bool touch(const Token& left, const Token& right);

/// True for digits alone.
bool is_whole(const Token& token);

}  // namespace answers
