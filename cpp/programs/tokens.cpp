#include "programs/tokens.h"

#include <cmath>
#include <cstdlib>

#include "answers/utf8.h"
#include "programs/array.h"

namespace programs {

namespace {

/// A character with its place; its bytes are what it is written with in UTF-8.
struct Character {
  char32_t code;
  std::string bytes;
  std::size_t position;  ///< in UTF-16 units
};

/// Last a 0 for the end. Line ends of all systems become one; bytes that are no UTF-8 become U+FFFD.
std::vector<Character> decode(const std::string& text) {
  std::vector<Character> characters;
  std::size_t position = 0;
  for (std::size_t k = 0; k < text.size();) {
    const auto [code, size, well_formed] = answers::utf8_at(text, k);
    const bool after_return = code == U'\n' && k > 0 && text[k - 1] == '\r';
    if (after_return) {
      characters.back().code = U'\n';
    } else {
      characters.push_back({code, well_formed ? text.substr(k, size) : "\uFFFD", position});
    }
    position += code > 0xFFFF ? 2 : 1;
    k += size;
  }
  for (Character& each : characters) {
    if (each.code == U'\r') each.code = U'\n';
  }
  characters.push_back({U'\0', "", position});
  return characters;
}

bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
/// Letters of Latin and Greek scripts: γ is a name for Python too.
bool is_name_start(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || c == U'_' || c == 0xB5 ||
         (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) || (c >= 0x370 && c <= 0x3FF && c != 0x37E) ||
         (c >= 0x1E00 && c <= 0x1FFF);
}
bool is_name_part(char32_t c) {
  return is_name_start(c) || is_digit(c) || (c >= 0x300 && c <= 0x36F);
}

/// What is pasted from a text processor or a formula, and what to write for it.
struct LookAlike {
  char32_t code;
  const char* instead;
};
constexpr LookAlike look_alikes[] = {
    {U'−', "-"},          {U'–', "-"},  {U'—', "-"}, {U'×', "*"}, {U'·', "*"},   {U'÷', "/"},  {U'²', "**2"},
    {U'“', "\""},         {U'”', "\""}, {U'‘', "'"}, {U'’', "'"}, {U'≤', "<="},  {U'≥', ">="}, {U'≠', "!="},
    {U'√', "np.sqrt(…)"}, {U'^', "**"}, {U'∂', "d"}, {U'←', "="}, {U'…', "..."},
};

constexpr const char* symbols[] = {"**=", "//=", "...", "**", "//", "+=", "-=", "*=", "/=", "%=", "@=",
                                   "==",  "!=",  "<=",  ">=", "->", ":=", "<<", ">>", "+",  "-",  "*",
                                   "/",   "%",   "@",   "<",  ">",  "=",  "(",  ")",  "[",  "]",  "{",
                                   "}",   ",",   ":",   ".",  ";",  "&",  "|",  "~"};

class Tokenizer {
 public:
  explicit Tokenizer(const std::string& text) : characters_(decode(text)) {
    if (characters_.back().position > longest_text)
      throw ProgramError(ProgramError::Kind::limit, {},
                         "the program is longer than " + std::to_string(longest_text) + " characters");
    if (characters_[0].code == 0xFEFF) at_ = 1;  // a byte-order mark
  }

  std::vector<Token> tokens() {
    begin_line();
    while (code() != U'\0' || at_ + 1 < characters_.size()) read();
    if (!brackets_.empty())
      throw error(brackets_.back().range, quoted(brackets_.back().text) + " is never closed");
    end_line();
    for (; indents_.size() > 1; indents_.pop_back()) add(Token::Kind::dedent, at_);
    add(Token::Kind::end, at_);
    return std::move(tokens_);
  }

 private:
  char32_t code(std::size_t ahead = 0) const {
    return at_ + ahead < characters_.size() ? characters_[at_ + ahead].code : U'\0';
  }
  Range range_from(std::size_t first) const {
    return {characters_[first].position, characters_[at_].position, line_,
            static_cast<int>(characters_[first].position - line_start_) + 1};
  }
  std::string text_from(std::size_t first) const {
    std::string text;
    for (std::size_t k = first; k < at_; ++k) text += characters_[k].bytes;
    return text;
  }
  Token& add(Token::Kind kind, std::size_t first) {
    tokens_.push_back({kind, range_from(first), text_from(first)});
    return tokens_.back();
  }
  static ProgramError error(const Range& range, const std::string& sentence) {
    return ProgramError(ProgramError::Kind::syntax, range, sentence);
  }

  void pass_line_end() {
    ++at_;
    ++line_;
    line_start_ = characters_[at_].position;
  }
  void pass_comment() {
    while (code() != U'\n' && at_ + 1 < characters_.size()) ++at_;
  }

  /// At the start of a line: its indentation, past lines with nothing but a comment.
  void begin_line() {
    int width = 0;
    const auto blank = [this] {
      return code() == U' ' || code() == U'\t' || code() == U'\f' || code() == 0xA0;
    };
    for (;; width = 0) {
      for (; blank(); ++at_) width = code() == U'\t' ? width / 8 * 8 + 8 : width + 1;
      if (code() == U'#') pass_comment();
      if (code() != U'\n') break;
      pass_line_end();
    }
    if (at_ + 1 == characters_.size()) return;
    refuse_wrapping();
    if (width > indents_.back()) {
      indents_.push_back(width);
      if (indents_.size() > static_cast<std::size_t>(deepest_tree))
        throw ProgramError(ProgramError::Kind::limit, range_from(at_), "blocks are nested too deeply");
      add(Token::Kind::indent, at_);
    }
    for (; width < indents_.back(); indents_.pop_back()) add(Token::Kind::dedent, at_);
    if (width != indents_.back())
      throw error(range_from(at_),
                  "this indentation fits no line above it: begin the line where its block begins");
  }

  /// What stands around a program where it was copied from.
  void refuse_wrapping() {
    const auto begins = [this](char32_t mark) {
      return code() == mark && code(1) == mark && code(2) == mark;
    };
    const bool fence = begins(U'`');
    if (!fence && !begins(U'>')) return;
    const std::size_t first = at_;
    at_ += 3;
    throw error(range_from(first),
                fence
                    ? "“```” stands around a program in a text, and is no part of it: delete this line, and "
                      "the one like it at the other end"
                    : "“>>>” is what Python's prompt writes, and no part of a program: delete it, and “...”, "
                      "at the beginning of each line");
  }

  void end_line() {
    if (!tokens_.empty() && tokens_.back().kind != Token::Kind::line_end &&
        tokens_.back().kind != Token::Kind::dedent)
      add(Token::Kind::line_end, at_);
  }

  void read() {
    if (code() == U'#') return pass_comment();
    if (code() == U'\n') {
      if (brackets_.empty()) end_line();
      pass_line_end();
      if (brackets_.empty()) begin_line();
      return;
    }
    if (code() == U'\\' && code(1) == U'\n') {
      ++at_;
      return pass_line_end();
    }
    if (code() == U' ' || code() == U'\t' || code() == U'\f' || code() == 0xA0) {
      ++at_;
      return;
    }
    if (is_digit(code()) || (code() == U'.' && is_digit(code(1)))) return read_number();
    if (is_name_start(code())) return read_name();
    if (code() == U'"' || code() == U'\'') return read_text(at_);
    read_symbol();
  }

  void read_digits() {
    while (is_digit(code()) || (code() == U'_' && is_digit(code(1)))) ++at_;
  }

  void read_number() {
    const std::size_t first = at_;
    bool whole = true;
    read_digits();
    if (code() == U'.') {
      whole = false;
      ++at_;
      read_digits();
    }
    if (code() == U'e' || code() == U'E') {
      const std::size_t sign = code(1) == U'-' || code(1) == U'+' ? 1 : 0;
      if (is_digit(code(1 + sign))) {
        whole = false;
        at_ += 1 + sign;
        read_digits();
      }
    }
    if (is_name_start(code())) {
      const std::size_t letter = at_;
      while (is_name_part(code())) ++at_;
      const std::string letters = text_from(letter);
      throw error(range_from(first), quoted(text_from(first)) + " is no number: write 2 * " + letters +
                                         " for a product, and 1e-5 for a power of ten");
    }
    Token& token = add(Token::Kind::number, first);
    std::string digits;
    for (const char each : token.text) {
      if (each != '_') digits += each;
    }
    token.number = std::strtod(digits.c_str(), nullptr);
    token.is_whole = whole;
    if (whole && digits.size() > 1 && digits[0] == '0' && token.number != 0)
      throw error(token.range, quoted(token.text) + " begins with 0: Python takes no leading zeros");
    if (whole && token.number > largest_whole)
      throw ProgramError(ProgramError::Kind::limit, token.range,
                         "whole numbers go up to 2**53 here: write " + token.text.substr(0, 1) + "e" +
                             std::to_string(digits.size() - 1) + " for a float");
  }

  void read_name() {
    const std::size_t first = at_;
    while (is_name_part(code())) ++at_;
    const std::string name = text_from(first);
    const bool prefix =
        name == "f" || name == "r" || name == "F" || name == "R" || name == "u" || name == "b";
    if (prefix && (code() == U'"' || code() == U'\'')) return read_text(first);
    add(Token::Kind::name, first);
  }

  void read_text(std::size_t first) {
    const char32_t quote = code();
    const bool is_long = code(1) == quote && code(2) == quote;
    const Range opening = range_from(first);
    const std::size_t marks = is_long ? 3 : 1;
    at_ += marks;
    std::string text;
    const int first_line = line_;
    for (;; ++at_) {
      if (at_ + 1 == characters_.size() || (code() == U'\n' && !is_long)) {
        Range range = opening;
        range.end = range.begin + marks;
        throw error(range,
                    "this text has no end: " + std::string(marks, static_cast<char>(quote)) + " is missing");
      }
      if (code() == quote && (!is_long || (code(1) == quote && code(2) == quote))) break;
      if (code() == U'\n') {
        ++line_;
        line_start_ = characters_[at_].position + 1;
      }
      if (code() == U'\\' && at_ + 2 < characters_.size()) ++at_;
      text += characters_[at_].bytes;
    }
    at_ += marks;
    Range range = opening;
    range.end = characters_[at_].position;
    range.line = first_line;
    tokens_.push_back({Token::Kind::text, range, text});
  }

  void read_symbol() {
    const std::size_t first = at_;
    for (const char* symbol : symbols) {
      std::size_t length = 0;
      while (symbol[length] != '\0' && code(length) == static_cast<char32_t>(symbol[length])) ++length;
      if (symbol[length] != '\0') continue;
      at_ += length;
      const Token& token = add(Token::Kind::symbol, first);
      match_brackets(token);
      return;
    }
    ++at_;
    for (const LookAlike& each : look_alikes) {
      if (each.code == characters_[first].code)
        throw error(range_from(first),
                    quoted(characters_[first].bytes) + " is not read here: write " + each.instead);
    }
    const bool shown = characters_[first].code >= 0x20 && characters_[first].code != 0x7F;
    throw error(range_from(first),
                quoted(shown ? characters_[first].bytes : "\uFFFD") + " means nothing to Python here");
  }

  void match_brackets(const Token& token) {
    const std::string& text = token.text;
    if (text == "(" || text == "[" || text == "{") {
      brackets_.push_back(token);
    } else if (text == ")" || text == "]" || text == "}") {
      const std::string opening = text == ")" ? "(" : text == "]" ? "[" : "{";
      if (brackets_.empty()) throw error(token.range, quoted(text) + " closes nothing");
      if (brackets_.back().text != opening)
        throw error(token.range, quoted(text) + " does not close " + quoted(brackets_.back().text) +
                                     " of line " + std::to_string(brackets_.back().range.line));
      brackets_.pop_back();
    }
  }

  std::vector<Character> characters_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::size_t line_start_ = 0;
  std::vector<int> indents_{0};
  std::vector<Token> brackets_;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(const std::string& text) {
  return Tokenizer(text).tokens();
}

}  // namespace programs
