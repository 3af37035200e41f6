// The operator with any shape, layout and precision, and any bits as numbers.
//
// What must hold, whatever comes in:
//   - nothing is thrown but std::invalid_argument, whose text names an argument;
//   - y may be x and dx may be dy: the results are the same to the bit;
//   - a channel with a NaN changes no other by a bit;
//   - a result that is a finite number lies within the tolerance of the one that long doubles give, and where
//   that one
//     and its terms are doubles, it is finite: never a plausible number where the truth is another.

#include <fuzzer/FuzzedDataProvider.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>

#include "batchnorm/folding.h"
#include "batchnorm/gradient_check.h"
#include "batchnorm/running_statistics.h"

namespace {

using batchnorm::Accuracy;
using batchnorm::Affine;
using batchnorm::BatchStatistics;
using batchnorm::Channels;
using batchnorm::Index;
using batchnorm::Layout;
using batchnorm::Moments;
using Real = long double;

/// The largest magnitude that intermediate terms may have in double.
constexpr Real largest = std::numeric_limits<double>::max();

/// Ends the run with the input that shows it.
void require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what.c_str());
  std::abort();
}

template <typename Scalar>
using List = std::vector<Scalar>;

/// Bit for bit, so that NaN equals itself.
template <typename Scalar>
bool same_bits(const Scalar& a, const Scalar& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}
template <typename Scalar>
void require_same(const char* what, const List<Scalar>& got, const List<Scalar>& expected) {
  require(got.size() == expected.size(), what);
  for (std::size_t k = 0; k < got.size(); ++k)
    require(same_bits(got[k], expected[k]) || (std::isnan(got[k]) && std::isnan(expected[k])), what);
}

template <typename Scalar>
Scalar of_bits(std::uint64_t bits) {
  Scalar number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

/// Numbers and shapes out of the fuzzer's bytes.
class Numbers {
 public:
  Numbers(const std::uint8_t* data, std::size_t size) : bytes_(data, size) {}

  Index between(Index least, Index most) { return bytes_.ConsumeIntegralInRange<Index>(least, most); }
  bool flag() { return bytes_.ConsumeBool(); }

  double raw() { return of_bits<double>(bytes_.ConsumeIntegral<std::uint64_t>()); }
  /// The size of a channel's values: all sizes of doubles.
  double size() {
    return std::ldexp(1.0, static_cast<int>(between(0, 3) > 0 ? between(-20, 20) : between(-1074, 1023)));
  }

  double parameter() {
    switch (between(0, 7)) {
      case 0:
        return raw();
      case 1:
        return static_cast<double>(between(-1, 1));
      case 2:
        return size();
      default:
        return static_cast<double>(between(-64, 64)) / 16;
    }
  }
  Channels parameters(Index channels) {
    Channels values(channels);
    for (double& each : values) each = parameter();
    return values;
  }
  /// gamma or beta. Those of single-precision data are numbers of its range.
  template <typename Scalar>
  Channels learned(Index channels) {
    if (flag()) return {};
    return parameters(channels).unaryExpr([](double value) {
      return std::abs(value) > std::numeric_limits<Scalar>::max() && std::isfinite(value) ? 1.0 : value;
    });
  }

  double eps() {
    const double choices[] = {1e-5, 1e-3, 1, std::abs(size()), std::abs(raw()), 0};
    return choices[between(0, 5)];
  }

  Layout layout() {
    const auto axis = flag() ? batchnorm::ChannelAxis::first : batchnorm::ChannelAxis::last;
    // Planes of 32 values or more are traversed one by one, in pieces of 2048; columns in strips of 4.
    if (between(0, 31) == 31)
      return batchnorm::layout_of({between(1, 2), between(1, 2), between(1, 4200)}, axis);
    std::vector<Index> shape{between(1, 9), between(1, 6)};
    for (Index more = between(0, 3); more > 0; --more) shape.push_back(between(1, 4));
    if (flag())
      shape[static_cast<std::size_t>(between(0, static_cast<Index>(shape.size()) - 1))] = between(1, 70);
    const Layout layout = batchnorm::layout_of(shape, axis);
    return layout.size() <= 1024 ? layout : Layout{between(1, 150), 2, 3};
  }

  /// Values of a tensor: every channel of a size and an offset of its own; any bits in some places, or in
  /// all.
  template <typename Scalar>
  List<Scalar> tensor(const Layout& layout) {
    List<Scalar> values(static_cast<std::size_t>(layout.size()));
    List<double> offsets, sizes;
    for (Index c = 0; c < layout.channels; ++c) {
      sizes.push_back(size());
      offsets.push_back(flag() ? 0 : sizes.back() * size());
    }
    std::mt19937_64 random(bytes_.ConsumeIntegral<std::uint64_t>());
    const Index kind = between(0, 7);
    for (std::size_t k = 0; k < values.size(); ++k) {
      const auto c = static_cast<std::size_t>(static_cast<Index>(k) / layout.inner % layout.channels);
      if (kind == 7) {
        values[k] = of_bits<Scalar>(random());
        continue;
      }
      const double number = kind >= 5   ? static_cast<double>(random() & 1)
                            : kind == 4 ? static_cast<double>(random() % 256) / 16
                                        : static_cast<double>(random() >> 11) * 0x1p-52 - 1;
      values[k] = static_cast<Scalar>(offsets[c] + sizes[c] * number);
    }
    for (Index more = std::max<Index>(between(-8, 4), 0); more > 0; --more) {
      const auto k = static_cast<std::size_t>(between(0, layout.size() - 1));
      values[k] = of_bits<Scalar>(bytes_.ConsumeIntegral<std::uint64_t>());
    }
    return values;
  }

 private:
  FuzzedDataProvider bytes_;
};

/// The values of a channel, in the order of memory.
template <typename Scalar>
List<Real> channel_of(const Layout& layout, const List<Scalar>& values, Index channel) {
  List<Real> result;
  for (Index n = 0; n < layout.outer; ++n) {
    for (Index s = 0; s < layout.inner; ++s)
      result.push_back(values[static_cast<std::size_t>((n * layout.channels + channel) * layout.inner + s)]);
  }
  return result;
}

/// A result against what long doubles give. `scale` is the size of the terms that make it up: rounding leaves
/// some units of it, and where it is no double, no number is asked for.
template <typename Scalar>
void require_near(const char* what, Scalar got, Real truth, Real scale, Real units, Real floor = 0) {
  const Real limit = std::numeric_limits<Scalar>::max(), unit = std::numeric_limits<Scalar>::epsilon();
  const Real tolerance = units * (unit * scale + std::numeric_limits<Scalar>::denorm_min()) + floor;
  const char* broken = nullptr;
  if (!std::isfinite(got)) {
    if (scale <= limit / 8) broken = "no number where there is one";
  } else if (!(std::abs(static_cast<Real>(got) - truth) <= tolerance)) {
    broken = "another number";
  }
  if (broken == nullptr) return;
  char text[200];
  std::snprintf(text, sizeof text, "%s: %s: got %.17g, expected %.17Lg, terms of size %.3Lg, %.3Lg units off",
                what, broken, static_cast<double>(got), truth, scale,
                std::abs(static_cast<Real>(got) - truth) / (unit * scale));
  require(false, text);
}

/// A channel normalised in long doubles.
struct Truth {
  bool finite = true;
  Real mean = 0, var = 0, invstd = 0, largest_x = 0, largest_x_hat = 0;
  List<Real> x_hat;

  Truth(const List<Real>& x, double eps) {
    const Real m = static_cast<Real>(x.size());
    for (const Real value : x) {
      finite = finite && std::isfinite(value);
      largest_x = std::max(largest_x, std::abs(value));
    }
    if (!finite) return;
    // Deviations from the mean keep their digits where they are formed from deviations from a value.
    Real sum = 0;
    for (const Real value : x) sum += value - x[0];
    const Real residual = sum / m;
    for (const Real value : x) x_hat.push_back((value - x[0]) - residual);
    for (const Real d : x_hat) var += d * d / m;
    mean = x[0] + residual;
    invstd = 1 / std::sqrt(var + eps);
    for (Real& each : x_hat) {
      each *= invstd;
      largest_x_hat = std::max(largest_x_hat, std::abs(each));
    }
  }
};

double at(const Channels& values, Index channel, double otherwise) {
  return values.size() > 0 ? values(channel) : otherwise;
}

/// The spacing of subnormal doubles: the error of an intermediate product that underflows.
constexpr Real smallest = std::numeric_limits<double>::denorm_min();

/// How many units results may be off: of their type, and statistics and sums, which are doubles, of doubles.
struct Units {
  Real y, dx, statistics, x_hat;
};
template <typename Scalar>
Units units_of(Accuracy accuracy) {
  if (std::is_same_v<Scalar, double>) return {8, 32, 16, 4};
  // Statistics of floats need digits for floats and some more.
  if (accuracy == Accuracy::exact) return {2, 4, 0x1p18L, 4};
  // What moments.h promises of y and dx; a few roundings in single precision, each of 2^29 units of doubles.
  return {3, 6, 0x1p31L, 0x1p31L};
}

template <typename Scalar>
void check_normalized(const Layout& layout, Index c, const List<Real>& x_hat, const Affine& affine,
                      const List<Scalar>& y, Accuracy accuracy) {
  const Real gamma = at(affine.gamma, c, 1), beta = at(affine.beta, c, 0);
  Real scale = std::abs(beta);
  for (const Real each : x_hat) scale = std::max(scale, std::abs(gamma * each) + std::abs(beta));
  const List<Real> got = channel_of(layout, y, c);
  for (std::size_t k = 0; k < got.size(); ++k)
    require_near("y", static_cast<Scalar>(got[k]), gamma * x_hat[k] + beta, scale,
                 units_of<Scalar>(accuracy).y, 2 * std::abs(gamma) * smallest);
}

struct Sums {
  Real dy = 0, dy_x_hat = 0, size_of_dy = 0, size_of_dy_x_hat = 0, largest_dy = 0, largest_x_hat = 0;

  Sums(const List<Real>& all_dy, const List<Real>& x_hat) {
    for (std::size_t k = 0; k < all_dy.size(); ++k) {
      dy += all_dy[k];
      dy_x_hat += all_dy[k] * x_hat[k];
      size_of_dy += std::abs(all_dy[k]);
      size_of_dy_x_hat += std::abs(all_dy[k] * x_hat[k]);
      largest_dy = std::max(largest_dy, std::abs(all_dy[k]));
      largest_x_hat = std::max(largest_x_hat, std::abs(x_hat[k]));
    }
  }
};

template <typename Scalar>
void check_sums(const Sums& sums, const batchnorm::ParameterGradients& got, Index c, Accuracy accuracy) {
  const Units units = units_of<Scalar>(accuracy);
  require_near("dbeta", got.dbeta(c), sums.dy, sums.size_of_dy, units.statistics);
  // Every x_hat is right to some units of the largest of its channel.
  const Real of_x_hat =
      units.x_hat * std::numeric_limits<double>::epsilon() * sums.size_of_dy * sums.largest_x_hat;
  require_near("dgamma", got.dgamma(c), sums.dy_x_hat, sums.size_of_dy_x_hat, 2 * units.statistics, of_x_hat);
}

bool all_finite(const List<Real>& values) {
  return std::all_of(values.begin(), values.end(), [](Real value) { return std::isfinite(value); });
}

/// The training forward and backward pass over a tensor.
template <typename Scalar>
struct Training {
  BatchStatistics statistics{};
  List<Scalar> y, dx;
  batchnorm::ParameterGradients gradients;

  Training() = default;
  Training(const Layout& layout, const List<Scalar>& x, const List<Scalar>& dy, const Affine& affine,
           double eps, Accuracy accuracy)
      : y(x.size()), dx(x.size()) {
    statistics = batchnorm::forward_train(layout, x, affine, eps, y, accuracy);
    gradients = batchnorm::backward_train(layout, dy, x, statistics, affine.gamma, dx, accuracy);
  }
};

/// `times` is how much more rounding is allowed than training leaves: merging adds some.
template <typename Scalar>
void check_training(const Layout& layout, const List<Scalar>& x, const List<Scalar>& dy, const Affine& affine,
                    double eps, const Training<Scalar>& got, Accuracy accuracy, Real times = 1) {
  const Units units = units_of<Scalar>(accuracy);
  require(got.statistics.batch_mean.size() == layout.channels, "a mean for each channel");
  require(got.gradients.dgamma.size() == layout.channels, "a dgamma for each channel");
  for (Index c = 0; c < layout.channels; ++c) {
    const Truth truth(channel_of(layout, x, c), eps);
    if (!truth.finite) {
      for (const Real y : channel_of(layout, got.y, c))
        require(std::isnan(y), "y of a channel without numbers");
      require(std::isnan(got.statistics.saved_invstd(c)), "saved_invstd of a channel without numbers");
      continue;
    }
    require_near("batch_mean", got.statistics.batch_mean(c), truth.mean, truth.largest_x, units.statistics);
    require_near("batch_var", got.statistics.batch_var(c), truth.var, truth.var, times * units.statistics);
    require_near("saved_invstd", got.statistics.saved_invstd(c), truth.invstd, truth.invstd,
                 times * units.statistics);
    const Real gamma = at(affine.gamma, c, 1);
    if (!std::isfinite(gamma)) continue;
    if (std::isfinite(at(affine.beta, c, 0)))
      check_normalized(layout, c, truth.x_hat, affine, got.y, accuracy);
    if (truth.var == 0) {
      const auto beta = static_cast<Scalar>(at(affine.beta, c, 0));
      for (const Real y : channel_of(layout, got.y, c))
        require(static_cast<Scalar>(y) == beta || std::isnan(beta), "y of equal values is beta");
    }

    const List<Real> upstream = channel_of(layout, dy, c), dx = channel_of(layout, got.dx, c);
    if (!all_finite(upstream)) continue;
    const Sums sums(upstream, truth.x_hat);
    const Real m = static_cast<Real>(upstream.size());
    check_sums<Scalar>(sums, got.gradients, c, accuracy);
    const Real gain = gamma * truth.invstd;
    // The terms are dy, its mean and its component along x_hat.
    const Real scale = std::abs(gain) * sums.largest_dy * (2 + truth.largest_x_hat);
    for (std::size_t k = 0; k < dx.size(); ++k) {
      const Real direct = (upstream[k] - sums.dy / m) - truth.x_hat[k] * (sums.dy_x_hat / m);
      require_near("dx", static_cast<Scalar>(dx[k]), gain * direct, scale, times * units.dx);
    }
  }
}

template <typename Scalar>
void train(Numbers& numbers) {
  const Accuracy accuracy = numbers.flag() ? Accuracy::fast : Accuracy::exact;
  const Layout layout = numbers.layout();
  const double eps = numbers.eps();
  const Affine affine{numbers.learned<Scalar>(layout.channels), numbers.learned<Scalar>(layout.channels)};
  List<Scalar> x = numbers.tensor<Scalar>(layout), dy = numbers.tensor<Scalar>(layout);
  const Index spoilt = numbers.between(0, layout.channels - 1);

  const Training<Scalar> got(layout, x, dy, affine, eps, accuracy);
  check_training(layout, x, dy, affine, eps, got, accuracy);

  // In place.
  List<Scalar> y = x, dx = dy;
  batchnorm::forward_train(layout, y, affine, eps, y, accuracy);
  require_same("y in the place of x", y, got.y);
  batchnorm::backward_train(layout, dx, x, got.statistics, affine.gamma, dx, accuracy);
  require_same("dx in the place of dy", dx, got.dx);

  // A NaN in x and dy of one channel.
  const auto first = static_cast<std::size_t>(spoilt * layout.inner);
  x[first] = dy[first] = std::numeric_limits<Scalar>::quiet_NaN();
  const Training<Scalar> other(layout, x, dy, affine, eps, accuracy);
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (static_cast<Index>(k) / layout.inner % layout.channels == spoilt) continue;
    const auto same = [](Scalar a, Scalar b) { return same_bits(a, b) || (std::isnan(a) && std::isnan(b)); };
    require(same(got.y[k], other.y[k]), "a NaN in another channel changes y");
    require(same(got.dx[k], other.dx[k]), "a NaN in another channel changes dx");
  }
}

template <typename Scalar>
void infer(Numbers& numbers) {
  const Accuracy accuracy = numbers.flag() ? Accuracy::fast : Accuracy::exact;
  const Layout layout = numbers.layout();
  const double eps = numbers.eps();
  const Affine affine{numbers.learned<Scalar>(layout.channels), numbers.learned<Scalar>(layout.channels)};
  const Channels running_mean = numbers.parameters(layout.channels);
  Channels running_var = numbers.parameters(layout.channels);
  if (numbers.between(0, 7) > 0) running_var = running_var.abs();
  const List<Scalar> x = numbers.tensor<Scalar>(layout), dy = numbers.tensor<Scalar>(layout);
  List<Scalar> y(x.size()), dx(x.size());
  batchnorm::forward_inference(layout, x, affine, running_mean, running_var, eps, y, accuracy);
  const auto gradients =
      batchnorm::backward_frozen(layout, dy, x, affine.gamma, running_mean, running_var, eps, dx, accuracy);

  for (Index c = 0; c < layout.channels; ++c) {
    const Real invstd = 1 / std::sqrt(static_cast<Real>(running_var(c)) + eps),
               gamma = at(affine.gamma, c, 1);
    if (!std::isfinite(invstd) || !std::isfinite(running_mean(c)) || !std::isfinite(gamma)) continue;
    const List<Real> values = channel_of(layout, x, c), upstream = channel_of(layout, dy, c);
    List<Real> x_hat;
    for (const Real value : values) x_hat.push_back((value - running_mean(c)) * invstd);
    const bool fits = std::all_of(values.begin(), values.end(), [&](Real value) {
      const Real d = std::abs(value - running_mean(c));
      return d < largest && d * invstd < largest;
    });
    if (!fits) continue;
    if (std::isfinite(at(affine.beta, c, 0))) check_normalized(layout, c, x_hat, affine, y, accuracy);
    if (!all_finite(upstream)) continue;
    const List<Real> got = channel_of(layout, dx, c);
    for (std::size_t k = 0; k < got.size(); ++k) {
      const Real direct = upstream[k] * invstd;
      if (std::abs(direct) < largest)
        require_near("dx", static_cast<Scalar>(got[k]), direct * gamma, std::abs(direct * gamma), 4,
                     2 * std::abs(gamma) * smallest);
    }
    const Sums sums(upstream, x_hat);
    check_sums<Scalar>(sums, gradients, c, accuracy);
  }
}

/// A tensor in two shards, one of which may be empty: statistics, y and dx against those of the whole.
template <typename Scalar>
void merge(Numbers& numbers) {
  const Accuracy accuracy = numbers.flag() ? Accuracy::fast : Accuracy::exact;
  const Layout layout = numbers.layout();
  const double eps = numbers.eps();
  const Affine affine{numbers.learned<Scalar>(layout.channels), {}};
  const List<Scalar> x = numbers.tensor<Scalar>(layout), dy = numbers.tensor<Scalar>(layout);
  const Index rows = numbers.between(0, layout.outer), row = layout.channels * layout.inner;
  const struct {
    Layout layout;
    Index begin;
  } shards[] = {{{rows, layout.channels, layout.inner}, 0},
                {{layout.outer - rows, layout.channels, layout.inner}, rows * row}};
  const auto of = [](const List<Scalar>& values, const auto& shard) {
    return batchnorm::Span<const Scalar>(values.data() + shard.begin, shard.layout.size());
  };
  const Moments merged = batchnorm::merge(batchnorm::moments(shards[0].layout, of(x, shards[0]), accuracy),
                                          batchnorm::moments(shards[1].layout, of(x, shards[1]), accuracy));
  require(merged.count == layout.m(), "the count of both parts");
  Training<Scalar> got;
  got.statistics = batchnorm::batch_statistics(merged, eps);
  got.y.resize(x.size());
  got.dx.resize(x.size());
  const auto sums_of = [&](const auto& shard) {
    return batchnorm::gradient_sums(shard.layout, of(dy, shard), of(x, shard), got.statistics, accuracy);
  };
  const batchnorm::GradientSums sums = batchnorm::merge(sums_of(shards[0]), sums_of(shards[1]));
  for (const auto& shard : shards) {
    const batchnorm::Span<Scalar> y(got.y.data() + shard.begin, shard.layout.size()),
        dx(got.dx.data() + shard.begin, shard.layout.size());
    batchnorm::normalize(shard.layout, of(x, shard), got.statistics.normalizer, affine, y, accuracy);
    got.gradients = batchnorm::backward_shard(shard.layout, of(dy, shard), of(x, shard), got.statistics,
                                              affine.gamma, sums, dx, accuracy);
  }
  check_training(layout, x, dy, affine, eps, got, accuracy, 2);
}

/// Arguments that do not belong together: of any size, and layouts of nothing.
template <typename Scalar>
void misuse(Numbers& numbers) {
  const Layout layout{numbers.between(-1, 4), numbers.between(-1, 4), numbers.between(0, 40)};
  const Index usual = std::max<Index>(layout.channels, 0);
  const auto channels = [&] {
    return numbers.parameters(numbers.between(0, 7) > 0 ? usual : numbers.between(0, 5));
  };
  const auto list = [&] {
    const Index size = numbers.between(0, 7) > 0 ? layout.size() : numbers.between(0, 200);
    List<Scalar> values(static_cast<std::size_t>(std::max<Index>(size, 0)));
    for (Scalar& each : values) each = static_cast<Scalar>(numbers.parameter());
    return values;
  };
  const auto batch = [&] {
    batchnorm::Batch values(numbers.between(0, 5), numbers.between(0, 7) > 0 ? usual : numbers.between(0, 5));
    for (Index k = 0; k < values.size(); ++k) values.data()[k] = numbers.parameter();
    return values;
  };
  const auto moments = [&] {
    Moments made{numbers.between(-1, 9), channels(), channels(), channels(), {}};
    made.exponent.resize(numbers.between(0, 7) > 0 ? usual : numbers.between(0, 5));
    for (int& each : made.exponent) {
      const Index choices[] = {0, 600, -600, numbers.between(-12000, 12000), INT_MAX, INT_MIN};
      each = static_cast<int>(choices[numbers.between(0, 5)]);
    }
    return made;
  };
  const Affine affine{channels(), channels()};
  const double eps = numbers.parameter();

  switch (numbers.between(0, 11)) {
    case 0: {
      std::vector<Index> shape;
      for (Index more = numbers.between(0, 7); more > 0; --more)
        shape.push_back(numbers.flag() ? numbers.between(-1, 9) : numbers.between(INT64_MIN, INT64_MAX));
      const Layout made = batchnorm::layout_of(shape, batchnorm::ChannelAxis::last);
      require(made.size() <= INT32_MAX && made.inner == 1, "a layout of as many values as asked for");
      return;
    }
    case 1: {
      List<Scalar> x = list(), y = list();
      batchnorm::forward_train(layout, x, affine, eps, y);
      return;
    }
    case 2: {
      List<Scalar> x = list(), y = list();
      batchnorm::forward_inference(layout, x, affine, channels(), channels(), eps, y);
      return;
    }
    case 3: {
      List<Scalar> x = list(), dy = list(), dx = list();
      const BatchStatistics statistics = batchnorm::batch_statistics(moments(), eps);
      batchnorm::backward_train(layout, dy, x, statistics, affine.gamma, dx);
      return;
    }
    case 4: {
      List<Scalar> x = list(), dy = list(), dx = list();
      batchnorm::backward_frozen(layout, dy, x, affine.gamma, channels(), channels(), eps, dx);
      return;
    }
    case 5:
      batchnorm::batch_statistics(batchnorm::merge(moments(), moments()), eps);
      return;
    case 6: {
      List<Scalar> x = list(), y = list();
      const BatchStatistics statistics = batchnorm::batch_statistics(moments(), eps);
      batchnorm::normalize(layout, x, statistics.normalizer, affine, y);
      return;
    }
    case 7: {
      const List<double> weight(static_cast<std::size_t>(numbers.between(0, 40)), eps);
      batchnorm::fold(layout, weight, channels(), affine, channels(), channels(), eps);
      return;
    }
    case 8:
      batchnorm::jacobian(channels(), eps, numbers.eps());
      return;
    case 9: {
      const auto forward = batchnorm::forward_train(batch(), affine.gamma, affine.beta, eps);
      batchnorm::backward_trace(batch(), forward, channels());
      return;
    }
    case 10:
      batchnorm::central_difference_gradient(batch(), affine.gamma, affine.beta, eps, batch(),
                                             numbers.parameter());
      return;
    default: {
      using batchnorm::Momentum;
      const Momentum momenta[] = {
          Momentum::decay(eps), Momentum::torch(eps),
          numbers.flag() ? Momentum::cumulative(numbers.between(-1, 9)) : Momentum{eps, eps}};
      batchnorm::update_running_statistics(
          {channels(), channels()}, channels(), channels(), numbers.between(-1, 9),
          momenta[numbers.between(0, 2)],
          numbers.flag() ? batchnorm::VarianceEstimator::biased : batchnorm::VarianceEstimator::unbiased);
    }
  }
}

template <typename Scalar>
void run(Numbers& numbers) {
  switch (numbers.between(0, 7)) {
    case 0:
      return misuse<Scalar>(numbers);
    case 1:
      return infer<Scalar>(numbers);
    case 2:
      return merge<Scalar>(numbers);
    default:
      return train<Scalar>(numbers);
  }
}

long calls = 0, refused = 0;

void print_counts() {
  std::fprintf(stderr, "operator: %ld inputs, of which %ld were refused\n", calls, refused);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool counted = std::atexit(print_counts) == 0;
  Numbers numbers(data, size);
  ++calls;
  try {
    if (numbers.flag()) {
      run<float>(numbers);
    } else {
      run<double>(numbers);
    }
  } catch (const std::invalid_argument& error) {
    ++refused;
    require(std::string(error.what()).find(": expected ") != std::string::npos, error.what());
  }
  return 0;
}
