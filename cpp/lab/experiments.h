#pragma once
// Experiments on what batch normalization does and what it does not: for each seed a few numbers, from
// networks that have the same data, batches and initial weights and differ in one thing.

#include <cstdint>
#include <string>
#include <vector>

namespace lab {

/// What one seed gave. Names read "arm.quantity", or "arm.quantity.k" for the k-th value of a sweep. Not
/// finite where a network diverged beyond finite numbers.
struct Measure {
  std::string name;
  double value;
};

/// In the order in which the lesson's sections speak of them.
std::vector<std::string> experiment_names();

/// Runs one experiment with one seed. Throws std::invalid_argument for a name that is none of the above.
std::vector<Measure> measured(const std::string& experiment, std::uint64_t seed);

}  // namespace lab
