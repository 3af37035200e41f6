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

/// Far enough from either end of the range of doubles for squares and their sums; two steps of it span the
/// range.
constexpr int far_exponent = 600;
/// Below it, squares that count may have lost digits; an m2 so small belongs to tiny values or to equal ones.
constexpr double smallest_m2 = 0x1p-880;
/// Values that differ from a larger mean than this differ by so much that their m2 is not small.
constexpr double smallest_mean = 0x1p-380;

constexpr double largest_double = std::numeric_limits<double>::max();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The moments of one channel, with what rounding left of the mean and of m2.
struct Moment {
  double count, mean, residual, m2, m2_residual;
};

/// Those of many states or channels, a column each.
enum MomentRow { count_row, mean_row, residual_row, m2_row, m2_residual_row };
using MomentsOfStates = passes::Rows<double, 5>;

Moment moment_of(const MomentsOfStates& moments, Index state) {
  return {moments(count_row, state), moments(mean_row, state), moments(residual_row, state),
          moments(m2_row, state), moments(m2_residual_row, state)};
}

Moment merged(const Moment& a, const Moment& b) {
  const double count = a.count + b.count;
  const double share = b.count / count;
  const double delta = (b.mean - a.mean) + (b.residual - a.residual);
  const auto mean = passes::exact_sum(a.mean, a.residual + delta * share);
  const auto m2 = passes::exact_sum(a.m2, b.m2 + delta * delta * (a.count * share));
  return {count, mean.sum, mean.error, m2.sum, (a.m2_residual + b.m2_residual) + m2.error};
}

/// The sums of a block for a shift near the mean: (sum (x - shift), sum (x - shift)^2).
template <typename Scalar, typename Lane>
struct ShiftedSums {
  const Scalar* x;
  const Lane* shift;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [x = x, shift = pick(shift)](Index k, V& sum, V& squares) {
      const V d = load<V>(x + k) - shift;
      sum += d;
      squares += d * d;
    };
  }
};

/// The moments of every state of a part while its blocks come in. The mean is held as the lanes can subtract
/// it, with the rest of it beside.
template <typename Lane>
class RunningMoments {
 public:
  RunningMoments(const Part& part)
      : means_(1, part.states()), all_(MomentsOfStates::Zero(5, part.states())) {}
  RunningMoments(const RunningMoments&) = delete;  // its pointers would point into the original
  RunningMoments& operator=(const RunningMoments&) = delete;

  Lane* mean() { return mean_; }
  bool empty(Index state) const { return counts_[state] == 0; }

  /// Of every state, with the mean as doubles hold it. Takes them out of here.
  MomentsOfStates take() {
    passes::for_each_strip<double>(all_.cols(), [&](Index state, auto zero) {
      using V = decltype(zero);
      const auto mean = passes::exact_sum(load<V>(mean_ + state), load<V>(residual_ + state));
      store(&all_(mean_row, state), mean.sum);
      store(residual_ + state, mean.error);
    });
    return std::move(all_);
  }

  /// The mean so far was a guess: the first block corrects it and is read again with a better one.
  void correct_guess(Index state, Index states, double count, const double* sum) {
    for (Index k = 0; k < states; ++k)
      mean_[state + k] = static_cast<Lane>(mean_[state + k] + sum[k] / count);
  }

  /// sum and squares: of (x - mean()) over a block. A mean of at least as many values as the block has lies
  /// so near the block's that no digits cancel in squares - sum^2 / count.
  void add(Index state, Index states, double count, const double* sum, const double* squares) {
    const double before = counts_[state], now = before + count;
    std::fill_n(counts_ + state, states, now);
    passes::for_each_strip<double>(states, [&](Index k, auto zero) {
      using V = decltype(zero);
      const V residual = load<V>(residual_ + state + k);
      const V of_residual = residual * before;
      const V whole_sum = of_residual + load<V>(sum + k);
      const V correction = whole_sum / now;
      const V grown = (load<V>(squares + k) + of_residual * residual) - whole_sum * correction;
      const V mean = load<V>(mean_ + state + k);
      store(mean_ + state + k, mean + correction);
      store(residual_ + state + k, passes::sum_error(mean, correction, load<V>(mean_ + state + k)));
      const auto m2 = passes::exact_sum(load<V>(m2_ + state + k), grown);
      store(m2_ + state + k, m2.sum);
      store(m2_residual_ + state + k, load<V>(m2_residual_ + state + k) + m2.error);
    });
  }

 private:
  passes::Rows<Lane, 1> means_;
  MomentsOfStates all_;
  Lane* mean_ = means_.data();
  double *counts_ = all_.row(count_row).data(), *residual_ = all_.row(residual_row).data(),
         *m2_ = all_.row(m2_row).data(), *m2_residual_ = all_.row(m2_residual_row).data();
};

/// Any value of the channel is a first guess of its mean; in a constant channel it is the mean. Lanes of
/// floats need a better one: of all values of a short first block, and of every other value of one of full
/// length, the mean lies so near the block's that at most a bit cancels in squares - sum^2 / count.
template <typename Lane, typename Scalar>
void first_guess(const Part& part, const Scalar* x, Lane* guess) {
  const Index apart = part.along_planes ? part.inner : 1, states = part.states();
  for (Index state = 0; state < states; ++state) guess[state] = static_cast<Lane>(x[state * apart]);
  if constexpr (std::is_same_v<Lane, float>) {
    const Index length = part.along_planes ? part.inner : part.rows;
    const Index full =
        part.along_planes ? passes::length_of_piece<Lane>(0) : passes::rows_of_block<Scalar, Lane>(0);
    const Index every = length < full ? 1 : 2, stride = part.along_planes ? 1 : part.columns;
    Eigen::ArrayXf sums = Eigen::ArrayXf::Zero(states);
    Index count = 1;  // of the first value, which differs from itself by 0
    for (Index step = every; step < std::min(length, full); step += every, ++count) {
      for (Index state = 0; state < states; ++state)
        sums[state] += x[step * stride + state * apart] - guess[state];
    }
    for (Index state = 0; state < states; ++state) guess[state] += sums[state] / static_cast<float>(count);
  }
}

template <typename Lane, typename Scalar>
MomentsOfStates moments_of(const Layout& layout, const Scalar* x) {
  MomentsOfStates channels = MomentsOfStates::Zero(5, layout.channels);
  const passes::Parts parts = passes::parts_of(layout);
  for (const Part& part : parts) {
    RunningMoments<Lane> running(part);
    first_guess<Lane>(part, x + part.offset, running.mean());
    // Floats need none, see first_guess; of floats a double keeps digits enough even where the guess is poor:
    // by Samuelson's inequality it costs a factor of no more than the block's count.
    const bool guess_counts = std::is_same_v<Scalar, double>;
    bool corrected = false;
    const auto add = [&](Index state, Index states, Index count, const double* sum, const double* squares) {
      if (guess_counts && running.empty(state) && !corrected) {
        running.correct_guess(state, states, static_cast<double>(count), sum);
        return corrected = true;
      }
      running.add(state, states, static_cast<double>(count), sum, squares);
      return corrected = false;
    };
    passes::reduce<Scalar, Lane>(part, ShiftedSums<Scalar, Lane>{x, running.mean()}, add);
    MomentsOfStates states = running.take();
    if (parts.count == 1 && part.states() == layout.channels) return states;
    passes::for_each_state(part, [&](Index state, Index c) {
      const Moment before = moment_of(channels, c), more = moment_of(states, state);
      const Moment both = before.count == 0 ? more : merged(before, more);
      channels.col(c) << both.count, both.mean, both.residual, both.m2, both.m2_residual;
    });
  }
  return channels;
}

/// The exponent by which a channel's values should be scaled for its moments to keep their digits.
int exponent_for(const Moment& moment) {
  if (!std::isfinite(moment.m2)) return far_exponent;
  if (moment.m2 < smallest_m2 && std::abs(moment.mean) < smallest_mean) return -far_exponent;
  return 0;
}

template <typename Lane, typename Scalar>
Moments moments_any(const Layout& layout, Span<const Scalar> x) {
  require_size_of_shard("x", x.size, layout);
  MomentsOfStates found = moments_of<Lane>(layout, x.data);
  Moments result{layout.m(), found.row(mean_row), found.row(residual_row),
                 found.row(m2_row) + found.row(m2_residual_row), Exponents::Zero(layout.channels)};
  // Beyond these bounds squares may have left the range of the lanes or lost digits in it; and a channel of
  // floats whose values may all be equal has to be known exactly.
  const double m = static_cast<double>(layout.m());
  const double least = std::is_same_v<Lane, float> ? m / far::large<float> : smallest_m2;
  const double most = std::is_same_v<Lane, float> ? m * far::large<float> : largest_double;
  const auto is_far = [&](const auto& of) {
    return ((passes::magnitude(of(result.m2)) <= most) & (of(result.m2) >= least)) == 0;
  };
  far::for_each_far(layout.channels, is_far, [&](Index c) {
    Moment moment = moment_of(found, c);
    if constexpr (std::is_same_v<Lane, float>) {
      const Eigen::ArrayXd values = far::values_of(layout, x.data, c, 0);
      moment = moment_of(moments_of<double>({1, 1, layout.m()}, values.data()), 0);
    }
    if constexpr (std::is_same_v<Scalar, double>) {
      // Squares leave the range of doubles long before their roots do. A power of 2 brings them back.
      if (const int exponent = exponent_for(moment)) {
        const Eigen::ArrayXd values = far::values_of(layout, x.data, c, exponent);
        const Moment scaled = moment_of(moments_of<double>({1, 1, layout.m()}, values.data()), 0);
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
  });
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
      // Values that are not finite: of their means' difference nothing would be left but NaN.
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
