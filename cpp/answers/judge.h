#pragma once
#include <optional>

#include "answers/evaluate.h"

namespace answers {

/// An answer is right where |answer - truth| <= max(relative |truth|, absolute), what is only rounding
/// counting as 0. Both 0: exactly equal.
struct Tolerance {
  double relative = 0;
  double absolute = 0;
};

enum class Verdict {
  empty,       ///< nothing typed yet
  unreadable,  ///< not a value, or not as many values as asked for; never counted against the learner
  right,
  wrong,
};

const char* verdict_name(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::empty;
  std::string message;         ///< unreadable: what is wrong and what would be right; wrong: which values
  Range range;                 ///< unreadable: where
  std::optional<Node> tree;    ///< how the text was read, where it could be
  Value value;                 ///< what it came to
  std::vector<bool> is_right;  ///< right and wrong: one for each value asked for
};

/// Judges typed text against the computed truth. `known` are the quantities an answer may name: the givens of
/// the problem, not its results. Never throws for what a learner types. Requires truth not empty and
/// tolerances >= 0; throws std::invalid_argument.
Judgement judge(const std::string& typed, const Quantities& known, const Value& truth,
                const Tolerance& tolerance);

}  // namespace answers
