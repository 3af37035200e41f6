#include "batchnorm/backward.h"

namespace batchnorm {

namespace {

/// sum_i rows(i), one row at a time (see forward_train).
Channels sum_over_examples(const Batch& rows) {
  Channels sum = Channels::Zero(rows.cols());
  for (Eigen::Index i = 0; i < rows.rows(); ++i) sum += rows.row(i);
  return sum;
}

}  // namespace

Gradients backward_train(const Batch& dy, const TrainingForward& forward, const Channels& gamma) {
  require_nonempty("dy", dy);
  require_same_shape("dy", dy, forward.x_hat, "x");
  require_channels("gamma", gamma, dy.cols());
  const double m = static_cast<double>(dy.rows());

  Gradients gradients;
  gradients.dgamma = sum_over_examples(dy * forward.x_hat);
  gradients.dbeta = sum_over_examples(dy);

  const Channels mean_dy = gradients.dbeta / m;
  const Channels mean_dy_x_hat = gradients.dgamma / m;
  const Channels scale = gamma * forward.saved_invstd;
  gradients.dx.resize(dy.rows(), dy.cols());
  for (Eigen::Index i = 0; i < dy.rows(); ++i) {
    gradients.dx.row(i) = scale * (dy.row(i) - mean_dy - forward.x_hat.row(i) * mean_dy_x_hat);
  }
  return gradients;
}

BackwardTrace backward_trace(const Batch& dy, const TrainingForward& forward, const Channels& gamma) {
  BackwardTrace trace;
  trace.gradients = backward_train(dy, forward, gamma);
  const double m = static_cast<double>(dy.rows());
  const Channels& invstd = forward.saved_invstd;

  trace.dx_hat = dy.rowwise() * gamma;
  // (x - mean) (var + eps)^(-3/2) = x_hat invstd^2
  trace.dvar = -0.5 * invstd.square() * sum_over_examples(trace.dx_hat * forward.x_hat);
  trace.dmean = -invstd * sum_over_examples(trace.dx_hat);

  trace.dx_direct = trace.dx_hat.rowwise() * invstd;
  trace.dx_through_var = forward.x_hat.rowwise() * (trace.dvar * (2.0 / m) / invstd);
  trace.dx_through_mean = (trace.dmean / m).replicate(dy.rows(), 1);
  return trace;
}

Gradients backward_frozen(const Batch& dy, const Batch& x, const Channels& gamma,
                          const Channels& running_mean, const Channels& running_var, double eps) {
  require_nonempty("x", x);
  require_same_shape("dy", dy, x, "x");
  require_channels("gamma", gamma, x.cols());
  require_channels("running_mean", running_mean, x.cols());
  require_channels("running_var", running_var, x.cols());
  require_eps(eps);
  const Channels invstd = inverse_std("running_var", running_var, eps);
  const Batch x_hat = (x.rowwise() - running_mean).rowwise() * invstd;

  Gradients gradients;
  gradients.dx = dy.rowwise() * (gamma * invstd);
  gradients.dgamma = sum_over_examples(dy * x_hat);
  gradients.dbeta = sum_over_examples(dy);
  return gradients;
}

}  // namespace batchnorm
