#pragma once
// The lesson's mathematics line by line, in its own language. A mistake is one of these lines written
// wrongly, and an error carried forward is a line computed from a wrong number: both are derivations with
// something replaced. The right values never come from here but from the operator; a test shows that both
// agree. The lines stand in the table of quantities, quantities.json.

#include <map>
#include <optional>
#include <set>

#include "answers/evaluate.h"
#include "answers/quantity_table.h"

namespace answers {

/// The names in a tree, each once.
std::vector<std::string> names_in(const Node& tree);

/// Whether two trees are the same, however their numbers are written.
bool same_tree(const Node& a, const Node& b);

/// Throws ReadError at the first name in the tree that is neither among `names` nor among `also`, and says
/// which those of `names` are.
void require_names(const Node& tree, const std::vector<std::string>& names,
                   const std::vector<std::string>& also = {});

/// The lesson's quantities that follow from these by definitions, these not among them.
std::vector<std::string> names_that_follow(const std::vector<std::string>& names);

/// A formula, read once, with the names in it.
struct Formula {
  Node tree;
  std::vector<std::string> names;

  /// Throws ReadError.
  explicit Formula(const std::string& text);
};

/// The definitions, read once, by the names that they define.
const std::map<std::string, Formula>& formulas();

/// The quantities that a formula is computed from by definitions, directly or not, in the order of
/// computation.
std::vector<std::string> steps_to(const Formula& answer);

/// Quantities by their definitions, starting from right ones, with some definitions or values replaced. What
/// does not depend on a replacement keeps its right value.
class Derivation {
 public:
  /// `right` are the quantities that quantities_of computed. Both must outlive this object.
  explicit Derivation(const Quantities& right) : right_(right) {}

  void redefine(const std::string& name, const Formula& formula) {
    formulas_[name] = &formula;
    touched_[name] = true;
  }
  void replace(const std::string& name, Value value) {
    values_[name] = std::move(value);
    touched_[name] = true;
  }

  /// True if the formula depends on anything that was replaced.
  bool is_touched(const Formula& formula);
  /// True if every name the formula needs is right, replaced or defined by such names; an operation may still
  /// have no value.
  bool is_derivable(const Formula& formula);
  /// Throws ReadError where a name has no value here (its givens are missing) or an operation has none.
  Value evaluate(const Formula& formula);
  Value value_of(const std::string& name) { return value_of(name, {}); }

 private:
  bool is_touched(const std::string& name);
  bool is_derivable(const std::string& name, int depth);
  bool is_derivable(const Formula& formula, int depth);
  const Formula* formula_of(const std::string& name) const;
  const Value& value_of(const std::string& name, Range where);

  const Quantities& right_;
  std::map<std::string, const Formula*> formulas_;
  Quantities values_;  ///< replaced, taken from the right ones, or derived
  std::map<std::string, bool> touched_;
  std::set<std::string> deriving_;  ///< those being computed, to notice a cycle
};

}  // namespace answers
