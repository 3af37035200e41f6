#pragma once
// The tree of a program: statements of expressions, each with its place in the text.

#include <string>
#include <vector>

#include "programs/source.h"

namespace programs {

struct Expression {
  enum class Kind {
    number,
    text,
    name,
    tuple,
    list,
    dict,       ///< children: key, value, key, value ...
    attribute,  ///< text: the name behind the dot; children: the object
    call,       ///< children: what is called, then its arguments
    keyword,    ///< text: the argument's name; children: its value; in calls only
    index,      ///< children: the array, what stands in the brackets
    slice,      ///< children: start, stop, step, each possibly absent; in brackets only
    absent,
    ellipsis,
    unary,        ///< text: "-", "+" or "not"
    binary,       ///< text: the operator
    compare,      ///< text: the operator, "is" and "is not" too
    logical,      ///< text: "and" or "or"
    conditional,  ///< children: a, condition, b of a if condition else b
  };
  Kind kind;
  Range range;
  std::string text = {};
  double number = 0;
  bool is_whole = false;  ///< number: an int
  std::vector<Expression> children = {};
  int depth = 1;  ///< levels of the tree from here down
};

struct Parameter {
  std::string name;
  Range range;
  std::vector<Expression> default_value;  ///< one, or none
};

struct Statement {
  enum class Kind {
    assign,     ///< a = b = value: targets in order
    augmented,  ///< a += value; text: "+"
    expression,
    for_loop,          ///< targets[0]: what is counted; value: what it runs through; body
    condition,         ///< value; body; otherwise (an elif is a condition alone in it)
    definition,        ///< text: the function's name; parameters; body
    return_statement,  ///< return, with value or without
    raise,
    assertion,
    pass,  ///< also what is read and ignored: import numpy as np
    break_loop,
    continue_loop,
  };
  Kind kind;
  Range range;  ///< of its first line
  std::string text = {};
  std::vector<Expression> targets = {};
  std::vector<Expression> value = {};  ///< one, or none
  std::vector<Statement> body = {};
  std::vector<Statement> otherwise = {};
  std::vector<Parameter> parameters = {};
};

}  // namespace programs
