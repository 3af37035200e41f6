#pragma once
#include "batchnorm/forward.h"

namespace batchnorm {

struct Gradients {
  Batch dx;         ///< (m, C)  dL/dx
  Channels dgamma;  ///< (C)     dL/dgamma = sum_i dy_i x_hat_i
  Channels dbeta;   ///< (C)     dL/dbeta  = sum_i dy_i
};

/// The gradient of L through the training forward pass, mean and variance included.
///
/// dy (m, C) is dL/dy; `forward` is what forward_train returned for the same x, gamma and eps; gamma (C).
/// Throws std::invalid_argument where a shape does not fit.
/// Source: Ioffe and Szegedy 2015, section 3, with the sums collected:
///   dx_i = (gamma / sqrt(batch_var + eps)) (dy_i - mean(dy) - x_hat_i mean(dy x_hat)).
Gradients backward_train(const Batch& dy, const TrainingForward& forward, const Channels& gamma);

/// Every intermediate of the derivation. dx = dx_direct + dx_through_var + dx_through_mean up to rounding.
struct BackwardTrace {
  Batch dx_hat;           ///< (m, C)  dL/dx_hat = gamma dy
  Channels dvar;          ///< (C)     dL/dbatch_var
  Channels dmean;         ///< (C)     dL/dbatch_mean (its path through batch_var is 0, as sum(x - mean) = 0)
  Batch dx_direct;        ///< (m, C)  dx_hat / sqrt(batch_var + eps)
  Batch dx_through_var;   ///< (m, C)  dvar 2 (x - batch_mean) / m
  Batch dx_through_mean;  ///< (m, C)  dmean / m, the same for every example
  Gradients gradients;
};

/// As backward_train, with the same requirements and errors, keeping what happens on the way.
/// Source: Ioffe and Szegedy 2015, section 3, the chain rule line by line.
BackwardTrace backward_trace(const Batch& dy, const TrainingForward& forward, const Channels& gamma);

/// The gradient of L through the inference forward pass, whose statistics are constants (frozen batch norm).
///
/// Shapes and requirements as forward_inference; dy (m, C).
/// dx = gamma dy / sqrt(running_var + eps): no coupling between examples.
Gradients backward_frozen(const Batch& dy, const Batch& x, const Channels& gamma,
                          const Channels& running_mean, const Channels& running_var, double eps);

}  // namespace batchnorm
