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

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The moments of one channel, with what rounding left of the mean and of m2.
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

/// The sums of a block for a shift near the mean: (sum (x - shift), sum (x - shift)^2).
template <typename Scalar>
struct ShiftedSums {
  const Scalar* x;
  const double* shift;

  template <typename V, typename Pick>
  auto at(Pick pick) const {
    return [x = x, s = pick(shift)](Index k, V& sum, V& squares) {
      const V d = load<V>(x + k) - s;
      sum += d;
      squares += d * d;
    };
  }
};

/// The moments of every state of a part while its blocks come in.
class RunningMoments {
 public:
  RunningMoments(const Part& part) : all_(passes::Rows<5>::Zero(5, part.states())) {}
  RunningMoments(const RunningMoments&) = delete;  // its pointers would point into the original
  RunningMoments& operator=(const RunningMoments&) = delete;

  double* mean() { return mean_; }
  bool empty(Index state) const { return counts_[state] == 0; }

  Moment moment(Index state) const {
    return {counts_[state], mean_[state], residual_[state], m2_[state], m2_residual_[state]};
  }

  /// The mean so far was a guess: the first block corrects it and is read again with a better one.
  void correct_guess(Index state, Index states, double count, const double* sum) {
    for (Index k = 0; k < states; ++k) mean_[state + k] += sum[k] / count;
  }

  /// sum and squares: of (x - mean()) over a block. A mean of at least as many values as the block has lies
  /// so near the block's that no digits cancel in squares - sum^2 / count.
  void add(Index state, Index states, double count, const double* sum, const double* squares) {
    const double before = counts_[state], now = before + count;
    std::fill_n(counts_ + state, states, now);
    passes::for_each_strip(states, [&](Index k, auto zero) {
      using V = decltype(zero);
      const V residual = load<V>(residual_ + state + k);
      const V of_residual = residual * before;
      const V whole_sum = of_residual + load<V>(sum + k);
      const V correction = whole_sum / now;
      const V grown = (load<V>(squares + k) + of_residual * residual) - whole_sum * correction;
      const auto mean = passes::exact_sum(load<V>(mean_ + state + k), correction);
      const auto m2 = passes::exact_sum(load<V>(m2_ + state + k), grown);
      store(mean_ + state + k, mean.sum);
      store(residual_ + state + k, mean.error);
      store(m2_ + state + k, m2.sum);
      store(m2_residual_ + state + k, load<V>(m2_residual_ + state + k) + m2.error);
    });
  }

 private:
  passes::Rows<5> all_;
  double *counts_ = all_.row(0).data(), *mean_ = all_.row(1).data(), *residual_ = all_.row(2).data(),
         *m2_ = all_.row(3).data(), *m2_residual_ = all_.row(4).data();
};

template <typename Scalar>
std::vector<Moment> moments_of(const Layout& layout, const Scalar* x) {
  std::vector<Moment> channels(static_cast<std::size_t>(layout.channels), Moment{0, 0, 0, 0, 0});
  for (const Part& part : passes::parts_of(layout)) {
    RunningMoments running(part);
    // Any value of the channel is a first guess of its mean; in a constant channel it is the mean.
    for (Index state = 0; state < part.states(); ++state) {
      const Index first = part.along_planes ? state * part.inner : state;
      running.mean()[state] = static_cast<double>(x[part.offset + first]);
    }
    // Of floats a double keeps digits enough even where the guess is poor: by Samuelson's inequality it costs
    // a factor of no more than the block's count.
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
    passes::reduce<Scalar>(part, ShiftedSums<Scalar>{x, running.mean()}, add);
    passes::for_each_state(part, [&](Index state, Index c) {
      Moment& channel = channels[static_cast<std::size_t>(c)];
      const Moment moment = running.moment(state);
      channel = channel.count == 0 ? moment : merged(channel, moment);
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

template <typename Scalar>
Moments moments_any(const Layout& layout, Span<const Scalar> x) {
  require_size_of_shard("x", x.size, layout);
  const Index channels = layout.channels;
  const std::vector<Moment> found = moments_of(layout, x.data);
  Moments result{layout.m(), Channels(channels), Channels(channels), Channels(channels),
                 Exponents::Zero(channels)};
  for (Index c = 0; c < channels; ++c) {
    Moment moment = found[static_cast<std::size_t>(c)];
    if constexpr (std::is_same_v<Scalar, double>) {
      // Squares leave the range of doubles long before their roots do. A power of 2 brings them back.
      if (const int exponent = exponent_for(moment)) {
        const Eigen::ArrayXd values = far::values_of(layout, x.data, c, exponent);
        const Moment scaled = moments_of({1, 1, layout.m()}, values.data()).front();
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

Moments moments(const Layout& layout, Span<const double> x) {
  return moments_any(layout, x);
}
Moments moments(const Layout& layout, Span<const float> x) {
  return moments_any(layout, x);
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
