#pragma once
// Decoding: the characters of a typed text, each with its place, and what each stands for however it is
// typed. Everything above works on these, so that whatever a refusal points at is found again in the text.

#include <cstddef>
#include <string>
#include <vector>

#include "answers/expression.h"

namespace answers {

struct Character {
  char32_t code;
  std::string bytes;  ///< its UTF-8
  Range range;        ///< of what was typed for it
};

/// The characters that show, so that nothing else can stand between the digits of a number or be quoted; last
/// a 0 for the end.
std::vector<Character> decode(const std::string& text);

/// The same. Throws ReadError where the text is longer than 2,000 units.
std::vector<Character> read_characters(const std::string& text);

bool is_space(char32_t c);
bool is_line_end(char32_t c);
bool is_digit(char32_t c);
bool is_name_start(char32_t c);
/// Letters, digits, the circumflex of x̂, and the subscripts of x₁ and xᵢ.
bool is_name_part(char32_t c);
bool is_subscript(char32_t c);

/// A name's character in the spelling of names.h, whatever looks like it.
std::string spelled(const Character& character);

/// The digit that is written above the line; -1 for any other character.
int superscript(char32_t c);

/// The operator a character stands for, however it is typed.
char32_t plain(char32_t c);

/// What was typed there, without the middle of a long piece.
std::string piece(const std::vector<Character>& typed, Range range);

/// Without the middle of a long piece: the range tells where it stands.
std::string shortened(const std::string& text);

}  // namespace answers
