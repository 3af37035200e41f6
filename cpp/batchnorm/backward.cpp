#include "batchnorm/backward.h"

#include <cmath>

#include "batchnorm/passes.h"

namespace batchnorm {

namespace {

using passes::load;
using passes::Part;
using passes::store;

/// (sum dy, sum dy (x - mean)).
template <typename Scalar>
struct GradientSums {
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

/// As GradientSums, of scaled values: dy * dy_factor and x * x_factor.
struct GradientSumsFar {
  const double *dy, *x;
  const double *dy_factor, *x_factor, *mean;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [dy = dy, x = x, g = pick(dy_factor), f = pick(x_factor), mu = pick(mean)](Index k, V& sum,
                                                                                      V& product) {
      const V upstream = load<V>(dy + k) * g;
      sum += upstream;
      product += upstream * (load<V>(x + k) * f - mu);
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

struct InputGradientFar {
  const double *dy, *x;
  double* dx;
  const double *dy_factor, *x_factor, *mean, *residual, *invstd, *mean_dy, *mean_dy_x_hat, *gamma;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [dy = dy, x = x, dx = dx, g = pick(dy_factor), f = pick(x_factor), mu = pick(mean),
            rest = pick(residual), s = pick(invstd), mean_of_dy = pick(mean_dy), c = pick(mean_dy_x_hat),
            gain = pick(gamma)](Index k) {
      const V x_hat = ((load<V>(x + k) * f - mu) - rest) * s;
      const V direct = (load<V>(dy + k) * g - mean_of_dy) - x_hat * c;
      store(dx + k, direct * s * gain * f / g);
    };
  }
};

/// dx = dy scale, and in two steps where the product of gamma and invstd is out of range.
template <typename Scalar>
struct FrozenGradient {
  const Scalar* dy;
  Scalar* dx;
  const double *first, *second;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [dy = dy, dx = dx, a = pick(first), b = pick(second)](Index k) {
      store(dx + k, load<V>(dy + k) * a * b);
    };
  }
};

/// The sums of each channel: of dy, and of dy (x - mean), scaled as x and dy are.
struct Sums {
  Channels dy, dy_d;
};

/// `dy_factor` scales dy; empty means nothing is scaled, x neither.
template <typename Scalar>
Sums gradient_sums(const Layout& layout, const Scalar* dy, const Scalar* x, const Normalizer& normalizer,
                   const Channels& dy_factor) {
  Sums sums{Channels::Zero(layout.channels), Channels::Zero(layout.channels)};
  for (const Part& part : passes::parts_of(layout)) {
    const Channels mean = passes::of_states(part, normalizer.mean);
    Channels a = Channels::Zero(part.states()), b = a, a_residual = a, b_residual = a;
    const auto add = [&](Index state, Index states, Index, const double* block_a, const double* block_b) {
      for (Index k = 0; k < states; ++k) {
        const auto new_a = passes::exact_sum(a(state + k), block_a[k]);
        const auto new_b = passes::exact_sum(b(state + k), block_b[k]);
        a(state + k) = new_a.sum;
        b(state + k) = new_b.sum;
        a_residual(state + k) += new_a.error;
        b_residual(state + k) += new_b.error;
      }
      return false;
    };
    if constexpr (std::is_same_v<Scalar, double>) {
      if (dy_factor.size() > 0) {
        const Channels dy_factors = passes::of_states(part, dy_factor),
                       x_factors = passes::of_states(part, power_of_2(-normalizer.exponent));
        passes::reduce<Scalar>(part, GradientSumsFar{dy, x, dy_factors.data(), x_factors.data(), mean.data()},
                               add);
      } else {
        passes::reduce<Scalar>(part, GradientSums<Scalar>{dy, x, mean.data()}, add);
      }
    } else {
      passes::reduce<Scalar>(part, GradientSums<Scalar>{dy, x, mean.data()}, add);
    }
    for (Index state = 0; state < part.states(); ++state) {
      sums.dy(part.channel_of(state)) += a(state) + a_residual(state);
      sums.dy_d(part.channel_of(state)) += b(state) + b_residual(state);
    }
  }
  sums.dy_d -= normalizer.mean_residual * sums.dy;
  return sums;
}

/// Sums that kept their digits, and the powers of 2 that dy had to be scaled by for it: none for ordinary
/// values.
struct RangedSums {
  Sums sums;
  Channels dy_factor;
};

template <typename Scalar>
RangedSums ranged_sums(const Layout& layout, const Scalar* dy, const Scalar* x,
                       const Normalizer& normalizer) {
  const bool x_is_far = (normalizer.exponent != 0).any();
  const Channels ones = Channels::Ones(layout.channels);
  RangedSums found{gradient_sums(layout, dy, x, normalizer, x_is_far ? ones : Channels()), ones};
  if constexpr (std::is_same_v<Scalar, double>) {
    Channels factor = ones;
    for (Index c = 0; c < layout.channels; ++c) {
      const double size =
          std::max(std::abs(found.sums.dy(c)), std::abs(found.sums.dy_d(c) * normalizer.invstd(c)));
      if (!std::isfinite(found.sums.dy(c)) || !std::isfinite(found.sums.dy_d(c))) factor(c) = 0x1p-600;
      if (size < 0x1p-900) factor(c) = 0x1p600;
    }
    if ((factor != 1).any()) {
      const Sums scaled = gradient_sums(layout, dy, x, normalizer, factor);
      for (Index c = 0; c < layout.channels; ++c) {
        const bool kept = std::isfinite(scaled.dy(c)) && std::isfinite(scaled.dy_d(c));
        if (factor(c) == 1 || !kept) continue;
        found.sums.dy(c) = scaled.dy(c);
        found.sums.dy_d(c) = scaled.dy_d(c);
        found.dy_factor(c) = factor(c);
      }
    }
  }
  return found;
}

template <typename Scalar>
ParameterGradients backward_train_any(const Layout& layout, Span<const Scalar> dy, Span<const Scalar> x,
                                      const BatchStatistics& statistics, const Channels& given_gamma,
                                      Span<Scalar> dx) {
  const Normalizer& normalizer = statistics.normalizer;
  require_size("x", x.size, layout);
  require_size("dy", dy.size, layout);
  require_size("dx", dx.size, layout);
  require_channels("batch_mean", normalizer.mean, layout.channels);
  require_channels_or_none("gamma", given_gamma, layout.channels);
  const Channels gamma = passes::or_default(given_gamma, 1, layout.channels);
  // A batch may be a share of the one that the statistics were taken over.
  const double m = static_cast<double>(layout.m());

  const auto [sums, dy_factor] = ranged_sums(layout, dy.data, x.data, normalizer);
  const Channels sum_dy_x_hat = sums.dy_d * normalizer.invstd;
  const Channels mean_dy_x_hat = sum_dy_x_hat / m;
  const Channels slope = mean_dy_x_hat * normalizer.invstd;
  const Channels scale = gamma * normalizer.invstd;
  const bool far = passes::is_far(normalizer, gamma, scale) || (dy_factor != 1).any();

  for (const Part& part : passes::parts_of(layout)) {
    const auto states = [&part](const Channels& channels) { return passes::of_states(part, channels); };
    const Channels mean = states(normalizer.mean);
    if constexpr (std::is_same_v<Scalar, double>) {
      if (far) {
        const Channels dy_factors = states(dy_factor), x_factors = states(power_of_2(-normalizer.exponent)),
                       residual = states(normalizer.mean_residual), invstd = states(normalizer.invstd),
                       mean_dy = states(sums.dy / m), projection = states(mean_dy_x_hat),
                       gammas = states(gamma);
        passes::map<Scalar>(
            part, InputGradientFar{dy.data, x.data, dx.data, dy_factors.data(), x_factors.data(), mean.data(),
                                   residual.data(), invstd.data(), mean_dy.data(), projection.data(),
                                   gammas.data()});
        continue;
      }
    }
    // What the rounding of the mean left joins the mean of dy.
    const Channels mean_dy = states(sums.dy / m - normalizer.mean_residual * slope);
    const Channels slopes = states(slope), scales = states(scale);
    passes::map<Scalar>(part, InputGradient<Scalar>{dy.data, x.data, dx.data, mean.data(), mean_dy.data(),
                                                    slopes.data(), scales.data()});
  }
  return {sum_dy_x_hat / dy_factor, sums.dy / dy_factor};
}

template <typename Scalar>
ParameterGradients backward_frozen_any(const Layout& layout, Span<const Scalar> dy, Span<const Scalar> x,
                                       const Channels& given_gamma, const Channels& running_mean,
                                       const Channels& running_var, double eps, Span<Scalar> dx) {
  require_size("x", x.size, layout);
  require_size("dy", dy.size, layout);
  require_size("dx", dx.size, layout);
  require_channels_or_none("gamma", given_gamma, layout.channels);
  require_channels("running_mean", running_mean, layout.channels);
  require_channels("running_var", running_var, layout.channels);
  const Normalizer normalizer = inference_normalizer(running_mean, running_var, eps);
  const Channels gamma = passes::or_default(given_gamma, 1, layout.channels);
  const Sums sums = gradient_sums(layout, dy.data, x.data, normalizer, Channels());
  for (const Part& part : passes::parts_of(layout)) {
    const Channels invstd = passes::of_states(part, normalizer.invstd),
                   gammas = passes::of_states(part, gamma);
    passes::map<Scalar>(part, FrozenGradient<Scalar>{dy.data, dx.data, invstd.data(), gammas.data()});
  }
  return {sums.dy_d * normalizer.invstd, sums.dy};
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

ParameterGradients backward_frozen(const Layout& layout, Span<const double> dy, Span<const double> x,
                                   const Channels& gamma, const Channels& running_mean,
                                   const Channels& running_var, double eps, Span<double> dx) {
  return backward_frozen_any(layout, dy, x, gamma, running_mean, running_var, eps, dx);
}
ParameterGradients backward_frozen(const Layout& layout, Span<const float> dy, Span<const float> x,
                                   const Channels& gamma, const Channels& running_mean,
                                   const Channels& running_var, double eps, Span<float> dx) {
  return backward_frozen_any(layout, dy, x, gamma, running_mean, running_var, eps, dx);
}

}  // namespace batchnorm
