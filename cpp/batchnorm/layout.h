#pragma once
// Where the values of a channel lie in a tensor, and the error messages that all functions share.
//
//   N  examples        C  channels (neurons, features); channels never interact
//   S  positions       m  number of values a statistic is taken over: N times all S

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error \
    "batchnorm cannot be used with -ffast-math, -Ofast or -ffinite-math-only: they take away NaN, infinities and what is kept of rounding. Compile the files that include it without them."
#endif

#include <Eigen/Core>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

static_assert(EIGEN_VERSION_AT_LEAST(3, 4, 0), "batchnorm needs Eigen 3.4 or newer");

namespace batchnorm {

using Eigen::Index;

/// One value for each channel: (C). Parameters and statistics are doubles whatever the data are.
using Channels = Eigen::Array<double, 1, Eigen::Dynamic>;

/// How many values a statistic was taken over, 0 to most_values. An Index has 32 bits in WebAssembly; shards
/// add up to more.
using Count = std::int64_t;
/// 2^53: up to here a double represents every integer exactly.
inline constexpr Count most_values = Count{1} << 53;

/// The numbers of a tensor, somewhere in memory, row-major. Any container of T with data() and size() will
/// do.
template <typename T>
struct Span {
  T* data;
  Index size;

  Span(T* first, Index count) : data(first), size(count) {}
  template <typename Container, typename = std::enable_if_t<
                                    std::is_convertible_v<decltype(std::declval<Container&>().data()), T*>>>
  Span(Container&& container) : data(container.data()), size(static_cast<Index>(container.size())) {}
};

enum class ChannelAxis {
  first,  ///< axis 1, after the examples: (N, C), (N, C, L), (N, C, H, W), (N, C, D, H, W)
  last,   ///< the last axis: (N, C), (N, L, C), (N, H, W, C), (N, D, H, W, C)
};

/// Every tensor with its channels on one axis is, in row-major memory, (outer, channels, inner):
/// (N, C, H, W) is (N, C, H W) and (N, H, W, C) is (N H W, C, 1). One implementation serves them all.
struct Layout {
  Index outer, channels, inner;

  Index m() const { return outer * inner; }
  Index size() const { return outer * channels * inner; }
};

/// The layout of a tensor of 2 to 5 dimensions, each >= 1; the examples, shape[0], may be none: a shard that
/// got no share of the batch. Throws std::invalid_argument that names the dimension, or where the tensor has
/// more than 2^31 - 1 values.
Layout layout_of(const std::vector<Index>& shape, ChannelAxis axis);

/// The layout of a tensor of 2 to 5 dimensions, each >= 1, whose channels lie on any axis, counted from 0:
/// for weights (folding.h). Throws as the other does, and where there is no such axis.
Layout layout_of(const std::vector<Index>& shape, Index channel_axis);

inline std::string in_words(const std::string& text) {
  return text;
}
template <typename Integer, typename = std::enable_if_t<std::is_integral_v<Integer>>>
std::string in_words(Integer number) {
  return std::to_string(number);
}
/// As few digits as tell the number apart. (Not by std::ostream, which would double the size of the
/// WebAssembly build.)
inline std::string in_words(double number) {
  char text[32];
  for (int digits = 15; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, number);
    if (std::strtod(text, nullptr) == number) break;
  }
  return text;
}

/// Throws std::invalid_argument: "argument: expected ..., got ...".
template <typename Got>
[[noreturn]] void refuse(std::string_view argument, const std::string& expected, const Got& got) {
  throw std::invalid_argument(std::string(argument) + ": expected " + expected + ", got " + in_words(got));
}

inline void require_channels(const char* argument, const Channels& values, Index channels) {
  if (values.size() != channels) {
    refuse(argument, in_words(channels) + " values (one a channel)", values.size());
  }
}

/// gamma and beta may be left out: no values at all.
inline void require_channels_or_none(const char* argument, const Channels& values, Index channels) {
  if (values.size() != 0) require_channels(argument, values, channels);
}

/// Parameters, or their defaults where they were left out. Refers to the parameters, which have to outlive
/// it.
class OrDefault {
 public:
  OrDefault(const Channels& given, double value, Index channels)
      : default_(given.size() > 0 ? Channels() : Channels::Constant(channels, value)),
        values_(given.size() > 0 ? given : default_) {}
  OrDefault(const OrDefault&) = delete;  // it may refer to itself
  OrDefault& operator=(const OrDefault&) = delete;

  operator const Channels&() const { return values_; }

 private:
  Channels default_;
  const Channels& values_;
};

/// A shard of a batch may have no examples at all.
inline void require_size_of_shard(const char* argument, Index size, const Layout& layout) {
  if (layout.outer < 0 || layout.channels < 1 || layout.inner < 1)
    refuse(argument, "a layout with 0 examples or more and at least 1 channel and position",
           in_words(layout.outer) + ", " + in_words(layout.channels) + " and " + in_words(layout.inner));
  if (size != layout.size()) {
    refuse(argument,
           in_words(layout.size()) + " values (" + in_words(layout.channels) + " channels of " +
               in_words(layout.m()) + ")",
           size);
  }
}

inline void require_size(const char* argument, Index size, const Layout& layout) {
  if (layout.outer < 1) refuse(argument, "at least 1 example", "an empty batch");
  require_size_of_shard(argument, size, layout);
}

inline void require_eps(double eps) {
  if (!(eps >= 0)) refuse("eps", "a number >= 0", eps);
}

}  // namespace batchnorm
