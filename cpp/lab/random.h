#pragma once
// Seeded random batches: the same seed gives the same numbers in every browser (wasm brings its own log); a
// native build may differ in the last digit of a normal draw.

#include <cstdint>

#include "batchnorm/trace.h"

namespace lab {

/// A stream of random numbers: SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number
/// Generators", OOPSLA 2014), its initial state the hash of the seed. Without the hash, consecutive seeds
/// would give the same stream, shifted by one draw.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform();
  /// Standard normal, by the polar method (Marsaglia and Bray 1964).
  double normal();

 private:
  std::uint64_t next();
  std::uint64_t state_;
};

/// `batches` independent mini-batches of m draws from N(mean, std^2), one a column: (m, batches).
/// Requires m >= 1, batches >= 1, m batches <= 1e6, std >= 0; throws std::invalid_argument.
batchnorm::Batch normal_batches(std::uint64_t seed, Eigen::Index batches, Eigen::Index m, double mean,
                                double std);

}  // namespace lab
