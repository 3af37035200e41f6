#include "answers/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "answers/names.h"

namespace answers {

namespace {

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// The mean of the residuals is taken back, as in batchnorm::forward_train, so that equal values have exactly
/// that mean.
double mean_of(const std::vector<double>& values) {
  const double count = static_cast<double>(values.size());
  const double mean = sum_of(values) / count;
  double residuals = 0;
  for (const double value : values) residuals += value - mean;
  return mean + residuals / count;
}

struct ElementwiseFunction {
  const char* name;
  double (*apply)(double);
  bool (*defined)(double);
  bool zero_at_zero;  // then what is rounding going in is rounding coming out
  const char* requirement;
};

constexpr bool everywhere(double) {
  return true;
}

const ElementwiseFunction elementwise_functions[] = {
    {"sqrt", [](double v) { return std::sqrt(v); }, [](double v) { return v >= 0; }, true,
     "the root of a negative number"},
    {"abs", [](double v) { return std::abs(v); }, everywhere, true, ""},
    {"exp", [](double v) { return std::exp(v); }, everywhere, false, ""},
    {"log", [](double v) { return std::log(v); }, [](double v) { return v > 0; }, false,
     "the logarithm of a number that is not positive"},
    {"log2", [](double v) { return std::log2(v); }, [](double v) { return v > 0; }, false,
     "the logarithm of a number that is not positive"},
    {"log10", [](double v) { return std::log10(v); }, [](double v) { return v > 0; }, false,
     "the logarithm of a number that is not positive"},
};

/// The k-th value of a list, which keeps its own scale, however large its neighbours are.
Value element(const Value& list, std::size_t k) {
  return {{list.values[k]}, false, {list.scale(k)}};
}

/// A total of the list's values; its scale is the largest of theirs.
Value total(const Value& list, double (*of)(const std::vector<double>&)) {
  double scale = 0;
  for (std::size_t k = 0; k < list.values.size(); ++k) scale = std::max(scale, list.scale(k));
  return {{of(list.values)}, false, {scale}};
}

Value smallest_of(const Value& list) {
  const auto found = std::min_element(list.values.begin(), list.values.end());
  return element(list, static_cast<std::size_t>(found - list.values.begin()));
}

Value largest_of(const Value& list) {
  const auto found = std::max_element(list.values.begin(), list.values.end());
  return element(list, static_cast<std::size_t>(found - list.values.begin()));
}

/// The mean of the squared deviations, or their sum divided by m − 1: `correction` is taken from m.
Value variance_of(const Value& list, double correction) {
  const double mean = mean_of(list.values), divisor = static_cast<double>(list.values.size()) - correction;
  double squares = 0, scale = 0;
  for (std::size_t k = 0; k < list.values.size(); ++k) {
    const double deviation = list.values[k] - mean;
    squares += deviation * deviation;
    scale = std::max(scale, std::abs(deviation) * (list.scale(k) + std::abs(mean)));
  }
  return {{squares / divisor}, false, {std::min(scale, std::numeric_limits<double>::max())}};
}

Value count_of(const Value& list) {
  return {{static_cast<double>(list.values.size())}, false};
}

struct ListFunction {
  const char* name;
  Value (*apply)(const Value&);
};

const ListFunction list_functions[] = {
    {"sum", [](const Value& v) { return total(v, sum_of); }},
    {"mean", [](const Value& v) { return total(v, mean_of); }},
    {"min", smallest_of},
    {"max", largest_of},
    {"count", count_of},
    {"biased_variance", [](const Value& v) { return variance_of(v, 0); }},
    {"unbiased_variance", [](const Value& v) { return variance_of(v, 1); }},
};

/// Levenshtein distance, to guess which name was meant.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

/// Names are shown up to here; only ASCII ones can be longer than a word of the lesson.
constexpr std::size_t longest_shown = 40;

std::string unknown(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  const std::string shown = name.size() <= longest_shown ? name : name.substr(0, longest_shown) + "…";
  std::string sentence = "unknown " + what + " “" + shown + "”";
  const auto closer = [&](const std::string& a, const std::string& b) {
    return distance(name, a) < distance(name, b);
  };
  const auto nearest = std::min_element(known.begin(), known.end(), closer);
  if (nearest == known.end()) return sentence + "; only numbers are expected here";
  const std::size_t changes = distance(name, *nearest);
  const bool similar = changes <= 2 && changes < name.size();
  sentence += similar ? "; did you mean “" + *nearest + "”? Known here: " : "; known here: ";
  for (const std::string& each : known) sentence += (&each == &known.front() ? "" : ", ") + each;
  return sentence;
}

void require_finite(const Value& value, Range range) {
  for (const double each : value.values) {
    if (!std::isfinite(each)) throw ReadError(range, "the result is too large for a double");
  }
}

/// How many times larger its scale is than the value.
double relative_scale(double value, double scale) {
  return value == 0 ? 1 : scale / std::abs(value);
}

/// The scale of a result: sums add the scales of their terms; products, quotients and powers are only
/// rounding where one of their parts is, so they take over the larger relative scale.
double combined_scale(Node::Kind kind, double left, double left_scale, double right, double right_scale,
                      double result) {
  switch (kind) {
    case Node::Kind::add:
    case Node::Kind::subtract:
      return left_scale + right_scale;
    case Node::Kind::multiply:
      return std::max(left_scale * std::abs(right), std::abs(left) * right_scale);
    case Node::Kind::divide:
      return std::max(left_scale / std::abs(right), std::abs(result) * relative_scale(right, right_scale));
    default:
      return std::abs(result) * relative_scale(left, left_scale);
  }
}

double combine(Node::Kind kind, double left, double right, Range range) {
  switch (kind) {
    case Node::Kind::add:
      return left + right;
    case Node::Kind::subtract:
      return left - right;
    case Node::Kind::multiply:
      return left * right;
    case Node::Kind::divide:
      if (right == 0) throw ReadError(range, "division by 0");
      return left / right;
    default:
      if (left == 0 && right < 0) throw ReadError(range, "division by 0: 0 to a negative power");
      if (left < 0 && right != std::floor(right))
        throw ReadError(range, "a negative number to a power that is no integer");
      return std::pow(left, right);
  }
}

Value binary(const Node& node, const Value& left, const Value& right) {
  // A list of one is as good as its number.
  const bool broadcast = left.values.size() == 1 || right.values.size() == 1;
  if (left.is_list && right.is_list && !broadcast && left.values.size() != right.values.size()) {
    throw ReadError(node.range, "two lists of unequal length: " + std::to_string(left.values.size()) +
                                    " and " + std::to_string(right.values.size()) + " values");
  }
  Value result;
  result.is_list = left.is_list || right.is_list;
  const std::size_t count = std::max(left.values.size(), right.values.size());
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t i = left.values.size() > 1 ? k : 0;
    const std::size_t j = right.values.size() > 1 ? k : 0;
    // A divisor or a base that is only rounding counts as 0: 1 / (0.1 + 0.2 - 0.3) is no number.
    const double a = node.kind == Node::Kind::power ? left.without_rounding(i) : left.values[i];
    const double b = node.kind == Node::Kind::divide ? right.without_rounding(j) : right.values[j];
    result.values.push_back(combine(node.kind, a, b, node.range));
    const double scale = combined_scale(node.kind, a, left.scale(i), b, right.scale(j), result.values[k]);
    result.scales.push_back(std::min(scale, std::numeric_limits<double>::max()));
  }
  return result;
}

Value call(const Node& node, const Value& argument, const Quantities& quantities) {
  for (const ElementwiseFunction& function : elementwise_functions) {
    if (node.text != function.name) continue;
    Value result{{}, argument.is_list};
    for (std::size_t k = 0; k < argument.values.size(); ++k) {
      const double value = argument.without_rounding(k);  // so that the root of a variance of -1e-17 is 0
      if (!function.defined(value))
        throw ReadError(node.range, std::string(function.requirement) + " is no number");
      result.values.push_back(function.apply(value));
      const double relative = function.zero_at_zero ? relative_scale(value, argument.scale(k)) : 1;
      result.scales.push_back(std::abs(result.values[k]) * relative);
    }
    return result;
  }
  for (const ListFunction& function : list_functions) {
    if (node.text != function.name) continue;
    if (node.text == "unbiased_variance" && argument.values.size() == 1)
      throw ReadError(node.range, "the variance of one value, divided by m − 1, is no number");
    return function.apply(argument);
  }
  if (quantities.count(node.text) > 0) {
    const std::string& name = node.text;
    throw ReadError(node.range, "“" + name + "” is no function; for a product write " + name + "*( )");
  }
  std::vector<std::string> known;
  for (const auto& function : elementwise_functions) known.push_back(function.name);
  for (const auto& function : list_functions) known.push_back(function.name);
  throw ReadError(node.range, unknown("function", node.text, known));
}

Value index(const Node& node, const Value& list, const Value& position) {
  if (!list.is_list)
    throw ReadError(node.range, "[ ] takes a value out of a list, and this is a single number");
  const std::size_t count = list.values.size();
  const double at = position.values[0];
  if (position.is_list || at != std::floor(at) || at < 0 || at >= static_cast<double>(count)) {
    const std::string name = node.children[0].text;
    if (!node.text.empty()) {  // as x_5 was typed
      throw ReadError(node.range,
                      "the list has the values " + name + "_1 to " + name + "_" + std::to_string(count));
    }
    throw ReadError(node.children[1].range, "positions count from 0: the list has the values [0] to [" +
                                                std::to_string(count - 1) + "]");
  }
  return element(list, static_cast<std::size_t>(at));
}

Value value_of(const Node& node, const Quantities& quantities) {
  switch (node.kind) {
    case Node::Kind::number:
      return {{node.number}, false};
    case Node::Kind::name: {
      const auto found = quantities.find(node.text);
      if (found != quantities.end()) return found->second;
      if (contains(functions, node.text)) {
        throw ReadError(node.range, "“" + node.text + "” is a function: put what it is of in brackets, " +
                                        node.text + "(x)");
      }
      std::vector<std::string> known;
      for (const auto& quantity : quantities) known.push_back(quantity.first);
      throw ReadError(node.range, unknown("name", node.text, known));
    }
    case Node::Kind::list: {
      Value list{{}, true};
      for (const Node& child : node.children) {
        const Value element = evaluate(child, quantities);
        if (element.is_list && node.children.size() > 1) throw ReadError(child.range, "a list inside a list");
        for (std::size_t k = 0; k < element.values.size(); ++k) {
          list.values.push_back(element.values[k]);
          list.scales.push_back(element.scale(k));
        }
      }
      return list;
    }
    case Node::Kind::negate: {
      Value value = evaluate(node.children[0], quantities);
      for (double& each : value.values) each = -each;
      return value;
    }
    case Node::Kind::percent: {
      Value value = evaluate(node.children[0], quantities);
      for (double& each : value.values) each /= node.number;
      for (double& each : value.scales) each /= node.number;
      return value;
    }
    case Node::Kind::chain:
      return evaluate(node.children.back(), quantities);
    case Node::Kind::call:
      return call(node, evaluate(node.children[0], quantities), quantities);
    default: {
      // One after the other, so that the first of two mistakes is reported wherever this is compiled.
      const Value left = evaluate(node.children[0], quantities);
      const Value right = evaluate(node.children[1], quantities);
      return node.kind == Node::Kind::index ? index(node, left, right) : binary(node, left, right);
    }
  }
}

}  // namespace

double Value::scale(std::size_t k) const {
  return scales.empty() ? std::abs(values[k]) : scales[k];
}

double Value::without_rounding(std::size_t k) const {
  return std::abs(values[k]) < 0x1p-40 * scale(k) ? 0 : values[k];
}

Value evaluate(const Node& tree, const Quantities& quantities) {
  Value value = value_of(tree, quantities);
  require_finite(value, tree.range);
  return value;
}

}  // namespace answers
