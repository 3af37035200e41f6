#pragma once
// SIMD vectors of doubles or floats, loaded from and stored to either, and error-free transformations of sums
// and products.

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "batchnorm/layout.h"

namespace batchnorm::passes {

/// Eigen has no SIMD for WebAssembly; the compilers' vector extensions work natively and there.
using DoubleLanes = double __attribute__((vector_size(32)));
using FloatLanes = float __attribute__((vector_size(32)));
/// A longer strip of a row of floats, and a shorter one for the remainder, before single floats.
using FloatStrip = float __attribute__((vector_size(64)));
using FloatQuad = float __attribute__((vector_size(16)));
using IntLanes = int __attribute__((vector_size(32)));
/// Lane, the type that a pass computes in, is double or, where the data are floats, may be float.
template <typename Lane>
using LanesOf = std::conditional_t<std::is_same_v<Lane, double>, DoubleLanes, FloatLanes>;
template <typename Lane>
inline constexpr Index lane_count = static_cast<Index>(sizeof(LanesOf<Lane>) / sizeof(Lane));

/// V is LanesOf<Lane>, Lane or a vector in between: every pass is written once for all of them. The shorter
/// ones serve the remainder.
template <typename V>
inline constexpr Index width = 1;
template <>
inline constexpr Index width<DoubleLanes> = lane_count<double>;
template <>
inline constexpr Index width<FloatLanes> = lane_count<float>;
template <>
inline constexpr Index width<IntLanes> = 8;
template <>
inline constexpr Index width<FloatStrip> = 16;
template <>
inline constexpr Index width<FloatQuad> = 4;

template <typename V, typename Number>
V load(const Number* from) {
  if constexpr (sizeof(V) == sizeof(Number) * static_cast<std::size_t>(width<V>)) {
    V value;
    std::memcpy(&value, from, sizeof value);
    return value;
  } else if constexpr (width<V> == 1) {
    return static_cast<V>(*from);
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
inline void store(double* to, const DoubleLanes& value) {
  std::memcpy(to, &value, sizeof value);
}
inline void store(float* to, const FloatLanes& value) {
  std::memcpy(to, &value, sizeof value);
}
inline void store(float* to, const FloatStrip& value) {
  std::memcpy(to, &value, sizeof value);
}
inline void store(float* to, const FloatQuad& value) {
  std::memcpy(to, &value, sizeof value);
}
inline void store(float* to, const DoubleLanes& value) {
#ifdef __wasm_simd128__
  // LLVM would compile __builtin_convertvector to four scalar conversions.
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

/// A short sum converted to double, for the longer sums; the two halves of FloatLanes are added.
inline double widened(double sum) {
  return sum;
}
inline DoubleLanes widened(const DoubleLanes& sum) {
  return sum;
}
inline DoubleLanes widened(const FloatQuad& sum) {
#ifdef __wasm_simd128__
  const v128_t lanes = (v128_t)sum;
  const v128_t half[2] = {wasm_f64x2_promote_low_f32x4(lanes),
                          wasm_f64x2_promote_low_f32x4(wasm_i32x4_shuffle(lanes, lanes, 2, 3, 0, 1))};
  DoubleLanes doubles;
  std::memcpy(&doubles, half, sizeof doubles);
  return doubles;
#else
  return DoubleLanes{sum[0], sum[1], sum[2], sum[3]};
#endif
}
struct Quads {
  FloatQuad first, second;
};
inline Quads quads_of(const FloatLanes& lanes) {
  Quads quads;
  std::memcpy(&quads, &lanes, sizeof quads);
  return quads;
}
inline DoubleLanes widened(const FloatLanes& sum) {
  const Quads quads = quads_of(sum);
  return widened(quads.first) + widened(quads.second);
}
template <typename V>
using Widened = decltype(widened(V{}));

/// Adds short sums to sums in double, lane by lane.
inline void add_to(double* sums, float more) {
  *sums += static_cast<double>(more);
}
inline void add_to(double* sums, const FloatQuad& more) {
  store(sums, load<DoubleLanes>(sums) + widened(more));
}
inline void add_to(double* sums, const FloatLanes& more) {
  const Quads quads = quads_of(more);
  add_to(sums, quads.first);
  add_to(sums + width<FloatQuad>, quads.second);
}

/// A vector that fits a register of 128 bits: compilers turn comparisons of longer ones into scalar code.
using DoublePair = double __attribute__((vector_size(16)));
struct Pairs {
  DoublePair first, second;
};
inline Pairs pairs_of(const DoubleLanes& lanes) {
  Pairs pairs;
  std::memcpy(&pairs, &lanes, sizeof pairs);
  return pairs;
}
inline DoubleLanes lanes_of(const Pairs& pairs) {
  DoubleLanes lanes;
  std::memcpy(&lanes, &pairs, sizeof lanes);
  return lanes;
}

inline double magnitude(double value) {
  return std::abs(value);
}
inline DoubleLanes magnitude(const DoubleLanes& value) {
  using Bits = long long __attribute__((vector_size(32)));
  const Bits all_but_the_sign = Bits{} + std::numeric_limits<long long>::max();
  return (DoubleLanes)((Bits)value & all_but_the_sign);
}

inline double square_root(double value) {
  return std::sqrt(value);
}
inline DoubleLanes square_root(const DoubleLanes& value) {
#ifdef __wasm_simd128__
  const Pairs pairs = pairs_of(value);
  return lanes_of(
      {(DoublePair)wasm_f64x2_sqrt((v128_t)pairs.first), (DoublePair)wasm_f64x2_sqrt((v128_t)pairs.second)});
#else
  return DoubleLanes{std::sqrt(value[0]), std::sqrt(value[1]), std::sqrt(value[2]), std::sqrt(value[3])};
#endif
}

/// The smallest of many numbers, so that one test serves all of them; a NaN is passed over.
class Least {
 public:
  void add(double value) { add(DoubleLanes{} + value); }
  void add(const DoubleLanes& value) {
    const Pairs pairs = pairs_of(value);
    add_pair(pairs.first);
    add_pair(pairs.second);
  }
  double value() const { return std::min(least_[0], least_[1]); }

 private:
  void add_pair(const DoublePair& pair) {
#ifdef __wasm_simd128__
    least_ = (DoublePair)wasm_f64x2_pmin((v128_t)least_, (v128_t)pair);
#else
    least_ = pair < least_ ? pair : least_;
#endif
  }

  static constexpr double infinity = std::numeric_limits<double>::infinity();
  DoublePair least_{infinity, infinity};
};

/// The sum of many numbers >= 0, which none of them exceeds; not finite where one of them is not.
class Total {
 public:
  void add(double value) { total_[0] += value; }
  void add(const DoubleLanes& value) { total_ += value; }
  double value() const { return sum_of(total_); }

 private:
  DoubleLanes total_{};
};

/// The rounding error of sum = a + b, exactly, for any a and b (TwoSum: Knuth; Moeller 1965).
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

/// The rounding error of a * b, exactly, without a fused multiply-add, which WebAssembly does not have
/// (TwoProduct: Veltkamp and Dekker 1971).
template <typename V>
V product_error(const V& a, const V& b) {
  const double splitter = 0x1p27 + 1;
  const V a_high = splitter * a - (splitter * a - a), b_high = splitter * b - (splitter * b - b);
  const V a_low = a - a_high, b_low = b - b_high;
  return ((a_high * b_high - a * b) + a_high * b_low + a_low * b_high) + a_low * b_low;
}

}  // namespace batchnorm::passes
