#include "answers/expression.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "answers/commas.h"
#include "answers/frame.h"
#include "answers/latex.h"
#include "answers/parser.h"

namespace answers {

namespace {

std::pair<std::vector<Token>, Reading> read_tokens(const std::vector<Character>& characters,
                                                   const Notation& notation) {
  const auto read = [&](bool decimal_comma) {
    return without_frame(tokenize(characters, decimal_comma, notation.x_is_times), notation.asked);
  };
  std::vector<Token> tokens = read(notation.commas == Notation::Commas::decimal);
  Reading reading;
  if (notation.commas == Notation::Commas::by_context) {
    reading = read_commas(tokens);
    if (reading.decimal_comma) tokens = read(true);
  }
  return {join_gradients(tokens), reading};
}

}  // namespace

ReadError two_readings(Range where, const std::string& typed, const std::string& first,
                       const std::string& second) {
  return {where,
          "“" + typed + "” can be read as " + first + " or as " + second + ": write the one you mean",
          {first, second}};
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
    case Node::Kind::chain:
      return "chain";
  }
  return "";
}

Node parse(const std::string& text, Reading* reading) {
  return parse(text, Notation(), reading);
}

Node parse(const std::string& text, const Notation& notation, Reading* reading) {
  const std::vector<Character> typed = read_characters(text);
  std::vector<Character> characters = without_latex(typed);
  const char groups = notation.asked == 1 ? join_groups(characters, notation.large_whole) : '\0';
  auto [tokens, found] = read_tokens(characters, notation);
  found.groups = groups;
  Node tree = parse_tokens(typed, std::move(tokens), notation, &found);
  if (reading) *reading = found;
  return tree;
}

std::pair<Node, Node> parse_equation(const std::string& text, Notation::Sums sums, Reading* reading) {
  Notation notation;
  notation.sums = sums;
  const std::vector<Character> typed = read_characters(text);
  const std::vector<Token> tokens = read_tokens(without_latex(typed), Notation()).first;
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
  Reading of_left, of_right;
  Node left = parse_tokens(typed, std::move(left_side), notation, &of_left);
  Node right_tree = parse_tokens(typed, std::move(right_side), notation, &of_right);
  if (reading) reading->sum = of_left.sum ? of_left.sum : of_right.sum;
  return {std::move(left), std::move(right_tree)};
}

bool is_blank(const std::string& text) {
  const std::vector<Character> characters = decode(text);
  for (std::size_t k = 0; k + 1 < characters.size(); ++k) {
    if (!is_space(characters[k].code)) return false;
  }
  return true;
}

}  // namespace answers
