#include <algorithm>

#include "answers/grammar.h"

namespace answers {

Node Parser::elements(char32_t closing) {
  Node list{Node::Kind::list, peek().range, "", 0, {}};
  const Token* separator = nullptr;
  bool spaced = false, between_numbers = false;
  const bool in_brackets = closing != U'\0';
  const bool outer = std::exchange(in_brackets_, in_brackets);
  const Token* const outer_doubt = std::exchange(doubtful_sign_, nullptr);
  const Token* const outer_factor = std::exchange(spaced_factor_, nullptr);
  if (!in_brackets && (peek().is(U',') || peek().is(U';')) && ahead().kind != Token::Kind::end) take();
  while (true) {
    adopt(list, in_brackets ? element() : labelled_element());
    if (!in_brackets && peek().is(U'.') && ahead().kind == Token::Kind::end) take();
    const Token& token = peek();
    if (in_brackets ? token.is(closing) : token.kind == Token::Kind::end) break;
    if (token.is(U',') || token.is(U';')) {
      take();
      if (in_brackets ? peek().is(closing) : peek().kind == Token::Kind::end) break;
      if (separator && !separator->is(token.symbol)) {
        throw ReadError(
            token.range,
            "both “,” and “;” are used: decimals take a point (1.5), and one sign separates values");
      }
      separator = &token;
      if (is_word(peek(), and_words)) take();
      if (!peek().starts_operand() && !is_sign(peek()) && !peek().is(U'≈')) {
        throw ReadError(token.range, "a value is missing after “" + token.text + "”");
      }
    } else if (is_word(token, and_words)) {
      take();
    } else if (separated_by_space(token)) {
      spaced = true;
      between_numbers = between_numbers || !(token.line_before || token.tab_before);
    } else if (in_brackets && token.kind == Token::Kind::end) {
      throw ReadError(token.range, closing == U']'   ? "the bracket “[” is not closed: “]” is missing"
                                   : closing == U')' ? "the bracket “(” is not closed: “)” is missing"
                                   : closing == U'}' ? "the bracket “{” is not closed: “}” is missing"
                                                     : "the bracket “⟨” is not closed: “⟩” is missing");
    } else if (token.is(U'=')) {
      throw ReadError(token.range,
                      "“=” does not fit here: a value is asked for, no equation; write one side of it");
    } else {
      refuse_what_follows();
    }
  }
  if (between_numbers && spaced_factor_) refuse_gap(*spaced_factor_);
  // In brackets spaces alone separate values, as numpy prints them; beside commas, or without brackets, they
  // are ambiguous.
  if (doubtful_sign_ && !notation_.spaces && (separator || (spaced && !in_brackets))) {
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

void Parser::flatten_column(Node& list) {
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

void Parser::refuse_what_follows() const {
  if (peek().starts_operand()) refuse_gap(peek());
  throw ReadError(peek().range, quoted(peek()) + " does not fit here");
}

bool Parser::looks_like_sign_of_next_value() const {
  return is_sign(peek()) && peek().space_before && ahead().kind == Token::Kind::number &&
         !ahead().space_before && next_ > 0 && previous().kind == Token::Kind::number;
}

bool Parser::starts_next_label(const Token& token) const {
  return notation_.asked > 1 && token.kind == Token::Kind::name && token.space_before && ahead().is(U'=');
}

bool Parser::separated_by_space(const Token& token) const {
  if ((token.line_before || token.tab_before) && (token.starts_operand() || is_sign(token))) return true;
  if (looks_like_sign_of_next_value() || starts_next_label(token)) return true;
  if (token.is(U'[') && token.space_before && previous().is(U']')) return true;
  return token.space_before && token.kind == Token::Kind::number && previous().kind == Token::Kind::number;
}

bool Parser::value_ends_here() {
  if ((peek().line_before || peek().tab_before) && parentheses_ == 0) return true;
  if (parentheses_ > 0 || !looks_like_sign_of_next_value()) return false;
  if (!doubtful_sign_) doubtful_sign_ = &peek();
  return in_brackets_ || notation_.spaces;
}

char32_t Parser::closing_of(const Token& opening) {
  return opening.is(U'(') ? U')' : opening.is(U'{') ? U'}' : opening.is(U'⟨') ? U'⟩' : U']';
}

Node Parser::bracketed(const Token& opening, bool starts) {
  if (!separates_inside() || !(starts || opening.is(U'⟨'))) return parenthesised(opening);
  const int outer_parentheses = std::exchange(parentheses_, 0);
  Node list = elements(closing_of(opening));
  parentheses_ = outer_parentheses;
  list.range = {opening.range.begin, take().range.end};
  const auto is_name = [](const Node& node) { return node.kind == Node::Kind::name; };
  if (!opening.is(U'⟨') || list.children.size() != 2 || !is_name(list.children[0]) ||
      !is_name(list.children[1]))
    return list;
  Node product = dot(std::move(list.children[0]), std::move(list.children[1]));
  product.range = list.range;
  return product;
}

bool Parser::separates_inside() const {
  int open = 1;
  for (std::size_t k = next_; tokens_[k].kind != Token::Kind::end; ++k) {
    open += tokens_[k].opens() ? 1 : tokens_[k].closes() ? -1 : 0;
    if (open == 0) return false;
    if (open > 1) continue;
    const bool after_number =
        k > next_ && tokens_[k].space_before && tokens_[k - 1].kind == Token::Kind::number;
    const bool sign = notation_.spaces && is_sign(tokens_[k]) && touch(tokens_[k], tokens_[k + 1]);
    const bool spaced = after_number && (tokens_[k].kind == Token::Kind::number || sign);
    if (tokens_[k].is(U',') || tokens_[k].is(U';') || spaced) return true;
  }
  return false;
}

Node Parser::parenthesised(const Token& opening) {
  const char outer = std::exchange(sum_index_, '\0');
  ++parentheses_;
  Node inside = expression();
  --parentheses_;
  sum_index_ = outer;
  if (!peek().is(closing_of(opening))) refuse_open(opening);
  const Range range{opening.range.begin, take().range.end};
  // The brackets that stand for a command of LaTeX are all of it, and show nothing of what is inside.
  if (opening.range.end <= inside.range.begin) inside.range = range;
  return inside;
}

void Parser::refuse_open(const Token& opening) const {
  if (peek().is(U',') || peek().is(U';'))
    throw ReadError(peek().range,
                    "one value is expected in ( ); a list stands in [ ], and decimals take a point");
  if (peek().starts_operand()) refuse_gap(peek());
  throw ReadError(opening.range, "the bracket “" + opening.text + "” is not closed: “" +
                                     (opening.is(U'{')   ? "}"
                                      : opening.is(U'⟨') ? "⟩"
                                                         : ")") +
                                     "” is missing");
}

Node Parser::absolute(const Token& opening) {
  if (in_bars_)
    throw ReadError(opening.range, "a value is expected here, not “|”; bars inside bars are written abs( )");
  in_bars_ = true;
  ++parentheses_;
  Node inside = expression();
  --parentheses_;
  in_bars_ = false;
  if (!peek().is(U'|')) throw ReadError(opening.range, "the bar “|” is not closed");
  inside.range = {opening.range.begin, take().range.end};
  return call("abs", opening.range, std::move(inside));
}

}  // namespace answers
