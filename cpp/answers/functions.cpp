#include <algorithm>

#include "answers/grammar.h"

namespace answers {

Node Parser::method(Node of, const Token& name) {
  const Range range{of.range.begin, name.range.end};
  if (name.word == "T") return of;
  static constexpr std::string_view no_change[] = {"tolist", "numpy", "item",  "detach",
                                                   "cpu",    "t",     "ravel", "flatten"};
  if (!peek().is(U'(')) throw ReadError(name.range, "“." + name.text + "” does not fit here");
  if (contains(no_change, std::string_view(name.word))) {
    take();
    close_call();
    return of;
  }
  if (name.word == "dot") {
    Node other = parenthesised(take());
    return dot(std::move(of), std::move(other));
  }
  if (is_spread(name.word)) return spread(name, range, std::move(of), false);
  if (name.word == "rsqrt") {
    take();
    close_call();
    return reciprocal_root(std::move(of), range);
  }
  const std::string function(read_function(name.word));
  if (function.empty()) throw ReadError(name.range, "“" + name.text + "” is no function that is known here");
  take();
  Node node = call(function, range, std::move(of));
  if (!peek().is(U')')) skip_arguments();
  close_call();
  return node;
}

Node Parser::reciprocal_root(Node of, Range range) {
  return binary(Node::Kind::divide, {Node::Kind::number, range, "1", 1, {}},
                call("sqrt", range, std::move(of)));
}

void Parser::close_call() {
  if (!peek().is(U')')) throw ReadError(peek().range, "“)” is expected here");
  take();
}

void Parser::skip_arguments(std::optional<int>* correction) {
  while (true) {
    const bool is_named = peek().kind == Token::Kind::name && ahead().is(U'=');
    const Token name = peek();
    if (is_named) next_ += 2;
    const Token value = take();
    const bool yes = value.word == "True" || value.word == "true";
    const bool no = value.word == "False" || value.word == "false";
    const bool zero = is_whole(value) && value.number == 0, one = is_whole(value) && value.number == 1;
    if (!is_named || name.word == "axis" || name.word == "dim") {
      if (!zero && value.word != "None")
        throw ReadError(value.range, "the values of a batch lie along axis 0");
    } else if (correction && (name.word == "ddof" || name.word == "correction") && (zero || one)) {
      *correction = one ? 1 : 0;
    } else if (correction && name.word == "unbiased" && (yes || no)) {
      *correction = yes ? 1 : 0;
    } else if (!((name.word == "keepdims" || name.word == "keepdim") && (yes || no)) &&
               !(name.word == "dtype" && value.kind == Token::Kind::name)) {
      throw ReadError({name.range.begin, value.range.end},
                      "“" + name.text + "=" + value.text + "” is no argument that is known here");
    }
    if (!peek().is(U',')) return;
    take();
  }
}

bool Parser::is_spread(const std::string& word) {
  return word == "var" || word == "std" || word == "variance" || word == "stdev" ||
         word == "reduce_variance" || word == "reduce_std";
}

Node Parser::spread(const Token& name, Range range, Node of, bool has_module) {
  std::optional<int> correction;
  if (has_module) correction = name.text.substr(0, 5) == "torch" ? 1 : 0;
  if (peek().is(U'(')) take();
  if (peek().is(U',')) take();
  if (!peek().is(U')')) skip_arguments(&correction);
  close_call();
  if (!correction) refuse_unclear_spread(name, source(of.range), {range.begin, previous().range.end});
  Node variance = call(*correction == 0 ? "biased_variance" : "unbiased_variance", range, std::move(of));
  return is_deviation(name.word) ? call("sqrt", range, std::move(variance)) : variance;
}

bool Parser::is_spreadsheet_spread(const Token& name) const {
  if (name.word == "VARP" || name.word == "STDEVP") return peek().is(U'(');
  return (name.word == "VAR" || name.word == "STDEV") &&
         (peek().is(U'(') || (peek().is(U'.') && (ahead().word == "P" || ahead().word == "S")));
}

Node Parser::spreadsheet_spread(const Token& name) {
  bool of_population = name.word.back() == 'P';
  if (peek().is(U'.')) {
    take();
    of_population = take().word == "P";
  }
  Node variance = function_call(name, of_population ? "biased_variance" : "unbiased_variance");
  return name.word.substr(0, 3) == "VAR" ? std::move(variance)
                                         : call("sqrt", name.range, std::move(variance));
}

bool Parser::is_deviation(const std::string& word) {
  return word == "std" || word == "stdev" || word == "reduce_std";
}

void Parser::refuse_unclear_spread(const Token& function, const std::string& typed, Range range) const {
  const std::string call = std::string("np.") + (is_deviation(function.word) ? "std" : "var") + "(" + typed;
  throw ReadError(range, "“" + function.word + "” could divide by m or by m − 1: write " + call +
                             ", ddof=0) or " + call + ", ddof=1)");
}

Node Parser::printed_list(const Token& name) {
  const Token opening = take();
  element_start_ = next_;  // [ ] is a list here
  Node list = peek().opens() ? primary() : separates_inside() ? values_of_call() : inside_brackets();
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

Node Parser::inside_brackets() {
  ++parentheses_;
  Node inside = expression();
  --parentheses_;
  return inside;
}

Node Parser::values_of_call() {
  Node list{Node::Kind::list, peek().range, "", 0, {}};
  while (true) {
    adopt(list, inside_brackets());
    if (!peek().is(U',') && !peek().is(U';')) break;
    if (ahead().kind == Token::Kind::name && tokens_[std::min(next_ + 2, tokens_.size() - 1)].is(U'=')) break;
    take();
  }
  list.range.end = previous().range.end;
  if (list.children.size() > 1) return list;
  Node only = std::move(list.children[0]);
  return only;
}

std::pair<Node, Node> Parser::two_arguments(const Token& function, const char* what) {
  const Token opening = take();
  Node left = inside_brackets();
  if (!peek().is(U',') && !peek().is(U';'))
    throw ReadError({function.range.begin, peek().range.end},
                    "“" + function.text + "” takes two " + what + ", with a comma between them");
  take();
  Node right = inside_brackets();
  if (!peek().is(U')')) refuse_open(opening);
  take();
  return {std::move(left), std::move(right)};
}

Node Parser::dot_call(const Token& function) {
  auto [left, right] = two_arguments(function, "lists");
  Node node = dot(std::move(left), std::move(right));
  node.range = {function.range.begin, previous().range.end};
  return node;
}

Node Parser::power_call(const Token& function) {
  auto [base, exponent] = two_arguments(function, "values");
  return binary(Node::Kind::power, std::move(base), std::move(exponent));
}

Node Parser::constant_list(const Token& function) {
  take();
  const Token count = take();
  close_call();
  if (count.kind != Token::Kind::number || !is_whole(count) || count.number < 1 || count.number > 100)
    throw ReadError(count.range, "a number of values is expected here");
  const double value = function.word == "ones" ? 1 : 0;
  Node list{Node::Kind::list, {function.range.begin, previous().range.end}, "", 0, {}};
  for (int k = 0; k < count.number; ++k)
    adopt(list, {Node::Kind::number, list.range, function.word == "ones" ? "1" : "0", value, {}});
  return list;
}

bool Parser::at_axis(const Node& argument) const {
  const Token& after = tokens_[std::min(next_ + 2, tokens_.size() - 1)];
  if (ahead().kind == Token::Kind::name) return after.is(U'=');
  return is_whole(ahead()) && ahead().text == "0" && after.is(U')') && argument.kind != Node::Kind::number;
}

bool Parser::is_sum_sign(const Token& token) {
  return token.word.compare(0, 2, "Σ") == 0 || token.word.compare(0, 3, "∑") == 0;
}

bool Parser::is_of_a_list(const std::string& function) {
  return function == "sum" || function == "mean" || function == "min" || function == "max" ||
         function == "biased_variance" || function == "unbiased_variance";
}

Node Parser::function_call(const Token& token, const std::string& function) {
  const Token opening = take();
  Node argument = inside_brackets();
  const bool adds = function == "sum" || function == "mean";
  if (peek().is(U',') && is_of_a_list(function) && at_axis(argument) &&
      (adds || ahead().kind == Token::Kind::name)) {
    take();
    skip_arguments();
  } else if ((peek().is(U',') || peek().is(U';')) && is_of_a_list(function)) {
    Node list{Node::Kind::list, argument.range, "", 0, {}};
    adopt(list, std::move(argument));
    while (peek().is(U',') || peek().is(U';')) {
      take();
      adopt(list, inside_brackets());
    }
    argument = std::move(list);
  } else if (peek().is(U',') && function == "log") {
    take();
    Node base = inside_brackets();
    if (!peek().is(U')')) refuse_open(opening);
    take();
    return binary(Node::Kind::divide, call("log", token.range, std::move(argument)),
                  call("log", token.range, std::move(base)));
  }
  if (!peek().is(U')')) refuse_open(opening);
  argument.range = {opening.range.begin, take().range.end};
  return call(function, token.range, std::move(argument));
}

Parser::Rest Parser::rest_of_product(char index) const {
  Rest rest{next_};
  const bool goes_on = peek().is(U'*') || peek().is(U'/') || peek().is(U'@') || factor_follows();
  const bool spaces_separate = in_brackets_ && parentheses_ == 0;
  int open = 0, call = 0;  // how many brackets are open, and from which on they are of a function of a list
  for (std::size_t k = next_; goes_on && tokens_[k].kind != Token::Kind::end; ++k) {
    const Token& token = tokens_[k];
    const bool behind_sign = tokens_[k - 1].is(U'*') || tokens_[k - 1].is(U'/') || tokens_[k - 1].is(U'@') ||
                             tokens_[k - 1].is(U'^');
    if (token.closes() && open == 0) break;
    if (open == 0 && k > next_) {
      const bool ends = token.is(U',') || token.is(U';') || is_link(token) || is_word(token, and_words) ||
                        (is_sign(token) && !behind_sign) || (token.is(U'|') && in_bars_) ||
                        ((token.line_before || token.tab_before) && parentheses_ == 0) ||
                        (spaces_separate && token.space_before && token.starts_operand() && !behind_sign);
      if (ends) break;
    }
    open += token.opens() ? 1 : token.closes() ? -1 : 0;
    if (open < call) call = 0;
    rest.end = k + 1;
    if (token.kind != Token::Kind::name) continue;
    const std::string_view function = read_function(token.word);
    if (function.empty()) {
      rest.has_index = rest.has_index || (index != '\0' && index_letter(token.word) == index);
      rest.has_names = rest.has_names || (call == 0 && token.name.name != "m");
    } else if (is_sum_sign(token)) {
      break;  // a number, with a product of its own
    } else if (is_of_a_list(std::string(function)) && call == 0) {
      call = open + 1;
    }
  }
  return rest;
}

Node Parser::sum_of_brackets(const Token& sign) {
  const std::size_t start = next_;
  Node inside = powers_in_sum(sign);
  const char own = index_letter(sign.word);
  const Rest rest = rest_of_product(own);
  if (!rest.has_names) return call("sum", sign.range, std::move(inside));
  const bool product =
      notation_.sums == Notation::Sums::products ||
      (notation_.sums == Notation::Sums::by_context && (rest.has_index || notation_.asked == 1));
  const std::string typed = source({sign.range.begin, tokens_[rest.end - 1].range.end});
  const std::string first = source({tokens_[start].range.begin, previous().range.end});
  const std::string behind = source({peek().range.begin, tokens_[rest.end - 1].range.end});
  const bool has_sign = peek().is(U'*') || peek().is(U'/') || peek().is(U'@');
  const std::string all = source({tokens_[start].range.begin, tokens_[rest.end - 1].range.end});
  if (!sum_) {
    sum_ = SumReach{{sign.range.begin, tokens_[rest.end - 1].range.end},
                    typed,
                    sign.text + "(" + all + ")",
                    "(" + sign.text + first + ")" + (has_sign ? "" : "·") + behind,
                    product,
                    rest.has_index};
  }
  if (!product) return call("sum", sign.range, std::move(inside));
  const char outer = std::exchange(sum_index_, own != '\0' ? own : index_inside(start));
  Node all_of_it = product_from(std::move(inside));
  sum_index_ = outer;
  return call("sum", sign.range, std::move(all_of_it));
}

char Parser::index_inside(std::size_t opening) const {
  char found = '\0';
  int open = 0;
  for (std::size_t k = opening; tokens_[k].kind != Token::Kind::end; ++k) {
    open += tokens_[k].opens() ? 1 : tokens_[k].closes() ? -1 : 0;
    if (open == 0) break;
    const char index = tokens_[k].kind == Token::Kind::name ? index_letter(tokens_[k].word) : '\0';
    if (index == '\0') continue;
    if (found != '\0' && found != index) return '\0';
    found = index;
  }
  return found;
}

Node Parser::powers_in_sum(const Token& sign) {
  const Token opening = take();
  Node inside = parenthesised(opening);
  if (!peek().is(U'^') && !peek().is(raised)) return inside;
  const std::string brackets = source(inside.range);
  if (peek().is(raised)) {
    const Token exponent = take();
    inside = binary(Node::Kind::power, std::move(inside),
                    {Node::Kind::number, exponent.range, exponent.word, exponent.number, {}});
  } else {
    take();
    inside = binary(Node::Kind::power, std::move(inside), signed_power());
  }
  const std::string power = source({inside.children[0].range.end, previous().range.end});
  note_ = "“" + source({sign.range.begin, previous().range.end}) + "” was read as the sum of " + brackets +
          power + "; the other reading is written (" +
          source({sign.range.begin, inside.children[0].range.end}) + ")" + power;
  return inside;
}

Node Parser::without_brackets(const Token& token, const std::string& function) {
  const std::size_t start = next_;
  if (function == "sum") {
    const char outer = std::exchange(sum_index_, index_letter(token.word));
    const Token& first = peek();
    if (ends_sum())
      throw ReadError({token.range.begin, first.range.end}, "“" + token.text + "” sums over " +
                                                                std::string(1, sum_index_) + ", and “" +
                                                                first.text + "” has another index");
    Node argument = product();
    sum_index_ = outer;
    return call(function, token.range, std::move(argument));
  }
  Node argument = postfix();
  const bool goes_on = peek().is(U'^') || factor_follows() || (is_of_a_list(function) && peek().is(U'*'));
  if (goes_on) {
    next_ = start;
    refuse_missing_brackets(token, function);
  }
  return call(function, token.range, std::move(argument));
}

void Parser::skip_upper_limit() {
  if (!peek().is(U'^')) return;
  const bool in_braces = ahead().is(U'{');
  const std::size_t limit = next_ + (in_braces ? 2 : 1);
  if (limit >= tokens_.size() || tokens_[limit].name.name != "m") return;
  next_ = limit + 1;
  if (in_braces && peek().is(U'}')) take();
}

void Parser::refuse_missing_brackets(const Token& function, const std::string& name) {
  const bool of_a_list = is_of_a_list(name);
  Range argument = power().range;
  while (of_a_list && (peek().is(U'*') || factor_follows())) {
    if (peek().is(U'*')) take();
    argument.end = signed_power().range.end;
  }
  const std::string right = function.text + "(" + source(argument) + ")";
  const std::string what = name == "sqrt" ? "what the root is of" : "what “" + function.text + "” is of";
  throw ReadError({function.range.begin, argument.end}, "put " + what + " in brackets: " + right);
}

}  // namespace answers
