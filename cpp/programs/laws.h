#pragma once
// The laws that a right program keeps, each with the sentence that a tutor would say. They are consequences
// of the definition that need no look at the operator; the operator itself comes last.

#include "programs/attempt.h"

namespace programs {

struct Law {
  std::string id;
  std::string sentence;
  bool holds;
};

/// What a law may look at: one batch, and the program itself, which it may run on another.
struct Trial {
  const Case& batch;
  const Program& program;
  const std::map<std::string, Array>& outputs;
};

/// All laws that can be tried here, the most telling one first.
std::vector<Law> try_laws(const Trial& trial);

}  // namespace programs
