#pragma once
// Questions with many right answers: numbers are asked for that make something true.

#include "answers/judge.h"

namespace answers {

/// least <= value <= most, for every value of a list.
struct Condition {
  Formula value;
  double least, most;
  std::string says;  ///< what is wrong where it does not hold
};

/// The message also says which condition does not hold, or why a value that was read cannot be used.
struct PropertyJudgement : TypedText {
  Verdict verdict = Verdict::empty;
};

/// Judges numbers for the givens named by `wanted` by what follows from them.
///
/// One wanted given takes all values that were typed (as a number where it is one in `givens`); several take
/// one number each, in their order. `givens` hold a value for each of them too, which is replaced. The text
/// may name `known`. Throws std::invalid_argument where a wanted given is not among the givens.
PropertyJudgement judge_property(const std::string& typed, const Quantities& known, const Quantities& givens,
                                 const std::vector<std::string>& wanted,
                                 const std::vector<Condition>& conditions);

}  // namespace answers
