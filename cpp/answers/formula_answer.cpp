#include "answers/formula_answer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "answers/rewriting.h"

namespace answers {

namespace {

/// What a difference may be made of, the simplest first.
const std::vector<std::string>& term_texts() {
  static const std::vector<std::string> all{
      "1",
      "beta",
      "gamma",
      "eps",
      "b",
      "dy",
      "x_hat",
      "x",
      "mean(dy)",
      "sum(dy)",
      "batch_mean",
      "batch_var",
      "running_mean",
      "running_var",
      "gamma * x_hat",
      "batch_mean^2",
      "dx_through_var",
      "dx_through_mean",
      "dx_direct",
      "dx_through_var + dx_through_mean",
      "dgamma",
      "dbeta",
      "mean(dy * x_hat)",
      "x_hat * mean(dy * x_hat)",
      "gamma * saved_invstd * mean(dy)",
      "gamma * saved_invstd * x_hat * mean(dy * x_hat)",
      "gamma * saved_invstd * dy",
      "gamma * batch_mean * saved_invstd",
      "batch_mean * saved_invstd",
      "momentum * running_mean",
      "momentum * batch_mean",
      "(1 - momentum) * batch_mean",
      "(1 - momentum) * running_mean",
      "momentum * running_var",
      "momentum * batch_var",
      "(1 - momentum) * batch_var",
      "(1 - momentum) * running_var",
      "gamma * running_mean / sqrt(running_var + eps)",
      "gamma * b / sqrt(running_var + eps)",
  };
  return all;
}

const std::vector<std::string>& factor_texts() {
  static const std::vector<std::string> all{
      "-1",
      "2",
      "1/2",
      "-2",
      "-1/2",
      "m",
      "1/m",
      "-m",
      "-1/m",
      "m/(m - 1)",
      "(m - 1)/m",
      "gamma",
      "1/gamma",
      "saved_invstd",
      "1/saved_invstd",
      "saved_invstd^2",
      "1/saved_invstd^2",
      "gamma * saved_invstd",
      "1/(gamma * saved_invstd)",
      "gamma * saved_invstd / m",
      "momentum/(1 - momentum)",
      "(1 - momentum)/momentum",
      "w",
      "1/w",
      "1/sqrt(running_var + eps)",
      "sqrt(running_var + eps)",
  };
  return all;
}

/// A formula with the words for it.
struct Phrase {
  std::string text;
  Formula formula;
};

std::vector<Phrase> read_all(const std::vector<std::string>& texts) {
  std::vector<Phrase> phrases;
  for (const std::string& text : texts) phrases.push_back({text, Formula(text)});
  return phrases;
}

struct Multiple {
  double factor;
  const char* words;
};
constexpr Multiple multiples[] = {{1, ""}, {2, "2"}, {0.5, "1/2"}};

/// The learner's formula, what it is held against, and a batch on which they differ, with both values there.
struct Case {
  const Claim& claim;
  const std::vector<std::string>& names;
  const Quantities& batch;
  Value typed;
  Value right;
};

bool is_known(const Formula& formula, const std::vector<std::string>& names) {
  return std::all_of(formula.names.begin(), formula.names.end(), [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  });
}

bool is_right_everywhere(const Case& here, const Evaluation& repaired) {
  return try_on_battery({repaired, here.claim.right, here.claim.givens}).kind == Outcome::Kind::holds;
}

/// The language as a calculator: a formula of a few values that are no quantities.
Value compute(const Formula& formula, Quantities values) {
  return evaluate(formula.tree, values);
}

bool is_zero_everywhere(const Evaluation& formula, const std::vector<std::string>& givens) {
  const Evaluation zero = [](const Quantities&) { return Value{{0}, false}; };
  return try_on_battery({formula, zero, givens}).kind == Outcome::Kind::holds;
}

/// The phrase's value on the batch; none where it has none.
std::optional<Value> value_of(const Phrase& phrase, const Quantities& batch) {
  try {
    return evaluate(phrase.formula.tree, batch);
  } catch (const ReadError&) {
    return std::nullopt;
  }
}

std::string missing_factor(const Case& here) {
  static const std::vector<Phrase> factors = read_all(factor_texts());
  static const Formula product("factor * typed");
  for (const Phrase& factor : factors) {
    const auto value = value_of(factor, here.batch);
    if (!value) continue;
    const Value there = compute(product, {{"factor", *value}, {"typed", here.typed}});
    if (agreement(there, here.right) == Agreement::different) continue;
    const auto repaired = [&](const Quantities& batch) {
      return compute(product,
                     {{"factor", evaluate(factor.formula.tree, batch)}, {"typed", here.claim.left(batch)}});
    };
    if (is_right_everywhere(here, repaired)) return "your formula must be multiplied by " + factor.text;
  }
  return "";
}

std::string in_words(const Multiple& multiple, const std::string& term) {
  const std::string words = multiple.words;
  if (words.empty()) return term;
  if (term == "1") return words;
  const bool is_sum = term.find(" + ") != std::string::npos && term.back() != ')';
  return words + " * " + (is_sum ? "(" + term + ")" : term);
}

Value times(double factor, Value value) {
  for (double& each : value.values) each *= factor;
  for (double& each : value.scales) each *= std::abs(factor);
  return value;
}

std::string missing_term(const Case& here) {
  static const std::vector<Phrase> terms = read_all(term_texts());
  static const Formula sum("typed + factor * term"), rest("right - typed");
  const Value missing = compute(rest, {{"right", here.right}, {"typed", here.typed}});
  // In the words of the question, if they suffice.
  for (const bool known : {true, false}) {
    for (const Phrase& term : terms) {
      if (is_known(term.formula, here.names) != known) continue;
      const auto value = value_of(term, here.batch);
      if (!value) continue;
      for (const Multiple& multiple : multiples) {
        for (const double sign : {1.0, -1.0}) {
          const double factor = sign * multiple.factor;
          if (agreement(times(factor, *value), missing) == Agreement::different) continue;
          const auto repaired = [&](const Quantities& batch) {
            return compute(sum, {{"typed", here.claim.left(batch)},
                                 {"factor", Value{{factor}, false}},
                                 {"term", evaluate(term.formula.tree, batch)}});
          };
          if (!is_right_everywhere(here, repaired)) continue;
          const std::string words = in_words(multiple, term.text);
          return sign > 0 ? "you are short by " + words : "you have " + words + " too much";
        }
      }
    }
  }
  return "";
}

std::string four_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

/// A list that is at hand, with its name; the list of ones has the name "".
struct NamedList {
  std::string name;
  std::vector<double> values;
};

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// The factors of a least squares fit of `target` by two lists, or by one, where both are the same; none
/// where it leaves a rest.
std::optional<std::pair<double, double>> exact_fit(const std::vector<double>& target, const NamedList& first,
                                                   const NamedList& second) {
  const auto &a = first.values, &b = second.values;
  const double aa = dot(a, a), bb = dot(b, b), ab = dot(a, b), at = dot(a, target), bt = dot(b, target);
  const bool is_single = &first == &second;
  const double determinant = is_single ? aa : aa * bb - ab * ab;
  if (!(determinant > 1e-9 * (is_single ? 1 : aa * bb))) return std::nullopt;
  const std::pair<double, double> factors{(is_single ? at : at * bb - bt * ab) / determinant,
                                          is_single ? 0 : (bt * aa - at * ab) / determinant};
  for (std::size_t k = 0; k < target.size(); ++k) {
    const double rest = target[k] - factors.first * a[k] - factors.second * b[k];
    if (std::abs(rest) > 1e-9 * std::sqrt(dot(target, target))) return std::nullopt;
  }
  return factors;
}

std::string multiple_in_words(double factor, const NamedList& list) {
  const std::string digits = four_digits(std::abs(factor));
  if (list.name.empty()) return digits;
  return digits == "1" ? list.name : digits + " * " + list.name;
}

/// The difference on one batch as one or two lists that are at hand. On a batch of 2 these could make any
/// difference.
std::string combination(const Counterexample& example) {
  const auto batch = quantities_around(example.givens);
  const std::size_t m = example.right.values.size();
  if (!batch || !example.left || example.left->values.size() != m || m < 3) return "";
  std::vector<double> difference;
  for (std::size_t k = 0; k < m; ++k) difference.push_back(example.right.values[k] - example.left->values[k]);
  std::vector<NamedList> lists{{"", std::vector<double>(m, 1)}};
  // Only lists that follow from the givens that are shown.
  for (const char* name : {"x_hat", "dy", "x"}) {
    const std::vector<std::string> needed = givens_of({name}, {});
    const bool is_shown = std::all_of(needed.begin(), needed.end(), [&](const std::string& given) {
      return example.givens.count(given) + (given == "x" ? example.givens.count("u") : 0) > 0;
    });
    if (is_shown) lists.push_back({name, batch->at(name).values});
  }
  for (std::size_t apart = 0; apart < lists.size(); ++apart) {  // 0: a single list
    for (std::size_t k = 0; k + apart < lists.size(); ++k) {
      const NamedList &first = lists[k], &second = lists[k + apart];
      const auto factors = exact_fit(difference, first, second);
      if (!factors) continue;
      const auto [a, b] = *factors;
      const std::string words =
          std::string("on this batch you are short by ") + (a < 0 ? "-" : "") + multiple_in_words(a, first);
      return apart == 0 ? words : words + (b < 0 ? " - " : " + ") + multiple_in_words(b, second);
    }
  }
  return "";
}

/// Whether a mistake is made in the line that is asked for itself.
bool is_direct(const Mistake& mistake, const Formula& answer) {
  return std::any_of(mistake.instead.begin(), mistake.instead.end(), [&](const auto& line) {
    return std::find(answer.names.begin(), answer.names.end(), line.first) != answer.names.end();
  });
}

/// Whether a mistake, or two that are made at once, have the same consequences as the learner's formula on
/// every batch.
bool leads_to(const Mistake& mistake, const Mistake* second, const Case& here, const Formula& answer) {
  const auto value = mistaken_answer(answer, here.batch, mistake, second);
  if (!value || agreement(here.typed, *value) == Agreement::different) return false;
  const Evaluation mistaken = [&](const Quantities& batch) {
    const auto there = mistaken_answer(answer, batch, mistake, second);
    if (!there) throw ReadError({}, "the mistake leads to no number");
    return *there;
  };
  return try_on_battery({here.claim.left, mistaken, here.claim.givens}).kind == Outcome::Kind::holds;
}

/// The first mistake that leads to the learner's formula, one in the line that is asked for before one on the
/// way to it; where none does alone, the first two that do together, in two lines before in one.
std::vector<Mistake> mistakes_behind(const Case& here, const Formula& answer) {
  std::vector<const Mistake*> possible =
      possible_mistakes(answer, here.batch, {&mistakes(), &formula_mistakes()});
  std::stable_partition(possible.begin(), possible.end(),
                        [&](const Mistake* each) { return is_direct(*each, answer); });
  for (const Mistake* each : possible) {
    if (leads_to(*each, nullptr, here, answer)) return {*each};
  }
  for (std::size_t i = 0; i < possible.size(); ++i) {
    for (std::size_t j = i + 1; j < possible.size(); ++j) {
      if (are_disjoint(*possible[i], *possible[j]) && leads_to(*possible[i], possible[j], here, answer))
        return {*possible[i], *possible[j]};
    }
  }
  for (std::size_t i = 0; i < possible.size(); ++i) {
    for (std::size_t j = i + 1; j < possible.size(); ++j) {
      for (const Mistake& both : made_one_after_the_other(*possible[i], *possible[j])) {
        if (leads_to(both, nullptr, here, answer)) return {*possible[i], *possible[j]};
      }
    }
  }
  return {};
}

/// A value of the wrong kind: a number for a list, a list for a number, or a list of a length of its own.
std::string kind_mistake(const Value& typed, const Value& right) {
  if (right.is_list && !typed.is_list)
    return "one value for each example is asked for, and your formula gives a single number";
  if (!right.is_list && typed.is_list)
    return "a single number is asked for, and your formula gives a list of values";
  if (typed.values.size() == right.values.size()) return "";
  return "one value for each example is asked for, and for a batch of " +
         std::to_string(right.values.size()) + " your formula gives " + std::to_string(typed.values.size());
}

/// Whether a quantity is what is asked for, or made of it.
bool gives_away(const std::string& name, const Formula& answer) {
  if (answer.tree.kind != Node::Kind::name) return false;
  const std::string& asked = answer.tree.text;
  const std::vector<std::string> steps = steps_to(Formula(name));
  return name == asked || std::find(steps.begin(), steps.end(), asked) != steps.end();
}

FormulaJudgement unreadable(FormulaJudgement judgement, const std::string& message, Range range) {
  judgement.verdict = Verdict::unreadable;
  judgement.message = message;
  judgement.range = range;
  return judgement;
}

/// The verdict on text whose sums reach so far.
FormulaJudgement judge_as(const std::string& typed, Notation::Sums sums, const Formula& answer,
                          const std::vector<std::string>& names) {
  FormulaJudgement judgement;
  static_cast<TypedText&>(judgement) = read_formula(typed, names, sums);
  if (judgement.state != TypedText::State::read) {
    judgement.verdict = verdict_on_unread(judgement.state);
    return judgement;
  }
  const Node tree = *judgement.tree;
  std::vector<std::string> named = names_in(tree);
  for (const std::string& name : named) {
    const bool offered = std::find(names.begin(), names.end(), name) != names.end();
    if (offered || !gives_away(name, answer)) continue;
    std::string all;
    for (const std::string& each : names) all += (all.empty() ? "" : ", ") + each;
    return unreadable(std::move(judgement), "“" + name + "” is what is asked for: write it with " + all,
                      tree.range);
  }
  named.insert(named.end(), answer.names.begin(), answer.names.end());
  const Claim claim{evaluation_of(tree), evaluation_of(answer), givens_of(named, names)};
  for (const Node& link : judgement.links) {
    std::vector<std::string> both = names_in(link);
    both.insert(both.end(), named.begin(), named.end());
    if (try_on_battery({evaluation_of(link), evaluation_of(tree), givens_of(both, names)}).kind ==
        Outcome::Kind::holds)
      continue;
    return unreadable(std::move(judgement),
                      "what stands on both sides of “=” is not equal: write one of them", link.range);
  }

  const Outcome outcome = try_on_battery(claim);
  switch (outcome.kind) {
    case Outcome::Kind::holds:
      judgement.verdict = Verdict::right;
      return judgement;
    case Outcome::Kind::no_value:
      return unreadable(std::move(judgement), outcome.error->what(), outcome.error->range);
    case Outcome::Kind::undecided:
      return unreadable(std::move(judgement),
                        "the terms of this formula are so large that only rounding is left of their sum",
                        tree.range);
    case Outcome::Kind::fails:
      break;
  }
  if (outcome.different != nullptr) {
    const Quantities& batch = *outcome.different;
    const Case here{claim, names, batch, claim.left(batch), claim.right(batch)};
    const std::string kind = kind_mistake(here.typed, here.right);
    if (!kind.empty()) return unreadable(std::move(judgement), kind, tree.range);
    judgement.mistakes = mistakes_behind(here, answer);
    // Of a formula that is 0 everywhere the difference is the answer, which it would give away.
    if (!is_zero_everywhere(claim.left, claim.givens)) {
      judgement.difference = missing_factor(here);
      if (judgement.difference.empty()) judgement.difference = missing_term(here);
    }
  }
  judgement.verdict = Verdict::wrong;
  judgement.counterexample = find_counterexample(claim);
  if (!judgement.counterexample->left) {
    judgement.message = "on this batch your formula has no value: " + judgement.counterexample->why_no_value;
    return judgement;
  }
  judgement.message = "on this batch your formula gives something else";
  if (judgement.difference.empty()) judgement.difference = combination(*judgement.counterexample);
  return judgement;
}

}  // namespace

FormulaJudgement judge_formula(const std::string& typed, const Formula& answer,
                               const std::vector<std::string>& names) {
  try {
    evaluation_of(answer)(battery().front());
  } catch (const ReadError& error) {
    throw std::invalid_argument(std::string("answer: expected a formula that has a value, got: ") +
                                error.what());
  }
  require_quantities_of_a_batch(names);
  FormulaJudgement first = judge_as(typed, Notation::Sums::by_context, answer, names);
  if (!first.sum || first.verdict == Verdict::right) return first;
  FormulaJudgement second = judge_as(typed, other_reach(*first.sum), answer, names);
  const bool is_other = second.verdict == Verdict::right;
  FormulaJudgement judgement = better_reading(std::move(first), std::move(second));
  if (is_other && judgement.note.empty()) judgement.note = note_on(*judgement.sum);
  return judgement;
}

}  // namespace answers
