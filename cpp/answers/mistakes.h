#pragma once
// The mistakes that can be named: each is a definition of the lesson written wrongly, so its consequences for
// the numbers at hand are computed, not foreseen one by one.

#include "answers/definitions.h"

namespace answers {

/// Returns `name` if it is a pitfall's. Throws std::invalid_argument, which lists those there are, if it is
/// not.
std::string pitfall_named(const std::string& name);

struct Mistake {
  std::string id;
  std::string title;   ///< its name, as a learner would say it
  std::string reason;  ///< one sentence: what is right
  std::string
      pitfall;  ///< the name of the page's pitfall that it belongs to, if any, as pitfall_named gives it
  /// What is written instead of the right lines.
  std::vector<std::pair<std::string, Formula>> instead;
  /// Or, for a mistake that an author foresaw for one question: what is answered instead.
  std::optional<Formula> answer = std::nullopt;
};

/// All that are known, the likeliest of those with equal consequences first.
const std::vector<Mistake>& mistakes();

/// Where the same mistakes lead in formulas whose other factors are right: ε forgotten before the bracket of
/// dx, with the right x̂ inside it. They are looked for in formulas only.
const std::vector<Mistake>& formula_mistakes();

/// Mistakes in the unit of a right answer, which are of no line: 80.2 for 0.802, and 0.802 % for it.
const Mistake& per_cent_for_fraction();
const Mistake& sign_of_per_cent();

/// The mistakes of the lists that can be made in a question with these givens, though they may still lead to
/// the right answer or to none: those in a line that the answer depends on, and made of quantities that are
/// known.
std::vector<const Mistake*> possible_mistakes(const Formula& answer, const Quantities& right,
                                              std::initializer_list<const std::vector<Mistake>*> lists);

/// Whether both can be made at once: no line is written wrongly in two ways.
bool are_disjoint(const Mistake& a, const Mistake& b);

/// What somebody answers who is mistaken so (in both at once, where there is a second). None where the
/// mistake cannot be made with these givens, or leads to no number.
std::optional<Value> mistaken_answer(const Formula& answer, const Quantities& right, const Mistake& mistake,
                                     const Mistake* second = nullptr);

}  // namespace answers
