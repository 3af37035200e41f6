#include "answers/property.h"

#include <algorithm>

#include "answers/names.h"
#include "answers/quantities.h"
#include "batchnorm/layout.h"

namespace answers {

namespace {

PropertyJudgement& unreadable(PropertyJudgement& judgement, Range range, const std::string& message) {
  judgement.verdict = Verdict::unreadable;
  judgement.range = range;
  judgement.message = message;
  return judgement;
}

/// The givens with the typed values in place; an explanation where there are not as many as are wanted.
std::string put_in(const Value& typed, const std::vector<std::string>& wanted, Quantities& givens) {
  const std::size_t count = typed.values.size();
  if (wanted.size() == 1) {
    Value& place = givens.at(wanted[0]);
    if (!place.is_list && count != 1)
      return "one number is asked for, and " + std::to_string(count) + " were read";
    place = {typed.values, place.is_list};
    return "";
  }
  if (count != wanted.size())
    return std::to_string(wanted.size()) + " numbers are asked for, and " + std::to_string(count) +
           (count == 1 ? " was read" : " were read");
  for (std::size_t k = 0; k < count; ++k) givens.at(wanted[k]) = {{typed.values[k]}, false};
  return "";
}

/// The values in the order in which they are wanted, where they were typed with their names: β = 1, γ = 2.
/// What is said where the names are not those of what is wanted.
std::string put_in_order(TypedText& text, const std::vector<std::string>& wanted) {
  std::vector<Node>& nodes = text.tree->children;
  const auto is_named = [](const Node& node) { return read_name(node.label, false).of_the_lesson; };
  if (text.tree->kind != Node::Kind::list || nodes.size() != wanted.size() ||
      text.value.values.size() != nodes.size() || std::none_of(nodes.begin(), nodes.end(), is_named))
    return "";
  const Value typed = text.value;
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    const auto named = [&](const Node& node) { return node.label == wanted[k]; };
    const auto found = std::find_if(nodes.begin(), nodes.end(), named);
    if (found == nodes.end() || std::count_if(nodes.begin(), nodes.end(), named) != 1)
      return "the names before the values must be those of what is asked for, each once: " + wanted[k] +
             " = …";
    text.value.values[k] = typed.values[static_cast<std::size_t>(found - nodes.begin())];
  }
  return "";
}

/// How many values the one list that is wanted must have, if a condition says it: count(x) from 4 to 4.
std::size_t count_asked(const std::string& wanted, std::size_t given,
                        const std::vector<Condition>& conditions) {
  for (const Condition& each : conditions) {
    const Node& tree = each.value.tree;
    const bool counts = tree.kind == Node::Kind::call && tree.text == "count" &&
                        tree.children[0].kind == Node::Kind::name && tree.children[0].text == wanted;
    if (counts && each.least == each.most && each.least >= 1) return static_cast<std::size_t>(each.least);
  }
  return given;
}

bool holds(const Condition& condition, const Value& measured) {
  for (std::size_t k = 0; k < measured.values.size(); ++k) {
    const double value = measured.without_rounding(k);
    if (!(value >= condition.least && value <= condition.most)) return false;
  }
  return true;
}

}  // namespace

PropertyJudgement judge_property(const std::string& typed, const Quantities& known, const Quantities& givens,
                                 const std::vector<std::string>& wanted,
                                 const std::vector<Condition>& conditions) {
  for (const std::string& name : wanted) {
    if (givens.count(name) == 0) batchnorm::refuse("find", "names of givens", name);
  }
  PropertyJudgement judgement;
  Quantities replaced = givens;
  const std::size_t asked = wanted.size() == 1
                                ? count_asked(wanted[0], givens.at(wanted[0]).values.size(), conditions)
                                : wanted.size();
  static_cast<TypedText&>(judgement) = read_value(typed, asked, known);
  if (judgement.state != TypedText::State::read) {
    judgement.verdict = verdict_on_unread(judgement.state);
    return judgement;
  }
  const std::string order = wanted.size() > 1 ? put_in_order(judgement, wanted) : "";
  if (!order.empty()) return unreadable(judgement, judgement.tree->range, order);
  const std::string shape = put_in(judgement.value, wanted, replaced);
  if (!shape.empty()) return unreadable(judgement, judgement.tree->range, shape);
  try {
    const Quantities all = quantities_of(with_draws_for_size(replaced));
    const auto fails = [&](const Condition& condition) {
      Derivation derivation(all);
      return !holds(condition, derivation.evaluate(condition.value));
    };
    const auto failing = std::find_if(conditions.begin(), conditions.end(), fails);
    judgement.verdict = failing == conditions.end() ? Verdict::right : Verdict::wrong;
    if (failing != conditions.end()) judgement.message = failing->says;
  } catch (const std::invalid_argument& error) {
    // The operator refuses these numbers, or a condition has no value with them.
    return unreadable(judgement, judgement.tree->range, error.what());
  }
  return judgement;
}

}  // namespace answers
