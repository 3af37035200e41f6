#include "batchnorm/forward.h"

#include <cmath>
#include <limits>

namespace batchnorm {

Channels inverse_std(const char* var_name, const Channels& var, double eps) {
  for (Eigen::Index c = 0; c < var.size(); ++c) {
    const std::string channel = " (channel " + std::to_string(c) + ")";
    if (var(c) < 0) refuse(var_name + channel, "a variance >= 0", var(c));
    if (var(c) + eps == 0) refuse(std::string(var_name) + " + eps" + channel, "a value > 0", 0.0);
  }
  return 1.0 / (var + eps).sqrt();  // not rsqrt(): some Eigen versions approximate it
}

TrainingForward forward_train(const Batch& x, const Channels& gamma, const Channels& beta, double eps) {
  require_nonempty("x", x);
  require_channels("gamma", gamma, x.cols());
  require_channels("beta", beta, x.cols());
  require_eps(eps);
  const Eigen::Index m = x.rows();
  const double count = static_cast<double>(m);

  // One row at a time: Eigen's column-wise reductions stride through a row-major batch several times slower.
  Channels mean = Channels::Zero(x.cols());
  for (Eigen::Index i = 0; i < m; ++i) mean += x.row(i);
  mean /= count;

  // The rounding error of the mean is the mean of the residuals. Without it a constant feature would not give
  // 0.
  Channels mean_residual = Channels::Zero(x.cols());
  for (Eigen::Index i = 0; i < m; ++i) mean_residual += x.row(i) - mean;
  mean_residual /= count;

  Batch centred(m, x.cols());
  Channels var = Channels::Zero(x.cols());
  for (Eigen::Index i = 0; i < m; ++i) {
    centred.row(i) = (x.row(i) - mean) - mean_residual;
    var += centred.row(i).square();
  }
  var /= count;

  const double smallest = std::numeric_limits<double>::min();  // below it a variance loses its digits
  for (Eigen::Index c = 0; c < x.cols(); ++c) {
    const auto refuse_channel = [c](const char* expected, const auto& got) {
      refuse("x (channel " + std::to_string(c) + ")", expected, got);
    };
    if (!std::isfinite(var(c)) && x.col(c).isFinite().all())
      refuse_channel("values whose sum and variance are finite doubles", "an overflow");
    if (var(c) + eps < smallest && (centred.col(c) != 0).any())
      refuse_channel("values whose variance + eps is at least 2.2250738585072014e-308", var(c) + eps);
  }

  TrainingForward forward;
  forward.batch_mean = mean + mean_residual;
  forward.batch_var = var;
  forward.saved_invstd = inverse_std("batch_var", var, eps);
  forward.x_hat = centred.rowwise() * forward.saved_invstd;
  forward.y = (forward.x_hat.rowwise() * gamma).rowwise() + beta;
  return forward;
}

Batch forward_inference(const Batch& x, const Channels& gamma, const Channels& beta,
                        const Channels& running_mean, const Channels& running_var, double eps) {
  require_nonempty("x", x);
  require_channels("gamma", gamma, x.cols());
  require_channels("beta", beta, x.cols());
  require_channels("running_mean", running_mean, x.cols());
  require_channels("running_var", running_var, x.cols());
  require_eps(eps);
  const Channels invstd = inverse_std("running_var", running_var, eps);
  const Batch x_hat = (x.rowwise() - running_mean).rowwise() * invstd;
  return (x_hat.rowwise() * gamma).rowwise() + beta;
}

}  // namespace batchnorm
