#pragma once
// How the passes go over a tensor: a few doubles at a time, in the order of memory, with float or double
// data. Private to this folder; forward.cpp, backward.cpp and moments.cpp say what is done with the values.
//
// Two ways of walking serve every layout. Where a channel's values lie side by side in long planes (inner is
// large), each plane is read along itself. Elsewhere the tensor is a matrix whose rows hold all channels: a
// column belongs to one channel, and a strip of columns is read downwards, a block of rows at a time.

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstring>

#include "batchnorm/forward.h"

namespace batchnorm::passes {

/// Eigen has no vectors for WebAssembly; the compilers' own work natively and there.
using Lanes = double __attribute__((vector_size(32)));
using FloatLanes = float __attribute__((vector_size(16)));
inline constexpr Index lane_count = 4;

/// V is Lanes or double: every pass is written once for both; double serves what is left over by the lanes.
template <typename V>
inline constexpr Index width = std::is_same_v<V, Lanes> ? lane_count : 1;

template <typename V>
V load(const double* from) {
  V value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <typename V>
V load(const float* from) {
  if constexpr (std::is_same_v<V, double>) {
    return *from;
  } else {
#ifdef __wasm_simd128__
    // Two loads that widen as they go; one load would have to be shuffled apart.
    const v128_t half[2] = {wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(from)),
                            wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(from + 2))};
    Lanes lanes;
    std::memcpy(&lanes, half, sizeof lanes);
    return lanes;
#else
    return Lanes{from[0], from[1], from[2], from[3]};  // GCC's __builtin_convertvector goes through memory
#endif
  }
}

template <typename Scalar>
void store(Scalar* to, double value) {
  *to = static_cast<Scalar>(value);
}
inline void store(double* to, const Lanes& value) {
  std::memcpy(to, &value, sizeof value);
}
inline void store(float* to, const Lanes& value) {
#ifdef __wasm_simd128__
  // LLVM takes its own conversion of four lanes apart, number by number.
  v128_t half[2];
  std::memcpy(half, &value, sizeof half);
  const v128_t low = wasm_f32x4_demote_f64x2_zero(half[0]), high = wasm_f32x4_demote_f64x2_zero(half[1]);
  wasm_v128_store(to, wasm_i32x4_shuffle(low, high, 0, 1, 4, 5));
#else
  const FloatLanes lanes = __builtin_convertvector(value, FloatLanes);
  std::memcpy(to, &lanes, sizeof lanes);
#endif
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

/// Of a plane: it stays in the first cache while it is read twice.
inline constexpr Index longest_piece = 2048;
/// Few enough not to evict each other from the first cache.
inline constexpr Index rows_of_tile = 8;

/// a + b = sum + error exactly, for any a and b (Knuth; Moeller 1965).
template <typename V>
struct ExactSum {
  V sum, error;
};
template <typename V>
ExactSum<V> exact_sum(const V& a, const V& b) {
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

inline constexpr Index cached_bytes = 1 << 22;  ///< tensors no larger stay in a cache

/// How many values are added before rounding is looked after. Sums of floats have digits to spare in a
/// double.
template <typename Scalar>
inline constexpr Index steps_of_sum = std::is_same_v<Scalar, double> ? 16 : 1 << 30;
template <typename Scalar>
inline constexpr Index rows_of_block = std::is_same_v<Scalar, double> ? 32 : 128;

/// Adds two quantities, over `rows` steps, to a and b.
template <typename V, typename Step>
void add_up(Index at, Index rows, Index stride, const Step& step, V& a, V& b) {
  // Two sums each, so that no addition waits for the one before.
  V a_odd{}, b_odd{};
  Index row = 0;
  for (; row + 1 < rows; row += 2, at += 2 * stride) {
    step(at, a, b);
    step(at + stride, a_odd, b_odd);
  }
  if (row < rows) step(at, a, b);
  a += a_odd;
  b += b_odd;
}

/// As add_up, along a plane and from 0; what rounding takes from the longer and longer sums of doubles is
/// added at the end.
template <typename Scalar, typename V, typename Step>
void add_up_plane(Index at, Index length, const Step& step, V& a, V& b) {
  V a_error{}, b_error{};
  const Index rows = length / width<V>;
  a = b = V{};
  for (Index row = 0; row < rows; row += steps_of_sum<Scalar>) {
    V more_a{}, more_b{};
    add_up(at + row * width<V>, std::min(steps_of_sum<Scalar>, rows - row), width<V>, step, more_a, more_b);
    const auto new_a = exact_sum(a, more_a), new_b = exact_sum(b, more_b);
    a = new_a.sum;
    b = new_b.sum;
    a_error += new_a.error;
    b_error += new_b.error;
  }
  a += a_error;
  b += b_error;
}

/// strip(column, zero) for every strip of columns: of Lanes first, then single columns; zero has the strip's
/// type.
template <typename Strip>
void for_each_strip(Index columns, const Strip& strip) {
  Index column = 0;
  for (; column + lane_count <= columns; column += lane_count) strip(column, Lanes{});
  for (; column < columns; ++column) strip(column, 0.0);
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
          Lanes lanes_a, lanes_b;
          add_up_plane<Scalar>(at, whole, op.template at<Lanes>(lanes), lanes_a, lanes_b);
          add_up_plane<Scalar>(at + whole, length - whole, op.template at<double>(rest), a, b);
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
        const Index at = part.offset + row * part.columns;
        const Index rows = std::min(rows_of_tile, end - row);
        for_each_strip(part.columns, [&](Index column, auto zero) {
          using V = decltype(zero);
          const auto pick = [column](const double* values) { return load<V>(values + column); };
          V sum_a = pick(a.data()), sum_b = pick(b.data());
          add_up(at + column, rows, part.columns, op.template at<V>(pick), sum_a, sum_b);
          store(a.data() + column, sum_a);
          store(b.data() + column, sum_b);
        });
      }
    } while (add(Index{0}, part.columns, end - block, a.data(), b.data()));
  }
}

/// Goes over a part and does `op.at<V>(pick)(position)` everywhere, with pick as in reduce.
template <typename Scalar, typename Op>
void map(const Part& part, const Op& op) {
  if (part.along_planes) {
    for (Index plane = 0; plane < part.outer * part.channels; ++plane) {
      const Index channel = plane % part.channels;
      const auto lanes =
          op.template at<Lanes>([channel](const double* values) { return splat<Lanes>(values[channel]); });
      const auto rest = op.template at<double>([channel](const double* values) { return values[channel]; });
      const Index begin = part.offset + plane * part.inner, end = begin + part.inner;
      Index at = begin;
      for (; at + 4 * lane_count <= end; at += 4 * lane_count) {
        lanes(at);
        lanes(at + lane_count);
        lanes(at + 2 * lane_count);
        lanes(at + 3 * lane_count);
      }
      for (; at + lane_count <= end; at += lane_count) lanes(at);
      for (; at < end; ++at) rest(at);
    }
    return;
  }
  const auto by_tiles = [&](auto rows_of_map) {
    for (Index row = 0; row < part.rows; row += rows_of_map) {
      const Index begin = part.offset + row * part.columns;
      const Index rows = std::min<Index>(rows_of_map, part.rows - row);
      for_each_strip(part.columns, [&](Index column, auto zero) {
        using V = decltype(zero);
        const auto step =
            op.template at<V>([column](const double* values) { return load<V>(values + column); });
        for (Index k = 0, at = begin + column; k < rows; ++k, at += part.columns) step(at);
      });
    }
  };
  // A few rows at a time spare loading the states' values again; far from the caches, memory wants one row
  // after the other.
  if (part.rows * part.columns <= cached_bytes / static_cast<Index>(sizeof(Scalar))) {
    by_tiles(std::integral_constant<Index, 4>());
  } else {
    by_tiles(std::integral_constant<Index, 1>());
  }
}

/// What an argument that was left out stands for.
inline Channels or_default(const Channels& values, double value, Index channels) {
  return values.size() > 0 ? values : Channels::Constant(channels, value);
}

/// visit(position) for every value of a channel.
template <typename Visit>
void for_each_value(const Layout& layout, Index channel, const Visit& visit) {
  for (Index n = 0; n < layout.outer; ++n) {
    const Index begin = (n * layout.channels + channel) * layout.inner;
    for (Index at = begin; at < begin + layout.inner; ++at) visit(at);
  }
}

/// The values of a channel side by side, times 2^-exponent. Channels whose values lie near an end of the
/// range of doubles are taken out so, one by one, and put back: no other channel sees them.
inline Eigen::ArrayXd values_of(const Layout& layout, const double* x, Index channel, int exponent) {
  Eigen::ArrayXd values(layout.m());
  Index k = 0;
  for_each_value(layout, channel, [&](Index at) { values(k++) = std::ldexp(x[at], -exponent); });
  return values;
}
inline void put_values(const Layout& layout, const Eigen::ArrayXd& values, Index channel, double* y) {
  Index k = 0;
  for_each_value(layout, channel, [&](Index at) { y[at] = values(k++); });
}

/// Whether the product of a channel's constants could leave the range of doubles, so that their order counts.
inline bool is_far(const Normalizer& normalizer, Index channel, double gamma) {
  const double scale = std::abs(gamma * normalizer.invstd(channel));
  return normalizer.exponent(channel) != 0 || scale > 0x1p900 || std::abs(gamma) > 0x1p900 ||
         (scale < 0x1p-900 && gamma != 0);
}

/// (x - mean) / sqrt(var + eps) of a channel taken out.
inline Eigen::ArrayXd far_x_hat(const Layout& layout, const double* x, const Normalizer& normalizer,
                                Index channel) {
  const Eigen::ArrayXd values = values_of(layout, x, channel, normalizer.exponent(channel));
  return ((values - normalizer.mean(channel)) - normalizer.mean_residual(channel)) *
         normalizer.invstd(channel);
}

}  // namespace batchnorm::passes
