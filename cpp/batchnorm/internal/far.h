#pragma once
// Far channels: those whose values or constants are near overflow or underflow in the type that a pass
// computes in. They are computed one by one, in double and, where needed, scaled by a power of 2; the results
// of the other channels do not depend on them.

#include <algorithm>
#include <cmath>
#include <cstring>
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

/// A contiguous copy of the values of a channel, times 2^-exponent.
template <typename Scalar>
Eigen::ArrayXd values_of(const Layout& layout, const Scalar* x, Index channel, int exponent) {
  Eigen::ArrayXd values(layout.m());
  Index k = 0;
  for_each_value(layout, channel,
                 [&](Index at) { values(k++) = std::ldexp(static_cast<double>(x[at]), -exponent); });
  return values;
}

/// The results of far channels, which replace those of the ordinary pass: computed before it, as it may
/// overwrite its input, and stored after it.
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

/// Whether a pass can have far channels at all: it cannot where it computes float data in double.
template <typename Scalar, typename Lane>
inline constexpr bool may_be_far = std::is_same_v<Scalar, Lane>;

/// Products and sums of numbers beyond it may overflow; those of numbers below 1 / large, underflow.
template <typename Lane>
inline constexpr double large = std::is_same_v<Lane, double> ? 0x1p900 : 0x1p90;

/// The largest term that can be added to such products without overflow: any double, but not any float.
template <typename Lane>
inline constexpr double most_added = std::is_same_v<Lane, double> ? std::numeric_limits<double>::infinity()
                                                                  : large<float>;

/// Near neither overflow nor underflow.
template <typename Lane>
bool is_ordinary(double number) {
  return std::abs(number) > 1 / large<Lane> && std::abs(number) < large<Lane>;
}

/// Whether products of a channel's constants could overflow or underflow, so that the order of
/// multiplication matters.
template <typename Lane>
bool is_far(const Normalizer& normalizer, double gamma, Index c) {
  const double scale = std::abs(gamma * normalizer.invstd(c));
  return normalizer.exponent(c) != 0 || scale > large<Lane> || (scale < 1 / large<Lane> && gamma != 0) ||
         std::abs(gamma) > large<Lane> || std::abs(normalizer.mean(c)) > most_added<Lane>;
}

/// Whether any channel is scaled. Kept as one function: its copies would be a kilobyte of what the page
/// loads.
[[gnu::noinline]] inline bool any_is_scaled(const Exponents& exponents) {
  passes::IntLanes any{};
  passes::for_each_strip<int, passes::IntLanes>(exponents.size(), [&](Index c, auto zero) {
    any |= passes::load<decltype(zero)>(exponents.data() + c);
  });
  const passes::IntLanes none{};
  return std::memcmp(&any, &none, sizeof any) != 0;
}

/// A quick test over all channels together: whether any may be far. A sum that is not far has no term that
/// is.
template <typename Lane>
class Test {
 public:
  /// Factors are far near overflow and near underflow, other numbers near overflow only.
  template <typename... V>
  void add_factors(const V&... values) {
    (least_.add(passes::magnitude(values)), ...);
    (factors_.add(passes::magnitude(values)), ...);
  }
  template <typename... V>
  void add(const V&... values) {
    (others_.add(passes::magnitude(values)), ...);
  }
  bool none_is_far() const {
    return least_.value() > 1 / large<Lane> && factors_.value() < large<Lane> &&
           others_.value() < most_added<Lane>;
  }

 private:
  passes::Least least_;
  passes::Total factors_, others_;
};

/// The rest in x - mean = (x - high) - rest, where high is the mean rounded to Lane, as stored.
template <typename Lane, typename V>
V rest_of_mean(const V& mean, const V& residual, const Lane* high) {
  if constexpr (std::is_same_v<Lane, double>) return residual;
  return (mean - passes::load<V>(high)) + residual;
}

/// x - mean of one channel, scaled as the normalizer is.
template <typename Scalar>
Eigen::ArrayXd deviations_of(const Layout& layout, const Scalar* x, const Normalizer& normalizer,
                             Index channel) {
  const Eigen::ArrayXd values = values_of(layout, x, channel, normalizer.exponent(channel));
  return (values - normalizer.mean(channel)) - normalizer.mean_residual(channel);
}

/// A number of any magnitude: value * 2^exponent.
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
/// The same as a double, without overflow or underflow of intermediate products.
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
  // The sum of two doubles may overflow.
  const double half = sum_at(exponent + 1);
  return std::isfinite(sum) || !std::isfinite(half) ? Scaled{sum, exponent} : Scaled{half, exponent + 1};
}

/// An array, values * 2^exponent, scaled so that products of two values neither overflow nor underflow.
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
