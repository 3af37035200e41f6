#pragma once
#include "batchnorm/trace.h"

namespace batchnorm {

/// The gradient of L = sum_{i,c} dy_ic y_ic by central differences: (L(p + step) - L(p - step)) / (2 step)
/// for every number p in x, gamma and beta. An independent check of backward_train: it calls the forward pass
/// only.
///
/// Shapes and requirements as forward_train; dy (m, C); step > 0 in the units of x, large enough to move
/// every number (1e-5 times the spread of x is a good start: truncation falls with step^2, rounding grows
/// with 1/step). gamma and beta are moved by step * max(1, |p|): y is linear in them. Throws
/// std::invalid_argument where a shape or the step does not fit.
Gradients central_difference_gradient(const Batch& x, const Channels& gamma, const Channels& beta, double eps,
                                      const Batch& dy, double step);

}  // namespace batchnorm
