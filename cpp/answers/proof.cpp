#include "answers/proof.h"

#include <algorithm>
#include <set>

#include "answers/typed_text.h"
#include "batchnorm/layout.h"

namespace answers {

namespace {

using Verdict = EquationJudgement::Verdict;

Claim claim_of(const Node& left, const Node& right, const std::vector<std::string>& names) {
  std::vector<std::string> named = names_in(left);
  for (const std::string& name : names_in(right)) named.push_back(name);
  return {evaluation_of(left), evaluation_of(right), givens_of(named, names)};
}

void judge_values(EquationJudgement& judgement, const std::vector<std::string>& names) {
  const Node &left = *judgement.left, &right = *judgement.right;
  const auto unreadable = [&](const std::string& message, Range range) {
    judgement.verdict = Verdict::unreadable;
    judgement.message = message;
    judgement.range = range;
  };
  // A claim says nothing where its right side has no value, so an equation claims both ways.
  for (const bool forward : {true, false}) {
    const Node &side = forward ? left : right, &other = forward ? right : left;
    const Claim claim = claim_of(side, other, names);
    const Outcome outcome = try_on_battery(claim);
    switch (outcome.kind) {
      case Outcome::Kind::holds:
        break;
      case Outcome::Kind::no_value:
        return unreadable(outcome.error->what(), outcome.error->range);
      case Outcome::Kind::undecided:
        try {
          claim.right(battery().front());
          claim.left(battery().front());
        } catch (const ReadError& error) {
          return unreadable(error.what(), error.range);
        }
        return unreadable("the terms of this equation are so large that only rounding is left of them",
                          {left.range.begin, right.range.end});
      case Outcome::Kind::fails: {
        const auto example = find_counterexample(claim);
        judgement.verdict = Verdict::fails;
        judgement.refutation =
            Refutation{example->givens, example->left, example->right, example->why_no_value};
        if (!forward) std::swap(judgement.refutation->left, judgement.refutation->right);
        return;
      }
    }
  }
  judgement.verdict = Verdict::holds;
  judgement.trivial = same_tree(left, right);
}

bool equal_everywhere(const Claim& claim) {
  return try_on_battery(claim).kind == Outcome::Kind::holds;
}

/// Whether a side has the same value on every batch.
bool is_constant(const Node& side) {
  const std::vector<std::string> names = names_in(side);
  if (names.empty()) return true;
  try {
    const double first = evaluate(side, battery().front()).without_rounding(0);
    const Evaluation always = [first](const Quantities&) { return Value{{first}, false}; };
    return equal_everywhere({evaluation_of(side), always, givens_of(names, names)});
  } catch (const ReadError&) {
    return false;
  }
}

bool links(const Node& side, const Node& above, const std::vector<std::string>& names) {
  if (same_tree(side, above)) return !names_in(side).empty();
  return !is_constant(side) && equal_everywhere(claim_of(side, above, names)) &&
         equal_everywhere(claim_of(above, side, names));
}

using Lines = std::map<std::string, const Line*>;

[[noreturn]] void refuse_line(const std::string& id, const std::string& expected, const std::string& got) {
  batchnorm::refuse("lines", expected, "“" + id + "”, " + got);
}

const Line& line_of(const Lines& lines, const std::string& id) {
  const auto found = lines.find(id);
  if (found == lines.end()) refuse_line(id, "ids of lines", "which no line has");
  return *found->second;
}

/// Depth-first search for a cycle of needs: `begun` are the lines on the current path, `done` those that are
/// searched already.
void require_sound_needs(const Lines& lines, const Line& line, std::set<std::string>& begun,
                         std::set<std::string>& done) {
  if (done.count(line.id) != 0) return;
  if (!begun.insert(line.id).second) refuse_line(line.id, "needs that end", "which needs itself");
  for (const std::string& need : line.needs) require_sound_needs(lines, line_of(lines, need), begun, done);
  done.insert(line.id);
}

Lines by_id(const std::vector<Line>& lines) {
  Lines all;
  for (const Line& line : lines) {
    if (!all.emplace(line.id, &line).second) refuse_line(line.id, "an id for each", "which two have");
  }
  std::set<std::string> begun, done;
  for (const Line& line : lines) require_sound_needs(all, line, begun, done);
  return all;
}

}  // namespace

const char* verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::empty:
      return "empty";
    case Verdict::unreadable:
      return "unreadable";
    case Verdict::holds:
      return "holds";
    case Verdict::fails:
      return "fails";
  }
  return "";
}

const char* state_name(LineJudgement::State state) {
  switch (state) {
    case LineJudgement::State::follows:
      return "follows";
    case LineJudgement::State::not_yet:
      return "not-yet";
    case LineJudgement::State::refuted:
      return "false";
  }
  return "";
}

namespace {

/// The verdict on an equation that was read.
EquationJudgement check_text(TypedText text, const std::vector<std::string>& names) {
  EquationJudgement judgement;
  switch (text.state) {
    case TypedText::State::empty:
      break;
    case TypedText::State::unreadable:
      judgement.verdict = Verdict::unreadable;
      judgement.message = text.message;
      judgement.range = text.range;
      break;
    case TypedText::State::read:
      judgement.left = std::move(text.tree);
      judgement.right = std::move(text.right);
      judge_values(judgement, names);
      break;
  }
  return judgement;
}

}  // namespace

EquationJudgement check_equation(const std::string& typed, const std::vector<std::string>& names) {
  require_quantities_of_a_batch(names);
  const TypedText text = read_equation(typed, names);
  EquationJudgement judgement = check_text(text, names);
  if (!text.sum || judgement.verdict == Verdict::holds) return judgement;
  EquationJudgement other = check_text(read_equation(typed, names, other_reach(*text.sum)), names);
  const bool holds = other.verdict == Verdict::holds;
  if ((holds && !text.sum->by_index) || judgement.verdict == Verdict::unreadable) return other;
  if (other.verdict == Verdict::unreadable || (text.sum->by_index && !holds)) return judgement;
  const ReadError error = two_readings(*text.sum);
  judgement.verdict = Verdict::unreadable;
  judgement.refutation.reset();
  judgement.message = error.what();
  judgement.range = error.range;
  return judgement;
}

ProofJudgement judge_proof(const std::vector<Line>& lines, const std::vector<std::string>& order,
                           const std::string& goal, const std::vector<std::string>& names) {
  const Lines all = by_id(lines);
  line_of(all, goal);
  ProofJudgement judgement;
  std::set<std::string> above;
  for (const std::string& id : order) {
    const Line& line = line_of(all, id);
    if (above.count(id) != 0) refuse_line(id, "each once", "which is placed twice");
    LineJudgement placed;
    placed.id = id;
    EquationJudgement equation = check_equation(line.equation, names);
    if (equation.verdict == Verdict::fails) {
      placed.state = LineJudgement::State::refuted;
      placed.refutation = std::move(equation.refutation);
    } else if (equation.verdict != Verdict::holds) {
      refuse_line(id, "equations", "which cannot be read: " + equation.message);
    } else {
      for (const std::string& need : line.needs) {
        if (above.count(need) == 0) placed.missing.push_back(need);
      }
      if (!placed.missing.empty()) placed.state = LineJudgement::State::not_yet;
    }
    above.insert(id);
    judgement.lines.push_back(std::move(placed));
  }
  const bool all_follow =
      std::all_of(judgement.lines.begin(), judgement.lines.end(),
                  [](const LineJudgement& line) { return line.state == LineJudgement::State::follows; });
  judgement.complete = all_follow && above.count(goal) != 0;
  return judgement;
}

FreeLineJudgement judge_free_line(const std::string& typed, const std::vector<std::string>& above,
                                  const std::vector<std::string>& names) {
  FreeLineJudgement judgement;
  judgement.equation = check_equation(typed, names);
  judgement.message = judgement.equation.message;
  if (judgement.equation.verdict == Verdict::fails) judgement.message = "this is false on the batch shown";
  if (judgement.equation.verdict != Verdict::holds) return judgement;
  judgement.links = above.empty();
  for (const std::string& line : above) {
    if (judgement.links) break;
    const EquationJudgement earlier = check_equation(line, names);
    if (earlier.verdict != Verdict::holds) continue;
    for (const Node* side : {&*judgement.equation.left, &*judgement.equation.right}) {
      for (const Node* other : {&*earlier.left, &*earlier.right}) {
        judgement.links = judgement.links || links(*side, *other, names);
      }
    }
  }
  if (!judgement.links) judgement.message = "true, but nothing above leads to it yet";
  return judgement;
}

std::optional<std::size_t> equation_that_says(const EquationJudgement& equation,
                                              const std::vector<std::string>& equations) {
  if (!equation.left || !equation.right) return std::nullopt;
  for (std::size_t k = 0; k < equations.size(); ++k) {
    const auto [left, right] = parse_equation(equations[k]);
    const bool alike = same_tree(*equation.left, left) && same_tree(*equation.right, right);
    const bool turned = same_tree(*equation.left, right) && same_tree(*equation.right, left);
    if (alike || turned) return k;
  }
  return std::nullopt;
}

}  // namespace answers
