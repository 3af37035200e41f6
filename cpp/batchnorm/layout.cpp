#include "batchnorm/layout.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "batchnorm/internal/passes.h"

namespace batchnorm {

namespace {

/// Throws std::invalid_argument for a shape that no tensor has.
void require_shape(const std::vector<Index>& shape, Index fewest_examples) {
  const std::size_t dimensions = shape.size();
  if (dimensions < 2 || dimensions > 5) refuse("shape", "2 to 5 dimensions", dimensions);
  // As doubles, because an Index has 32 bits in WebAssembly.
  double size = 1;
  for (std::size_t k = 0; k < dimensions; ++k) {
    const Index least = k == 0 ? fewest_examples : 1;
    if (shape[k] < least) refuse("shape[" + std::to_string(k) + "]", "at least " + in_words(least), shape[k]);
    size *= static_cast<double>(std::max<Index>(shape[k], 1));  // the positions of an example, also of none
  }
  if (size > std::numeric_limits<std::int32_t>::max()) refuse("shape", "at most 2147483647 values", size);
}

Layout layout_around(const std::vector<Index>& shape, std::size_t axis) {
  Layout layout{1, shape[axis], 1};
  for (std::size_t k = 0; k < axis; ++k) layout.outer *= shape[k];
  for (std::size_t k = axis + 1; k < shape.size(); ++k) layout.inner *= shape[k];
  return layout;
}

}  // namespace

Layout layout_of(const std::vector<Index>& shape, ChannelAxis axis) {
  require_shape(shape, 0);
  return layout_around(shape, axis == ChannelAxis::first ? 1 : shape.size() - 1);
}

Layout layout_of(const std::vector<Index>& shape, Index channel_axis) {
  require_shape(shape, 1);
  const auto dimensions = static_cast<Index>(shape.size());
  if (channel_axis < 0 || channel_axis >= dimensions)
    refuse("channel_axis", "0 to " + in_words(dimensions - 1), channel_axis);
  return layout_around(shape, static_cast<std::size_t>(channel_axis));
}

namespace passes {

namespace {

/// Shorter planes are traversed as columns: the work at the end of each plane would outweigh the plane.
constexpr Index shortest_plane = 32;
/// Fewer columns would leave SIMD lanes idle: several rows are then treated as one.
constexpr Index fewest_columns = 32;

}  // namespace

Parts parts_of(const Layout& layout) {
  const auto [outer, channels, inner] = layout;
  if (layout.size() == 0) return {{}, 0};
  if (channels == 1) return {{{0, true, 1, 1, outer * inner, 0, 0}}, 1};
  if (inner >= shortest_plane) return {{{0, true, outer, channels, inner, 0, 0}}, 1};
  const Index period = channels * inner;
  const Index group = std::min(outer, (fewest_columns + period - 1) / period);
  const Index rows = outer / group, rest = outer % group;
  return {{{0, false, rows * group, channels, inner, rows, group * period},
           {rows * group * period, false, rest, channels, inner, 1, rest * period}},
          rest > 0 ? 2 : 1};
}

}  // namespace passes

}  // namespace batchnorm
