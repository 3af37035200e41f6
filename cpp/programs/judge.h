#pragma once
// Judging a program: right or wrong, the law that fails, the smallest batch that shows it, the line that is
// wrong and the mistake that it is.

#include "programs/diagnosis.h"
#include "programs/laws.h"

namespace programs {

/// A small batch on which a program is wrong.
struct Counterexample {
  Names inputs;
  std::string output;        ///< the first that is wrong; empty where the program ends with an error
  std::size_t position = 0;  ///< of the worst value, row by row
  std::optional<Value> expected, got;
  std::optional<ProgramError> error;  ///< what the program ends with on this batch
};

struct Verdict {
  enum class Kind {
    right,
    wrong,       ///< an output differs
    failed,      ///< the program ends with an error, or without an output
    unreadable,  ///< it cannot be read, is refused, or takes too much
  };
  Kind kind = Kind::right;
  std::optional<ProgramError> error;  ///< failed, unreadable
  int batches = 0;                    ///< on how many it was tried
  std::vector<Law> laws;      ///< as they stand on the batch that shows the error, or on the first one
  std::vector<Fault> faults;  ///< wrong, failed: at least one, in the order of the lines
  std::optional<Counterexample> counterexample;
  double lost_digits =
      0;  ///< right: digits that a variance in one pass lost on the worst batch; 0 where none
};

/// Judges a program for a task of this kind. Never throws for what a program may do.
Verdict judge(const TaskKind& kind, const std::string& text);

/// The first law that fails; null where none does.
const Law* failing_law(const Verdict& verdict);

}  // namespace programs
