// Batch normalization folded into the layer before it: the weight's layouts, a bias that is absent, and what
// is lost by it. (That the folded layer gives what both give is identity I19.)

#include "batchnorm/folding.h"

#include "problems.h"

namespace {

using namespace testing_batchnorm;
using batchnorm::fold;
using batchnorm::Folded;

TEST(Folding, ByHand) {
  // gamma / sqrt(running_var + eps) = (1, -1.5): W' has its rows scaled by it, b' = slope (b - mean) + beta.
  const std::vector<double> weight = {1, 2, 3, 4, 5, 6};
  const Folded folded =
      fold({1, 2, 3}, weight, channels({10, 20}), {channels({2, -3}), channels({0.5, 0.25})},
           channels({4, 8}), channels({3, 3}), 1);
  EXPECT_EQ(bits(folded.weight), bits(column({1, 2, 3, -6, -7.5, -9})));
  EXPECT_EQ(bits(folded.bias), bits(channels({6.5, -17.75})));
}

TEST(Folding, WithTheOutputsOnTheLastAxis) {
  const std::vector<double> weight = {1, 4, 2, 5, 3, 6};
  const Folded folded =
      fold({3, 2, 1}, weight, channels({10, 20}), {channels({2, -3}), channels({0.5, 0.25})},
           channels({4, 8}), channels({3, 3}), 1);
  EXPECT_EQ(bits(folded.weight), bits(column({1, -6, 2, -7.5, 3, -9})));
  EXPECT_EQ(bits(folded.bias), bits(channels({6.5, -17.75})));
}

TEST(Folding, IntoATransposedConvolution) {
  // The outputs of a weight (in, out, height, width) lie on axis 1; with in = out both axes fit its size.
  const std::vector<double> weight = {1, 2, 3, 4};
  const Channels zeros = channels({0, 0}), ones = channels({1, 1});
  const auto folded_on = [&](Index axis) {
    return fold(batchnorm::layout_of({2, 2, 1, 1}, axis), weight, {}, {channels({1, 10}), {}}, zeros, ones, 0)
        .weight;
  };
  EXPECT_EQ(bits(folded_on(1)), bits(column({1, 20, 3, 40})));
  EXPECT_EQ(bits(folded_on(0)), bits(column({1, 2, 30, 40})));
}

TEST(Folding, WhatIsAbsentIsOneOrZero) {
  lab::Random random(1);
  const Batch weight = random_batch(random, 3, 4);
  const Channels mean = random_channels(random, 3), var = random_channels(random, 3).square();
  const Channels ones = Channels::Ones(3), zeros = Channels::Zero(3);
  const Folded expected = fold({1, 3, 4}, weight, zeros, {ones, zeros}, mean, var, 1e-5);
  const Folded got = fold({1, 3, 4}, weight, {}, {}, mean, var, 1e-5);
  EXPECT_EQ(bits(got.weight), bits(expected.weight));
  EXPECT_EQ(bits(got.bias), bits(expected.bias));
}

/// A convolution of images (N, I, height, width) with a kernel, without padding, one output channel a column:
/// (N height' width', C). `kernel(c, i, a, b)` reads the weight.
struct Convolution {
  Index inputs, kernel_height, kernel_width;

  static constexpr Index height = 5, width = 6;

  template <typename Kernel>
  Batch operator()(const Batch& images, const Kernel& kernel, const Channels& bias) const {
    const Index out_height = height - kernel_height + 1, out_width = width - kernel_width + 1;
    Batch result(images.rows() * out_height * out_width, bias.size());
    for (Index row = 0; row < result.rows(); ++row) {
      const Index n = row / (out_height * out_width), y = row / out_width % out_height, x = row % out_width;
      for (Index c = 0; c < bias.size(); ++c) {
        double sum = bias(c);
        for (Index i = 0; i < inputs; ++i) {
          for (Index a = 0; a < kernel_height; ++a) {
            for (Index b = 0; b < kernel_width; ++b)
              sum += kernel(c, i, a, b) * images(n, (i * height + y + a) * width + x + b);
          }
        }
        result(row, c) = sum;
      }
    }
    return result;
  }
};

TEST(Folding, IntoAConvolutionOfEitherLayout) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    lab::Random random(seed);
    const Index outputs = random_count(random, 5), inputs = random_count(random, 3),
                height = random_count(random, 3), width = random_count(random, 3);
    const Convolution convolution{inputs, height, width};
    const Batch images = random_batch(random, 2, inputs * Convolution::height * Convolution::width);
    const Batch weight = random_batch(random, outputs, inputs * height * width);  // (C, I, H, W)
    const Channels bias = random_channels(random, outputs);
    const Affine affine{random_channels(random, outputs), random_channels(random, outputs)};
    const Frozen frozen{random_channels(random, outputs), random_channels(random, outputs).square() + 0.01};
    const auto outputs_first = [&](const auto& values) {
      return [&](Index c, Index i, Index a, Index b) {
        return values.data()[((c * inputs + i) * height + a) * width + b];
      };
    };
    const auto outputs_last = [&](const auto& values) {
      return [&](Index c, Index i, Index a, Index b) {
        return values.data()[((a * width + b) * inputs + i) * outputs + c];
      };
    };
    const Batch convolved = convolution(images, outputs_first(weight), bias);
    const Batch expected = forward_inference({}, convolved, affine, frozen, 1e-3);

    const Layout first = batchnorm::layout_of({1, outputs, inputs, height, width}, ChannelAxis::first);
    const Folded folded = fold(first, weight, bias, affine, frozen.mean, frozen.var, 1e-3);
    const Batch got = convolution(images, outputs_first(folded.weight), folded.bias);

    // (H, W, I, C), as TensorFlow keeps it.
    Batch moved(height * width * inputs, outputs);
    for (Index c = 0; c < outputs; ++c) {
      for (Index i = 0; i < inputs; ++i) {
        for (Index k = 0; k < height * width; ++k)
          moved(k * inputs + i, c) = weight(c, i * height * width + k);
      }
    }
    const Layout last = batchnorm::layout_of({height, width, inputs, outputs}, ChannelAxis::last);
    const Folded of_moved = fold(last, moved, bias, affine, frozen.mean, frozen.var, 1e-3);
    const Batch got_of_moved = convolution(images, outputs_last(of_moved.weight), of_moved.bias);

    for (Index c = 0; c < outputs; ++c) {
      const double slope = std::abs(affine.gamma(c)) / std::sqrt(frozen.var(c) + 1e-3);
      const double terms = static_cast<double>(weight.cols());
      const double size = slope * (weight.row(c).abs().sum() * largest(images) + std::abs(bias(c)) +
                                   std::abs(frozen.mean(c))) +
                          std::abs(affine.beta(c));
      expect_near(got.col(c), expected.col(c), (8 + terms) * epsilon * size);
      expect_near(got_of_moved.col(c), expected.col(c), (8 + terms) * epsilon * size);
    }
    EXPECT_EQ(bits(of_moved.bias), bits(folded.bias));
  }
}

TEST(Folding, ScalesOfAnySize) {
  // gamma / sqrt(var) = 1 is formed of constants whose product in another order is not.
  const std::vector<double> weight = {3, -5};
  const Folded folded = fold({1, 2, 1}, weight, {}, {channels({1e150, 1e-150}), {}}, channels({0, 0}),
                             channels({1e300, 1e-300}), 0);
  expect_near(folded.weight, column({3, -5}).col(0), 4 * epsilon * 5);
}

TEST(Folding, Refusals) {
  const std::vector<double> weight(6);
  const Channels two = channels({1, 1}), three = channels({1, 1, 1});
  const auto refused = [&](const Layout& layout, const Channels& bias, const Affine& affine,
                           const Channels& mean, const Channels& var, double eps) {
    return refusal([&] { fold(layout, weight, bias, affine, mean, var, eps); });
  };
  const Layout layout{1, 2, 3};
  EXPECT_EQ(refused(layout, two, {two, two}, two, two, 0), "(accepted)");
  EXPECT_EQ(refused({1, 2, 4}, {}, {}, two, two, 0), "weight: expected 8 values (2 channels of 4), got 6");
  EXPECT_EQ(refused(layout, three, {}, two, two, 0), "bias: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(layout, two, {three, {}}, two, two, 0),
            "gamma: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(layout, two, {{}, three}, two, two, 0), "beta: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(layout, two, {}, three, two, 0),
            "running_mean: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(layout, two, {}, two, three, 0), "running_var: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(layout, two, {}, two, two, -1), "eps: expected a number >= 0, got -1");
  EXPECT_EQ(refused(layout, two, {}, two, channels({1, -1}), 0),
            "running_var (channel 1): expected a variance >= 0, got -1");
  EXPECT_EQ(refused(layout, two, {}, two, channels({0, 1}), 0),
            "running_var + eps (channel 0): expected a value > 0, got 0");
}

}  // namespace
