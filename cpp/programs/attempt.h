#pragma once
// One run of a program on one batch: binds the inputs to the names it uses, and collects its outputs.

#include "programs/derivations.h"

namespace programs {

/// A function of the program, and what each of its parameters gets: the name of an input, “cache”,
/// “settings” (a dictionary such as bn_param), or “0”.
struct Call {
  std::string function;
  std::vector<std::pair<std::string, std::string>> arguments;
};

struct Attempt {
  std::optional<ProgramError> error;  ///< where it stopped, or an output is missing
  std::optional<Call> call;           ///< none for a program of lines
  std::optional<Call> forward;        ///< what made the cache, where the program has a function for it
  std::map<std::string, std::string> left_as;  ///< lines: under which names the outputs were left
  /// What the program asked of a cache that it has no function for: its name and the intermediate's.
  std::vector<std::pair<std::string, std::string>> asked;
  std::map<std::string, Array> outputs;  ///< by the kind's names
  std::vector<Assigned> trace;           ///< where it was asked for
  std::vector<std::string> printed;
  std::size_t steps = 0;
};

/// Runs a program.
///
/// A program of lines finds the inputs by the kind's names and leaves the outputs by them. Where it defines
/// functions, one is called: parameters are the inputs by the names in use (dout, epsilon, X), else in their
/// order; `cache` is what the program's own forward function returned second, or gives the intermediates by
/// name; `bn_param` is a dictionary. What is returned are the outputs in their order. `corrections` as
/// Interpreter::correct.
Attempt attempt(const Case& batch, const Program& program, const Corrections& corrections, bool keeps_trace);

}  // namespace programs
