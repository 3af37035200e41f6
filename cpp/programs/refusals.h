#pragma once
// What Python and NumPy have and this language has not: each by its name, with the nearest thing that works.

#include <string>
#include <vector>

namespace programs {

/// What to write instead of a word of Python's grammar (lambda, while ...); null for any other word.
const char* instead_of_keyword(const std::string& word);

/// What to write instead of one of NumPy's functions or an array's methods (einsum, linalg ...); null where
/// nothing is known.
const char* instead_of_numpy(const std::string& name);

/// What to write instead of one of Python's own functions (enumerate, zip ...), or of another library (torch,
/// tf ...); null where nothing is known.
const char* instead_of_name(const std::string& name);

/// Of `known` the one that `name` is most likely a misspelling of; empty if none is near.
std::string nearest(const std::string& name, const std::vector<std::string>& known);

}  // namespace programs
