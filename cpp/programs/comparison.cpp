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

double largest_finite(const Array& array) {
  double most = 0;
  for (const double value : array.values()) {
    if (std::isfinite(value)) most = std::max(most, std::abs(value));
  }
  return most;
}

double largest_finite(const Names& names, const std::string& name) {
  const Array* const array = find(names, name);
  return array != nullptr ? largest_finite(*array) : 0;
}

/// What rounding in an output is measured with: the size of the terms it is made of.
double scale(const Case& batch, const std::string& output) {
  const double size = largest_finite(batch.right, output);
  const double dy = largest_finite(batch.inputs, "dy"), gamma = largest_finite(batch.inputs, "gamma");
  const double beta = largest_finite(batch.inputs, "beta"), x_hat = largest_finite(batch.right, "x_hat");
  if (output == "dx") return std::max(size, gamma * dy * largest_finite(batch.right, "saved_invstd"));
  if (output == "dgamma" || output == "dbeta") {
    const Array& upstream = *find(batch.inputs, "dy");
    const double count = static_cast<double>(upstream.size() / upstream.shape[1]);
    return std::max(size, count * dy * (output == "dbeta" ? 1 : x_hat));
  }
  if (output == "y") return std::max(size, gamma * x_hat + beta);
  if (output == "folded_bias") return std::max(size, beta);
  return size > 0 ? size : 1;
}

Shape without_ones(const Shape& shape) {
  Shape left;
  for (const Index size : shape) {
    if (size != 1) left.push_back(size);
  }
  return left;
}

}  // namespace

double condition(const Case& batch) {
  const bool fixed = batch.kind.family == Family::inference || batch.kind.family == Family::folding;
  const Array* const mean = fixed ? find(batch.inputs, "running_mean") : find(batch.right, "batch_mean");
  const Array* const var = fixed ? find(batch.inputs, "running_var") : find(batch.right, "batch_var");
  if (mean == nullptr || var == nullptr) return 1;
  const std::vector<double> means = mean->values(), vars = var->values();
  const Array* const eps = find(batch.inputs, "eps");
  double most = 1;
  for (std::size_t k = 0; k < means.size(); ++k) {
    const double spread = vars[k] + (eps != nullptr ? eps->first() : 0);
    if (spread > 0) most = std::max(most, 1 + means[k] * means[k] / spread);
  }
  return most;
}

Shape expected_shape(const Case& batch, const std::string& output) {
  const std::map<char, Index> letters = sizes(batch.kind, batch.inputs);
  Shape shape;
  for (const Operand& each : batch.kind.outputs) {
    if (each.name != output) continue;
    for (const char letter : each.axes) shape.push_back(letters.at(letter));
  }
  return shape;
}

double allowed(const Case& batch, const std::string& output) {
  const double size = scale(batch, output);
  if (batch.kind.single) return size * (output == "batch_var" ? single_var : single_mean);
  return size * (1e-9 + 64 * epsilon * condition(batch));
}

Comparison compare(const Case& batch, const std::string& output, const Array& got) {
  const Array& right = *batch.right.at(output).as<Array>();
  const Shape shape = expected_shape(batch, output);
  const bool may_keep_ones = shape.size() == 1 && got.axes() > 0;
  if (got.shape != shape && !(may_keep_ones && without_ones(got.shape) == without_ones(shape)))
    return {Comparison::Kind::shape};
  const std::vector<double> values = got.values(), expected = right.values();
  const double size = scale(batch, output), most = allowed(batch, output);
  const double usual =
      batch.kind.single ? most : size * (1e-11 + 256 * epsilon * std::sqrt(condition(batch)));
  Comparison result;
  double worst = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (!std::isfinite(values[k])) return {Comparison::Kind::not_finite, k};
    const double error = std::abs(values[k] - expected[k]);
    if (error <= worst) continue;
    worst = error;
    result.position = k;
  }
  if (worst > most) {
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

double tolerance_of_intermediates(const Case& batch) {
  return batch.kind.single ? 1e-6 : std::max(1e-9, 64 * epsilon * condition(batch));
}

}  // namespace programs
