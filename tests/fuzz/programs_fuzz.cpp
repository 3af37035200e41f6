// The array language with any text as a program.
//
// What must hold, whatever comes in:
//   - nothing is thrown but ProgramError, whose sentence is not empty and whose range lies within the text;
//   - a program ends: within its steps, its numbers and the time limit of the run;
//   - inputs do not change, and the same program run again gives the same trace;
//   - of each 8th that can be read a judge says what is wrong, and throws nothing.

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "programs/judge.h"

namespace {

using namespace programs;

/// Ends the run with the input that shows it.
void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

const std::vector<double> x{1.5, -2, 3, 0, 5, -6.25, 7, 8};

Names inputs() {
  return {{"x", {make_array({4, 2}, Type::float64, x)}},
          {"dy", {make_array({4, 2}, Type::float64, {1, 0, 0, 2, -1, 3, 0.5, 0})}},
          {"gamma", {make_array({2}, Type::float64, {1.5, -2})}},
          {"images", {make_array({1, 2, 2, 2}, Type::float32, x)}},
          {"n", {make_array({3}, Type::int64, {1, 2, 3})}},
          {"eps", {python_number(1e-5, Type::float64)}}};
}

/// A character of UTF-8 has at most as many units of UTF-16 as bytes.
void require_sensible(const ProgramError& error, std::size_t size) {
  require(*error.what() != '\0', "a refusal without words");
  require(error.range.begin <= error.range.end, "a range that ends before it begins");
  require(error.range.end <= size, "a range beyond the text");
  require(error.range.line >= 1 && error.range.column >= 1, "a place before the first");
}

long texts = 0, read = 0, ran = 0;

/// What happened, in a form that can be compared.
std::string told(const Program& program, std::size_t size) {
  const Names given = inputs();
  Interpreter interpreter(program, true);
  std::string text;
  try {
    interpreter.run(given);
    ++ran;
  } catch (const ProgramError& error) {
    require_sensible(error, size);
    text = error.what();
  }
  require(given.at("x").as<Array>()->values() == x, "an input was changed");
  for (const Assigned& each : interpreter.result().trace)
    text += "\n" + std::to_string(each.line) + each.name + shown(each.value);
  return text;
}

void print_counts() {
  std::fprintf(stderr, "programs: %ld texts, of which %ld were programs and %ld ran to their ends\n", texts,
               read, ran);
}

/// A judge throws nothing, and has a reason for whatever is not right.
void require_verdict(const std::string& text, std::size_t size) {
  const std::vector<TaskKind>& kinds = task_kinds();
  const Verdict verdict = judge(kinds[size % kinds.size()], text);
  if (verdict.error) require_sensible(*verdict.error, size);
  require(verdict.kind != Verdict::Kind::wrong || (!verdict.faults.empty() && verdict.counterexample),
          "a wrong program without a fault");
  require(verdict.kind != Verdict::Kind::wrong || failing_law(verdict) != nullptr, "no law fails");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool counted = std::atexit(print_counts) == 0;
  ++texts;
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const Program program = parse(text);
    const std::string first = told(program, size);
    require(told(program, size) == first, "two runs differ");
    if (++read % 8 == 0) require_verdict(text, size);
  } catch (const ProgramError& error) {
    require_sensible(error, size);
  }
  return 0;
}
