#pragma once
// LaTeX: what is pasted from a paper, in the notation of the language, before it becomes tokens.

#include "answers/characters.h"

namespace answers {

/// The characters with every command written out: \frac{3}{\sqrt{14}} is ((3)/(√(14))), \hat x_i is x̂_i,
/// \sum_{i=1}^m is Σ, \left( is (. Each keeps the place of what it was typed as. Text without a backslash or
/// $ is returned as it is. Throws ReadError at a command that is not known.
std::vector<Character> without_latex(const std::vector<Character>& characters);

}  // namespace answers
