#pragma once
// A few doubles at a time, read from and written to floats or doubles, and sums and products with what
// rounding left of them.

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

#include <cstring>

#include "batchnorm/layout.h"

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

inline double sum_of(const Lanes& value) {
  return (value[0] + value[2]) + (value[1] + value[3]);
}

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

/// What rounding left of a * b, exactly; WebAssembly has no fused multiply-add. (Veltkamp and Dekker 1971)
inline double product_error(double a, double b) {
  const double splitter = 0x1p27 + 1;
  const double a_high = splitter * a - (splitter * a - a), b_high = splitter * b - (splitter * b - b);
  const double a_low = a - a_high, b_low = b - b_high;
  return ((a_high * b_high - a * b) + a_high * b_low + a_low * b_high) + a_low * b_low;
}

}  // namespace batchnorm::passes
