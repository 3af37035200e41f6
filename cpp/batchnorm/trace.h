#pragma once
// The operator on one (m, C) batch of doubles, with every intermediate result, for lessons and gradient
// checks. It calls the operator and repeats none of its arithmetic.

#include "batchnorm/backward.h"

namespace batchnorm {

/// One value for each example and channel: (m, C), examples in rows.
using Batch = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct TrainingForward : BatchStatistics {
  Batch x;      ///< (m, C)  the values that were normalised
  Batch y;      ///< (m, C)  gamma x_hat + beta
  Batch x_hat;  ///< (m, C)  (x - batch_mean) / sqrt(batch_var + eps)
};

struct Gradients : ParameterGradients {
  Batch dx;  ///< (m, C)  dL/dx
};

/// Every intermediate result of the derivation. dx = dx_direct + dx_through_var + dx_through_mean up to
/// rounding.
struct BackwardTrace : Gradients {
  Batch dx_hat;           ///< (m, C)  dL/dx_hat = gamma dy
  Channels dvar;          ///< (C)     dL/dbatch_var
  Channels dmean;         ///< (C)     dL/dbatch_mean (its path through batch_var is 0, as sum(x - mean) = 0)
  Batch dx_direct;        ///< (m, C)  dx_hat / sqrt(batch_var + eps)
  Batch dx_through_var;   ///< (m, C)  dvar 2 (x - batch_mean) / m
  Batch dx_through_mean;  ///< (m, C)  dmean / m, the same for every example
};

/// Requirements and errors as those of the functions of the same name in forward.h and backward.h; x and dy
/// (m, C).
TrainingForward forward_train(const Batch& x, const Channels& gamma, const Channels& beta, double eps);
Batch forward_inference(const Batch& x, const Channels& gamma, const Channels& beta,
                        const Channels& running_mean, const Channels& running_var, double eps);
Gradients backward_train(const Batch& dy, const TrainingForward& forward, const Channels& gamma);
Gradients backward_frozen(const Batch& dy, const Batch& x, const Channels& gamma,
                          const Channels& running_mean, const Channels& running_var, double eps);

/// As backward_train, with all intermediate results.
/// Source: Ioffe and Szegedy 2015, section 3, the chain rule line by line.
BackwardTrace backward_trace(const Batch& dy, const TrainingForward& forward, const Channels& gamma);

/// dy/dx of one channel: (m, m), row i holding the derivatives of y_i; symmetric.
///
/// x (m) are the channel's values. Requires eps >= 0 and var + eps > 0; throws std::invalid_argument.
/// gamma / sqrt(var + eps) (I - 1 1^T / m - x_hat x_hat^T / m), for every eps.
Batch jacobian(const Channels& x, double gamma, double eps);

void require_nonempty(const char* argument, const Batch& batch);
void require_same_shape(const char* argument, const Batch& batch, const Batch& like, const char* like_name);

}  // namespace batchnorm
