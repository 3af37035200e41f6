#pragma once
// Channels whose values or constants lie near an end of the range of the numbers that a pass computes in are
// worked out one by one, in doubles and where those need it scaled by a power of 2: no other channel sees
// them.

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>

#include "batchnorm/forward.h"
#include "batchnorm/internal/passes.h"

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
template <typename Scalar>
Eigen::ArrayXd values_of(const Layout& layout, const Scalar* x, Index channel, int exponent) {
  Eigen::ArrayXd values(layout.m());
  Index k = 0;
  for_each_value(layout, channel,
                 [&](Index at) { values(k++) = std::ldexp(static_cast<double>(x[at]), -exponent); });
  return values;
}

/// What the ordinary pass is to be mended with, channel by channel: found before it, as it may write over
/// what it reads, and put in place after it.
class Repair {
 public:
  void add(Index channel, Eigen::ArrayXd values) { channels_.emplace_back(channel, std::move(values)); }

  template <typename Scalar>
  void put(const Layout& layout, Scalar* y) const {
    for (const auto& [channel, values] : channels_) {
      const double* next = values.data();
      for_each_value(layout, channel, [&](Index at) { y[at] = static_cast<Scalar>(*next++); });
    }
  }

 private:
  std::vector<std::pair<Index, Eigen::ArrayXd>> channels_;
};

/// Whether a pass has far channels at all: the doubles it computes in have range to spare where data are
/// floats.
template <typename Scalar, typename Lane>
inline constexpr bool may_be_far = std::is_same_v<Scalar, Lane>;

/// Numbers beyond it have products and sums that may leave the range of the lanes.
template <typename Lane>
inline constexpr double large = std::is_same_v<Lane, double> ? 0x1p900 : 0x1p90;

/// What is added to such products without leaving it: any double, but not any float.
template <typename Lane>
inline constexpr double most_added = std::is_same_v<Lane, double> ? std::numeric_limits<double>::infinity()
                                                                  : large<float>;

/// Neither near the largest number nor near 0.
template <typename Lane>
bool is_ordinary(double number) {
  return std::abs(number) > 1 / large<Lane> && std::abs(number) < large<Lane>;
}

/// Whether the product of a channel's constants could leave the range of the lanes, so that their order
/// counts.
template <typename Lane>
bool is_far(const Normalizer& normalizer, double gamma, Index c) {
  const double scale = std::abs(gamma * normalizer.invstd(c));
  return normalizer.exponent(c) != 0 || scale > large<Lane> || (scale < 1 / large<Lane> && gamma != 0) ||
         std::abs(gamma) > large<Lane> || std::abs(normalizer.mean(c)) > most_added<Lane>;
}

inline bool any_is_scaled(const Exponents& exponents) {
  int any = 0;
  for (const int exponent : exponents) any |= exponent;
  return any != 0;
}

/// A first test for all channels at once, as they come by: whether any may be far.
template <typename Lane>
class Test {
 public:
  /// Factors are far near either end of the range, other numbers near the largest.
  template <typename... V>
  void add_factors(const V&... values) {
    (factors_.add(passes::magnitude(values)), ...);
  }
  template <typename... V>
  void add(const V&... values) {
    (others_.add(passes::magnitude(values)), ...);
  }
  bool none_is_far() const {
    return factors_.is_finite() && factors_.least() > 1 / large<Lane> && factors_.most() < large<Lane> &&
           others_.is_finite() && others_.most() < most_added<Lane>;
  }

 private:
  passes::Range factors_, others_;
};

/// x - mean = (x - high) - rest, high being the mean as the lanes hold it, which has been stored there.
template <typename Lane, typename V>
V rest_of_mean(const V& mean, const V& residual, const Lane* high) {
  if constexpr (std::is_same_v<Lane, double>) return residual;
  return (mean - passes::load<V>(high)) + residual;
}

/// x - mean of a channel taken out, scaled as the normalizer is.
template <typename Scalar>
Eigen::ArrayXd deviations_of(const Layout& layout, const Scalar* x, const Normalizer& normalizer,
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
