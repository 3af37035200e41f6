#include "batchnorm/trace.h"

namespace batchnorm {

namespace {

Layout layout_of(const Batch& batch) {
  return {batch.rows(), batch.cols(), 1};
}

}  // namespace

void require_nonempty(const char* argument, const Batch& batch) {
  if (batch.rows() == 0) refuse(argument, "at least 1 example", "an empty batch");
  if (batch.cols() == 0) refuse(argument, "at least 1 channel", "none");
}

void require_same_shape(const char* argument, const Batch& batch, const Batch& like, const char* like_name) {
  if (batch.rows() != like.rows() || batch.cols() != like.cols()) {
    const auto shape = [](const Batch& of) {
      return "(" + in_words(of.rows()) + ", " + in_words(of.cols()) + ")";
    };
    refuse(argument, std::string("the shape of ") + like_name + ", " + shape(like), shape(batch));
  }
}

TrainingForward forward_train(const Batch& x, const Channels& gamma, const Channels& beta, double eps) {
  require_nonempty("x", x);
  TrainingForward forward;
  forward.x = x;
  forward.y.resizeLike(x);
  forward.x_hat.resizeLike(x);
  static_cast<BatchStatistics&>(forward) = forward_train(layout_of(x), x, {gamma, beta}, eps, forward.y);
  normalize(layout_of(x), x, forward.normalizer, {}, forward.x_hat);
  return forward;
}

Batch forward_inference(const Batch& x, const Channels& gamma, const Channels& beta,
                        const Channels& running_mean, const Channels& running_var, double eps) {
  require_nonempty("x", x);
  Batch y(x.rows(), x.cols());
  forward_inference(layout_of(x), x, {gamma, beta}, running_mean, running_var, eps, y);
  return y;
}

Gradients backward_train(const Batch& dy, const TrainingForward& forward, const Channels& gamma) {
  require_nonempty("dy", dy);
  require_same_shape("dy", dy, forward.x, "x");
  Gradients gradients;
  gradients.dx.resizeLike(dy);
  static_cast<ParameterGradients&>(gradients) =
      backward_train(layout_of(dy), dy, forward.x, forward, gamma, gradients.dx);
  return gradients;
}

Gradients backward_frozen(const Batch& dy, const Batch& x, const Channels& gamma,
                          const Channels& running_mean, const Channels& running_var, double eps) {
  require_nonempty("x", x);
  require_same_shape("dy", dy, x, "x");
  Gradients gradients;
  gradients.dx.resizeLike(dy);
  static_cast<ParameterGradients&>(gradients) =
      backward_frozen(layout_of(dy), dy, x, gamma, running_mean, running_var, eps, gradients.dx);
  return gradients;
}

BackwardTrace backward_trace(const Batch& dy, const TrainingForward& forward, const Channels& given_gamma) {
  BackwardTrace trace;
  static_cast<Gradients&>(trace) = backward_train(dy, forward, given_gamma);
  const Channels gamma = given_gamma.size() > 0 ? given_gamma : Channels::Ones(dy.cols());
  const double m = static_cast<double>(dy.rows());
  const Channels& invstd = forward.saved_invstd;

  trace.dx_hat = dy.rowwise() * gamma;
  // sum_i dx_hat_i x_hat_i and sum_i dx_hat_i; (x - mean) (var + eps)^(-3/2) = x_hat invstd^2
  trace.dvar = -0.5 * invstd.square() * (gamma * trace.dgamma);
  trace.dmean = -invstd * (gamma * trace.dbeta);

  trace.dx_direct = trace.dx_hat.rowwise() * invstd;
  // dvar 2 (x - mean) / m, but not computed from dvar, which can overflow where dx does not.
  trace.dx_through_var = forward.x_hat.rowwise() * (-invstd * (gamma * trace.dgamma) / m);
  trace.dx_through_mean = (trace.dmean / m).replicate(dy.rows(), 1);
  return trace;
}

Batch jacobian(const Channels& x, double gamma, double eps) {
  const TrainingForward forward = forward_train(Batch(x.transpose()), {}, {}, eps);
  const Eigen::ArrayXd x_hat = forward.x_hat.col(0);
  const double m = static_cast<double>(x.size());
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(x.size(), x.size());
  const Eigen::MatrixXd projection = x_hat.matrix() * x_hat.matrix().transpose() / m;
  return gamma * forward.saved_invstd(0) * (identity.array() - 1 / m - projection.array());
}

}  // namespace batchnorm
