#pragma once
#include "batchnorm/forward.h"

namespace batchnorm {

/// A linear or convolution layer that does batch normalization's inference by itself.
struct Folded {
  Eigen::ArrayXd weight;  ///< as the weight given
  Channels bias;          ///< (C)
};

/// Folds batch normalization in inference mode into the layer before it: BN(W x + b) = W' x + b'.
///
/// `layout` says where the C outputs lie in the weight: (C, I) and (C, I, H, W) are {1, C, the rest}, (H, W,
/// I, C) is {H W I, C, 1}. bias: (C), or empty for none; running_mean, running_var: (C); eps as in
/// forward_inference. The folded layer rounds differently: it subtracts W' running_mean from W' x after the
/// product, and so loses digits where W x is close to a large running_mean. Throws std::invalid_argument as
/// forward_inference does. Source: Krishnamoorthi, "Quantizing deep convolutional networks", 2018,
/// section 3.2.2:
///   W' = gamma W / sqrt(running_var + eps),  b' = gamma (b - running_mean) / sqrt(running_var + eps) + beta.
Folded fold(const Layout& layout, Span<const double> weight, const Channels& bias, const Affine& affine,
            const Channels& running_mean, const Channels& running_var, double eps);

}  // namespace batchnorm
