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
  require_size_of_shard("x", x.size, layout);
  require_size_of_shard("y", y.size, layout);
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
    scale_residual.resize(layout.channels);
    for (Index c = 0; c < layout.channels; ++c) {
      scale_residual(c) =
          passes::product_error(gamma(c), normalizer.invstd(c)) + gamma(c) * normalizer.invstd_residual(c);
      if (!far::is_far(normalizer, c, gamma(c))) continue;
      const auto y_of = [&](double d) {
        return far::product(d, {normalizer.invstd(c), gamma(c)}, 0) + beta(c);
      };
      taken_out.emplace_back(c, far::deviations_of(layout, x.data, normalizer, c).unaryExpr(y_of));
    }
  }

  for (const Part& part : passes::parts_of(layout)) {
    if constexpr (std::is_same_v<Scalar, double>) {
      const passes::Rows<4> states = passes::of_states(part, normalizer.mean, scale, scale_residual, shift);
      passes::map<Scalar>(part, NormalizeDoubles{x.data, y.data, states.row(0).data(), states.row(1).data(),
                                                 states.row(2).data(), states.row(3).data()});
    } else {
      const passes::Rows<3> states = passes::of_states(part, normalizer.mean, scale, shift);
      passes::map<Scalar>(part, NormalizeFloats{x.data, y.data, states.row(0).data(), states.row(1).data(),
                                                states.row(2).data()});
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
  const Channels var = moments.m2 / static_cast<double>(moments.count);  // scaled as the moments are
  Channels sum = var + eps;
  const Channels invstd = invstd_of(var, sum, eps);
  Channels invstd_residual = Channels::Zero(var.size());
  for (Index c = 0; with_residual && c < var.size(); ++c) {
    const double m = static_cast<double>(moments.count);
    invstd_residual(c) = residual_of_root(moments.m2(c), m, eps, var(c), sum(c), invstd(c));
  }
  BatchStatistics statistics{moments.count,
                             moments.mean,
                             var,
                             invstd,
                             {std::move(moments.mean), std::move(moments.mean_residual), invstd,
                              std::move(invstd_residual), std::move(moments.exponent)}};
  Normalizer& normalizer = statistics.normalizer;
  for (Index c = 0; c < var.size(); ++c) {
    const int exponent = normalizer.exponent(c);
    if (exponent == 0) continue;
    statistics.batch_mean(c) = std::ldexp(normalizer.mean(c), exponent);
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
    normalizer.mean(c) = std::ldexp(normalizer.mean(c), exponent - half);
    normalizer.mean_residual(c) = std::ldexp(normalizer.mean_residual(c), exponent - half);
    normalizer.exponent(c) = half;
  }
  require_positive("batch_var", var, sum);
  return statistics;
}

template <typename Scalar>
BatchStatistics forward_train_any(const Layout& layout, Span<const Scalar> x, const Affine& affine,
                                  double eps, Span<Scalar> y) {
  require_size("x", x.size, layout);
  const BatchStatistics statistics = statistics_of(moments(layout, x), eps, std::is_same_v<Scalar, double>);
  normalize_any(layout, x, statistics.normalizer, affine, y);
  return statistics;
}

template <typename Scalar>
void forward_inference_any(const Layout& layout, Span<const Scalar> x, const Affine& affine,
                           const Channels& running_mean, const Channels& running_var, double eps,
                           Span<Scalar> y) {
  require_size("x", x.size, layout);
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
