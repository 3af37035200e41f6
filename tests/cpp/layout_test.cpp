// The same numbers in every layout and type; what layout_of and the sizes of tensors are refused with.

#include "batchnorm/layout.h"

#include "problems.h"

namespace {

using namespace testing_batchnorm;
using batchnorm::Gradients;
using batchnorm::layout_of;
using batchnorm::TrainingForward;

TEST(Layout, IsExamplesChannelsAndPositions) {
  struct {
    std::vector<Index> shape;
    ChannelAxis axis;
    Layout layout;
  } const table[] = {
      {{6, 3}, ChannelAxis::first, {6, 3, 1}},
      {{6, 3}, ChannelAxis::last, {6, 3, 1}},
      {{6, 3, 5}, ChannelAxis::first, {6, 3, 5}},
      {{6, 5, 3}, ChannelAxis::last, {30, 3, 1}},
      {{6, 3, 5, 7}, ChannelAxis::first, {6, 3, 35}},
      {{6, 5, 7, 3}, ChannelAxis::last, {210, 3, 1}},
      {{6, 3, 2, 5, 7}, ChannelAxis::first, {6, 3, 70}},
      {{6, 2, 5, 7, 3}, ChannelAxis::last, {420, 3, 1}},
      {{1, 1}, ChannelAxis::first, {1, 1, 1}},
      {{1, 1, 1, 1, 1}, ChannelAxis::last, {1, 1, 1}},
      {{1 << 15, 1 << 15}, ChannelAxis::first, {1 << 15, 1 << 15, 1}},
      {{1, 2147483647}, ChannelAxis::first, {1, 2147483647, 1}},
      // A shard without examples.
      {{0, 3}, ChannelAxis::first, {0, 3, 1}},
      {{0, 5, 7, 3}, ChannelAxis::last, {0, 3, 1}},
  };
  for (const auto& row : table) {
    const Layout layout = layout_of(row.shape, row.axis);
    EXPECT_EQ(layout.outer, row.layout.outer);
    EXPECT_EQ(layout.channels, row.layout.channels);
    EXPECT_EQ(layout.inner, row.layout.inner);
    EXPECT_EQ(layout.m(), layout.outer * layout.inner);
    EXPECT_EQ(layout.size(), layout.m() * layout.channels);
  }
}

TEST(Layout, OfAWeightHasItsChannelsOnAnyAxis) {
  const std::vector<Index> shape{2, 3, 5, 7};
  const Layout expected[] = {{1, 2, 105}, {2, 3, 35}, {6, 5, 7}, {30, 7, 1}};
  for (Index axis = 0; axis < 4; ++axis) {
    const Layout layout = layout_of(shape, axis);
    EXPECT_EQ(layout.outer, expected[axis].outer);
    EXPECT_EQ(layout.channels, expected[axis].channels);
    EXPECT_EQ(layout.inner, expected[axis].inner);
  }
  EXPECT_EQ(refusal([&] { layout_of(shape, Index{4}); }), "channel_axis: expected 0 to 3, got 4");
  EXPECT_EQ(refusal([&] { layout_of(shape, Index{-1}); }), "channel_axis: expected 0 to 3, got -1");
  EXPECT_EQ(refusal([] { layout_of({0, 3}, Index{1}); }), "shape[0]: expected at least 1, got 0");
  EXPECT_EQ(refusal([] { layout_of({4}, Index{0}); }), "shape: expected 2 to 5 dimensions, got 1");
}

TEST(Layout, Refusals) {
  const auto refused = [](const std::vector<Index>& shape) {
    const std::string first = refusal([&] { layout_of(shape, ChannelAxis::first); });
    EXPECT_EQ(first, refusal([&] { layout_of(shape, ChannelAxis::last); }));
    return first;
  };
  EXPECT_EQ(refused({}), "shape: expected 2 to 5 dimensions, got 0");
  EXPECT_EQ(refused({4}), "shape: expected 2 to 5 dimensions, got 1");
  EXPECT_EQ(refused({1, 2, 3, 4, 5, 6}), "shape: expected 2 to 5 dimensions, got 6");
  EXPECT_EQ(refused({-1, 3}), "shape[0]: expected at least 0, got -1");
  EXPECT_EQ(refused({2, -1}), "shape[1]: expected at least 1, got -1");
  EXPECT_EQ(refused({2, 3, 4, 5, 0}), "shape[4]: expected at least 1, got 0");
  EXPECT_EQ(refused({1 << 16, 1 << 15}), "shape: expected at most 2147483647 values, got 2147483648");
  // The product of these wraps around to 0 in 64 bits.
  EXPECT_EQ(refused({Index{1} << 32, Index{1} << 32}),
            "shape: expected at most 2147483647 values, got 1.8446744073709552e+19");
  // No examples, of more positions than an Index of WebAssembly holds.
  EXPECT_EQ(refused({0, 1 << 16, 1 << 16}), "shape: expected at most 2147483647 values, got 4294967296");
}

/// All forms of S = 12 positions.
std::vector<Form> forms_of_12_positions(Dtype dtype) {
  std::vector<Form> forms;
  for (const std::vector<Index>& positions : std::vector<std::vector<Index>>{{12}, {3, 4}, {2, 3, 2}}) {
    for (const ChannelAxis axis : {ChannelAxis::first, ChannelAxis::last})
      forms.push_back({positions, axis, dtype});
  }
  return forms;
}

/// Everything that the core gives for a problem.
struct Results {
  TrainingForward forward;
  Gradients gradients;
  Batch inference;
  Gradients frozen;
};

Results results_of(const Problem& problem) {
  Results results{problem.forward(), problem.gradients(), {}, {}};
  const Frozen frozen{results.forward.batch_mean, results.forward.batch_var};
  results.inference = forward_inference(problem.form, problem.x, problem.affine, frozen, problem.eps);
  results.frozen = backward_frozen(problem.form, problem.dy, problem.x, problem.gamma(), frozen, problem.eps);
  return results;
}

void expect_same_bits(const Results& got, const Results& expected) {
  EXPECT_EQ(bits(got.forward.y), bits(expected.forward.y));
  EXPECT_EQ(bits(got.forward.batch_mean), bits(expected.forward.batch_mean));
  EXPECT_EQ(bits(got.forward.batch_var), bits(expected.forward.batch_var));
  EXPECT_EQ(bits(got.forward.saved_invstd), bits(expected.forward.saved_invstd));
  EXPECT_EQ(bits(got.gradients.dx), bits(expected.gradients.dx));
  EXPECT_EQ(bits(got.gradients.dgamma), bits(expected.gradients.dgamma));
  EXPECT_EQ(bits(got.gradients.dbeta), bits(expected.gradients.dbeta));
  EXPECT_EQ(bits(got.inference), bits(expected.inference));
  EXPECT_EQ(bits(got.frozen.dx), bits(expected.frozen.dx));
  EXPECT_EQ(bits(got.frozen.dgamma), bits(expected.frozen.dgamma));
}

/// Rounding depends on the order of the traversal: results agree within the bounds of accuracy_test.cpp.
void expect_same_but_for_rounding(const Problem& problem, const Results& got, const Results& expected) {
  const double e = problem.epsilon();
  const Channels size_of_dx = natural_size(problem, expected.forward);
  for (Index c = 0; c < problem.width(); ++c) {
    const double gamma = std::abs(problem.gamma()(c)), beta = std::abs(problem.beta()(c));
    const double x_hat = largest(expected.forward.x_hat.col(c));
    const double size_of_y = gamma * x_hat + beta;
    const double size_of_sums = problem.dy.col(c).abs().sum();
    const double mean_rounding = 2 * epsilon * largest(problem.x.col(c));
    expect_near(got.forward.y.col(c), expected.forward.y.col(c), 2 * 3 * e * size_of_y);
    EXPECT_NEAR(got.forward.batch_mean(c), expected.forward.batch_mean(c), mean_rounding);
    EXPECT_NEAR(got.forward.batch_var(c), expected.forward.batch_var(c),
                2 * 12 * e * expected.forward.batch_var(c));
    expect_near(got.gradients.dx.col(c), expected.gradients.dx.col(c), 2 * 6 * e * size_of_dx(c));
    EXPECT_NEAR(got.gradients.dgamma(c), expected.gradients.dgamma(c), 2 * 8 * e * size_of_sums * x_hat);
    EXPECT_NEAR(got.gradients.dbeta(c), expected.gradients.dbeta(c), 2 * 8 * e * size_of_sums);
    // Inference takes its statistics from either: from means that differ by their rounding.
    const double of_statistics =
        gamma * expected.forward.saved_invstd(c) * mean_rounding + 12 * e * size_of_y;
    expect_near(got.inference.col(c), expected.inference.col(c), 2 * 3 * e * size_of_y + of_statistics);
    expect_near(got.frozen.dx.col(c), expected.frozen.dx.col(c), 2 * 14 * e * size_of_dx(c));
  }
}

TEST(Layout, TheSameNumbersInEveryLayoutGiveTheSameResults) {
  for (const Dtype dtype : {Dtype::float64, Dtype::float32}) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      lab::Random random(seed);
      const Index m = 12 * random_count(random, 6), width = random_count(random, 40);
      Problem problem{seed,
                      {{}, ChannelAxis::first, dtype},
                      random_batch(random, m, width),
                      {random_channels(random, width), random_channels(random, width)},
                      1e-5,
                      random_batch(random, m, width)};
      problem.x = problem.form.rounded(100 + problem.x);
      problem.dy = problem.form.rounded(problem.dy);
      const Results as_matrix = results_of(problem);
      Results along_planes;
      for (const Form& form : forms_of_12_positions(dtype)) {
        problem.form = form;
        SCOPED_TRACE(problem);
        const Results results = results_of(problem);
        // Channels last are a matrix of (m, C), whatever the dimensions are called; and so are planes of one
        // number of positions the same walk.
        if (form.axis == ChannelAxis::last) {
          expect_same_bits(results, as_matrix);
        } else if (form.positions.size() == 1) {
          expect_same_but_for_rounding(problem, results, as_matrix);
          along_planes = results;
        } else {
          expect_same_bits(results, along_planes);
        }
      }
    }
  }
}

/// The results of one channel.
Results channel_of(const Results& results, Index c) {
  Results of = results;
  of.forward.y = Batch(results.forward.y.col(c));
  of.forward.x_hat = Batch(results.forward.x_hat.col(c));
  of.gradients.dx = Batch(results.gradients.dx.col(c));
  of.inference = Batch(results.inference.col(c));
  of.frozen.dx = Batch(results.frozen.dx.col(c));
  const auto pick = [c](Channels& channels) { channels = Channels(channels.segment(c, 1)); };
  pick(of.forward.batch_mean);
  pick(of.forward.batch_var);
  pick(of.forward.saved_invstd);
  pick(of.gradients.dgamma);
  pick(of.gradients.dbeta);
  return of;
}

TEST(Layout, LongPlanesGiveWhatTheirChannelsGiveOneByOne) {
  for (const Dtype dtype : {Dtype::float64, Dtype::float32}) {
    for (const Index inner : {32, 33, 49, 2048, 2049, 3136, 5000}) {
      lab::Random random(static_cast<std::uint64_t>(inner));
      const Index m = 2 * inner, width = 3;
      Problem problem{0,
                      {{inner}, ChannelAxis::first, dtype, Accuracy::exact},
                      random_batch(random, m, width),
                      {random_channels(random, width), random_channels(random, width)},
                      1e-5,
                      random_batch(random, m, width)};
      problem.x = problem.form.rounded(problem.x);
      problem.dy = problem.form.rounded(problem.dy);
      SCOPED_TRACE(problem);
      const Results together = results_of(problem);
      for (Index c = 0; c < width; ++c) {
        Problem alone = problem;
        alone.x = Batch(problem.x.col(c));
        alone.dy = Batch(problem.dy.col(c));
        alone.affine = {problem.gamma().segment(c, 1), problem.beta().segment(c, 1)};
        expect_same_but_for_rounding(alone, channel_of(together, c), results_of(alone));
      }
    }
  }
}

TEST(Layout, ExactFloatsAreComputedAsDoublesAndRoundedOnce) {
  // The same numbers as doubles: where sums agree, a float result is the double one, rounded.
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Problem problem = random_problem(seed);
    problem.form.dtype = Dtype::float32;
    problem.form.accuracy = Accuracy::exact;
    problem.x = problem.form.rounded(problem.x);
    problem.dy = problem.form.rounded(problem.dy);
    SCOPED_TRACE(problem);
    const Results floats = results_of(problem);
    problem.form.dtype = Dtype::float64;
    const Results doubles = results_of(problem);
    const Channels size_of_dx = natural_size(problem, doubles.forward);
    for (Index c = 0; c < problem.width(); ++c) {
      // Doubles keep 29 bits more: their rounding moves no result by more than a thousandth of a float's.
      const double u = std::numeric_limits<float>::epsilon() / 2;
      const Batch y = doubles.forward.y.col(c), dx = doubles.gradients.dx.col(c);
      const double size_of_y =
          std::abs(problem.gamma()(c)) * largest(doubles.forward.x_hat.col(c)) + std::abs(problem.beta()(c));
      for (Index i = 0; i < problem.m(); ++i) {
        EXPECT_NEAR(floats.forward.y(i, c), y(i), u * std::abs(y(i)) + u / 1000 * size_of_y);
        EXPECT_NEAR(floats.gradients.dx(i, c), dx(i), u * std::abs(dx(i)) + u / 1000 * size_of_dx(c));
      }
      EXPECT_NEAR(floats.forward.batch_var(c), doubles.forward.batch_var(c),
                  u / 1000 * doubles.forward.batch_var(c));
    }
  }
}

TEST(Sizes, ThatDoNotFitAreRefusedByName) {
  const Layout layout{2, 3, 4};
  const std::vector<double> right(24), wrong(23);
  std::vector<double> out(24), wrong_out(25);
  const batchnorm::BatchStatistics statistics =
      batchnorm::batch_statistics(batchnorm::moments(layout, right), 1);
  const Channels three = channels({1, 1, 1}), two = channels({1, 1});
  const std::string of_layout = ": expected 24 values (3 channels of 8), got ";
  const std::string of_channels = ": expected 3 values (one a channel), got 2";

  EXPECT_EQ(refusal([&] { batchnorm::moments(layout, wrong); }), "x" + of_layout + "23");
  EXPECT_EQ(refusal([&] {
              batchnorm::moments({0, 3, 4}, right);
            }),
            "x: expected 0 values (3 channels of 0), got 24");
  EXPECT_EQ(
      refusal([&] {
        batchnorm::moments({2, 0, 4}, right);
      }),
      "x: expected a layout with 0 examples or more and at least 1 channel and position, got 2, 0 and 4");
  const std::vector<double> none;
  std::vector<double> none_out;
  EXPECT_EQ(refusal([&] {
              batchnorm::forward_train({0, 3, 4}, none, {}, 1, none_out);
            }),
            "x: expected at least 1 example, got an empty batch");

  const auto train = [&](const std::vector<double>& x, const Affine& affine, std::vector<double>& y) {
    return refusal([&] { batchnorm::forward_train(layout, x, affine, 1, y); });
  };
  EXPECT_EQ(train(right, {three, three}, out), "(accepted)");
  EXPECT_EQ(train(wrong, {}, out), "x" + of_layout + "23");
  EXPECT_EQ(train(right, {}, wrong_out), "y" + of_layout + "25");
  EXPECT_EQ(train(right, {two, {}}, out), "gamma" + of_channels);
  EXPECT_EQ(train(right, {{}, two}, out), "beta" + of_channels);

  const auto normalized = [&](const std::vector<double>& x, const Affine& affine, std::vector<double>& y) {
    return refusal([&] { batchnorm::normalize(layout, x, statistics.normalizer, affine, y); });
  };
  EXPECT_EQ(normalized(right, {three, three}, out), "(accepted)");
  EXPECT_EQ(normalized(wrong, {}, out), "x" + of_layout + "23");
  EXPECT_EQ(normalized(right, {}, wrong_out), "y" + of_layout + "25");
  EXPECT_EQ(normalized(right, {two, {}}, out), "gamma" + of_channels);
  EXPECT_EQ(normalized(right, {{}, two}, out), "beta" + of_channels);

  const auto backward = [&](const std::vector<double>& dy, const std::vector<double>& x,
                            const Channels& gamma, std::vector<double>& dx) {
    const std::string frozen =
        refusal([&] { batchnorm::backward_frozen(layout, dy, x, gamma, three, three, 1, dx); });
    const std::string got = refusal([&] { batchnorm::backward_train(layout, dy, x, statistics, gamma, dx); });
    EXPECT_EQ(got, frozen);
    return got;
  };
  EXPECT_EQ(backward(right, right, three, out), "(accepted)");
  EXPECT_EQ(backward(wrong, right, {}, out), "dy" + of_layout + "23");
  EXPECT_EQ(backward(right, wrong, {}, out), "x" + of_layout + "23");
  EXPECT_EQ(backward(right, right, {}, wrong_out), "dx" + of_layout + "25");
  EXPECT_EQ(backward(right, right, two, out), "gamma" + of_channels);

  const auto inference = [&](const Channels& mean, const Channels& var) {
    return refusal([&] { batchnorm::forward_inference(layout, right, {}, mean, var, 1, out); });
  };
  EXPECT_EQ(inference(two, three), "running_mean" + of_channels);
  EXPECT_EQ(inference(three, two), "running_var" + of_channels);
}

TEST(Sizes, StatisticsOfOtherChannelsAreRefused) {
  const Layout layout{2, 3, 4};
  const std::vector<double> x(24), of_two(16);
  std::vector<double> out(24);
  const batchnorm::BatchStatistics two =
      batchnorm::batch_statistics(batchnorm::moments({2, 2, 4}, of_two), 1);
  EXPECT_EQ(refusal([&] { batchnorm::normalize(layout, x, two.normalizer, {}, out); }),
            "batch_mean: expected 3 values (one a channel), got 2");
  EXPECT_EQ(refusal([&] { batchnorm::backward_train(layout, x, x, two, {}, out); }),
            "batch_mean: expected 3 values (one a channel), got 2");
}

TEST(Sizes, StatisticsThatDoNotFitEachOtherAreRefused) {
  const Layout layout{2, 3, 4};
  const std::vector<double> x(24);
  std::vector<double> out(24);
  const batchnorm::BatchStatistics right = batchnorm::batch_statistics(batchnorm::moments(layout, x), 1);
  const auto refused = [&](const auto& spoil) {
    batchnorm::BatchStatistics spoilt = right;
    spoil(spoilt.normalizer);
    const std::string forward = refusal([&] { batchnorm::normalize(layout, x, spoilt.normalizer, {}, out); });
    EXPECT_EQ(refusal([&] { batchnorm::backward_train(layout, x, x, spoilt, {}, out); }), forward);
    return forward;
  };
  const std::string expected = ": expected 3 values (one a channel), got 2";
  EXPECT_EQ(refused([](batchnorm::Normalizer& n) { n.mean_residual.resize(2); }), "mean_residual" + expected);
  EXPECT_EQ(refused([](batchnorm::Normalizer& n) { n.invstd.resize(2); }), "invstd" + expected);
  EXPECT_EQ(refused([](batchnorm::Normalizer& n) { n.invstd_residual.resize(2); }),
            "invstd_residual" + expected);
  EXPECT_EQ(refused([](batchnorm::Normalizer& n) { n.exponent.resize(2); }), "exponent" + expected);
}

}  // namespace
