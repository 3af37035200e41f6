#pragma once
// The answer language: what a learner types into a box, and what the lesson's author writes to have a number
// computed. One parser for both. Text becomes a tree; evaluate.h gives the tree a value.
//
// Its grammar, [ ] around what may be left out, { } around what may be repeated. What stands in LaTeX is
// written out first (latex.h), then what stands around an answer is taken away (frame.h), then commas are
// told from decimal points (commas.h). forms.h has an example of each form.
//
// clang-format off
//   answer    = [ label ] value { separator [ label ] value } [ separator | "." ]
//   label     = ( length | name ) [ "'" | "[0]" | "_1" | ".grad" ] ( "=" | ":" | "←" )        γ = 2, β = 1;  x1 = …, x2 = … in their order
//   length    = "‖" name "‖" [ "²" ]                                       |W|^2 = …, \lVert W \rVert^2 = …
//   separator = "," | ";" | "&" | "|" | "and" | line end | tab | space between numbers
//   value     = [ about ] sum { words } { ( "=" | "≈" ) sum }              all that is said to be equal must agree
//             | [ sign ] whole space numerator "/" denominator { words }   1 1/2, where one value is asked for
//             | number ( ":" | "to" | "in" | "out of" ) number             1:128, where one value is asked for
//             | number " (" [ label ] value { ( "=" | "≈" ) value } ")"    a remark, which must agree
//             | sum " (" value ")"                                         a remark, where it agrees
//   about     = "≈" | "~" | "about" | "approx." | "ca." …                  words: batches, operations per example …
//   sum       = product { sign product }
//   product   = signed { ( "*" | "·" | "×" | "/" | "÷" | "@" | nothing ) signed }         @ sums the products
//   signed    = { sign } power                                             sign: "+" | "-" | "−" …
//   power     = postfix [ ( "^" | "**" ) signed ]
//   postfix   = primary { "²" | "⁻³" | "%" | "‰" | "per cent" | "[0]" | "ᵀ" | ".T" | ".sum()" | ".dot(…)" … }
//   primary   = number | name | list | "(" sum ")" | "|" sum "|" | function
//   list      = "[" values "]" | "(" values ")" | "{" values "}" | "⟨" values "⟩" | "array(" … | "c(" …
//   function  = f "(" sum { "," sum } [ ", axis=0" ] ")" | ( "√" | "∛" | "∜" ) postfix | ln 2 | log_0.75(…) | Σ_i product
//               Σ reaches over the product behind it, up to a factor with another index; Σ(x) y may be (Σ(x))·y
//   number    = 2 | 0.5 | .5 | 0.1(6) | 2.5e-3 | 8.02 x 10^-1 | ½ | ¹⁄₁₆ | 131 072 | 1,5 where no list can be meant
//   name      = x | gamma | γ | x_hat | x̂ | ∂L/∂γ | x_1 (from 1) …
// clang-format on
//
// Text that can be read in two ways, such as 1/2x, is refused with both of them; γ/√(σ² + ε) (x − μ) is read
// as it is set in print, and a note offers the other reading.

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace answers {

/// A piece of the typed text, [begin, end), in UTF-16 code units: what a browser's text box counts in.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Text that cannot be read or has no value: where, and a sentence that says what would be right.
class ReadError : public std::invalid_argument {
 public:
  ReadError(Range where, const std::string& sentence, std::vector<std::string> all_readings = {})
      : std::invalid_argument(sentence), range(where), readings(std::move(all_readings)) {}
  Range range;
  std::vector<std::string> readings;  ///< of text that can be read in two ways: both, as they can be written
};

struct Node {
  enum class Kind {
    number,
    name,
    list,
    negate,
    percent,
    add,
    subtract,
    multiply,
    divide,
    power,
    index,
    call,
    chain  ///< what is said to be equal: 3/√14 = 0.802; never inside anything but a list
  };
  Kind kind;
  Range range;
  std::string text;            ///< number: as typed; name: the quantity; call: the function; x_1: "1"
  double number = 0;           ///< number; percent: what it is divided by, 100 or 1000
  std::vector<Node> children;  ///< operands in the order of the text; index: the list, then the position
  int depth = 1;               ///< levels of the tree from here down
  std::string label = {};      ///< the name that was typed before a value: γ = 2
  bool transposed = false;     ///< dyᵀ, whose product with a list is a sum
  bool counts = false;         ///< multiply: 16 examples, where the name may only say what is counted
};

/// The word for a kind, as the page's echo of the tree knows it: "number", "add" ...
const char* kind_name(Node::Kind kind);

/// A sum over brackets, Σ (x − μ) dy, behind which the product goes on: how it was read, and how else it
/// could be meant.
struct SumReach {
  Range range;
  std::string typed;
  std::string whole;      ///< as it is written to sum the whole product
  std::string brackets;   ///< as it is written to sum what stands in the brackets
  bool takes_all = true;  ///< it was read as the sum of the whole product
  bool by_index = false;  ///< an index says so: Σ_j (x_j − μ) dy_j
};

/// How the commas of a text were read, and how else they could be meant.
struct Reading {
  bool decimal_comma = false;         ///< as decimal points: 1,5; 2,5
  bool may_be_decimal_comma = false;  ///< as separators, but 1,5 may be one number
  std::string thousands;              ///< the first number, if any, whose comma may separate thousands: 1,024
  Range thousands_range;              ///< where it stands
  char groups = 0;                    ///< what separates groups of digits: ',', '.', ' ', '\'' or '_'
  std::string note;                   ///< what was read in one of two ways, and how to write the other one
  std::optional<SumReach> sum;        ///< the first such sum, if any
};

/// What is known about the answer before it is read.
struct Notation {
  enum class Commas { by_context, decimal, separating };
  Commas commas = Commas::by_context;
  /// What Σ (x − μ) dy sums: the product, or what stands in the brackets alone. An index tells, Σ_j (x_j − μ)
  /// dy_j; where none does, the product where one number is asked for, and else the brackets.
  enum class Sums { by_context, products, brackets };
  Sums sums = Sums::by_context;
  /// How many values are asked for; 0 where the text is no learner's answer. In an answer 3/√14 = 0.802 and
  /// “two” may stand; where one value is asked for, 131 072 has its digits in groups, and 1 1/2 is a mixed
  /// number.
  std::size_t asked = 0;
  bool large_whole = false;  ///< so have 131,072 and 131.072: a whole number from a thousand up is asked for
  bool spaces = false;       ///< 1 -1 are two values, as numpy prints them in brackets
  bool remarks = false;      ///< 4·256 (1024): a last bracket, after a space, says a computation again
  bool x_is_times = false;   ///< 4x256 is a product: nothing is called x here
};

/// Reads `text` (UTF-8), without what frames an answer: labels, signs and words for “about”, quotes, a full
/// stop. Throws ReadError; also where the text is empty, longer than 2,000 units, nested deeper than 60, or
/// chained so long that the tree has more than about 200 levels: whoever walks the tree may count on that.
/// Fills `reading` where it is asked for and the text could be read.
Node parse(const std::string& text, Reading* reading = nullptr);
Node parse(const std::string& text, const Notation& notation, Reading* reading = nullptr);

/// Reads "left = right" (or ==). Throws ReadError as parse does, and where a side is missing or there is not
/// exactly one "=".
std::pair<Node, Node> parse_equation(const std::string& text,
                                     Notation::Sums sums = Notation::Sums::by_context,
                                     Reading* reading = nullptr);

/// The refusal of text that can be read in two ways.
ReadError two_readings(Range where, const std::string& typed, const std::string& first,
                       const std::string& second);

/// True if there is nothing but white space and characters that show nothing.
bool is_blank(const std::string& text);

}  // namespace answers
