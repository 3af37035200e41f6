#pragma once
// From the givens of a problem to every quantity that follows from them, computed by the operator.

#include "answers/evaluate.h"

namespace answers {

/// Everything the core can compute from the givens, for one channel and one neuron; the givens themselves
/// too. A quantity whose givens are missing is left out.
///
/// Givens, in the names of the shared vocabulary: x (m) or u (m), w, b with x = w u + b; gamma, beta, eps;
/// dy (m); momentum (the weight of the old value), running_mean, running_var, steps (how often the same batch
/// updates them); neurons, inputs; seed, draws, m, population_mean, population_std (random batches).
/// Values come with their scales, so that what is only rounding shows as 0.
///
/// Throws std::invalid_argument whose text names the given, what was expected and what was there.
Quantities quantities_of(const Quantities& givens);

/// The givens with fewer random batches where so many of this size would be more numbers than are drawn; with
/// one at least.
Quantities with_draws_for_size(Quantities givens);

/// What an answer may name: the givens, and x and m where they follow from these alone. Throws
/// std::invalid_argument where w or b is no number.
Quantities nameable(const Quantities& givens);

/// Of all quantities that follow from the givens, those with these names. Throws as quantities_of does, and
/// std::invalid_argument where one of them does not follow.
Quantities quantities_named(const std::vector<std::string>& names, const Quantities& givens);

}  // namespace answers
