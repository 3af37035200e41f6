#include "programs/judge.h"

#include <algorithm>
#include <cmath>

#include "programs/batches.h"
#include "programs/comparison.h"
#include "programs/derivations.h"

namespace programs {

namespace {

/// Loops over single numbers are slow on large batches: no further batch is tried after so many steps.
constexpr std::size_t enough_steps = 60000;
constexpr int fewest_batches = 25;
constexpr int most_shrinking_trials = 120;

struct Finding {
  enum class Kind { right, wrong, failed } kind = Kind::right;
  std::string output;
  Comparison comparison;
  double lost_digits = 0;
};

Finding look_at(const Case& batch, const Attempt& made) {
  Finding finding;
  if (made.error) {
    finding.kind = Finding::Kind::failed;
    return finding;
  }
  for (const Operand& output : batch.kind.outputs) {
    const Comparison found = compare(batch, output.name, made.outputs.at(output.name));
    finding.lost_digits = std::max(finding.lost_digits, found.lost_digits);
    if (found.kind == Comparison::Kind::equal) continue;
    finding.kind = Finding::Kind::wrong;
    finding.output = output.name;
    finding.comparison = found;
    break;
  }
  return finding;
}

/// All batches of a kind, made once.
const std::vector<Case>& cases(const TaskKind& kind) {
  static std::map<std::string, std::vector<Case>> all;
  std::vector<Case>& made = all[kind.name];
  for (int number = 0; made.size() < batch_count; ++number) made.emplace_back(kind, batch(kind, number));
  return made;
}

bool is_beyond_running(const ProgramError& error) {
  return error.kind != ProgramError::Kind::failed;
}

class Judge {
 public:
  Judge(const TaskKind& kind, const Program& program) : kind_(kind), program_(program) {}

  Verdict verdict() {
    Verdict verdict;
    std::size_t steps = 0;
    const std::vector<Case>& batches = cases(kind_);
    for (int number = 0; number < batch_count; ++number) {
      if (number >= fewest_batches && steps > enough_steps) break;
      const Case& batch = batches[static_cast<std::size_t>(number)];
      const Attempt made = attempt(batch, program_, {}, false);
      steps += made.steps;
      ++verdict.batches;
      if (made.error && is_beyond_running(*made.error)) {
        verdict.kind = Verdict::Kind::unreadable;
        verdict.error = made.error;
        return verdict;
      }
      const Finding finding = look_at(batch, made);
      verdict.lost_digits = std::max(verdict.lost_digits, finding.lost_digits);
      if (finding.kind == Finding::Kind::right) {
        if (number == 0) verdict.laws = try_laws({batch, program_, made.outputs});
        continue;
      }
      explain(verdict, batch, made, finding);
      return verdict;
    }
    return verdict;
  }

 private:
  void explain(Verdict& verdict, const Case& batch, const Attempt& made, const Finding& finding) {
    verdict.kind = made.error ? Verdict::Kind::failed : Verdict::Kind::wrong;
    verdict.error = made.error;
    verdict.lost_digits = 0;
    verdict.laws.clear();
    if (!made.error) verdict.laws = try_laws({batch, program_, made.outputs});
    verdict.faults = find_faults(batch, program_);
    const Names small = shrunk(
        kind_, batch.inputs, [&](const Names& each) { return shows(each, finding); }, most_shrinking_trials);
    verdict.counterexample = counterexample(small);
  }

  /// Whether a batch shows the same kind of error, so large that the first digits tell.
  bool shows(const Names& inputs, const Finding& like) const {
    try {
      const Case batch(kind_, inputs);
      const Attempt made = attempt(batch, program_, {}, false);
      const Finding finding = look_at(batch, made);
      if (finding.kind != like.kind) return false;
      if (finding.kind == Finding::Kind::failed) return !is_beyond_running(*made.error);
      if (finding.output != like.output || finding.comparison.kind != like.comparison.kind) return false;
      if (finding.comparison.kind != Comparison::Kind::different) return true;
      const double got = made.outputs.at(finding.output).values()[finding.comparison.position];
      const double right = batch.right.at(finding.output).as<Array>()->values()[finding.comparison.position];
      return std::abs(got - right) > 1e-3 * std::max(std::abs(right), 0.1);
    } catch (const std::invalid_argument&) {
      return false;  // no batch: the operator refuses it
    }
  }

  Counterexample counterexample(const Names& inputs) const {
    const Case batch(kind_, inputs);
    const Attempt made = attempt(batch, program_, {}, false);
    const Finding finding = look_at(batch, made);
    Counterexample example;
    example.inputs = inputs;
    example.error = made.error;
    example.output = finding.output;
    example.position = finding.comparison.position;
    if (finding.kind != Finding::Kind::wrong) return example;
    example.expected =
        Value{reshaped(*batch.right.at(finding.output).as<Array>(), expected_shape(batch, finding.output))};
    example.got = Value{made.outputs.at(finding.output)};
    return example;
  }

  const TaskKind& kind_;
  const Program& program_;
};

}  // namespace

Verdict judge(const TaskKind& kind, const std::string& text) {
  Verdict verdict;
  try {
    const Program program = parse(text);
    return Judge(kind, program).verdict();
  } catch (const ProgramError& error) {
    verdict.kind = Verdict::Kind::unreadable;
    verdict.error = error;
  }
  return verdict;
}

const Law* failing_law(const Verdict& verdict) {
  for (const Law& law : verdict.laws) {
    if (!law.holds) return &law;
  }
  return nullptr;
}

}  // namespace programs
