#include "answers/parser.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace answers {

namespace {

constexpr int deepest_nesting = 60;
constexpr int most_levels = 200;
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

}  // namespace

Node parse_tokens(const std::vector<Character>& characters, std::vector<Token> tokens) {
  return Parser(characters, std::move(tokens)).whole();
}

}  // namespace answers
