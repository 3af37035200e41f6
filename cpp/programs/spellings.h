#pragma once
// What programs call the quantities: names in use, and what each may mean.

#include <string>
#include <vector>

namespace programs {

/// The intermediates (derivations.h) that a variable of this name may hold, the likeliest first; none for an
/// unknown name.
std::vector<std::string> meanings(const std::string& name);

/// The input that a function’s parameter of this name is, or another quantity that is called so; empty for an
/// unknown name.
std::string input_named(const std::string& name);

}  // namespace programs
