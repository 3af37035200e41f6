#pragma once
// The kinds of tasks that a program can be written for: what is given, what is asked for, and the truth,
// which the operator computes. Texts, starting points and hints are the lesson's; they know a kind by its
// name.

#include "programs/interpreter.h"

namespace programs {

/// Something that a task gives or asks for. Its axes are letters: N examples, C channels, H and W positions,
/// I inputs of a linear layer; none for a number.
struct Operand {
  std::string name;
  std::string axes;
};

/// How the statistics lie in x, and so what the lines of a derivation are (derivation.h).
enum class Family {
  batch,      ///< (N, C): per feature over the batch
  images,     ///< (N, C, H, W): per channel over examples and positions
  layer,      ///< (N, C): per example over its features
  running,    ///< moving averages of the statistics of (N, C)
  inference,  ///< running statistics normalize
  folding,    ///< into a linear layer
  merging,    ///< statistics of two parts of a batch
};

struct TaskKind {
  std::string name;
  Family family;
  std::vector<Operand> inputs;   ///< in the order of a function's parameters
  std::vector<Operand> outputs;  ///< in the order in which a function returns them
  bool is_backward = false;
  bool unbiased = false;  ///< running: the variance is divided by m - 1, and momentum weights the batch
  bool single = false;    ///< x is float32, with a large offset: digits count
};

const std::vector<TaskKind>& task_kinds();
/// Throws std::invalid_argument, with the names there are, where there is none of it.
const TaskKind& task_kind(const std::string& name);

/// Every quantity that the operator computes of these inputs, by its name in the lesson's vocabulary: outputs
/// and what lies on the way. Shapes as the outputs' axes say; statistics (C), or (N) for layer norm; x_hat
/// and dx_hat as x. Throws std::invalid_argument where the operator refuses the inputs, or a shape does not
/// fit the kind's axes.
Names truth(const TaskKind& kind, const Names& inputs);

/// The sizes of the letters of all inputs. Throws std::invalid_argument where they do not fit each other.
std::map<char, Index> sizes(const TaskKind& kind, const Names& inputs);

}  // namespace programs
