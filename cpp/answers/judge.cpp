#include "answers/judge.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "answers/literal.h"
#include "answers/names.h"
#include "answers/rounding.h"

namespace answers {

namespace {

/// The bound is of first order; what is beyond is smaller than this share of it.
constexpr double second_order = 1.05;

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
  if (asked == 1 && given == 2) return "one number is asked for, and 2 were read; decimals take a point";
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
  const auto count = [&](Verdict verdict) { return std::count(cells.begin(), cells.end(), verdict); };
  const auto size = static_cast<std::ptrdiff_t>(cells.size());
  if (count(Verdict::wrong) == size) return size == 1 ? "" : "none of the values is right yet";
  std::string message = "look again at " + places(cells, Verdict::wrong);
  if (count(Verdict::unreadable) > 0)
    message += "; give more digits in " + places(cells, Verdict::unreadable);
  const auto right = size - count(Verdict::wrong) - count(Verdict::unreadable);
  if (right > 0) message += std::string("; the other ") + (right == 1 ? "value is" : "values are") + " right";
  return message;
}

/// Asks for more digits in the values with this verdict.
std::string ask_for_digits(const std::string& why, const std::vector<Verdict>& cells, Verdict verdict,
                           int digits) {
  const std::string where = cells.size() == 1 ? "" : " in " + places(cells, verdict);
  return why + "; give more digits" + where + ", " + std::to_string(digits) + " or more";
}

/// How many of the value's significant digits the literal shows, rounded or cut off: 1.3 shows two of 1.342,
/// and 1.0 one of 0.95. None where it is not that value.
int digits_shown(double typed, const Literal& literal, double value) {
  if (!shortens(typed, literal.unit, value)) return 0;
  int digits = std::min(literal.digits, std::numeric_limits<double>::max_digits10);
  while (digits > 0 && !shortens(typed, 2 * half_unit(value, digits), value)) --digits;
  return digits;
}

/// With fewer digits than this a number may be right, or a mistake, by chance.
constexpr int telling_digits = 2;

/// True for 131000, 130000 and 131100 where 131,072 is to be counted exactly: its first digits, two or more.
bool is_rounded_count(double typed, double count) {
  for (int digits = telling_digits; std::abs(count) >= std::pow(10, digits); ++digits) {
    const double unit = 2 * half_unit(count, digits);
    if (typed == std::round(count / unit) * unit || typed == std::trunc(count / unit) * unit) return true;
  }
  return false;
}

/// What was typed, value by value.
struct Typed {
  Value value;
  std::vector<std::optional<Literal>> literals;

  /// right, coarse, wrong, or unreadable where the digits are too few to tell
  Verdict against(std::size_t k, double truth, double allowed, int digits) const {
    const double typed = value.without_rounding(k);
    const auto& text = literals[k];
    const double away = std::abs(typed - truth);
    // A single digit that is not the value itself shows no method, even where it is near enough.
    const bool is_single_digit =
        literals.size() == 1 && text && text->digits < telling_digits && away > 1e-9 * std::abs(truth);
    // 1.01 is within 1 % of 1, though its double is not.
    if (away <= allowed * (1 + 1e-9))
      return is_single_digit && allowed < std::abs(truth) ? Verdict::unreadable : Verdict::right;
    if (digits == 0) return is_rounded_count(typed, truth) ? Verdict::coarse : Verdict::wrong;
    if (!text) return Verdict::wrong;
    const int shown = digits_shown(typed, *text, truth);
    // 10.0 has three digits, though it shows only two of 9.96.
    if (text->digits >= digits && shown >= std::min(digits, telling_digits)) return Verdict::right;
    if (shown >= telling_digits) return Verdict::coarse;
    return shown > 0 ? Verdict::unreadable : Verdict::wrong;
  }

  /// True if this is the other value, as far as its digits tell.
  bool agrees_with(const Value& other, const std::vector<double>& allowed) const {
    double size = 0;
    for (std::size_t k = 0; k < allowed.size(); ++k)
      size = std::max(size, std::abs(other.without_rounding(k)));
    for (std::size_t k = 0; k < allowed.size(); ++k) {
      // What the truth allows may be more than all of a small wrong value.
      const double enough = std::min(allowed[k], std::max(0.05 * size, 1e-3 * allowed[k]));
      if (against(k, other.without_rounding(k), enough, telling_digits) != Verdict::right) return false;
    }
    return true;
  }

  /// The same text, had it meant so many times its value.
  Typed times(double factor) const {
    Typed result = *this;
    for (double& each : result.value.values) each *= factor;
    for (double& each : result.value.scales) each *= factor;
    for (auto& each : result.literals) {
      if (each) each->unit *= factor;
    }
    return result;
  }

  /// True if it is the other value to four digits.
  bool equals(const Value& other) const {
    for (std::size_t k = 0; k < value.values.size(); ++k) {
      if (std::abs(value.values[k] - other.values[k]) > 5e-4 * std::abs(other.values[k])) return false;
    }
    return true;
  }
};

/// The two mistakes that together lead to what was typed, where there is no doubt which they are. A single
/// number is soon met by one of hundreds of pairs: it must be met to four digits, and not be round itself.
std::vector<Mistake> two_at_once(const Typed& typed, const Question& question, const Quantities& right,
                                 const std::vector<Candidate>& singles, const std::vector<double>& allowed) {
  const auto& text = typed.literals[0];
  if (allowed.size() == 1 && text && text->digits < carried_digits) return {};
  std::vector<Mistake> found;
  Value found_value;
  for (std::size_t i = 0; i < singles.size(); ++i) {
    for (std::size_t j = i + 1; j < singles.size(); ++j) {
      const Mistake &a = *singles[i].mistake, &b = *singles[j].mistake;
      if (!are_disjoint(a, b)) continue;
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

/// The mistake that leads nearest to what was typed, as far as its digits tell; null where none does.
const Candidate* nearest_mistake(const Typed& typed, const std::vector<Candidate>& singles,
                                 const std::vector<double>& allowed) {
  const Candidate* nearest = nullptr;
  double least = std::numeric_limits<double>::infinity();
  for (const Candidate& each : singles) {
    const double away = distance(typed.value, each.value, allowed);
    // Of mistakes with equal consequences, the first.
    // The mistake's own value is the mistake, however few digits it takes: 1 for 0.95.
    const bool met = typed.equals(each.value) || typed.agrees_with(each.value, allowed);
    if (away >= least - one_answer || !met) continue;
    nearest = &each;
    least = away;
  }
  return nearest;
}

/// Rounding that moves an answer by more than this part of the terms that it is made of does not excuse a
/// wrong answer.
constexpr double most_rounding = 0.25;

/// Whether all that is wrong may be what rounding on the way has left. What is computed without rounding,
/// 2/3, is not rounded.
bool is_rounding(const Typed& typed, const std::vector<Verdict>& cells, const Value& truth,
                 const std::vector<double>& bound) {
  for (std::size_t k = 0; k < cells.size(); ++k) {
    if (cells[k] != Verdict::wrong) continue;
    const double away = std::abs(typed.value.without_rounding(k) - truth.without_rounding(k));
    const double most = std::min(bound[k], most_rounding * truth.scale(k));
    if (!typed.literals[k] || !(away <= most * (1 + 1e-9))) return false;
  }
  return true;
}

/// Learners use one name for new_running_mean and running_mean, and for y_inference and y.
std::string called(std::string name) {
  if (name.compare(0, 4, "new_") == 0) name.erase(0, 4);
  for (const std::string ending : {"_inference", "_frozen", "_unbiased"}) {
    if (name.size() > ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0)
      name.erase(name.size() - ending.size());
  }
  return name;
}

/// A name before the value that is one of the lesson's, but not of what is asked for: what is said of it. x
/// may be anything, and m a number of anything. Empty for any other answer.
std::string other_name(const Node& tree, const Formula& answer) {
  const bool is_element = answer.tree.kind == Node::Kind::index;
  const Node& asked = is_element ? answer.tree.children[0] : answer.tree;
  if (asked.kind != Node::Kind::name) return "";
  const auto differs = [&](const std::string& typed) {
    const Label label = read_label_name(typed);
    const Name name = read_name(label.base, false);
    const bool is_root = typed.compare(0, 5, "sqrt(") == 0;
    if (!is_root && (!name.of_the_lesson || name.name == "x" || name.name == "m")) return false;
    if (is_root || called(name.name) != called(asked.text)) return true;
    return is_element && label.place &&
           static_cast<double>(*label.place) - (label.from_0 ? 0 : 1) != answer.tree.children[1].number;
  };
  std::vector<std::string> labels{tree.label};
  if (tree.kind == Node::Kind::list) {
    for (const Node& child : tree.children) labels.push_back(child.label);
  }
  const auto other = std::find_if(labels.begin(), labels.end(), differs);
  return other == labels.end() ? "" : "“" + *other + "” is named, and something else is asked for";
}

/// Whether what is asked for is a whole number that people write with its digits in groups.
bool is_large_whole(const Value& truth) {
  const double whole = truth.values[0];
  return truth.values.size() == 1 && whole == std::floor(whole) && std::abs(whole) >= 1000;
}

/// 131.072, where a whole number of thousands may be meant: what is said of its two readings. Empty for any
/// other answer.
std::string doubtful_point(const Node& tree, const Value& truth) {
  if (!is_large_whole(truth)) return "";
  const Node& number = tree.kind == Node::Kind::negate ? tree.children[0] : tree;
  const std::string& text = number.text;
  const std::size_t point = text.find('.');
  const bool groups = number.kind == Node::Kind::number && text[0] != '0' && point >= 1 && point <= 3 &&
                      point + 4 == text.size() &&
                      text.find_first_not_of("0123456789", point + 1) == std::string::npos;
  if (!groups) return "";
  const std::string sign = &number == &tree ? "" : "-";
  std::string whole = text;
  whole.erase(point, 1);
  return two_readings(number.range, sign + text, sign + text, sign + whole).what();
}

bool has_percent(const Node& node) {
  return node.kind == Node::Kind::percent ||
         std::any_of(node.children.begin(), node.children.end(), has_percent);
}

/// The same formula without its signs for per cent and per mille.
Node without_percent(const Node& tree) {
  if (tree.kind == Node::Kind::percent) return without_percent(tree.children[0]);
  Node result = tree;
  for (Node& child : result.children) child = without_percent(child);
  return result;
}

/// The mistake in the unit alone: a share of 1 in per cent, without the sign for it, or a sign for per cent
/// that is too much. Null for any other answer.
const Mistake* mistake_in_unit(const Typed& typed, const Node& tree, const Value& truth,
                               const std::vector<double>& allowed, int digits, const Quantities& right) {
  const auto is_right = [&](const Typed& meant) {
    bool is_some = false;
    for (std::size_t k = 0; k < allowed.size(); ++k) {
      const double value = truth.without_rounding(k);
      // What is allowed next to 0 would make any small number a share of it.
      const Verdict verdict = meant.against(k, value, std::min(allowed[k], 0.05 * std::abs(value)), digits);
      if (verdict != Verdict::right && verdict != Verdict::coarse) return false;
      is_some = is_some || value != 0;
    }
    return is_some;
  };
  if (has_percent(tree)) {
    const Node plain = without_percent(tree);
    try {
      const bool is_plain = is_right({evaluate(plain, right), literals(plain, allowed.size())});
      return is_plain ? &sign_of_per_cent() : nullptr;
    } catch (const ReadError&) {
      return nullptr;  // without the sign it is too large a number
    }
  }
  const bool is_share = std::all_of(truth.values.begin(), truth.values.end(),
                                    [](double value) { return std::abs(value) <= 1; });
  return is_share && is_right(typed.times(0.01)) ? &per_cent_for_fraction() : nullptr;
}

}  // namespace

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
  for (const Mistake* each :
       possible_mistakes(question.answer, right, {&question.foreseen, question.known})) {
    auto value = mistaken_answer(question.answer, right, *each);
    if (!value || value->values.size() != truth.values.size()) continue;
    if (distance(*value, truth, allowed) > one_answer) found.push_back({each, std::move(*value)});
  }
  return found;
}

Verdict verdict_on_unread(TypedText::State state) {
  return state == TypedText::State::empty ? Verdict::empty : Verdict::unreadable;
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

namespace {

/// The verdict on text as it was read.
Judgement judge_text(const TypedText& text, const Value& truth, const std::vector<double>& allowed,
                     const Quantities& right, const Question& question) {
  Judgement judgement;
  static_cast<TypedText&>(judgement) = text;
  if (judgement.state != TypedText::State::read) {
    judgement.verdict = verdict_on_unread(judgement.state);
    return judgement;
  }
  judgement.message = shape_mistake(judgement.value, truth);
  if (!judgement.message.empty()) {
    judgement.verdict = Verdict::unreadable;
    judgement.range = judgement.tree->range;
    return judgement;
  }
  const std::string other = other_name(*judgement.tree, question.answer);
  if (!other.empty()) {
    judgement.verdict = Verdict::unreadable;
    judgement.range = judgement.tree->range;
    judgement.message = other;
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
  if (!has(Verdict::wrong) && !has(Verdict::coarse) && !has(Verdict::unreadable)) {
    judgement.verdict = Verdict::right;
    return judgement;
  }
  const auto not_judged = [&](const std::string& why) {
    judgement.verdict = Verdict::unreadable;
    judgement.range = judgement.tree->range;
    judgement.message = why;
    return judgement;
  };
  const std::string doubt = doubtful_point(*judgement.tree, truth);
  if (!doubt.empty()) return not_judged(doubt);
  const int digits = question.tolerance.digits;
  const std::vector<Candidate> singles = candidates(question, right);
  const Candidate* const nearest = nearest_mistake(answer, singles, allowed);
  // Few digits can be those of the truth and of a mistake alike. The mistake's own value is the mistake.
  const bool is_mistake = nearest != nullptr && (has(Verdict::wrong) || answer.equals(nearest->value));
  if (!has(Verdict::wrong) && !is_mistake) {
    if (has(Verdict::unreadable))
      return not_judged(ask_for_digits("so few digits do not show the method", judgement.cells,
                                       Verdict::unreadable, digits));
    if (nearest != nullptr && digits > 0)
      return not_judged(ask_for_digits("these digits fit a known mistake as well as the right answer",
                                       judgement.cells, Verdict::coarse, digits));
    judgement.verdict = Verdict::coarse;
    judgement.message =
        digits == 0 ? "about right; the exact count is asked for"
                    : ask_for_digits("your method is right", judgement.cells, Verdict::coarse, digits);
    return judgement;
  }
  judgement.verdict = Verdict::wrong;
  const Mistake* const single =
      is_mistake ? nearest->mistake : mistake_in_unit(answer, *judgement.tree, truth, allowed, digits, right);
  judgement.mistakes =
      single ? std::vector<Mistake>{*single} : two_at_once(answer, question, right, singles, allowed);
  if (judgement.mistakes.empty() && digits > 0 &&
      is_rounding(answer, judgement.cells, truth, rounding_bound(question.answer, right))) {
    for (Verdict& each : judgement.cells) {
      if (each != Verdict::right) each = Verdict::coarse;
    }
    judgement.verdict = Verdict::coarse;
    judgement.message = ask_for_digits("near enough for rounding on the way; carry more digits in each step",
                                       judgement.cells, Verdict::coarse, digits + 1);
    return judgement;
  }
  if (!has(Verdict::wrong)) {
    for (Verdict& each : judgement.cells) {
      if (each != Verdict::right) each = Verdict::wrong;
    }
  }
  if (judgement.mistakes.empty() || has(Verdict::right) || has(Verdict::coarse))
    judgement.message = name_wrong_values(judgement.cells);
  return judgement;
}

}  // namespace

Judgement judge(const std::string& typed, const Quantities& known, const Quantities& right,
                const Question& question) {
  Derivation plain(right);
  const Value truth = plain.evaluate(question.answer);
  const std::vector<double> allowed = allowances(question.answer, truth, right, question.tolerance);
  const std::size_t count = truth.values.size();
  const bool large_whole = question.tolerance.digits == 0 && is_large_whole(truth);
  const auto judge_as = [&](Grouping grouping) {
    const auto judged = [&](Notation::Sums sums) {
      return judge_text(read_value(typed, count, known, grouping, sums), truth, allowed, right, question);
    };
    Judgement first = judged(Notation::Sums::by_context);
    if (!first.sum || first.verdict == Verdict::right) return first;
    Judgement second = judged(other_reach(*first.sum));
    return better_reading(std::move(first), std::move(second));
  };
  Judgement judgement = judge_as(large_whole ? Grouping::thousands : Grouping::unknown);
  if (judgement.state == TypedText::State::unreadable && count == 1) {
    // 1,355 has two readings; if one of them is right, it is the one that was meant, and the note says so.
    for (const Grouping grouping : {Grouping::decimals, Grouping::thousands}) {
      Judgement other = judge_as(grouping);
      if (other.verdict == Verdict::right) return other;
    }
    // Of a count that is not right, only one can be meant.
    if (question.tolerance.digits == 0) judgement = judge_as(Grouping::counts);
  }
  // So has 16 examples, where their number is known: a count, or a product.
  const bool counts = judgement.tree && judgement.tree->kind == Node::Kind::multiply &&
                      judgement.tree->counts && judgement.verdict != Verdict::right;
  if (!counts) return judgement;
  TypedText alone = judgement;
  alone.tree = Node(judgement.tree->children[0]);
  alone.value = evaluate(*alone.tree, known);
  alone.note = "“" + alone.tree->text + "” was read without the word behind it";
  Judgement other = judge_text(alone, truth, allowed, right, question);
  return other.verdict == Verdict::right || other.verdict == Verdict::coarse ? other : judgement;
}

}  // namespace answers
