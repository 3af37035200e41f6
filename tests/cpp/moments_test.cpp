// Mergeable moments: shards, in any order and grouping, give the moments of the whole; and synchronised batch
// normalization, whose devices merge their moments before each normalises its shard.

#include "batchnorm/moments.h"

#include <functional>
#include <numeric>

#include "problems.h"
#include "truth.h"

namespace {

using namespace testing_batchnorm;
using batchnorm::batch_statistics;
using batchnorm::BatchStatistics;
using batchnorm::Gradients;
using batchnorm::GradientSums;
using batchnorm::merge;
using batchnorm::Moments;
using batchnorm::TrainingForward;

/// The rows of a batch, cut at random.
std::vector<Batch> random_shards(lab::Random& random, const Batch& whole, Index most) {
  std::vector<Batch> shards;
  for (Index row = 0; row < whole.rows();) {
    const Index rows = std::min(random_count(random, most), whole.rows() - row);
    shards.push_back(whole.middleRows(row, rows));
    row += rows;
  }
  return shards;
}

std::vector<Moments> moments_of(const Form& form, const std::vector<Batch>& shards) {
  std::vector<Moments> result;
  for (const Batch& shard : shards) result.push_back(moments(form, shard));
  return result;
}

/// Merges pairs chosen at random until one is left: any order, any grouping.
Moments merged_at_random(lab::Random& random, std::vector<Moments> parts) {
  while (parts.size() > 1) {
    const auto take = [&] {
      const auto at = parts.begin() + random_count(random, static_cast<Index>(parts.size())) - 1;
      const Moments part = *at;
      parts.erase(at);
      return part;
    };
    const Moments a = take(), b = take();
    parts.push_back(merge(a, b));
  }
  return parts.front();
}

/// The errors of merged moments, with eps = 0 or, where all values are equal, 1: of the variance and the
/// mean, relative to the standard deviation where that matters for x_hat.
void expect_moments_of(const Batch& whole, const Moments& got, double merges) {
  ASSERT_EQ(got.count, whole.rows());
  for (Index c = 0; c < whole.cols(); ++c) {
    SCOPED_TRACE(testing::Message() << "channel " << c);
    const Exact<Wide> exact = exactly(whole.col(c), Batch::Zero(whole.rows(), 1), 1, 0, 0);
    const Wide scale = times_power_of_2<Wide>(1, got.exponent(c));
    const Wide var = Wide(got.m2(c)) * scale * scale / Wide(static_cast<double>(got.count));
    const Wide mean = (Wide(got.mean(c)) + Wide(got.mean_residual(c))) * scale;
    // A few roundings for each merge, and for the moments themselves.
    const double tolerance = (12 + 4 * merges) * epsilon;
    if (Wide(0) < exact.batch_var) {
      EXPECT_LE(static_cast<double>(magnitude<Wide>(var - exact.batch_var) / exact.batch_var), tolerance);
      // In units of the standard deviation, and of the mean rounded to twice the precision.
      EXPECT_LE(static_cast<double>(magnitude<Wide>(mean - exact.batch_mean) * exact.saved_invstd),
                tolerance + static_cast<double>(magnitude(exact.batch_mean) * exact.saved_invstd) *
                                tolerance * epsilon);
    } else {
      EXPECT_EQ(got.m2(c), 0);
      EXPECT_EQ(static_cast<double>(mean), whole(0, c));
    }
  }
}

TEST(Moments, OfShardsInAnyOrderAndGroupingAreThoseOfTheWhole) {
  for (std::uint64_t seed = 0; seed < 500 && !HasFailure(); ++seed) {
    lab::Random random(seed);
    const Index m = 2 + random_count(random, 100), width = random_count(random, 9);
    Batch whole = random_batch(random, m, width);
    const double sizes[] = {1, 1e-5, 1e100, 1e200, 1e290, 1e-150, 1e-200, 1e-310};
    const double offsets[] = {0, 1, 1e8, 1e15};
    for (Index c = 0; c < width; ++c) {
      whole.col(c) = whole.col(c) + offsets[random_count(random, 4) - 1] * random.normal();
      whole.col(c) *= sizes[random_count(random, 8) - 1];
    }
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", m " << m << ", width " << width);
    const std::vector<Batch> shards = random_shards(random, whole, 40);
    const Moments got = merged_at_random(random, moments_of({}, shards));
    expect_moments_of(whole, got, static_cast<double>(shards.size()));
  }
}

TEST(Moments, OfOneExampleEachAreThoseOfTheWhole) {
  for (const double offset : {0.0, 1e8, 3e15}) {
    lab::Random random(1);
    const Batch whole = (8 * random_batch(random, 64, 3)).round() + offset;
    expect_moments_of(whole, merged_at_random(random, moments_of({}, random_shards(random, whole, 1))), 64);
  }
}

struct Shards {
  const char* name;
  Batch a, b;
};

TEST(Moments, OfShardsThatDifferMuch) {
  lab::Random random(2);
  const Batch ordinary = random_batch(random, 20, 1);
  const auto constant = [](double value) { return Batch(Batch::Constant(7, 1, value)); };
  const Shards table[] = {
      {"one constant", constant(0.1), ordinary},
      {"one zero", constant(0), ordinary},
      {"one tiny", 1e-200 * ordinary, ordinary},
      {"one huge", 1e200 * ordinary, ordinary},
      {"one huge, one tiny", 1e200 * ordinary, 1e-200 * ordinary},
      {"one subnormal", 1e-310 * ordinary, ordinary},
      {"one subnormal, one tiny", 1e-310 * ordinary, 1e-160 * ordinary},
      {"both tiny", 1e-200 * ordinary, 1e-201 * ordinary},
      {"huge opposite constants", constant(1e300), constant(-1e300)},
      {"the largest opposite constants", constant(largest_double), constant(-largest_double)},
      {"huge equal constants", constant(1e300), constant(1e300)},
      {"different huge constants", constant(1e300), constant(1.1e300)},
      {"huge constant, tiny constant", constant(1e300), constant(1e-300)},
      {"tiny opposite constants", constant(1e-300), constant(-1e-300)},
      {"different tiny constants", constant(1e-300), constant(3e-300)},
      {"the smallest constants", constant(5e-324), constant(1e-323)},
      {"equal constants", constant(1e8 + 1.0 / 3), constant(1e8 + 1.0 / 3)},
      {"equal tiny constants", constant(1e-300), constant(1e-300)},
      {"zeros", constant(0), constant(0)},
      {"constants just beside the small ones", constant(1e-114), constant(-1e-114)},
      {"a small constant, smaller values", constant(1e-114), 1e-150 * ordinary},
      {"far offsets", 1e15 + ordinary, -1e15 + ordinary},
      {"far offset, large values", 1e15 + ordinary, 1e20 * ordinary},
  };
  for (const Shards& row : table) {
    SCOPED_TRACE(row.name);
    Batch whole(row.a.rows() + row.b.rows(), 1);
    whole << row.a, row.b;
    const Moments a = moments(Form{}, row.a), b = moments(Form{}, row.b);
    expect_moments_of(whole, merge(a, b), 1);
    expect_moments_of(whole, merge(b, a), 1);
    Batch thrice(2 * whole.rows(), 1);
    thrice << whole, whole;
    expect_moments_of(thrice, merge(merge(a, b), merge(b, a)), 3);

    // They normalise as those of the whole.
    for (const double eps : {1e-5, 1.0}) {
      const BatchStatistics got = batch_statistics(merge(a, b), eps);
      const Exact<Wide> exact = exactly(whole, Batch::Zero(whole.rows(), 1), 1, 0, eps);
      const Batch y = normalize({}, whole, got.normalizer, {});
      for (Index i = 0; i < whole.rows(); ++i) {
        EXPECT_LE(ulps<double>(y(i), exact.y[i], exact.size_of_y), 4) << "eps " << eps;
      }
      EXPECT_LE(ulps<double>(got.batch_mean(0), exact.batch_mean, exact.size_of_x), 1);
      EXPECT_LE(ulps<double>(got.batch_var(0), exact.batch_var, exact.batch_var), 12);
      EXPECT_LE(ulps<double>(got.saved_invstd(0), exact.saved_invstd, exact.saved_invstd), 6);
    }
  }
}

TEST(Moments, OfEqualValuesAreThoseValues) {
  for (const double constant : nasty_constants) {
    SCOPED_TRACE(constant);
    for (const Index m : {1, 2, 3, 7, 100}) {
      const Moments one = moments(Form{}, Batch::Constant(m, 1, constant));
      const Moments merged = merge(one, moments(Form{}, Batch::Constant(2 * m, 1, constant)));
      for (const Moments& each : {one, merged}) {
        EXPECT_EQ(each.m2(0), 0);
        EXPECT_EQ(std::ldexp(each.mean(0), each.exponent(0)), constant);
        EXPECT_EQ(each.mean_residual(0), 0);
      }
    }
  }
}

/// The three shards of a batch, as three devices hold them.
struct Devices {
  Problem shares[3];

  explicit Devices(const Problem& whole) {
    const Index inner = whole.form.inner(), examples = whole.m() / inner;
    Index begin = 0;
    for (int k = 0; k < 3; ++k) {
      // Shards of different size.
      const Index end = k == 2 ? examples : std::max(begin + 1, examples * (k + 1) / 5);
      shares[k] = whole;
      shares[k].x = Batch(whole.x.middleRows(begin * inner, (end - begin) * inner));
      shares[k].dy = Batch(whole.dy.middleRows(begin * inner, (end - begin) * inner));
      begin = end;
    }
  }
  BatchStatistics statistics() const {
    const auto of = [this](int k) { return moments(shares[k].form, shares[k].x); };
    return batch_statistics(merge(merge(of(2), of(0)), of(1)), shares[0].eps);
  }
  Batch y(const BatchStatistics& statistics) const {
    Batch result(0, shares[0].x.cols());
    for (const Problem& share : shares) {
      Batch longer(result.rows() + share.m(), result.cols());
      longer << result, normalize(share.form, share.x, statistics.normalizer, share.affine);
      result = longer;
    }
    return result;
  }
};

void expect_same_as_whole(const Problem& whole) {
  SCOPED_TRACE(whole);
  const Devices devices(whole);
  const BatchStatistics statistics = devices.statistics();
  const TrainingForward expected = whole.forward();
  const Batch y = devices.y(statistics);
  EXPECT_EQ(statistics.m, whole.m());
  for (Index c = 0; c < whole.width(); ++c) {
    EXPECT_NEAR(statistics.batch_mean(c), expected.batch_mean(c), 2 * epsilon * largest(whole.x.col(c)));
    EXPECT_NEAR(statistics.batch_var(c), expected.batch_var(c), 2 * 12 * epsilon * expected.batch_var(c));
    const double size =
        std::abs(whole.gamma()(c)) * largest(expected.x_hat.col(c)) + std::abs(whole.beta()(c));
    expect_near(y.col(c), expected.y.col(c), 2 * 4 * whole.epsilon() * size);
  }
}

TEST(SynchronisedBatchNorm, OfThreeDevicesIsThatOfTheWholeBatch) {
  for (std::uint64_t seed = 0; seed < 300 && !HasFailure(); ++seed) {
    Problem whole = random_problem(seed);
    // At least one example for each device.
    whole.x = Batch(whole.x.replicate(3, 1));
    whole.dy = Batch(whole.dy.replicate(3, 1));
    lab::Random random(seed);
    whole.x = whole.form.rounded(whole.x + 0.1 * random_batch(random, whole.m(), whole.width()));
    expect_same_as_whole(whole);
  }
}

/// What a device has of a batch: the rows from `begin` to `end`.
Problem shard_of(const Problem& whole, Index begin, Index end) {
  Problem shard = whole;
  shard.x = Batch(whole.x.middleRows(begin, end - begin));
  shard.dy = Batch(whole.dy.middleRows(begin, end - begin));
  return shard;
}

GradientSums gradient_sums(const Problem& shard, const BatchStatistics& statistics) {
  return shard.form.with_scalar([&](auto zero) {
    using Scalar = decltype(zero);
    return batchnorm::gradient_sums(shard.form.layout(shard.x), shard.form.tensor<Scalar>(shard.dy),
                                    shard.form.tensor<Scalar>(shard.x), statistics, shard.form.accuracy);
  });
}

Gradients backward_shard(const Problem& shard, const BatchStatistics& statistics, const GradientSums& sums) {
  return shard.form.with_scalar([&](auto zero) {
    using Scalar = decltype(zero);
    std::vector<Scalar> dx(static_cast<std::size_t>(shard.x.size()));
    Gradients gradients;
    static_cast<batchnorm::ParameterGradients&>(gradients) = batchnorm::backward_shard(
        shard.form.layout(shard.x), shard.form.tensor<Scalar>(shard.dy), shard.form.tensor<Scalar>(shard.x),
        statistics, shard.gamma(), sums, dx, shard.form.accuracy);
    gradients.dx = shard.form.batch(dx, shard.x);
    return gradients;
  });
}

/// The shards of a batch, one after the other: dx of each, side by side, with the parameters' gradients.
Gradients backward_of_shards(const std::vector<Problem>& shards) {
  std::vector<Moments> parts;
  for (const Problem& shard : shards) parts.push_back(moments(shard.form, shard.x));
  const BatchStatistics statistics =
      batch_statistics(std::accumulate(parts.begin() + 1, parts.end(), parts[0],
                                       [](const Moments& a, const Moments& b) { return merge(a, b); }),
                       shards[0].eps);
  std::vector<GradientSums> sums;
  for (const Problem& shard : shards) sums.push_back(gradient_sums(shard, statistics));
  GradientSums all = sums[0];
  for (std::size_t k = 1; k < sums.size(); ++k) all = merge(all, sums[k]);
  Gradients gradients{{}, Batch(0, shards[0].x.cols())};
  for (const Problem& shard : shards) {
    const Gradients of_shard = backward_shard(shard, statistics, all);
    Batch longer(gradients.dx.rows() + shard.m(), gradients.dx.cols());
    longer << gradients.dx, of_shard.dx;
    gradients = of_shard;
    gradients.dx = longer;
  }
  return gradients;
}

TEST(SynchronisedBatchNorm, BackwardByHand) {
  // x = 1, 2, 6, 7 on devices that hold 3 values and 1: mean 4, variance 6.5, mean(dy) = 3/4 and
  // sum(dy (x - mean)) = 3, so dx_i = (dy_i - 3/4 - (x_i - 4) 3 / (4 * 6.5)) / sqrt(6.5).
  const Problem whole{0, {}, column({1, 2, 6, 7}), {channels({1}), channels({0})}, 0, column({1, 0, 0, 2})};
  const Gradients got =
      backward_of_shards({shard_of(whole, 0, 3), shard_of(whole, 3, 3), shard_of(whole, 3, 4)});
  expect_near(got.dx, column({31, -27, -51, 47}) / (52 * std::sqrt(6.5)), 4 * epsilon);
  expect_near(got.dx, column({0.2338, -0.2037, -0.3847, 0.3545}), 0.5e-4);  // as it was published
  EXPECT_NEAR(got.dgamma(0), 3 / std::sqrt(6.5), 4 * epsilon);
  EXPECT_EQ(got.dbeta(0), 3);
}

TEST(SynchronisedBatchNorm, BackwardOfUnevenAndEmptyShardsIsThatOfTheWholeBatch) {
  for (std::uint64_t seed = 0; seed < 500 && !HasFailure(); ++seed) {
    Problem whole = random_problem(seed);
    lab::Random random(seed);
    // One channel near an end of the range of doubles, in x, in dy or in both.
    if (whole.form.dtype == Dtype::float64) {
      const double sizes[] = {1, 1e200, 1e-200, 1e300, 1e-300, 1e130};
      whole.x.col(0) *= sizes[random_count(random, 6) - 1];
      whole.dy.col(0) *= sizes[random_count(random, 6) - 1];
    }
    SCOPED_TRACE(whole);
    std::vector<Problem> shards;
    const Index inner = whole.form.inner(), examples = whole.m() / inner;
    for (Index begin = 0; begin < examples;) {
      // A third of the devices get nothing.
      const Index end = random.uniform() < 0.33
                            ? begin
                            : std::min(examples, begin + random_count(random, 1 + examples / 3));
      shards.push_back(shard_of(whole, begin * inner, end * inner));
      begin = end;
    }
    shards.push_back(shard_of(whole, whole.m(), whole.m()));

    const TrainingForward forward = whole.forward();
    const Gradients expected = whole.gradients(), got = backward_of_shards(shards);
    const Channels size = natural_size(whole, forward);
    for (Index c = 0; c < whole.width(); ++c) {
      if (!std::isfinite(size(c))) continue;  // dx leaves the range of doubles
      const double x_hat = largest(forward.x_hat.col(c)), dy = whole.dy.col(c).abs().sum();
      const double merges = static_cast<double>(shards.size());
      expect_near(got.dx.col(c), expected.dx.col(c),
                  (8 + merges) * (1 + x_hat) * whole.epsilon() * size(c) + smallest_double);
      EXPECT_NEAR(got.dgamma(c), expected.dgamma(c), (32 + 4 * merges) * epsilon * dy * x_hat);
      EXPECT_NEAR(got.dbeta(c), expected.dbeta(c), (4 + merges) * epsilon * dy);
    }
  }
}

TEST(SynchronisedBatchNorm, SumsBeyondTheRangeOfDoublesMerge) {
  // The sums of dy are 3e308 and 4e308; dx is not: (dy - mean(dy)) / std but for the part along x_hat, which
  // is 0 as dy and x_hat are orthogonal.
  const double large = 1.5e308;
  const Problem whole{0,
                      {},
                      column({-1, 1, -1, 1}),
                      {channels({1}), channels({0})},
                      0,
                      column({large, large, large / 3, large / 3})};
  const Gradients got = backward_of_shards({shard_of(whole, 0, 2), shard_of(whole, 2, 4)});
  expect_near(got.dx, large / 3 * column({1, 1, -1, -1}), 8 * epsilon * large);
  EXPECT_EQ(got.dbeta(0), infinity);
}

TEST(SynchronisedBatchNorm, Refusals) {
  const Problem whole{0, {}, column({1, 2, 6, 7}), {channels({1}), channels({0})}, 0, column({1, 0, 0, 2})};
  const Problem first = shard_of(whole, 0, 3), last = shard_of(whole, 3, 4);
  const BatchStatistics statistics = batch_statistics(moments({}, whole.x), 0);
  // Regression test: the sums of a shard alone were once silently accepted as those of the batch.
  TrainingForward forward = first.forward();
  static_cast<BatchStatistics&>(forward) = statistics;
  EXPECT_EQ(
      refusal([&] { backward_train(first.form, first.dy, forward, first.gamma()); }),
      "statistics: expected those of x, of 3 values a channel (backward_shard takes a shard), got those of "
      "4");
  const GradientSums of_first = gradient_sums(first, statistics), of_last = gradient_sums(last, statistics);
  EXPECT_EQ(
      refusal([&] { backward_shard(first, statistics, of_first); }),
      "sums: expected those of all shards, of 4 values a channel as the statistics are, got those of 3");
  EXPECT_EQ(refusal([&] { backward_shard(first, statistics, merge(of_first, of_last)); }), "(accepted)");
  EXPECT_EQ(refusal([&] { backward_shard(whole, batch_statistics(moments({}, first.x), 0), of_first); }),
            "statistics: expected those of the whole batch, of 4 values a channel or more, got those of 3");
  const auto refused = [&](const std::function<void(GradientSums&)>& spoil) {
    GradientSums spoilt = of_first;
    spoil(spoilt);
    return refusal([&] { merge(of_last, spoilt); });
  };
  EXPECT_EQ(refused([](GradientSums& sums) { sums.count = -1; }),
            "count: expected 0 to 9007199254740992 values a channel, got -1");
  EXPECT_EQ(refused([](GradientSums& sums) { sums.count = batchnorm::most_values; }),
            "count: expected at most 9007199254740992 values a channel in both, got 9007199254740993");
  EXPECT_EQ(refused([](GradientSums& sums) { sums.dy.resize(2); }),
            "dy: expected 1 values (one a channel), got 2");
  EXPECT_EQ(refused([](GradientSums& sums) { sums.dy_x_hat.resize(0); }),
            "dy_x_hat: expected 1 values (one a channel), got 0");
  EXPECT_EQ(refused([](GradientSums& sums) { sums.dy_exponent(0) = 10001; }),
            "dy_exponent: expected -10000 to 10000, got 10001");
  EXPECT_EQ(refused([](GradientSums& sums) { sums.dy_x_hat_exponent.resize(2); }),
            "dy_x_hat_exponent: expected 1 values (one a channel), got 2");
}

TEST(SynchronisedBatchNorm, OfShardsInWhichAChannelIsConstant) {
  // A channel whose inputs are all 0 (a dead unit) on each device, and one that is 0 on one of them.
  for (const Dtype dtype : {Dtype::float64, Dtype::float32}) {
    for (const double constant : {0.0, 0.1, 1e-30, 1e30}) {
      SCOPED_TRACE(constant);
      lab::Random random(3);
      const Form form{{}, ChannelAxis::first, dtype, Accuracy::exact};
      Problem whole{3,
                    form,
                    random_batch(random, 30, 4),
                    {random_channels(random, 4), random_channels(random, 4)},
                    1e-5,
                    form.rounded(random_batch(random, 30, 4))};
      whole.x.col(1).setConstant(constant);
      whole.x.col(2).topRows(6).setConstant(constant);
      whole.x = form.rounded(whole.x);
      expect_same_as_whole(whole);

      // The statistics serve backward_train too.
      TrainingForward forward = whole.forward();
      const batchnorm::Gradients expected = whole.gradients();
      static_cast<BatchStatistics&>(forward) = Devices(whole).statistics();
      const batchnorm::Gradients got = backward_train(form, whole.dy, forward, whole.gamma());
      const Channels size = natural_size(whole, whole.forward());
      for (Index c = 0; c < 4; ++c) {
        expect_near(got.dx.col(c), expected.dx.col(c), 2 * 6 * form.epsilon() * size(c));
      }
    }
  }
}

TEST(SynchronisedBatchNorm, NotANumberOnOneDeviceStaysInItsChannel) {
  lab::Random random(4);
  for (const double size : {1.0, 1e200, 1e-200}) {
    Problem whole = random_problem(4);
    whole.form = {};
    whole.x = random_batch(random, 30, 5);
    whole.x.col(3) *= size;
    whole.dy = random_batch(random, 30, 5);
    whole.affine = {random_channels(random, 5), random_channels(random, 5)};
    const Devices clean(whole);
    const Batch expected = clean.y(clean.statistics());
    for (const Index bad : {1, 3}) {
      for (const double value : {not_a_number, infinity, -infinity}) {
        Problem spoilt = whole;
        spoilt.x(25, bad) = value;
        const Devices devices(spoilt);
        Batch y = devices.y(devices.statistics());
        EXPECT_TRUE(y.col(bad).isNaN().all());
        y.col(bad) = expected.col(bad);
        EXPECT_EQ(bits(y), bits(expected));
      }
    }
  }
}

TEST(Moments, OfNotANumberAndInfinity) {
  const auto of = [](double value) { return moments(Form{}, column({1, value, 2, 3})); };
  EXPECT_TRUE(std::isnan(of(not_a_number).mean(0)) && std::isnan(of(not_a_number).m2(0)));
  EXPECT_EQ(of(infinity).mean(0), infinity);
  EXPECT_EQ(of(-infinity).mean(0), -infinity);
  EXPECT_TRUE(std::isnan(of(infinity).m2(0)));
  EXPECT_TRUE(std::isnan(moments(Form{}, column({infinity, -infinity})).mean(0)));
  const Moments merged = merge(of(infinity), of(2));
  EXPECT_TRUE(std::isnan(merged.m2(0)));
  EXPECT_EQ(batch_statistics(of(infinity), 1).batch_mean(0), infinity);
}

TEST(Moments, OfAnInfinityInOneShardHaveThatMean) {
  const auto of = [](const std::vector<double>& x) { return moments(Form{}, column(x)); };
  for (const double sign : {1.0, -1.0}) {
    const Moments infinite = of({1, sign * infinity});
    for (const std::vector<double>& others :
         std::vector<std::vector<double>>{{3}, {1e300, 1e308}, {1e-300, -2e-300}, {sign * infinity}}) {
      for (const Moments& merged : {merge(infinite, of(others)), merge(of(others), infinite)}) {
        EXPECT_EQ(merged.mean(0), sign * infinity);
        EXPECT_TRUE(std::isnan(merged.m2(0)));
        EXPECT_EQ(batch_statistics(merged, 1).batch_mean(0), sign * infinity);
      }
    }
  }
  EXPECT_TRUE(std::isnan(merge(of({infinity, 1}), of({-infinity, 1})).mean(0)));
  EXPECT_TRUE(std::isnan(merge(of({infinity, 1}), of({not_a_number})).mean(0)));
}

TEST(Moments, OfAnEmptyShardLeaveTheOthersAsTheyAre) {
  for (const ChannelAxis axis : {ChannelAxis::first, ChannelAxis::last}) {
    for (const Dtype dtype : {Dtype::float64, Dtype::float32}) {
      for (const std::vector<Index>& positions : std::vector<std::vector<Index>>{{}, {3}, {40}}) {
        const Form form{positions, axis, dtype};
        const Moments none = moments(form, Batch(0, 3));
        EXPECT_EQ(none.count, 0);
        lab::Random random(6);
        Batch x = random_batch(random, 4 * form.inner(), 3);
        x.col(1) *= dtype == Dtype::float64 ? 1e200 : 1;
        x(0, 2) = not_a_number;
        const Moments some = moments(form, x);
        for (const Moments& merged : {merge(some, none), merge(none, some), merge(merge(none, none), some)}) {
          EXPECT_EQ(merged.count, some.count);
          EXPECT_EQ(bits(merged.mean), bits(some.mean));
          EXPECT_EQ(bits(merged.mean_residual), bits(some.mean_residual));
          EXPECT_EQ(bits(merged.m2), bits(some.m2));
          EXPECT_TRUE((merged.exponent == some.exponent).all());
        }
        EXPECT_EQ(refusal([&] { batch_statistics(merge(none, none), 1); }),
                  "count: expected at least 1 value a channel, got 0");
      }
    }
  }
}

TEST(Moments, OfAsManyValuesAsADoubleTellsApart) {
  // Twice the same batch has its moments; 2 values doubled 52 times are 2^53.
  Moments merged = moments(Form{}, column({1, 3}));
  for (int doubling = 0; doubling < 52; ++doubling) merged = merge(merged, merged);
  EXPECT_EQ(merged.count, batchnorm::most_values);
  const BatchStatistics statistics = batch_statistics(merged, 0);
  EXPECT_EQ(statistics.m, batchnorm::most_values);
  EXPECT_EQ(statistics.batch_mean(0), 2);
  EXPECT_EQ(statistics.batch_var(0), 1);
  EXPECT_EQ(refusal([&] { merge(merged, moments(Form{}, column({1}))); }),
            "count: expected at most 9007199254740992 values a channel in both, got 9007199254740993");
}

TEST(Moments, Refusals) {
  const Moments two = moments(Form{}, Batch::Ones(3, 2)), three = moments(Form{}, Batch::Ones(3, 3));
  EXPECT_EQ(refusal([&] { merge(two, two); }), "(accepted)");
  EXPECT_EQ(refusal([&] { merge(two, three); }), "mean: expected 2 values (one a channel), got 3");
  const auto refused = [&](const std::function<void(Moments&)>& spoil) {
    Moments spoilt = two;
    spoil(spoilt);
    const std::string merging = refusal([&] { merge(two, spoilt); });
    EXPECT_EQ(refusal([&] { batch_statistics(spoilt, 1); }), merging);
    return merging;
  };
  EXPECT_EQ(refused([](Moments& m) { m.count = -1; }),
            "count: expected 0 to 9007199254740992 values a channel, got -1");
  EXPECT_EQ(refused([](Moments& m) { m.count = batchnorm::most_values + 1; }),
            "count: expected 0 to 9007199254740992 values a channel, got 9007199254740993");
  EXPECT_EQ(refused([](Moments& m) { m.mean_residual.resize(1); }),
            "mean_residual: expected 2 values (one a channel), got 1");
  EXPECT_EQ(refused([](Moments& m) { m.m2.resize(3); }), "m2: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused([](Moments& m) { m.exponent.resize(0); }),
            "exponent: expected 2 values (one a channel), got 0");
  EXPECT_EQ(refused([](Moments& m) { m.exponent(1) = 10001; }),
            "exponent: expected -10000 to 10000, got 10001");
  EXPECT_EQ(refusal([&] { batch_statistics(two, 0); }),
            "batch_var + eps (channel 0): expected a value > 0, got 0");
  EXPECT_EQ(refusal([&] { batch_statistics(two, -1); }), "eps: expected a number >= 0, got -1");
  const Moments zeros = moments(Form{}, Batch::Zero(3, 1));
  EXPECT_EQ(refusal([&] { batch_statistics(merge(zeros, zeros), 0); }),
            "batch_var + eps (channel 0): expected a value > 0, got 0");
  EXPECT_EQ(refusal([&] { batch_statistics(merge(zeros, zeros), 5e-324); }), "(accepted)");
}

TEST(Moments, OfEqualValuesOfAnyScaleLeadToAFiniteInverse) {
  // As a caller may make them: moments() itself gives equal values no exponent.
  for (const int exponent : {-600, 0, 600}) {
    const Moments equal{4, channels({1}), channels({0}), channels({0}),
                        batchnorm::Exponents::Constant(1, exponent)};
    const BatchStatistics statistics = batch_statistics(equal, 1e-5);
    EXPECT_DOUBLE_EQ(statistics.saved_invstd(0), 1 / std::sqrt(1e-5));
    EXPECT_TRUE(std::isfinite(statistics.normalizer.invstd(0))) << exponent;
    EXPECT_DOUBLE_EQ(std::ldexp(statistics.normalizer.mean(0), statistics.normalizer.exponent(0)),
                     std::ldexp(1.0, exponent));
  }
}

}  // namespace
