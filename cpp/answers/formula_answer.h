#pragma once
// Judging a formula: whether it is the right one, and if it is not, the smallest batch that shows it, what
// the difference is made of, and which mistake leads to it.

#include "answers/battery.h"
#include "answers/judge.h"
#include "answers/mistakes.h"

namespace answers {

/// Without a value of its own. The message also says what is unreadable or wrong about a formula that was
/// read.
struct FormulaJudgement : TypedText {
  Verdict verdict = Verdict::empty;
  /// wrong: the known mistake that leads to this formula, or two that were made at once; none where no one is
  /// known
  std::vector<Mistake> mistakes;
  std::string difference;  ///< wrong: "you are short by mean(dy)", where it is as simple as that
  std::optional<Counterexample> counterexample;  ///< wrong: left is what was typed
};

/// Judges a typed formula against the right one, by trying both on the whole battery: any form is right that
/// is equal but for rounding. `names` are the quantities a formula may name; with `steps` among them, the
/// running statistics are those after any number of updates, without it after a single one.
///
/// A number stands for a list of equal values. What has no value on any batch is unreadable, and so is a
/// number where a list is asked for, or a list where a number is. Never throws for what a learner types.
/// Throws std::invalid_argument where `names` has one that no batch has, or where the answer has no value.
FormulaJudgement judge_formula(const std::string& typed, const Formula& answer,
                               const std::vector<std::string>& names);

}  // namespace answers
