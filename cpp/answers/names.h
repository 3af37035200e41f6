#pragma once
// The spellings of quantities that learners type besides the one name design and code use.

#include <string_view>

namespace answers {

struct Spelling {
  std::string_view typed;
  std::string_view name;
};

inline constexpr Spelling spellings[] = {
    {"γ", "gamma"},      {"β", "beta"},         {"ε", "eps"},        {"ϵ", "eps"},      {"x̂", "x_hat"},
    {"μ", "batch_mean"}, {"μ_B", "batch_mean"}, {"µ", "batch_mean"}, {"α", "momentum"},
};

/// The quantity's one name for what was typed.
inline std::string_view canonical_name(std::string_view typed) {
  for (const Spelling& spelling : spellings) {
    if (spelling.typed == typed) return spelling.name;
  }
  return typed;
}

}  // namespace answers
