#pragma once
// Typed text before it is judged: how it is read and what it comes to, or why it cannot be read. Cheap, as
// nothing has to be computed first: it runs at each key press.

#include <functional>
#include <optional>

#include "answers/evaluate.h"

namespace answers {

struct TypedText {
  enum class State { empty, unreadable, read };
  State state = State::empty;
  std::string message;                ///< unreadable: what is wrong and what would be right
  std::string note;                   ///< how the text was read, where that might surprise
  Range range;                        ///< unreadable: where
  std::vector<std::string> readings;  ///< unreadable: the two ways in which it can be read, if there are two
  std::optional<Node> tree;     ///< how the text was read, where it could be; of an equation, the left side
  std::optional<Node> right;    ///< of an equation, the right side
  std::vector<Node> links;      ///< of a formula, what was said to be equal to it before
  Value value;                  ///< what it came to; without values where it has none
  std::optional<SumReach> sum;  ///< a sum that could reach less far, or farther, with another value
};

/// "empty", "unreadable" or "read".
const char* state_name(TypedText::State state);

/// What 1,024 is, where one number is asked for.
enum class Grouping {
  unknown,    ///< 1.024 or 1024: refused with both
  thousands,  ///< 1024; so is 1.024
  counts,     ///< 1024, as for a count; 1.024 has decimals
  decimals,   ///< 1.024
};

/// Reads the answer to a question and gives it its value; `known` are the quantities that it may name.
///
/// `asked` is the number of values that are asked for, 0 where any will do. It may tell what commas and
/// spaces are: 1,5 is one number where one is asked for, and so is 1 024; the note then says so. 1,024 is
/// refused there, as it may be 1.024 or 1024, unless `grouping` says which.
/// Otherwise the number of values is not checked here. Of a chain, 3/√14 = 0.802, the link that says
/// most is taken; it is refused where its links differ. Never throws for what a learner types, like all that
/// follow.
TypedText read_value(const std::string& typed, std::size_t asked, const Quantities& known,
                     Grouping grouping = Grouping::unknown, Notation::Sums sums = Notation::Sums::by_context);

/// The same, where `known` is called only if the text names anything. Its exceptions are passed on.
TypedText read_value(const std::string& typed, std::size_t asked, const std::function<Quantities()>& known,
                     Grouping grouping = Grouping::unknown);

/// Reads a formula of the quantities `names`, and of what follows from them by definitions, whatever their
/// values.
TypedText read_formula(const std::string& typed, const std::vector<std::string>& names,
                       Notation::Sums sums = Notation::Sums::by_context);

/// The other way to read a text with such a sum.
Notation::Sums other_reach(const SumReach& sum);

/// How its sum was read, and how the other reading is written.
std::string note_on(const SumReach& sum);

/// The refusal of such a text, where neither reading is better.
ReadError two_readings(const SumReach& sum);

/// Reads "left = right", both formulas of the quantities `names`.
TypedText read_equation(const std::string& typed, const std::vector<std::string>& names,
                        Notation::Sums sums = Notation::Sums::by_context);

/// A box with a value for the quantity `name`, which boxes below it may name.
struct Box {
  std::string name;
  std::string typed;
  std::size_t asked;  ///< how many values it must have
};

/// The quantities that a text below these boxes may name: the known ones, and those of boxes that can be
/// read.
Quantities with_boxes(Quantities known, const std::vector<Box>& boxes);

}  // namespace answers
