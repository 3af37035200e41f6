#include "batchnorm/moments.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "batchnorm/internal/far.h"
#include "batchnorm/internal/passes.h"

namespace batchnorm {

namespace {

using passes::load;
using passes::Part;
using passes::store;
using passes::Terms;

/// Scaling by 2^±600 brings squares and their sums away from overflow and underflow; two such steps span the
/// range of doubles.
constexpr int far_exponent = 600;
/// Below it, squares may have lost digits to underflow; an m2 so small belongs to tiny values or to equal
/// ones.
constexpr double smallest_m2 = 0x1p-880;
/// Doubles near a larger mean than this are spaced so widely that m2 is 0 or not small.
constexpr double smallest_mean = 0x1p-380;

constexpr double largest_double = std::numeric_limits<double>::max();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The moments of one channel, with the rounding errors of the mean and of m2.
struct Moment {
  double count, mean, residual, m2, m2_residual;
};

Moment merged(const Moment& a, const Moment& b) {
  const double count = a.count + b.count;
  const double share = b.count / count;
  const double delta = (b.mean - a.mean) + (b.residual - a.residual);
  const auto mean = passes::exact_sum(a.mean, a.residual + delta * share);
  const auto m2 = passes::exact_sum(a.m2, b.m2 + delta * delta * (a.count * share));
  return {count, mean.sum, mean.error, m2.sum, (a.m2_residual + b.m2_residual) + m2.error};
}

/// The shifted sums of a block, for a shift near the mean: (sum (x - shift), sum (x - shift)^2).
template <typename Scalar, typename Lane>
struct ShiftedSums {
  static constexpr Index tensors = 1;
  const Scalar* x;
  const Lane* shift;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [x = x, shift = pick(shift)](Index k) {
      const V d = load<V>(x + k) - shift;
      return Terms<V>{d, d * d};
    };
  }
};

/// The moments of many states or channels, an array each.
struct MomentsOfStates {
  Channels mean, residual, m2, m2_residual;
};

Moment moment_of(const MomentsOfStates& moments, Index state, double count) {
  return {count, moments.mean(state), moments.residual(state), moments.m2(state), moments.m2_residual(state)};
}

/// The moments of every state of a part, updated block by block in double, with the rounding errors of the
/// mean and of m2. The mean is the shift of the next block.
class CarriedMoments {
 public:
  explicit CarriedMoments(Index states)
      : found_{Channels::Zero(states), Channels::Zero(states), Channels::Zero(states),
               Channels::Zero(states)} {}

  double* shift() { return found_.mean.data(); }
  MomentsOfStates take() { return std::move(found_); }

  /// The first shift is a guess: the first block corrects it, and is then read again.
  void correct_guess(Index state, Index states, double count, const double* sum) {
    for (Index k = 0; k < states; ++k) found_.mean(state + k) += sum[k] / count;
  }

  /// sum and squares: of (x - shift()) over a block. The mean of at least as many values as the block has is
  /// so near to the block's that no digits cancel in squares - sum^2 / count.
  void add(Index state, Index states, double before, double count, const double* sum, const double* squares) {
    const double now = before + count;
    double* const means = found_.mean.data() + state;
    double* const residuals = found_.residual.data() + state;
    double* const m2s = found_.m2.data() + state;
    double* const m2_residuals = found_.m2_residual.data() + state;
    passes::for_each_strip<double>(states, [&](Index k, auto zero) {
      using V = decltype(zero);
      // d = x - shift. Over the values before, its mean is `residual` and its sum of squares
      // m2 + before residual^2.
      const V old_mean = load<V>(means + k), residual = load<V>(residuals + k);
      const V before_d = residual * before;
      const V sum_d = before_d + load<V>(sum + k);
      const V sum_d2 = load<V>(squares + k) + before_d * residual;
      const V mean_d = sum_d / now;
      const auto mean = passes::exact_sum(old_mean, mean_d);
      const auto m2 = passes::exact_sum(load<V>(m2s + k), sum_d2 - sum_d * mean_d);
      store(means + k, mean.sum);
      store(residuals + k, mean.error);
      store(m2s + k, m2.sum);
      store(m2_residuals + k, load<V>(m2_residuals + k) + m2.error);
    });
  }

 private:
  MomentsOfStates found_;
};

/// The same for float data in single precision, with sums in double, which need no compensation. The shift of
/// the next block is the mean as a float; `rest` is what that leaves out of the mean.
class FloatMoments {
 public:
  explicit FloatMoments(Index states)
      : shift_(states), rest_(Channels::Zero(states)), m2_(Channels::Zero(states)) {}

  float* shift() { return shift_.data(); }
  MomentsOfStates take() {
    const Index states = m2_.size();
    Channels mean(states);
    double *const means = mean.data(), *const rests = rest_.data();
    passes::for_channels(
        states,
        [&](Index state, const auto& shift, const auto& rest) {
          const auto sum = passes::exact_sum(shift, rest);
          store(means + state, sum.sum);
          store(rests + state, sum.error);
        },
        shift_, rest_);
    return {std::move(mean), std::move(rest_), std::move(m2_), Channels::Zero(states)};
  }

  void add(Index state, Index states, double before, double count, const double* sum, const double* squares) {
    // Chan, Golub, LeVeque 1983, equation 2.1.
    const double inverse = 1 / count, share = count / (before + count), weight = before * share;
    float* const shifts = shift_.data() + state;
    double *const rests = rest_.data() + state, *const m2s = m2_.data() + state;
    passes::for_each_strip<double>(states, [&](Index k, auto zero) {
      using V = decltype(zero);
      const V sum_d = load<V>(sum + k), shift = load<V>(shifts + k), rest = load<V>(rests + k);
      const V mean_d = sum_d * inverse;
      const V block_m2 = load<V>(squares + k) - sum_d * mean_d;
      const V delta = mean_d - rest;
      const V new_rest = rest + delta * share;
      store(shifts + k, shift + new_rest);
      store(rests + k, (shift - load<V>(shifts + k)) + new_rest);
      store(m2s + k, load<V>(m2s + k) + (block_m2 + delta * delta * weight));
    });
  }

 private:
  Eigen::Array<float, 1, Eigen::Dynamic> shift_;
  Channels rest_, m2_;
};

template <typename Lane>
using RunningMoments = std::conditional_t<std::is_same_v<Lane, float>, FloatMoments, CarriedMoments>;

/// Any value of the channel is a first guess of its mean; in a constant channel it is the mean.
template <typename Scalar>
void first_guess(const Part& part, const Scalar* x, double* guess) {
  const Index apart = part.along_planes ? part.inner : 1;
  for (Index state = 0; state < part.states(); ++state) guess[state] = static_cast<double>(x[state * apart]);
}
/// Single precision needs a better one: the mean of all values of a short first block, or of every other
/// value of one of full length, is so near to the block's that at most a bit cancels in squares - sum^2 /
/// count.
inline void first_guess(const Part& part, const float* x, float* guess) {
  if (part.along_planes) {
    const Index block = std::min(part.inner, passes::length_of_piece<float>(0));
    const Index every = part.inner < passes::length_of_piece<float>(0) ? 1 : 2;
    for (Index state = 0; state < part.channels; ++state, x += part.inner) {
      float sum = 0;
      Index count = 1;  // of the first value, which differs from itself by 0
      for (Index k = every; k < block; k += every, ++count) sum += x[k] - x[0];
      guess[state] = x[0] + sum / static_cast<float>(count);
    }
    return;
  }
  const Index block = std::min(part.rows, passes::rows_of_block<float, float>(0));
  const Index every = part.rows < passes::rows_of_block<float, float>(0) ? 1 : 2;
  const float inverse = 1 / static_cast<float>((block + every - 1) / every);
  passes::for_each_strip<float>(part.columns, [&](Index column, auto zero) {
    using V = decltype(zero);
    const V first = load<V>(x + column);
    V sum{};
    for (Index row = every; row < block; row += every)
      sum += load<V>(x + row * part.columns + column) - first;
    store(guess + column, first + sum * inverse);
  });
}

template <typename Lane, typename Scalar>
MomentsOfStates moments_of(const Layout& layout, const Scalar* x) {
  const auto of_part = [x](const Part& part) {
    RunningMoments<Lane> running(part.states());
    first_guess(part, x + part.offset, running.shift());
    // Float data in double keep enough digits even where the guess is poor: by Samuelson's inequality the
    // error grows by no more than the block's count. In single precision the guess is better.
    [[maybe_unused]] bool corrected = false;
    const auto add = [&](Index state, Index states, Index before, Index count, const double* sum,
                         const double* squares) {
      if constexpr (std::is_same_v<Scalar, double>) {
        if (before == 0 && !corrected) {
          running.correct_guess(state, states, static_cast<double>(count), sum);
          return corrected = true;
        }
        corrected = false;
      }
      running.add(state, states, static_cast<double>(before), static_cast<double>(count), sum, squares);
      return false;
    };
    passes::reduce<Scalar, Lane>(part, ShiftedSums<Scalar, Lane>{x, running.shift()}, add);
    return running.take();
  };
  const passes::Parts parts = passes::parts_of(layout);
  if (parts.count == 1 && parts.parts[0].states() == layout.channels) return of_part(parts.parts[0]);

  const Channels zeros = Channels::Zero(layout.channels);
  MomentsOfStates channels{zeros, zeros, zeros, zeros};
  Channels counts = zeros;
  for (const Part& part : parts) {
    const MomentsOfStates states = of_part(part);
    passes::for_each_state(part, [&](Index state, Index c) {
      const Moment more = moment_of(states, state, static_cast<double>(part.values_of_state()));
      const Moment both = counts(c) == 0 ? more : merged(moment_of(channels, c, counts(c)), more);
      counts(c) = both.count;
      channels.mean(c) = both.mean;
      channels.residual(c) = both.residual;
      channels.m2(c) = both.m2;
      channels.m2_residual(c) = both.m2_residual;
    });
  }
  return channels;
}

/// The power of 2 by which a channel's values should be scaled so that its moments keep their digits.
int exponent_for(const Moment& moment) {
  if (!std::isfinite(moment.m2)) return far_exponent;
  if (moment.m2 < smallest_m2 && std::abs(moment.mean) < smallest_mean) return -far_exponent;
  return 0;
}

template <typename Lane, typename Scalar>
Moments moments_any(const Layout& layout, Span<const Scalar> x) {
  require_size_of_shard("x", x.size, layout);
  const double m = static_cast<double>(layout.m());
  MomentsOfStates found = moments_of<Lane>(layout, x.data);
  Channels sums(layout.channels);
  double* const m2s = sums.data();
  passes::Least least_m2;
  passes::Total total_m2;
  passes::for_channels(
      layout.channels,
      [&](Index c, const auto& m2, const auto& residual) {
        const auto sum = m2 + residual;
        store(m2s + c, sum);
        least_m2.add(sum);
        total_m2.add(sum);
      },
      found.m2, found.m2_residual);
  Moments result{layout.m(), std::move(found.mean), std::move(found.residual), std::move(sums),
                 Exponents::Zero(layout.channels)};
  // Beyond these bounds squares may have overflowed or lost digits to underflow; and a channel of floats
  // whose values may all be equal has to be computed exactly.
  const double least = std::is_same_v<Lane, float> ? m / far::large<float> : smallest_m2;
  const double most = std::is_same_v<Lane, float> ? m * far::large<float> : largest_double;
  if (least_m2.value() >= least && total_m2.value() <= most) return result;
  for (Index c = 0; c < layout.channels; ++c) {
    if (result.m2(c) <= most && result.m2(c) >= least) continue;
    const auto moment_alone = [&](int exponent) {
      const Eigen::ArrayXd values = far::values_of(layout, x.data, c, exponent);
      return moment_of(moments_of<double>({1, 1, layout.m()}, values.data()), 0, m);
    };
    Moment moment{m, result.mean(c), result.mean_residual(c), found.m2(c), found.m2_residual(c)};
    if constexpr (std::is_same_v<Lane, float>) moment = moment_alone(0);
    if constexpr (std::is_same_v<Scalar, double>) {
      // Squares overflow long before their roots do. Scaling by a power of 2 prevents it.
      if (const int exponent = exponent_for(moment)) {
        const Moment scaled = moment_alone(exponent);
        if (std::isfinite(scaled.m2) && scaled.m2 > 0) {
          moment = scaled;
          result.exponent(c) = exponent;
        }
      }
    }
    if (!std::isfinite(moment.m2)) {
      // A NaN or an infinity: the mean is infinite where all infinities have one sign.
      double mean = 0;
      far::for_each_value(layout, c,
                          [&](Index at) { mean += static_cast<double>(x.data[at]) / moment.count; });
      moment = {moment.count, mean, not_a_number, not_a_number, 0};
    }
    result.mean(c) = moment.mean;
    result.mean_residual(c) = moment.residual;
    result.m2(c) = moment.m2 + moment.m2_residual;
  }
  return result;
}

/// A channel's moments as those of x * 2^-exponent.
Moment moment_at(const Moments& moments, Index c, int exponent) {
  const int by = moments.exponent(c) - exponent;
  return {static_cast<double>(moments.count), std::ldexp(moments.mean(c), by),
          std::ldexp(moments.mean_residual(c), by), std::ldexp(moments.m2(c), 2 * by), 0};
}

/// The lowest exponent that a channel's moments may take: equal tiny values have none of their own.
int lowest_exponent(const Moments& moments, Index c) {
  const bool tiny = moments.m2(c) == 0 && std::abs(moments.mean(c)) < smallest_mean;
  return tiny ? std::min(moments.exponent(c), -far_exponent) : moments.exponent(c);
}

}  // namespace

Moments moments(const Layout& layout, Span<const double> x, Accuracy) {
  return moments_any<double>(layout, x);
}
Moments moments(const Layout& layout, Span<const float> x, Accuracy accuracy) {
  return accuracy == Accuracy::fast ? moments_any<float>(layout, x) : moments_any<double>(layout, x);
}

void require_moments(const Moments& moments) {
  const Index channels = moments.mean.size();
  if (moments.count < 0 || moments.count > most_values)
    refuse("count", "0 to " + in_words(most_values) + " values a channel", moments.count);
  if (channels < 1) refuse("mean", "at least 1 value (one a channel)", "none");
  require_channels("mean_residual", moments.mean_residual, channels);
  require_channels("m2", moments.m2, channels);
  require_exponents("exponent", moments.exponent, channels);
}

void require_exponents(const char* argument, const Exponents& exponents, Index channels) {
  if (exponents.size() != channels)
    refuse(argument, in_words(channels) + " values (one a channel)", exponents.size());
  for (const int exponent : exponents) {
    if (exponent < -10000 || exponent > 10000) refuse(argument, "-10000 to 10000", exponent);
  }
}

Moments merge(const Moments& a, const Moments& b) {
  const Index channels = a.mean.size();
  require_moments(a);
  require_moments(b);
  require_channels("mean", b.mean, channels);
  if (a.count + b.count > most_values)
    refuse("count", "at most " + in_words(most_values) + " values a channel in both", a.count + b.count);
  if (a.count == 0) return b;
  if (b.count == 0) return a;
  Moments result{a.count + b.count, Channels(channels), Channels(channels), Channels(channels),
                 Exponents(channels)};
  for (Index c = 0; c < channels; ++c) {
    int exponent = std::max(lowest_exponent(a, c), lowest_exponent(b, c));
    Moment moment = merged(moment_at(a, c, exponent), moment_at(b, c, exponent));
    if (!std::isfinite(moment.m2)) {
      exponent = far_exponent;
      moment = merged(moment_at(a, c, exponent), moment_at(b, c, exponent));
    }
    if (!std::isfinite(moment.mean)) {
      // Not all values are finite. The difference of infinite means would be NaN; their sum keeps the sign.
      const double mean = moment_at(a, c, exponent).mean + moment_at(b, c, exponent).mean;
      exponent = 0;
      moment = {moment.count, mean, not_a_number, not_a_number, 0};
    }
    if (moment.m2 == 0) {
      // Equal values, which need no exponent.
      exponent = 0;
      moment = moment_at(a, c, exponent);
    }
    result.mean(c) = moment.mean;
    result.mean_residual(c) = moment.residual;
    result.m2(c) = moment.m2 + moment.m2_residual;
    result.exponent(c) = exponent;
  }
  return result;
}

}  // namespace batchnorm
