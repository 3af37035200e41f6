#include "lab/random.h"

#include <cmath>

namespace lab {

namespace {

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed) : state_(mix(seed + 0x9e3779b97f4a7c15u)) {}

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15u;
  return mix(state_);
}

double Random::uniform() {
  return static_cast<double>(next() >> 11) * 0x1p-53;
}

double Random::normal() {
  while (true) {
    const double u = 2 * uniform() - 1;
    const double v = 2 * uniform() - 1;
    const double s = u * u + v * v;
    if (s > 0 && s < 1) return u * std::sqrt(-2 * std::log(s) / s);
  }
}

batchnorm::Batch normal_batches(std::uint64_t seed, Eigen::Index batches, Eigen::Index m, double mean,
                                double std) {
  if (m < 1) batchnorm::refuse("m", "at least 1 example", m);
  if (batches < 1) batchnorm::refuse("batches", "at least 1 batch", batches);
  // As doubles: the product of two indices may be beyond 32 bits.
  const double count = static_cast<double>(batches) * static_cast<double>(m);
  if (count > 1e6) batchnorm::refuse("batches", "at most 1000000 draws in all", count);
  if (!(std >= 0)) batchnorm::refuse("std", "a number >= 0", std);
  Random random(seed);
  batchnorm::Batch draws(m, batches);
  for (Eigen::Index k = 0; k < draws.size(); ++k) draws.data()[k] = mean + std * random.normal();
  return draws;
}

}  // namespace lab
