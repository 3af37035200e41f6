#include <algorithm>
#include <cctype>
#include <set>

#include "answers/grammar.h"

namespace answers {

bool Parser::is_count_word(const Token& token) {
  if (token.kind != Token::Kind::name) return false;
  std::string word = token.word;
  for (char& each : word) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
  return contains(count_words, std::string_view(word));
}

bool Parser::is_word_of_counting(const Token& token) {
  return is_count_word(token) || is_word(token, about_words) || is_word(token, counted_quantities);
}

bool Parser::ends_value(const Token& token) {
  return token.kind == Token::Kind::end || token.is(U',') || token.is(U';') || token.is(U'.') ||
         token.is(U'=') || token.is(U'≈') || token.closes() || is_word(token, and_words);
}

void Parser::skip_about() {
  while (true) {
    if (is_word(peek(), about_words)) {
      const Token word = take();
      if (peek().is(U'.') && touch(word, peek())) take();
    } else if (peek().is(U'≈') && !(next_ > 0 && previous().ends_operand())) {
      const Token about = take();
      if (peek().is(U'=')) take();  // ~=
      if (peek().kind == Token::Kind::end)
        throw ReadError(about.range, "a value is missing after “" + about.text + "”");
    } else {
      return;
    }
  }
}

Node Parser::element() {
  skip_about();
  element_start_ = next_;
  Node value = is_mixed_number() ? shares_of(mixed_number()) : expression();
  skip_words();
  return value;
}

void Parser::skip_words() {
  if (previous().kind != Token::Kind::number && !previous().closes() && !previous().is(U'%')) return;
  std::size_t end = next_;
  while (is_word_of_counting(tokens_[end]) ||
         (end > next_ && tokens_[end].is(U'-') && is_word_of_counting(tokens_[end + 1])))  // mini-batches
    ++end;
  if (ends_value(tokens_[end])) next_ = end;
}

bool Parser::is_mixed_number() const {
  const std::size_t first = next_ + (is_sign(peek()) ? 1 : 0);
  if (notation_.asked != 1 || first + 4 >= tokens_.size()) return false;
  const Token &whole = tokens_[first], &above = tokens_[first + 1], &below = tokens_[first + 3];
  const Token& after = tokens_[first + 4];
  const bool is_mixed = is_whole(whole) && is_whole(above) && above.space_before &&
                        tokens_[first + 2].is(U'/') && is_whole(below) && above.number < below.number &&
                        (ends_value(after) || after.is(U'%') || after.is(U'‰') || is_word_of_counting(after));
  if (is_mixed && above.text.size() == 3 && whole.text.size() <= 3) {
    refuse_two_readings({whole.range.begin, below.range.end}, whole.text + above.text + "/" + below.text,
                        whole.text + " + " + above.text + "/" + below.text);
  }
  return is_mixed;
}

Node Parser::mixed_number() {
  const bool negative = peek().is(U'-');
  if (is_sign(peek())) take();
  Node whole = primary();
  Node above = primary();
  take();
  Node value =
      binary(Node::Kind::add, std::move(whole), binary(Node::Kind::divide, std::move(above), primary()));
  if (!negative) return value;
  Node node{Node::Kind::negate, value.range, "", 0, {}};
  adopt(node, std::move(value));
  return node;
}

Node Parser::labelled_element() {
  if (next_ == 0 && peek().is(U'=') && !ahead().is(U'=')) {
    const Token equals = take();
    if (peek().kind == Token::Kind::end)
      throw ReadError(equals.range, "a value is missing after “" + equals.text + "”");
  }
  skip_about();
  const std::string label = read_label();
  Node value = element();
  if (notation_.asked > 0 && (is_link(peek()) || starts_remark(peek()))) {
    Node chain{Node::Kind::chain, value.range, "", 0, {}};
    adopt(chain, std::move(value));
    while (is_link(peek()) || starts_remark(peek())) {
      const Token link = take();
      if (link.is(U'(')) {
        if (skip_word_in_brackets()) continue;
        read_remark(link, chain);
        continue;
      }
      if (peek().is(U'=') || peek().is(U'≈')) take();  // == and =~
      adopt(chain, element());
    }
    chain.range.end = previous().range.end;
    value = std::move(chain.children.size() == 1 ? chain.children[0] : chain);
  }
  value.label = label;
  return value;
}

bool Parser::starts_remark(const Token& token) const {
  if (notation_.asked != 1 || !token.is(U'(') || !token.space_before || next_ == 0) return false;
  const std::size_t first = element_start_ + (is_sign(tokens_[element_start_]) ? 1 : 0);
  const bool after_number = next_ == first + 1 && previous().kind == Token::Kind::number;
  const bool inside = parentheses_ > 0 || in_brackets_ || in_bars_;
  if (!after_number && (!notation_.remarks || inside || !previous().ends_operand() || is_one_group()))
    return false;
  int open = 0;
  for (std::size_t k = next_; k + 1 < tokens_.size(); ++k) {
    open += tokens_[k].opens() ? 1 : tokens_[k].closes() ? -1 : 0;
    if (open == 0) return k + 2 == tokens_.size();
  }
  return false;
}

void Parser::read_remark(const Token& opening, Node& chain) {
  if (is_link(peek())) take();  // 34.1 (= 25 + 9.1)
  read_label();
  const std::size_t first = chain.children.size();
  ++parentheses_;
  while (true) {
    adopt(chain, element());
    if (!is_link(peek())) break;
    take();
    if (is_link(peek())) take();  // == and =~
  }
  --parentheses_;
  if (!peek().is(U')')) refuse_open(opening);
  const Range range{opening.range.begin, take().range.end};
  if (chain.children.size() == first + 1) chain.children.back().range = range;
}

bool Parser::is_one_group() const {
  if (source(tokens_[element_start_].range) != "(") return false;
  int open = 0;
  for (std::size_t k = element_start_; k < next_; ++k) {
    open += tokens_[k].opens() ? 1 : tokens_[k].closes() ? -1 : 0;
    if (open == 0) return k + 1 == next_;
  }
  return false;
}

bool Parser::skip_word_in_brackets() {
  if (!is_word_of_counting(peek()) || !ahead().is(U')')) return false;
  next_ += 2;
  return true;
}

std::string Parser::read_label_of_length() {
  std::size_t k = next_;
  const auto skip_bars = [&] {
    const std::size_t start = k;
    if (tokens_[k].is(U'‖')) {
      ++k;
    } else {
      while (tokens_[k].is(U'|') && k < start + 2) ++k;
    }
    return k - start;
  };
  const std::size_t opening = skip_bars(), name = k;
  if (opening == 0 || tokens_[k++].kind != Token::Kind::name || skip_bars() != opening) return "";
  bool is_square = false;
  if (tokens_[k].is(raised)) {
    is_square = tokens_[k++].number == 2;
  } else if (tokens_[k].is(U'^') && tokens_[k + 1].number == 2) {
    is_square = true;
    k += 2;
  }
  const bool is_label = (is_link(tokens_[k]) || tokens_[k].is(U':')) && !tokens_[k + 1].is(U'=') &&
                        tokens_[k + 1].kind != Token::Kind::end;
  if (!is_label) return "";
  next_ = k + 1;
  return "‖" + tokens_[name].text + "‖" + (is_square ? "²" : "");
}

std::string Parser::read_label() {
  if (peek().is(U'‖') || peek().is(U'|')) return read_label_of_length();
  if (peek().kind != Token::Kind::name) return "";
  std::size_t k = next_ + 1;
  const auto at = [&](std::size_t ahead_by) -> const Token& {
    return tokens_[std::min(k + ahead_by, tokens_.size() - 1)];
  };
  std::string index;
  bool is_gradient = false;
  while (true) {
    const bool number = at(1).kind == Token::Kind::number, name = at(1).kind == Token::Kind::name;
    if (is_prime(at(0))) {
      index += "'";
      ++k;
    } else if (at(0).is(U'.') && name) {
      is_gradient = at(1).word == "grad";
      k += 2;
    } else if (at(0).is(U'[') && number && at(2).is(U']')) {
      index += "[" + at(1).text + "]";
      k += 3;
    } else if (at(0).is(U'(') && (number || name) && at(2).is(U')') && read_function(peek().word).empty()) {
      k += 3;
    } else {
      break;
    }
  }
  if (at(0).is(U':') && at(1).is(U'=')) ++k;  // :=
  if (!is_link(at(0)) && !at(0).is(U':')) return "";
  if (at(0).is(U'=') && at(1).is(U'=')) return "";  // an equation, which is not asked for
  if (at(1).kind == Token::Kind::end)
    throw ReadError(at(0).range, "a value is missing after “" + at(0).text + "”");
  const Token& token = peek();
  std::string label = token.name.of_the_lesson && !token.name.subscript ? token.name.name : token.word;
  if (token.name.root) label = "sqrt(" + label + ")";
  if (is_gradient) label = gradient_of(label);
  label += index;
  next_ = k + 1;
  return label;
}

void Parser::put_in_order(Node& list) const {
  std::vector<std::pair<std::size_t, std::size_t>> places;  // as labelled, and as typed
  std::set<std::string> names;
  for (std::size_t k = 0; k < list.children.size(); ++k) {
    const std::string& label = list.children[k].label;
    const Label read = read_label_name(label);
    if (!read.place) continue;
    places.emplace_back(*read.place, k);
    names.insert(read.base);
  }
  if (places.empty()) return;
  std::sort(places.begin(), places.end());
  const std::size_t first = places[0].first;
  for (std::size_t k = 0; k < places.size(); ++k) {
    if (places.size() != list.children.size() || names.size() > 1 || first > 1 ||
        places[k].first != first + k)
      throw ReadError(list.range, "the names before the values leave one out, or name one twice");
  }
  std::vector<Node> ordered;
  for (const auto& place : places) ordered.push_back(std::move(list.children[place.second]));
  list.children = std::move(ordered);
}

}  // namespace answers
