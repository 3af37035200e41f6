#pragma once
// A table of steps, each judged against the truth and against the learner's own earlier numbers.

#include "answers/judge.h"

namespace answers {

/// A box of the worksheet: the quantity that is asked, and what was typed.
struct Entry {
  std::string name;
  std::string typed;
};

struct Cell {
  /// `carried`: wrong, but right for the numbers in `used`.
  Judgement judgement;
  /// carried, and wrong with a mistake: the earlier boxes whose wrong numbers were used.
  std::vector<std::string> used;
};

struct WorksheetJudgement {
  std::vector<Cell> cells;  ///< one for each entry
  /// The first box with a mistake of its own; empty where there is none.
  std::string first_wrong;
};

/// Judges the boxes in their order, which must be an order of computation (batch_mean before batch_var ...).
/// A box may name the givens and the boxes above it, with the learner's values.
///
/// A number that is wrong in itself is carried where it follows, by the lesson's definitions or an equivalent
/// form, from wrong numbers above; the fewest that explain it are named. It is not where these make the step
/// trivial: where what follows from them is 0 or the same for every example, and the truth is not. Throws
/// std::invalid_argument where a name is no quantity that can be computed from the givens or stands there
/// twice, and where there are more than 16 boxes.
WorksheetJudgement judge_worksheet(const std::vector<Entry>& entries, const Quantities& known,
                                   const Quantities& right, const Tolerance& tolerance);

}  // namespace answers
