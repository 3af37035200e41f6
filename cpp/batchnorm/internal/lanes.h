#pragma once
// A few doubles at a time, read from and written to floats or doubles, and sums and products with what
// rounding left of them.

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

#include <cmath>
#include <cstring>
#include <limits>

#include "batchnorm/layout.h"

namespace batchnorm::passes {

/// Eigen has no vectors for WebAssembly; the compilers' own work natively and there.
using DoubleLanes = double __attribute__((vector_size(32)));
using FloatLanes = float __attribute__((vector_size(32)));
/// For what is done once a channel, with comparisons: compilers take those of longer vectors apart.
using DoublePair = double __attribute__((vector_size(16)));

/// What a pass computes in, its lane, is double or, where the data are floats too, float.
template <typename Lane>
using LanesOf = std::conditional_t<std::is_same_v<Lane, double>, DoubleLanes, FloatLanes>;
template <typename Lane>
inline constexpr Index lane_count = static_cast<Index>(sizeof(LanesOf<Lane>) / sizeof(Lane));

/// V is LanesOf<Lane> or Lane: every pass is written once for both; a single lane serves what is left over.
template <typename V>
inline constexpr Index width = 1;
template <>
inline constexpr Index width<DoubleLanes> = lane_count<double>;
template <>
inline constexpr Index width<FloatLanes> = lane_count<float>;
template <>
inline constexpr Index width<DoublePair> = 2;

template <typename V, typename Number>
V load(const Number* from) {
  if constexpr (sizeof(V) == sizeof(Number) * static_cast<std::size_t>(width<V>)) {
    V value;
    std::memcpy(&value, from, sizeof value);
    return value;
  } else if constexpr (width<V> == 1) {
    return static_cast<V>(*from);
  } else if constexpr (std::is_same_v<Number, int>) {
    return DoublePair{static_cast<double>(from[0]), static_cast<double>(from[1])};
  } else {
#ifdef __wasm_simd128__
    // Two loads that widen as they go; one load would have to be shuffled apart.
    const v128_t half[2] = {wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(from)),
                            wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(from + 2))};
    DoubleLanes lanes;
    std::memcpy(&lanes, half, sizeof lanes);
    return lanes;
#else
    return DoubleLanes{from[0], from[1], from[2],
                       from[3]};  // GCC's __builtin_convertvector goes through memory
#endif
  }
}

template <typename Scalar>
void store(Scalar* to, double value) {
  *to = static_cast<Scalar>(value);
}
inline void store(double* to, const DoublePair& value) {
  std::memcpy(to, &value, sizeof value);
}
inline void store(float* to, const DoublePair& value) {
#ifdef __wasm_simd128__
  v128_t pair;
  std::memcpy(&pair, &value, sizeof pair);
  wasm_v128_store64_lane(to, wasm_f32x4_demote_f64x2_zero(pair), 0);
#else
  to[0] = static_cast<float>(value[0]);
  to[1] = static_cast<float>(value[1]);
#endif
}
inline void store(double* to, const DoubleLanes& value) {
  std::memcpy(to, &value, sizeof value);
}
inline void store(float* to, const FloatLanes& value) {
  std::memcpy(to, &value, sizeof value);
}
inline void store(float* to, const DoubleLanes& value) {
#ifdef __wasm_simd128__
  // LLVM takes its own conversion of four lanes apart, number by number.
  v128_t half[2];
  std::memcpy(half, &value, sizeof half);
  const v128_t low = wasm_f32x4_demote_f64x2_zero(half[0]), high = wasm_f32x4_demote_f64x2_zero(half[1]);
  wasm_v128_store(to, wasm_i32x4_shuffle(low, high, 0, 1, 4, 5));
#else
  using Halves = float __attribute__((vector_size(16)));
  const Halves lanes = __builtin_convertvector(value, Halves);
  std::memcpy(to, &lanes, sizeof lanes);
#endif
}

template <typename V, typename Lane>
V splat(Lane value) {
  return V{} + value;
}

inline double sum_of(const DoubleLanes& value) {
  return (value[0] + value[2]) + (value[1] + value[3]);
}

/// A short sum as doubles, which longer ones are made of; of the lanes of floats, halves are added.
inline double widened(double sum) {
  return sum;
}
inline DoubleLanes widened(const DoubleLanes& sum) {
  return sum;
}
inline DoubleLanes widened(const FloatLanes& sum) {
  float lanes[lane_count<float>];
  store(lanes, sum);
  return load<DoubleLanes>(lanes) + load<DoubleLanes>(lanes + lane_count<double>);
}
template <typename V>
using Widened = decltype(widened(V{}));

/// Adds short sums to long ones, lane by lane.
inline void add_to(double* sums, float more) {
  *sums += static_cast<double>(more);
}
inline void add_to(double* sums, const FloatLanes& more) {
  float lanes[lane_count<float>];
  store(lanes, more);
  for (Index half = 0; half < lane_count<float>; half += lane_count<double>)
    store(sums + half, load<DoubleLanes>(sums + half) + load<DoubleLanes>(lanes + half));
}

inline double magnitude(double value) {
  return std::abs(value);
}
inline DoublePair magnitude(const DoublePair& value) {
  return value < 0 ? -value : value;
}

/// Neither infinite nor NaN. What compares pairs gives pairs, 0 where it does not hold.
template <typename V>
auto is_finite(const V& value) {
  return magnitude(value) <= std::numeric_limits<double>::max();
}

/// visit(lane) where a comparison holds.
template <typename Holds, typename Visit>
void for_each_lane(const Holds& holds, const Visit& visit) {
  if constexpr (std::is_integral_v<Holds>) {
    if (holds) visit(Index{0});
  } else if ((holds[0] | holds[1]) != 0) {
    if (holds[0] != 0) visit(Index{0});
    if (holds[1] != 0) visit(Index{1});
  }
}

/// What rounding to `sum` left of a + b: exactly, for any a and b (Knuth; Moeller 1965).
template <typename V>
V sum_error(const V& a, const V& b, const V& sum) {
  const V of_b = sum - a;
  return (a - (sum - of_b)) + (b - of_b);
}

/// a + b = sum + error exactly.
template <typename V>
struct ExactSum {
  V sum, error;
};
template <typename V>
ExactSum<V> exact_sum(const V& a, const V& b) {
  const V sum = a + b;
  return {sum, sum_error(a, b, sum)};
}

/// What rounding left of a * b, exactly; WebAssembly has no fused multiply-add. (Veltkamp and Dekker 1971)
template <typename V>
V product_error(const V& a, const V& b) {
  const double splitter = 0x1p27 + 1;
  const V a_high = splitter * a - (splitter * a - a), b_high = splitter * b - (splitter * b - b);
  const V a_low = a - a_high, b_low = b - b_high;
  return ((a_high * b_high - a * b) + a_high * b_low + a_low * b_high) + a_low * b_low;
}

}  // namespace batchnorm::passes
