#include "lab/difference_check.h"

#include <algorithm>
#include <limits>

namespace lab {

namespace {

using batchnorm::Batch;
using batchnorm::Channels;
using Eigen::Index;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Channels one(double value) {
  return Channels::Constant(1, value);
}

/// What the loss adds for y_i: dy_i y_i, y_i or dy_i max(y_i, 0). A y that is NaN stays NaN.
template <typename T>
T term(Loss loss, T dy, T y) {
  if (loss == Loss::sum) return y;
  return dy * (loss == Loss::relu && y < 0 ? 0 : y);
}

/// The loss in T; NaN where the values are all equal and eps is 0, which the forward pass refuses.
template <typename T>
T loss_at(const Eigen::Array<T, 1, Eigen::Dynamic>& x, const CheckedGradient& of) {
  if (of.eps == 0 && (x == x(0)).all()) return std::numeric_limits<T>::quiet_NaN();
  Eigen::Array<T, 1, Eigen::Dynamic> y(x.size());
  batchnorm::forward_train({x.size(), 1, 1}, x, {one(of.gamma), one(of.beta)}, of.eps, y);
  T loss = 0;
  for (Index i = 0; i < y.size(); ++i) loss += term(of.loss, static_cast<T>(of.dy(i)), y(i));
  return loss;
}

/// (steps, m)
template <typename T>
Batch numeric_gradients(const CheckedGradient& of, const Channels& steps) {
  using Values = Eigen::Array<T, 1, Eigen::Dynamic>;
  const Values x = of.x.cast<T>();
  const T loss = loss_at<T>(x, of);
  Batch gradients(steps.size(), x.size());
  for (Index k = 0; k < steps.size(); ++k) {
    const double h = steps(k);
    for (Index i = 0; i < x.size(); ++i) {
      const auto loss_moved = [&](double by) {
        Values moved = x;
        moved(i) = static_cast<T>(of.x(i) + by);
        return loss_at<T>(moved, of);
      };
      const T above = loss_moved(h);
      const double slope = of.scheme == Scheme::forward ? static_cast<T>(above - loss) / h
                                                        : static_cast<T>(above - loss_moved(-h)) / 2 / h;
      gradients(k, i) = std::isfinite(slope) ? slope : not_a_number;
    }
  }
  return gradients;
}

/// dL/dx by the backward pass, in double.
Channels analytic_gradient(const CheckedGradient& of) {
  const batchnorm::TrainingForward forward =
      batchnorm::forward_train(Batch(of.x.transpose()), one(of.gamma), one(of.beta), of.eps);
  Batch dy = of.dy.transpose();
  if (of.loss == Loss::sum) dy.setOnes();
  if (of.loss == Loss::relu) dy = (forward.y > 0).select(dy, 0);
  const batchnorm::BackwardTrace trace = batchnorm::backward_trace(dy, forward, one(of.gamma));
  if (of.drop == Dropped::none) return trace.dx.transpose();
  Batch dx = trace.dx_direct;
  if (of.drop == Dropped::var) dx += trace.dx_through_mean;
  if (of.drop == Dropped::mean) dx += trace.dx_through_var;
  return dx.transpose();
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

  DifferenceCheck check;
  check.dx = analytic_gradient(of);
  check.numeric = of.precision == Precision::in_single ? numeric_gradients<float>(of, steps)
                                                       : numeric_gradients<double>(of, steps);
  check.error.resize(steps.size());
  check.absolute.resize(steps.size());
  for (Index k = 0; k < steps.size(); ++k) {
    const Channels numeric = check.numeric.row(k);
    const double absolute = (numeric - check.dx).abs().maxCoeff<Eigen::PropagateNaN>();
    const double largest = std::max(numeric.abs().maxCoeff(), check.dx.abs().maxCoeff());
    const bool has_value = std::isfinite(absolute);
    check.absolute(k) = has_value ? absolute : not_a_number;
    check.error(k) = !has_value ? not_a_number : largest == 0 ? 0 : absolute / largest;
  }
  return check;
}

}  // namespace lab
