#include "batchnorm/backward.h"

#include <cmath>

#include "batchnorm/internal/far.h"
#include "batchnorm/internal/passes.h"

namespace batchnorm {

namespace {

using passes::load;
using passes::Part;
using passes::store;

/// (sum dy, sum dy (x - mean)).
template <typename Scalar>
struct BlockSums {
  const Scalar *dy, *x;
  const double* mean;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [dy = dy, x = x, mu = pick(mean)](Index k, V& sum, V& product) {
      const V upstream = load<V>(dy + k);
      sum += upstream;
      product += upstream * (load<V>(x + k) - mu);
    };
  }
};

/// dx = scale (dy - mean_dy - (x - mean) slope).
template <typename Scalar>
struct InputGradient {
  const Scalar *dy, *x;
  Scalar* dx;
  const double *mean, *mean_dy, *slope, *scale;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [dy = dy, x = x, dx = dx, mu = pick(mean), mean_of_dy = pick(mean_dy), b = pick(slope),
            a = pick(scale)](Index k) {
      store(dx + k, ((load<V>(dy + k) - mean_of_dy) - (load<V>(x + k) - mu) * b) * a);
    };
  }
};

/// dx = dy scale.
template <typename Scalar>
struct FrozenGradient {
  const Scalar* dy;
  Scalar* dx;
  const double* scale;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [dy = dy, dx = dx, a = pick(scale)](Index k) { store(dx + k, load<V>(dy + k) * a); };
  }
};

/// The sums of each channel: of dy, and of dy (x - mean).
struct Sums {
  Channels dy, dy_d;
};

template <typename Scalar>
Sums plain_sums(const Layout& layout, const Scalar* dy, const Scalar* x, const Normalizer& normalizer) {
  Sums sums{Channels::Zero(layout.channels), Channels::Zero(layout.channels)};
  for (const Part& part : passes::parts_of(layout)) {
    const passes::Rows<1> mean = passes::of_states(part, normalizer.mean);
    passes::Rows<4> totals = passes::Rows<4>::Zero(4, part.states());
    double *a = totals.row(0).data(), *b = totals.row(1).data(), *a_residual = totals.row(2).data(),
           *b_residual = totals.row(3).data();
    const auto grow = [](double* total, double* residual, double block) {
      const auto sum = passes::exact_sum(*total, block);
      *total = sum.sum;
      *residual += sum.error;
    };
    const auto add = [&](Index state, Index states, Index, const double* block_a, const double* block_b) {
      for (Index k = 0; k < states; ++k) {
        grow(a + state + k, a_residual + state + k, block_a[k]);
        grow(b + state + k, b_residual + state + k, block_b[k]);
      }
      return false;
    };
    passes::reduce<Scalar>(part, BlockSums<Scalar>{dy, x, mean.data()}, add);
    passes::for_each_state(part, [&](Index state, Index channel) {
      sums.dy(channel) += a[state] + a_residual[state];
      sums.dy_d(channel) += b[state] + b_residual[state];
    });
  }
  sums.dy_d -= normalizer.mean_residual * sums.dy;
  return sums;
}

/// Whether a channel's sums overflow, or are so small that they may have lost digits.
bool are_far(const Sums& sums, Index channel) {
  const double size = std::abs(sums.dy(channel)) + std::abs(sums.dy_d(channel));
  return !std::isfinite(size) || std::abs(sums.dy_d(channel)) < 0x1p-900;
}

/// The sums of one channel taken out, for numbers of any size: of dy, and of dy (x - mean).
struct FarSums {
  far::Scaled dy, dy_d;
};

FarSums far_sums(const Layout& layout, const double* dy, const double* x, const Normalizer& normalizer,
                 Index channel) {
  const far::Ranged upstream = far::ranged(far::values_of(layout, dy, channel, 0));
  const far::Ranged d = far::ranged(far::deviations_of(layout, x, normalizer, channel));
  const Channels zero = Channels::Zero(1);
  const Sums sums =
      plain_sums({1, 1, layout.m()}, upstream.values.data(), d.values.data(), {zero, zero, zero, zero, {}});
  return {{sums.dy(0), upstream.exponent}, {sums.dy_d(0), upstream.exponent + d.exponent}};
}

template <typename Scalar>
GradientSums gradient_sums_any(const Layout& layout, Span<const Scalar> dy, Span<const Scalar> x,
                               const Normalizer& normalizer) {
  const Sums sums = plain_sums(layout, dy.data, x.data, normalizer);
  const Exponents zeros = Exponents::Zero(layout.channels);
  GradientSums result{layout.m(), sums.dy, sums.dy_d * normalizer.invstd, zeros, zeros};
  if constexpr (std::is_same_v<Scalar, double>) {
    for (Index c = 0; c < layout.channels && layout.outer > 0; ++c) {
      const bool is_ordinary = !are_far(sums, c) && normalizer.exponent(c) == 0;
      if (is_ordinary && std::isfinite(result.dy_x_hat(c))) continue;
      const FarSums far = far_sums(layout, dy.data, x.data, normalizer, c);
      const auto of_x_hat = far::scaled_product(far.dy_d.value, {normalizer.invstd(c)}, far.dy_d.exponent);
      result.dy(c) = far.dy.value;
      result.dy_exponent(c) = far.dy.exponent;
      result.dy_x_hat(c) = of_x_hat.value;
      result.dy_x_hat_exponent(c) = of_x_hat.exponent;
    }
  }
  return result;
}

ParameterGradients parameter_gradients(const GradientSums& sums) {
  ParameterGradients gradients{sums.dy_x_hat, sums.dy};
  for (Index c = 0; c < sums.dy.size(); ++c) {
    if (sums.dy_exponent(c) == 0 && sums.dy_x_hat_exponent(c) == 0) continue;
    gradients.dgamma(c) = std::ldexp(sums.dy_x_hat(c), sums.dy_x_hat_exponent(c));
    gradients.dbeta(c) = std::ldexp(sums.dy(c), sums.dy_exponent(c));
  }
  return gradients;
}

Eigen::ArrayXd far_dx(const Layout& layout, const double* dy, const double* x, const Normalizer& normalizer,
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

template <typename Scalar>
void input_gradient(const Layout& layout, Span<const Scalar> dy, Span<const Scalar> x,
                    const Normalizer& normalizer, const Channels& given_gamma, const GradientSums& sums,
                    Span<Scalar> dx) {
  require_size_of_shard("dx", dx.size, layout);
  require_channels_or_none("gamma", given_gamma, layout.channels);
  const Channels gamma = or_default(given_gamma, 1, layout.channels);
  const double m = static_cast<double>(sums.count);
  const Channels slope = sums.dy_x_hat / m * normalizer.invstd;
  const Channels scale = gamma * normalizer.invstd;
  // What the rounding of the mean left joins the mean of dy.
  const Channels mean_dy = sums.dy / m - normalizer.mean_residual * slope;

  std::vector<std::pair<Index, Eigen::ArrayXd>> taken_out;
  if constexpr (std::is_same_v<Scalar, double>) {
    for (Index c = 0; c < layout.channels && layout.outer > 0; ++c) {
      const bool is_ordinary =
          sums.dy_exponent(c) == 0 && sums.dy_x_hat_exponent(c) == 0 && !far::is_far(normalizer, c, gamma(c));
      if (is_ordinary && std::isfinite(slope(c)) && std::abs(slope(c)) > 0x1p-900) continue;
      taken_out.emplace_back(c, far_dx(layout, dy.data, x.data, normalizer, sums, m, gamma(c), c));
    }
  }

  for (const Part& part : passes::parts_of(layout)) {
    const passes::Rows<4> states = passes::of_states(part, normalizer.mean, mean_dy, slope, scale);
    passes::map<Scalar>(
        part, InputGradient<Scalar>{dy.data, x.data, dx.data, states.row(0).data(), states.row(1).data(),
                                    states.row(2).data(), states.row(3).data()});
  }
  if constexpr (std::is_same_v<Scalar, double>) {
    for (const auto& [channel, values] : taken_out) far::put_values(layout, values, channel, dx.data);
  }
}

template <typename Scalar>
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
  const GradientSums sums = gradient_sums_any(layout, dy, x, statistics.normalizer);
  input_gradient(layout, dy, x, statistics.normalizer, gamma, sums, dx);
  return parameter_gradients(sums);
}

/// Throws std::invalid_argument for what is no sum over a batch.
void require_sums(const GradientSums& sums, Index channels) {
  if (sums.count < 0 || sums.count > most_values)
    refuse("count", "0 to " + in_words(most_values) + " values a channel", sums.count);
  require_channels("dy", sums.dy, channels);
  require_channels("dy_x_hat", sums.dy_x_hat, channels);
  require_exponents("dy_exponent", sums.dy_exponent, channels);
  require_exponents("dy_x_hat_exponent", sums.dy_x_hat_exponent, channels);
}

template <typename Scalar>
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
  input_gradient(layout, dy, x, statistics.normalizer, gamma, sums, dx);
  return parameter_gradients(sums);
}

template <typename Scalar>
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
  const Channels gamma = or_default(given_gamma, 1, layout.channels);
  const Sums sums = plain_sums(layout, dy.data, x.data, normalizer);
  const Channels scale = gamma * normalizer.invstd;
  FrozenGradients gradients{{sums.dy_d * normalizer.invstd, sums.dy}, -scale * sums.dy, {}};
  gradients.dvar = -0.5 * gradients.dgamma * scale * normalizer.invstd;
  for (Index c = 0; c < layout.channels; ++c) {
    // Far enough from either end of the range of doubles, no product on the way can have left it.
    const double size = std::abs(gradients.dvar(c));
    const bool in_range = 0x1p-500 < size && size < 0x1p500;
    if (in_range && !are_far(sums, c) && !far::is_far(normalizer, c, gamma(c))) continue;
    const double invstd = normalizer.invstd(c);
    FarSums of_channel{{sums.dy(c), 0}, {sums.dy_d(c), 0}};
    if constexpr (std::is_same_v<Scalar, double>) {
      if (are_far(sums, c)) {
        of_channel = far_sums(layout, dy.data, x.data, normalizer, c);
        gradients.dgamma(c) = far::product(of_channel.dy_d.value, {invstd}, of_channel.dy_d.exponent);
        gradients.dbeta(c) = std::ldexp(of_channel.dy.value, of_channel.dy.exponent);
      }
    }
    const auto& [of_dy, of_dy_d] = of_channel;
    gradients.dmean(c) = -far::product(of_dy.value, {gamma(c), invstd}, of_dy.exponent);
    gradients.dvar(c) =
        -far::product(of_dy_d.value, {gamma(c), invstd, invstd, invstd}, of_dy_d.exponent - 1);
  }
  std::vector<std::pair<Index, Eigen::ArrayXd>> taken_out;
  if constexpr (std::is_same_v<Scalar, double>) {
    for (Index c = 0; c < layout.channels; ++c) {
      if (!far::is_far(normalizer, c, gamma(c))) continue;
      const auto dx_of = [&](double each) { return far::product(each, {normalizer.invstd(c), gamma(c)}, 0); };
      taken_out.emplace_back(c, far::values_of(layout, dy.data, c, 0).unaryExpr(dx_of));
    }
  }
  for (const Part& part : passes::parts_of(layout)) {
    const passes::Rows<1> scales = passes::of_states(part, scale);
    passes::map<Scalar>(part, FrozenGradient<Scalar>{dy.data, dx.data, scales.data()});
  }
  if constexpr (std::is_same_v<Scalar, double>) {
    for (const auto& [channel, values] : taken_out) far::put_values(layout, values, channel, dx.data);
  }
  return gradients;
}

}  // namespace

ParameterGradients backward_train(const Layout& layout, Span<const double> dy, Span<const double> x,
                                  const BatchStatistics& statistics, const Channels& gamma, Span<double> dx) {
  return backward_train_any(layout, dy, x, statistics, gamma, dx);
}
ParameterGradients backward_train(const Layout& layout, Span<const float> dy, Span<const float> x,
                                  const BatchStatistics& statistics, const Channels& gamma, Span<float> dx) {
  return backward_train_any(layout, dy, x, statistics, gamma, dx);
}

GradientSums gradient_sums(const Layout& layout, Span<const double> dy, Span<const double> x,
                           const BatchStatistics& statistics) {
  require_sizes_of_shard(layout, dy, x, statistics.normalizer);
  return gradient_sums_any(layout, dy, x, statistics.normalizer);
}
GradientSums gradient_sums(const Layout& layout, Span<const float> dy, Span<const float> x,
                           const BatchStatistics& statistics) {
  require_sizes_of_shard(layout, dy, x, statistics.normalizer);
  return gradient_sums_any(layout, dy, x, statistics.normalizer);
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
                                  const GradientSums& sums, Span<double> dx) {
  return backward_shard_any(layout, dy, x, statistics, gamma, sums, dx);
}
ParameterGradients backward_shard(const Layout& layout, Span<const float> dy, Span<const float> x,
                                  const BatchStatistics& statistics, const Channels& gamma,
                                  const GradientSums& sums, Span<float> dx) {
  return backward_shard_any(layout, dy, x, statistics, gamma, sums, dx);
}

FrozenGradients backward_frozen(const Layout& layout, Span<const double> dy, Span<const double> x,
                                const Channels& gamma, const Channels& running_mean,
                                const Channels& running_var, double eps, Span<double> dx) {
  return backward_frozen_any(layout, dy, x, gamma, running_mean, running_var, eps, dx);
}
FrozenGradients backward_frozen(const Layout& layout, Span<const float> dy, Span<const float> x,
                                const Channels& gamma, const Channels& running_mean,
                                const Channels& running_var, double eps, Span<float> dx) {
  return backward_frozen_any(layout, dy, x, gamma, running_mean, running_var, eps, dx);
}

}  // namespace batchnorm
