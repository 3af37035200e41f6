#include "answers/worksheet.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "batchnorm/layout.h"

namespace answers {

namespace {

/// Other forms in which a step may be computed; with right numbers they come to the same.
const std::vector<Definition> other_forms{
    {"batch_var", "mean(x^2) - batch_mean^2"},
    {"x_hat", "(x - batch_mean) / sqrt(batch_var + eps)"},
    {"dgamma", "sum(dy * (x - batch_mean)) / sqrt(batch_var + eps)"},
    {"dvar", "-sum(dx_hat * x_hat) / (batch_var + eps) / 2"},
    {"dvar", "-gamma * dgamma / (batch_var + eps) / 2"},
    {"dmean", "-sum(dx_hat) / sqrt(batch_var + eps) - 2 * dvar * mean(x - batch_mean)"},
    {"dmean", "-gamma * dbeta / sqrt(batch_var + eps)"},
    {"dx", "(dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat)) / sqrt(batch_var + eps)"},
    {"dx", "gamma * (dy - mean(dy) - x_hat * mean(dy * x_hat)) / sqrt(batch_var + eps)"},
    {"dx", "gamma * (dy - dbeta / m - x_hat * dgamma / m) / sqrt(batch_var + eps)"},
};

/// The forms in which a quantity is computed, the lesson's definition first.
std::vector<Formula> forms_of(const std::string& name) {
  std::vector<Formula> forms;
  for (const Definition& each : definitions) {
    if (each.name == name) forms.emplace_back(each.formula);
  }
  for (const Definition& each : other_forms) {
    if (each.name == name) forms.emplace_back(each.formula);
  }
  return forms;
}

/// All values equal, up to rounding: 0, or the same for every example.
bool is_flat(const Value& value) {
  const auto [least, most] = std::minmax_element(value.values.begin(), value.values.end());
  const double spread = *most - *least;
  if (value.values.size() == 1) return value.without_rounding(0) == 0;
  return spread <= 1e-9 * std::max(std::abs(*least), std::abs(*most));
}

std::string in_words(const std::string& name, const Value& value) {
  if (value.values.size() != 1) return name;
  char number[32];
  std::snprintf(number, sizeof number, "%.4g", value.values[0]);
  return name + " = " + number;
}

/// No step is computed from more numbers than this: dx from dx_hat, dvar, dmean, batch_mean and batch_var.
constexpr int most_used = 5;
/// Beside a mistake, so many wrong numbers are looked for.
constexpr int most_used_beside_mistake = 2;

/// All subsets of the wrong boxes are gone through.
constexpr std::size_t most_entries = 16;

/// The subsets of `count` things that a step may be computed from, the small ones first.
std::vector<unsigned> subsets(std::size_t count, int most) {
  const auto size = [](unsigned subset) { return __builtin_popcount(subset); };
  std::vector<unsigned> all;
  for (unsigned subset = 1; subset < (1u << count); ++subset) {
    if (size(subset) <= most) all.push_back(subset);
  }
  std::stable_sort(all.begin(), all.end(), [&](unsigned a, unsigned b) { return size(a) < size(b); });
  return all;
}

class Worksheet {
 public:
  Worksheet(const Quantities& known, const Quantities& right, const Tolerance& tolerance)
      : known_(known), right_(right), tolerance_(tolerance) {}

  Cell judge_next(const Entry& entry) {
    Cell cell;
    const Question question{Formula(entry.name), tolerance_, {}, &possible_};
    cell.judgement = judge(entry.typed, known_, right_, question);
    Judgement& judgement = cell.judgement;
    if (judgement.cells.empty()) return cell;
    if (judgement.verdict == Verdict::wrong || judgement.verdict == Verdict::unreadable)
      explain(entry.name, cell);
    known_[entry.name] = judgement.value;
    if (judgement.verdict != Verdict::right) {
      wrong_.push_back({entry.name, judgement.value});
    } else {
      rule_out(question);
    }
    return cell;
  }

 private:
  struct Wrong {
    std::string name;
    Value value;
  };

  /// A right answer shows that the lines which would have changed it were not written wrongly; the same
  /// mistake in another line may still have been made.
  void rule_out(const Question& question) {
    std::set<std::pair<std::string, std::string>> lines;  // ids of mistakes, and names of lines
    for (const Candidate& each : candidates(question, right_)) {
      for (const std::string& line : lines_that_show(*each.mistake, question))
        lines.emplace(each.mistake->id, line);
    }
    for (Mistake& mistake : possible_) {
      auto& instead = mistake.instead;
      instead.erase(std::remove_if(instead.begin(), instead.end(),
                                   [&](const auto& line) {
                                     return lines.count({mistake.id, line.first}) != 0;
                                   }),
                    instead.end());
    }
    possible_.erase(std::remove_if(possible_.begin(), possible_.end(),
                                   [](const Mistake& mistake) { return mistake.instead.empty(); }),
                    possible_.end());
  }

  /// The lines of a mistake, each of which alone changes an answer; all, where only together they do.
  std::set<std::string> lines_that_show(const Mistake& mistake, const Question& question) const {
    std::set<std::string> all, alone;
    std::vector<Mistake> singles;
    for (const auto& line : mistake.instead) {
      all.insert(line.first);
      singles.push_back(mistake);
      singles.back().instead = {line};
    }
    Question of_singles = question;
    of_singles.known = &singles;
    for (const Candidate& each : candidates(of_singles, right_)) alone.insert(each.mistake->instead[0].first);
    return alone.empty() ? all : alone;
  }

  /// Looks for what the number follows from: wrong numbers above, or, where it is wrong for certain, these
  /// and a mistake.
  void explain(const std::string& name, Cell& cell) {
    Judgement& judgement = cell.judgement;
    const std::vector<Formula> forms = forms_of(name);
    const std::vector<double> allowed = allowances(Formula(name), right_.at(name), right_, tolerance_);
    for (const unsigned subset : subsets(wrong_.size(), most_used)) {
      for (const Formula& form : forms) {
        const auto expected = follows(form, subset, nullptr);
        if (!expected || !agrees(judgement.value, *expected, allowed)) continue;
        const bool is_trivial = is_flat(*expected) && !is_flat(right_.at(name));
        if (is_trivial && judgement.verdict != Verdict::wrong) continue;
        name_used(subset, cell);
        if (is_trivial) {
          judgement.message = "with your " + used_in_words(subset) +
                              " this step is trivial, so it shows nothing: mend that first";
          return;
        }
        judgement.verdict = Verdict::carried;
        std::fill(judgement.cells.begin(), judgement.cells.end(), Verdict::carried);
        judgement.mistakes.clear();
        judgement.range = {};
        judgement.message = "right for your " + used_in_words(subset);
        return;
      }
    }
    if (judgement.verdict != Verdict::wrong || !judgement.mistakes.empty()) return;
    const Formula asked(name);
    const auto possible = possible_mistakes(asked, right_, {&possible_});
    for (const unsigned subset : subsets(wrong_.size(), most_used_beside_mistake)) {
      const auto without = follows(asked, subset, nullptr);
      if (!without) continue;
      for (const Mistake* mistake : possible) {
        const auto expected = follows(asked, subset, mistake);
        if (!expected || !agrees(judgement.value, *expected, allowed)) continue;
        if (distance(*expected, *without, allowed) <= one_answer) continue;
        name_used(subset, cell);
        judgement.mistakes = {*mistake};
        judgement.message = "seen with your " + used_in_words(subset);
        return;
      }
    }
  }

  /// What comes out with the wrong numbers of the subset, and with a mistake, where there is one.
  std::optional<Value> follows(const Formula& form, unsigned subset, const Mistake* mistake) const {
    Derivation derivation(right_);
    if (mistake != nullptr) {
      for (const auto& [name, formula] : mistake->instead) derivation.redefine(name, formula);
    }
    for (std::size_t k = 0; k < wrong_.size(); ++k) {
      if (subset >> k & 1) derivation.replace(wrong_[k].name, wrong_[k].value);
    }
    if (!derivation.is_touched(form)) return std::nullopt;
    try {
      return derivation.evaluate(form);
    } catch (const ReadError&) {
      return std::nullopt;
    }
  }

  bool agrees(const Value& typed, const Value& expected, std::vector<double> allowed) const {
    if (typed.values.size() != expected.values.size() || expected.values.size() != allowed.size())
      return false;
    for (std::size_t k = 0; k < allowed.size(); ++k)
      allowed[k] = std::max(allowed[k], tolerance_.relative * std::abs(expected.values[k]));
    return distance(typed, expected, allowed) <= 1;
  }

  void name_used(unsigned subset, Cell& cell) const {
    for (std::size_t k = 0; k < wrong_.size(); ++k) {
      if (subset >> k & 1) cell.used.push_back(wrong_[k].name);
    }
  }

  std::string used_in_words(unsigned subset) const {
    std::string words;
    for (std::size_t k = 0; k < wrong_.size(); ++k) {
      if (subset >> k & 1) words += (words.empty() ? "" : ", ") + in_words(wrong_[k].name, wrong_[k].value);
    }
    return words;
  }

  Quantities known_;
  const Quantities& right_;
  Tolerance tolerance_;
  std::vector<Wrong> wrong_;
  std::vector<Mistake> possible_ = mistakes();
};

}  // namespace

WorksheetJudgement judge_worksheet(const std::vector<Entry>& entries, const Quantities& known,
                                   const Quantities& right, const Tolerance& tolerance) {
  if (entries.size() > most_entries)
    batchnorm::refuse("cells", "at most " + std::to_string(most_entries) + " boxes",
                      static_cast<batchnorm::Index>(entries.size()));
  Worksheet worksheet(known, right, tolerance);
  WorksheetJudgement result;
  std::set<std::string> names;
  for (const Entry& entry : entries) {
    const bool is_step = !forms_of(entry.name).empty() && right.count(entry.name) != 0;
    if (!is_step) batchnorm::refuse("cells", "quantities that follow from the givens", entry.name);
    if (!names.insert(entry.name).second) batchnorm::refuse("cells", "each quantity once", entry.name);
    result.cells.push_back(worksheet.judge_next(entry));
    const bool is_wrong = result.cells.back().judgement.verdict == Verdict::wrong;
    if (is_wrong && result.first_wrong.empty()) result.first_wrong = entry.name;
  }
  return result;
}

}  // namespace answers
