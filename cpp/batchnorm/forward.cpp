#include "batchnorm/forward.h"

#include <cmath>

#include "batchnorm/internal/far.h"
#include "batchnorm/internal/passes.h"

namespace batchnorm {

namespace {

using passes::load;
using passes::Part;
using passes::store;

/// y = (x - mean) scale + shift.
template <typename Scalar, typename Lane>
struct Normalize {
  const Scalar* x;
  Scalar* y;
  const Lane *mean, *scale, *shift;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [x = x, y = y, mean = pick(mean), scale = pick(scale), shift = pick(shift)](Index k) {
      store(y + k, (load<V>(x + k) - mean) * scale + shift);
    };
  }
};

/// The same, with what rounding to double left of scale.
struct NormalizeDoubles {
  const double* x;
  double* y;
  const double *mean, *scale, *scale_residual, *shift;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [x = x, y = y, mean = pick(mean), scale = pick(scale), scale_residual = pick(scale_residual),
            shift = pick(shift)](Index k) {
      const V d = load<V>(x + k) - mean;
      store(y + k, d * scale + (d * scale_residual + shift));
    };
  }
};

template <typename Lane, typename Scalar>
void normalize_any(const Layout& layout, Span<const Scalar> x, const Normalizer& normalizer,
                   const Affine& affine, Span<Scalar> y) {
  require_size_of_shard("x", x.size, layout);
  require_size_of_shard("y", y.size, layout);
  far::require_normalizer(normalizer, layout.channels);
  require_channels_or_none("gamma", affine.gamma, layout.channels);
  require_channels_or_none("beta", affine.beta, layout.channels);
  const OrDefault or_ones(affine.gamma, 1, layout.channels), or_zeros(affine.beta, 0, layout.channels);
  const Channels &gamma = or_ones, &beta = or_zeros;

  far::Repair repair;
  if constexpr (far::may_be_far<Scalar, Lane>) {
    const auto is_far = [&](const auto& of) {
      return far::is_far<Lane>(normalizer, gamma, of) | (passes::magnitude(of(beta)) > far::most_added<Lane>);
    };
    far::for_each_far(layout.channels, is_far, [&](Index c) {
      const auto y_of = [&](double d) {
        return far::product(d, {normalizer.invstd(c), gamma(c)}, 0) + beta(c);
      };
      repair.add(c, far::deviations_of(layout, x.data, normalizer, c).unaryExpr(y_of));
    });
  }

  const Channels rest = far::rest_of_mean<Lane>(normalizer);
  const auto mean = [&](const auto& of) { return of(normalizer.mean); };
  const auto scale = [&](const auto& of) { return of(gamma) * of(normalizer.invstd); };
  // What the rounding of the mean left joins beta: one operation less for each value.
  const auto shift = [&](const auto& of) { return of(beta) - of(rest) * scale(of); };
  for (const Part& part : passes::parts_of(layout)) {
    if constexpr (std::is_same_v<Scalar, double>) {
      const auto scale_residual = [&](const auto& of) {
        return passes::product_error(of(gamma), of(normalizer.invstd)) +
               of(gamma) * of(normalizer.invstd_residual);
      };
      const auto states = passes::of_states<double>(part, mean, scale, scale_residual, shift);
      passes::map<double, double>(part,
                                  NormalizeDoubles{x.data, y.data, states.row(0).data(), states.row(1).data(),
                                                   states.row(2).data(), states.row(3).data()});
    } else {
      const auto states = passes::of_states<Lane>(part, mean, scale, shift);
      passes::map<Scalar, Lane>(part, Normalize<Scalar, Lane>{x.data, y.data, states.row(0).data(),
                                                              states.row(1).data(), states.row(2).data()});
    }
  }
  repair.put(layout, y.data);
}

/// 1 / sqrt(sum), sum = var + eps, also where the sum is beyond the largest double and its root is not.
Channels invstd_of(const Channels& var, const Channels& sum, double eps) {
  Channels invstd = 1 / sum.sqrt();  // not rsqrt(): some Eigen versions approximate it
  for (Index c = 0; c < sum.size(); ++c) {
    if (std::isinf(sum(c))) invstd(c) = 0.5 / std::sqrt(0.25 * var(c) + 0.25 * eps);
  }
  return invstd;
}

void require_positive(const char* name, const Channels& var, const Channels& sum) {
  for (Index c = 0; c < var.size(); ++c) {
    if (!(var(c) < 0) && sum(c) != 0) continue;
    const std::string channel = " (channel " + std::to_string(c) + ")";
    if (var(c) < 0) refuse(name + channel, "a variance >= 0", var(c));
    refuse(std::string(name) + " + eps" + channel, "a value > 0", 0.0);
  }
}

/// What the roundings of var = m2 / m, of sum = var + eps and of invstd = 1 / sqrt(sum) left: one Newton step
/// for the root, in exact products.
double residual_of_root(double m2, double m, double eps, double var, double sum, double invstd) {
  using passes::product_error;
  const double var_residual = ((m2 - var * m) - product_error(var, m)) / m;
  const double sum_residual = passes::exact_sum(var, eps).error + var_residual;
  const double square = invstd * invstd;
  const double defect = ((1 - sum * square) - product_error(sum, square)) -
                        (sum * product_error(invstd, invstd) + sum_residual * square);
  return std::isfinite(defect) ? 0.5 * invstd * defect : 0;
}

/// The residual of invstd costs more than all the rest, and only doubles have a use for it.
BatchStatistics statistics_of(Moments moments, double eps, bool with_residual) {
  require_eps(eps);
  require_moments(moments);
  if (moments.count < 1) refuse("count", "at least 1 value a channel", moments.count);
  const double m = static_cast<double>(moments.count);
  const Index channels = moments.m2.size();
  Channels var = moments.m2 / m;  // scaled as the moments are
  Channels sum = var + eps;
  Channels invstd = invstd_of(var, sum, eps);
  Channels invstd_residual = Channels::Zero(channels);
  for (Index c = 0; with_residual && c < channels; ++c)
    invstd_residual(c) = residual_of_root(moments.m2(c), m, eps, var(c), sum(c), invstd(c));
  BatchStatistics statistics{moments.count,
                             moments.mean,
                             std::move(var),
                             invstd,
                             {std::move(moments.mean), std::move(moments.mean_residual), std::move(invstd),
                              std::move(invstd_residual), std::move(moments.exponent)}};
  Normalizer& normalizer = statistics.normalizer;
  for (Index c = 0; c < channels; ++c) {
    const int exponent = normalizer.exponent(c);
    if (exponent == 0) continue;
    const double scaled_var = statistics.batch_var(c), scaled_eps = std::ldexp(eps, -2 * exponent);
    statistics.batch_mean(c) = std::ldexp(normalizer.mean(c), exponent);
    statistics.batch_var(c) = std::ldexp(scaled_var, 2 * exponent);
    // Not a true sum, since var is scaled and eps is not; but 0 exactly where both are 0.
    sum(c) = scaled_var + eps;
    normalizer.invstd(c) = 1 / std::sqrt(scaled_var + scaled_eps);
    normalizer.invstd_residual(c) = 0;
    statistics.saved_invstd(c) = std::ldexp(normalizer.invstd(c), -exponent);
    if (std::isfinite(scaled_eps)) continue;
    // The variance of such tiny values is negligible beside eps. Half the scale keeps both in range.
    const int half = exponent / 2;
    statistics.saved_invstd(c) = 1 / std::sqrt(eps);
    normalizer.invstd(c) = std::ldexp(statistics.saved_invstd(c), half);
    normalizer.mean(c) = std::ldexp(normalizer.mean(c), exponent - half);
    normalizer.mean_residual(c) = std::ldexp(normalizer.mean_residual(c), exponent - half);
    normalizer.exponent(c) = half;
  }
  require_positive("batch_var", statistics.batch_var, sum);
  return statistics;
}

template <typename Scalar>
BatchStatistics forward_train_any(const Layout& layout, Span<const Scalar> x, const Affine& affine,
                                  double eps, Span<Scalar> y, Accuracy accuracy) {
  require_size("x", x.size, layout);
  const BatchStatistics statistics =
      statistics_of(moments(layout, x, accuracy), eps, std::is_same_v<Scalar, double>);
  normalize(layout, x, statistics.normalizer, affine, y, accuracy);
  return statistics;
}

template <typename Scalar>
void forward_inference_any(const Layout& layout, Span<const Scalar> x, const Affine& affine,
                           const Channels& running_mean, const Channels& running_var, double eps,
                           Span<Scalar> y, Accuracy accuracy) {
  require_size("x", x.size, layout);
  require_channels("running_mean", running_mean, layout.channels);
  require_channels("running_var", running_var, layout.channels);
  normalize(layout, x, inference_normalizer(running_mean, running_var, eps), affine, y, accuracy);
}

}  // namespace

BatchStatistics batch_statistics(const Moments& moments, double eps) {
  return statistics_of(moments, eps, true);
}

Normalizer inference_normalizer(const Channels& running_mean, const Channels& running_var, double eps) {
  require_eps(eps);
  require_channels("running_var", running_var, running_mean.size());
  const Channels sum = running_var + eps;
  require_positive("running_var", running_var, sum);
  const Index channels = running_mean.size();
  return {running_mean, Channels::Zero(channels), invstd_of(running_var, sum, eps), Channels::Zero(channels),
          Exponents::Zero(channels)};
}

void normalize(const Layout& layout, Span<const double> x, const Normalizer& normalizer, const Affine& affine,
               Span<double> y, Accuracy) {
  normalize_any<double>(layout, x, normalizer, affine, y);
}
void normalize(const Layout& layout, Span<const float> x, const Normalizer& normalizer, const Affine& affine,
               Span<float> y, Accuracy accuracy) {
  if (accuracy == Accuracy::fast) return normalize_any<float>(layout, x, normalizer, affine, y);
  normalize_any<double>(layout, x, normalizer, affine, y);
}

BatchStatistics forward_train(const Layout& layout, Span<const double> x, const Affine& affine, double eps,
                              Span<double> y, Accuracy accuracy) {
  return forward_train_any(layout, x, affine, eps, y, accuracy);
}
BatchStatistics forward_train(const Layout& layout, Span<const float> x, const Affine& affine, double eps,
                              Span<float> y, Accuracy accuracy) {
  return forward_train_any(layout, x, affine, eps, y, accuracy);
}

void forward_inference(const Layout& layout, Span<const double> x, const Affine& affine,
                       const Channels& running_mean, const Channels& running_var, double eps, Span<double> y,
                       Accuracy accuracy) {
  forward_inference_any(layout, x, affine, running_mean, running_var, eps, y, accuracy);
}
void forward_inference(const Layout& layout, Span<const float> x, const Affine& affine,
                       const Channels& running_mean, const Channels& running_var, double eps, Span<float> y,
                       Accuracy accuracy) {
  forward_inference_any(layout, x, affine, running_mean, running_var, eps, y, accuracy);
}

}  // namespace batchnorm
