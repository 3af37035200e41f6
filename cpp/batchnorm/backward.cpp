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
Sums gradient_sums(const Layout& layout, const Scalar* dy, const Scalar* x, const Normalizer& normalizer) {
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
    passes::reduce<Scalar>(part, GradientSums<Scalar>{dy, x, mean.data()}, add);
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

/// One channel taken out: dy and x - mean, and what follows from them, for numbers of any size.
struct FarChannel {
  Index channel;
  far::Ranged dy, d;
  Sums sums;  ///< of dy and d as they are scaled
  double dgamma, dbeta;
};

FarChannel far_channel(const Layout& layout, const double* dy, const double* x, const Normalizer& normalizer,
                       Index channel) {
  FarChannel taken{channel,
                   far::ranged(far::values_of(layout, dy, channel, 0)),
                   far::ranged(far::deviations_of(layout, x, normalizer, channel)),
                   {},
                   0,
                   0};
  const Channels zero = Channels::Zero(1);
  taken.sums = gradient_sums({1, 1, layout.m()}, taken.dy.values.data(), taken.d.values.data(),
                             {zero, zero, zero, zero, {}});
  taken.dgamma =
      far::product(taken.sums.dy_d(0), {normalizer.invstd(channel)}, taken.dy.exponent + taken.d.exponent);
  taken.dbeta = std::ldexp(taken.sums.dy(0), taken.dy.exponent);
  return taken;
}

Eigen::ArrayXd far_dx(const FarChannel& taken, const Normalizer& normalizer, double gamma) {
  const double m = static_cast<double>(taken.d.values.size());
  const double invstd = normalizer.invstd(taken.channel);
  const double mean_dy = taken.sums.dy(0) / m;
  const double slope = far::product(taken.sums.dy_d(0) / m, {invstd, invstd}, 2 * taken.d.exponent);
  const Eigen::ArrayXd direct = (taken.dy.values - mean_dy) - taken.d.values * slope;
  const int exponent = taken.dy.exponent - normalizer.exponent(taken.channel);
  return direct.unaryExpr([&](double value) { return far::product(value, {invstd, gamma}, exponent); });
}

template <typename Scalar>
ParameterGradients backward_train_any(const Layout& layout, Span<const Scalar> dy, Span<const Scalar> x,
                                      const BatchStatistics& statistics, const Channels& given_gamma,
                                      Span<Scalar> dx) {
  const Normalizer& normalizer = statistics.normalizer;
  require_size("x", x.size, layout);
  require_size("dy", dy.size, layout);
  require_size("dx", dx.size, layout);
  far::require_normalizer(normalizer, layout.channels);
  require_channels_or_none("gamma", given_gamma, layout.channels);
  const Channels gamma = or_default(given_gamma, 1, layout.channels);
  const double m = static_cast<double>(layout.m());

  const Sums sums = gradient_sums(layout, dy.data, x.data, normalizer);
  ParameterGradients gradients{sums.dy_d * normalizer.invstd, sums.dy};
  const Channels slope = gradients.dgamma / m * normalizer.invstd;
  const Channels scale = gamma * normalizer.invstd;
  // What the rounding of the mean left joins the mean of dy.
  const Channels mean_dy = gradients.dbeta / m - normalizer.mean_residual * slope;

  std::vector<std::pair<Index, Eigen::ArrayXd>> taken_out;
  if constexpr (std::is_same_v<Scalar, double>) {
    for (Index c = 0; c < layout.channels; ++c) {
      const bool is_ordinary = !are_far(sums, c) && !far::is_far(normalizer, c, gamma(c));
      if (is_ordinary && std::isfinite(slope(c)) && std::abs(slope(c)) > 0x1p-900) continue;
      const FarChannel taken = far_channel(layout, dy.data, x.data, normalizer, c);
      gradients.dgamma(c) = taken.dgamma;
      gradients.dbeta(c) = taken.dbeta;
      taken_out.emplace_back(c, far_dx(taken, normalizer, gamma(c)));
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
  return gradients;
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
  const Channels gamma = or_default(given_gamma, 1, layout.channels);
  const Sums sums = gradient_sums(layout, dy.data, x.data, normalizer);
  ParameterGradients gradients{sums.dy_d * normalizer.invstd, sums.dy};
  const Channels scale = gamma * normalizer.invstd;
  std::vector<std::pair<Index, Eigen::ArrayXd>> taken_out;
  if constexpr (std::is_same_v<Scalar, double>) {
    for (Index c = 0; c < layout.channels; ++c) {
      if (are_far(sums, c)) {
        const FarChannel taken = far_channel(layout, dy.data, x.data, normalizer, c);
        gradients.dgamma(c) = taken.dgamma;
        gradients.dbeta(c) = taken.dbeta;
      }
      if (far::is_far(normalizer, c, gamma(c))) {
        const auto dx_of = [&](double each) {
          return far::product(each, {normalizer.invstd(c), gamma(c)}, 0);
        };
        taken_out.emplace_back(c, far::values_of(layout, dy.data, c, 0).unaryExpr(dx_of));
      }
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
