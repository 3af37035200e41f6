#pragma once
// Seeded variants: other numbers for a problem, such that every mistake in it still shows.

#include "answers/judge.h"

namespace answers {

/// One question of a problem; `with` are givens that hold for it alone.
struct Part {
  Question question;
  Quantities with;
};

struct Problem {
  std::string id;
  /// As the author wrote them. A list that is drawn keeps its length.
  Quantities givens;
  /// The givens that are drawn anew.
  std::vector<std::string> drawn;
  std::vector<Part> parts;
};

/// Two answers of one question, by the ids of the mistakes behind them; "right" is the truth.
struct Pair {
  std::string a, b;
};
inline bool operator==(const Pair& left, const Pair& right) {
  return left.a == right.a && left.b == right.b;
}

/// How well the answers to a question can be told apart.
struct Separation {
  /// The least distance, in allowances, between the truth and a mistake or between two mistakes that differ.
  double least = 0;
  Pair nearest;
  /// The least distance between the truth and a mistake that differs from it.
  double least_from_right = 0;
  /// The pairs that do not differ at all, such as two mistakes in lines that the answer does not use.
  std::vector<Pair> coinciding;
};
Separation separation(const Part& part, const Quantities& givens);

/// Pairs closer than this, in allowances, are not told apart reliably.
inline constexpr double least_separation = 4;

/// The givens of the variant `seed`; the same in every browser and natively. Drawn again until
///   - gamma is not 0 or 1, beta not 0, the values of x not all equal, neither sum(dy) nor sum(dy x_hat) is
///     near 0, as far as these are drawn, and
///   - in every part, no mistake comes nearer than least_separation to the truth or to another mistake, but
///     for the pairs that coincide in every draw, by mathematics.
/// Draws are integers and short decimals, made by lab::Random from the FNV-1a hash of "id/seed/attempt".
/// Throws std::invalid_argument where a drawn given is missing or unknown, or 3000 draws were not enough.
Quantities draw(const Problem& problem, std::uint64_t seed);

}  // namespace answers
