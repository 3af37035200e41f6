#pragma once
// From text to tree: the part of Python's grammar that batch normalization needs.
//
// clang-format off
//   program    = { statement }
//   statement  = simple { ";" simple } line end | for | if | def
//   simple     = target { "=" target } "=" value | target ( "+=" | "-=" | "*=" | "/=" | "//=" | "**=" ) value
//              | value | "return" [ value ] | "raise" value | "assert" value [ "," value ] | "pass" | "break"
//              | "continue" | "import numpy" [ "as np" ]
//   for        = "for" target "in" value ":" block
//   if         = "if" value ":" block { "elif" value ":" block } [ "else" ":" block ]
//   def        = "def" name "(" [ parameter { "," parameter } ] ")" [ "->" value ] ":" block
//   value      = conditional { "," conditional }              a tuple where there is a comma
//   conditional = disjunction [ "if" disjunction "else" conditional ]
//   disjunction = conjunction { "or" conjunction }
//   conjunction = inversion { "and" inversion }             inversion = [ "not" ] comparison
//   comparison = sum [ ( "<" | "<=" | "==" | "!=" | ">=" | ">" | "is" [ "not" ] ) sum ]
//   sum, product (* / // % @), unary, power (**), postfix (calls, brackets, attributes) as in Python
// clang-format on

#include "programs/tree.h"

namespace programs {

struct Program {
  std::vector<Statement> statements;
};

/// Reads `text` (UTF-8). Throws ProgramError; what Python has and this language has not is refused by its
/// name, with the nearest thing that works.
Program parse(const std::string& text);

}  // namespace programs
