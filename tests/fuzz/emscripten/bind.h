#pragma once
// A stand-in for Emscripten's bind (see val.h): the bindings become a table that the fuzzer calls.

#include "val.h"

namespace emscripten {

using Binding = val (*)(const val&);

/// The bindings in the order of their registration.
inline std::vector<std::pair<std::string, Binding>>& bindings() {
  static std::vector<std::pair<std::string, Binding>> table;
  return table;
}

inline void function(const char* name, Binding binding) {
  bindings().emplace_back(name, binding);
}

}  // namespace emscripten

#define EMSCRIPTEN_BINDINGS(name)                                                      \
  static void register_##name();                                                       \
  [[maybe_unused]] static const bool name##_is_registered = (register_##name(), true); \
  static void register_##name()
