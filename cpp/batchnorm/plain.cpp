#include "batchnorm/plain.h"

namespace batchnorm::plain {

Forward forward_train(const Batch& x, const Channels& gamma, const Channels& beta, double eps) {
  const double m = static_cast<double>(x.rows());
  Forward forward;
  forward.batch_mean = x.colwise().sum() / m;
  forward.batch_var = (x.rowwise() - forward.batch_mean).square().colwise().sum() / m;
  forward.x_hat = (x.rowwise() - forward.batch_mean).rowwise() / (forward.batch_var + eps).sqrt();
  forward.y = (forward.x_hat.rowwise() * gamma).rowwise() + beta;
  return forward;
}

Batch forward_inference(const Batch& x, const Channels& gamma, const Channels& beta,
                        const Channels& running_mean, const Channels& running_var, double eps) {
  const Batch x_hat = (x.rowwise() - running_mean).rowwise() / (running_var + eps).sqrt();
  return (x_hat.rowwise() * gamma).rowwise() + beta;
}

Backward backward_train(const Batch& dy, const Batch& x, const Channels& gamma, double eps) {
  const double m = static_cast<double>(x.rows());
  const Forward forward = forward_train(x, gamma, Channels::Zero(gamma.size()), eps);
  const Batch d = x.rowwise() - forward.batch_mean;
  const Channels std = (forward.batch_var + eps).sqrt();
  const Batch dx_hat = dy.rowwise() * gamma;
  const Channels dvar = (dx_hat * d).colwise().sum() * -0.5 / std.cube();
  const Channels dmean = -dx_hat.colwise().sum() / std - 2 * dvar * d.colwise().sum() / m;
  const Batch dx = (dx_hat.rowwise() / std + d.rowwise() * (2 * dvar / m)).rowwise() + dmean / m;
  const Channels dgamma = (dy * forward.x_hat).colwise().sum();
  const Channels dbeta = dy.colwise().sum();
  return {dx_hat, dx, dvar, dmean, dgamma, dbeta};
}

}  // namespace batchnorm::plain
