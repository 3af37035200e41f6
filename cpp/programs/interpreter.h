#pragma once
// Runs a program: statement by statement, with NumPy's arithmetic. It is a sandbox: programs cannot reach the
// page, and source.h limits their time and memory.

#include "programs/parser.h"
#include "programs/value.h"

namespace programs {

using Names = std::map<std::string, Value>;

/// What a line gave a name, the last time it ran.
struct Assigned {
  int line;          ///< from 1
  std::string name;  ///< “return” for what a function gives back
  Value value;
};

/// Values that replace those that lines assign: so it is found out whether an error is only carried forward.
using Corrections = std::map<std::pair<int, std::string>, Value>;

struct Run {
  Names names;                       ///< those of the program itself when it ended, the inputs among them
  std::vector<Assigned> trace;       ///< in the order in which the lines first ran
  std::vector<std::string> printed;  ///< what print was given
};

/// One program with its names. Functions that it defines can be called after it has run.
class Interpreter {
 public:
  /// `program` must outlive the interpreter. Without `keeps_trace` runs are faster and have none.
  Interpreter(const Program& program, bool keeps_trace);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  /// Before a run: lines of these numbers give these names these values.
  void correct(Corrections corrections);
  /// Throws ProgramError. Arrays that the program changes in place are its own: inputs are copied.
  void run(const Names& inputs);
  /// Calls one of the program's functions with values for its parameters, by their names. Throws
  /// ProgramError.
  Value call(const Function& function, const Names& arguments);
  /// What has happened so far, even where it ended with an error.
  Run result() const;
  /// Expressions and statements since the last call of run or call.
  std::size_t steps() const;

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace programs
