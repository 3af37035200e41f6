#pragma once
// Source ranges in a program's text, and the one type of error that parsing and running throw.

#include <cstddef>
#include <stdexcept>
#include <string>

namespace programs {

/// A piece of the text: [begin, end) in UTF-16 code units of the whole text, as an editor counts; line and
/// column, both from 1, say where it begins, as a person counts.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  int line = 1;
  int column = 1;
};

/// From where `first` begins to where `last` ends.
inline Range spanning(Range first, const Range& last) {
  first.end = last.end;
  return first;
}

/// A program that cannot be read or does not run: where, and a sentence that says what would be right.
class ProgramError : public std::invalid_argument {
 public:
  enum class Kind {
    syntax,   ///< no Python program either
    refused,  ///< Python or NumPy has it, this language does not; the sentence names what works instead
    failed,   ///< what NumPy or Python would refuse too, in their words
    limit,    ///< too long, too deep, too many steps or too many numbers
  };
  ProgramError(Kind why, const Range& where, const std::string& sentence)
      : std::invalid_argument(sentence), kind(why), range(where) {}
  Kind kind;
  Range range;
};

/// Names as the sentences quote them.
inline std::string quoted(const std::string& text) {
  return "“" + text + "”";
}

// Limits of a program's size, time and memory. A backward pass by loops over a
// batch of 64 by 8 takes some 20,000 steps.
inline constexpr std::size_t longest_text = 20000;     ///< in UTF-16 code units
inline constexpr int deepest_tree = 100;               ///< levels of an expression, and of blocks
inline constexpr int most_steps = 200000;              ///< expressions evaluated and statements executed
inline constexpr std::size_t most_numbers = 10000000;  ///< computed in one run, and so the most that is alive
inline constexpr int deepest_calls = 8;

}  // namespace programs
