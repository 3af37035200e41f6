#include "answers/parser.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "answers/grammar.h"

namespace answers {

namespace {

constexpr const char* no_uncertainty = "the value alone is asked for, without how far it may be off";
constexpr int most_levels = 200;

}  // namespace

Node Parser::whole() {
  if (peek().kind == Token::Kind::end) throw ReadError(peek().range, "nothing is written here");
  Node list = elements(U'\0');
  if (list.children.size() == 1) {
    Node only = std::move(list.children[0]);
    return only;
  }
  put_in_order(list);
  return list;
}

std::string Parser::quoted(const Token& token) {
  if (token.kind == Token::Kind::end) return "the end";
  if (!is_control(token.symbol)) return "“" + token.text + "”";
  // Not a stream: the only one would bring all locales into the WebAssembly build.
  char name[16];
  std::snprintf(name, sizeof name, "U+%04X", static_cast<unsigned>(token.symbol));
  return "the character " + std::string(name) + ", which does not show,";
}

void Parser::refuse_gap(const Token& token) const {
  throw ReadError(token.range, "something is missing between " + quoted(*(&token - 1)) + " and " +
                                   quoted(token) + ": * for a product, a comma for a list");
}

void Parser::adopt(Node& parent, Node child) {
  parent.depth = std::max(parent.depth, child.depth + 1);
  if (parent.depth > most_levels)
    throw ReadError(child.range, "too many operations in a row: use fewer, or a list and sum");
  parent.children.push_back(std::move(child));
}

Node Parser::binary(Node::Kind kind, Node left, Node right) {
  const Range range{left.range.begin, right.range.end};
  Node node{kind, range, "", 0, {}};
  adopt(node, std::move(left));
  adopt(node, std::move(right));
  return node;
}

Node Parser::expression() {
  Node left = product();
  while (is_sign(peek()) && !value_ends_here()) {
    const Token sign = take();
    if (notation_.asked > 0 && sign.is(U'+') && peek().is(U'-') && touch(sign, peek()))
      throw ReadError({sign.range.begin, peek().range.end}, no_uncertainty);
    const auto kind = sign.is(U'+') ? Node::Kind::add : Node::Kind::subtract;
    left = binary(kind, std::move(left), product());
  }
  return left;
}

Node Parser::product() {
  return product_from(signed_power());
}

Node Parser::product_from(Node left) {
  while (true) {
    if (ends_sum()) {
      return left;
    } else if (left.transposed && (peek().is(U'*') || factor_follows())) {
      if (peek().is(U'*')) take();
      left = dot(std::move(left), signed_power());
    } else if (peek().is(U'@') || is_matrix_product()) {
      next_ += peek().is(U'@') ? 1 : 3;
      left = dot(std::move(left), signed_power());
    } else if (peek().is(U'*') || divides(peek())) {
      const bool divide = !take().is(U'*');
      Node right = signed_power();
      if (divide && factor_follows()) {
        left = quotient_before_factor(std::move(left), std::move(right));
        continue;
      }
      left = binary(divide ? Node::Kind::divide : Node::Kind::multiply, std::move(left), std::move(right));
    } else if (counts(peek())) {
      // 16 examples is 16, or 16 times their number: the judge decides, which knows the question.
      left = binary(Node::Kind::multiply, std::move(left), power());
      left.counts = true;
    } else if (factor_follows()) {
      if (peek().space_before && parentheses_ == 0) spaced_factor_ = &peek();
      left = binary(Node::Kind::multiply, std::move(left), power());
    } else {
      return left;
    }
  }
}

bool Parser::is_matrix_product() const {
  return next_ + 2 < tokens_.size() && peek().is(U'%') && ahead().is(U'*') && tokens_[next_ + 2].is(U'%');
}

bool Parser::divides(const Token& token) {
  if (token.is(U'/')) return true;
  const bool is_out_of = token.word == "out" && ahead().word == "of";
  const bool is_word = is_out_of || token.word == "to" || token.word == "in";
  const bool first = next_ == element_start_ + 1 && previous().kind == Token::Kind::number;
  const std::size_t second = next_ + (is_out_of ? 2 : 1);
  if (notation_.asked != 1 || !(token.is(U':') || is_word) || !first ||
      tokens_[second].kind != Token::Kind::number)
    return false;
  const Token& after = tokens_[second + 1];
  if (!ends_value(after) && !is_count_word(after)) return false;
  if (is_word) {
    note_ = "“" + source({previous().range.begin, tokens_[second].range.end}) + "” was read as " +
            previous().text + "/" + tokens_[second].text;
  }
  next_ = second - 1;
  return true;
}

bool Parser::ends_sum() const {
  if (sum_index_ == '\0') return false;
  const char index = index_of(next_ + (peek().is(U'*') || peek().is(U'/') ? 1 : 0));
  return index != '\0' && index != sum_index_;
}

char Parser::index_of(std::size_t factor) const {
  char found = '\0';
  int open = 0;
  for (std::size_t k = factor; k < tokens_.size() && tokens_[k].kind != Token::Kind::end; ++k) {
    const Token& token = tokens_[k];
    open += token.opens() ? 1 : token.closes() ? -1 : 0;
    if (open < 0) break;
    const bool is_function = token.kind == Token::Kind::name && !read_function(token.word).empty();
    const char index = token.kind == Token::Kind::name && !is_function ? index_letter(token.word) : '\0';
    if (index != '\0' && (found == '\0' || index == sum_index_)) found = index;
    if (open == 0 && !is_function && !token.is(U'√')) break;
  }
  return found;
}

bool Parser::counts(const Token& token) const {
  return parentheses_ == 0 && token.space_before && !token.line_before &&
         is_word(token, counted_quantities) && next_ == element_start_ + 1 &&
         previous().kind == Token::Kind::number && ends_value(ahead());
}

Node Parser::quotient_before_factor(Node left, Node right) {
  const bool apart = peek().space_before;
  const bool closed = previous().closes() && (apart || right.kind == Node::Kind::call);
  const std::string dividend = source(left.range), divisor = source(right.range);
  Node factor = power();
  const std::string last = source(factor.range);
  const Range range{left.range.begin, factor.range.end};
  if (!closed && !(apart && factor.kind == Node::Kind::call)) {
    refuse_two_readings(range, "(" + dividend + "/" + divisor + ")·" + last,
                        dividend + "/(" + divisor + "·" + last + ")");
  }
  if (note_.empty()) {
    note_ = "“" + source(range) + "” was read as (" + dividend + "/" + divisor + ")·" + last +
            "; the other reading is written " + dividend + "/(" + divisor + "·" + last + ")";
  }
  Node quotient = binary(Node::Kind::divide, std::move(left), std::move(right));
  return binary(Node::Kind::multiply, std::move(quotient), std::move(factor));
}

Node Parser::dot(Node left, Node right) {
  Node product = binary(Node::Kind::multiply, std::move(left), std::move(right));
  return call("sum", product.range, std::move(product));
}

bool Parser::factor_follows() const {
  const Token& token = peek();
  if (token.line_before || token.tab_before || (in_brackets_ && parentheses_ == 0 && token.space_before))
    return false;
  if (token.kind == Token::Kind::name) return !is_connecting_word(token) && !starts_next_label(token);
  if (starts_remark(token)) return false;
  return token.is(U'(') || token.is(U'{') || token.is(U'⟨') || token.is(U'√') ||
         (token.is(U'|') && !in_bars_);
}

bool Parser::is_connecting_word(const Token& token) const {
  if (is_word(token, and_words)) return true;
  const bool after_number = next_ > 0 && (previous().kind == Token::Kind::number || previous().closes());
  return after_number && (is_word(token, about_words) || is_count_word(token));
}

void Parser::refuse_two_readings(Range range, const std::string& first, const std::string& second) const {
  throw two_readings(range, source(range), first, second);
}

Node Parser::signed_power() {
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

Node Parser::power() {
  Node base = postfix();
  if (!peek().is(U'^')) return base;
  const bool in_brackets = ahead().is(U'(');
  const std::size_t exponent_at = next_ + (in_brackets ? 2 : 1);
  if (exponent_at + 1 < tokens_.size() && is_transposition(tokens_[exponent_at])) {
    next_ = exponent_at + 1;
    if (in_brackets && peek().is(U')')) take();
    base.transposed = base.kind != Node::Kind::list;
    return base;
  }
  const Deeper deeper(*this);
  take();
  const bool closed = peek().is(U'(') || peek().is(U'{');
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

Node Parser::postfix() {
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
    } else if (is_share(token)) {
      node = shares_of(std::move(node));
    } else if (token.is(0x1D40) || (is_prime(token) && previous().closes())) {
      take();
      node.transposed = node.kind != Node::Kind::list;
    } else if (token.is(U'.') && touch(previous(), token) && ahead().kind == Token::Kind::name &&
               touch(token, ahead())) {
      take();
      node = method(std::move(node), take());
    } else {
      return node;
    }
  }
}

bool Parser::is_transposition(const Token& token) {
  return token.is(0x1D40) || (token.kind == Token::Kind::name && token.word == "T");
}

bool Parser::is_share(const Token& token) const {
  if (token.is(U'%')) return !(ahead().is(U'*') && touch(token, ahead()));  // R's %*%
  if (token.is(U'‰')) return true;
  if (token.kind != Token::Kind::name || previous().kind != Token::Kind::number) return false;
  return is_word(token, percent_words) ||
         (token.word == "per" && (ahead().word == "cent" || ahead().word == "mille"));
}

Node Parser::shares_of(Node node) {
  while (is_share(peek())) {
    const Token token = take();
    const bool in_words = token.word == "per";
    const bool per_mille = token.is(U'‰') || (in_words && peek().word == "mille");
    if (in_words) take();
    node = share(std::move(node), per_mille ? 1000 : 100);
  }
  return node;
}

Node Parser::share(Node of, double whole) {
  const Range range{of.range.begin, previous().range.end};
  Node percent{Node::Kind::percent, range, whole == 100 ? "%" : "‰", whole, {}};
  adopt(percent, std::move(of));
  return percent;
}

Node Parser::primary() {
  const Deeper deeper(*this);
  const std::size_t place = next_;
  const Token token = take();
  if (token.kind == Token::Kind::number) {
    if (token.repeats)
      note_ =
          "“" + source(token.range) + "” was read with digits that repeat: " + token.text.substr(0, 8) + "…";
    refuse_raised_point(token);
    return {Node::Kind::number, token.range, token.text, token.number, {}};
  }
  if (token.kind == Token::Kind::name) return named(token);
  if (token.opens() && !token.is(U'[')) return bracketed(token, place == element_start_);
  if (token.is(U'|')) return absolute(token);
  if (token.is(U'√')) {
    const bool closed = peek().is(U'(') || peek().is(U'{');
    Node argument = closed ? parenthesised(take()) : postfix();
    if (!closed && factor_follows()) {
      const std::string under = source(argument.range);
      const Node factor = power();
      const std::string last = source(factor.range);
      refuse_two_readings({token.range.begin, factor.range.end}, "(" + token.text + under + ")·" + last,
                          token.text + "(" + under + "·" + last + ")");
    }
    return token.number == 0 ? call("sqrt", token.range, std::move(argument))
                             : root(token, std::move(argument), token.number);
  }
  // Behind an operator [ ] are brackets like any others: γ·[dy − 1].
  if (token.is(U'[') && place != element_start_ && !separates_inside()) return parenthesised(token);
  if (token.is(U'[')) {
    if (peek().is(U']')) throw ReadError({token.range.begin, peek().range.end}, "the list is empty");
    const int outer_parentheses = std::exchange(parentheses_, 0);
    Node list = elements(U']');
    parentheses_ = outer_parentheses;
    list.range = {token.range.begin, take().range.end};
    return list;
  }
  if (token.kind == Token::Kind::end) throw ReadError(token.range, "the text ends where a value is expected");
  throw ReadError(token.range, "a value is expected here, not " + quoted(token));
}

void Parser::refuse_raised_point(const Token& zero) const {
  if (notation_.asked == 0 || zero.text != "0" || !peek().is(U'*') || peek().text != "·") return;
  if (!touch(zero, peek()) || !touch(peek(), ahead()) || !is_whole(ahead())) return;
  refuse_two_readings({zero.range.begin, ahead().range.end}, "0." + ahead().text, "0*" + ahead().text);
}

Node Parser::named(const Token& token) {
  const bool bracket = peek().is(U'(');
  const bool has_module = token.text.find('.') != std::string::npos;
  if (bracket) {
    if (contains(list_words, std::string_view(token.word))) return printed_list(token);
    // A number as numpy prints it in a list.
    if (token.word == "float64" || token.word == "float32") return parenthesised(take());
    static constexpr std::string_view products[] = {"dot", "inner", "vdot", "matmul", "SUMPRODUCT"};
    if (contains(products, std::string_view(token.word))) return dot_call(token);
    if (token.word == "pow" || token.word == "POWER") return power_call(token);
    if (token.word == "cbrt") {
      Node of = parenthesised(take());
      return root(token, std::move(of), 3);
    }
    if (token.word == "rsqrt") {
      Node of = parenthesised(take());
      return reciprocal_root(std::move(of), token.range);
    }
    if (is_spread(token.word)) {
      take();
      Node of = inside_brackets();
      return spread(token, token.range, std::move(of), has_module);
    }
    if ((token.word == "zeros" || token.word == "ones") && has_module) return constant_list(token);
  }
  if (token.word == "log_" && (peek().is(U'{') || peek().kind == Token::Kind::number)) {
    Node base = peek().is(U'{') ? parenthesised(take()) : primary();
    Node of = peek().opens() ? parenthesised(take()) : postfix();
    Node quotient = binary(Node::Kind::divide, call("log", token.range, std::move(of)),
                           call("log", token.range, std::move(base)));
    quotient.range.end = previous().range.end;
    return quotient;
  }
  if (is_spreadsheet_spread(token)) return spreadsheet_spread(token);
  if (token.word == "e" && peek().is(U'^') && next_ > 1 && touch(tokens_[next_ - 2], token) &&
      tokens_[next_ - 2].kind == Token::Kind::number) {
    const Token number = tokens_[next_ - 2];
    take();
    const std::string exponent = source(signed_power().range);
    refuse_two_readings({number.range.begin, previous().range.end}, number.text + "e" + exponent,
                        number.text + "·exp(" + exponent + ")");
  }
  if (token.word == "e" && (peek().is(U'^') || peek().is(raised)))
    return {Node::Kind::number, token.range, "2.718281828459045", 2.718281828459045, {}};
  if (token.word == "π" || token.word == "pi")
    return {Node::Kind::number, token.range, "3.141592653589793", 3.141592653589793, {}};
  for (std::size_t k = 0; notation_.asked > 0 && k < std::size(number_words); ++k) {
    std::string word = token.word;
    word[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(word[0])));
    if (word == number_words[k])
      return {Node::Kind::number, token.range, std::to_string(k), static_cast<double>(k), {}};
  }
  const std::string function(read_function(token.word));
  if (!function.empty()) {
    if (is_sum_sign(token)) skip_upper_limit();
    if (peek().is(U'(') && is_sum_sign(token)) return sum_of_brackets(token);
    if (peek().is(U'(')) return function_call(token, function);
    if (peek().starts_operand() && !peek().line_before && !(peek().is(U'|') && in_bars_))
      return without_brackets(token, function);
    return {Node::Kind::name, token.range, function, 0, {}};
  }
  // The evaluation tells a misspelt function from a quantity.
  if (bracket && !token.name.of_the_lesson) return call(token.name.name, token.range, parenthesised(take()));
  return quantity(token);
}

Node Parser::quantity(const Token& token) {
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

Node Parser::root(const Token& sign, Node of, double order) {
  const Range range = of.range;
  const auto number = [&](double value) {
    return Node{Node::Kind::number, range, std::to_string(static_cast<int>(value)), value, {}};
  };
  Node node = binary(Node::Kind::power, std::move(of), binary(Node::Kind::divide, number(1), number(order)));
  node.range.begin = sign.range.begin;
  return node;
}

Node Parser::call(const std::string& function, Range name, Node argument) {
  Node node{Node::Kind::call, {name.begin, argument.range.end}, function, 0, {}};
  adopt(node, std::move(argument));
  return node;
}

Node parse_tokens(const std::vector<Character>& typed, std::vector<Token> tokens, const Notation& notation,
                  Reading* reading) {
  Parser parser(typed, std::move(tokens), notation);
  Node tree = parser.whole();
  if (reading) {
    reading->note = parser.note();
    reading->sum = parser.sum();
  }
  return tree;
}

}  // namespace answers
