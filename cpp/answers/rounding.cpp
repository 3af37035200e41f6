#include "answers/rounding.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace answers {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Values, and how far off each may be.
struct Rounded {
  Value value;
  std::vector<double> errors;
};

/// Other usual orders of computing the same. A small sum of large terms loses most.
const std::multimap<std::string, Formula>& other_orders() {
  static const std::multimap<std::string, Formula> all = [] {
    const Definition orders[] = {
        {"x_hat", "(x - batch_mean) / root"},
        {"y", "gamma * saved_invstd * x + (beta - gamma * saved_invstd * batch_mean)"},
        {"dgamma", "sum(dy * (x - batch_mean)) / root"},
        {"dvar", "-sum(dx_hat * (x - batch_mean)) / (2 * root^3)"},
        {"dx", "gamma * saved_invstd * (dy - mean(dy) - x_hat * mean(dy * x_hat))"},
        {"dx", "gamma * saved_invstd / m * (m * dy - dbeta - x_hat * dgamma)"},
        {"y_inference", "running_slope * x + (beta - running_slope * running_mean)"},
        {"y_inference", "gamma * (running_deviation / running_root) + beta"},
        {"folded_bias", "running_slope * b + (beta - running_slope * running_mean)"},
    };
    std::multimap<std::string, Formula> read;
    for (const Definition& each : orders) read.emplace(each.name, Formula(each.formula));
    return read;
  }();
  return all;
}

/// Evaluates the definitions with every result rounded to three digits, with error bounds.
class Follower {
 public:
  explicit Follower(const Quantities& right) : right_(right) {}

  Rounded follow(const Node& node) {
    switch (node.kind) {
      case Node::Kind::number:
        return {evaluate(node, {}), {0}};
      case Node::Kind::name:
        return named(node.text);
      case Node::Kind::negate: {
        Rounded of = follow(node.children[0]);
        for (double& each : of.value.values) each = -each;
        return of;
      }
      case Node::Kind::call:
        return call(node);
      case Node::Kind::list: {
        Rounded list{{{}, true}, {}};
        for (const Node& child : node.children) {
          const Rounded each = follow(child);
          append(list, each);
        }
        return list;
      }
      case Node::Kind::percent: {
        Rounded of = follow(node.children[0]);
        of.value = evaluate(node, {{"typed", of.value}});
        for (double& each : of.errors) each /= node.number;
        return of;
      }
      case Node::Kind::chain:
        return follow(node.children.back());
      case Node::Kind::add:
      case Node::Kind::subtract:
      case Node::Kind::multiply:
      case Node::Kind::divide:
      case Node::Kind::power:
      case Node::Kind::index:
        return operation(node);
    }
    return {};
  }

 private:
  static void append(Rounded& list, const Rounded& more) {
    for (std::size_t k = 0; k < more.errors.size(); ++k) {
      list.value.values.push_back(more.value.values[k]);
      list.value.scales.push_back(more.value.scale(k));
    }
    list.errors.insert(list.errors.end(), more.errors.begin(), more.errors.end());
  }

  /// The numbers as written down: an exact one of three digits or fewer stays as it is.
  static Rounded written(Rounded result) {
    for (std::size_t k = 0; k < result.errors.size(); ++k) {
      const double value = result.value.without_rounding(k);
      if (result.errors[k] == 0 && is_short(value)) continue;
      // What was rounded may lie in the next decade.
      result.errors[k] += half_unit(std::abs(value) + result.errors[k], carried_digits);
    }
    return result;
  }

  Rounded given(const std::string& name) {
    Value value = right_.at(name);
    std::vector<double> errors(value.values.size());
    return {std::move(value), std::move(errors)};
  }

  const Rounded& named(const std::string& name) {
    if (name == "dx_numeric") return named("dx");  // the same by other means
    const auto known = known_.find(name);
    if (known != known_.end()) return known->second;
    const auto definition = formulas().find(name);
    // x, m and steps are given with as many digits as they take.
    const bool is_given = definition == formulas().end() || name == "x" || name == "m" || name == "steps";
    if (is_given && right_.count(name) != 0) return known_.emplace(name, given(name)).first->second;
    if (definition == formulas().end()) throw ReadError({}, "“" + name + "” has no value here");
    Rounded result = follow(definition->second.tree);
    const auto [first, last] = other_orders().equal_range(name);
    for (auto order = first; order != last; ++order) {
      const Rounded other = follow(order->second.tree);
      for (std::size_t k = 0; k < result.errors.size(); ++k)
        result.errors[k] = std::max(result.errors[k], other.errors[k]);
    }
    if (name == "new_running_mean" || name == "new_running_var" || name == "new_running_var_unbiased")
      widen(result, name);
    return known_.emplace(name, std::move(result)).first->second;
  }

  /// The update done once for each step.
  void widen(Rounded& result, const std::string& name) {
    const double keep = right_.at("momentum").values[0];
    const double steps = right_.count("steps") != 0 ? right_.at("steps").values[0] : 1;
    const bool is_mean = name == "new_running_mean";
    Rounded batch = named(is_mean ? "batch_mean" : "batch_var");
    if (name == "new_running_var_unbiased") {
      const double m = named("m").value.values[0];
      batch.value.values[0] *= m / (m - 1);
      batch.errors[0] *= m / (m - 1);
      batch = written(batch);
    }
    const auto unit = [](double value) { return is_short(value) ? 0 : half_unit(value, carried_digits); };
    const double target = batch.value.values[0];
    double running = right_.at(is_mean ? "running_mean" : "running_var").values[0], error = 0;
    for (int step = 0; step < steps && step < 1000; ++step) {
      const double kept = keep * running, added = (1 - keep) * target;
      running = kept + added;
      error = keep * error + (1 - keep) * batch.errors[0] + unit(kept) + unit(added) + unit(running);
    }
    result.errors[0] = std::max(result.errors[0], error);
  }

  /// How far f moves when its argument does.
  template <typename Function>
  static double moved(const Function& f, double at, double error) {
    const double here = f(at), up = std::abs(f(at + error) - here), down = std::abs(f(at - error) - here);
    return std::isfinite(down) ? std::max(up, down) : std::isfinite(up) ? up : infinity;
  }

  /// How far a variance moves when its values do, and with them their mean.
  static double moved_variance(const Rounded& of, double divisor) {
    const auto m = static_cast<double>(of.errors.size());
    double mean = 0, mean_error = 0, sum = 0;
    for (std::size_t k = 0; k < of.errors.size(); ++k) {
      mean += of.value.without_rounding(k) / m;
      mean_error += of.errors[k] / m;
    }
    for (std::size_t k = 0; k < of.errors.size(); ++k) {
      const double deviation = std::abs(of.value.without_rounding(k) - mean);
      const double error = of.errors[k] + mean_error;
      sum += (2 * deviation + error) * error;
    }
    return sum / divisor;
  }

  Rounded call(const Node& node) {
    const Rounded of = follow(node.children[0]);
    Node one = node;
    one.children[0] = {Node::Kind::name, node.range, "typed", 0, {}};
    Rounded result{evaluate(one, {{"typed", of.value}}), {}};
    const auto m = static_cast<double>(of.errors.size());
    double total = 0, most = 0;
    for (const double each : of.errors) {
      total += each;
      most = std::max(most, each);
    }
    if (node.text == "sum") {
      result.errors = {total};
    } else if (node.text == "mean") {
      result.errors = {total / m};
    } else if (node.text == "biased_variance") {
      result.errors = {moved_variance(of, m)};
    } else if (node.text == "unbiased_variance") {
      result.errors = {moved_variance(of, m - 1)};
    } else if (node.text == "min" || node.text == "max") {
      result.errors = {most};
    } else if (node.text == "count") {
      result.errors = {0};
    } else {
      for (std::size_t k = 0; k < of.errors.size(); ++k) {
        const auto f = [&](double v) {
          return node.text == "sqrt"    ? std::sqrt(std::max(v, 0.0))
                 : node.text == "abs"   ? std::abs(v)
                 : node.text == "exp"   ? std::exp(v)
                 : node.text == "log2"  ? std::log2(v)
                 : node.text == "log10" ? std::log10(v)
                                        : std::log(v);
        };
        result.errors.push_back(moved(f, of.value.without_rounding(k), of.errors[k]));
      }
    }
    return written(result);
  }

  Rounded operation(const Node& node) {
    const Rounded left = follow(node.children[0]), right = follow(node.children[1]);
    Node one = node;
    one.children = {{Node::Kind::name, node.range, "left", 0, {}},
                    {Node::Kind::name, node.range, "right", 0, {}}};
    Rounded result{evaluate(one, {{"left", left.value}, {"right", right.value}}), {}};
    if (node.kind == Node::Kind::index) {
      result.errors = {left.errors[static_cast<std::size_t>(right.value.values[0])]};
      return result;
    }
    for (std::size_t k = 0; k < result.value.values.size(); ++k) {
      const std::size_t i = left.errors.size() > 1 ? k : 0, j = right.errors.size() > 1 ? k : 0;
      const double a = left.value.values[i], b = right.value.values[j];
      const double ea = left.errors[i], eb = right.errors[j];
      const double value = std::abs(result.value.values[k]);
      double error = ea + eb;
      if (node.kind == Node::Kind::multiply) error = std::abs(a) * eb + std::abs(b) * ea + ea * eb;
      if (node.kind == Node::Kind::divide)
        error = std::abs(b) > eb ? (ea + value * eb) / (std::abs(b) - eb) : infinity;
      if (node.kind == Node::Kind::power) {
        error = moved([&](double v) { return std::pow(v, b); }, a, ea) +
                moved([&](double v) { return std::pow(a, v); }, b, eb);
      }
      result.errors.push_back(error);
    }
    return written(result);
  }

  const Quantities& right_;
  std::map<std::string, Rounded> known_;
};

}  // namespace

double half_unit(double value, int digits) {
  if (value == 0) return 0;
  return 0.5 * std::pow(10, std::floor(std::log10(std::abs(value))) - (digits - 1));
}

bool is_short(double value) {
  const double unit = 2 * half_unit(value, carried_digits);
  return unit == 0 || std::abs(value / unit - std::round(value / unit)) < 1e-9;
}

std::vector<double> rounding_bound(const Formula& answer, const Quantities& right) {
  try {
    return Follower(right).follow(answer.tree).errors;
  } catch (const ReadError&) {
    return std::vector<double>(Derivation(right).evaluate(answer).values.size(), infinity);
  }
}

}  // namespace answers
