#pragma once
// The batches on which formulas are tried. Two formulas that agree on all of them are taken for equal; two
// that do not are shown to differ by the smallest batch on which they do.

#include <functional>
#include <optional>

#include "answers/definitions.h"

namespace answers {

/// Some 300 batches with every quantity, always the same: ordinary ones (m = 4 to 8) and nasty ones (m = 2
/// and 3, small whole numbers, negative gamma, eps large or 0, equal values, a large offset, large and small
/// values, dy constant or along x_hat). Beside the givens of quantities_of, `h` is a small step for
/// differences. gamma is never 0 and momentum never 0 or 1, so that formulas may divide by gamma and 1 -
/// momentum.
const std::vector<Quantities>& battery();

/// A formula as a function of a batch. Throws ReadError where it has no value.
using Evaluation = std::function<Value(const Quantities&)>;

/// By its tree; the tree must outlive the result.
Evaluation evaluation_of(const Node& tree);
/// By the quantities of the operator and, where it names others, by their definitions; the formula must
/// outlive the result.
Evaluation evaluation_of(const Formula& formula);

/// The claim that two formulas are equal wherever `right` has a value.
struct Claim {
  Evaluation left;
  Evaluation right;
  /// The givens that either depends on, as givens_of finds them. Without `steps` only single updates count.
  std::vector<std::string> givens;
};

/// Throws std::invalid_argument if one of the names is not a quantity of the batches.
void require_quantities_of_a_batch(const std::vector<std::string>& names);

/// The givens that the named quantities are made of, by their definitions: x alone, or u, w and b where any
/// of these is needed too. `steps` only where it is among the `allowed` names.
std::vector<std::string> givens_of(const std::vector<std::string>& names,
                                   const std::vector<std::string>& allowed);

enum class Agreement {
  equal,
  different,
  undecided,  ///< the terms are so large that rounding could hide a difference
};

/// Whether two values are the same but for rounding: within 1e-9 of their scales. A number stands for a list
/// of equal values.
Agreement agreement(const Value& left, const Value& right);

struct Outcome {
  enum class Kind {
    holds,
    fails,
    no_value,   ///< `left` has no value on any batch
    undecided,  ///< `left` is only rounding on nearly all batches
  };
  Kind kind;
  const Quantities* different = nullptr;  ///< fails: the first batch where both have values that differ
  std::optional<ReadError> error;         ///< why `left` had no value, on the first batch where it had none
};

/// Tries a claim on the whole battery, up to the first batch on which the values differ.
///
/// A batch on which `right` has a value and `left` has none refutes the claim, unless x lies so far from 0
/// that cancellation may have left the formula without a value.
Outcome try_on_battery(const Claim& claim);

/// A batch on which a claim fails, as small as single steps can make it.
struct Counterexample {
  Quantities givens;          ///< those that the claim depends on
  std::optional<Value> left;  ///< none: it has no value here
  std::string why_no_value;   ///< then, why
  Value right;
};

/// The smallest batch near the simplest small one on which the claim fails, so that the difference shows at 4
/// digits if it does anywhere. None if the claim fails nowhere.
std::optional<Counterexample> find_counterexample(const Claim& claim);

/// All quantities of a batch of which only some givens are known: the others take neutral default values.
/// None if these givens do not make a batch.
std::optional<Quantities> quantities_around(const Quantities& givens);

/// One pass of shrinking, through all the ways to make a batch simpler: one example less, one number (or all
/// the equal ones of a list) nearer to 0 or 1. Takes each that `accept` accepts. True if any was taken.
bool simplify(Quantities& givens, const std::function<bool(const Quantities&)>& accept);

}  // namespace answers
