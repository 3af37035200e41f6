#include "answers/battery.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "answers/quantities.h"
#include "lab/random.h"

namespace answers {

namespace {

constexpr double tolerance = 1e-9;
/// On ordinary batches, whose numbers are about 1, the rounding error of a usual formula is far below this.
constexpr double most_allowed = 1e-5;
/// Agreement on fewer batches proves nothing.
constexpr int enough_batches = 20;
/// A difference shows at 4 digits and at 4 decimals.
constexpr double visible_difference = 1e-3;

constexpr std::size_t tried_batches = 300;
constexpr std::size_t small_batches_of_a_size = 40;

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Value number(double value) {
  return {{value}, false};
}
Value list(std::vector<double> values) {
  return {std::move(values), true};
}

// ---- The batches.

std::size_t count_from(lab::Random& random, std::size_t least, std::size_t most) {
  return least + static_cast<std::size_t>(random.uniform() * static_cast<double>(most - least + 1));
}

double between(lab::Random& random, double least, double most) {
  return least + (most - least) * random.uniform();
}

double one_of(lab::Random& random, std::initializer_list<double> values) {
  return values.begin()[count_from(random, 0, values.size() - 1)];
}

std::vector<double> normals(lab::Random& random, std::size_t count) {
  std::vector<double> values(count);
  for (double& each : values) each = random.normal();
  return values;
}

/// Whole numbers from -most to most.
std::vector<double> integers(lab::Random& random, std::size_t count, double most) {
  std::vector<double> values(count);
  for (double& each : values) each = std::round(between(random, -most, most));
  return values;
}

/// The givens of a batch in which nothing is special, drawn in this order.
Quantities ordinary(lab::Random& random, std::size_t m) {
  return {{"u", list(normals(random, m))},
          {"dy", list(normals(random, m))},
          {"w", number(between(random, 0.5, 2) * one_of(random, {-1, 1}))},
          {"b", number(random.normal())},
          {"gamma", number(between(random, 0.5, 2))},
          {"beta", number(random.normal())},
          {"eps", number(std::pow(10, between(random, -3, 0)))},
          {"momentum", number(between(random, 0.05, 0.95))},
          {"running_mean", number(random.normal())},
          {"running_var", number(between(random, 0.5, 3))},
          {"steps", number(one_of(random, {1, 1, 1, 2, 3}))},
          {"h", number(between(random, 0.25, 2))},
          {"neurons", number(static_cast<double>(count_from(random, 1, 9)))},
          {"inputs", number(static_cast<double>(count_from(random, 1, 9)))}};
}

/// The k-th batch: each kind comes back every twelve batches, the ordinary ones first.
Quantities batch_of(std::size_t k, lab::Random& random) {
  Quantities givens = ordinary(random, count_from(random, 4, 8));
  std::vector<double>&u = givens["u"].values, &dy = givens["dy"].values;
  double &w = givens["w"].values[0], &b = givens["b"].values[0], &gamma = givens["gamma"].values[0],
         &eps = givens["eps"].values[0];
  switch (k % 12) {
    case 2:
      // With 0 among x and dy: what divides by them has no value.
      u = integers(random, u.size(), 2);
      dy = integers(random, dy.size(), 2);
      u[0] = dy[0] = 0;
      u[1] = dy[1] = 1;
      w = 1;
      b = 0;
      break;
    case 3:
      return ordinary(random, 2);
    case 4:
      return ordinary(random, 3);
    case 5:
      gamma = -gamma;
      break;
    case 6:
      eps = between(random, 1, 100);
      break;
    case 7:
      eps = 0;
      break;
    case 8:
      u.assign(u.size(), u[0]);
      eps = between(random, 0.1, 1);
      break;
    case 9:
      // Whole numbers spread wide enough that mean(x^2) - mean(x)^2 keeps some digits.
      u = integers(random, 4, 50);
      u[0] = 60;
      dy.resize(4);
      w = one_of(random, {-1, 1, 2});
      b = 1e6;
      break;
    case 10: {
      const double scale = one_of(random, {1e-6, 1e-3, 1e3, 1e6}), dy_scale = one_of(random, {1e-9, 1, 1e3});
      for (double& each : u) each *= scale;
      for (double& each : dy) each *= dy_scale;
      b *= scale;
      eps = one_of(random, {0, scale * scale});
      break;
    }
    case 11: {
      const bool is_constant = random.uniform() < 0.5;
      const double slope = is_constant ? 0 : random.normal(), level = random.normal();
      for (std::size_t i = 0; i < u.size(); ++i) dy[i] = level + slope * u[i];
      break;
    }
    default:
      break;
  }
  return givens;
}

/// Batches of small whole numbers, the smallest first: among them a counterexample is looked for.
const std::vector<Quantities>& small_batches() {
  static const std::vector<Quantities> all = [] {
    std::vector<Quantities> batches;
    lab::Random random(2);
    for (std::size_t m = 2; m <= 4; ++m) {
      for (std::size_t k = 0; k < small_batches_of_a_size; ++k) {
        Quantities givens = ordinary(random, m);
        givens["u"] = list(integers(random, m, 3));
        givens["dy"] = list(integers(random, m, 3));
        const auto draw = [&](const char* name, std::initializer_list<double> values) {
          givens[name] = number(one_of(random, values));
        };
        draw("w", {1, 2, -1});
        draw("b", {0, 1, 2});
        draw("gamma", {1, 2, -1, 0.5});
        draw("beta", {0, 1, -1});
        draw("eps", {0, 1, 2});
        draw("momentum", {0.5, 0.25, 0.75});
        draw("running_mean", {0, 1, 2});
        draw("running_var", {1, 4, 2});
        draw("h", {1, 2, 0.5});
        const std::vector<double>& u = givens["u"].values;
        const bool is_constant = std::set<double>(u.begin(), u.end()).size() == 1;
        if (is_constant) givens["eps"] = number(1);
        batches.push_back(quantities_of(givens));
      }
    }
    return batches;
  }();
  return all;
}

/// Without `steps` among the givens, a question is about a single update.
bool counts(const Quantities& batch, const Claim& claim) {
  return batch.at("steps").values[0] == 1 || has(claim.givens, "steps");
}

/// Whether x lies so far from 0 that its deviations may be lost to cancellation.
bool is_far_from_zero(const Quantities& batch) {
  double largest = 0;
  for (const double each : batch.at("x").values) largest = std::max(largest, std::abs(each));
  return largest * batch.at("saved_invstd").values[0] > 1e4;
}

// ---- Simpler batches.

/// The values a given may take, the simplest first. Any other value is less simple than all of these.
const std::vector<double>& values_for(const std::string& name) {
  static const std::vector<double> whole{0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6};
  static const std::vector<double> positive{1, 2, 3, 4, 5, 6};
  static const std::vector<double> factor{1, 2, -1, 0.5, -2, 3, -3};
  static const std::vector<double> step{1, 2, 0.5};
  static const std::vector<double> variance{1, 4, 2, 3, 9};
  static const std::vector<double> not_negative{0, 1, 2, 3, 0.5};
  static const std::vector<double> weight{0.5, 0.25, 0.75};
  if (name == "gamma" || name == "w") return factor;
  if (name == "eps") return not_negative;
  if (name == "momentum") return weight;
  if (name == "running_var") return variance;
  if (name == "h") return step;
  if (name == "steps" || name == "neurons" || name == "inputs") return positive;
  return whole;
}

bool is_per_example(const std::string& name) {
  return name == "x" || name == "u" || name == "dy";
}

Quantities only(const Quantities& all, const std::vector<std::string>& names) {
  Quantities some;
  for (const std::string& name : names) some[name] = all.at(name);
  return some;
}

std::optional<Value> value_or_none(const Evaluation& formula, const Quantities& batch,
                                   std::optional<ReadError>& error) {
  try {
    return formula(batch);
  } catch (const ReadError& none) {
    error = none;
    return std::nullopt;
  }
}

std::optional<Value> value_or_none(const Evaluation& formula, const Quantities& batch) {
  std::optional<ReadError> error;
  return value_or_none(formula, batch, error);
}

double at(const Value& value, std::size_t k) {
  return value.values.size() == 1 ? value.values[0] : value.values[k];
}
double scale_at(const Value& value, std::size_t k) {
  return value.scale(value.values.size() == 1 ? 0 : k);
}
bool can_be_compared(const Value& left, const Value& right) {
  return left.values.size() == 1 || right.values.size() == 1 || left.values.size() == right.values.size();
}

bool differ_visibly(const Value& left, const Value& right) {
  if (agreement(left, right) != Agreement::different) return false;
  if (!can_be_compared(left, right)) return true;
  for (std::size_t k = 0; k < std::max(left.values.size(), right.values.size()); ++k) {
    const double a = at(left, k), b = at(right, k);
    if (std::abs(a - b) > visible_difference * std::max({1.0, std::abs(a), std::abs(b)})) return true;
  }
  return false;
}

/// The ways to fail, the most telling first.
enum class Failure { seen, any, no_value };

bool fails_so(const Claim& claim, Failure failure, const Quantities& batch) {
  const auto right = value_or_none(claim.right, batch);
  if (!right) return false;
  const auto left = value_or_none(claim.left, batch);
  if (failure == Failure::no_value) return !left && !is_far_from_zero(batch);
  if (!left) return false;
  return failure == Failure::seen ? differ_visibly(*left, *right)
                                  : agreement(*left, *right) == Agreement::different;
}

}  // namespace

const std::vector<Quantities>& battery() {
  static const std::vector<Quantities> all = [] {
    std::vector<Quantities> batches;
    lab::Random random(1);
    for (std::size_t k = 0; k < tried_batches; ++k) batches.push_back(quantities_of(batch_of(k, random)));
    return batches;
  }();
  return all;
}

Evaluation evaluation_of(const Node& tree) {
  return [&tree](const Quantities& batch) { return evaluate(tree, batch); };
}

Evaluation evaluation_of(const Formula& formula) {
  return [&formula](const Quantities& batch) {
    const bool all_computed = std::all_of(formula.names.begin(), formula.names.end(),
                                          [&](const std::string& name) { return batch.count(name) != 0; });
    return all_computed ? evaluate(formula.tree, batch) : Derivation(batch).evaluate(formula);
  };
}

void require_quantities_of_a_batch(const std::vector<std::string>& names) {
  const Quantities& batch = battery().front();
  for (const std::string& name : names) {
    if (batch.count(name) == 0)
      throw std::invalid_argument("names: expected quantities of a batch, got “" + name + "”");
  }
}

std::vector<std::string> givens_of(const std::vector<std::string>& names,
                                   const std::vector<std::string>& allowed) {
  static const std::map<std::string, std::vector<std::string>> parts = [] {
    std::map<std::string, std::vector<std::string>> read;
    for (const Definition& each : definitions) {
      const std::string name = each.name;
      // x and steps may be given themselves.
      if (name != "x" && name != "steps") read[name] = Formula(each.formula).names;
    }
    // The operator alone computes these.
    read["running_mean_trace"] = {"new_running_mean"};
    read["dx_numeric"] = {"dx"};
    return read;
  }();
  std::set<std::string> seen, givens;
  std::vector<std::string> open = names;
  while (!open.empty()) {
    const std::string name = open.back();
    open.pop_back();
    if (!seen.insert(name).second) continue;
    const auto made_of = parts.find(name);
    if (made_of == parts.end()) {
      givens.insert(name);
    } else {
      open.insert(open.end(), made_of->second.begin(), made_of->second.end());
    }
  }
  if (!has(allowed, "steps")) givens.erase("steps");
  const bool has_layer = givens.count("u") + givens.count("w") + givens.count("b") > 0;
  if (givens.count("u") > 0 || (givens.count("x") > 0 && has_layer)) {
    givens.erase("x");
    givens.insert({"u", "w", "b"});
  }
  return {givens.begin(), givens.end()};
}

Agreement agreement(const Value& left, const Value& right) {
  if (!can_be_compared(left, right)) return Agreement::different;
  Agreement result = Agreement::equal;
  for (std::size_t k = 0; k < std::max(left.values.size(), right.values.size()); ++k) {
    const double a = at(left, k), b = at(right, k);
    const double scale = std::max({std::abs(a), std::abs(b), scale_at(left, k), scale_at(right, k)});
    const double allowed = tolerance * scale;
    if (!(std::abs(a - b) <= allowed)) return Agreement::different;
    if (allowed > most_allowed) result = Agreement::undecided;
  }
  return result;
}

Outcome try_on_battery(const Claim& claim) {
  Outcome outcome{Outcome::Kind::holds, nullptr, std::nullopt};
  int decided = 0, with_value = 0;
  for (const Quantities& batch : battery()) {
    if (!counts(batch, claim)) continue;
    const auto right = value_or_none(claim.right, batch);
    if (!right) continue;
    std::optional<ReadError> error;
    const auto left = value_or_none(claim.left, batch, error);
    if (!left) {
      if (!outcome.error && !is_far_from_zero(batch)) outcome.error = error;
      continue;
    }
    ++with_value;
    const Agreement here = agreement(*left, *right);
    if (here == Agreement::different) {
      outcome.kind = Outcome::Kind::fails;
      outcome.different = &batch;
      return outcome;
    }
    if (here == Agreement::equal) ++decided;
  }
  if (with_value == 0 && outcome.error) {
    outcome.kind = Outcome::Kind::no_value;
  } else if (outcome.error) {
    outcome.kind = Outcome::Kind::fails;
  } else if (decided < enough_batches) {
    outcome.kind = Outcome::Kind::undecided;
  }
  return outcome;
}

std::optional<Quantities> quantities_around(const Quantities& givens) {
  Quantities all = givens;
  if (all.count("x") == 0 && all.count("u") == 0) {
    std::vector<double> x{-1, 1};
    const auto dy = all.find("dy");
    if (dy != all.end()) x.resize(dy->second.values.size(), 1);
    all["x"] = list(x);
  }
  for (const auto& [name, value] : {std::pair{"gamma", 1.0},
                                    {"beta", 0.0},
                                    {"eps", 1.0},
                                    {"w", 1.0},
                                    {"b", 0.0},
                                    {"momentum", 0.5},
                                    {"running_mean", 0.0},
                                    {"running_var", 1.0}}) {
    all.emplace(name, number(value));
  }
  try {
    return quantities_of(all);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

bool simplify(Quantities& givens, const std::function<bool(const Quantities&)>& accept) {
  bool any = false;
  const auto attempt = [&](Quantities& simpler) {
    if (!accept(simpler)) return false;
    any = true;
    return true;
  };
  std::size_t m = 0;
  for (const auto& [name, value] : givens) {
    if (is_per_example(name)) m = value.values.size();
  }
  // Two examples at least: a single one has no spread.
  for (std::size_t k = m; k-- > 0 && m > 2;) {
    Quantities fewer = givens;
    for (auto& [name, value] : fewer) {
      if (is_per_example(name)) value.values.erase(value.values.begin() + static_cast<std::ptrdiff_t>(k));
    }
    if (!attempt(fewer)) continue;
    givens = fewer;
    --m;
  }
  for (auto& [name, value] : givens) {
    std::vector<double>& values = value.values;
    // Values that are all equal may have to stay so, and go together first.
    const bool are_equal =
        std::count(values.begin(), values.end(), values[0]) == std::ptrdiff_t(values.size());
    for (const double simpler : values_for(name)) {
      if (!are_equal || values.size() == 1 || simpler == values[0]) break;
      const std::vector<double> before = values;
      values.assign(values.size(), simpler);
      if (attempt(givens)) break;
      values = before;
    }
    for (double& each : values) {
      const double before = each;
      for (const double simpler : values_for(name)) {
        each = simpler;
        if (simpler == before || attempt(givens)) break;
        each = before;
      }
    }
  }
  return any;
}

std::optional<Counterexample> find_counterexample(const Claim& claim) {
  for (const Failure failure : {Failure::seen, Failure::any, Failure::no_value}) {
    for (const auto* batches : {&small_batches(), &battery()}) {
      const auto found = std::find_if(batches->begin(), batches->end(), [&](const Quantities& batch) {
        return counts(batch, claim) && fails_so(claim, failure, batch);
      });
      if (found == batches->end()) continue;
      const auto fails = [&](const Quantities& givens) {
        const auto batch = quantities_around(givens);
        return batch && fails_so(claim, failure, *batch);
      };
      Counterexample example;
      example.givens = only(*found, claim.givens);
      for (auto& [name, value] : example.givens) value.scales.clear();
      // Where the givens that are left out matter after all, the batch stays as it was found.
      if (!fails(example.givens)) example.givens = *found;
      while (fails(example.givens) && simplify(example.givens, fails)) {
      }
      const auto batch = fails(example.givens) ? quantities_around(example.givens) : *found;
      std::optional<ReadError> error;
      example.left = value_or_none(claim.left, *batch, error);
      if (error) example.why_no_value = error->what();
      example.right = claim.right(*batch);
      return example;
    }
  }
  return std::nullopt;
}

}  // namespace answers
