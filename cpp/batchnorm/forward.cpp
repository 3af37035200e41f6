#include "batchnorm/forward.h"

#include <cmath>

#include "batchnorm/internal/far.h"
#include "batchnorm/internal/passes.h"

namespace batchnorm {

namespace {

using passes::load;
using passes::Part;
using passes::store;

struct NormalizeFloats {
  const float* x;
  float* y;
  const double *mean, *scale, *shift;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [x = x, y = y, mu = pick(mean), a = pick(scale), b = pick(shift)](Index k) {
      store(y + k, (load<V>(x + k) - mu) * a + b);
    };
  }
};

struct NormalizeDoubles {
  const double* x;
  double* y;
  const double *mean, *scale, *scale_residual, *shift;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [x = x, y = y, mu = pick(mean), a = pick(scale), rest = pick(scale_residual),
            b = pick(shift)](Index k) {
      const V d = load<V>(x + k) - mu;
      store(y + k, d * a + (d * rest + b));
    };
  }
};

template <typename Scalar>
void normalize_any(const Layout& layout, Span<const Scalar> x, const Normalizer& normalizer,
                   const Affine& affine, Span<Scalar> y) {
  require_size("x", x.size, layout);
  require_size("y", y.size, layout);
  far::require_normalizer(normalizer, layout.channels);
  require_channels_or_none("gamma", affine.gamma, layout.channels);
  require_channels_or_none("beta", affine.beta, layout.channels);
  const Channels gamma = or_default(affine.gamma, 1, layout.channels);
  const Channels beta = or_default(affine.beta, 0, layout.channels);
  const Channels scale = gamma * normalizer.invstd;
  // What the rounding of the mean left joins beta: one operation less for each value.
  const Channels shift = beta - normalizer.mean_residual * scale;

  std::vector<std::pair<Index, Eigen::ArrayXd>> taken_out;
  Channels scale_residual;
  if constexpr (std::is_same_v<Scalar, double>) {
    scale_residual = passes::product_error(gamma, normalizer.invstd) + gamma * normalizer.invstd_residual;
    for (Index c = 0; c < layout.channels; ++c) {
      if (!far::is_far(normalizer, c, gamma(c))) continue;
      const auto y_of = [&](double d) {
        return far::product(d, {normalizer.invstd(c), gamma(c)}, 0) + beta(c);
      };
      taken_out.emplace_back(c, far::deviations_of(layout, x.data, normalizer, c).unaryExpr(y_of));
    }
  }

  for (const Part& part : passes::parts_of(layout)) {
    const auto states = [&part](const Channels& channels) { return passes::of_states(part, channels); };
    const Channels mean = states(normalizer.mean), scales = states(scale), shifts = states(shift);
    if constexpr (std::is_same_v<Scalar, double>) {
      const Channels residuals = states(scale_residual);
      passes::map<Scalar>(part, NormalizeDoubles{x.data, y.data, mean.data(), scales.data(), residuals.data(),
                                                 shifts.data()});
    } else {
      passes::map<Scalar>(part, NormalizeFloats{x.data, y.data, mean.data(), scales.data(), shifts.data()});
    }
  }
  if constexpr (std::is_same_v<Scalar, double>) {
    for (const auto& [channel, values] : taken_out) far::put_values(layout, values, channel, y.data);
  }
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
Channels residual_of_root(const Moments& moments, double eps, const Channels& var, const Channels& sum,
                          const Channels& invstd) {
  const Channels m = Channels::Constant(var.size(), static_cast<double>(moments.count));
  const Channels var_residual = ((moments.m2 - var * m) - passes::product_error(var, m)) / m;
  const Channels sum_residual =
      passes::exact_sum<Channels>(var, Channels::Constant(var.size(), eps)).error + var_residual;
  const Channels square = invstd * invstd;
  const Channels defect = ((1 - sum * square) - passes::product_error(sum, square)) -
                          (sum * passes::product_error(invstd, invstd) + sum_residual * square);
  return defect.isFinite().select(0.5 * invstd * defect, 0);
}

/// The residual of invstd costs more than all the rest, and only doubles have a use for it.
BatchStatistics statistics_of(const Moments& moments, double eps, bool with_residual) {
  require_eps(eps);
  require_moments(moments);
  const Channels var = moments.m2 / static_cast<double>(moments.count);  // scaled as the moments are
  Channels sum = var + eps;
  const Channels invstd = invstd_of(var, sum, eps);
  const Channels invstd_residual =
      with_residual ? residual_of_root(moments, eps, var, sum, invstd) : Channels::Zero(var.size());
  BatchStatistics statistics{
      moments.count,
      moments.mean,
      var,
      invstd,
      {moments.mean, moments.mean_residual, invstd, invstd_residual, moments.exponent}};
  Normalizer& normalizer = statistics.normalizer;
  for (Index c = 0; c < var.size(); ++c) {
    const int exponent = moments.exponent(c);
    if (exponent == 0) continue;
    statistics.batch_mean(c) = std::ldexp(moments.mean(c), exponent);
    statistics.batch_var(c) = std::ldexp(var(c), 2 * exponent);
    sum(c) =
        var(c) + eps;  // not a true sum, since var is scaled and eps is not; but 0 exactly where both are 0
    const double scaled_eps = std::ldexp(eps, -2 * exponent);
    normalizer.invstd(c) = 1 / std::sqrt(var(c) + scaled_eps);
    normalizer.invstd_residual(c) = 0;
    statistics.saved_invstd(c) = std::ldexp(normalizer.invstd(c), -exponent);
    if (std::isfinite(scaled_eps)) continue;
    // The variance of such tiny values is negligible beside eps. Half the scale keeps both in range.
    const int half = exponent / 2;
    statistics.saved_invstd(c) = 1 / std::sqrt(eps);
    normalizer.invstd(c) = std::ldexp(statistics.saved_invstd(c), half);
    normalizer.mean(c) = std::ldexp(moments.mean(c), exponent - half);
    normalizer.mean_residual(c) = std::ldexp(moments.mean_residual(c), exponent - half);
    normalizer.exponent(c) = half;
  }
  require_positive("batch_var", var, sum);
  return statistics;
}

template <typename Scalar>
BatchStatistics forward_train_any(const Layout& layout, Span<const Scalar> x, const Affine& affine,
                                  double eps, Span<Scalar> y) {
  const BatchStatistics statistics = statistics_of(moments(layout, x), eps, std::is_same_v<Scalar, double>);
  normalize_any(layout, x, statistics.normalizer, affine, y);
  return statistics;
}

template <typename Scalar>
void forward_inference_any(const Layout& layout, Span<const Scalar> x, const Affine& affine,
                           const Channels& running_mean, const Channels& running_var, double eps,
                           Span<Scalar> y) {
  require_channels("running_mean", running_mean, layout.channels);
  require_channels("running_var", running_var, layout.channels);
  normalize_any(layout, x, inference_normalizer(running_mean, running_var, eps), affine, y);
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
  const Channels none = Channels::Zero(running_mean.size());
  return {running_mean, none, invstd_of(running_var, sum, eps), none, Exponents::Zero(running_mean.size())};
}

void normalize(const Layout& layout, Span<const double> x, const Normalizer& normalizer, const Affine& affine,
               Span<double> y) {
  normalize_any(layout, x, normalizer, affine, y);
}
void normalize(const Layout& layout, Span<const float> x, const Normalizer& normalizer, const Affine& affine,
               Span<float> y) {
  normalize_any(layout, x, normalizer, affine, y);
}

BatchStatistics forward_train(const Layout& layout, Span<const double> x, const Affine& affine, double eps,
                              Span<double> y) {
  return forward_train_any(layout, x, affine, eps, y);
}
BatchStatistics forward_train(const Layout& layout, Span<const float> x, const Affine& affine, double eps,
                              Span<float> y) {
  return forward_train_any(layout, x, affine, eps, y);
}

void forward_inference(const Layout& layout, Span<const double> x, const Affine& affine,
                       const Channels& running_mean, const Channels& running_var, double eps,
                       Span<double> y) {
  forward_inference_any(layout, x, affine, running_mean, running_var, eps, y);
}
void forward_inference(const Layout& layout, Span<const float> x, const Affine& affine,
                       const Channels& running_mean, const Channels& running_var, double eps, Span<float> y) {
  forward_inference_any(layout, x, affine, running_mean, running_var, eps, y);
}

}  // namespace batchnorm
