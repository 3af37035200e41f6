#include "answers/expression.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
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
    characters.push_back({code, text.substr(k, taken), position});
    position += code > 0xFFFF ? 2 : 1;
    k += taken;
  }
  characters.push_back({U'\0', "", position});  // the end
  return characters;
}

bool is_space(char32_t c) {
  return c == U' ' || c == U'\t' || c == U'\n' || c == U'\r' || c == 0xA0 || (c >= 0x2000 && c <= 0x200B) ||
         c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}
bool is_line_end(char32_t c) {
  return c == U'\n' || c == U'\r';
}
bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
bool is_name_start(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || c == U'_' || (c >= 0x370 && c <= 0x3FF) ||
         c == 0xB5;
}
bool is_name_part(char32_t c) {
  return is_name_start(c) || is_digit(c) || (c >= 0x300 && c <= 0x36F);
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
  std::string text;
  char32_t symbol = 0;
  double number = 0;
  bool space_before = false;
  bool line_before = false;

  bool is(char32_t c) const { return kind == Kind::symbol && symbol == c; }
  bool starts_operand() const {
    return kind == Kind::number || kind == Kind::name || is(U'(') || is(U'[') || is(U'√');
  }
};

std::vector<Token> tokenize(const std::vector<Character>& characters) {
  std::vector<Token> tokens;
  std::size_t k = 0;
  const auto code = [&](std::size_t ahead = 0) {
    return k + ahead < characters.size() ? characters[k + ahead].code : U'\0';
  };
  const std::size_t last = characters.size() - 1;
  while (true) {
    bool space = false, line = false;
    for (; is_space(code()); ++k) {
      space = true;
      line = line || is_line_end(code());
    }
    Token token{Token::Kind::end, {characters[k].position, characters[k].position}, "", 0, 0, space, line};
    if (k >= last) {
      tokens.push_back(token);
      return tokens;
    }
    const auto take = [&] { token.text += characters[k++].bytes; };
    if (is_digit(code()) || (code() == U'.' && is_digit(code(1)))) {
      token.kind = Token::Kind::number;
      while (is_digit(code())) take();
      if (code() == U'.') {
        take();
        while (is_digit(code())) take();
      }
      const bool exponent = code() == U'e' || code() == U'E';
      const char32_t sign = plain(code(1));
      if (exponent && (is_digit(code(1)) || ((sign == U'-' || sign == U'+') && is_digit(code(2))))) {
        take();
        if (!is_digit(code())) {
          token.text += sign == U'-' ? '-' : '+';
          ++k;
        }
        while (is_digit(code())) take();
      }
      token.range.end = characters[k].position;
      if (code() == U'.') {
        token.range.end = characters[k + 1].position;
        throw ReadError(token.range, "“" + token.text + ".”: a number has one decimal point");
      }
      token.number = std::strtod(token.text.c_str(), nullptr);
      if (!std::isfinite(token.number))
        throw ReadError(token.range, "“" + token.text + "” is too large a number");
    } else if (is_name_start(code())) {
      token.kind = Token::Kind::name;
      while (is_name_part(code())) take();
      token.text = canonical_name(token.text);
    } else {
      token.kind = Token::Kind::symbol;
      token.symbol = plain(code());
      take();
    }
    token.range.end = characters[k].position;
    tokens.push_back(token);
  }
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

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

  /// Expressions up to `closing` (0: the end of the text), whatever separates them.
  Node elements(char32_t closing) {
    Node list{Node::Kind::list, peek().range, "", 0, {}};
    const Token* separator = nullptr;
    bool spaced = false;
    const bool in_brackets = closing != U'\0';
    const bool outer = std::exchange(in_brackets_, in_brackets);
    const Token* const outer_doubt = std::exchange(doubtful_sign_, nullptr);
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
      } else if (in_brackets && token.kind == Token::Kind::end) {
        throw ReadError(token.range, "the bracket “[” is not closed: “]” is missing");
      } else if (token.starts_operand()) {
        throw ReadError(token.range, "something is missing between " + quoted(previous()) + " and " +
                                         quoted(token) + ": * for a product, a comma for a list");
      } else {
        throw ReadError(token.range, quoted(token) + " does not fit here");
      }
    }
    // Spaces alone separate in brackets, as numpy prints; beside commas, or without brackets, nobody can
    // tell.
    if (doubtful_sign_ && (separator || (spaced && !in_brackets))) {
      throw ReadError(doubtful_sign_->range,
                      "is “" + doubtful_sign_->text +
                          "” here a difference or the sign of the next value? Put commas between the values");
    }
    in_brackets_ = outer;
    doubtful_sign_ = outer_doubt;
    list.range.end = previous().range.end;
    return list;
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
    while (peek().is(U'*') || peek().is(U'/')) {
      const auto kind = take().is(U'*') ? Node::Kind::multiply : Node::Kind::divide;
      left = binary(kind, std::move(left), signed_power());
    }
    return left;
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
    return binary(Node::Kind::power, std::move(base), signed_power());
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
      } else if (token.is(U'²') || token.is(U'³')) {
        const Token exponent = take();
        const bool square = exponent.is(U'²');
        node = binary(Node::Kind::power, std::move(node),
                      {Node::Kind::number, exponent.range, square ? "2" : "3", square ? 2.0 : 3.0, {}});
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
    if (token.kind == Token::Kind::name) {
      if (!peek().is(U'(')) return {Node::Kind::name, token.range, token.text, 0, {}};
      return call(token, parenthesised(take()));
    }
    if (token.is(U'(')) return parenthesised(token);
    if (token.is(U'√')) {
      Node argument = peek().is(U'(') ? parenthesised(take()) : postfix();
      return call({Token::Kind::name, token.range, "sqrt"}, std::move(argument));
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
    if (peek().is(U',')) throw ReadError(peek().range, "one value is expected in ( ); a list stands in [ ]");
    throw ReadError(opening.range, "the bracket “(” is not closed: “)” is missing");
  }

  Node call(const Token& function, Node argument) {
    Node node{Node::Kind::call, {function.range.begin, argument.range.end}, function.text, 0, {}};
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

  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  int depth_ = 0;
  int parentheses_ = 0;
  bool in_brackets_ = false;
  const Token* doubtful_sign_ = nullptr;
};

}  // namespace

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

Node parse(const std::string& text) {
  const std::vector<Character> characters = decode(text);
  const std::size_t length = characters.back().position;
  if (length > longest_text) {
    throw ReadError({longest_text, length},
                    "the text is longer than " + std::to_string(longest_text) + " characters");
  }
  return Parser(tokenize(characters)).whole();
}

bool is_blank(const std::string& text) {
  const std::vector<Character> characters = decode(text);
  for (std::size_t k = 0; k + 1 < characters.size(); ++k) {
    if (!is_space(characters[k].code)) return false;
  }
  return true;
}

}  // namespace answers
