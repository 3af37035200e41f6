#include "programs/parser.h"

#include <algorithm>
#include <utility>

#include "programs/refusals.h"
#include "programs/tokens.h"

namespace programs {

namespace {

using Kind = Expression::Kind;

constexpr const char* reserved[] = {"and",    "or",     "not",      "if",     "elif",   "else",     "for",
                                    "in",     "def",    "is",       "pass",   "return", "import",   "raise",
                                    "assert", "break",  "continue", "lambda", "class",  "while",    "with",
                                    "try",    "except", "finally",  "from",   "global", "nonlocal", "yield",
                                    "async",  "await",  "del"};

bool is_reserved(const std::string& word) {
  return std::any_of(std::begin(reserved), std::end(reserved),
                     [&](const char* each) { return word == each; });
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Program whole() {
    Program program;
    while (peek().kind != Token::Kind::end) {
      if (peek().kind == Token::Kind::indent)
        throw syntax(peek().range, "this line is indented, but no block begins above it");
      statement(program.statements);
    }
    if (program.statements.empty()) throw syntax(peek().range, "nothing is written here");
    return program;
  }

 private:
  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  Token take() { return tokens_[next_ + 1 < tokens_.size() ? next_++ : next_]; }
  bool accept(const char* text) {
    const bool there = peek().is(text);
    if (there) take();
    return there;
  }
  static ProgramError syntax(const Range& range, const std::string& sentence) {
    return ProgramError(ProgramError::Kind::syntax, range, sentence);
  }
  static ProgramError refused(const Range& range, const std::string& sentence) {
    return ProgramError(ProgramError::Kind::refused, range, sentence);
  }
  std::string here() const {
    const Token& token = peek();
    if (token.kind == Token::Kind::end) return "the end of the program";
    if (token.kind == Token::Kind::line_end) return "the end of the line";
    if (token.kind == Token::Kind::indent || token.kind == Token::Kind::dedent) return "another indentation";
    if (token.kind == Token::Kind::text) return "a text";
    return quoted(token.text);
  }
  Token expect(const char* symbol, const std::string& where) {
    if (!peek().is(symbol))
      throw syntax(peek().range, quoted(symbol) + " is expected " + where + ", not " + here());
    return take();
  }
  Range from(const Range& first) const { return spanning(first, tokens_[next_ == 0 ? 0 : next_ - 1].range); }

  // Statements.

  void statement(std::vector<Statement>& into) {
    const Levels levels(*this);
    const Token& first = peek();
    if (first.kind == Token::Kind::name) {
      if (first.text == "for") return into.push_back(for_loop());
      if (first.text == "if") return into.push_back(condition());
      if (first.text == "def") return into.push_back(definition());
      if (first.text == "elif" || first.text == "else")
        throw syntax(first.range, quoted(first.text) + " belongs to no if: indent it as its if");
      const bool is_name = peek(1).is("=") || peek(1).is(".") || peek(1).is("[") || peek(1).is("(");
      if (!(first.text == "match" && is_name)) refuse_keyword(first);
    }
    if (first.is("@")) throw refused(first.range, "decorators are not known here: leave this line out");
    do {
      if (peek().kind == Token::Kind::line_end) break;
      into.push_back(simple());
    } while (accept(";"));
    end_of_line();
  }

  void end_of_line() {
    if (peek().kind == Token::Kind::line_end) {
      take();
      return;
    }
    if (peek().kind == Token::Kind::end) return;
    if (peek().is(":"))
      throw refused(peek().range, "types are not written here: write name = value without “:”");
    if (peek().is("=")) throw syntax(peek().range, "there is nothing here that a value could be given to");
    if (peek().kind == Token::Kind::name && peek().text == "for")
      throw refused(peek().range,
                    "“for” behind a value (a comprehension) is not known here: write a loop of its own");
    throw syntax(peek().range, "the line should end before " + here());
  }

  static void refuse_keyword(const Token& token) {
    if (const char* const instead = instead_of_keyword(token.text);
        instead != nullptr && token.text != "match")
      throw refused(token.range, quoted(token.text) + " is not known here: " + instead);
  }

  Statement simple() {
    const Token first = peek();
    Statement made{Statement::Kind::pass, first.range};
    if (first.kind == Token::Kind::name) {
      refuse_keyword(first);
      if (first.text == "pass" || first.text == "break" || first.text == "continue") {
        take();
        if (first.text != "pass") {
          if (loops_ == 0) throw syntax(first.range, quoted(first.text) + " stands in no loop");
          made.kind = first.text == "break" ? Statement::Kind::break_loop : Statement::Kind::continue_loop;
        }
        return made;
      }
      if (first.text == "import") return import_line();
      if (first.text == "return") {
        if (!in_function_) throw syntax(first.range, "“return” stands in no function");
        take();
        made.kind = Statement::Kind::return_statement;
        if (starts_value()) made.value.push_back(value());
        made.range = from(first.range);
        return made;
      }
      if (first.text == "raise" || first.text == "assert") {
        take();
        made.kind = first.text == "raise" ? Statement::Kind::raise : Statement::Kind::assertion;
        made.value.push_back(conditional());
        if (made.kind == Statement::Kind::assertion && accept(",")) conditional();
        made.range = from(first.range);
        return made;
      }
    }
    const std::size_t begin = next_;
    Expression left = value();
    if (left.kind == Kind::compare) refuse_arrow(begin);
    if (peek().is(":"))
      throw refused(peek().range, "types are not written here: write name = value without “:”");
    const std::string& operation = peek().text;
    if (peek().kind == Token::Kind::symbol && operation.size() >= 2 && operation.back() == '=' &&
        operation != "==" && operation != "<=" && operation != ">=" && operation != "!=" &&
        operation != ":=") {
      require_target(left);
      if (left.kind == Kind::tuple || left.kind == Kind::list)
        throw syntax(left.range, quoted(operation) + " changes one value, not several");
      made.kind = Statement::Kind::augmented;
      made.text = operation.substr(0, operation.size() - 1);
      take();
      made.targets.push_back(std::move(left));
      made.value.push_back(value());
    } else if (peek().is("=")) {
      made.kind = Statement::Kind::assign;
      while (accept("=")) {
        require_target(left);
        made.targets.push_back(std::move(left));
        left = value();
      }
      made.value.push_back(std::move(left));
    } else {
      made.kind = Statement::Kind::expression;
      made.value.push_back(std::move(left));
    }
    made.range = from(first.range);
    return made;
  }

  /// x <- 1, which Python reads as a comparison with -1.
  void refuse_arrow(std::size_t begin) const {
    for (std::size_t k = begin; k + 1 < next_; ++k) {
      const Range &less = tokens_[k].range, &minus = tokens_[k + 1].range;
      if (tokens_[k].is("<") && tokens_[k + 1].is("-") && less.end == minus.begin)
        throw syntax(spanning(less, minus), "“<-” gives no value to a name: write =");
    }
  }

  static void require_target(const Expression& target) {
    switch (target.kind) {
      case Kind::name:
        if (target.text == "np" || target.text == "True" || target.text == "False" || target.text == "None")
          throw syntax(target.range, quoted(target.text) + " cannot be given another value");
        return;
      case Kind::index:
        return;
      case Kind::tuple:
      case Kind::list:
        for (const Expression& each : target.children) require_target(each);
        return;
      case Kind::attribute:
        throw refused(target.range, "attributes cannot be set here: write a name of its own");
      default:
        throw syntax(target.range, "a value can be given to a name or to a part of an array only");
    }
  }

  Statement import_line() {
    const Range first = take().range;
    const Token module = peek();
    if (!module.is("numpy")) {
      const char* const instead = instead_of_name(module.text);
      throw refused(spanning(first, module.range), quoted(module.text) + " is not known here: " +
                                                       (instead ? instead : "only NumPy is known"));
    }
    take();
    if (accept("as") && !accept("np"))
      throw refused(peek().range, "NumPy is called np here: write import numpy as np");
    return {Statement::Kind::pass, from(first)};
  }

  std::vector<Statement> block(const std::string& of) {
    expect(":", "at the end of the line that begins with " + quoted(of));
    std::vector<Statement> body;
    if (peek().kind != Token::Kind::line_end) {
      statement(body);
      return body;
    }
    take();
    if (peek().kind != Token::Kind::indent)
      throw syntax(peek().range, "the lines of " + quoted(of) + " are to be indented, four spaces");
    take();
    while (peek().kind != Token::Kind::dedent && peek().kind != Token::Kind::end) {
      if (peek().kind == Token::Kind::indent)
        throw syntax(peek().range, "this line is indented further than its block");
      statement(body);
    }
    if (peek().kind == Token::Kind::dedent) take();
    return body;
  }

  Statement for_loop() {
    const Range first = take().range;
    Statement made{Statement::Kind::for_loop, first};
    made.targets.push_back(targets());
    require_target(made.targets[0]);
    if (!accept("in")) throw syntax(peek().range, "“in” is expected here, as in for i in range(n)");
    made.value.push_back(value());
    made.range = from(first);
    ++loops_;
    made.body = block("for");
    --loops_;
    if (peek().is("else"))
      throw refused(peek().range, "“else” behind a loop is not known here: use if in the loop");
    return made;
  }

  Expression targets() {
    Expression first = postfix();
    if (!peek().is(",")) return first;
    std::vector<Expression> all;
    all.push_back(std::move(first));
    while (accept(",")) {
      if (peek().is("in")) break;
      all.push_back(postfix());
    }
    const Range range = spanning(all.front().range, all.back().range);
    return node(Kind::tuple, range, std::move(all));
  }

  Statement condition() {
    const Token first = take();
    Statement made{Statement::Kind::condition, first.range};
    const Levels levels(*this);
    made.value.push_back(conditional());
    if (peek().is("=")) throw syntax(peek().range, "“=” gives a value: write == to compare");
    made.range = from(first.range);
    made.body = block(first.text);
    if (peek().is("elif")) {
      made.otherwise.push_back(condition());
    } else if (accept("else")) {
      made.otherwise = block("else");
    }
    return made;
  }

  Statement definition() {
    const Range first = take().range;
    Statement made{Statement::Kind::definition, first};
    if (in_function_)
      throw refused(first, "a function inside a function is not known here: define it before");
    made.text = name("the function's name");
    expect("(", "behind the function's name");
    while (!peek().is(")")) {
      if (peek().is("*") || peek().is("**"))
        throw refused(peek().range, "a parameter with a star is not known here: name each parameter");
      Parameter parameter{"", peek().range, {}};
      parameter.name = name("a parameter's name");
      for (const Parameter& each : made.parameters) {
        if (each.name == parameter.name)
          throw syntax(parameter.range, quoted(each.name) + " stands here twice");
      }
      if (accept(":")) conditional();  // a type: it says nothing to the interpreter, as in Python
      if (accept("=")) {
        parameter.default_value.push_back(conditional());
      } else if (!made.parameters.empty() && !made.parameters.back().default_value.empty()) {
        throw syntax(parameter.range, "parameters without a value come before those with one");
      }
      made.parameters.push_back(std::move(parameter));
      if (!accept(",")) break;
    }
    expect(")", "behind the parameters");
    if (accept("->")) conditional();
    made.range = from(first);
    in_function_ = true;
    const int loops = std::exchange(loops_, 0);
    made.body = block("def");
    loops_ = loops;
    in_function_ = false;
    return made;
  }

  std::string name(const std::string& what) {
    if (peek().kind != Token::Kind::name || is_reserved(peek().text))
      throw syntax(peek().range, what + " is expected here, not " + here());
    return take().text;
  }

  // Expressions, from the loosest to the tightest.

  bool starts_value() const {
    const Token& token = peek();
    return token.kind == Token::Kind::name || token.kind == Token::Kind::number ||
           token.kind == Token::Kind::text || token.is("(") || token.is("[") || token.is("{") ||
           token.is("-") || token.is("+") || token.is("...");
  }

  Expression node(Kind kind, const Range& range, std::vector<Expression> children,
                  std::string text = {}) const {
    Expression made{kind, range, std::move(text)};
    made.children = std::move(children);
    for (const Expression& child : made.children) made.depth = std::max(made.depth, child.depth + 1);
    if (made.depth > deepest_tree)
      throw ProgramError(ProgramError::Kind::limit, range,
                         "this expression is nested too deeply: give a part of it a name");
    return made;
  }
  Expression pair(Kind kind, Expression left, Expression right, std::string text) const {
    std::vector<Expression> children;
    const Range range = spanning(left.range, right.range);
    children.push_back(std::move(left));
    children.push_back(std::move(right));
    return node(kind, range, std::move(children), std::move(text));
  }

  Expression value() {
    Expression first = conditional();
    if (!peek().is(",")) return first;
    std::vector<Expression> all;
    all.push_back(std::move(first));
    while (accept(",")) {
      if (!starts_value()) break;
      all.push_back(conditional());
    }
    const Range range = spanning(all.front().range, all.back().range);
    return node(Kind::tuple, range, std::move(all));
  }

  Expression conditional() {
    const Levels levels(*this);
    Expression first = disjunction();
    if (peek().is(":=")) throw refused(peek().range, "“:=” is not known here: write a line of its own");
    if (!accept("if")) return first;
    Expression condition = disjunction();
    if (!accept("else")) throw syntax(peek().range, "“else” is expected here, as in a if condition else b");
    Expression other = conditional();
    std::vector<Expression> children;
    const Range range = spanning(first.range, other.range);
    children.push_back(std::move(first));
    children.push_back(std::move(condition));
    children.push_back(std::move(other));
    return node(Kind::conditional, range, std::move(children));
  }

  Expression disjunction() {
    Expression left = conjunction();
    while (accept("or")) left = pair(Kind::logical, std::move(left), conjunction(), "or");
    return left;
  }
  Expression conjunction() {
    Expression left = inversion();
    while (accept("and")) left = pair(Kind::logical, std::move(left), inversion(), "and");
    return left;
  }
  Expression inversion() {
    if (!peek().is("not")) return comparison();
    const Levels levels(*this);
    const Range first = take().range;
    std::vector<Expression> children;
    children.push_back(inversion());
    return node(Kind::unary, from(first), std::move(children), "not");
  }

  static bool compares(const Token& token) {
    for (const char* each : {"<", "<=", "==", "!=", ">=", ">", "is"}) {
      if (token.is(each)) return true;
    }
    return false;
  }

  Expression comparison() {
    Expression left = sum();
    if (peek().is("in"))
      throw refused(peek().range, "“in” is known in for i in range(n) only: compare with ==");
    if (!compares(peek())) return left;
    std::string operation = take().text;
    if (operation == "is" && accept("not")) operation = "is not";
    Expression right = sum();
    if (compares(peek()))
      throw refused(peek().range, "comparisons in a row are not known here: write a < b and b < c");
    return pair(Kind::compare, std::move(left), std::move(right), operation);
  }

  Expression sum() {
    Expression left = product();
    while (peek().is("+") || peek().is("-")) {
      const std::string operation = take().text;
      left = pair(Kind::binary, std::move(left), product(), operation);
    }
    for (const char* each : {"&", "|", "<<", ">>"}) {
      if (!peek().is(each)) continue;
      const std::string instead = *each == '&'   ? "multiply the masks: (a > 0) * (b > 0)"
                                  : *each == '|' ? "use np.maximum of the masks"
                                                 : "multiply by a power of 2";
      throw refused(peek().range, quoted(each) + " is not known here: " + instead);
    }
    return left;
  }

  Expression product() {
    Expression left = unary();
    while (peek().is("*") || peek().is("/") || peek().is("//") || peek().is("%") || peek().is("@")) {
      const std::string operation = take().text;
      left = pair(Kind::binary, std::move(left), unary(), operation);
    }
    return left;
  }

  Expression unary() {
    if (peek().is("~"))
      throw refused(peek().range, "“~” is not known here: use the opposite comparison, or mask == False");
    if (!peek().is("-") && !peek().is("+")) return power();
    const Levels levels(*this);
    const Token sign = take();
    std::vector<Expression> children;
    children.push_back(unary());
    return node(Kind::unary, from(sign.range), std::move(children), sign.text);
  }

  Expression power() {
    Expression base = postfix();
    if (!accept("**")) return base;
    return pair(Kind::binary, std::move(base), unary(), "**");
  }

  Expression postfix() {
    Expression made = primary();
    for (;;) {
      std::vector<Expression> children;
      if (accept(".")) {
        const Token member = peek();
        if (member.kind != Token::Kind::name)
          throw syntax(member.range, "a name is expected behind the dot, not " + here());
        take();
        const Range range = spanning(made.range, member.range);
        children.push_back(std::move(made));
        made = node(Kind::attribute, range, std::move(children), member.text);
      } else if (accept("(")) {
        const Range first = made.range;
        children.push_back(std::move(made));
        arguments(children);
        made = node(Kind::call, from(first), std::move(children));
      } else if (accept("[")) {
        const Range first = made.range;
        children.push_back(std::move(made));
        children.push_back(subscript());
        expect("]", "behind the index");
        made = node(Kind::index, from(first), std::move(children));
      } else {
        return made;
      }
    }
  }

  void arguments(std::vector<Expression>& into) {
    bool named = false;
    while (!peek().is(")")) {
      if (peek().is("*") || peek().is("**"))
        throw refused(peek().range, "a star before an argument is not known here: write each argument");
      if (peek().kind == Token::Kind::name && peek(1).is("=")) {
        named = true;
        const Token name = take();
        take();
        std::vector<Expression> children;
        children.push_back(conditional());
        into.push_back(node(Kind::keyword, from(name.range), std::move(children), name.text));
      } else {
        if (named) throw syntax(peek().range, "arguments without a name come before those with one");
        into.push_back(conditional());
        refuse_comprehension();
      }
      if (!accept(",")) break;
    }
    expect(")", "behind the arguments");
  }

  Expression subscript() {
    const Range first = peek().range;
    std::vector<Expression> all;
    bool several = false;
    do {
      if (peek().is("]")) break;
      all.push_back(subscript_part());
      several = several || peek().is(",");
    } while (accept(","));
    if (all.empty()) throw syntax(first, "an index is expected in the brackets");
    if (!several) {
      Expression only = std::move(all[0]);
      return only;
    }
    return node(Kind::tuple, from(first), std::move(all));
  }

  Expression subscript_part() {
    const Range first = peek().range;
    const auto part = [this] {
      const bool is_there = !peek().is(":") && !peek().is(",") && !peek().is("]");
      return is_there ? conditional() : Expression{Kind::absent, peek().range};
    };
    Expression start = part();
    if (!peek().is(":")) return start;
    std::vector<Expression> children;
    children.push_back(std::move(start));
    while (children.size() < 3 && accept(":")) children.push_back(part());
    while (children.size() < 3) children.push_back({Kind::absent, peek().range});
    return node(Kind::slice, from(first), std::move(children));
  }

  void refuse_comprehension() const {
    if (peek().is("for"))
      throw refused(peek().range,
                    "“for” behind a value (a comprehension) is not known here: write a loop of its own, or "
                    "whole arrays");
  }

  Expression primary() {
    const Levels levels(*this);
    const Token first = peek();
    if (first.kind == Token::Kind::number) {
      take();
      Expression made{Kind::number, first.range, first.text, first.number, first.is_whole};
      return made;
    }
    if (first.kind == Token::Kind::text) {
      std::string text;
      while (peek().kind == Token::Kind::text) text += take().text;
      return {Kind::text, from(first.range), text};
    }
    if (first.kind == Token::Kind::name) {
      if (is_reserved(first.text)) {
        refuse_keyword(first);
        throw syntax(first.range, "a value is expected here, not " + quoted(first.text));
      }
      take();
      return {Kind::name, first.range, first.text};
    }
    if (accept("...")) return {Kind::ellipsis, first.range};
    if (accept("(")) {
      if (accept(")")) return node(Kind::tuple, from(first.range), {});
      Expression inner = value();
      refuse_comprehension();
      expect(")", "to close “(”");
      inner.range = from(first.range);
      return inner;
    }
    if (accept("[")) {
      std::vector<Expression> all;
      while (!peek().is("]")) {
        all.push_back(conditional());
        refuse_comprehension();
        if (!accept(",")) break;
      }
      expect("]", "to close “[”");
      return node(Kind::list, from(first.range), std::move(all));
    }
    if (accept("{")) {
      std::vector<Expression> all;
      while (!peek().is("}")) {
        all.push_back(conditional());
        if (!peek().is(":")) throw refused(peek().range, "sets are not known here: write {'name': value}");
        take();
        all.push_back(conditional());
        refuse_comprehension();
        if (!accept(",")) break;
      }
      expect("}", "to close “{”");
      return node(Kind::dict, from(first.range), std::move(all));
    }
    throw syntax(first.range, "a value is expected here, not " + here());
  }

  /// Counts how deeply the functions above call each other.
  struct Levels {
    explicit Levels(Parser& of) : parser(of) {
      if (++parser.levels_ > deepest_tree)
        throw ProgramError(ProgramError::Kind::limit, parser.peek().range,
                           "this is nested too deeply: give a part of it a name");
    }
    ~Levels() { --parser.levels_; }
    Levels(const Levels&) = delete;
    Levels& operator=(const Levels&) = delete;
    Parser& parser;
  };

  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  int levels_ = 0;
  int loops_ = 0;
  bool in_function_ = false;
};

}  // namespace

Program parse(const std::string& text) {
  return Parser(tokenize(text)).whole();
}

}  // namespace programs
