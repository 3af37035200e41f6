#include "answers/rewriting.h"

#include <algorithm>
#include <utility>

namespace answers {

namespace {

/// Whether two nodes are the same but for what they are made of.
bool have_one_head(const Node& a, const Node& b) {
  return a.kind == b.kind && a.text == b.text && a.children.size() == b.children.size();
}

/// What stands in the right line, and what is written for it.
struct Change {
  const Node* right;
  const Node* wrong;
};

/// The smallest pieces in which two lines differ.
void collect_changes(const Node& right, const Node& wrong, std::vector<Change>& changes) {
  if (!have_one_head(right, wrong) || right.children.empty()) {
    if (!same_tree(right, wrong)) changes.push_back({&right, &wrong});
    return;
  }
  for (std::size_t k = 0; k < right.children.size(); ++k)
    collect_changes(right.children[k], wrong.children[k], changes);
}

/// Makes each change wherever what it changes stands, and counts them.
Node rewritten(const Node& tree, const std::vector<Change>& changes, std::size_t& count) {
  for (const Change& change : changes) {
    if (!same_tree(tree, *change.right)) continue;
    ++count;
    return *change.wrong;
  }
  Node result = tree;
  for (Node& child : result.children) child = rewritten(child, changes, count);
  return result;
}

/// The lines as they are written without the names of steps in between, which mistakes are written in.
const std::vector<std::pair<std::string, Formula>>& written_out() {
  static const std::vector<std::pair<std::string, Formula>> all{
      {"saved_invstd", Formula("1 / sqrt(batch_var + eps)")},
      {"y", Formula("gamma * x_hat + beta")},
      {"dx", Formula("gamma * saved_invstd * (dy - mean(dy) - x_hat * mean(dy * x_hat))")},
  };
  return all;
}

/// The line `name` with the mistake that wrote `wrong` made in `line` too; none where that changes something
/// else than it does in the right line.
std::optional<Formula> made_in(const Formula& line, const std::string& name, const Formula& wrong) {
  std::vector<const Formula*> rights{&formulas().at(name)};
  for (const auto& [written, formula] : written_out()) {
    if (written == name) rights.push_back(&formula);
  }
  for (const Formula* right : rights) {
    std::vector<Change> changes;
    collect_changes(right->tree, wrong.tree, changes);
    std::size_t in_right = 0, in_line = 0;
    // A change that would reach further in the right line than it does is one of the whole line.
    if (!same_tree(rewritten(right->tree, changes, in_right), wrong.tree))
      changes = {{&right->tree, &wrong.tree}};
    Formula both = line;
    both.tree = rewritten(line.tree, changes, in_line);
    if (in_line == 0 || same_tree(both.tree, line.tree) || same_tree(both.tree, wrong.tree)) continue;
    both.names = names_in(both.tree);
    return both;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Mistake> made_one_after_the_other(const Mistake& a, const Mistake& b) {
  std::vector<Mistake> found;
  if (a.answer || b.answer || a.id == b.id || are_disjoint(a, b)) return found;
  for (const auto& [first, second] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    Mistake both = a;
    both.instead = first->instead;
    bool is_possible = true;
    for (const auto& [name, wrong] : second->instead) {
      const auto common = std::find_if(both.instead.begin(), both.instead.end(),
                                       [&, &line = name](const auto& each) { return each.first == line; });
      if (common == both.instead.end()) {
        both.instead.emplace_back(name, wrong);
        continue;
      }
      const auto line = made_in(common->second, name, wrong);
      is_possible = is_possible && line.has_value();
      if (line) common->second = *line;
    }
    if (is_possible) found.push_back(std::move(both));
  }
  return found;
}

}  // namespace answers
