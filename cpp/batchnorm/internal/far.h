#pragma once
// Channels whose values or constants lie near an end of the range of doubles are taken out one by one, scaled
// by a power of 2, and put back: no other channel sees them.

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>

#include "batchnorm/forward.h"

namespace batchnorm::far {

inline void require_normalizer(const Normalizer& normalizer, Index channels) {
  require_channels("batch_mean", normalizer.mean, channels);
  require_channels("mean_residual", normalizer.mean_residual, channels);
  require_channels("invstd", normalizer.invstd, channels);
  require_channels("invstd_residual", normalizer.invstd_residual, channels);
  if (normalizer.exponent.size() != channels)
    refuse("exponent", in_words(channels) + " values (one a channel)", normalizer.exponent.size());
}

/// visit(position) for every value of a channel.
template <typename Visit>
void for_each_value(const Layout& layout, Index channel, const Visit& visit) {
  for (Index n = 0; n < layout.outer; ++n) {
    const Index begin = (n * layout.channels + channel) * layout.inner;
    for (Index at = begin; at < begin + layout.inner; ++at) visit(at);
  }
}

/// The values of a channel side by side, times 2^-exponent.
inline Eigen::ArrayXd values_of(const Layout& layout, const double* x, Index channel, int exponent) {
  Eigen::ArrayXd values(layout.m());
  Index k = 0;
  for_each_value(layout, channel, [&](Index at) { values(k++) = std::ldexp(x[at], -exponent); });
  return values;
}
inline void put_values(const Layout& layout, const Eigen::ArrayXd& values, Index channel, double* y) {
  Index k = 0;
  for_each_value(layout, channel, [&](Index at) { y[at] = values(k++); });
}

/// Whether the product of a channel's constants could leave the range of doubles, so that their order counts.
inline bool is_far(const Normalizer& normalizer, Index channel, double gamma) {
  const double scale = std::abs(gamma * normalizer.invstd(channel));
  return normalizer.exponent(channel) != 0 || scale > 0x1p900 || std::abs(gamma) > 0x1p900 ||
         (scale < 0x1p-900 && gamma != 0);
}

/// x - mean of a channel taken out, scaled as the normalizer is.
inline Eigen::ArrayXd deviations_of(const Layout& layout, const double* x, const Normalizer& normalizer,
                                    Index channel) {
  const Eigen::ArrayXd values = values_of(layout, x, channel, normalizer.exponent(channel));
  return (values - normalizer.mean(channel)) - normalizer.mean_residual(channel);
}

/// A number of any size: value * 2^exponent.
struct Scaled {
  double value;
  int exponent;
};

/// value * factors * 2^exponent.
inline Scaled scaled_product(double value, std::initializer_list<double> factors, int exponent) {
  int of_value = 0;
  value = std::frexp(value, &of_value);
  exponent += of_value;
  for (const double factor : factors) {
    int of_factor = 0;
    value *= std::frexp(factor, &of_factor);
    exponent += of_factor;
  }
  return {value, exponent};
}
/// The same as a double, where a product on the way may leave the range of doubles and the result does not.
inline double product(double value, std::initializer_list<double> factors, int exponent) {
  const Scaled result = scaled_product(value, factors, exponent);
  return std::ldexp(result.value, result.exponent);
}

/// a + b.
inline Scaled scaled_sum(const Scaled& a, const Scaled& b) {
  if (a.value == 0) return b;
  if (b.value == 0) return a;
  const auto sum_at = [&](int exponent) {
    return std::ldexp(a.value, a.exponent - exponent) + std::ldexp(b.value, b.exponent - exponent);
  };
  const int exponent = std::max(a.exponent, b.exponent);
  const double sum = sum_at(exponent);
  // Doubles as they are may add up to more than a double.
  const double half = sum_at(exponent + 1);
  return std::isfinite(sum) || !std::isfinite(half) ? Scaled{sum, exponent} : Scaled{half, exponent + 1};
}

/// Values whose products with each other stay in range: the array times 2^exponent.
struct Ranged {
  Eigen::ArrayXd values;
  int exponent;
};
inline Ranged ranged(Eigen::ArrayXd values) {
  const double largest = values.abs().maxCoeff();
  const int exponent = largest > 0x1p400 ? 600 : largest < 0x1p-400 ? -600 : 0;
  if (exponent != 0)
    values = values.unaryExpr([&](double value) { return std::ldexp(value, -exponent); }).eval();
  return {std::move(values), exponent};
}

}  // namespace batchnorm::far
