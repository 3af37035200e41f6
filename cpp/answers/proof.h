#pragma once
// Proofs as lines that are verified: equations are tried on the battery of batches, lines must stand below
// what they need.

#include "answers/battery.h"

namespace answers {

/// A batch on which an equation is false, as small as single steps can make it.
struct Refutation {
  Quantities givens;                 ///< those that the equation depends on
  std::optional<Value> left, right;  ///< none: that side has no value here
  std::string why_no_value;          ///< then, why
};

struct EquationJudgement {
  enum class Verdict { empty, unreadable, holds, fails };
  Verdict verdict = Verdict::empty;
  std::string message;                   ///< unreadable: what is wrong and what would be right
  Range range;                           ///< unreadable: where
  std::optional<Node> left, right;       ///< how the sides were read, where they could be
  bool trivial = false;                  ///< holds: both sides are written alike
  std::optional<Refutation> refutation;  ///< fails
};

/// "empty", "unreadable", "holds" or "fails".
const char* verdict_name(EquationJudgement::Verdict verdict);

/// Tries `left = right` on the whole battery: it holds where both sides are equal but for rounding on every
/// batch on which either has a value. A number stands for a list of equal values. `names` are the quantities
/// an equation may name (`h` is a step that is not 0); with `steps` among them, running statistics are those
/// after any number of updates. Never throws for what a learner types. Throws std::invalid_argument where
/// `names` has one that no batch has.
EquationJudgement check_equation(const std::string& typed, const std::vector<std::string>& names);

/// A line that the author offers for a proof.
struct Line {
  std::string id;
  std::string equation;
  std::vector<std::string> needs;  ///< the ids of the lines that it follows from
};

struct LineJudgement {
  enum class State {
    follows,  ///< true, and all it needs stands above
    not_yet,  ///< true, but something that it needs does not stand above
    refuted,  ///< false
  };
  std::string id;
  State state = State::follows;
  std::vector<std::string> missing;      ///< not_yet: the ids that do not stand above
  std::optional<Refutation> refutation;  ///< refuted
};

/// "follows", "not-yet" or "false".
const char* state_name(LineJudgement::State state);

struct ProofJudgement {
  std::vector<LineJudgement> lines;  ///< the placed ones, in their order
  bool complete = false;             ///< the goal is placed, and every placed line follows
};

/// Judges lines placed one under the other: any order is right in which each stands below what it needs.
///
/// `order` holds the ids of the placed lines, `goal` that of the last one to reach. Throws
/// std::invalid_argument that names it: an id that is unknown or placed twice; and for the author, an id
/// given twice, a need that is unknown, a cycle of needs, an equation that cannot be parsed.
ProofJudgement judge_proof(const std::vector<Line>& lines, const std::vector<std::string>& order,
                           const std::string& goal, const std::vector<std::string>& names);

struct FreeLineJudgement {
  EquationJudgement equation;
  /// holds: a side of it is a side of a line above, by its tree or by its value on every batch, or nothing is
  /// above. A side whose value is always the same links nothing unless it is written alike: too many chains
  /// end in 0.
  bool links = false;
  std::string message;  ///< why it does not stand yet
};

/// Judges a line that the learner wrote below others. Lines above that are not true lead nowhere. Errors as
/// check_equation.
FreeLineJudgement judge_free_line(const std::string& typed, const std::vector<std::string>& above,
                                  const std::vector<std::string>& names);

/// Which of the equations says what this one says: the same sides, whichever way round. None if it has no
/// sides.
std::optional<std::size_t> equation_that_says(const EquationJudgement& equation,
                                              const std::vector<std::string>& equations);

}  // namespace answers
