#include "answers/tokens.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace answers {

namespace {

double finite_number(const std::string& digits, Range range) {
  const double number = std::strtod(digits.c_str(), nullptr);
  if (!std::isfinite(number)) throw ReadError(range, "“" + digits + "” is too large a number");
  return number;
}

class Tokenizer {
 public:
  Tokenizer(const std::vector<Character>& characters, bool decimal_comma, bool x_is_times)
      : characters_(characters), decimal_comma_(decimal_comma), x_is_times_(x_is_times) {}

  std::vector<Token> tokens() {
    std::vector<Token> found;
    do {
      found.push_back(next(found.empty() ? nullptr : &found.back()));
    } while (found.back().kind != Token::Kind::end);
    return found;
  }

 private:
  char32_t code(std::size_t ahead = 0) const {
    return at_ + ahead < characters_.size() ? characters_[at_ + ahead].code : U'\0';
  }
  std::size_t position() const { return characters_[at_].range.begin; }
  /// Where the last character that was taken ends.
  std::size_t end() const { return characters_[at_ - 1].range.end; }
  void take(Token& token) { token.text += characters_[at_++].bytes; }

  Token next(const Token* previous) {
    bool space = false, line = false, tab = false;
    for (; is_space(code()); ++at_) {
      space = true;
      line = line || is_line_end(code());
      tab = tab || code() == U'\t';
    }
    Token token;
    token.range = {position(), position()};
    token.space_before = space;
    token.line_before = line;
    token.tab_before = tab;
    if (at_ + 1 == characters_.size()) return token;
    if (is_digit(code()) || (code() == U'.' && is_digit(code(1)))) {
      read_number(token);
    } else if (previous && previous->kind == Token::Kind::number && !line && is_times(*previous)) {
      token.kind = Token::Kind::symbol;
      token.symbol = U'*';
      take(token);
    } else if (is_name_start(code())) {
      read_name(token);
    } else if (superscript(code()) >= 0 || (code() == U'⁻' && superscript(code(1)) >= 0)) {
      read_exponent(token);
    } else {
      token.kind = Token::Kind::symbol;
      const bool is_elementwise = code() == U'.' && (code(1) == U'*' || code(1) == U'/' || code(1) == U'^');
      if (is_elementwise) take(token);  // MATLAB's .*
      token.symbol = plain(code());
      if (code() == U'∛' || code() == U'∜') {
        token.symbol = U'√';
        token.number = code() == U'∛' ? 3 : 4;
      }
      const bool python_power = code() == U'*' && code(1) == U'*';
      take(token);
      if (python_power) {
        take(token);
        token.symbol = U'^';
      }
    }
    token.range.end = end();
    return token;
  }

  /// Whether the x after a number is a sign for “times”, as in 8.02 x 10^-1: a number can follow no quantity.
  bool is_times(const Token& number) const {
    if (code() != U'x' && code() != U'X') return false;
    std::size_t next = 1;
    while (is_space(code(next)) && !is_line_end(code(next))) ++next;
    const bool spaced = next > 1;
    if (!is_digit(code(next)) && !(code(next) == U'.' && is_digit(code(next + 1)))) return false;
    if (spaced || x_is_times_ || code() == U'X' || code(next) == U'.') return true;
    std::size_t end = next;
    while (is_digit(code(end))) ++end;
    std::size_t behind = end;
    while (is_space(code(behind))) ++behind;
    if (code(behind) == U'=') return false;  // x1=1 x2=2
    const char32_t after = code(end);
    if (after == U'.' || (decimal_comma_ && after == U',')) return true;
    const bool ten = end == next + 2 && code(next) == U'1' && code(next + 1) == U'0';
    const bool power =
        after == U'^' || (after == U'*' && code(end + 1) == U'*') || after == U'⁻' || superscript(after) >= 0;
    if (ten && power) return true;
    if (is_name_part(after) || number.range.end != position()) return false;
    std::string digits;
    for (std::size_t k = next; k < end; ++k) digits += characters_[at_ + k].bytes;
    throw two_readings({number.range.begin, characters_[at_ + end].range.begin}, number.text + "x" + digits,
                       number.text + "·" + digits, number.text + "·x_" + digits);
  }

  bool at_decimal_sign() const {
    return code() == U'.' || (decimal_comma_ && code() == U',' && is_digit(code(1)));
  }

  /// The point behind a number that ends a sentence.
  bool at_full_stop() const { return code() == U'.' && (code(1) == U'\0' || is_space(code(1))); }

  /// 0.333… and 0.333...: the digits that are shown are what counts.
  void skip_ellipsis() {
    if (code() == U'…') ++at_;
    if (code() == U'.' && code(1) == U'.' && code(2) == U'.') at_ += 3;
  }

  void read_number(Token& token) {
    token.kind = Token::Kind::number;
    while (is_digit(code())) take(token);
    const bool is_ellipsis = code() == U'.' && code(1) == U'.' && code(2) == U'.';
    if (at_decimal_sign() && !is_ellipsis) {
      token.text += '.';
      ++at_;
      read_decimals(token);
    }
    const bool exponent = code() == U'e' || code() == U'E';
    const char32_t sign = plain(code(1));
    if (exponent && (is_digit(code(1)) || ((sign == U'-' || sign == U'+') && is_digit(code(2))))) {
      take(token);
      if (!is_digit(code())) {
        token.text += sign == U'-' ? '-' : '+';
        ++at_;
      }
      while (is_digit(code())) take(token);
    }
    is_base_ = false;
    token.range.end = end();
    skip_ellipsis();
    if (at_decimal_sign() && !at_full_stop()) {
      const std::string second = characters_[at_].bytes;
      token.range.end = characters_[at_].range.end;
      throw ReadError(token.range, "“" + token.text + second + "”: a number has one decimal point");
    }
    token.number = finite_number(token.text, token.range);
  }

  static bool is_bar(char32_t c) { return c == 0x304 || c == 0x305; }

  /// The digits behind the point. Those in brackets, 0.1(6), or from the first with a bar above on, repeat:
  /// as often as a double can tell.
  void read_decimals(Token& token) {
    std::string repeating;
    while (is_digit(code())) {
      take(token);
      if (is_bar(code()) || !repeating.empty()) repeating += token.text.back();
      if (is_bar(code())) ++at_;
    }
    std::size_t length = 1;
    while (is_digit(code(length))) ++length;
    if (!is_base_ && code() == U'(' && length > 1 && code(length) == U')') {
      for (std::size_t k = 1; k < length; ++k) repeating += characters_[at_ + k].bytes;
      token.text += repeating;
      at_ += length + 1;
    }
    token.repeats = !repeating.empty();
    while (token.repeats && token.text.size() < 20) token.text += repeating;
  }

  void read_exponent(Token& token) {
    token.kind = Token::Kind::symbol;
    token.symbol = raised;
    std::string digits;
    if (code() == U'⁻') {
      digits = "-";
      take(token);
    }
    for (; superscript(code()) >= 0; take(token)) digits += std::to_string(superscript(code()));
    token.number = finite_number(digits, {token.range.begin, end()});
    token.word = digits;
  }

  void read_name(Token& token) {
    token.kind = Token::Kind::name;
    const std::size_t start = at_;
    read_word(token);
    if (is_greek_factor(token.word, start)) {
      at_ = start;
      token.text.clear();
      token.word = spelled(characters_[at_]);
      take(token);
    }
    while (contains(modules, token.word) && code() == U'.' && is_name_start(code(1))) {
      token.word.clear();
      take(token);
      read_word(token);
    }
    split_function(token);
    split_base(token);
    if (takes_a_square(token.word)) read_square(token);
    token.name = answers::read_name(token.word, token.squared);
  }

  /// log_0.75(0.5) has a base that is a number of its own; log_2 and log_10 are functions.
  void split_base(Token& token) {
    const std::size_t digits = token.word.size() - std::min<std::size_t>(token.word.size(), 4);
    const bool has_base = token.word.substr(0, 4) == "log_" && digits > 0 &&
                          token.word.find_first_not_of("0123456789", 4) == std::string::npos &&
                          token.text.size() == token.word.size();
    if (!has_base || (read_function(token.word).size() > 0 && !(code() == U'.' && is_digit(code(1))))) return;
    at_ -= digits;
    token.text.resize(4);
    token.word = "log_";
    is_base_ = true;
  }

  /// sqrt14 is the root of 14, ln2 the logarithm of 2.
  void split_function(Token& token) {
    for (const std::string_view function : {std::string_view("sqrt"), std::string_view("ln")}) {
      if (token.word.size() <= function.size() || token.word.substr(0, function.size()) != function) continue;
      if (token.word.find_first_not_of("0123456789", function.size()) != std::string::npos) continue;
      const std::size_t digits = token.word.size() - function.size();
      at_ -= digits;
      token.text.resize(token.text.size() - digits);
      token.word = function;
    }
  }

  /// γx̂ and Σx are two names: nobody puts a space there. σ_B and ∂L are one.
  bool is_greek_factor(const std::string& word, std::size_t start) const {
    const std::string letter = spelled(characters_[start]);
    if (letter.size() == 1 || start + 1 >= at_ || characters_[start + 1].code == U'_') return false;
    const auto known = [](const std::string& name) {
      return answers::read_name(name, false).of_the_lesson || !read_function(name).empty();
    };
    return is_name_start(characters_[start + 1].code) && known(letter) && !known(word);
  }

  /// The characters of a name; of a subscript in braces, x_{12}, what is inside them.
  void read_word(Token& token) {
    while (is_name_part(code())) {
      if (is_subscript(code()) && !is_subscript(characters_[at_ - 1].code)) token.word += '_';
      token.word += spelled(characters_[at_]);
      take(token);
    }
    if (code() != U'{' || token.word.back() != '_') return;
    std::size_t length = 1;
    while (is_name_part(code(length)) || code(length) == U'=') ++length;
    if (code(length) != U'}') return;
    for (std::size_t k = 0; k <= length; ++k) {
      if (k > 0 && k < length) token.word += spelled(characters_[at_]);
      take(token);
    }
  }

  /// The square of σ², σ^2, σ²_run: with it the name is the variance.
  void read_square(Token& token) {
    if (code() == U'²' && superscript(code(1)) < 0) {
      take(token);
    } else if (code() == U'^' && code(1) == U'2' && !is_digit(code(2)) && code(2) != U'.' &&
               code(2) != U'^') {
      take(token);
      take(token);
    } else {
      return;
    }
    token.squared = true;
    if (code() == U'_') read_word(token);
  }

  const std::vector<Character>& characters_;
  const bool decimal_comma_, x_is_times_;
  bool is_base_ = false;  // the next number is the base of a logarithm: brackets behind it repeat no digits
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Token> tokenize(const std::vector<Character>& characters, bool decimal_comma, bool x_is_times) {
  return Tokenizer(characters, decimal_comma, x_is_times).tokens();
}

std::vector<Token> join_gradients(const std::vector<Token>& tokens) {
  std::vector<Token> joined;
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    joined.push_back(tokens[k]);
    Token& token = joined.back();
    if (k + 2 >= tokens.size() || (token.word != "∂L" && token.word != "dL")) continue;
    const Token& slash = tokens[k + 1];
    const Token& under = tokens[k + 2];
    if (!slash.is(U'/') || under.kind != Token::Kind::name || slash.line_before || under.line_before)
      continue;
    const std::string_view word = under.word;
    const std::size_t prefix = word.substr(0, 1) == "d" ? 1 : word.substr(0, 3) == "∂" ? 3 : 0;
    if (prefix == 0) continue;
    token.text += "/" + under.text;
    token.range.end = under.range.end;
    const Name name = read_name(word.substr(prefix), under.squared);
    const std::string_view gradient = gradient_of(name.name);
    const bool is_length = k > 0 && (tokens[k - 1].is(U'‖') || tokens[k - 1].is(U'|'));
    if (is_length && gradient.empty()) {
      token.name = {token.text};  // ‖∂L/∂W‖ = …, a label
      k += 2;
      continue;
    }
    if (!name.of_the_lesson || name.root || gradient.empty()) {
      throw ReadError(token.range, "“" + token.text +
                                       "” is none of the lesson's gradients, which are those of y, x, gamma, "
                                       "beta, x_hat, batch_var and batch_mean");
    }
    token.name = {std::string(gradient), true, false, name.subscript};
    k += 2;
  }
  return joined;
}

bool touch(const Token& left, const Token& right) {
  return !right.space_before && left.range.end == right.range.begin;
}

bool is_whole(const Token& token) {
  return token.kind == Token::Kind::number && token.text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace answers
