#include "answers/expression.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "answers/commas.h"
#include "answers/parser.h"

namespace answers {

namespace {

std::pair<std::vector<Token>, Reading> read_tokens(const std::vector<Character>& characters) {
  std::vector<Token> tokens = tokenize(characters, false);
  const Reading reading = read_commas(tokens);
  if (reading.decimal_comma) tokens = tokenize(characters, true);
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
  Node tree = parse_tokens(characters, without_frame(std::move(tokens)));
  if (reading) *reading = commas;
  return tree;
}

namespace {

Node parse_with_commas(const std::string& text, bool decimal) {
  const std::vector<Character> characters = read_characters(text);
  std::vector<Token> tokens = join_gradients(tokenize(characters, decimal));
  return parse_tokens(characters, without_frame(std::move(tokens)));
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
  Node left = parse_tokens(characters, std::move(left_side));
  return {std::move(left), parse_tokens(characters, std::move(right_side))};
}

bool is_blank(const std::string& text) {
  const std::vector<Character> characters = decode(text);
  for (std::size_t k = 0; k + 1 < characters.size(); ++k) {
    if (!is_space(characters[k].code)) return false;
  }
  return true;
}

}  // namespace answers
