#include "answers/expression.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

#include "answers/names.h"

namespace answers {

namespace {

constexpr std::size_t longest_text = 2000;
constexpr int deepest_nesting = 60;
constexpr int most_levels = 200;

struct Character {
  char32_t code;
  std::string bytes;     // its UTF-8
  std::size_t position;  // in UTF-16 units
};

/// What is pasted along with text and shows nothing: marks of direction, joiners and spaces of no width,
/// selectors of a variant.
bool is_invisible(char32_t c) {
  return c == 0x34F || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x202A && c <= 0x202E) || c == 0x2060 || c == 0x2061 || (c >= 0x2065 && c <= 0x206F) ||
         (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF;
}

/// The sign that one of Unicode's invisible operators stands for; 0 for any other character.
char visible_operator(char32_t c) {
  return c == 0x2062 ? '*' : c == 0x2063 ? ',' : c == 0x2064 ? '+' : '\0';
}

/// The characters that show, so that nothing else can stand between the digits of a number or be quoted.
std::vector<Character> decode(const std::string& text) {
  std::vector<Character> characters;
  std::size_t position = 0;
  for (std::size_t k = 0; k < text.size();) {
    const auto lead = static_cast<unsigned char>(text[k]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    std::size_t taken = 1;
    for (; taken < length && k + taken < text.size(); ++taken) {
      const auto next = static_cast<unsigned char>(text[k + taken]);
      if ((next & 0xC0) != 0x80) break;
      code = code << 6 | (next & 0x3Fu);
    }
    // Bytes that are no UTF-8 must not pass for a character of the language.
    const bool well_formed = length == 1 || (lead >= 0xC2 && taken == length && code >= 0x80);
    if (!well_formed) code = 0xFFFD;
    // Nor may they get into a sentence that quotes them, any more than control characters.
    const bool shown = well_formed && code >= 0x20 && code != 0x7F;
    if (const char sign = visible_operator(code)) {
      characters.push_back({static_cast<char32_t>(sign), std::string(1, sign), position});
    } else if (!is_invisible(code)) {
      characters.push_back({code, shown ? text.substr(k, taken) : "\uFFFD", position});
    }
    position += code > 0xFFFF ? 2 : 1;
    k += taken;
  }
  characters.push_back({U'\0', "", position});  // the end
  return characters;
}

bool is_space(char32_t c) {
  return c == U' ' || c == U'\t' || c == U'\n' || c == U'\r' || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}
bool is_line_end(char32_t c) {
  return c == U'\n' || c == U'\r';
}
bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
bool is_name_start(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || c == U'_' || (c >= 0x370 && c <= 0x3FF) ||
         c == 0xB5 || c == U'∂' || c == U'∑';
}
/// Letters, digits, the circumflex of x̂, and the subscripts of x₁ and xᵢ.
bool is_name_part(char32_t c) {
  return is_name_start(c) || is_digit(c) || (c >= 0x300 && c <= 0x36F) || c == 0x2C6 ||
         (c >= 0x2080 && c <= 0x2089) || c == U'ᵢ' || c == U'ⱼ';
}
bool is_subscript(char32_t c) {
  return (c >= 0x2080 && c <= 0x2089) || c == U'ᵢ' || c == U'ⱼ';
}

/// A name's character in the spelling of names.h, whatever looks like it.
std::string spelled(const Character& character) {
  const char32_t c = character.code;
  if (c == 0xB5) return "μ";
  if (c == U'ϵ') return "ε";
  if (c == 0x2C6) return "\u0302";
  if (c == U'ᵢ') return "i";
  if (c == U'ⱼ') return "j";
  if (c >= 0x2080 && c <= 0x2089) return std::string(1, static_cast<char>('0' + (c - 0x2080)));
  return character.bytes;
}

/// The digit that is written above the line; -1 for any other character.
int superscript(char32_t c) {
  constexpr char32_t digits[] = {U'⁰', U'¹', U'²', U'³', U'⁴', U'⁵', U'⁶', U'⁷', U'⁸', U'⁹'};
  for (int digit = 0; digit < 10; ++digit) {
    if (digits[digit] == c) return digit;
  }
  return -1;
}

/// The operator a character stands for, however it is typed.
char32_t plain(char32_t c) {
  switch (c) {
    case 0x2212:
    case 0x2013:
    case 0x2010:
    case 0x2011:
    case 0xFE63:
    case 0xFF0D:
      return U'-';
    case 0xB7:
    case 0xD7:
    case 0x2217:
    case 0x22C5:
    case 0x2219:
      return U'*';
    case 0xF7:
    case 0x2215:
    case 0x2044:
      return U'/';
    default:
      return c;
  }
}

struct Token {
  enum class Kind { number, name, symbol, end };
  Kind kind;
  Range range;
  std::string text;  // as typed; a number with a decimal point
  char32_t symbol = 0;
  double number = 0;  // of a number, or of an exponent above the line
  bool space_before = false;
  bool line_before = false;
  std::string word = "";  // a name as names.h spells it
  bool squared = false;   // a name that took in a square: σ²
  Name name = {};

  bool is(char32_t c) const { return kind == Kind::symbol && symbol == c; }
  bool starts_operand() const {
    return kind == Kind::number || kind == Kind::name || is(U'(') || is(U'[') || is(U'√') || is(U'|');
  }
  bool ends_operand() const {
    return kind == Kind::number || kind == Kind::name || is(U')') || is(U']') || is(U'|') || is(U'%') ||
           is(U'²');
  }
};

/// Without the middle of a long piece: the range tells where it stands.
std::string shortened(const std::string& text) {
  constexpr std::size_t longest = 60;
  const std::vector<Character> characters = decode(text);
  const std::size_t count = characters.size() - 1;
  if (count <= longest) return text;
  std::string result;
  for (std::size_t k = 0; k < count; ++k) {
    if (k == longest / 2) {
      result += "…";
      k = count - longest / 2;
    }
    result += characters[k].bytes;
  }
  return result;
}

/// An exponent above the line, ² or ⁻¹², is one token of this symbol.
constexpr char32_t raised = U'²';

double finite_number(const std::string& digits, Range range) {
  const double number = std::strtod(digits.c_str(), nullptr);
  if (!std::isfinite(number)) throw ReadError(range, "“" + digits + "” is too large a number");
  return number;
}

class Tokenizer {
 public:
  Tokenizer(const std::vector<Character>& characters, bool decimal_comma)
      : characters_(characters), decimal_comma_(decimal_comma) {}

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
  std::size_t position() const { return characters_[at_].position; }
  void take(Token& token) { token.text += characters_[at_++].bytes; }

  Token next(const Token* previous) {
    bool space = false, line = false;
    for (; is_space(code()); ++at_) {
      space = true;
      line = line || is_line_end(code());
    }
    Token token{Token::Kind::end, {position(), position()}, "", 0, 0, space, line};
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
      token.symbol = plain(code());
      const bool python_power = code() == U'*' && code(1) == U'*';
      take(token);
      if (python_power) {
        take(token);
        token.symbol = U'^';
      }
    }
    token.range.end = position();
    return token;
  }

  /// Whether the x after a number is a sign for “times”, as in 8.02 x 10^-1: a number can follow no quantity.
  bool is_times(const Token& number) const {
    if (code() != U'x' && code() != U'X') return false;
    std::size_t next = 1;
    while (is_space(code(next)) && !is_line_end(code(next))) ++next;
    const bool spaced = next > 1;
    if (!is_digit(code(next)) && !(code(next) == U'.' && is_digit(code(next + 1)))) return false;
    if (spaced || code() == U'X' || code(next) == U'.') return true;
    std::size_t end = next;
    while (is_digit(code(end))) ++end;
    const char32_t after = code(end);
    if (after == U'.' || (decimal_comma_ && after == U',')) return true;
    const bool ten = end == next + 2 && code(next) == U'1' && code(next + 1) == U'0';
    const bool power =
        after == U'^' || (after == U'*' && code(end + 1) == U'*') || after == U'⁻' || superscript(after) >= 0;
    if (ten && power) return true;
    if (is_name_part(after) || number.range.end != position()) return false;
    std::string digits;
    for (std::size_t k = next; k < end; ++k) digits += characters_[at_ + k].bytes;
    throw ReadError(
        {number.range.begin, characters_[at_ + end].position},
        two_readings(number.text + "x" + digits, number.text + "·" + digits, number.text + "·x_" + digits));
  }

  bool at_decimal_sign() const {
    return code() == U'.' || (decimal_comma_ && code() == U',' && is_digit(code(1)));
  }

  void read_number(Token& token) {
    token.kind = Token::Kind::number;
    while (is_digit(code())) take(token);
    if (at_decimal_sign()) {
      token.text += '.';
      ++at_;
      while (is_digit(code())) take(token);
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
    token.range.end = position();
    if (at_decimal_sign()) {
      const std::string second = characters_[at_].bytes;
      token.range.end = characters_[at_ + 1].position;
      throw ReadError(token.range, "“" + token.text + second + "”: a number has one decimal point");
    }
    token.number = finite_number(token.text, token.range);
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
    token.number = finite_number(digits, {token.range.begin, position()});
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
    refuse_method(token);
    if (takes_a_square(token.word)) read_square(token);
    token.name = answers::read_name(token.word, token.squared);
  }

  /// x.mean() is Python for mean(x).
  void refuse_method(const Token& list) {
    if (code() != U'.' || !is_name_start(code(1))) return;
    const std::size_t start = at_;
    Token method = list;
    method.word.clear();
    take(method);
    read_word(method);
    method.range.end = position();
    if (!read_function(method.word).empty() || method.word == "var" || method.word == "std") {
      throw ReadError(method.range, "“" + method.text + "”: what a function is of goes in brackets: " +
                                        method.word + "(" + list.text + ")");
    }
    at_ = start;
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
  const bool decimal_comma_;
  std::size_t at_ = 0;
};

/// ∂L/∂γ and dL/dgamma are one name. A line end keeps them apart.
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

/// What the commas inside one pair of brackets, or outside all of them, look like.
struct Commas {
  std::size_t first;       // token
  std::size_t tight = 0;   // between two digits: 1,5
  std::size_t loose = 0;   // any other
  bool in_list = false;    // inside [ ]
  bool run = false;        // 1,2,3: no decimals
  bool formula = false;    // 1/2,3: hardly decimals
  bool separated = false;  // by a semicolon, or by space between numbers
};

bool touch(const Token& left, const Token& right) {
  return !right.space_before && left.range.end == right.range.begin;
}

bool is_whole(const Token& token) {
  return token.kind == Token::Kind::number && token.text.find_first_not_of("0123456789") == std::string::npos;
}

/// True for 1,5: a comma between two numbers without any space, of which the first has no decimals yet.
bool is_tight_comma(const std::vector<Token>& tokens, std::size_t k) {
  if (k == 0 || !tokens[k].is(U',') || !is_whole(tokens[k - 1])) return false;
  const Token& next = tokens[k + 1];
  return next.kind == Token::Kind::number && is_digit(static_cast<unsigned char>(next.text[0])) &&
         touch(tokens[k - 1], tokens[k]) && touch(tokens[k], next);
}

bool may_group_thousands(const std::vector<Token>& tokens, std::size_t comma) {
  const std::string& next = tokens[comma + 1].text;
  return tokens[comma - 1].text.size() <= 3 && tokens[comma - 1].text[0] != '0' &&
         std::min(next.find_first_not_of("0123456789"), next.size()) == 3;
}

/// Decides what the commas are: fills `reading`, or refuses 1,5, 2,5.
class CommaReader {
 public:
  explicit CommaReader(const std::vector<Token>& tokens) : tokens_(tokens) {}

  Reading read() {
    open_.push_back({0});
    for (std::size_t k = 0; tokens_[k].kind != Token::Kind::end; ++k) {
      const Token& token = tokens_[k];
      Commas& here = open_.back();
      points_ = points_ || (token.kind == Token::Kind::number && token.text.find('.') != std::string::npos);
      if (token.is(U'(') || token.is(U'[')) {
        open_.push_back({k + 1, 0, 0, token.is(U'[')});
      } else if (token.is(U')') || token.is(U']')) {
        close(k);
        if (open_.empty()) open_.push_back({k + 1});  // a bracket too many, which the parser reports
      } else if (is_tight_comma(tokens_, k)) {
        ++here.tight;
        here.run = here.run || (k >= 2 && is_tight_comma(tokens_, k - 2));
        here.formula = here.formula || !stands_alone(k);
        if (reading_.thousands.empty() && may_group_thousands(tokens_, k)) {
          reading_.thousands = tokens_[k - 1].text + "," + tokens_[k + 1].text;
          reading_.thousands_range = {tokens_[k - 1].range.begin, tokens_[k + 1].range.end};
        }
      } else if (token.is(U',')) {
        ++here.loose;
      } else if (token.is(U'=') && here.tight == 0) {
        here.first = k + 1;  // y = 1,5; 2,5
      } else {
        here.separated = here.separated || token.is(U';') || (k > here.first && separates(k));
      }
    }
    while (!open_.empty()) close(tokens_.size() - 1);
    const bool possible = some_ && !never_ && !points_;
    if (possible && doubtful_) refuse(*doubtful_, doubtful_end_);
    reading_.decimal_comma = possible && decimals_;
    reading_.may_be_decimal_comma = possible && !decimals_ && !in_list_;
    return reading_;
  }

 private:
  /// True where a space or a line end before token k separates values.
  bool separates(std::size_t k) const {
    const Token& token = tokens_[k];
    const bool sign = token.is(U'-') || token.is(U'+');
    if (!tokens_[k - 1].ends_operand()) return false;
    if (token.line_before && (token.starts_operand() || sign)) return true;
    const bool number =
        token.kind == Token::Kind::number || (open_.back().in_list && sign && touch(token, tokens_[k + 1]) &&
                                              tokens_[k + 1].kind == Token::Kind::number);
    return number && token.space_before && tokens_[k - 1].kind == Token::Kind::number;
  }

  /// True if the two numbers at a comma are no part of a larger formula.
  bool stands_alone(std::size_t comma) const {
    const auto ends = [](const Token& token) {
      return token.kind == Token::Kind::end || token.is(U',') || token.is(U';') || token.is(U']') ||
             token.is(U')') || token.is(U'[') || token.is(U'(') || token.is(U'=');
    };
    std::size_t before = comma - 1;
    if (before > 0 && (tokens_[before - 1].is(U'-') || tokens_[before - 1].is(U'+'))) --before;
    return (before == 0 || ends(tokens_[before - 1])) && ends(tokens_[comma + 2]);
  }

  void close(std::size_t end) {
    const Commas commas = open_.back();
    open_.pop_back();
    if (commas.tight == 0) return;
    some_ = true;
    in_list_ = in_list_ || commas.in_list;
    if (commas.run || (commas.loose > 0 && (commas.formula || commas.separated))) {
      never_ = true;
    } else if (commas.loose > 0) {
      doubtful_ = commas;
      doubtful_end_ = end;
    } else if (commas.separated) {
      decimals_ = true;
    }
  }

  [[noreturn]] void refuse(const Commas& commas, std::size_t end) const {
    std::string typed, decimals, separate;
    for (std::size_t k = commas.first; k < end; ++k) {
      const bool tight = is_tight_comma(tokens_, k);
      const bool loose = !tight && tokens_[k].is(U',');
      typed += loose ? ", " : tokens_[k].text;
      decimals += tight ? "." : loose ? "; " : tokens_[k].text;
      separate += tight || loose ? "; " : tokens_[k].text;
    }
    throw ReadError({tokens_[commas.first].range.begin, tokens_[end - 1].range.end},
                    two_readings(shortened(typed), shortened(decimals), shortened(separate)) +
                        "; decimals take a point (1.5)");
  }

  const std::vector<Token>& tokens_;
  std::vector<Commas> open_;
  Reading reading_;
  bool points_ = false;    // 1.5: then commas separate
  bool some_ = false;      // some comma is tight
  bool never_ = false;     // some tight comma separates
  bool decimals_ = false;  // some brackets hold decimals for certain
  bool in_list_ = false;
  std::optional<Commas> doubtful_;
  std::size_t doubtful_end_ = 0;
};

class Parser {
 public:
  Parser(const std::vector<Character>& characters, std::vector<Token> tokens)
      : characters_(characters), tokens_(std::move(tokens)) {}

  Node whole() {
    if (peek().kind == Token::Kind::end) throw ReadError(peek().range, "nothing is written here");
    Node list = elements(U'\0');
    if (list.children.size() == 1) {
      Node only = std::move(list.children[0]);
      return only;
    }
    return list;
  }

 private:
  const Token& peek() const { return tokens_[next_]; }
  const Token& ahead() const { return tokens_[std::min(next_ + 1, tokens_.size() - 1)]; }
  const Token& previous() const { return tokens_[next_ - 1]; }
  Token take() { return tokens_[next_ + 1 < tokens_.size() ? next_++ : next_]; }

  static std::string quoted(const Token& token) {
    return token.kind == Token::Kind::end ? "the end" : "“" + token.text + "”";
  }

  /// What was typed there.
  std::string source(Range range) const {
    std::string text;
    for (const Character& character : characters_) {
      if (character.position >= range.begin && character.position < range.end) text += character.bytes;
    }
    return shortened(text);
  }

  /// Expressions up to `closing` (0: the end of the text), whatever separates them.
  Node elements(char32_t closing) {
    Node list{Node::Kind::list, peek().range, "", 0, {}};
    const Token* separator = nullptr;
    bool spaced = false, between_numbers = false;
    const bool in_brackets = closing != U'\0';
    const bool outer = std::exchange(in_brackets_, in_brackets);
    const Token* const outer_doubt = std::exchange(doubtful_sign_, nullptr);
    const Token* const outer_factor = std::exchange(spaced_factor_, nullptr);
    while (true) {
      adopt(list, expression());
      const Token& token = peek();
      if (in_brackets ? token.is(closing) : token.kind == Token::Kind::end) break;
      if (token.is(U',') || token.is(U';')) {
        if (separator && !separator->is(token.symbol)) {
          throw ReadError(
              token.range,
              "both “,” and “;” are used: decimals take a point (1.5), and one sign separates values");
        }
        separator = &token;
        take();
        if (!peek().starts_operand() && !is_sign(peek())) {
          throw ReadError(token.range, "a value is missing after “" + token.text + "”");
        }
      } else if (separated_by_space(token)) {
        spaced = true;
        between_numbers = between_numbers || !token.line_before;
      } else if (in_brackets && token.kind == Token::Kind::end) {
        throw ReadError(token.range, "the bracket “[” is not closed: “]” is missing");
      } else if (token.is(U'=')) {
        throw ReadError(token.range,
                        "“=” does not fit here: a value is asked for, no equation; write one side of it");
      } else {
        refuse_what_follows();
      }
    }
    if (between_numbers && spaced_factor_) refuse_gap(*spaced_factor_);
    // Spaces alone separate in brackets, as numpy prints; beside commas, or without brackets, nobody can
    // tell.
    if (doubtful_sign_ && (separator || (spaced && !in_brackets))) {
      throw ReadError(doubtful_sign_->range,
                      "is “" + doubtful_sign_->text +
                          "” here a difference or the sign of the next value? Put commas between the values");
    }
    in_brackets_ = outer;
    doubtful_sign_ = outer_doubt;
    spaced_factor_ = outer_factor;
    list.range.end = previous().range.end;
    flatten_column(list);
    return list;
  }

  /// [[1.], [2.]], a column as numpy prints it, is the list of its values.
  static void flatten_column(Node& list) {
    const auto is_row_of_one = [](const Node& row) {
      return row.kind == Node::Kind::list && row.children.size() == 1;
    };
    if (list.children.size() < 2 || !std::all_of(list.children.begin(), list.children.end(), is_row_of_one))
      return;
    std::vector<Node> rows;
    rows.swap(list.children);
    list.depth = 1;
    for (Node& row : rows) adopt(list, std::move(row.children[0]));
  }

  [[noreturn]] void refuse_gap(const Token& token) const {
    throw ReadError(token.range, "something is missing between " + quoted(*(&token - 1)) + " and " +
                                     quoted(token) + ": * for a product, a comma for a list");
  }

  [[noreturn]] void refuse_what_follows() const {
    if (peek().starts_operand()) refuse_gap(peek());
    throw ReadError(peek().range, quoted(peek()) + " does not fit here");
  }

  static bool is_sign(const Token& token) { return token.is(U'-') || token.is(U'+'); }

  /// "1 -2" between numbers: as numpy prints a list, or a difference.
  bool looks_like_sign_of_next_value() const {
    return is_sign(peek()) && peek().space_before && ahead().kind == Token::Kind::number &&
           !ahead().space_before && next_ > 0 && previous().kind == Token::Kind::number;
  }

  bool separated_by_space(const Token& token) const {
    if (token.line_before && (token.starts_operand() || is_sign(token))) return true;
    if (looks_like_sign_of_next_value()) return true;
    if (token.is(U'[') && token.space_before && previous().is(U']')) return true;
    return token.space_before && token.kind == Token::Kind::number && previous().kind == Token::Kind::number;
  }

  /// True where a sign starts the next value of the list instead of continuing this expression.
  bool value_ends_here() {
    if (peek().line_before && parentheses_ == 0) return true;
    if (parentheses_ > 0 || !looks_like_sign_of_next_value()) return false;
    if (!doubtful_sign_) doubtful_sign_ = &peek();
    return in_brackets_;
  }

  static void adopt(Node& parent, Node child) {
    parent.depth = std::max(parent.depth, child.depth + 1);
    if (parent.depth > most_levels)
      throw ReadError(child.range, "too many operations in a row: use fewer, or a list and sum");
    parent.children.push_back(std::move(child));
  }

  Node binary(Node::Kind kind, Node left, Node right) {
    const Range range{left.range.begin, right.range.end};
    Node node{kind, range, "", 0, {}};
    adopt(node, std::move(left));
    adopt(node, std::move(right));
    return node;
  }

  Node expression() {
    Node left = product();
    while (is_sign(peek()) && !value_ends_here()) {
      const auto kind = take().is(U'+') ? Node::Kind::add : Node::Kind::subtract;
      left = binary(kind, std::move(left), product());
    }
    return left;
  }

  Node product() {
    Node left = signed_power();
    while (true) {
      if (peek().is(U'*') || peek().is(U'/')) {
        const bool divide = take().is(U'/');
        Node right = signed_power();
        if (divide && factor_follows()) {
          const std::string dividend = source(left.range), divisor = source(right.range);
          const Node factor = power();
          refuse_two_readings({left.range.begin, factor.range.end},
                              "(" + dividend + "/" + divisor + ")·" + source(factor.range),
                              dividend + "/(" + divisor + "·" + source(factor.range) + ")");
        }
        left = binary(divide ? Node::Kind::divide : Node::Kind::multiply, std::move(left), std::move(right));
      } else if (factor_follows()) {
        if (peek().space_before && parentheses_ == 0) spaced_factor_ = &peek();
        left = binary(Node::Kind::multiply, std::move(left), power());
      } else {
        return left;
      }
    }
  }

  /// True where the next token starts a factor without a sign: 2x, γ(x − 1). A number never does, and in [ ]
  /// space may separate values.
  bool factor_follows() const {
    const Token& token = peek();
    if (token.line_before || (in_brackets_ && parentheses_ == 0 && token.space_before)) return false;
    return token.kind == Token::Kind::name || token.is(U'(') || token.is(U'√') ||
           (token.is(U'|') && !in_bars_);
  }

  [[noreturn]] void refuse_two_readings(Range range, const std::string& first,
                                        const std::string& second) const {
    throw ReadError(range, two_readings(source(range), first, second));
  }

  Node signed_power() {
    if (!is_sign(peek())) return power();
    const Deeper deeper(*this);
    const Token sign = take();
    Node operand = signed_power();
    if (sign.is(U'+')) return operand;
    const Range range{sign.range.begin, operand.range.end};
    Node node{Node::Kind::negate, range, "", 0, {}};
    adopt(node, std::move(operand));
    return node;
  }

  Node power() {
    Node base = postfix();
    if (!peek().is(U'^')) return base;
    const Deeper deeper(*this);
    take();
    const bool closed = peek().is(U'(');
    Node exponent = signed_power();
    if (!closed && factor_follows()) {
      const std::string bottom = source(base.range), top = source(exponent.range);
      const Node factor = power();
      const std::string last = source(factor.range);
      refuse_two_readings({base.range.begin, factor.range.end}, "(" + bottom + "^" + top + ")·" + last,
                          bottom + "^(" + top + "·" + last + ")");
    }
    return binary(Node::Kind::power, std::move(base), std::move(exponent));
  }

  Node postfix() {
    Node node = primary();
    while (true) {
      const Token& token = peek();
      if (token.is(U'[') && !token.space_before) {
        const Deeper deeper(*this);
        take();
        ++parentheses_;
        Node position = expression();
        --parentheses_;
        if (!peek().is(U']')) throw ReadError(peek().range, "“]” is missing after the position");
        const Token closing = take();
        node = binary(Node::Kind::index, std::move(node), std::move(position));
        node.range.end = closing.range.end;
      } else if (token.is(raised)) {
        const Token exponent = take();
        node = binary(Node::Kind::power, std::move(node),
                      {Node::Kind::number, exponent.range, exponent.word, exponent.number, {}});
      } else if (token.is(U'%')) {
        const Range range{node.range.begin, take().range.end};
        Node percent{Node::Kind::percent, range, "", 0, {}};
        adopt(percent, std::move(node));
        node = std::move(percent);
      } else {
        return node;
      }
    }
  }

  Node primary() {
    const Deeper deeper(*this);
    const Token token = take();
    if (token.kind == Token::Kind::number)
      return {Node::Kind::number, token.range, token.text, token.number, {}};
    if (token.kind == Token::Kind::name) return named(token);
    if (token.is(U'(')) return parenthesised(token);
    if (token.is(U'|')) return absolute(token);
    if (token.is(U'√')) {
      const bool closed = peek().is(U'(');
      Node argument = closed ? parenthesised(take()) : postfix();
      if (!closed && factor_follows()) {
        const std::string under = source(argument.range);
        const Node factor = power();
        const std::string last = source(factor.range);
        refuse_two_readings({token.range.begin, factor.range.end}, "(√" + under + ")·" + last,
                            "√(" + under + "·" + last + ")");
      }
      return call("sqrt", token.range, std::move(argument));
    }
    if (token.is(U'[')) {
      if (peek().is(U']')) throw ReadError({token.range.begin, peek().range.end}, "the list is empty");
      const int outer_parentheses = std::exchange(parentheses_, 0);
      Node list = elements(U']');
      parentheses_ = outer_parentheses;
      list.range = {token.range.begin, take().range.end};
      return list;
    }
    if (token.kind == Token::Kind::end)
      throw ReadError(token.range, "the text ends where a value is expected");
    throw ReadError(token.range, "a value is expected here, not " + quoted(token));
  }

  Node parenthesised(const Token& opening) {
    ++parentheses_;
    Node inside = expression();
    --parentheses_;
    if (peek().is(U')')) {
      inside.range = {opening.range.begin, take().range.end};
      return inside;
    }
    if (peek().is(U',') || peek().is(U';'))
      throw ReadError(peek().range,
                      "one value is expected in ( ); a list stands in [ ], and decimals take a point");
    if (peek().starts_operand()) refuse_gap(peek());
    throw ReadError(opening.range, "the bracket “(” is not closed: “)” is missing");
  }

  Node absolute(const Token& opening) {
    if (in_bars_)
      throw ReadError(opening.range,
                      "a value is expected here, not “|”; bars inside bars are written abs( )");
    in_bars_ = true;
    ++parentheses_;
    Node inside = expression();
    --parentheses_;
    in_bars_ = false;
    if (!peek().is(U'|')) throw ReadError(opening.range, "the bar “|” is not closed");
    inside.range = {opening.range.begin, take().range.end};
    return call("abs", opening.range, std::move(inside));
  }

  /// A name: a quantity, or the function of what follows it in brackets.
  Node named(const Token& token) {
    const bool bracket = peek().is(U'(');
    if (bracket) {
      if (token.word == "array" || token.word == "asarray" || token.word == "tensor")
        return printed_list(token);
      // A number as numpy prints it in a list.
      if (token.word == "float64" || token.word == "float32") return parenthesised(take());
      refuse_unclear_function(token);
    }
    const std::string function(read_function(token.word));
    if (!function.empty()) {
      if (token.word.back() == '1') skip_upper_limit();
      if (peek().is(U'(')) return call(function, token.range, parenthesised(take()));
      refuse_missing_brackets(token, function);
      return {Node::Kind::name, token.range, function, 0, {}};
    }
    // Whoever evaluates it knows whether the function is misspelt or a quantity.
    if (bracket && !token.name.of_the_lesson)
      return call(token.name.name, token.range, parenthesised(take()));
    return quantity(token);
  }

  Node quantity(const Token& token) {
    Node node{Node::Kind::name, token.range, token.name.name, 0, {}};
    if (token.name.root) return call("sqrt", token.range, std::move(node));
    if (!token.name.subscript) return node;
    const int place = *token.name.subscript;
    const std::string& base = token.name.name;
    if (place == 0) {
      throw ReadError(token.range, "the lesson counts " + base + "_1, " + base +
                                       "_2, …; positions in brackets count from 0: " + base + "[0]");
    }
    Node position{Node::Kind::number, token.range, std::to_string(place - 1), place - 1.0, {}};
    node = binary(Node::Kind::index, std::move(node), std::move(position));
    node.text = std::to_string(place);
    return node;
  }

  /// array([1., 2.], dtype=float32): the list, and nothing of what is printed behind it.
  Node printed_list(const Token& name) {
    const Token opening = take();
    if (!peek().is(U'[')) throw ReadError(peek().range, "a list in [ ] is expected here");
    Node list = primary();
    if (peek().is(U',') && ahead().kind == Token::Kind::name) {
      for (int open = 1; peek().kind != Token::Kind::end; take()) {
        open += peek().is(U'(') ? 1 : peek().is(U')') ? -1 : 0;
        if (open == 0) break;
      }
    }
    if (!peek().is(U')')) throw ReadError(opening.range, "the bracket “(” is not closed: “)” is missing");
    list.range = {name.range.begin, take().range.end};
    return list;
  }

  /// The ^m of Σ_{i=1}^m, which says nothing that the list does not.
  void skip_upper_limit() {
    if (!peek().is(U'^') || ahead().kind != Token::Kind::name || ahead().name.name != "m") return;
    take();
    take();
  }

  /// Functions that people type and that could mean several things here.
  void refuse_unclear_function(const Token& function) const {
    const bool variance = function.word == "var" || function.word == "std";
    const bool product = function.word == "dot" || function.word == "inner" || function.word == "vdot";
    if (!variance && !product) return;
    std::size_t comma = 0, end = next_ + 1;
    for (int open = 1; tokens_[end].kind != Token::Kind::end; ++end) {
      open += tokens_[end].is(U'(') || tokens_[end].is(U'[')   ? 1
              : tokens_[end].is(U')') || tokens_[end].is(U']') ? -1
                                                               : 0;
      if (open == 1 && comma == 0 && tokens_[end].is(U',')) comma = end;
      if (open == 0) break;
    }
    const auto text = [&](std::size_t from, std::size_t to) {
      return from < to ? source({tokens_[from].range.begin, tokens_[to - 1].range.end}) : "";
    };
    const Range range{function.range.begin, tokens_[end].range.end};
    if (product) {
      const auto factor = [&](std::size_t from, std::size_t to) {
        return to == from + 1 ? text(from, to) : "(" + text(from, to) + ")";
      };
      const bool both = next_ + 1 < comma && comma + 1 < end;
      throw ReadError(range,
                      "write “" + function.text + "” as the sum of the products: " +
                          (both ? "sum(" + factor(next_ + 1, comma) + "*" + factor(comma + 1, end) + ")"
                                : "sum(dy*x_hat)"));
    }
    const bool simple = end == next_ + 2 && tokens_[next_ + 1].kind == Token::Kind::name;
    const std::string list = simple ? tokens_[next_ + 1].text : "x";
    const std::string variance_of = "mean((" + list + " − mean(" + list + "))^2)";
    const bool root = function.word == "std";
    throw ReadError(range, "“" + function.word + "” could divide by m or by m − 1: write " +
                               (root ? "sqrt(" + variance_of + ")" : variance_of) +
                               (list != "x" ? ""
                                : root      ? " or sqrt(batch_var)"
                                            : " or batch_var"));
  }

  /// sqrt 5, Σ dy·x_hat: how far a function without brackets reaches is anybody's guess.
  void refuse_missing_brackets(const Token& function, const std::string& name) {
    if (peek().line_before || !peek().starts_operand() || (peek().is(U'|') && in_bars_)) return;
    const bool of_a_list = name == "sum" || name == "mean" || name == "min" || name == "max";
    Range argument = power().range;
    while (of_a_list && (peek().is(U'*') || factor_follows())) {
      if (peek().is(U'*')) take();
      argument.end = signed_power().range.end;
    }
    const std::string right = function.text + "(" + source(argument) + ")";
    const std::string what = name == "sum"    ? "the sum"
                             : name == "sqrt" ? "what the root is of"
                                              : "what “" + function.text + "” is of";
    throw ReadError({function.range.begin, argument.end}, "put " + what + " in brackets: " + right);
  }

  Node call(const std::string& function, Range name, Node argument) {
    Node node{Node::Kind::call, {name.begin, argument.range.end}, function, 0, {}};
    adopt(node, std::move(argument));
    return node;
  }

  struct Deeper {
    explicit Deeper(Parser& p) : parser(p) {
      if (++parser.depth_ > deepest_nesting)
        throw ReadError(parser.peek().range, "too many brackets or signs inside each other");
    }
    ~Deeper() { --parser.depth_; }
    Parser& parser;
  };

  const std::vector<Character>& characters_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  int depth_ = 0;
  int parentheses_ = 0;
  bool in_brackets_ = false;
  bool in_bars_ = false;
  const Token* doubtful_sign_ = nullptr;
  const Token* spaced_factor_ = nullptr;  // the factor of 2 x, outside all brackets
};

std::vector<Character> read_characters(const std::string& text) {
  std::vector<Character> characters = decode(text);
  const std::size_t length = characters.back().position;
  if (length > longest_text) {
    throw ReadError({longest_text, length},
                    "the text is longer than " + std::to_string(longest_text) + " characters");
  }
  return characters;
}

std::pair<std::vector<Token>, Reading> read_tokens(const std::vector<Character>& characters) {
  std::vector<Token> tokens = Tokenizer(characters, false).tokens();
  const Reading reading = CommaReader(tokens).read();
  if (reading.decimal_comma) tokens = Tokenizer(characters, true).tokens();
  return {join_gradients(tokens), reading};
}

bool is_equals(const Token& token) {
  return token.is(U'=') || token.is(U'≈');
}

/// The tokens without what frames an answer: "ans =", "=" or "≈" before it, a "," or ";" behind a pasted
/// bracket.
std::vector<Token> without_frame(std::vector<Token> tokens) {
  const std::size_t last = tokens.size() - 1;
  if (last >= 2 && (tokens[last - 1].is(U',') || tokens[last - 1].is(U';')) &&
      (tokens[last - 2].is(U']') || tokens[last - 2].is(U')')))
    tokens.erase(tokens.end() - 2);
  const std::size_t sign = tokens[0].kind == Token::Kind::name ? 1 : 0;
  if (tokens.size() > sign + 1 && is_equals(tokens[sign]) && !tokens[sign + 1].is(U'=')) {
    const Token& equals = tokens[sign];
    if (tokens[sign + 1].kind == Token::Kind::end)
      throw ReadError(equals.range, "a value is missing after “" + equals.text + "”");
    tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(sign) + 1);
  }
  return tokens;
}

}  // namespace

std::string two_readings(const std::string& typed, const std::string& first, const std::string& second) {
  return "“" + typed + "” can be read as " + first + " or as " + second + ": write the one you mean";
}

const char* kind_name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::number:
      return "number";
    case Node::Kind::name:
      return "name";
    case Node::Kind::list:
      return "list";
    case Node::Kind::negate:
      return "negate";
    case Node::Kind::percent:
      return "percent";
    case Node::Kind::add:
      return "add";
    case Node::Kind::subtract:
      return "subtract";
    case Node::Kind::multiply:
      return "multiply";
    case Node::Kind::divide:
      return "divide";
    case Node::Kind::power:
      return "power";
    case Node::Kind::index:
      return "index";
    case Node::Kind::call:
      return "call";
  }
  return "";
}

Node parse(const std::string& text, Reading* reading) {
  const std::vector<Character> characters = read_characters(text);
  auto [tokens, commas] = read_tokens(characters);
  Node tree = Parser(characters, without_frame(std::move(tokens))).whole();
  if (reading) *reading = commas;
  return tree;
}

namespace {

Node parse_with_commas(const std::string& text, bool decimal) {
  const std::vector<Character> characters = read_characters(text);
  std::vector<Token> tokens = join_gradients(Tokenizer(characters, decimal).tokens());
  return Parser(characters, without_frame(std::move(tokens))).whole();
}

}  // namespace

Node parse_decimal_comma(const std::string& text) {
  return parse_with_commas(text, true);
}

Node parse_separating_comma(const std::string& text) {
  return parse_with_commas(text, false);
}

namespace {

/// What may separate groups of digits; 0 for any other character.
char group_separator(char32_t c) {
  if (c == U',' || c == U'.' || c == U'_') return static_cast<char>(c);
  if (c == U'\'' || c == U'’') return '\'';
  return is_space(c) && !is_line_end(c) && c != U'\t' ? ' ' : '\0';
}

}  // namespace

std::optional<GroupedNumber> parse_grouped(const std::string& text) {
  const std::vector<Character> characters = read_characters(text);
  std::size_t at = 0, last = characters.size() - 1;  // [at, last) is left to be read
  const auto code = [&](std::size_t k) { return k < last ? characters[k].code : U'\0'; };
  const auto digits_from = [&](std::size_t k) {
    std::size_t count = 0;
    while (is_digit(code(k + count))) ++count;
    return count;
  };
  while (is_space(code(at))) ++at;
  while (last > at && is_space(code(last - 1))) --last;
  const std::size_t first = at, end = last;
  std::string plain_text;
  const auto take = [&](std::size_t count) {
    for (; count > 0; --count) plain_text += characters[at++].bytes;
  };
  const char32_t sign = plain(code(at));
  if (sign == U'-' || sign == U'+') {
    if (sign == U'-') plain_text = "-";
    ++at;
    while (is_space(code(at))) ++at;
  }
  const bool is_percent = last > at && code(last - 1) == U'%';
  if (is_percent) --last;
  while (last > at && is_space(code(last - 1))) --last;

  const std::size_t leading = digits_from(at);
  if (leading < 1 || leading > 3 || code(at) == U'0') return std::nullopt;
  take(leading);
  const char separator = group_separator(code(at));
  int groups = 0;
  for (; separator != '\0' && group_separator(code(at)) == separator && digits_from(at + 1) == 3; ++groups) {
    ++at;
    take(3);
  }
  if (groups == 0) return std::nullopt;
  const char decimal = group_separator(code(at));
  const bool has_decimals =
      (decimal == '.' || decimal == ',') && decimal != separator && digits_from(at + 1) > 0;
  if (has_decimals) {
    ++at;
    plain_text += '.';
    take(digits_from(at));
  }
  if (at != last) return std::nullopt;
  if (is_percent) plain_text += "%";

  std::string typed;
  for (std::size_t k = first; k < end; ++k) typed += characters[k].bytes;
  Node tree = parse(plain_text);
  const Range range{characters[first].position, characters[end].position};
  for (Node* node = &tree; node != nullptr; node = node->children.empty() ? nullptr : &node->children[0])
    node->range = range;
  const bool may_be_decimal = groups == 1 && !has_decimals && (separator == ',' || separator == '.');
  return GroupedNumber{std::move(tree), typed, plain_text, separator, may_be_decimal};
}

std::pair<Node, Node> parse_equation(const std::string& text) {
  const std::vector<Character> characters = read_characters(text);
  const std::vector<Token> tokens = read_tokens(characters).first;
  std::optional<std::size_t> sign;
  std::size_t right = 0;  // where the right side starts
  for (std::size_t k = 0, open = 0; tokens[k].kind != Token::Kind::end; ++k) {
    if (tokens[k].is(U'(')) ++open;
    if (tokens[k].is(U')') && open > 0) --open;
    if (!tokens[k].is(U'=') || open > 0) continue;  // array([1, 2], dtype=float32)
    if (sign) throw ReadError(tokens[k].range, "an equation has one “=”, and this is the second");
    sign = k;
    if (tokens[k + 1].is(U'=') && touch(tokens[k], tokens[k + 1])) ++k;  // ==
    right = k + 1;
  }
  if (!sign) {
    const Range whole{tokens.front().range.begin, tokens.back().range.begin};
    throw ReadError(whole, "an equation is expected: two formulas with “=” between them");
  }
  const Range range{tokens[*sign].range.begin, tokens[right - 1].range.end};
  if (*sign == 0) throw ReadError(range, "the left side of “=” is missing");
  if (tokens[right].kind == Token::Kind::end) throw ReadError(range, "the right side of “=” is missing");
  std::vector<Token> left_side(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(*sign));
  left_side.push_back(tokens.back());
  left_side.back().range = {range.begin, range.begin};
  std::vector<Token> right_side(tokens.begin() + static_cast<std::ptrdiff_t>(right), tokens.end());
  Node left = Parser(characters, std::move(left_side)).whole();
  return {std::move(left), Parser(characters, std::move(right_side)).whole()};
}

bool is_blank(const std::string& text) {
  const std::vector<Character> characters = decode(text);
  for (std::size_t k = 0; k + 1 < characters.size(); ++k) {
    if (!is_space(characters[k].code)) return false;
  }
  return true;
}

}  // namespace answers
