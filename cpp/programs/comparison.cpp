#include "programs/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace programs {

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
/// What the statistics of a batch in single precision may be off by, relative to the largest.
constexpr double single_mean = 1e-5, single_var = 2e-3;

const Array* find(const Names& names, const std::string& name) {
  const auto found = names.find(name);
  return found == names.end() ? nullptr : found->second.as<Array>();
}

double largest(const Array& array) {
  double most = 0;
  for (const double value : array.values()) {
    if (std::isfinite(value)) most = std::max(most, std::abs(value));
  }
  return most;
}

double largest(const Names& names, const std::string& name) {
  const Array* const array = find(names, name);
  return array != nullptr ? largest(*array) : 0;
}

/// What rounding in an output is measured with: the size of the terms it is made of.
double scale(const TaskKind& kind, const Names& inputs, const Names& known, const std::string& output) {
  const double size = largest(known, output);
  if (output == "dx") return std::max(size, largest(known, "dx_direct"));
  if (output == "dgamma" || output == "dbeta") {
    const Array& dy = *find(inputs, "dy");
    const double count = static_cast<double>(dy.size() / dy.shape[1]);
    const double terms = count * largest(dy);
    return std::max(size, output == "dbeta" ? terms : terms * largest(known, "x_hat"));
  }
  if (output == "y") return std::max(size, largest(known, "scaled") + largest(inputs, "beta"));
  if (output == "folded_bias")
    return std::max({size, largest(known, "scaled_bias"), largest(inputs, "beta")});
  return kind.family == Family::running || size > 0 ? size : 1;
}

Shape without_ones(const Shape& shape) {
  Shape left;
  for (const Index size : shape) {
    if (size != 1) left.push_back(size);
  }
  return left;
}

}  // namespace

double condition(const TaskKind& kind, const Names& inputs, const Names& known) {
  const bool fixed = kind.family == Family::inference || kind.family == Family::folding;
  const Array* const mean = find(fixed ? inputs : known, fixed ? "running_mean" : "batch_mean");
  const Array* const var = find(fixed ? inputs : known, fixed ? "running_var" : "batch_var");
  if (mean == nullptr || var == nullptr) return 1;
  const std::vector<double> means = mean->values(), vars = var->values();
  const Array* const eps = find(inputs, "eps");
  double most = 1;
  for (std::size_t k = 0; k < means.size(); ++k) {
    const double spread = vars[k] + (eps != nullptr ? eps->first() : 0);
    if (spread > 0) most = std::max(most, 1 + means[k] * means[k] / spread);
  }
  return most;
}

Shape expected_shape(const TaskKind& kind, const Names& inputs, const std::string& output) {
  const std::map<char, Index> letters = sizes(kind, inputs);
  Shape shape;
  for (const Operand& each : kind.outputs) {
    if (each.name != output) continue;
    for (const char letter : each.axes) shape.push_back(letters.at(letter));
  }
  return shape;
}

Comparison compare(const TaskKind& kind, const Names& inputs, const Names& known, const std::string& output,
                   const Array& got) {
  const Array& right = *known.at(output).as<Array>();
  const Shape shape = expected_shape(kind, inputs, output);
  const bool may_keep_ones = shape.size() == 1 && got.axes() > 0;
  if (got.shape != shape && !(may_keep_ones && without_ones(got.shape) == without_ones(shape)))
    return {Comparison::Kind::shape};
  const std::vector<double> values = got.values(), expected = right.values();
  const double size = scale(kind, inputs, known, output), square = condition(kind, inputs, known);
  double allowed = size * (1e-9 + 64 * epsilon * square);
  double usual = size * (1e-11 + 256 * epsilon * std::sqrt(square));
  if (kind.single) allowed = usual = size * (output == "batch_var" ? single_var : single_mean);
  Comparison result;
  double worst = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (!std::isfinite(values[k])) return {Comparison::Kind::not_finite, k};
    const double error = std::abs(values[k] - expected[k]);
    if (error <= worst) continue;
    worst = error;
    result.position = k;
  }
  if (worst > allowed) {
    result.kind = Comparison::Kind::different;
  } else if (worst > usual) {
    result.lost_digits = std::log10(worst / (size * epsilon));
  }
  return result;
}

bool among(const Array& some, const Array& all, double tolerance) {
  if (some.size() == 0 || all.size() == 0) return false;
  std::vector<double> sorted = all.values();
  const auto is_bad = [](double value) { return !std::isfinite(value); };
  if (std::any_of(sorted.begin(), sorted.end(), is_bad)) return false;
  std::sort(sorted.begin(), sorted.end());
  const double reach = tolerance * std::max(std::abs(sorted.front()), std::abs(sorted.back()));
  for (const double value : some.values()) {
    if (is_bad(value)) return false;
    const auto next = std::lower_bound(sorted.begin(), sorted.end(), value - reach);
    if (next == sorted.end() || *next > value + reach) return false;
  }
  return true;
}

double tolerance_of_landmarks(const TaskKind& kind, double condition) {
  return kind.single ? 1e-6 : std::max(1e-9, 64 * epsilon * condition);
}

}  // namespace programs
