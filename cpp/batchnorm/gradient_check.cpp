#include "batchnorm/gradient_check.h"

#include <algorithm>
#include <cmath>

namespace batchnorm {

Gradients central_difference_gradient(const Batch& x, const Channels& gamma, const Channels& beta, double eps,
                                      const Batch& dy, double step) {
  require_nonempty("x", x);
  require_same_shape("dy", dy, x, "x");
  if (!(step > 0)) refuse("step", "a number > 0", step);
  Batch x_moved = x;
  Channels gamma_moved = gamma.size() > 0 ? gamma : Channels::Ones(x.cols());
  Channels beta_moved = beta.size() > 0 ? beta : Channels::Zero(x.cols());
  const auto loss = [&] { return (dy * forward_train(x_moved, gamma_moved, beta_moved, eps).y).sum(); };
  const auto slope = [&](double& parameter, double by) {
    const double start = parameter;
    const double up = start + by;
    const double down = start - by;
    if (up == down) refuse("step", "a step that moves every number", step);
    parameter = up;
    const double above = loss();
    parameter = down;
    const double below = loss();
    parameter = start;
    return (above - below) / (up - down);  // the step as it was really taken
  };

  Gradients gradients;
  gradients.dx.resizeLike(x);
  gradients.dgamma.resizeLike(gamma_moved);
  gradients.dbeta.resizeLike(beta_moved);
  for (Index k = 0; k < x.size(); ++k) gradients.dx.data()[k] = slope(x_moved.data()[k], step);
  for (Index c = 0; c < gamma_moved.size(); ++c)
    gradients.dgamma(c) = slope(gamma_moved(c), step * std::max(1.0, std::abs(gamma_moved(c))));
  for (Index c = 0; c < beta_moved.size(); ++c)
    gradients.dbeta(c) = slope(beta_moved(c), step * std::max(1.0, std::abs(beta_moved(c))));
  return gradients;
}

}  // namespace batchnorm
