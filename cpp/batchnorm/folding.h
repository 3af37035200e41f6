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
/// `layout` says where the C outputs lie in the weight, layout_of(shape, axis): axis 0 of (C, I) and of
/// (C, I, H, W), axis 3 of (H, W, I, C); of a transposed convolution, axis 1 of PyTorch's (I, C, H, W) and
/// axis 2 of Keras's (H, W, C, I). Where I = C another axis has the right size too and gives another layer.
/// Groups of a transposed convolution are folded one by one. bias: (C), or empty for none; running_mean,
/// running_var: (C); eps as in forward_inference. The folded layer rounds differently: it subtracts W'
/// running_mean from W' x after the product, and so loses digits where W x is close to a large running_mean.
/// Throws std::invalid_argument as forward_inference does. Source: Krishnamoorthi, "Quantizing deep
/// convolutional networks", 2018, section 3.2.2:
///   W' = gamma W / sqrt(running_var + eps),  b' = gamma (b - running_mean) / sqrt(running_var + eps) + beta.
Folded fold(const Layout& layout, Span<const double> weight, const Channels& bias, const Affine& affine,
            const Channels& running_mean, const Channels& running_var, double eps);

}  // namespace batchnorm
