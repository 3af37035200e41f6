#pragma once
// How the passes go over a tensor: a few doubles at a time, in the order of memory, with float or double
// data. Private to this folder; forward.cpp, backward.cpp and moments.cpp say what is done with the values.
//
// Two ways of walking serve every layout. Where a channel's values lie side by side in long planes (inner is
// large), each plane is read along itself. Elsewhere the tensor is a matrix whose rows hold all channels: a
// column belongs to one channel, and a strip of columns is read downwards, a block of rows at a time.

#include <algorithm>
#include <cstring>

#include "batchnorm/forward.h"

namespace batchnorm::passes {

/// Eigen has no vectors for WebAssembly; the compilers' own work natively and there.
using Lanes = double __attribute__((vector_size(32)));
using FloatLanes = float __attribute__((vector_size(16)));
inline constexpr Index lane_count = 4;

/// V is Lanes or double: every pass is written once for both; double serves what is left over by the lanes.

template <typename V, typename Scalar>
V load(const Scalar* from) {
  if constexpr (std::is_same_v<V, double>) {
    return *from;
  } else {
    std::conditional_t<std::is_same_v<Scalar, float>, FloatLanes, Lanes> lanes;
    std::memcpy(&lanes, from, sizeof lanes);
    return __builtin_convertvector(lanes, Lanes);
  }
}

template <typename Scalar>
void store(Scalar* to, double value) {
  *to = static_cast<Scalar>(value);
}
template <typename Scalar>
void store(Scalar* to, const Lanes& value) {
  using To = std::conditional_t<std::is_same_v<Scalar, float>, FloatLanes, Lanes>;
  const To lanes = __builtin_convertvector(value, To);
  std::memcpy(to, &lanes, sizeof lanes);
}

template <typename V>
V splat(double value) {
  return V{} + value;
}

inline double sum_of(double value) {
  return value;
}
inline double sum_of(Lanes value) {
  return (value[0] + value[2]) + (value[1] + value[3]);
}

/// A share of the tensor that is walked in one way, with one set of states: a state belongs to one channel.
struct Part {
  Index offset;  ///< of its first value
  bool along_planes;
  Index outer, channels, inner;  ///< of the part as a tensor of its own
  Index rows, columns;           ///< as a matrix, where it is not walked along planes

  Index states() const { return along_planes ? channels : columns; }
  Index channel_of(Index state) const { return along_planes ? state : state / inner % channels; }
};

/// One part, or two where the number of rows leaves a rest.
std::vector<Part> parts_of(const Layout& layout);

/// A value for each state from a value for each channel.
Channels of_states(const Part& part, const Channels& per_channel);

inline constexpr Index longest_piece =
    2048;                                 ///< of a plane: it stays in the first cache while it is read twice
inline constexpr Index rows_of_tile = 8;  ///< few enough not to evict each other from the first cache

/// a + b = sum + error exactly, for any a and b (Knuth; Moeller 1965).
template <typename V>
struct ExactSum {
  V sum, error;
};
template <typename V>
ExactSum<V> exact_sum(V a, V b) {
  const V sum = a + b;
  const V of_b = sum - a;
  return {sum, (a - (sum - of_b)) + (b - of_b)};
}

/// What rounding left of a + b and of a * b, exactly; WebAssembly has no fused multiply-add.
/// Source: Knuth; Veltkamp and Dekker 1971.
inline Channels sum_error(const Channels& a, const Channels& b) {
  const Channels sum = a + b, of_b = sum - a;
  return (a - (sum - of_b)) + (b - of_b);
}
inline Channels product_error(const Channels& a, const Channels& b) {
  const double splitter = 0x1p27 + 1;
  const Channels a_high = splitter * a - (splitter * a - a), b_high = splitter * b - (splitter * b - b);
  const Channels a_low = a - a_high, b_low = b - b_high;
  return ((a_high * b_high - a * b) + a_high * b_low + a_low * b_high) + a_low * b_low;
}

/// How many values are added before rounding is looked after. Sums of floats have digits to spare in a
/// double.
template <typename Scalar>
inline constexpr Index steps_of_sum = std::is_same_v<Scalar, double> ? 16 : 1 << 30;
template <typename Scalar>
inline constexpr Index rows_of_block = std::is_same_v<Scalar, double> ? 32 : 128;

/// Adds up two quantities over `rows` steps.
template <typename Scalar, typename V, typename Step>
void add_up(Index at, Index rows, Index stride, const Step& step, V& a, V& b) {
  V a_error{}, b_error{};
  for (Index begin = 0; begin < rows; begin += steps_of_sum<Scalar>) {
    const Index end = std::min(begin + steps_of_sum<Scalar>, rows);
    // Two sums each, so that no addition waits for the one before.
    V a_even{}, a_odd{}, b_even{}, b_odd{};
    Index row = begin;
    for (; row + 1 < end; row += 2, at += 2 * stride) {
      step(at, a_even, b_even);
      step(at + stride, a_odd, b_odd);
    }
    if (row < end) step(at, a_even, b_even);
    const auto new_a = exact_sum<V>(a, a_even + a_odd);
    const auto new_b = exact_sum<V>(b, b_even + b_odd);
    a = new_a.sum;
    b = new_b.sum;
    a_error += new_a.error;
    b_error += new_b.error;
  }
  a += a_error;
  b += b_error;
}

/// Goes over a part, block by block, and sums two quantities for each state.
///
/// `op.at<V>(pick)` returns the step: (position, V& a, V& b) adds the values at that position to the sums,
/// with pick(array) giving the states' values of an array. `add(state, states, count, a, b)` receives the
/// sums of a block for `states` states from `state` on, `count` values each; it returns true to have the
/// block read again.
template <typename Scalar, typename Op, typename Add>
void reduce(const Part& part, const Op& op, const Add& add) {
  if (part.along_planes) {
    for (Index plane = 0; plane < part.outer * part.channels; ++plane) {
      const Index channel = plane % part.channels;
      const auto lanes = [channel](const double* values) { return splat<Lanes>(values[channel]); };
      const auto rest = [channel](const double* values) { return values[channel]; };
      for (Index piece = 0; piece < part.inner; piece += longest_piece) {
        const Index length = std::min(longest_piece, part.inner - piece);
        const Index at = part.offset + plane * part.inner + piece;
        const Index whole = length - length % lane_count;
        double a, b;
        do {
          Lanes lanes_a{}, lanes_b{};
          add_up<Scalar>(at, length / lane_count, lane_count, op.template at<Lanes>(lanes), lanes_a, lanes_b);
          a = b = 0;
          add_up<Scalar>(at + whole, length - whole, 1, op.template at<double>(rest), a, b);
          a += sum_of(lanes_a);
          b += sum_of(lanes_b);
        } while (add(channel, 1, length, &a, &b));
      }
    }
    return;
  }
  Channels a(part.columns), b(part.columns);
  for (Index block = 0; block < part.rows; block += rows_of_block<Scalar>) {
    const Index end = std::min(block + rows_of_block<Scalar>, part.rows);
    do {
      a.setZero();
      b.setZero();
      for (Index row = block; row < end; row += rows_of_tile) {
        const Index rows = std::min(rows_of_tile, end - row);
        const Index at = part.offset + row * part.columns;
        const auto strip = [&](Index column, auto zero) {
          using V = decltype(zero);
          const auto pick = [column](const double* values) { return load<V>(values + column); };
          V sum_a = pick(a.data()), sum_b = pick(b.data());
          add_up<Scalar>(at + column, rows, part.columns, op.template at<V>(pick), sum_a, sum_b);
          store(a.data() + column, sum_a);
          store(b.data() + column, sum_b);
        };
        Index column = 0;
        for (; column + lane_count <= part.columns; column += lane_count) strip(column, Lanes{});
        for (; column < part.columns; ++column) strip(column, 0.0);
      }
    } while (add(Index{0}, part.columns, end - block, a.data(), b.data()));
  }
}

/// Goes over a part and does `op.at<V>(pick)(position)` everywhere, with pick as in reduce.
template <typename Op>
void map(const Part& part, const Op& op) {
  if (part.along_planes) {
    for (Index plane = 0; plane < part.outer * part.channels; ++plane) {
      const Index channel = plane % part.channels;
      const auto lanes =
          op.template at<Lanes>([channel](const double* values) { return splat<Lanes>(values[channel]); });
      const auto rest = op.template at<double>([channel](const double* values) { return values[channel]; });
      const Index begin = part.offset + plane * part.inner, end = begin + part.inner;
      Index at = begin;
      for (; at + lane_count <= end; at += lane_count) lanes(at);
      for (; at < end; ++at) rest(at);
    }
    return;
  }
  for (Index row = 0; row < part.rows; row += rows_of_tile) {
    const Index begin = part.offset + row * part.columns;
    const Index end = begin + std::min(rows_of_tile, part.rows - row) * part.columns;
    const auto strip = [&](Index column, auto zero) {
      using V = decltype(zero);
      const auto step =
          op.template at<V>([column](const double* values) { return load<V>(values + column); });
      for (Index at = begin + column; at < end; at += part.columns) step(at);
    };
    Index column = 0;
    for (; column + lane_count <= part.columns; column += lane_count) strip(column, Lanes{});
    for (; column < part.columns; ++column) strip(column, 0.0);
  }
}

/// What an argument that was left out stands for.
inline Channels or_default(const Channels& values, double value, Index channels) {
  return values.size() > 0 ? values : Channels::Constant(channels, value);
}

/// Whether products of a channel's constants could leave the range of doubles, so that their order counts.
inline bool is_far(const Normalizer& normalizer, const Channels& gamma, const Channels& scale) {
  return (normalizer.exponent != 0).any() || (scale.abs() > 0x1p900).any() || (gamma.abs() > 0x1p900).any() ||
         (scale.abs() < 0x1p-900 && gamma != 0).any();
}

}  // namespace batchnorm::passes
