#include "answers/judge.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace answers {

namespace {

/// Three digits carried through the steps are enough, everywhere.
constexpr int carried_digits = 3;
/// The bound is of first order; what is beyond is smaller than this share of it.
constexpr double second_order = 1.05;

/// Half a unit of the last of `digits` significant digits.
double half_unit(double value, int digits) {
  if (value == 0) return 0;
  return 0.5 * std::pow(10, std::floor(std::log10(std::abs(value))) - (digits - 1));
}

bool is_short(double value) {
  const double unit = 2 * half_unit(value, carried_digits);
  return unit == 0 || std::abs(value / unit - std::round(value / unit)) < 1e-9;
}

/// What rounding every step on the way to three digits moves the answer by, at most and to first order.
std::vector<double> carried(const Formula& answer, const Value& truth, const Quantities& right) {
  std::vector<double> moved(truth.values.size());
  bool exact_so_far = true;
  for (const std::string& step : steps_to(answer)) {
    if (step == "x" || step == "m") continue;  // as given, however many digits that takes
    Derivation plain(right);
    const Value value = plain.value_of(step);
    // A step that comes out with three digits or fewer is not rounded, as long as nothing before it was.
    exact_so_far = exact_so_far && std::all_of(value.values.begin(), value.values.end(), is_short);
    if (exact_so_far) continue;
    for (std::size_t k = 0; k < value.values.size(); ++k) {
      Value rounded = value;
      rounded.values[k] += half_unit(value.without_rounding(k), carried_digits);
      Derivation derivation(right);
      derivation.replace(step, rounded);
      const Value shifted = derivation.evaluate(answer);
      for (std::size_t i = 0; i < moved.size(); ++i)
        moved[i] += std::abs(shifted.values[i] - truth.values[i]);
    }
  }
  return moved;
}

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

std::string places(const std::vector<Verdict>& cells, Verdict verdict) {
  const auto all = std::count(cells.begin(), cells.end(), verdict);
  std::string text = all == 1 ? "value" : "values";
  std::ptrdiff_t named = 0;
  for (std::size_t k = 0; k < cells.size(); ++k) {
    if (cells[k] != verdict) continue;
    text += (named == 0 ? " " : named + 1 == all ? " and " : ", ") + std::to_string(k + 1);
    ++named;
  }
  return text;
}

std::string name_wrong_values(const std::vector<Verdict>& cells) {
  const std::size_t wrong = static_cast<std::size_t>(std::count(cells.begin(), cells.end(), Verdict::wrong));
  if (wrong == cells.size()) return cells.size() == 1 ? "" : "none of the values is right yet";
  return "look again at " + places(cells, Verdict::wrong) + "; the other " +
         (cells.size() - wrong == 1 ? "value is" : "values are") + " right";
}

std::string name_coarse_values(const std::vector<Verdict>& cells, int digits, bool shows_method) {
  const std::string where = cells.size() == 1 ? "" : " in " + places(cells, Verdict::coarse);
  const std::string start =
      shows_method ? "your method is right; give" : "one digit does not show the method; give";
  return start + " more digits" + where + ", " + std::to_string(digits) + " or more";
}

/// A number as it was typed: how many significant digits, and the unit of the last.
struct Literal {
  int digits;
  double unit;
};

std::optional<Literal> literal(const Node& node) {
  if (node.kind == Node::Kind::negate) return literal(node.children[0]);
  if (node.kind == Node::Kind::percent) {
    auto inner = literal(node.children[0]);
    if (inner) inner->unit /= 100;
    return inner;
  }
  // What is too small for a double is typed as if it were 0, and its digits say nothing.
  if (node.kind != Node::Kind::number || node.number == 0) return std::nullopt;
  int digits = 0, decimals = 0;
  bool after_point = false, leading = true;
  std::size_t k = 0;
  for (; k < node.text.size() && node.text[k] != 'e' && node.text[k] != 'E'; ++k) {
    if (node.text[k] < '0' || node.text[k] > '9') {
      after_point = true;
      continue;
    }
    leading = leading && node.text[k] == '0';
    digits += !leading;
    decimals += after_point;
  }
  const long exponent = k < node.text.size() ? std::strtol(node.text.c_str() + k + 1, nullptr, 10) : 0;
  return Literal{digits, std::pow(10, static_cast<double>(exponent - decimals))};
}

/// The literals of the values, where they were typed as such.
std::vector<std::optional<Literal>> literals(const Node& tree, std::size_t count) {
  std::vector<std::optional<Literal>> all;
  if (tree.kind == Node::Kind::list) {
    for (const Node& child : tree.children) all.push_back(literal(child));
  } else {
    all.push_back(literal(tree));
  }
  if (all.size() != count) all.assign(count, std::nullopt);
  return all;
}

/// True if the literal is what `value` rounds to, or is cut off to.
bool shortens(double typed, const Literal& literal, double value) {
  const double error = std::abs(typed - value), slack = 1e-9 * literal.unit;
  const bool rounded = error <= 0.5 * literal.unit + slack;
  const bool cut_off =
      error < literal.unit - slack && std::abs(typed) <= std::abs(value) && typed * value >= 0;
  return rounded || cut_off;
}

/// What was typed, value by value.
struct Typed {
  Value value;
  std::vector<std::optional<Literal>> literals;

  Verdict against(std::size_t k, double truth, double allowed, int digits) const {
    const double typed = value.without_rounding(k);
    // 1.01 is within 1 % of 1, though its double is not.
    if (std::abs(typed - truth) <= allowed * (1 + 1e-9)) return Verdict::right;
    const auto& text = literals[k];
    if (digits == 0 || !text || text->digits == 0 || !shortens(typed, *text, truth)) return Verdict::wrong;
    return text->digits >= digits ? Verdict::right : Verdict::coarse;
  }

  /// True if this is the other value, as far as its digits tell; two digits are enough to know a mistake.
  /// What the truth allows may be more than all of a small wrong value, so that is bounded by its own size.
  bool agrees_with(const Value& other, const std::vector<double>& allowed) const {
    double size = 0;
    for (std::size_t k = 0; k < allowed.size(); ++k)
      size = std::max(size, std::abs(other.without_rounding(k)));
    for (std::size_t k = 0; k < allowed.size(); ++k) {
      const double enough = std::min(allowed[k], std::max(0.05 * size, 1e-3 * allowed[k]));
      if (against(k, other.without_rounding(k), enough, 2) != Verdict::right) return false;
    }
    return true;
  }

  /// True if a value that is too coarse was typed with a single digit.
  bool has_one_digit(const std::vector<Verdict>& cells) const {
    for (std::size_t k = 0; k < cells.size(); ++k) {
      if (cells[k] == Verdict::coarse && literals[k]->digits < 2) return true;
    }
    return false;
  }

  /// True if it is the other value to four digits.
  bool equals(const Value& other) const {
    for (std::size_t k = 0; k < value.values.size(); ++k) {
      if (std::abs(value.values[k] - other.values[k]) > 5e-4 * std::abs(other.values[k])) return false;
    }
    return true;
  }
};

std::size_t count_of(const Node& tree) {
  return tree.kind == Node::Kind::list ? tree.children.size() : 1;
}

constexpr const char* decimal_commas = "commas were read as decimal points";

/// Reads text whose commas, or spaces before signs, could be read in several ways, where the number of values
/// asked for tells which: 1,1,-1,-1 and 0.5 -0.5. None where it does not.
std::optional<Node> read_by_count(const std::string& typed, std::size_t asked, std::string& note) {
  const auto attempt = [&](Node (*read)(const std::string&), const std::string& text) {
    try {
      Node tree = read(text);
      if (count_of(tree) == asked) return std::optional<Node>(std::move(tree));
    } catch (const ReadError&) {
      // Not in this way.
    }
    return std::optional<Node>();
  };
  if (auto tree = attempt(parse_separating_comma, typed)) return tree;
  // In brackets a space before a sign separates values, as numpy prints.
  if (auto tree = attempt(parse_separating_comma, "[" + typed + "]")) return tree;
  auto decimals = attempt(parse_decimal_comma, typed);
  if (decimals) note = decimal_commas;
  return decimals;
}

bool disjoint(const Mistake& a, const Mistake& b) {
  if (a.answer || b.answer) return false;
  return std::none_of(a.instead.begin(), a.instead.end(), [&](const auto& mine) {
    return std::any_of(b.instead.begin(), b.instead.end(),
                       [&](const auto& yours) { return mine.first == yours.first; });
  });
}

/// The two mistakes that together lead to what was typed, where there is no doubt which they are. A single
/// number is soon met by one of hundreds of pairs: it must be met to four digits.
std::vector<Mistake> two_at_once(const Typed& typed, const Question& question, const Quantities& right,
                                 const std::vector<Candidate>& singles, const std::vector<double>& allowed) {
  std::vector<Mistake> found;
  Value found_value;
  for (std::size_t i = 0; i < singles.size(); ++i) {
    for (std::size_t j = i + 1; j < singles.size(); ++j) {
      const Mistake &a = *singles[i].mistake, &b = *singles[j].mistake;
      if (!disjoint(a, b)) continue;
      const auto value = mistaken_answer(question.answer, right, a, &b);
      if (!value || value->values.size() != allowed.size() || !typed.agrees_with(*value, allowed)) continue;
      if (allowed.size() == 1 && !typed.equals(*value)) continue;
      if (!found.empty() && distance(*value, found_value, allowed) > one_answer) return {};
      if (!found.empty()) continue;
      found = {a, b};
      found_value = *value;
    }
  }
  return found;
}

std::vector<Mistake> mistakes_behind(const Typed& typed, const Question& question, const Quantities& right,
                                     const std::vector<double>& allowed) {
  const std::vector<Candidate> singles = candidates(question, right);
  const Candidate* nearest = nullptr;
  double least = std::numeric_limits<double>::infinity();
  for (const Candidate& each : singles) {
    const double away = distance(typed.value, each.value, allowed);
    // Of mistakes with equal consequences, the first.
    if (away >= least - one_answer || !typed.agrees_with(each.value, allowed)) continue;
    nearest = &each;
    least = away;
  }
  if (nearest != nullptr) return {*nearest->mistake};
  return two_at_once(typed, question, right, singles, allowed);
}

}  // namespace

Node read_answer(const std::string& typed, std::size_t asked, std::string& note) {
  Reading reading;
  std::optional<Node> tree;
  try {
    tree = parse(typed, &reading);
  } catch (const ReadError&) {
    if (asked > 1) tree = read_by_count(typed, asked, note);
    if (!tree) throw;
    return *tree;
  }
  if (asked > 1 && count_of(*tree) != asked) {
    if (auto counted = read_by_count(typed, asked, note)) return *counted;
  }
  const bool one_number = asked == 1 && reading.may_be_decimal_comma;
  if (one_number && reading.may_be_thousands) {
    throw ReadError(
        tree->range,
        "the comma may be a decimal point or separate thousands: write 1.024 or 1024, for example");
  }
  if (one_number || reading.decimal_comma) note = decimal_commas;
  return one_number ? parse_decimal_comma(typed) : *tree;
}

std::vector<double> allowances(const Formula& answer, const Value& truth, const Quantities& right,
                               const Tolerance& tolerance) {
  if (!(tolerance.relative >= 0 && tolerance.absolute >= 0 && tolerance.digits >= 0))
    throw std::invalid_argument("tolerance: expected numbers >= 0");
  std::vector<double> allowed(truth.values.size());
  if (tolerance.digits > 0) allowed = carried(answer, truth, right);
  for (std::size_t k = 0; k < allowed.size(); ++k) {
    allowed[k] = std::max({tolerance.relative * std::abs(truth.without_rounding(k)), tolerance.absolute,
                           second_order * allowed[k]});
  }
  return allowed;
}

double distance(const Value& a, const Value& b, const std::vector<double>& allowed) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (a.values.size() != allowed.size() || b.values.size() != allowed.size()) return infinity;
  double most = 0;
  for (std::size_t k = 0; k < allowed.size(); ++k) {
    const double apart = std::abs(a.without_rounding(k) - b.without_rounding(k));
    // Where only the exact number is right, any other is far away.
    if (apart > 0) most = std::max(most, allowed[k] > 0 ? apart / allowed[k] : infinity);
  }
  return most;
}

std::vector<Candidate> candidates(const Question& question, const Quantities& right) {
  Derivation plain(right);
  const Value truth = plain.evaluate(question.answer);
  const std::vector<double> allowed = allowances(question.answer, truth, right, question.tolerance);
  std::vector<Candidate> found;
  for (const Mistake* each : possible_mistakes(question.answer, right, {&question.foreseen, &mistakes()})) {
    if (question.ruled_out.count(each->id) != 0) continue;
    auto value = mistaken_answer(question.answer, right, *each);
    if (!value || value->values.size() != truth.values.size()) continue;
    if (distance(*value, truth, allowed) > one_answer) found.push_back({each, std::move(*value)});
  }
  return found;
}

const char* verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::empty:
      return "empty";
    case Verdict::unreadable:
      return "unreadable";
    case Verdict::right:
      return "right";
    case Verdict::coarse:
      return "coarse";
    case Verdict::carried:
      return "carried";
    case Verdict::wrong:
      return "wrong";
  }
  return "";
}

Judgement judge(const std::string& typed, const Quantities& known, const Quantities& right,
                const Question& question) {
  Derivation plain(right);
  const Value truth = plain.evaluate(question.answer);
  const std::vector<double> allowed = allowances(question.answer, truth, right, question.tolerance);
  Judgement judgement;
  if (is_blank(typed)) return judgement;
  try {
    judgement.tree = read_answer(typed, truth.values.size(), judgement.note);
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
  const std::size_t count = truth.values.size();
  const Typed answer{judgement.value, literals(*judgement.tree, count)};
  for (std::size_t k = 0; k < count; ++k) {
    judgement.cells.push_back(
        answer.against(k, truth.without_rounding(k), allowed[k], question.tolerance.digits));
  }
  const auto has = [&](Verdict verdict) {
    return std::find(judgement.cells.begin(), judgement.cells.end(), verdict) != judgement.cells.end();
  };
  judgement.verdict = has(Verdict::wrong)    ? Verdict::wrong
                      : has(Verdict::coarse) ? Verdict::coarse
                                             : Verdict::right;
  if (judgement.verdict == Verdict::right) return judgement;
  const bool one_digit = answer.has_one_digit(judgement.cells);
  if (judgement.verdict == Verdict::coarse && !one_digit) {
    judgement.message = name_coarse_values(judgement.cells, question.tolerance.digits, true);
    return judgement;
  }
  auto behind = mistakes_behind(answer, question, right, allowed);
  if (judgement.verdict == Verdict::coarse) {
    // The only digit of a mistaken value may also be that of the truth: the nearer of both explains it.
    const auto wrong = behind.size() == 1 ? mistaken_answer(question.answer, right, behind[0]) : std::nullopt;
    if (!wrong || distance(judgement.value, truth, allowed) <= distance(judgement.value, *wrong, allowed)) {
      judgement.message = name_coarse_values(judgement.cells, question.tolerance.digits, false);
      return judgement;
    }
    judgement.verdict = Verdict::wrong;
    std::replace(judgement.cells.begin(), judgement.cells.end(), Verdict::coarse, Verdict::wrong);
  }
  const bool some_right = has(Verdict::right) || has(Verdict::coarse);
  if (behind.empty() || some_right) judgement.message = name_wrong_values(judgement.cells);
  judgement.mistakes = std::move(behind);
  return judgement;
}

}  // namespace answers
