#pragma once
// NumPy's functions, the methods of arrays and Python's own functions, as far as this language has them. One
// table of each, with the names of their parameters.

#include "programs/value.h"

namespace programs {

/// A given argument; the name is empty where it has none.
struct Argument {
  std::string name;
  Value value;
};

/// Throws ArrayError: an unknown argument, a missing one, a value that does not fit.
Value call(const Callable& callable, std::vector<Argument> arguments);

bool is_numpy_function(const std::string& name);
bool is_method(const std::string& name);
bool is_python_function(const std::string& name);
/// All names of NumPy's that are known, for suggestions.
std::vector<std::string> numpy_names();
std::vector<std::string> method_names();

/// An array out of a number, an array, or lists of them; throws ArrayError that names `function`.
Array as_array(const Value& value, const std::string& function);

/// The same where a value can be one, and none where it cannot.
std::optional<Array> maybe_array(const Value& value);

/// Whether a condition holds. Throws ArrayError for arrays of several values.
bool is_true(const Value& value);

/// The whole number that a value is. Throws ArrayError.
Index as_position(const Value& value, const std::string& what);

}  // namespace programs
