#pragma once
// Batch normalization as the paper writes it, and nothing else: Eigen's arrays, doubles, a line for each of
// its formulas. What is read first, and what tests compare the fast code with on ordinary data.

#include "batchnorm/trace.h"

namespace batchnorm::plain {

struct Forward {
  Channels batch_mean, batch_var;  ///< (C)
  Batch x_hat, y;                  ///< (m, C)
};

struct Backward {
  Batch dx_hat, dx;        ///< (m, C)
  Channels dvar, dmean;    ///< (C)
  Channels dgamma, dbeta;  ///< (C)
};

/// x: (m, C), m and C at least 1; gamma, beta: (C); eps >= 0 in the units of x squared, batch_var + eps > 0.
/// Source: Ioffe and Szegedy, "Batch Normalization", ICML 2015, Algorithm 1.
Forward forward_train(const Batch& x, const Channels& gamma, const Channels& beta, double eps);

/// As forward_train, with statistics (C) that are given. Source: the same, Algorithm 2, step 11.
Batch forward_inference(const Batch& x, const Channels& gamma, const Channels& beta,
                        const Channels& running_mean, const Channels& running_var, double eps);

/// dy = dL/dy: (m, C); the rest as forward_train. Source: the same, section 3, the chain rule line by line.
Backward backward_train(const Batch& dy, const Batch& x, const Channels& gamma, double eps);

}  // namespace batchnorm::plain
