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
  static constexpr Index tensors = 2;
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

/// The same, with the rounding error of scale.
struct NormalizeDoubles {
  static constexpr Index tensors = 2;
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
  const Channels &gammas = or_ones, &betas = or_zeros;

  constexpr bool with_residual = std::is_same_v<Scalar, double>;
  passes::Rows<Lane, with_residual ? 4 : 3> constants(with_residual ? 4 : 3, layout.channels);
  Lane *const means = constants.row(0).data(), *const scales = constants.row(1).data(),
              *const shifts = constants.row(2).data();
  [[maybe_unused]] Lane* const scale_residuals = shifts + layout.channels;
  far::Test<Lane> test;
  passes::for_channels(
      layout.channels,
      [&](Index c, const auto& mean, const auto& mean_residual, const auto& invstd,
          [[maybe_unused]] const auto& invstd_residual, const auto& gamma, const auto& beta) {
        const auto scale = gamma * invstd;
        store(means + c, mean);
        store(scales + c, scale);
        // The rounding error of the mean is corrected in beta: one operation less for each value.
        store(shifts + c, beta - far::rest_of_mean(mean, mean_residual, means + c) * scale);
        if constexpr (with_residual) {
          store(scale_residuals + c, passes::product_error(gamma, invstd) + gamma * invstd_residual);
        }
        test.add_factors(gamma, scale);
        test.add(mean, beta);
      },
      normalizer.mean, normalizer.mean_residual, normalizer.invstd, normalizer.invstd_residual, gammas,
      betas);

  far::Repair repair;
  if (far::may_be_far<Scalar, Lane> && (far::any_is_scaled(normalizer.exponent) || !test.none_is_far())) {
    for (Index c = 0; c < layout.channels; ++c) {
      const double gamma = gammas(c), beta = betas(c);
      if (!far::is_far<Lane>(normalizer, gamma, c) && !(std::abs(beta) > far::most_added<Lane>)) continue;
      const auto y_of = [&](double d) { return far::product(d, {normalizer.invstd(c), gamma}, 0) + beta; };
      repair.add(c, far::deviations_of(layout, x.data, normalizer, c).unaryExpr(y_of));
    }
  }
  for (const Part& part : passes::parts_of(layout)) {
    const passes::OfStates of_states(part, constants);
    const Lane *mean = of_states.row(0), *scale = of_states.row(1), *shift = of_states.row(2);
    if constexpr (with_residual) {
      passes::map<double, double>(part,
                                  NormalizeDoubles{x.data, y.data, mean, scale, of_states.row(3), shift});
    } else {
      using Longest =
          std::conditional_t<std::is_same_v<Lane, float>, passes::FloatStrip, passes::LanesOf<Lane>>;
      passes::map<Scalar, Lane, Longest>(part, Normalize<Scalar, Lane>{x.data, y.data, mean, scale, shift});
    }
  }
  repair.put(layout, y.data);
}

/// invstd = 1 / sqrt(var + eps), also where the sum overflows and its root does not. Returns whether every
/// var is >= 0 and every sum > 0 and finite.
bool take_roots(const Channels& var, double eps, Channels& invstd) {
  double* const roots = invstd.data();
  passes::Least least_variance, least_sum;
  passes::Total sums;
  passes::for_channels(
      var.size(),
      [&](Index c, const auto& variance) {
        const auto sum = variance + eps;
        store(roots + c, 1 / passes::square_root(sum));
        least_variance.add(variance);
        least_sum.add(sum);
        sums.add(sum);
      },
      var);
  if (least_variance.value() >= 0 && least_sum.value() > 0 && std::isfinite(sums.value())) return true;
  for (Index c = 0; c < var.size(); ++c) {
    if (std::isinf(var(c) + eps)) invstd(c) = 0.5 / std::sqrt(0.25 * var(c) + 0.25 * eps);
  }
  return false;
}

void require_positive(const char* name, const Channels& var, const Channels& sum) {
  for (Index c = 0; c < var.size(); ++c) {
    if (!(var(c) < 0) && sum(c) != 0) continue;
    const std::string channel = " (channel " + std::to_string(c) + ")";
    if (var(c) < 0) refuse(name + channel, "a variance >= 0", var(c));
    refuse(std::string(name) + " + eps" + channel, "a value > 0", 0.0);
  }
}

/// The rounding error of invstd, with those of var = m2 / m, sum = var + eps and invstd = 1 / sqrt(sum) in
/// it: one Newton step for the root, with error-free products.
double residual_of_root(double m2, double m, double eps, double var, double sum, double invstd) {
  using passes::product_error;
  const double var_residual = ((m2 - var * m) - product_error(var, m)) / m;
  const double sum_residual = passes::exact_sum(var, eps).error + var_residual;
  const double square = invstd * invstd;
  const double defect = ((1 - sum * square) - product_error(sum, square)) -
                        (sum * product_error(invstd, invstd) + sum_residual * square);
  return std::isfinite(defect) ? 0.5 * invstd * defect : 0;
}

/// The residual of invstd takes longer to compute than all the rest, and matters for double data only.
BatchStatistics statistics_of(Moments moments, double eps, bool with_residual) {
  require_eps(eps);
  if (moments.count < 1) refuse("count", "at least 1 value a channel", moments.count);
  const double m = static_cast<double>(moments.count);
  const Index channels = moments.m2.size();
  Channels var = moments.m2 / m;  // scaled as the moments are
  Channels invstd(channels);
  const bool all_ordinary = take_roots(var, eps, invstd);
  Channels invstd_residual = Channels::Zero(channels);
  for (Index c = 0; with_residual && c < channels; ++c)
    invstd_residual(c) = residual_of_root(moments.m2(c), m, eps, var(c), var(c) + eps, invstd(c));
  BatchStatistics statistics{moments.count,
                             moments.mean,
                             std::move(var),
                             invstd,
                             {std::move(moments.mean), std::move(moments.mean_residual), std::move(invstd),
                              std::move(invstd_residual), std::move(moments.exponent)}};
  Normalizer& normalizer = statistics.normalizer;
  if (all_ordinary && !far::any_is_scaled(normalizer.exponent)) return statistics;
  // Not true sums where var is scaled and eps is not; but 0 exactly where both are 0.
  const Channels sum = statistics.batch_var + eps;
  for (Index c = 0; c < channels; ++c) {
    const int exponent = normalizer.exponent(c);
    if (exponent == 0) continue;
    const double scaled_var = statistics.batch_var(c), scaled_eps = std::ldexp(eps, -2 * exponent);
    statistics.batch_mean(c) = std::ldexp(normalizer.mean(c), exponent);
    statistics.batch_var(c) = std::ldexp(scaled_var, 2 * exponent);
    normalizer.invstd(c) = 1 / std::sqrt(scaled_var + scaled_eps);
    normalizer.invstd_residual(c) = 0;
    statistics.saved_invstd(c) = std::ldexp(normalizer.invstd(c), -exponent);
    if (std::isfinite(scaled_eps) && scaled_var + scaled_eps > 0) continue;
    // The variance of such tiny values, or of equal ones, is negligible beside eps. Half the scale keeps both
    // in range.
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
  require_moments(moments);
  return statistics_of(moments, eps, true);
}

Normalizer inference_normalizer(const Channels& running_mean, const Channels& running_var, double eps) {
  require_eps(eps);
  require_channels("running_var", running_var, running_mean.size());
  const Index channels = running_mean.size();
  Normalizer normalizer{running_mean, Channels::Zero(channels), Channels(channels), Channels::Zero(channels),
                        Exponents::Zero(channels)};
  if (!take_roots(running_var, eps, normalizer.invstd))
    require_positive("running_var", running_var, running_var + eps);
  return normalizer;
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
