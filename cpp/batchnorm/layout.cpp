#include "batchnorm/layout.h"

#include <limits>

#include "batchnorm/internal/passes.h"

namespace batchnorm {

Layout layout_of(const std::vector<Index>& shape, ChannelAxis axis) {
  const std::size_t dimensions = shape.size();
  if (dimensions < 2 || dimensions > 5) refuse("shape", "2 to 5 dimensions", static_cast<Index>(dimensions));
  // As doubles, because an Index has 32 bits in WebAssembly.
  double size = 1;
  for (std::size_t k = 0; k < dimensions; ++k) {
    if (shape[k] < 1) refuse("shape[" + std::to_string(k) + "]", "at least 1", shape[k]);
    size *= static_cast<double>(shape[k]);
  }
  if (size > std::numeric_limits<std::int32_t>::max()) refuse("shape", "at most 2147483647 values", size);

  const std::size_t channel = axis == ChannelAxis::first ? 1 : dimensions - 1;
  Layout layout{1, shape[channel], 1};
  for (std::size_t k = 0; k < channel; ++k) layout.outer *= shape[k];
  for (std::size_t k = channel + 1; k < dimensions; ++k) layout.inner *= shape[k];
  return layout;
}

namespace passes {

namespace {

/// Shorter planes are walked as columns: the work at the end of each plane would outweigh the plane.
constexpr Index shortest_plane = 32;
/// Fewer columns would leave lanes idle: several rows are then taken as one.
constexpr Index fewest_columns = 32;

}  // namespace

Parts parts_of(const Layout& layout) {
  const auto [outer, channels, inner] = layout;
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
