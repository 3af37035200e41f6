#include "answers/variants.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "answers/quantities.h"
#include "answers/quantity_table.h"
#include "batchnorm/layout.h"
#include "lab/random.h"

namespace answers {

namespace {

using batchnorm::refuse;

constexpr int most_attempts = 3000;
/// So many draws tell which pairs of answers coincide in every draw.
constexpr int probes = 12;

const Choice* choice_of(std::string_view given) {
  const auto found = std::find_if(choices().begin(), choices().end(),
                                  [&](const Choice& each) { return each.given == given; });
  return found == choices().end() ? nullptr : &*found;
}

/// FNV-1a (Fowler, Noll, Vo), 64 bits: the same text gives the same stream everywhere.
std::uint64_t hash(const std::string& text) {
  std::uint64_t state = 0xcbf29ce484222325u;
  for (const char each : text) {
    state ^= static_cast<unsigned char>(each);
    state *= 0x100000001b3u;
  }
  return state;
}

Quantities drawn_once(const Problem& problem, std::uint64_t seed, int attempt) {
  lab::Random random(hash(problem.id + "/" + std::to_string(seed) + "/" + std::to_string(attempt)));
  Quantities givens = problem.givens;
  for (const std::string& name : problem.drawn) {
    const Choice* choice = choice_of(name);
    if (choice == nullptr) refuse("drawn", "givens that can be drawn", name);
    const auto given = givens.find(name);
    if (given == givens.end()) refuse("drawn", "givens of the problem", name);
    const auto count = static_cast<double>(choice->numerators.size());
    for (double& value : given->second.values) {
      const auto k = static_cast<std::size_t>(random.uniform() * count);
      value = choice->numerators[k] / choice->denominator;
    }
  }
  return givens;
}

/// True if `name` was drawn and its quantity comes out at less than `share` of its scale.
bool is_near_zero(const Quantities& all, const char* name, double share) {
  const auto found = all.find(name);
  return found != all.end() && std::abs(found->second.values[0]) < share * found->second.scale(0);
}

/// Conditions on the numbers themselves; the choices leave out gamma = 0, gamma = 1 and beta = 0.
bool teaches(const Problem& problem, const Quantities& right) {
  const auto is_drawn = [&](const char* name) {
    return std::find(problem.drawn.begin(), problem.drawn.end(), name) != problem.drawn.end();
  };
  // All values of x equal: unless there is but one.
  const auto x = right.find("x"), var = right.find("batch_var");
  const bool drawn_spread =
      (is_drawn("x") || is_drawn("u")) && x != right.end() && x->second.values.size() > 1;
  if (drawn_spread && var != right.end() && var->second.values[0] == 0) return false;
  if (is_drawn("dy") && (is_near_zero(right, "dbeta", 0.05) || is_near_zero(right, "dgamma", 0.05)))
    return false;
  return true;
}

struct Answer {
  std::string id;
  Value value;
};

/// The mistakes that can be made in a part, whatever its numbers are.
std::vector<const Mistake*> possible_in(const Part& part, const Quantities& right) {
  return possible_mistakes(part.question.answer, right, {&part.question.foreseen, &mistakes()});
}

bool is_foreseen(const Question& question, const Mistake& mistake) {
  const auto& foreseen = question.foreseen;
  return std::any_of(foreseen.begin(), foreseen.end(),
                     [&](const Mistake& each) { return &each == &mistake; });
}

/// Goes through the truth and what the mistakes lead to, while `use` wants more; those that lead nowhere are
/// left out. True if it came to the end.
template <typename Use>
bool every_answer(const Question& question, const Quantities& right,
                  const std::vector<const Mistake*>& possible, const Use& use) {
  Derivation plain(right);
  const Value truth = plain.evaluate(question.answer);
  if (!use(Answer{"right", truth})) return false;
  for (const Mistake* each : possible) {
    auto value = mistaken_answer(question.answer, right, *each);
    if (!value || value->values.size() != truth.values.size()) {
      // What the author foresaw must show at every draw.
      if (is_foreseen(question, *each)) return false;
      continue;
    }
    if (!use(Answer{each->id, std::move(*value)})) return false;
  }
  return true;
}

Quantities with_part(const Quantities& givens, const Part& part) {
  Quantities all = givens;
  for (const auto& [name, value] : part.with) all[name] = value;
  return all;
}

using PairsByPart = std::vector<std::vector<Pair>>;

void keep_common(std::vector<Pair>& pairs, const std::vector<Pair>& others) {
  const auto is_missing = [&](const Pair& pair) {
    return std::find(others.begin(), others.end(), pair) == others.end();
  };
  pairs.erase(std::remove_if(pairs.begin(), pairs.end(), is_missing), pairs.end());
}

/// The pairs that coincide in all of some draws: by mathematics, not by accident.
PairsByPart always_coinciding(const Problem& problem, std::uint64_t seed) {
  PairsByPart always;
  int used = 0;
  for (int probe = 1; used < probes && probe <= 10 * probes; ++probe) {
    const Quantities givens = drawn_once(problem, seed, -probe);
    try {
      if (!teaches(problem, quantities_of(givens))) continue;
      PairsByPart now;
      for (const Part& part : problem.parts) now.push_back(separation(part, givens).coinciding);
      if (used == 0) always = now;
      for (std::size_t p = 0; p < always.size(); ++p) keep_common(always[p], now[p]);
      ++used;
    } catch (const std::invalid_argument&) {
      // No answer for these numbers: the next draw is as good.
    }
  }
  if (used == 0) refuse("draw", "a problem whose draws have an answer", problem.id);
  return always;
}

/// As separation(), but returns early at the first pair that is too near.
bool is_separated(const Part& part, const Quantities& right, const std::vector<const Mistake*>& possible,
                  const std::vector<Pair>& always) {
  std::size_t coinciding = 0;
  std::vector<Answer> before;
  std::vector<double> allowed;
  return every_answer(part.question, right, possible,
                      [&](Answer answer) {
                        if (before.empty())
                          allowed =
                              allowances(part.question.answer, answer.value, right, part.question.tolerance);
                        for (const Answer& other : before) {
                          const double apart = distance(answer.value, other.value, allowed);
                          if (apart >= least_separation) continue;
                          if (apart > one_answer) return false;
                          ++coinciding;
                        }
                        before.push_back(std::move(answer));
                        return true;
                      }) &&
         coinciding == always.size();
}

}  // namespace

Separation separation(const Part& part, const Quantities& givens) {
  const Quantities right = quantities_of(with_part(givens, part));
  std::vector<Answer> all;
  every_answer(part.question, right, possible_in(part, right), [&](Answer answer) {
    all.push_back(std::move(answer));
    return true;
  });
  const auto allowed = allowances(part.question.answer, all[0].value, right, part.question.tolerance);
  Separation result;
  result.least = result.least_from_right = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      const double apart = distance(all[i].value, all[j].value, allowed);
      if (apart <= one_answer) {
        result.coinciding.push_back({all[i].id, all[j].id});
        continue;
      }
      if (i == 0) result.least_from_right = std::min(result.least_from_right, apart);
      if (apart < result.least) {
        result.least = apart;
        result.nearest = {all[i].id, all[j].id};
      }
    }
  }
  return result;
}

Quantities draw(const Problem& problem, std::uint64_t seed) {
  const PairsByPart always = always_coinciding(problem, seed);
  std::vector<std::vector<const Mistake*>> possible;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const Quantities givens = drawn_once(problem, seed, attempt);
    try {
      if (!teaches(problem, quantities_of(givens))) continue;
      bool separated = true;
      for (std::size_t p = 0; separated && p < always.size(); ++p) {
        const Part& part = problem.parts[p];
        const Quantities right = quantities_of(with_part(givens, part));
        if (possible.size() == p) possible.push_back(possible_in(part, right));
        separated = is_separated(part, right, possible[p], always[p]);
      }
      if (separated) return givens;
    } catch (const std::invalid_argument&) {
      // No answer for these numbers: drawn again.
    }
  }
  refuse("draw", "a problem whose mistakes can be told apart",
         problem.id + ", for which 3000 draws were not enough");
}

}  // namespace answers
