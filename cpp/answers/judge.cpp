#include "answers/judge.h"

#include <algorithm>
#include <cmath>

namespace answers {

namespace {

/// The answer's shape must be the one asked for; a list of one is as good as its number.
std::string shape_mistake(const Value& value, const Value& truth) {
  const std::size_t given = value.values.size();
  const std::size_t asked = truth.values.size();
  if (given == asked) return "";
  if (asked == 1 && given == 2)
    return "one number is asked for, and 2 were read; decimals take a point (1.5), whole numbers no "
           "separator (10000)";
  const std::string wanted = asked == 1 ? "one number is" : std::to_string(asked) + " values are";
  return wanted + " asked for, and " + std::to_string(given) + (given == 1 ? " was" : " were") + " read";
}

std::string name_wrong_values(const std::vector<bool>& is_right) {
  const auto wrong = static_cast<std::size_t>(std::count(is_right.begin(), is_right.end(), false));
  if (wrong == is_right.size()) return is_right.size() == 1 ? "" : "none of the values is right yet";
  std::string places;
  std::size_t named = 0;
  for (std::size_t k = 0; k < is_right.size(); ++k) {
    if (is_right[k]) continue;
    ++named;
    places += (named == 1 ? "" : named == wrong ? " and " : ", ") + std::to_string(k + 1);
  }
  return std::string("look again at value") + (wrong == 1 ? " " : "s ") + places + "; the other " +
         (is_right.size() - wrong == 1 ? "value is" : "values are") + " right";
}

}  // namespace

const char* verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::empty:
      return "empty";
    case Verdict::unreadable:
      return "unreadable";
    case Verdict::right:
      return "right";
    case Verdict::wrong:
      return "wrong";
  }
  return "";
}

Judgement judge(const std::string& typed, const Quantities& known, const Value& truth,
                const Tolerance& tolerance) {
  if (truth.values.empty()) throw std::invalid_argument("truth: expected at least 1 value, got none");
  if (!(tolerance.relative >= 0 && tolerance.absolute >= 0)) {
    throw std::invalid_argument("tolerance: expected numbers >= 0");
  }
  Judgement judgement;
  if (is_blank(typed)) return judgement;
  try {
    judgement.tree = parse(typed);
    judgement.value = evaluate(*judgement.tree, known);
  } catch (const ReadError& error) {
    judgement.verdict = Verdict::unreadable;
    judgement.message = error.what();
    judgement.range = error.range;
    return judgement;
  }
  judgement.message = shape_mistake(judgement.value, truth);
  if (!judgement.message.empty()) {
    judgement.verdict = Verdict::unreadable;
    judgement.range = judgement.tree->range;
    return judgement;
  }
  for (std::size_t k = 0; k < truth.values.size(); ++k) {
    const double exact = truth.without_rounding(k);
    const double allowed = std::max(tolerance.relative * std::abs(exact), tolerance.absolute);
    judgement.is_right.push_back(std::abs(judgement.value.without_rounding(k) - exact) <= allowed);
  }
  const bool all =
      std::all_of(judgement.is_right.begin(), judgement.is_right.end(), [](bool right) { return right; });
  judgement.verdict = all ? Verdict::right : Verdict::wrong;
  if (!all) judgement.message = name_wrong_values(judgement.is_right);
  return judgement;
}

}  // namespace answers
