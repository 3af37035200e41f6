#include "answers/parser.h"

#include <algorithm>
#include <cctype>
#include <iomanip>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

namespace answers {

namespace {

constexpr const char* no_uncertainty = "the value alone is asked for, without how far it may be off";
constexpr int deepest_nesting = 60;
constexpr int most_levels = 200;

/// Reads tokens by the grammar in expression.h, from the first to the last.
class Parser {
 public:
  Parser(const std::vector<Character>& typed, std::vector<Token> tokens, const Notation& notation)
      : typed_(typed), tokens_(std::move(tokens)), notation_(notation) {}

  Node whole() {
    if (peek().kind == Token::Kind::end) throw ReadError(peek().range, "nothing is written here");
    Node list = elements(U'\0');
    if (list.children.size() == 1) {
      Node only = std::move(list.children[0]);
      return only;
    }
    put_in_order(list);
    return list;
  }

  const std::string& note() const { return note_; }

 private:
  const Token& peek() const { return tokens_[next_]; }
  const Token& ahead() const { return tokens_[std::min(next_ + 1, tokens_.size() - 1)]; }
  const Token& previous() const { return tokens_[next_ - 1]; }
  Token take() { return tokens_[next_ + 1 < tokens_.size() ? next_++ : next_]; }

  static bool is_control(char32_t c) { return (c > 0 && c < 0x20) || c == 0x7F; }

  static std::string quoted(const Token& token) {
    if (token.kind == Token::Kind::end) return "the end";
    if (!is_control(token.symbol)) return "“" + token.text + "”";
    std::ostringstream name;
    name << "the character U+" << std::hex << std::uppercase << std::setw(4) << std::setfill('0')
         << static_cast<unsigned>(token.symbol) << ", which does not show,";
    return name.str();
  }

  std::string source(Range range) const { return piece(typed_, range); }

  template <typename Table>
  static bool is_word(const Token& token, const Table& words) {
    return token.kind == Token::Kind::name && contains(words, std::string_view(token.word));
  }

  /// batches, FLOPs ... in any case.
  static bool is_count_word(const Token& token) {
    if (token.kind != Token::Kind::name) return false;
    std::string word = token.word;
    for (char& each : word) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    return contains(count_words, std::string_view(word));
  }

  static bool is_word_of_counting(const Token& token) {
    return is_count_word(token) || is_word(token, about_words) || is_word(token, counted_quantities);
  }

  static bool ends_value(const Token& token) {
    return token.kind == Token::Kind::end || token.is(U',') || token.is(U';') || token.is(U'.') ||
           token.is(U'=') || token.is(U'≈') || token.closes() || is_word(token, and_words);
  }

  /// ≈ 0.8, about 0.8, ca. 0.8: nothing that a judge of rounded numbers needs.
  void skip_about() {
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

  /// A value of a list, with what may stand around it.
  Node element() {
    skip_about();
    element_start_ = next_;
    Node value = is_mixed_number() ? shares_of(mixed_number()) : expression();
    skip_words();
    return value;
  }

  /// What is counted, and per what: 4096 operations per example; 0.8 approx.
  void skip_words() {
    if (previous().kind != Token::Kind::number && !previous().closes() && !previous().is(U'%')) return;
    std::size_t end = next_;
    while (is_word_of_counting(tokens_[end]) ||
           (end > next_ && tokens_[end].is(U'-') && is_word_of_counting(tokens_[end + 1])))  // mini-batches
      ++end;
    if (ends_value(tokens_[end])) next_ = end;
  }

  /// 1 1/2, where one number is asked for.
  bool is_mixed_number() const {
    const std::size_t first = next_ + (is_sign(peek()) ? 1 : 0);
    if (notation_.asked != 1 || first + 4 >= tokens_.size()) return false;
    const Token &whole = tokens_[first], &above = tokens_[first + 1], &below = tokens_[first + 3];
    const Token& after = tokens_[first + 4];
    const bool is_mixed = is_whole(whole) && is_whole(above) && above.space_before &&
                          tokens_[first + 2].is(U'/') && is_whole(below) && above.number < below.number &&
                          (ends_value(after) || after.is(U'%') || after.is(U'‰') || is_word_of_counting(after));
    if (is_mixed && above.text.size() == 3 && whole.text.size() <= 3) {
      refuse_two_readings({whole.range.begin, below.range.end},
                          whole.text + above.text + "/" + below.text,
                          whole.text + " + " + above.text + "/" + below.text);
    }
    return is_mixed;
  }

  Node mixed_number() {
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

  /// A value outside all brackets: γ = 2, x_1: 3, or 3/√14 = 0.802.
  Node labelled_element() {
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
          adopt(chain, parenthesised(link));
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

  /// 2016 (32·7·9): behind the one number that is asked for, brackets up to the end say it again.
  bool starts_remark(const Token& token) const {
    const std::size_t first = element_start_ + (is_sign(tokens_[element_start_]) ? 1 : 0);
    if (notation_.asked != 1 || !token.is(U'(') || !token.space_before || next_ != first + 1 ||
        previous().kind != Token::Kind::number)
      return false;
    int open = 0;
    for (std::size_t k = next_; k + 1 < tokens_.size(); ++k) {
      open += tokens_[k].opens() ? 1 : tokens_[k].closes() ? -1 : 0;
      if (open == 0) return k + 2 == tokens_.size();
    }
    return false;
  }

  /// (rounded)
  bool skip_word_in_brackets() {
    if (!is_word_of_counting(peek()) || !ahead().is(U')')) return false;
    next_ += 2;
    return true;
  }

  static bool is_link(const Token& token) { return token.is(U'=') || token.is(U'≈'); }

  /// The name before “=” or “:”, as it was typed but for its spelling: "gamma", "x_1", "x_hat[0]"; empty
  /// where there is none. It says what a value is of, and is not judged.
  std::string read_label() {
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

  /// x_2 = 1, x_1 = 3 are 3, 1.
  void put_in_order(Node& list) const {
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

  /// Expressions up to `closing` (0: the end of the text), whatever separates them.
  Node elements(char32_t closing) {
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
        throw ReadError(token.range, closing == U']' ? "the bracket “[” is not closed: “]” is missing"
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
    // Spaces alone separate in brackets, as numpy prints; beside commas, or without brackets, nobody can
    // tell.
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

  /// x1 = 1 x2 = 2
  bool starts_next_label(const Token& token) const {
    return notation_.asked > 1 && token.kind == Token::Kind::name && token.space_before && ahead().is(U'=');
  }

  bool separated_by_space(const Token& token) const {
    if ((token.line_before || token.tab_before) && (token.starts_operand() || is_sign(token))) return true;
    if (looks_like_sign_of_next_value() || starts_next_label(token)) return true;
    if (token.is(U'[') && token.space_before && previous().is(U']')) return true;
    return token.space_before && token.kind == Token::Kind::number && previous().kind == Token::Kind::number;
  }

  /// True where a sign starts the next value of the list instead of continuing this expression.
  bool value_ends_here() {
    if ((peek().line_before || peek().tab_before) && parentheses_ == 0) return true;
    if (parentheses_ > 0 || !looks_like_sign_of_next_value()) return false;
    if (!doubtful_sign_) doubtful_sign_ = &peek();
    return in_brackets_ || notation_.spaces;
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
      const Token sign = take();
      if (notation_.asked > 0 && sign.is(U'+') && peek().is(U'-') && touch(sign, peek()))
        throw ReadError({sign.range.begin, peek().range.end}, no_uncertainty);
      const auto kind = sign.is(U'+') ? Node::Kind::add : Node::Kind::subtract;
      left = binary(kind, std::move(left), product());
    }
    return left;
  }

  Node product() {
    Node left = signed_power();
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
        // 16 examples is 16, or 16 times their number: whoever knows what is asked decides.
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

  /// R's %*%.
  bool is_matrix_product() const {
    return next_ + 2 < tokens_.size() && peek().is(U'%') && ahead().is(U'*') && tokens_[next_ + 2].is(U'%');
  }

  /// A division sign, or the one of a ratio that is the whole of the one value that is asked for: 1:128, 1 to 128,
  /// 1 in 128.
  bool divides(const Token& token) {
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

  /// Whether the sum that is being read is over: what follows has another index, Σ_j dy_j x̂_j · x̂_i.
  bool ends_sum() const {
    const Token& factor = peek().is(U'*') ? ahead() : peek();
    const char index = factor.kind == Token::Kind::name ? index_letter(factor.word) : '\0';
    return sum_index_ != '\0' && index != '\0' && index != sum_index_;
  }

  bool counts(const Token& token) const {
    return parentheses_ == 0 && token.space_before && !token.line_before &&
           is_word(token, counted_quantities) && next_ == element_start_ + 1 &&
           previous().kind == Token::Kind::number && ends_value(ahead());
  }

  /// a/(b) c, a/√(b)c and 1/m Σ c are (a/(b))·c, as they are set in print; a/bc could as well be a/(bc).
  Node quotient_before_factor(Node left, Node right) {
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

  /// The sum of the products.
  Node dot(Node left, Node right) {
    Node product = binary(Node::Kind::multiply, std::move(left), std::move(right));
    return call("sum", product.range, std::move(product));
  }

  /// True where the next token starts a factor without a sign: 2x, γ(x − 1). A number never does, and in [ ]
  /// space may separate values.
  bool factor_follows() const {
    const Token& token = peek();
    if (token.line_before || token.tab_before || (in_brackets_ && parentheses_ == 0 && token.space_before))
      return false;
    if (token.kind == Token::Kind::name) return !is_connecting_word(token) && !starts_next_label(token);
    if (starts_remark(token)) return false;
    return token.is(U'(') || token.is(U'{') || token.is(U'⟨') || token.is(U'√') ||
           (token.is(U'|') && !in_bars_);
  }

  /// Words that belong to the text around the values.
  bool is_connecting_word(const Token& token) const {
    if (is_word(token, and_words)) return true;
    const bool after_number = next_ > 0 && (previous().kind == Token::Kind::number || previous().closes());
    return after_number && (is_word(token, about_words) || is_count_word(token));
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

  static bool is_prime(const Token& token) { return token.is(U'\'') || token.is(U'’') || token.is(U'′'); }

  static bool is_transposition(const Token& token) {
    return token.is(0x1D40) || (token.kind == Token::Kind::name && token.word == "T");
  }

  /// %, ‰, or a word for them behind a number.
  bool is_share(const Token& token) const {
    if (token.is(U'%')) return !(ahead().is(U'*') && touch(token, ahead()));  // R's %*%
    if (token.is(U'‰')) return true;
    if (token.kind != Token::Kind::name || previous().kind != Token::Kind::number) return false;
    return is_word(token, percent_words) ||
           (token.word == "per" && (ahead().word == "cent" || ahead().word == "mille"));
  }

  Node shares_of(Node node) {
    while (is_share(peek())) {
      const Token token = take();
      const bool in_words = token.word == "per";
      const bool per_mille = token.is(U'‰') || (in_words && peek().word == "mille");
      if (in_words) take();
      node = share(std::move(node), per_mille ? 1000 : 100);
    }
    return node;
  }

  Node share(Node of, double whole) {
    const Range range{of.range.begin, previous().range.end};
    Node percent{Node::Kind::percent, range, whole == 100 ? "%" : "‰", whole, {}};
    adopt(percent, std::move(of));
    return percent;
  }

  /// dy.sum(), dy.dot(x_hat), x.T, x.var(ddof=0): a function as Python writes it.
  Node method(Node of, const Token& name) {
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
    if (function.empty())
      throw ReadError(name.range, "“" + name.text + "” is no function that is known here");
    take();
    Node node = call(function, range, std::move(of));
    if (!peek().is(U')')) skip_arguments();
    close_call();
    return node;
  }

  Node reciprocal_root(Node of, Range range) {
    return binary(Node::Kind::divide, {Node::Kind::number, range, "1", 1, {}}, call("sqrt", range, std::move(of)));
  }

  void close_call() {
    if (!peek().is(U')')) throw ReadError(peek().range, "“)” is expected here");
    take();
  }

  /// axis=0, keepdims=True, dim=0 and the like, up to the closing bracket: a batch has this one axis. ddof and its
  /// like are filled in where they are asked for.
  void skip_arguments(std::optional<int>* correction = nullptr) {
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

  static bool is_spread(const std::string& word) {
    return word == "var" || word == "std" || word == "variance" || word == "stdev" ||
           word == "reduce_variance" || word == "reduce_std";
  }

  /// The variance, or its root, of `of`, up to the closing bracket of the call. NumPy divides by m, PyTorch
  /// by m − 1, unless they are told otherwise; without their names nobody can tell.
  Node spread(const Token& name, Range range, Node of, bool has_module) {
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

  /// VAR.P(1, 2), STDEV.S(1, 2): of the whole population, or of a sample.
  bool is_spreadsheet_spread(const Token& name) const {
    return (name.word == "VAR" || name.word == "STDEV") && peek().is(U'.') &&
           (ahead().word == "P" || ahead().word == "S");
  }

  Node spreadsheet_spread(const Token& name) {
    take();
    const char* const function = take().word == "P" ? "biased_variance" : "unbiased_variance";
    Node variance = function_call(name, function);
    return name.word == "VAR" ? std::move(variance) : call("sqrt", name.range, std::move(variance));
  }

  static bool is_deviation(const std::string& word) {
    return word == "std" || word == "stdev" || word == "reduce_std";
  }

  [[noreturn]] void refuse_unclear_spread(const Token& function, const std::string& typed,
                                          Range range) const {
    const std::string list = typed.find_first_of(" +-*/") == std::string::npos ? typed : "x";
    const std::string variance_of = "mean((" + list + " − mean(" + list + "))^2)";
    const std::string biased = list == "x" ? "batch_var" : variance_of;
    throw ReadError(range, "“" + function.word + "” could divide by m or by m − 1: write " +
                               (is_deviation(function.word) ? "sqrt(" + biased + ")" : biased) +
                               " or np." + function.word + " with ddof");
  }

  Node primary() {
    const Deeper deeper(*this);
    const std::size_t place = next_;
    const Token token = take();
    if (token.kind == Token::Kind::number) {
      if (token.repeats) note_ = "“" + source(token.range) + "” was read with digits that repeat: " + token.text.substr(0, 8) + "…";
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
        refuse_two_readings({token.range.begin, factor.range.end}, "(√" + under + ")·" + last,
                            "√(" + under + "·" + last + ")");
      }
      return call("sqrt", token.range, std::move(argument));
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
    if (token.kind == Token::Kind::end)
      throw ReadError(token.range, "the text ends where a value is expected");
    throw ReadError(token.range, "a value is expected here, not " + quoted(token));
  }

  /// 0·95, where the point may be a decimal one.
  void refuse_raised_point(const Token& zero) const {
    if (notation_.asked == 0 || zero.text != "0" || !peek().is(U'*') || peek().text != "·") return;
    if (!touch(zero, peek()) || !touch(peek(), ahead()) || !is_whole(ahead())) return;
    refuse_two_readings({zero.range.begin, ahead().range.end}, "0." + ahead().text, "0*" + ahead().text);
  }

  static char32_t closing_of(const Token& opening) {
    return opening.is(U'(') ? U')' : opening.is(U'{') ? U'}' : opening.is(U'⟨') ? U'⟩' : U']';
  }

  /// A value in brackets; at the start of an answer also a list in them, (1, -1). ⟨dy, x̂⟩ is the product.
  Node bracketed(const Token& opening, bool starts) {
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

  /// Whether values are separated before the bracket that is open closes.
  bool separates_inside() const {
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

  Node parenthesised(const Token& opening) {
    ++parentheses_;
    Node inside = expression();
    --parentheses_;
    if (!peek().is(closing_of(opening))) refuse_open(opening);
    const Range range{opening.range.begin, take().range.end};
    // The brackets that stand for a command of LaTeX are all of it, and show nothing of what is inside.
    if (opening.range.end <= inside.range.begin) inside.range = range;
    return inside;
  }

  [[noreturn]] void refuse_open(const Token& opening) const {
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
    const bool has_module = token.text.find('.') != std::string::npos;
    if (bracket) {
      if (contains(list_words, std::string_view(token.word))) return printed_list(token);
      // A number as numpy prints it in a list.
      if (token.word == "float64" || token.word == "float32") return parenthesised(take());
      static constexpr std::string_view products[] = {"dot", "inner", "vdot", "matmul", "SUMPRODUCT"};
      if (contains(products, std::string_view(token.word))) return dot_call(token);
      if (token.word == "pow" || token.word == "POWER") return power_call(token);
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
    if (token.word == "log_" && peek().is(U'{')) {
      Node base = parenthesised(take());
      Node of = peek().opens() ? parenthesised(take()) : postfix();
      return binary(Node::Kind::divide, call("log", token.range, std::move(of)),
                    call("log", token.range, std::move(base)));
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

  /// array([1., 2.], dtype=float32), tensor(0.8), c(1, 2): the values, and nothing of what is printed behind.
  Node printed_list(const Token& name) {
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

  Node inside_brackets() {
    ++parentheses_;
    Node inside = expression();
    --parentheses_;
    return inside;
  }

  /// c(1, 2): up to the closing bracket, or to the name of what is printed behind the values.
  Node values_of_call() {
    Node list{Node::Kind::list, peek().range, "", 0, {}};
    while (true) {
      adopt(list, inside_brackets());
      if (!peek().is(U',') && !peek().is(U';')) break;
      if (ahead().kind == Token::Kind::name && tokens_[std::min(next_ + 2, tokens_.size() - 1)].is(U'='))
        break;
      take();
    }
    list.range.end = previous().range.end;
    if (list.children.size() > 1) return list;
    Node only = std::move(list.children[0]);
    return only;
  }

  /// The two arguments of a function.
  std::pair<Node, Node> two_arguments(const Token& function, const char* what) {
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

  /// np.dot(dy, x_hat)
  Node dot_call(const Token& function) {
    auto [left, right] = two_arguments(function, "lists");
    Node node = dot(std::move(left), std::move(right));
    node.range = {function.range.begin, previous().range.end};
    return node;
  }

  /// pow(2, 17)
  Node power_call(const Token& function) {
    auto [base, exponent] = two_arguments(function, "values");
    return binary(Node::Kind::power, std::move(base), std::move(exponent));
  }

  /// np.zeros(4)
  Node constant_list(const Token& function) {
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

  /// Whether the comma stands before an axis, axis=0 or 0, and not before a second value.
  bool at_axis(const Node& argument) const {
    const Token& after = tokens_[std::min(next_ + 2, tokens_.size() - 1)];
    if (ahead().kind == Token::Kind::name) return after.is(U'=');
    return is_whole(ahead()) && ahead().text == "0" && after.is(U')') && argument.kind != Node::Kind::number;
  }

  /// A sum sign, which stands for no call: what is summed may go on behind its brackets.
  static bool is_sum_sign(const Token& token) {
    return token.word.compare(0, 2, "Σ") == 0 || token.word.compare(0, 3, "∑") == 0;
  }

  static bool is_of_a_list(const std::string& function) {
    return function == "sum" || function == "mean" || function == "min" || function == "max" ||
           function == "biased_variance" || function == "unbiased_variance";
  }

  /// sqrt(x), np.sum(dy, axis=0), log(8, 2), mean(1, 2).
  Node function_call(const Token& token, const std::string& function) {
    const Token opening = take();
    Node argument = inside_brackets();
    const bool adds = function == "sum" || function == "mean";
    if (peek().is(U',') && is_of_a_list(function) && at_axis(argument) && (adds || ahead().kind == Token::Kind::name)) {
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

  /// Σ(x − μ)² is the sum of the squares; Σ(x) y is a product with the sum.
  Node sum_of_brackets(const Token& sign) {
    const Token opening = take();
    Node inside = parenthesised(opening);
    if (!peek().is(U'^') && !peek().is(raised)) return call("sum", sign.range, std::move(inside));
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
    note_ = "“" + source({sign.range.begin, previous().range.end}) + "” was read as the sum of " + brackets + power +
            "; the other reading is written (" + source({sign.range.begin, inside.children[0].range.end}) + ")" + power;
    return call("sum", sign.range, std::move(inside));
  }

  /// √ and ln reach over the one number or name that follows, a sum over the product.
  Node without_brackets(const Token& token, const std::string& function) {
    const std::size_t start = next_;
    if (function == "sum") {
      const char outer = std::exchange(sum_index_, index_letter(token.word));
      const Token& first = peek();
      if (ends_sum())
        throw ReadError({token.range.begin, first.range.end},
                        "“" + token.text + "” sums over " + std::string(1, sum_index_) + ", and “" + first.text +
                            "” has another index");
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

  /// The ^m of Σ_{i=1}^m, which says nothing that the list does not.
  void skip_upper_limit() {
    if (!peek().is(U'^')) return;
    const bool in_braces = ahead().is(U'{');
    const std::size_t limit = next_ + (in_braces ? 2 : 1);
    if (limit >= tokens_.size() || tokens_[limit].name.name != "m") return;
    next_ = limit + 1;
    if (in_braces && peek().is(U'}')) take();
  }

  /// sqrt 5x, mean dy·x_hat: how far the function reaches is anybody's guess.
  [[noreturn]] void refuse_missing_brackets(const Token& function, const std::string& name) {
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

  const std::vector<Character>& typed_;
  std::vector<Token> tokens_;
  const Notation notation_;
  std::size_t next_ = 0;
  int depth_ = 0;
  int parentheses_ = 0;
  bool in_brackets_ = false;
  bool in_bars_ = false;
  const Token* doubtful_sign_ = nullptr;
  const Token* spaced_factor_ = nullptr;  // the factor of 2 x, outside all brackets
  std::size_t element_start_ = 0;         // the first token of the value that is being read
  char sum_index_ = '\0';                 // j in Σ_j, while its product is read
  std::string note_;
};

}  // namespace

Node parse_tokens(const std::vector<Character>& typed, std::vector<Token> tokens,
                  const Notation& notation, std::string* note) {
  Parser parser(typed, std::move(tokens), notation);
  Node tree = parser.whole();
  if (note) *note = parser.note();
  return tree;
}

}  // namespace answers
