#include "answers/definitions.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

#include "answers/names.h"

namespace answers {

const std::map<std::string, Formula>& formulas() {
  static const std::map<std::string, Formula> all = [] {
    std::map<std::string, Formula> read;
    for (const Definition& each : definitions) read.emplace(each.name, Formula(each.formula));
    return read;
  }();
  return all;
}

std::vector<std::string> steps_to(const Formula& answer) {
  // Definitions stand in the order of computation, so what an answer needs is found backwards.
  std::vector<std::string> wanted = answer.names, steps;
  for (auto each = std::rbegin(definitions); each != std::rend(definitions); ++each) {
    if (std::find(wanted.begin(), wanted.end(), each->name) == wanted.end()) continue;
    steps.insert(steps.begin(), each->name);
    const auto& names = formulas().at(each->name).names;
    wanted.insert(wanted.end(), names.begin(), names.end());
  }
  return steps;
}

std::vector<std::string> names_in(const Node& tree) {
  std::set<std::string> names;
  if (tree.kind == Node::Kind::name) names.insert(tree.text);
  for (const Node& child : tree.children) {
    for (const std::string& name : names_in(child)) names.insert(name);
  }
  return {names.begin(), names.end()};
}

bool same_tree(const Node& a, const Node& b) {
  const bool same_leaf =
      a.kind == b.kind && (a.kind == Node::Kind::number ? a.number == b.number : a.text == b.text);
  return same_leaf && a.children.size() == b.children.size() &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), same_tree);
}

std::vector<std::string> names_that_follow(const std::vector<std::string>& names) {
  std::set<std::string> known(names.begin(), names.end());
  std::vector<std::string> found;
  // Definitions stand in the order of computation.
  for (const auto& [name, text] : definitions) {
    const std::vector<std::string>& needed = formulas().at(name).names;
    const bool follows = !needed.empty() && std::all_of(needed.begin(), needed.end(), [&](const auto& each) {
      return known.count(each) != 0;
    });
    if (!follows || !known.insert(name).second) continue;
    if (contains(lesson_quantities, std::string_view(name))) found.emplace_back(name);
  }
  return found;
}

void require_names(const Node& tree, const std::vector<std::string>& names,
                   const std::vector<std::string>& also) {
  // Whatever their values are, evaluating a name refuses it where it is not among these.
  Quantities known;
  for (const std::string& name : names) known[name] = {{1}};
  const std::function<void(const Node&)> check = [&](const Node& node) {
    const bool follows = std::find(also.begin(), also.end(), node.text) != also.end();
    if (node.kind == Node::Kind::name && !follows) evaluate(node, known);
    for (const Node& child : node.children) check(child);
  };
  check(tree);
}

Formula::Formula(const std::string& text) : tree(parse(text)), names(names_in(tree)) {}

bool Derivation::is_touched(const std::string& name) {
  const auto known = touched_.find(name);
  if (known != touched_.end()) return known->second;
  touched_[name] = false;  // so that a cycle of definitions ends here
  const auto definition = formulas().find(name);
  if (definition == formulas().end()) return false;
  return touched_[name] = is_touched(definition->second);
}

bool Derivation::is_touched(const Formula& formula) {
  return std::any_of(formula.names.begin(), formula.names.end(),
                     [this](const std::string& each) { return is_touched(each); });
}

const Formula* Derivation::formula_of(const std::string& name) const {
  const auto replaced = formulas_.find(name);
  if (replaced != formulas_.end()) return replaced->second;
  const auto defined = formulas().find(name);
  return defined == formulas().end() ? nullptr : &defined->second;
}

bool Derivation::is_derivable(const Formula& formula) {
  return is_derivable(formula, static_cast<int>(formulas().size()));
}

/// `depth` bounds the recursion where definitions form a cycle.
bool Derivation::is_derivable(const Formula& formula, int depth) {
  return depth > 0 && std::all_of(formula.names.begin(), formula.names.end(),
                                  [&](const std::string& each) { return is_derivable(each, depth - 1); });
}

bool Derivation::is_derivable(const std::string& name, int depth) {
  if (values_.count(name) != 0 || (right_.count(name) != 0 && !is_touched(name))) return true;
  const Formula* formula = formula_of(name);
  return formula != nullptr && is_derivable(*formula, depth);
}

const Value& Derivation::value_of(const std::string& name, Range where) {
  const auto known = values_.find(name);
  if (known != values_.end()) return known->second;
  const auto right = right_.find(name);
  if (right != right_.end() && !is_touched(name)) return values_.emplace(*right).first->second;
  const Formula* formula = formula_of(name);
  // Two mistakes at once may define two quantities by each other.
  const bool is_known = formula != nullptr && deriving_.insert(name).second;
  if (!is_known) throw ReadError(where, "“" + name + "” has no value here");
  Value value = evaluate(*formula);
  deriving_.erase(name);
  return values_.emplace(name, std::move(value)).first->second;
}

Value Derivation::evaluate(const Formula& formula) {
  for (const std::string& name : formula.names) value_of(name, formula.tree.range);
  return answers::evaluate(formula.tree, values_);
}

}  // namespace answers
