#pragma once
// The parser by the grammar in expression.h: its parts share one position in the tokens. parser.cpp has the
// rules for formulas, labels.cpp what stands around a value, lists.cpp what separates values, functions.cpp
// what programs and formulas call.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "answers/tokens.h"

namespace answers {

/// Reads tokens from the first to the last.
class Parser {
 public:
  Parser(const std::vector<Character>& typed, std::vector<Token> tokens, const Notation& notation)
      : typed_(typed), tokens_(std::move(tokens)), notation_(notation) {}

  Node whole();
  const std::string& note() const { return note_; }
  const std::optional<SumReach>& sum() const { return sum_; }

 private:
  const Token& peek() const { return tokens_[next_]; }
  const Token& ahead() const { return tokens_[std::min(next_ + 1, tokens_.size() - 1)]; }
  const Token& previous() const { return tokens_[next_ - 1]; }
  Token take() { return tokens_[next_ + 1 < tokens_.size() ? next_++ : next_]; }
  static bool is_control(char32_t c) { return (c > 0 && c < 0x20) || c == 0x7F; }
  std::string source(Range range) const { return piece(typed_, range); }
  template <typename Table>
  static bool is_word(const Token& token, const Table& words) {
    return token.kind == Token::Kind::name && contains(words, std::string_view(token.word));
  }
  static bool is_link(const Token& token) { return token.is(U'=') || token.is(U'≈'); }
  static bool is_sign(const Token& token) { return token.is(U'-') || token.is(U'+'); }
  static bool is_prime(const Token& token) { return token.is(U'\'') || token.is(U'’') || token.is(U'′'); }

  // Formulas: parser.cpp.
  static std::string quoted(const Token& token);
  [[noreturn]] void refuse_gap(const Token& token) const;
  static void adopt(Node& parent, Node child);
  Node binary(Node::Kind kind, Node left, Node right);
  Node expression();
  Node product();
  /// The product that goes on behind its first factors.
  Node product_from(Node left);
  /// R's %*%.
  bool is_matrix_product() const;
  /// A division sign, or the one of a ratio that is the whole of the one value that is asked for: 1:128, 1 to
  /// 128, 1 in 128.
  bool divides(const Token& token);
  /// Whether the sum that is being read is over: what follows has another index, Σ_j dy_j x̂_j · x̂_i.
  bool ends_sum() const;
  /// The letter of the index of a factor: of a name, or of those in its brackets, where no other is meant.
  char index_of(std::size_t factor) const;
  bool counts(const Token& token) const;
  /// a/(b) c, a/√(b)c and 1/m Σ c are (a/(b))·c, as they are set in print; a/bc could as well be a/(bc).
  Node quotient_before_factor(Node left, Node right);
  /// The sum of the products.
  Node dot(Node left, Node right);
  /// True where the next token starts a factor without a sign: 2x, γ(x − 1). A number never does, and in [ ]
  /// space may separate values.
  bool factor_follows() const;
  /// Words that belong to the text around the values.
  bool is_connecting_word(const Token& token) const;
  [[noreturn]] void refuse_two_readings(Range range, const std::string& first,
                                        const std::string& second) const;
  Node signed_power();
  Node power();
  Node postfix();
  static bool is_transposition(const Token& token);
  /// %, ‰, or a word for them behind a number.
  bool is_share(const Token& token) const;
  Node shares_of(Node node);
  Node share(Node of, double whole);
  Node primary();
  /// 0·95, where the point may be a decimal one.
  void refuse_raised_point(const Token& zero) const;
  /// A name: a quantity, or the function of what follows it in brackets.
  Node named(const Token& token);
  Node quantity(const Token& token);
  Node call(const std::string& function, Range name, Node argument);
  /// ∛8, ∜16 and cbrt(8), as powers.
  Node root(const Token& sign, Node of, double order);

  // What stands around a value: labels.cpp.
  /// batches, FLOPs ... in any case.
  static bool is_count_word(const Token& token);
  static bool is_word_of_counting(const Token& token);
  static bool ends_value(const Token& token);
  /// ≈ 0.8, about 0.8, ca. 0.8: skipped, since rounded numbers are accepted anyway.
  void skip_about();
  /// A value of a list, with what may stand around it.
  Node element();
  /// What is counted, and per what: 4096 operations per example; 0.8 approx.
  void skip_words();
  /// 1 1/2, where one number is asked for.
  bool is_mixed_number() const;
  Node mixed_number();
  /// A value outside all brackets: γ = 2, x_1: 3, or 3/√14 = 0.802.
  Node labelled_element();
  /// 2016 (32·7·9): behind the one number that is asked for, brackets up to the end say it again. So they may
  /// behind a computation, where remarks are looked for: 32·7·9 (2016).
  bool starts_remark(const Token& token) const;
  /// What the brackets of a remark say: 0.802 (3/√14 = 0.802), 0.0078 (1:128).
  void read_remark(const Token& opening, Node& chain);
  /// Whether the value that is being read is so far one pair of brackets, (x − 1) (2).
  bool is_one_group() const;
  /// (rounded)
  bool skip_word_in_brackets();
  /// The name before “=” or “:”, as it was typed but for its spelling: "gamma", "x_1", "x_hat[0]"; empty
  /// where there is none. It says what a value is of, and is not judged.
  std::string read_label();
  /// ‖W‖² = …, |W|^2 = …: the same for a length.
  std::string read_label_of_length();
  /// x_2 = 1, x_1 = 3 are 3, 1.
  void put_in_order(Node& list) const;

  // Lists and brackets: lists.cpp.
  /// Expressions up to `closing` (0: the end of the text), whatever separates them.
  Node elements(char32_t closing);
  /// [[1.], [2.]], a column as numpy prints it, is the list of its values.
  static void flatten_column(Node& list);
  [[noreturn]] void refuse_what_follows() const;
  /// "1 -2" between numbers: as numpy prints a list, or a difference.
  bool looks_like_sign_of_next_value() const;
  /// x1 = 1 x2 = 2
  bool starts_next_label(const Token& token) const;
  bool separated_by_space(const Token& token) const;
  /// True where a sign starts the next value of the list instead of continuing this expression.
  bool value_ends_here();
  static char32_t closing_of(const Token& opening);
  /// A value in brackets; at the start of an answer also a list in them, (1, -1). ⟨dy, x̂⟩ is the product.
  Node bracketed(const Token& opening, bool starts);
  /// Whether values are separated before the bracket that is open closes.
  bool separates_inside() const;
  Node parenthesised(const Token& opening);
  [[noreturn]] void refuse_open(const Token& opening) const;
  Node absolute(const Token& opening);

  // Functions: functions.cpp.
  /// dy.sum(), dy.dot(x_hat), x.T, x.var(ddof=0): a function as Python writes it.
  Node method(Node of, const Token& name);
  Node reciprocal_root(Node of, Range range);
  void close_call();
  /// axis=0, keepdims=True, dim=0 and the like, up to the closing bracket: a batch has this one axis. ddof
  /// and its like are filled in where they are asked for.
  void skip_arguments(std::optional<int>* correction = nullptr);
  static bool is_spread(const std::string& word);
  /// The variance, or its root, of `of`, up to the closing bracket of the call. NumPy divides by m, PyTorch
  /// by m − 1, unless a parameter says otherwise; without the name of a library it is ambiguous.
  Node spread(const Token& name, Range range, Node of, bool has_module);
  /// VAR.P(1, 2), VARP(1, 2), STDEV.S(1, 2), STDEV(1, 2): of the whole population, or of a sample.
  bool is_spreadsheet_spread(const Token& name) const;
  Node spreadsheet_spread(const Token& name);
  static bool is_deviation(const std::string& word);
  [[noreturn]] void refuse_unclear_spread(const Token& function, const std::string& typed, Range range) const;
  /// array([1., 2.], dtype=float32), tensor(0.8), c(1, 2): the values, and nothing of what is printed behind.
  Node printed_list(const Token& name);
  Node inside_brackets();
  /// c(1, 2): up to the closing bracket, or to the name of what is printed behind the values.
  Node values_of_call();
  /// The two arguments of a function.
  std::pair<Node, Node> two_arguments(const Token& function, const char* what);
  /// np.dot(dy, x_hat)
  Node dot_call(const Token& function);
  /// pow(2, 17)
  Node power_call(const Token& function);
  /// np.zeros(4)
  Node constant_list(const Token& function);
  /// Whether the comma stands before an axis, axis=0 or 0, and not before a second value.
  bool at_axis(const Node& argument) const;
  /// A sum sign, which stands for no call: what is summed may go on behind its brackets.
  static bool is_sum_sign(const Token& token);
  static bool is_of_a_list(const std::string& function);
  /// sqrt(x), np.sum(dy, axis=0), log(8, 2), mean(1, 2).
  Node function_call(const Token& token, const std::string& function);
  /// Σ(x − μ)² is the sum of the squares, Σ_j (x_j − μ) dy_j that of the products.
  Node sum_of_brackets(const Token& sign);
  /// What stands behind the brackets of a sum, as far as its product goes.
  struct Rest {
    std::size_t end = 0;     ///< the token behind it
    bool has_names = false;  ///< of what may be a list
    bool has_index = false;  ///< the index of the sum
  };
  Rest rest_of_product(char index) const;
  /// The brackets of a sum with their power.
  Node powers_in_sum(const Token& sign);
  /// The one index of the names in brackets; 0 where there is none, or several.
  char index_inside(std::size_t opening) const;
  /// √ and ln reach over the one number or name that follows, a sum over the product.
  Node without_brackets(const Token& token, const std::string& function);
  /// The ^m of Σ_{i=1}^m, which says nothing that the list does not.
  void skip_upper_limit();
  /// sqrt 5x, mean dy·x_hat: how much of it is the argument is ambiguous.
  [[noreturn]] void refuse_missing_brackets(const Token& function, const std::string& name);

  static constexpr int deepest_nesting = 60;

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
  std::optional<SumReach> sum_;
};

}  // namespace answers
