#pragma once
// Small data sets that show what normalization does: points of the plane, and noisy glyphs.

#include <cstdint>
#include <vector>

#include "lab/network.h"

namespace lab {

struct DataSet {
  Matrix x;                 ///< (examples, inputs)
  std::vector<int> labels;  ///< from 0 to classes - 1
  Index classes;
};

enum class Shape { spirals, moons, circles, blobs, glyphs };

/// `examples` points of two classes (spirals of one turn, moons, circles), of four (blobs), or glyphs of
/// 8 x 8 values of ten; `noise` is the standard deviation added to each value, `flipped` the share of labels
/// that are drawn at random. Requires 2 <= examples <= 10,000, noise >= 0, flipped from 0 to 1; throws
/// std::invalid_argument. The same seed gives the same set.
DataSet data_set(Shape shape, Index examples, double noise, double flipped, std::uint64_t seed);

/// Mini-batches of `size` of the set's examples, drawn without replacement within each epoch. The same seed
/// gives the same batches.
class Batches {
 public:
  /// Requires 1 <= size <= examples; throws std::invalid_argument.
  Batches(Index examples, Index size, std::uint64_t seed);

  /// The rows of step `step`. The order of an epoch is kept, so that its further steps only copy from it.
  std::vector<Index> rows(int step);

 private:
  Index size_, per_epoch_;
  std::uint64_t seed_;
  Index epoch_ = -1;  ///< the epoch whose order is kept
  std::vector<Index> order_;
};

/// The rows of one step.
std::vector<Index> batch_rows(Index examples, Index size, int step, std::uint64_t seed);

/// These rows of the set.
DataSet rows_of(const DataSet& data, const std::vector<Index>& rows);

}  // namespace lab
