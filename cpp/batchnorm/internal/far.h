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
template <typename Lane, typename V>
auto is_ordinary(const V& number) {
  const V size = passes::magnitude(number);
  return (size > 1 / large<Lane>)&(size < large<Lane>);
}

/// Whether the product of the channels' constants could leave the range of the lanes, so that their order
/// counts; `of` as in passes::for_channels.
template <typename Lane, typename Of>
auto is_far(const Normalizer& normalizer, const Channels& gamma, const Of& of) {
  const auto scale = passes::magnitude(of(gamma) * of(normalizer.invstd));
  return (of(normalizer.exponent) != 0) | (scale > large<Lane>) |
         ((scale < 1 / large<Lane>)&(of(gamma) != 0)) | (passes::magnitude(of(gamma)) > large<Lane>) |
         (passes::magnitude(of(normalizer.mean)) > most_added<Lane>);
}

/// visit(channel) for every channel for which is_far(of) holds.
template <typename IsFar, typename Visit>
void for_each_far(Index channels, const IsFar& is_far, const Visit& visit) {
  passes::for_channels(channels, [&](Index first, const auto& of) {
    passes::for_each_lane(is_far(of), [&](Index lane) { visit(first + lane); });
  });
}

/// x - mean = (x - high) - rest, high being the mean as the lanes hold it.
template <typename Lane>
Channels rest_of_mean(const Normalizer& normalizer) {
  if constexpr (std::is_same_v<Lane, double>) return normalizer.mean_residual;
  const Channels& mean = normalizer.mean;
  return (mean - mean.cast<float>().cast<double>()) + normalizer.mean_residual;
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
