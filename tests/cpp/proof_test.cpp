// Proofs: equations on the battery, lines in every order, lines of the learner's own.

#include "answers/proof.h"

#include <set>

#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using answers::battery;
using answers::check_equation;
using answers::Derivation;
using answers::EquationJudgement;
using answers::Formula;
using answers::judge_free_line;
using answers::judge_proof;
using answers::Line;
using answers::LineJudgement;
using answers::ProofJudgement;
using answers::Quantities;
using answers::Value;
using State = LineJudgement::State;
using Verdict = EquationJudgement::Verdict;
using Ids = std::vector<std::string>;

Ids all_names(bool with_steps = false) {
  Ids names;
  for (const auto& [name, value] : battery().front()) {
    if (name != "steps" || with_steps) names.push_back(name);
  }
  return names;
}

EquationJudgement check(const std::string& typed, bool with_steps = false) {
  return check_equation(typed, all_names(with_steps));
}

// ---- Equations.

TEST(Equation, HoldsWhereBothSidesAreEqualOnEveryBatch) {
  for (const char* typed : {
           "sum(x_hat) = 0",
           "0 = sum(x - batch_mean)",
           "sum(x) = m * batch_mean",
           "mean(x_hat^2) = batch_var / (batch_var + eps)",
           "batch_var = mean(x^2) - batch_mean^2",
           "y = gamma * x_hat + beta",
           "((gamma + h) * x_hat + beta - y) / h = x_hat",
           "(gamma * x_hat + (beta + h) - y) / h = 1",
           "saved_invstd^2 * (batch_var + eps) = 1",
           "x - batch_mean = w * (u - mean(u))",
           "batch_mean == w * mean(u) + b",
           "sum(dx) = 0",
           "sum(dx * x_hat) = gamma * saved_invstd * dgamma * eps / (batch_var + eps)",
           "((x + h)^2 - x^2) / h = 2 * x + h",
           "new_running_mean - batch_mean = momentum * (running_mean - batch_mean)",
           "dx_frozen * sqrt(running_var + eps) = gamma * dy",
       }) {
    const EquationJudgement judgement = check(typed);
    EXPECT_EQ(judgement.verdict, Verdict::holds) << typed << ": " << judgement.message;
    EXPECT_FALSE(judgement.trivial) << typed;
    EXPECT_FALSE(judgement.refutation.has_value());
    EXPECT_TRUE(judgement.left.has_value() && judgement.right.has_value());
    EXPECT_EQ(judgement.message, "");
  }
}

TEST(Equation, ASumReachesAsFarAsWasMeant) {
  for (const char* typed : {"Σ_i (x_i − μ) x̂_i = Σ_i x_i x̂_i", "Σ (x − μ)·x̂ = Σ x·x̂", "Σ(x)·y = m·mean(x)·y",
                            "Σ_j (x_j − μ)·dy_i = 0"})
    EXPECT_EQ(check(typed).verdict, Verdict::holds) << typed;
  EXPECT_EQ(check("Σ_i (x_i − μ) dy_i = 1").verdict, Verdict::fails);
  // By its index it is false, and with the sum of the brackets alone it would be true.
  EXPECT_EQ(check("Σ_i (x_i − μ) dy_i = 0").verdict, Verdict::unreadable);
  const auto both = check("Σ (x)·dy = 1");
  EXPECT_EQ(both.verdict, Verdict::unreadable);
  EXPECT_NE(both.message.find("can be read as Σ((x)·dy) or as (Σ(x))·dy"), std::string::npos) << both.message;
}

TEST(Equation, WrittenAlikeIsTrivial) {
  for (const char* typed : {"dgamma = dgamma", "sum(x) = (sum(x))", "2 * x = 2.0*x", "1 = 1"}) {
    EXPECT_EQ(check(typed).verdict, Verdict::holds) << typed;
    EXPECT_TRUE(check(typed).trivial) << typed;
  }
  for (const char* typed : {"x + y = y + x", "2 = 1 + 1", "sum(dy) = dbeta"}) {
    EXPECT_EQ(check(typed).verdict, Verdict::holds) << typed;
    EXPECT_FALSE(check(typed).trivial) << typed;
  }
}

std::optional<Value> derived(const Quantities& givens, const std::string& formula) {
  try {
    return Derivation(givens).evaluate(Formula(formula));
  } catch (const answers::ReadError&) {
    return std::nullopt;
  }
}

void expect_same(const std::optional<Value>& got, const std::optional<Value>& expected) {
  ASSERT_EQ(got.has_value(), expected.has_value());
  if (!got) return;
  ASSERT_EQ(got->values.size(), expected->values.size());
  for (std::size_t k = 0; k < got->values.size(); ++k)
    EXPECT_NEAR(got->values[k], expected->values[k], 1e-9 * std::max(1.0, std::abs(expected->values[k])));
}

/// The batch is real: worked out from the givens by the lesson's definitions, the sides differ.
void expect_refuted(const EquationJudgement& judgement, const std::string& left, const std::string& right) {
  SCOPED_TRACE(left + " = " + right);
  ASSERT_EQ(judgement.verdict, Verdict::fails) << judgement.message;
  ASSERT_TRUE(judgement.refutation.has_value());
  const auto& [givens, left_value, right_value, why] = *judgement.refutation;
  expect_same(left_value, derived(givens, left));
  expect_same(right_value, derived(givens, right));
  EXPECT_EQ(why == "", left_value && right_value);
  EXPECT_TRUE(left_value || right_value);
  for (const auto& [name, given] : givens) EXPECT_LE(given.values.size(), 3u) << name;
  if (!left_value || !right_value) return;
  EXPECT_EQ(answers::agreement(*left_value, *right_value), answers::Agreement::different);
}

TEST(Equation, FailsWithABatchOnWhichItIsFalse) {
  struct {
    const char *left, *right;
  } const table[] = {
      {"mean(x_hat^2)", "1"},
      {"mean(x_hat)", "1"},
      {"batch_var", "mean(x^2)"},
      {"x_hat", "(x - batch_mean) / sqrt(batch_var)"},
      {"dgamma", "sum(dy * y)"},
      {"dgamma", "mean(dy * x_hat)"},
      {"sum(dx_frozen)", "0"},
      {"sum(dx * x_hat)", "0"},
      {"batch_mean", "w * mean(u)"},
      {"y", "gamma * (x_hat + beta)"},
      {"((x + h)^2 - x^2) / h", "2 * x"},
      {"new_running_mean", "(1 - momentum) * running_mean + momentum * batch_mean"},
      {"1", "2"},
      {"x", "batch_mean"},
      {"x / x", "1"},  // no value where x is 0
      {"1", "batch_var / batch_var"},
  };
  for (const auto& row : table)
    expect_refuted(check(std::string(row.left) + " = " + row.right), row.left, row.right);

  // The side without a value is told apart.
  const EquationJudgement left = check("x_hat / batch_var * batch_var = x_hat");
  ASSERT_EQ(left.verdict, Verdict::fails);
  EXPECT_FALSE(left.refutation->left.has_value());
  EXPECT_TRUE(left.refutation->right.has_value());
  EXPECT_EQ(left.refutation->why_no_value, "division by 0");
  const EquationJudgement right = check("x_hat = x_hat / batch_var * batch_var");
  ASSERT_EQ(right.verdict, Verdict::fails);
  EXPECT_TRUE(right.refutation->left.has_value());
  EXPECT_FALSE(right.refutation->right.has_value());
}

TEST(Equation, NothingTypedOrUnreadable) {
  EXPECT_EQ(check("").verdict, Verdict::empty);
  EXPECT_EQ(check(" \n").verdict, Verdict::empty);
  for (const char* typed : {"x", "x =", "= x", "x = y = 1", "x + = 1", "sum(x = 1", "nonsense = 1", "1/0 = x",
                            "x = 1/0", "1/0 = 1/0", "log(-1) = 1/0", "1e20 - 1e20 = 1", "1 = 1e20 - 1e20"}) {
    const EquationJudgement judgement = check(typed);
    EXPECT_EQ(judgement.verdict, Verdict::unreadable) << typed;
    EXPECT_NE(judgement.message, "") << typed;
    EXPECT_LE(judgement.range.end, std::string(typed).size());
  }
  EXPECT_EQ(check_equation("x = x + h - h", {"x"}).verdict, Verdict::unreadable);
  EXPECT_EQ(check_equation("x = x + h - h", {"x", "h"}).verdict, Verdict::holds);
  EXPECT_EQ(refusal([] {
              check_equation("x = x", {"x", "typo"});
            }),
            "names: expected quantities of a batch, got “typo”");
}

TEST(Equation, VerdictsHaveNames) {
  EXPECT_STREQ(verdict_name(Verdict::empty), "empty");
  EXPECT_STREQ(verdict_name(Verdict::unreadable), "unreadable");
  EXPECT_STREQ(verdict_name(Verdict::holds), "holds");
  EXPECT_STREQ(verdict_name(Verdict::fails), "fails");
  EXPECT_STREQ(state_name(State::follows), "follows");
  EXPECT_STREQ(state_name(State::not_yet), "not-yet");
  EXPECT_STREQ(state_name(State::refuted), "false");
}

// ---- The lesson's proofs (web/lesson/practice) as lines, false distractors last.

struct Problem {
  const char* title;
  std::string goal;
  bool with_steps;
  std::vector<Line> lines;  // true; the goal is the last of them
  std::vector<Line> distractors;
  long orders;  // in which all the true lines can stand, counted by hand
};

const std::vector<Problem>& problems() {
  static const std::vector<Problem> all{
      // sum_x before sum_of_deviations before the goal, x_hat anywhere before it: 3 places.
      {"1a",
       "zero",
       false,
       {{"x_hat", "x_hat = (x - batch_mean) * saved_invstd", {}},
        {"sum_x", "sum(x) = m * batch_mean", {}},
        {"deviations", "sum(x - batch_mean) = 0", {"sum_x"}},
        {"zero", "sum(x_hat) = 0", {"x_hat", "deviations"}}},
       {{"one", "mean(x_hat) = 1", {}}, {"undivided", "sum(x) = batch_mean", {}}},
       3},
      // squares after x_hat, the two others anywhere before the goal: 4! / 2.
      {"1b",
       "mean_square",
       false,
       {{"x_hat", "x_hat = (x - batch_mean) * saved_invstd", {}},
        {"squares", "x_hat^2 = (x - batch_mean)^2 * saved_invstd^2", {"x_hat"}},
        {"variance", "mean((x - batch_mean)^2) = batch_var", {}},
        {"root", "saved_invstd^2 = 1 / (batch_var + eps)", {}},
        {"mean_square", "mean(x_hat^2) = batch_var / (batch_var + eps)", {"squares", "variance", "root"}}},
       {{"always_one", "mean(x_hat^2) = 1", {"squares"}},
        {"no_root", "saved_invstd = 1 / (batch_var + eps)", {}}},
       12},
      // y first; then two chains of two, interleaved, the goal at the end of one: the other is needed too.
      {"2",
       "dgamma",
       false,
       {{"y", "y = gamma * x_hat + beta", {}},
        {"step_beta", "(gamma * x_hat + (beta + h) - y) / h = 1", {"y"}},
        {"dbeta", "dbeta = sum(dy * 1)", {"step_beta"}},
        {"step_gamma", "((gamma + h) * x_hat + beta - y) / h = x_hat", {"y"}},
        {"dgamma", "dgamma = sum(dy * x_hat)", {"step_gamma"}}},
       {{"with_y", "dgamma = sum(dy * y)", {"y"}}, {"mean", "dbeta = mean(dy)", {"y"}}},
       6},
      // A chain: one order; the window of the average may stand anywhere: 5 places.
      {"3",
       "after_steps",
       true,
       {{"first", "running_mean_trace[1] = momentum * running_mean + (1 - momentum) * batch_mean", {}},
        {"gap", "running_mean_trace[1] - batch_mean = momentum * (running_mean - batch_mean)", {"first"}},
        {"gaps", "new_running_mean - batch_mean = momentum^steps * (running_mean - batch_mean)", {"gap"}},
        {"window", "(1 - momentum) / (1 - momentum) = 1", {}},
        {"after_steps",
         "new_running_mean = momentum^steps * running_mean + (1 - momentum^steps) * batch_mean",
         {"gaps"}}},
       {{"one_step", "new_running_mean = momentum * running_mean + (1 - momentum) * batch_mean", {}},
        {"linear",
         "new_running_mean = steps * momentum * running_mean + (1 - steps * momentum) * batch_mean",
         {}}},
       5},
      // mean, deviations, then variance and x_hat, then y: one chain.
      {"5",
       "y",
       false,
       {{"mean", "batch_mean = w * mean(u) + b", {}},
        {"deviations", "x - batch_mean = w * (u - mean(u))", {"mean"}},
        {"variance", "batch_var = w^2 * mean((u - mean(u))^2)", {"deviations"}},
        {"x_hat",
         "x_hat = w * (u - mean(u)) / sqrt(w^2 * mean((u - mean(u))^2) + eps)",
         {"deviations", "variance"}},
        {"y", "y = gamma * w * (u - mean(u)) / sqrt(w^2 * mean((u - mean(u))^2) + eps) + beta", {"x_hat"}}},
       {{"mean_without_b", "batch_mean = w * mean(u)", {}},
        {"absorbed", "y = gamma * x_hat + beta + b", {}},
        {"frozen", "sum(dx_frozen) = 0", {}}},
       1},
      // The gradient of the bias: two of the three paths cancel, the third adds up to 0.
      {"5, gradient",
       "db",
       false,
       {{"zero", "sum(x_hat) = 0", {}},
        {"dx", "dx = gamma * saved_invstd * (dy - mean(dy) - x_hat * mean(dy * x_hat))", {}},
        {"dy", "sum(dy - mean(dy)) = 0", {}},
        {"db", "sum(dx) = 0", {"zero", "dx", "dy"}}},
       {{"all_zero", "dx = 0", {}}, {"db_is_dbeta", "sum(dx) = dbeta", {"dx"}}},
       6},
  };
  return all;
}

std::vector<Line> offered(const Problem& problem) {
  std::vector<Line> lines = problem.lines;
  lines.insert(lines.end(), problem.distractors.begin(), problem.distractors.end());
  return lines;
}

ProofJudgement judge(const Problem& problem, const Ids& order) {
  return judge_proof(offered(problem), order, problem.goal, all_names(problem.with_steps));
}

/// Each line's needs that do not stand above it.
std::vector<Ids> missing_of(const Problem& problem, const Ids& order) {
  std::vector<Ids> missing;
  std::set<std::string> above;
  for (const std::string& id : order) {
    missing.emplace_back();
    for (const Line& line : problem.lines) {
      if (line.id != id) continue;
      for (const std::string& need : line.needs) {
        if (above.count(need) == 0) missing.back().push_back(need);
      }
    }
    above.insert(id);
  }
  return missing;
}

TEST(Proof, EveryValidOrderIsAcceptedAndNoOther) {
  for (const Problem& problem : problems()) {
    SCOPED_TRACE(problem.title);
    Ids order;
    for (const Line& line : problem.lines) order.push_back(line.id);
    std::sort(order.begin(), order.end());
    long accepted = 0;
    do {
      const ProofJudgement judgement = judge(problem, order);
      const std::vector<Ids> missing = missing_of(problem, order);
      ASSERT_EQ(judgement.lines.size(), order.size());
      bool valid = true;
      for (std::size_t k = 0; k < order.size(); ++k) {
        ASSERT_EQ(judgement.lines[k].id, order[k]);
        ASSERT_EQ(judgement.lines[k].missing, missing[k]);
        ASSERT_EQ(judgement.lines[k].state, missing[k].empty() ? State::follows : State::not_yet) << order[k];
        ASSERT_FALSE(judgement.lines[k].refutation.has_value());
        valid = valid && missing[k].empty();
      }
      ASSERT_EQ(judgement.complete, valid);
      accepted += valid;
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_EQ(accepted, problem.orders);
  }
}

TEST(Proof, IsCompleteWithTheGoalOnly) {
  for (const Problem& problem : problems()) {
    SCOPED_TRACE(problem.title);
    Ids order;
    for (const Line& line : problem.lines) {
      EXPECT_FALSE(judge(problem, order).complete);
      order.push_back(line.id);
    }
    EXPECT_TRUE(judge(problem, order).complete);
    EXPECT_FALSE(judge(problem, {problem.goal}).complete);
  }
  EXPECT_FALSE(judge(problems()[0], {}).complete);
  // What is not needed may be left out.
  EXPECT_TRUE(judge(problems()[3], {"first", "gap", "gaps", "after_steps"}).complete);
}

TEST(Proof, FalseLinesComeWithABatch) {
  for (const Problem& problem : problems()) {
    Ids order;
    for (const Line& line : problem.lines) order.push_back(line.id);
    for (const Line& distractor : problem.distractors) {
      Ids with = order;
      with.insert(with.begin(), distractor.id);
      const ProofJudgement judgement = judge(problem, with);
      EXPECT_FALSE(judgement.complete);
      EXPECT_EQ(judgement.lines[0].state, State::refuted) << distractor.equation;
      EXPECT_TRUE(judgement.lines[0].refutation.has_value());
      EXPECT_TRUE(judgement.lines[0].missing.empty());
      for (std::size_t k = 1; k < with.size(); ++k) EXPECT_EQ(judgement.lines[k].state, State::follows);
      const std::size_t sign = distractor.equation.find(" = ");
      expect_refuted(check(distractor.equation, problem.with_steps), distractor.equation.substr(0, sign),
                     distractor.equation.substr(sign + 3));
    }
  }
}

TEST(Proof, MistakesOfTheAuthorAreRefused) {
  const auto refused = [](const std::vector<Line>& lines, const Ids& order, const std::string& goal) {
    return refusal([&] { judge_proof(lines, order, goal, {"x", "m", "batch_mean"}); });
  };
  const std::vector<Line> good{{"a", "sum(x) = m * batch_mean", {}}, {"b", "sum(x - batch_mean) = 0", {"a"}}};
  EXPECT_EQ(refused(good, {"a", "b"}, "b"), "(accepted)");
  EXPECT_EQ(refused(good, {"a", "c"}, "b"), "lines: expected ids of lines, got “c”, which no line has");
  EXPECT_EQ(refused(good, {"a", "a"}, "b"), "lines: expected each once, got “a”, which is placed twice");
  EXPECT_EQ(refused(good, {"a"}, "goal"), "lines: expected ids of lines, got “goal”, which no line has");
  EXPECT_EQ(refused({{"a", "x = x", {}}, {"a", "x = x", {}}}, {}, "a"),
            "lines: expected an id for each, got “a”, which two have");
  EXPECT_EQ(refused({{"a", "x = x", {"z"}}}, {}, "a"),
            "lines: expected ids of lines, got “z”, which no line has");
  EXPECT_EQ(refused({{"a", "x = x", {"a"}}}, {}, "a"),
            "lines: expected needs that end, got “a”, which needs itself");
  EXPECT_EQ(refused({{"a", "x = x", {"b"}}, {"b", "x = x", {"c"}}, {"c", "x = x", {"a"}}}, {}, "a"),
            "lines: expected needs that end, got “a”, which needs itself");
  EXPECT_NE(refused({{"a", "x + ", {}}}, {"a"}, "a")
                .find("lines: expected equations, got “a”, which cannot be read"),
            std::string::npos);
  // Two ways to the same line are no cycle.
  EXPECT_EQ(
      refused({{"a", "x = x", {"b", "c"}}, {"b", "x = x", {"d"}}, {"c", "x = x", {"d"}}, {"d", "x = x", {}}},
              {}, "a"),
      "(accepted)");
}

// ---- Lines of the learner's own.

TEST(FreeLine, LinksThroughASideOfALineAbove) {
  const Ids above{"sum(x_hat) = sum(x - batch_mean) * saved_invstd",
                  "mean(x_hat^2) = batch_var * saved_invstd^2"};
  struct {
    const char* typed;
    Verdict verdict;
    bool links;
  } const table[] = {
      // The same tree, on either side.
      {"sum(x_hat) = 0", Verdict::holds, true},
      {"batch_var / (batch_var + eps) = mean(x_hat^2)", Verdict::holds, true},
      // The same value on every batch.
      {"sum(x_hat^2) / m = 1 - eps * saved_invstd^2", Verdict::holds, true},
      // True, but about something else.
      {"dbeta = sum(dy)", Verdict::holds, false},
      {"0 = 0", Verdict::holds, false},
      // Always 0, as a side above is, but written differently.
      {"sum(dx) = 0", Verdict::holds, false},
      {"mean(x_hat^2) = 1", Verdict::fails, false},
      {"mean(x_hat^2", Verdict::unreadable, false},
      {"", Verdict::empty, false},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.typed);
    const auto judgement = judge_free_line(row.typed, above, all_names());
    EXPECT_EQ(judgement.equation.verdict, row.verdict);
    EXPECT_EQ(judgement.links, row.links);
    if (row.verdict == Verdict::holds) {
      EXPECT_EQ(judgement.message, row.links ? "" : "true, but nothing above leads to it yet");
    }
    EXPECT_EQ(judgement.equation.refutation.has_value(), row.verdict == Verdict::fails);
  }
}

TEST(FreeLine, NumbersLinkNothing) {
  EXPECT_FALSE(judge_free_line("sum(dx) = 0", {"sum(x_hat) = 0"}, all_names()).links);
  EXPECT_TRUE(judge_free_line("sum(x_hat) = sum(x_hat) * gamma", {"sum(x_hat) = 0"}, all_names()).links);
}

TEST(FreeLine, TheFirstNeedsNothingAbove) {
  const auto first = judge_free_line("sum(x) = m * batch_mean", {}, all_names());
  EXPECT_EQ(first.equation.verdict, Verdict::holds);
  EXPECT_TRUE(first.links);
  EXPECT_FALSE(judge_free_line("sum(x) = batch_mean", {}, all_names()).links);
}

TEST(FreeLine, FalseLinesAboveLeadNowhere) {
  EXPECT_FALSE(
      judge_free_line("dgamma = sum(dy * x_hat)", {"dgamma = sum(dy * y)", "dgamma ="}, all_names()).links);
  EXPECT_TRUE(judge_free_line("dgamma = sum(dy * x_hat)",
                              {"dgamma = sum(dy * y)", "dgamma = m * mean(x_hat * dy)"}, all_names())
                  .links);
}

}  // namespace
