#include "batchnorm/backward.h"

#include <cmath>

#include "batchnorm/internal/far.h"
#include "batchnorm/internal/passes.h"

namespace batchnorm {

namespace {

using passes::load;
using passes::Part;
using passes::store;
using passes::Terms;

/// (sum dy, sum dy (x - mean)).
template <typename Scalar, typename Lane>
struct BlockSums {
  static constexpr Index tensors = 2;
  const Scalar *dy, *x;
  const Lane* mean;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [dy = dy, x = x, mean = pick(mean)](Index k) {
      const V of_dy = load<V>(dy + k), d = load<V>(x + k) - mean;
      return Terms<V>{of_dy, of_dy * d};
    };
  }
};

/// dx = scale (dy - mean_dy - (x - mean) slope).
template <typename Scalar, typename Lane>
struct InputGradient {
  static constexpr Index tensors = 3;
  const Scalar *dy, *x;
  Scalar* dx;
  const Lane *mean, *mean_dy, *slope, *scale;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [dy = dy, x = x, dx = dx, mean = pick(mean), mean_dy = pick(mean_dy), slope = pick(slope),
            scale = pick(scale)](Index k) {
      const V d = load<V>(x + k) - mean;
      store(dx + k, scale * (load<V>(dy + k) - mean_dy - d * slope));
    };
  }
};

/// dx = dy scale.
template <typename Scalar, typename Lane>
struct FrozenGradient {
  static constexpr Index tensors = 2;
  const Scalar* dy;
  Scalar* dx;
  const Lane* scale;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [dy = dy, dx = dx, scale = pick(scale)](Index k) { store(dx + k, load<V>(dy + k) * scale); };
  }
};

/// The sums of each channel: of dy, and of dy (x - mean).
struct Sums {
  Channels dy, dy_d;
};

/// Sums of double data are compensated: their rounding errors are kept. Sums of float data in double need no
/// compensation.
template <typename Lane, typename Scalar>
Sums plain_sums(const Layout& layout, const Scalar* dy, const Scalar* x, const Normalizer& normalizer) {
  constexpr bool with_residual = std::is_same_v<Lane, double>;
  Sums sums{Channels::Zero(layout.channels), Channels::Zero(layout.channels)};
  passes::Rows<Lane, 1> mean_of_channels(1, layout.channels);
  Lane* const means = mean_of_channels.data();
  passes::for_channels(
      layout.channels, [&](Index c, const auto& mean) { store(means + c, mean); }, normalizer.mean);
  for (const Part& part : passes::parts_of(layout)) {
    const passes::OfStates mean(part, mean_of_channels);
    passes::Rows<double, with_residual ? 4 : 2> totals(with_residual ? 4 : 2, part.states());
    totals.setZero();
    double *a = totals.row(0).data(), *b = totals.row(1).data();
    const auto add = [&](Index state, Index states, Index, Index, const double* block_a,
                         const double* block_b) {
      passes::for_each_strip<double>(states, [&](Index k, auto zero) {
        using V = decltype(zero);
        const auto grow = [&](double* total, const double* block) {
          if constexpr (with_residual) {
            const auto sum = passes::exact_sum(load<V>(total + state + k), load<V>(block + k));
            double* const residual = total + 2 * part.states();
            store(total + state + k, sum.sum);
            store(residual + state + k, load<V>(residual + state + k) + sum.error);
          } else {
            store(total + state + k, load<V>(total + state + k) + load<V>(block + k));
          }
        };
        grow(a, block_a);
        grow(b, block_b);
      });
      return false;
    };
    passes::reduce<Scalar, Lane>(part, BlockSums<Scalar, Lane>{dy, x, mean.row(0)}, add);
    if constexpr (with_residual) totals.template topRows<2>() += totals.template bottomRows<2>();
    passes::add_to_channels(part, a, sums.dy.data());
    passes::add_to_channels(part, b, sums.dy_d.data());
  }
  double* const dy_d = sums.dy_d.data();
  passes::for_channels(
      layout.channels,
      [&](Index c, const auto& sum_dy, const auto& sum_dy_d, const auto& mean, const auto& mean_residual) {
        store(dy_d + c, sum_dy_d - far::rest_of_mean(mean, mean_residual, means + c) * sum_dy);
      },
      sums.dy, sums.dy_d, normalizer.mean, normalizer.mean_residual);
  return sums;
}

/// Whether sums overflow, or are so small that they may have lost digits.
template <typename Lane>
bool are_far(double dy, double dy_d) {
  return !std::isfinite(std::abs(dy) + std::abs(dy_d)) || std::abs(dy_d) < 1 / far::large<Lane>;
}

/// The sums of one far channel (internal/far.h), of dy and of dy (x - mean), for values of any magnitude.
struct FarSums {
  far::Scaled dy, dy_d;
};

template <typename Scalar>
FarSums far_sums(const Layout& layout, const Scalar* dy, const Scalar* x, const Normalizer& normalizer,
                 Index channel) {
  const far::Ranged upstream = far::ranged(far::values_of(layout, dy, channel, 0));
  const far::Ranged d = far::ranged(far::deviations_of(layout, x, normalizer, channel));
  const Channels zero = Channels::Zero(1);
  const Sums sums = plain_sums<double>({1, 1, layout.m()}, upstream.values.data(), d.values.data(),
                                       {zero, zero, zero, zero, {}});
  return {{sums.dy(0), upstream.exponent}, {sums.dy_d(0), upstream.exponent + d.exponent}};
}

template <typename Lane, typename Scalar>
GradientSums gradient_sums_any(const Layout& layout, Span<const Scalar> dy, Span<const Scalar> x,
                               const Normalizer& normalizer) {
  Sums sums = plain_sums<Lane>(layout, dy.data, x.data, normalizer);
  GradientSums result{layout.m(), std::move(sums.dy), Channels(layout.channels),
                      Exponents::Zero(layout.channels), Exponents::Zero(layout.channels)};
  double* const dy_x_hat = result.dy_x_hat.data();
  far::Test<Lane> test;
  passes::for_channels(
      layout.channels,
      [&](Index c, const auto& sum_dy, const auto& sum_dy_d, const auto& invstd) {
        const auto dgamma = sum_dy_d * invstd;
        store(dy_x_hat + c, dgamma);
        test.add_factors(sum_dy_d);
        test.add(sum_dy, dgamma);
      },
      result.dy, sums.dy_d, normalizer.invstd);
  if (!far::may_be_far<Scalar, Lane> || layout.outer == 0) return result;
  if (test.none_is_far() && !far::any_is_scaled(normalizer.exponent)) return result;
  for (Index c = 0; c < layout.channels; ++c) {
    if (!are_far<Lane>(result.dy(c), sums.dy_d(c)) && normalizer.exponent(c) == 0 &&
        std::isfinite(result.dy_x_hat(c)))
      continue;
    const FarSums far = far_sums(layout, dy.data, x.data, normalizer, c);
    const auto of_x_hat = far::scaled_product(far.dy_d.value, {normalizer.invstd(c)}, far.dy_d.exponent);
    result.dy(c) = far.dy.value;
    result.dy_exponent(c) = far.dy.exponent;
    result.dy_x_hat(c) = of_x_hat.value;
    result.dy_x_hat_exponent(c) = of_x_hat.exponent;
  }
  return result;
}

ParameterGradients parameter_gradients(GradientSums sums) {
  ParameterGradients gradients{std::move(sums.dy_x_hat), std::move(sums.dy)};
  if (!far::any_is_scaled(sums.dy_exponent) && !far::any_is_scaled(sums.dy_x_hat_exponent)) return gradients;
  for (Index c = 0; c < gradients.dbeta.size(); ++c) {
    if (sums.dy_exponent(c) == 0 && sums.dy_x_hat_exponent(c) == 0) continue;
    gradients.dgamma(c) = std::ldexp(gradients.dgamma(c), sums.dy_x_hat_exponent(c));
    gradients.dbeta(c) = std::ldexp(gradients.dbeta(c), sums.dy_exponent(c));
  }
  return gradients;
}

template <typename Scalar>
Eigen::ArrayXd far_dx(const Layout& layout, const Scalar* dy, const Scalar* x, const Normalizer& normalizer,
                      const GradientSums& sums, double m, double gamma, Index c) {
  const far::Ranged upstream = far::ranged(far::values_of(layout, dy, c, 0));
  const far::Ranged d = far::ranged(far::deviations_of(layout, x, normalizer, c));
  const double invstd = normalizer.invstd(c);
  const double mean_dy = std::ldexp(sums.dy(c) / m, sums.dy_exponent(c) - upstream.exponent);
  const double slope = far::product(sums.dy_x_hat(c) / m, {invstd},
                                    sums.dy_x_hat_exponent(c) - upstream.exponent + d.exponent);
  const Eigen::ArrayXd direct = (upstream.values - mean_dy) - d.values * slope;
  const int exponent = upstream.exponent - normalizer.exponent(c);
  return direct.unaryExpr([&](double value) { return far::product(value, {invstd, gamma}, exponent); });
}

template <typename Scalar>
void require_sizes_of_shard(const Layout& layout, Span<const Scalar> dy, Span<const Scalar> x,
                            const Normalizer& normalizer) {
  require_size_of_shard("x", x.size, layout);
  require_size_of_shard("dy", dy.size, layout);
  far::require_normalizer(normalizer, layout.channels);
}

template <typename Lane, typename Scalar>
void input_gradient(const Layout& layout, Span<const Scalar> dy, Span<const Scalar> x,
                    const Normalizer& normalizer, const Channels& given_gamma, const GradientSums& sums,
                    Span<Scalar> dx) {
  require_size_of_shard("dx", dx.size, layout);
  require_channels_or_none("gamma", given_gamma, layout.channels);
  const OrDefault or_ones(given_gamma, 1, layout.channels);
  const Channels& gammas = or_ones;
  const double m = static_cast<double>(sums.count);
  passes::Rows<Lane, 4> constants(4, layout.channels);
  Lane *const means = constants.row(0).data(), *const means_dy = constants.row(1).data(),
              *const slopes = constants.row(2).data(), *const scales = constants.row(3).data();
  far::Test<Lane> test;
  passes::for_channels(
      layout.channels,
      [&](Index c, const auto& mean, const auto& mean_residual, const auto& invstd, const auto& gamma,
          const auto& sum_dy, const auto& sum_dy_x_hat) {
        const auto slope = sum_dy_x_hat / m * invstd, scale = gamma * invstd;
        store(means + c, mean);
        // The rounding error of the mean is corrected in the mean of dy, once for all values.
        const auto mean_dy = sum_dy / m - far::rest_of_mean(mean, mean_residual, means + c) * slope;
        store(means_dy + c, mean_dy);
        store(slopes + c, slope);
        store(scales + c, scale);
        test.add_factors(gamma, slope, scale);
        test.add(mean, mean_dy);
      },
      normalizer.mean, normalizer.mean_residual, normalizer.invstd, gammas, sums.dy, sums.dy_x_hat);

  far::Repair repair;
  const bool any_is_scaled = far::any_is_scaled(normalizer.exponent) ||
                             far::any_is_scaled(sums.dy_exponent) ||
                             far::any_is_scaled(sums.dy_x_hat_exponent);
  if (far::may_be_far<Scalar, Lane> && layout.outer > 0 && (any_is_scaled || !test.none_is_far())) {
    for (Index c = 0; c < layout.channels; ++c) {
      if (far::is_far<Lane>(normalizer, gammas(c), c) || sums.dy_exponent(c) != 0 ||
          sums.dy_x_hat_exponent(c) != 0 || !far::is_ordinary<Lane>(slopes[c]) ||
          std::abs(means_dy[c]) > far::most_added<Lane>)
        repair.add(c, far_dx(layout, dy.data, x.data, normalizer, sums, m, gammas(c), c));
    }
  }
  for (const Part& part : passes::parts_of(layout)) {
    const passes::OfStates of_states(part, constants);
    passes::map<Scalar, Lane>(
        part, InputGradient<Scalar, Lane>{dy.data, x.data, dx.data, of_states.row(0), of_states.row(1),
                                          of_states.row(2), of_states.row(3)});
  }
  repair.put(layout, dx.data);
}

template <typename Lane, typename Scalar>
ParameterGradients backward_train_any(const Layout& layout, Span<const Scalar> dy, Span<const Scalar> x,
                                      const BatchStatistics& statistics, const Channels& gamma,
                                      Span<Scalar> dx) {
  require_size("x", x.size, layout);
  require_sizes_of_shard(layout, dy, x, statistics.normalizer);
  if (statistics.m != layout.m()) {
    refuse("statistics",
           "those of x, of " + in_words(layout.m()) + " values a channel (backward_shard takes a shard)",
           "those of " + in_words(statistics.m));
  }
  GradientSums sums = gradient_sums_any<Lane>(layout, dy, x, statistics.normalizer);
  input_gradient<Lane>(layout, dy, x, statistics.normalizer, gamma, sums, dx);
  return parameter_gradients(std::move(sums));
}

/// Throws std::invalid_argument for sums that no batch can have.
void require_sums(const GradientSums& sums, Index channels) {
  if (sums.count < 0 || sums.count > most_values)
    refuse("count", "0 to " + in_words(most_values) + " values a channel", sums.count);
  require_channels("dy", sums.dy, channels);
  require_channels("dy_x_hat", sums.dy_x_hat, channels);
  require_exponents("dy_exponent", sums.dy_exponent, channels);
  require_exponents("dy_x_hat_exponent", sums.dy_x_hat_exponent, channels);
}

template <typename Lane, typename Scalar>
ParameterGradients backward_shard_any(const Layout& layout, Span<const Scalar> dy, Span<const Scalar> x,
                                      const BatchStatistics& statistics, const Channels& gamma,
                                      const GradientSums& sums, Span<Scalar> dx) {
  require_sizes_of_shard(layout, dy, x, statistics.normalizer);
  require_sums(sums, layout.channels);
  if (statistics.m < layout.m()) {
    refuse("statistics", "those of the whole batch, of " + in_words(layout.m()) + " values a channel or more",
           "those of " + in_words(statistics.m));
  }
  if (sums.count != statistics.m) {
    refuse("sums",
           "those of all shards, of " + in_words(statistics.m) + " values a channel as the statistics are",
           "those of " + in_words(sums.count));
  }
  input_gradient<Lane>(layout, dy, x, statistics.normalizer, gamma, sums, dx);
  return parameter_gradients(sums);
}

template <typename Lane, typename Scalar>
FrozenGradients backward_frozen_any(const Layout& layout, Span<const Scalar> dy, Span<const Scalar> x,
                                    const Channels& given_gamma, const Channels& running_mean,
                                    const Channels& running_var, double eps, Span<Scalar> dx) {
  require_size("x", x.size, layout);
  require_size("dy", dy.size, layout);
  require_size("dx", dx.size, layout);
  require_channels_or_none("gamma", given_gamma, layout.channels);
  require_channels("running_mean", running_mean, layout.channels);
  require_channels("running_var", running_var, layout.channels);
  const Normalizer normalizer = inference_normalizer(running_mean, running_var, eps);
  const OrDefault or_ones(given_gamma, 1, layout.channels);
  const Channels& gamma = or_ones;
  const Sums sums = plain_sums<Lane>(layout, dy.data, x.data, normalizer);
  const Channels scale =
      Channels::NullaryExpr(layout.channels, [&](Index c) { return gamma(c) * normalizer.invstd(c); });
  FrozenGradients gradients{{sums.dy_d * normalizer.invstd, sums.dy}, -scale * sums.dy, {}};
  gradients.dvar = -0.5 * gradients.dgamma * scale * normalizer.invstd;
  for (Index c = 0; c < layout.channels; ++c) {
    // This far from overflow and underflow, no intermediate product can have suffered either.
    const double size = std::abs(gradients.dvar(c));
    if (size > 0x1p-500 && size < 0x1p500 && !are_far<Lane>(sums.dy(c), sums.dy_d(c)) &&
        !far::is_far<Lane>(normalizer, gamma(c), c))
      continue;
    const double invstd = normalizer.invstd(c);
    FarSums of_channel{{sums.dy(c), 0}, {sums.dy_d(c), 0}};
    if (far::may_be_far<Scalar, Lane> && are_far<Lane>(sums.dy(c), sums.dy_d(c))) {
      of_channel = far_sums(layout, dy.data, x.data, normalizer, c);
      gradients.dgamma(c) = far::product(of_channel.dy_d.value, {invstd}, of_channel.dy_d.exponent);
      gradients.dbeta(c) = std::ldexp(of_channel.dy.value, of_channel.dy.exponent);
    }
    const auto& [of_dy, of_dy_d] = of_channel;
    gradients.dmean(c) = -far::product(of_dy.value, {gamma(c), invstd}, of_dy.exponent);
    gradients.dvar(c) =
        -far::product(of_dy_d.value, {gamma(c), invstd, invstd, invstd}, of_dy_d.exponent - 1);
  }
  far::Repair repair;
  if constexpr (far::may_be_far<Scalar, Lane>) {
    for (Index c = 0; c < layout.channels; ++c) {
      if (!far::is_far<Lane>(normalizer, gamma(c), c)) continue;
      const auto dx_of = [&](double each) { return far::product(each, {normalizer.invstd(c), gamma(c)}, 0); };
      repair.add(c, far::values_of(layout, dy.data, c, 0).unaryExpr(dx_of));
    }
  }
  const passes::Rows<Lane, 1> constants = scale.cast<Lane>();
  for (const Part& part : passes::parts_of(layout)) {
    const passes::OfStates of_states(part, constants);
    passes::map<Scalar, Lane>(part, FrozenGradient<Scalar, Lane>{dy.data, dx.data, of_states.row(0)});
  }
  repair.put(layout, dx.data);
  return gradients;
}

}  // namespace

ParameterGradients backward_train(const Layout& layout, Span<const double> dy, Span<const double> x,
                                  const BatchStatistics& statistics, const Channels& gamma, Span<double> dx,
                                  Accuracy) {
  return backward_train_any<double>(layout, dy, x, statistics, gamma, dx);
}
ParameterGradients backward_train(const Layout& layout, Span<const float> dy, Span<const float> x,
                                  const BatchStatistics& statistics, const Channels& gamma, Span<float> dx,
                                  Accuracy accuracy) {
  return accuracy == Accuracy::fast ? backward_train_any<float>(layout, dy, x, statistics, gamma, dx)
                                    : backward_train_any<double>(layout, dy, x, statistics, gamma, dx);
}

GradientSums gradient_sums(const Layout& layout, Span<const double> dy, Span<const double> x,
                           const BatchStatistics& statistics, Accuracy) {
  require_sizes_of_shard(layout, dy, x, statistics.normalizer);
  return gradient_sums_any<double>(layout, dy, x, statistics.normalizer);
}
GradientSums gradient_sums(const Layout& layout, Span<const float> dy, Span<const float> x,
                           const BatchStatistics& statistics, Accuracy accuracy) {
  require_sizes_of_shard(layout, dy, x, statistics.normalizer);
  return accuracy == Accuracy::fast ? gradient_sums_any<float>(layout, dy, x, statistics.normalizer)
                                    : gradient_sums_any<double>(layout, dy, x, statistics.normalizer);
}

GradientSums merge(const GradientSums& a, const GradientSums& b) {
  const Index channels = a.dy.size();
  require_sums(a, channels);
  require_sums(b, channels);
  if (a.count + b.count > most_values)
    refuse("count", "at most " + in_words(most_values) + " values a channel in both", a.count + b.count);
  GradientSums result{a.count + b.count, Channels(channels), Channels(channels), Exponents(channels),
                      Exponents(channels)};
  for (Index c = 0; c < channels; ++c) {
    const auto dy = far::scaled_sum({a.dy(c), a.dy_exponent(c)}, {b.dy(c), b.dy_exponent(c)});
    const auto dy_x_hat =
        far::scaled_sum({a.dy_x_hat(c), a.dy_x_hat_exponent(c)}, {b.dy_x_hat(c), b.dy_x_hat_exponent(c)});
    result.dy(c) = dy.value;
    result.dy_exponent(c) = dy.exponent;
    result.dy_x_hat(c) = dy_x_hat.value;
    result.dy_x_hat_exponent(c) = dy_x_hat.exponent;
  }
  return result;
}

ParameterGradients backward_shard(const Layout& layout, Span<const double> dy, Span<const double> x,
                                  const BatchStatistics& statistics, const Channels& gamma,
                                  const GradientSums& sums, Span<double> dx, Accuracy) {
  return backward_shard_any<double>(layout, dy, x, statistics, gamma, sums, dx);
}
ParameterGradients backward_shard(const Layout& layout, Span<const float> dy, Span<const float> x,
                                  const BatchStatistics& statistics, const Channels& gamma,
                                  const GradientSums& sums, Span<float> dx, Accuracy accuracy) {
  return accuracy == Accuracy::fast ? backward_shard_any<float>(layout, dy, x, statistics, gamma, sums, dx)
                                    : backward_shard_any<double>(layout, dy, x, statistics, gamma, sums, dx);
}

FrozenGradients backward_frozen(const Layout& layout, Span<const double> dy, Span<const double> x,
                                const Channels& gamma, const Channels& running_mean,
                                const Channels& running_var, double eps, Span<double> dx, Accuracy) {
  return backward_frozen_any<double>(layout, dy, x, gamma, running_mean, running_var, eps, dx);
}
FrozenGradients backward_frozen(const Layout& layout, Span<const float> dy, Span<const float> x,
                                const Channels& gamma, const Channels& running_mean,
                                const Channels& running_var, double eps, Span<float> dx, Accuracy accuracy) {
  return accuracy == Accuracy::fast
             ? backward_frozen_any<float>(layout, dy, x, gamma, running_mean, running_var, eps, dx)
             : backward_frozen_any<double>(layout, dy, x, gamma, running_mean, running_var, eps, dx);
}

}  // namespace batchnorm
