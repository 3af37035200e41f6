#include "batchnorm/folding.h"

namespace batchnorm {

Folded fold(const Layout& layout, Span<const double> weight, const Channels& bias, const Affine& affine,
            const Channels& running_mean, const Channels& running_var, double eps) {
  const Index channels = layout.channels;
  require_size("weight", weight.size, layout);
  require_channels_or_none("bias", bias, channels);
  Folded folded{Eigen::ArrayXd(weight.size), Channels(channels)};
  const Channels none = Channels::Zero(channels);
  // Both are batch normalization in inference mode: of a weight whose mean is 0 and which is not shifted, and
  // of the bias as a batch of one example.
  forward_inference(layout, weight, {affine.gamma, {}}, none, running_var, eps, folded.weight);
  forward_inference({1, channels, 1}, bias.size() > 0 ? bias : none, affine, running_mean, running_var, eps,
                    folded.bias);
  return folded;
}

}  // namespace batchnorm
