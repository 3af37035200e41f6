#pragma once
// The shapes this library speaks of, and the checks that every function shares.
//
//   m  number of values a statistic is taken over (the examples of a mini-batch)
//   C  number of channels (neurons, features); channels never interact

#include <Eigen/Core>
#include <cstdio>
#include <stdexcept>
#include <string>

static_assert(EIGEN_VERSION_AT_LEAST(3, 4, 0), "batchnorm needs Eigen 3.4 or newer");

namespace batchnorm {

/// One value for each example and channel: (m, C), examples in rows.
using Batch = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// One value for each channel: (C).
using Channels = Eigen::Array<double, 1, Eigen::Dynamic>;

inline std::string in_words(const std::string& text) {
  return text;
}
inline std::string in_words(Eigen::Index number) {
  return std::to_string(number);
}
/// All digits that tell the number apart. (Not a stream: they would double the size of the WebAssembly
/// build.)
inline std::string in_words(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", number);
  return text;
}

/// Ends the call with std::invalid_argument: "argument: expected ..., got ...".
template <typename Got>
[[noreturn]] void refuse(const std::string& argument, const std::string& expected, const Got& got) {
  throw std::invalid_argument(argument + ": expected " + expected + ", got " + in_words(got));
}

inline void require_nonempty(const char* argument, const Batch& batch) {
  if (batch.rows() == 0) refuse(argument, "at least 1 example", "an empty batch");
  if (batch.cols() == 0) refuse(argument, "at least 1 channel", "none");
}

inline void require_channels(const char* argument, const Channels& values, Eigen::Index channels) {
  if (values.size() != channels) {
    refuse(argument, in_words(channels) + " values (one a channel)", values.size());
  }
}

inline void require_same_shape(const char* argument, const Batch& batch, const Batch& like,
                               const char* like_name) {
  if (batch.rows() != like.rows() || batch.cols() != like.cols()) {
    const auto shape = [](const Batch& of) {
      return "(" + in_words(of.rows()) + ", " + in_words(of.cols()) + ")";
    };
    refuse(argument, std::string("the shape of ") + like_name + ", " + shape(like), shape(batch));
  }
}

inline void require_eps(double eps) {
  if (!(eps >= 0)) refuse("eps", "a number >= 0", eps);
}

/// 1 / sqrt(var + eps), (C). Throws std::invalid_argument that names the channel where var < 0 or var + eps =
/// 0; NaN stays NaN. `var_name` is how the message calls var.
Channels inverse_std(const char* var_name, const Channels& var, double eps);

}  // namespace batchnorm
