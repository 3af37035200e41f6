#pragma once
// Which line is wrong, and what mistake it is. Values are compared, never texts: what a line gave its name
// with what that name should hold, and with what each known mistake would have led to.

#include "programs/attempt.h"

namespace programs {

struct Fault {
  int line = 0;          ///< the first line that is wrong, from 1; 0 where none is, but one is missing
  std::string name;      ///< what it gave a value, or should give one, or “return”
  std::string quantity;  ///< the intermediate that it should be; empty where that is not known
  std::string mistake;   ///< id of a known mistake; empty where none leads to this value
  std::optional<Value> got;
  std::optional<Value> expected;
};

/// The faults of a program on a batch on which it is wrong, in the order of its lines. An error that is only
/// carried forward is none: each fault is mended before the next is looked for. Last come the outputs that
/// were given and that no line gives a new value.
std::vector<Fault> find_faults(const Case& batch, const Program& program);

}  // namespace programs
