#include "lab/difference_check.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace lab {

namespace {

using batchnorm::Batch;
using batchnorm::Channels;
using Eigen::Index;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Channels one(double value) {
  return Channels::Constant(1, value);
}

/// The term of the loss for y_i: dy_i y_i, y_i or dy_i max(y_i, 0). NaN for a y that is NaN.
template <typename T>
T term(Loss loss, T dy, T y) {
  if (loss == Loss::sum) return y;
  return dy * (loss == Loss::relu && y < 0 ? 0 : y);
}

template <typename T>
using Matrix = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <typename T>
using Vector = Eigen::Array<T, 1, Eigen::Dynamic>;

/// The loss of each column in T, in one forward pass: one over many channels costs little more than one over
/// a single channel. NaN where a column's values are all equal and eps is 0, which the forward pass refuses.
template <typename T>
Vector<T> losses_of(Matrix<T> columns, const CheckedGradient& of) {
  const Index m = columns.rows(), count = columns.cols();
  std::vector<Index> without_loss;
  for (Index k = 0; k < count; ++k) {
    if (of.eps != 0 || (columns.col(k) != columns(0, k)).any()) continue;
    without_loss.push_back(k);
    columns.col(k) = of.x.cast<T>().transpose();
  }
  Matrix<T> y(m, count);
  batchnorm::forward_train({m, count, 1}, columns,
                           {Channels::Constant(count, of.gamma), Channels::Constant(count, of.beta)}, of.eps,
                           y, batchnorm::Accuracy::exact);
  Vector<T> losses = Vector<T>::Zero(count);
  for (Index i = 0; i < m; ++i) {
    for (Index k = 0; k < count; ++k) losses(k) += term(of.loss, static_cast<T>(of.dy(i)), y(i, k));
  }
  for (const Index k : without_loss) losses(k) = std::numeric_limits<T>::quiet_NaN();
  return losses;
}

/// (steps, m). One step after the other, so that its gradient is the same whatever other steps are asked for.
template <typename T>
Batch numeric_gradients(const CheckedGradient& of, const Channels& steps) {
  const Index m = of.x.size();
  const auto losses_moved = [&](double by) {
    Matrix<T> columns = of.x.cast<T>().transpose().replicate(1, m);
    for (Index i = 0; i < m; ++i) columns(i, i) = static_cast<T>(of.x(i) + by);
    return losses_of<T>(columns, of);
  };
  const bool is_forward = of.scheme == Scheme::forward;
  const Vector<T> losses = losses_moved(0);
  Batch gradients(steps.size(), m);
  for (Index k = 0; k < steps.size(); ++k) {
    const double h = steps(k);
    const Vector<T> above = losses_moved(h);
    const Vector<T> below = is_forward ? losses : losses_moved(-h);
    for (Index i = 0; i < m; ++i) {
      const double slope = static_cast<T>(above(i) - below(i)) / (is_forward ? 1.0 : 2.0) / h;
      gradients(k, i) = std::isfinite(slope) ? slope : not_a_number;
    }
  }
  return gradients;
}

/// The backward pass, in double.
batchnorm::BackwardTrace analytic_gradient(const CheckedGradient& of) {
  const batchnorm::TrainingForward forward =
      batchnorm::forward_train(Batch(of.x.transpose()), one(of.gamma), one(of.beta), of.eps);
  Batch dy = of.dy.transpose();
  if (of.loss == Loss::sum) dy.setOnes();
  if (of.loss == Loss::relu) dy = (forward.y > 0).select(dy, 0);
  return batchnorm::backward_trace(dy, forward, one(of.gamma));
}

CheckedCode checked(const Batch& dx, const Batch& numeric) {
  const Index steps = numeric.rows();
  CheckedCode code{dx.transpose(), Channels(steps), Channels(steps)};
  for (Index k = 0; k < steps; ++k) {
    const Channels at_step = numeric.row(k);
    const double absolute = (at_step - code.dx).abs().maxCoeff<Eigen::PropagateNaN>();
    const double largest = std::max(at_step.abs().maxCoeff(), code.dx.abs().maxCoeff());
    const bool has_value = std::isfinite(absolute);
    code.absolute(k) = has_value ? absolute : not_a_number;
    code.error(k) = !has_value ? not_a_number : largest == 0 ? 0 : absolute / largest;
  }
  return code;
}

void require_finite(const char* name, double value) {
  if (!std::isfinite(value)) batchnorm::refuse(name, "a finite number", value);
}

}  // namespace

DifferenceCheck difference_check(const CheckedGradient& gradient, const Channels& steps) {
  const Index m = gradient.x.size();
  if (m < 2 || m > 16) batchnorm::refuse("x", "2 to 16 values", m);
  if (gradient.dy.size() != m)
    batchnorm::refuse("dy", std::to_string(m) + " values, as x has", gradient.dy.size());
  require_finite("gamma", gradient.gamma);
  require_finite("beta", gradient.beta);
  if (steps.size() < 1 || steps.size() > 200) batchnorm::refuse("steps", "1 to 200 steps", steps.size());
  for (Index k = 0; k < steps.size(); ++k) {
    if (!(steps(k) > 0 && std::isfinite(steps(k))))
      batchnorm::refuse("steps[" + std::to_string(k) + "]", "a finite number > 0", steps(k));
  }
  CheckedGradient of = gradient;
  of.x = stored("x", gradient.x, gradient.precision);
  of.dy = stored("dy", gradient.dy, gradient.precision);

  const batchnorm::BackwardTrace trace = analytic_gradient(of);
  const Batch numeric = of.precision == Precision::in_single ? numeric_gradients<float>(of, steps)
                                                             : numeric_gradients<double>(of, steps);
  return {numeric, checked(trace.dx, numeric), checked(trace.dx_direct + trace.dx_through_var, numeric),
          checked(trace.dx_direct + trace.dx_through_mean, numeric), checked(trace.dx_direct, numeric)};
}

}  // namespace lab
