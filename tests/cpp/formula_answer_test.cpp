// Judging formulas: which forms are right, which mistake is named, and whether counterexamples are real.

#include "answers/formula_answer.h"

#include <algorithm>
#include <set>

#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using answers::battery;
using answers::Counterexample;
using answers::Derivation;
using answers::Formula;
using answers::FormulaJudgement;
using answers::Quantities;
using answers::Value;
using answers::Verdict;

/// All quantities of a batch but the one that is asked for; steps only where the question is about many.
std::vector<std::string> names_for(const std::string& answer, bool with_steps = false) {
  std::vector<std::string> names;
  for (const auto& [name, value] : battery().front()) {
    if (name != answer && (name != "steps" || with_steps)) names.push_back(name);
  }
  return names;
}

FormulaJudgement judge(const std::string& answer, const std::string& typed, bool with_steps = false) {
  return judge_formula(typed, Formula(answer), names_for(answer, with_steps));
}

double value(const Quantities& batch, const char* name) {
  return batch.at(name).values[0];
}

struct Row {
  const char* answer;
  const char* typed;
};

// ---- Right, in whatever form.

const Row right[] = {
    // dx: three paths, compact, 1/m pulled out, roots, centred, as a projection, through y, written from x.
    {"dx", "dx_direct + dx_through_var + dx_through_mean"},
    {"dx", "gamma * saved_invstd * (dy - mean(dy) - x_hat * mean(dy * x_hat))"},
    {"dx", "gamma * saved_invstd / m * (m * dy - sum(dy) - x_hat * sum(dy * x_hat))"},
    {"dx", "gamma / (m * sqrt(batch_var + eps)) * (m * dy - dbeta - x_hat * dgamma)"},
    {"dx", "saved_invstd * (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat))"},
    {"dx", "gamma / sqrt(batch_var + eps) * ((dy - mean(dy)) - x_hat * mean((dy - mean(dy)) * x_hat))"},
    {"dx", "dx_hat * saved_invstd + dvar * 2 * (x - batch_mean) / m + dmean / m"},
    {"dx",
     "gamma * saved_invstd * (dy - mean(dy) - (x - mean(x)) * mean(dy * (x - mean(x))) * saved_invstd^2)"},
    {"dx", "gamma * saved_invstd * (dy - mean(dy)) - gamma * saved_invstd * x_hat * dgamma / m"},
    {"dx",
     "gamma * ((dy - mean(dy)) * (batch_var + eps) - (x - batch_mean) * mean(dy * (x - batch_mean))) / "
     "(batch_var + eps)^1.5"},
    {"dx", "gamma / sqrt(mean(x^2) - mean(x)^2 + eps) * (dy - mean(dy) - x_hat * mean(dy * x_hat))"},
    {"dx", "saved_invstd * (gamma * dy - gamma * dbeta / m - (y - beta) * dgamma / m)"},
    {"dx", "(m*dy - sum(dy) - x_hat*sum(dy*x_hat)) / m * sqrt(1 / (batch_var + eps)) * gamma"},
    // Statistics.
    {"batch_mean", "sum(x) / m"},
    {"batch_mean", "sum(x) / count(x)"},
    {"batch_mean", "mean(x - 7) + 7"},
    {"batch_var", "mean((x - mean(x))^2)"},
    {"batch_var", "mean(x^2) - mean(x)^2"},
    {"batch_var", "sum(x * (x - batch_mean)) / m"},
    {"batch_var", "w^2 * mean((u - mean(u))^2)"},
    {"saved_invstd", "(batch_var + eps)^(-1/2)"},
    {"saved_invstd", "1 / sqrt(mean(x^2) - mean(x)^2 + eps)"},
    {"x_hat", "(x - mean(x)) / sqrt(mean((x - mean(x))^2) + eps)"},
    {"x_hat", "x * saved_invstd - batch_mean / sqrt(batch_var + eps)"},
    {"x_hat", "(y - beta) / gamma"},
    {"x_hat", "(x - batch_mean) / (batch_var + eps) * sqrt(batch_var + eps)"},
    {"y", "beta + x_hat * gamma"},
    {"y", "gamma * saved_invstd * x + (beta - gamma * saved_invstd * batch_mean)"},
    {"mean(x_hat^2)", "batch_var / (batch_var + eps)"},
    {"mean(x_hat^2)", "1 - eps / (batch_var + eps)"},
    {"mean(x_hat^2)", "1 - eps * saved_invstd^2"},
    {"sum(x_hat)", "0"},
    // Gradients.
    {"dgamma", "sum(dy * x_hat)"},
    {"dgamma", "m * mean(x_hat * dy)"},
    {"dgamma", "saved_invstd * sum(dy * (x - batch_mean))"},
    {"dgamma", "(sum(dy * x) - batch_mean * sum(dy)) / sqrt(batch_var + eps)"},
    {"dgamma", "sum(dy * (y - beta)) / gamma"},
    {"dbeta", "sum(dy)"},
    {"dbeta", "m * mean(dy)"},
    {"db", "0"},
    {"db", "sum(dx)"},
    {"dvar", "-1/2 * gamma * sum(dy * (x - batch_mean)) / (batch_var + eps)^(3/2)"},
    {"dvar", "-gamma / 2 * dgamma / (batch_var + eps)"},
    {"dmean", "-gamma * saved_invstd * sum(dy)"},
    {"dmean", "-gamma * dbeta / sqrt(batch_var + eps)"},
    // Inference.
    {"new_running_mean", "momentum * running_mean + (1 - momentum) * batch_mean"},
    {"new_running_mean", "running_mean + (1 - momentum) * (batch_mean - running_mean)"},
    {"new_running_mean", "batch_mean - momentum * (batch_mean - running_mean)"},
    {"new_running_var", "momentum * running_var + (1 - momentum) * mean((x - batch_mean)^2)"},
    {"y_inference", "gamma * (x - running_mean) / sqrt(running_var + eps) + beta"},
    {"y_inference", "folded_weight * u + folded_bias"},
    {"folded_weight", "w * gamma * (running_var + eps)^(-0.5)"},
    {"folded_bias", "beta + (b - running_mean) * folded_weight / w"},
    {"dx_frozen", "gamma / sqrt(running_var + eps) * dy"},
    {"1 / (1 - momentum)", "1 + momentum / (1 - momentum)"},
    {"4 * neurons / (2 * inputs * neurons)", "2 / inputs"},
};

/// The mistakes that were named, in alphabetical order.
std::string ids(const FormulaJudgement& judgement) {
  std::vector<std::string> all;
  for (const answers::Mistake& each : judgement.mistakes) all.push_back(each.id);
  std::sort(all.begin(), all.end());
  std::string text;
  for (const std::string& id : all) text += (text.empty() ? "" : " ") + id;
  return text;
}

TEST(FormulaAnswer, AnyFormOfTheRightFormulaIsRight) {
  for (const Row& row : right) {
    const FormulaJudgement judgement = judge(row.answer, row.typed);
    EXPECT_EQ(judgement.verdict, Verdict::right)
        << row.answer << " = " << row.typed << ": " << judgement.message << judgement.difference;
    EXPECT_TRUE(judgement.tree.has_value());
    EXPECT_EQ(ids(judgement), "");
    EXPECT_EQ(judgement.message + judgement.difference, "");
    EXPECT_FALSE(judgement.counterexample.has_value());
  }
  EXPECT_EQ(
      judge("new_running_mean", "momentum^steps * (running_mean - batch_mean) + batch_mean", true).verdict,
      Verdict::right);
}

// ---- Wrong, with a name.

struct NamedRow {
  const char* answer;
  const char* typed;
  const char* mistake;  // "": none is known
};

const NamedRow wrong[] = {
    {"dx", "gamma * saved_invstd * dy", "statistics-detached"},
    {"dx", "gamma * dy / sqrt(batch_var + eps)", "statistics-detached"},
    {"dx", "gamma * saved_invstd * (dy - mean(dy))", "variance-detached"},
    {"dx", "gamma * saved_invstd * (dy - x_hat * mean(dy * x_hat))", "mean-detached"},
    {"dx", "gamma * saved_invstd * (dy - sum(dy) - x_hat * sum(dy * x_hat))", "m-forgotten-in-gradient"},
    {"dx", "gamma * saved_invstd * (dy - mean(dy) - x_hat * sum(dy * x_hat) / (m - 1))",
     "m-minus-1-in-gradient"},
    {"dx", "gamma * saved_invstd * (dy + mean(dy) - x_hat * mean(dy * x_hat))", "sign-of-dmean"},
    {"dx", "gamma * saved_invstd * (dy - mean(dy) + x_hat * mean(dy * x_hat))", "sign-of-dvar"},
    {"dx", "gamma * saved_invstd * (dy - mean(dy) - 2 * x_hat * mean(dy * x_hat))", "half-forgotten"},
    {"dx", "saved_invstd * (dy - mean(dy) - x_hat * mean(dy * x_hat))", "gamma-forgotten"},
    {"dx", "gamma * saved_invstd * (dy - mean(dy) - x * mean(dy * x))", "x-for-x-hat"},
    {"dx", "gamma * dy / sqrt(running_var + eps)", "frozen-in-training"},
    {"dx", "saved_invstd * (gamma * dy - mean(dy) - x_hat * mean(dy * x_hat))", "dy-for-dx-hat"},
    {"batch_var", "sum((x - batch_mean)^2) / (m - 1)", "unbiased-variance"},
    {"batch_var", "sum((x - mean(x))^2)", "variance-not-averaged"},
    {"batch_var", "mean(abs(x - batch_mean))", "absolute-deviation"},
    {"batch_var", "sqrt(mean((x - batch_mean)^2))", "deviation-for-variance"},
    {"batch_var", "mean(x^2)", "mean-square-for-variance"},
    {"batch_mean", "sum(x)", "mean-not-averaged"},
    {"x_hat", "(x - batch_mean) / (batch_var + eps)", "variance-for-deviation"},
    {"x_hat", "(x - batch_mean) / (sqrt(batch_var) + eps)", "eps-outside-root"},
    {"x_hat", "(x - batch_mean) / sqrt(batch_var)", "eps-forgotten"},
    {"x_hat", "(x - min(x)) / (max(x) - min(x))", "min-max"},
    {"x_hat", "x / sqrt(batch_var + eps)", "mean-not-subtracted"},
    {"x_hat", "x - mean(x)", "not-divided"},
    {"x_hat", "(mean(x) - x) * saved_invstd", "deviation-reversed"},
    {"x_hat", "(x - running_mean) / sqrt(running_var + eps)", "running-in-training"},
    {"mean(x_hat^2)", "1", "eps-forgotten"},
    {"y", "x_hat + beta", "gamma-forgotten"},
    {"y", "gamma * x_hat", "beta-forgotten"},
    {"y", "gamma * (x_hat + beta)", "beta-before-scaling"},
    {"y", "beta * x_hat + gamma", "gamma-beta-exchanged"},
    {"y", "gamma * x + beta", "x-for-x-hat"},
    {"dgamma", "sum(dy * x)", "x-for-x-hat"},
    {"dgamma", "mean(dy * x_hat)", "mean-for-sum"},
    {"dgamma", "sum(dy)", "dgamma-dbeta-exchanged"},
    {"dgamma", "gamma * sum(dy * x_hat)", "gamma-in-dgamma"},
    {"dgamma", "sum(dy * y)", "output-for-x-hat"},
    {"dbeta", "sum(dy) / m", "mean-for-sum"},
    {"db", "gamma * saved_invstd * sum(dy)", "bias-gradient-not-zero"},
    {"db", "sum(dy)", "bias-gradient-of-output"},
    {"dvar", "1/2 * gamma * sum(dy * (x - batch_mean)) * saved_invstd^3", "sign-of-dvar"},
    {"dvar", "-1/2 * gamma * sum(dy * (x - batch_mean)) * saved_invstd^2", "power-of-root"},
    {"new_running_mean", "(1 - momentum) * running_mean + momentum * batch_mean", "momentum-swapped"},
    {"new_running_mean", "batch_mean", "batch-replaces-running"},
    {"new_running_mean", "(1 - momentum) * batch_mean", "start-ignored"},
    {"new_running_var", "running_var * (1 - momentum) + batch_var * momentum", "momentum-swapped"},
    {"new_running_var", "momentum * running_var + (1 - momentum) * batch_var * m / (m - 1)",
     "unbiased-running-variance"},
    {"y_inference", "y", "batch-in-inference"},
    {"folded_weight", "gamma * w / (running_var + eps)", "running-variance-for-deviation"},
    {"folded_weight", "w / sqrt(running_var + eps)", "gamma-forgotten"},
    {"folded_bias", "gamma * b / sqrt(running_var + eps) + beta", "running-mean-not-subtracted"},
    {"folded_bias", "b - gamma * running_mean / sqrt(running_var + eps) + beta", "bias-not-scaled"},
    {"folded_bias", "beta - gamma * running_mean / sqrt(running_var + eps)", "bias-dropped"},
    {"dx_frozen", "gamma * dy * saved_invstd", "batch-invstd-in-frozen"},
    // Two at once.
    {"y", "gamma * (x - batch_mean) / sqrt(batch_var)", "beta-forgotten eps-forgotten"},
    {"y", "x * saved_invstd + beta", "gamma-forgotten mean-not-subtracted"},
    {"dx", "dy * saved_invstd", "gamma-forgotten statistics-detached"},
    {"new_running_var", "momentum * batch_var", "momentum-swapped start-ignored"},
    // Two at once, in one line.
    {"dgamma", "mean(dy * y)", "mean-for-sum output-for-x-hat"},
    {"dgamma", "mean(dy * x)", "mean-for-sum x-for-x-hat"},
    {"dgamma", "gamma * mean(dy * x_hat)", "gamma-in-dgamma mean-for-sum"},
    {"dgamma", "gamma * sum(dy * x)", "gamma-in-dgamma x-for-x-hat"},
    {"dgamma", "mean(dy)", "dgamma-dbeta-exchanged mean-for-sum"},
    {"dbeta", "mean(dy * x_hat)", "dgamma-dbeta-exchanged mean-for-sum"},
    {"batch_var", "sum(x^2) / (m - 1)", "mean-square-for-variance unbiased-variance"},
    {"batch_var", "sum(abs(x - batch_mean))", "absolute-deviation variance-not-averaged"},
    {"x_hat", "(x - batch_mean) / batch_var", "eps-forgotten variance-for-deviation"},
    {"y", "gamma * (x - batch_mean) / batch_var + beta", "eps-forgotten variance-for-deviation"},
    {"y", "gamma * (x + beta)", "beta-before-scaling x-for-x-hat"},
    {"y", "beta * x + gamma", "gamma-beta-exchanged x-for-x-hat"},
    {"dx", "gamma / sqrt(batch_var) * (dy - sum(dy) - x_hat * sum(dy * x_hat))",
     "eps-forgotten m-forgotten-in-gradient"},
    {"dvar", "1/2 * gamma * sum(dy * (x - batch_mean)) * saved_invstd^2", "power-of-root sign-of-dvar"},
    {"new_running_var_unbiased", "(1 - momentum) * batch_var", "biased-running-variance start-ignored"},
    // Three.
    {"dgamma", "gamma * mean(dy * x)", ""},
    {"y_inference", "gamma * x / sqrt(running_var)", ""},
    // Nobody's known mistake.
    {"dx", "x", ""},
    {"y", "gamma * x_hat + beta + dy", ""},
    {"dgamma", "sum(dy * x_hat) + 1/8", ""},
    {"dgamma", "mean(dy * y) + 1/8", ""},
    {"dgamma", "max(dy * y)", ""},
    {"batch_var", "max(x) - min(x)", ""},
};

TEST(FormulaAnswer, WrongFormulasAreNamed) {
  for (const NamedRow& row : wrong) {
    const FormulaJudgement judgement = judge(row.answer, row.typed);
    SCOPED_TRACE(std::string(row.answer) + " = " + row.typed);
    ASSERT_EQ(judgement.verdict, Verdict::wrong) << judgement.message;
    EXPECT_EQ(ids(judgement), row.mistake);
    EXPECT_NE(judgement.message, "");
  }
  const FormulaJudgement one_step =
      judge("new_running_mean", "momentum * running_mean + (1 - momentum) * batch_mean", true);
  ASSERT_EQ(one_step.verdict, Verdict::wrong);
  EXPECT_EQ(ids(one_step), "one-step-only");
  EXPECT_GT(value(one_step.counterexample->givens, "steps"), 1);
}

// ---- Counterexamples.

/// A value by the lesson's definitions, not by the operator.
std::optional<Value> derived(const Quantities& givens, const std::string& formula) {
  try {
    return Derivation(givens).evaluate(Formula(formula));
  } catch (const answers::ReadError&) {
    return std::nullopt;
  }
}

double at(const Value& value, std::size_t k) {
  return value.values.size() == 1 ? value.without_rounding(0) : value.without_rounding(k);
}

bool differ_visibly(const Value& a, const Value& b) {
  for (std::size_t k = 0; k < std::max(a.values.size(), b.values.size()); ++k) {
    if (std::abs(at(a, k) - at(b, k)) > 1e-3 * std::max({1.0, std::abs(at(a, k)), std::abs(at(b, k))}))
      return true;
  }
  return false;
}

void expect_same(const Value& got, const Value& expected) {
  ASSERT_EQ(got.values.size(), expected.values.size());
  for (std::size_t k = 0; k < got.values.size(); ++k)
    EXPECT_NEAR(got.values[k], expected.values[k], 1e-9 * std::max(1.0, std::abs(expected.values[k])));
}

TEST(FormulaAnswer, CounterexamplesAreRealSmallAndLocallyMinimal) {
  for (const NamedRow& row : wrong) {
    SCOPED_TRACE(std::string(row.answer) + " = " + row.typed);
    const FormulaJudgement judgement = judge(row.answer, row.typed);
    ASSERT_TRUE(judgement.counterexample.has_value());
    const Counterexample& example = *judgement.counterexample;
    ASSERT_TRUE(example.left.has_value());
    EXPECT_EQ(example.why_no_value, "");
    EXPECT_TRUE(differ_visibly(*example.left, example.right));

    expect_same(*example.left, *derived(example.givens, row.typed));
    expect_same(example.right, *derived(example.givens, row.answer));

    for (const auto& [name, given] : example.givens) {
      EXPECT_LE(given.values.size(), 3u) << name;
      for (const double each : given.values) {
        EXPECT_LE(std::abs(each), 4) << name;
        EXPECT_EQ(each * 4, std::round(each * 4)) << name;  // whole, or a simple fraction
      }
    }
    const auto fails = [&](const Quantities& givens) {
      const auto batch = quantities_around(givens);
      if (!batch) return false;
      try {
        const Value truth = evaluate(Formula(row.answer).tree, *batch);
        const Value typed = evaluate(Formula(row.typed).tree, *batch);
        return differ_visibly(typed, truth);
      } catch (const answers::ReadError&) {
        return false;
      }
    };
    EXPECT_TRUE(fails(example.givens));
    Quantities givens = example.givens;
    EXPECT_FALSE(simplify(givens, fails));
  }
}

TEST(FormulaAnswer, GivensAreThoseThatMatter) {
  const auto givens = [](const char* answer, const char* typed) {
    std::string names;
    const FormulaJudgement judgement = judge(answer, typed);
    for (const auto& given : judgement.counterexample->givens) names += given.first + " ";
    return names;
  };
  EXPECT_EQ(givens("dbeta", "mean(dy)"), "dy ");
  EXPECT_EQ(givens("batch_mean", "sum(x)"), "x ");
  EXPECT_EQ(givens("x_hat", "x * saved_invstd"), "eps x ");
  EXPECT_EQ(givens("x_hat", "u"), "b eps u w ");
  EXPECT_EQ(givens("folded_weight", "w"), "eps gamma running_var w ");
  EXPECT_EQ(givens("new_running_mean", "batch_mean"), "momentum running_mean x ");
}

TEST(FormulaAnswer, TheDifferenceIsMadeToShow) {
  // A 4000th of the range shows in 3 decimals only where the range is at least 4.
  const FormulaJudgement judgement = judge("batch_mean", "mean(x) + (max(x) - min(x)) / 4000");
  ASSERT_EQ(judgement.verdict, Verdict::wrong);
  EXPECT_TRUE(differ_visibly(*judgement.counterexample->left, judgement.counterexample->right));
  // A difference that never shows still has its batch.
  const FormulaJudgement hidden = judge("batch_mean", "mean(x) * 1.000001");
  ASSERT_EQ(hidden.verdict, Verdict::wrong);
  EXPECT_NE(hidden.counterexample->left->values[0], hidden.counterexample->right.values[0]);
}

TEST(FormulaAnswer, SimplifyingTakesEveryStepThatIsAccepted) {
  Quantities givens{{"x", {{3, 7.5, -2}, true}}, {"dy", {{1, 2, 5}, true}}, {"gamma", {{0.3}}}};
  while (simplify(givens, [](const Quantities&) { return true; })) {
  }
  EXPECT_EQ(givens.at("x").values, (std::vector<double>{0, 0}));
  EXPECT_EQ(givens.at("dy").values, (std::vector<double>{0, 0}));
  EXPECT_EQ(givens.at("gamma").values, std::vector<double>{1});
  EXPECT_FALSE(simplify(givens, [](const Quantities&) { return true; }));

  givens = {{"x", {{3, 7.5, -2}, true}}, {"eps", {{0.3}}}};
  const Quantities before = givens;
  EXPECT_FALSE(simplify(givens, [](const Quantities&) { return false; }));
  EXPECT_EQ(givens.at("x").values, before.at("x").values);
  EXPECT_EQ(givens.at("eps").values, before.at("eps").values);
  // Equal values go together.
  givens = {{"x", {{3, 3}, true}}};
  simplify(givens,
           [](const Quantities& simpler) { return simpler.at("x").values[0] == simpler.at("x").values[1]; });
  EXPECT_EQ(givens.at("x").values, (std::vector<double>{0, 0}));
  // The sum is kept, so examples go only where they are 0.
  givens = {{"x", {{0, 5, 0}, true}}};
  simplify(givens, [](const Quantities& simpler) {
    double sum = 0;
    for (const double each : simpler.at("x").values) sum += each;
    return sum == 5;
  });
  EXPECT_EQ(givens.at("x").values, (std::vector<double>{0, 5}));
}

// ---- Formulas that are right only in special cases.

TEST(FormulaAnswer, FormulasThatAreRightInSpecialCasesOnlyAreFound) {
  struct {
    const char* answer;
    const char* typed;
    const char* given;  // its special value
    double special;
  } const table[] = {
      {"y", "gamma * x_hat", "beta", 0},
      {"y", "gamma * (x_hat + beta) - beta * (gamma - 1) * 2", "beta", 0},
      {"y", "x_hat + beta", "gamma", 1},
      {"y", "abs(gamma) * x_hat + beta", "gamma", 1},
      {"dx", "sqrt(gamma^2) * saved_invstd * (dy - mean(dy) - x_hat * mean(dy * x_hat))", "gamma", 1},
      {"dgamma", "sum(dy * (y - beta))", "gamma", 1},
      {"x_hat", "(x - mean(x)) / sqrt(batch_var)", "eps", 0},
      {"mean(x_hat^2)", "1", "eps", 0},
      {"sum(x_hat^2)", "m", "eps", 0},
      {"new_running_mean", "momentum * running_mean + momentum * batch_mean", "momentum", 0.5},
      {"folded_bias", "beta - gamma * running_mean / sqrt(running_var + eps)", "b", 0},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(std::string(row.answer) + " = " + row.typed);
    const FormulaJudgement judgement = judge(row.answer, row.typed);
    ASSERT_EQ(judgement.verdict, Verdict::wrong);
    EXPECT_NE(value(judgement.counterexample->givens, row.given), row.special);
  }
  // Right for m = 2 only.
  for (const Row& row : {Row{"batch_var", "(max(x) - min(x))^2 / 4"}, Row{"batch_mean", "(x[0] + x[1]) / 2"},
                         Row{"x_hat", "x_hat * m / 2"}, Row{"dbeta", "2 * mean(dy)"},
                         Row{"batch_mean", "(max(x) + min(x)) / 2"}}) {
    const FormulaJudgement judgement = judge_formula(row.typed, Formula(row.answer), names_for(""));
    ASSERT_EQ(judgement.verdict, Verdict::wrong) << row.typed;
    const Quantities& givens = judgement.counterexample->givens;
    EXPECT_EQ(givens.at(givens.count("x") != 0 ? "x" : "dy").values.size(), 3u) << row.typed;
  }
}

TEST(Battery, HasOrdinaryAndNastyBatches) {
  std::map<std::string, int> count;
  EXPECT_GE(battery().size(), 250u);
  EXPECT_LE(battery().size(), 350u);
  for (const Quantities& batch : battery()) {
    const auto& x = batch.at("x").values;
    const auto& dy = batch.at("dy").values;
    const double m = value(batch, "m"), eps = value(batch, "eps"), var = value(batch, "batch_var");
    count["m = 2"] += m == 2;
    count["m = 3"] += m == 3;
    count["m >= 4"] += m >= 4;
    count["gamma < 0"] += value(batch, "gamma") < 0;
    count["beta != 0"] += value(batch, "beta") != 0;
    count["large eps"] += eps >= 1 && eps <= 100;
    count["eps = 0"] += eps == 0;
    count["equal values"] += std::set<double>(x.begin(), x.end()).size() == 1;
    count["0 in x and dy"] += x[0] == 0 && dy[0] == 0 && var > 0;
    count["offset"] += std::abs(value(batch, "batch_mean")) > 9e5 && var < 1e5;
    count["large"] += var > 1e5;
    count["small"] += var < 1e-5 && var > 0;
    count["dy constant"] += std::set<double>(dy.begin(), dy.end()).size() == 1;
    // For m = 2 and without eps, dx is 0 whatever dy is.
    const double dx_size = column(batch.at("dx").values).abs().maxCoeff();
    const double naive_size = column(batch.at("dx_direct").values).abs().maxCoeff();
    count["dy along x_hat"] += eps > 0 && m > 2 && dx_size > 0 && dx_size < 0.2 * naive_size;
    count["many steps"] += value(batch, "steps") > 1;
    count["one step"] += value(batch, "steps") == 1;
    EXPECT_GT(eps + var, 0);
    EXPECT_NE(value(batch, "gamma"), 0);
    EXPECT_GT(value(batch, "momentum"), 0);
    EXPECT_LT(value(batch, "momentum"), 1);
    EXPECT_GE(value(batch, "h"), 0.25);
    EXPECT_LE(value(batch, "h"), 2);
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_DOUBLE_EQ(x[i], value(batch, "w") * batch.at("u").values[i] + value(batch, "b"));
    }
  }
  EXPECT_EQ(count.size(), 16u);
  for (const auto& [kind, batches] : count) EXPECT_GE(batches, 5) << kind;
}

// ---- What has no value, and what is only rounding.

TEST(FormulaAnswer, WhatHasNoValueAgreesWithNothing) {
  // No value where all x are equal, though the right formula has one there.
  struct {
    Row row;
    const char* why;
  } const table[] = {
      {{"x_hat", "x_hat * batch_var / batch_var"}, "division by 0"},
      {{"y", "gamma * (x - mean(x)) / sqrt(batch_var) * sqrt(batch_var) * saved_invstd + beta"},
       "division by 0"},
      {{"dbeta", "sum(dy) * exp(log(max(x) - min(x))) / (max(x) - min(x))"}, "logarithm"},
  };
  for (const auto& [row, why] : table) {
    SCOPED_TRACE(row.typed);
    const FormulaJudgement judgement = judge_formula(row.typed, Formula(row.answer), names_for(""));
    ASSERT_EQ(judgement.verdict, Verdict::wrong);
    EXPECT_NE(judgement.message.find("on this batch your formula has no value: "), std::string::npos);
    EXPECT_NE(judgement.message.find(why), std::string::npos) << judgement.message;
    EXPECT_EQ(ids(judgement), "");
    ASSERT_FALSE(judgement.counterexample->left.has_value());
    const auto& x = judgement.counterexample->givens.at("x").values;
    EXPECT_EQ(x, (std::vector<double>{0, 0}));
  }
  // On no batch at all.
  for (const char* typed : {"1 / 0", "dy / (x - x)", "log(-1)", "sqrt(-1 - x^2)", "0 / 0", "0 * x / 0"}) {
    const FormulaJudgement judgement = judge("dx", typed);
    EXPECT_EQ(judgement.verdict, Verdict::unreadable) << typed;
    EXPECT_NE(judgement.message, "");
    EXPECT_LT(judgement.range.begin, judgement.range.end);
  }
}

TEST(FormulaAnswer, RoundingIsNoFreeTicket) {
  for (const char* typed : {"1e20 - 1e20 + x", "x + 1e300 - 1e300", "(x + 1e18) - 1e18"}) {
    const FormulaJudgement judgement = judge("dx", typed);
    EXPECT_NE(judgement.verdict, Verdict::right) << typed;
  }
  // Small, but no rounding.
  EXPECT_EQ(judge("dx", "dx_direct + dx_through_var + dx_through_mean + 1e-12").verdict, Verdict::wrong);
  EXPECT_EQ(judge("batch_mean", "mean(x) * 1.0000001").verdict, Verdict::wrong);
  // Rounding that is honest.
  EXPECT_EQ(judge("dx", "dx_direct + dx_through_var + dx_through_mean + 0.1 + 0.2 - 0.3").verdict,
            Verdict::right);
}

TEST(FormulaAnswer, WhatRoundingAteFarFromZeroIsNoFault) {
  // Expanded, the fourth power of the deviations is lost beside x^4 = 1e24, and with it the divisor.
  EXPECT_EQ(judge("1 / (mean((x - batch_mean)^4) + eps + 1)",
                  "1 / (mean(x^4) - 4 * mean(x) * mean(x^3) + 6 * mean(x)^2 * mean(x^2) - 3 * mean(x)^4 + "
                  "eps + 1)")
                .verdict,
            Verdict::right);
}

TEST(FormulaAnswer, AgreementIsWithinRoundingOfTheScales) {
  using answers::Agreement;
  const auto agreement = [](const Value& a, const Value& b) { return answers::agreement(a, b); };
  EXPECT_EQ(agreement({{1}}, {{1 + 1e-12}}), Agreement::equal);
  EXPECT_EQ(agreement({{1}}, {{1 + 1e-6}}), Agreement::different);
  EXPECT_EQ(agreement({{1e-17}, false, {1}}, {{0}}), Agreement::equal);
  EXPECT_EQ(agreement({{1e-17}}, {{0}}), Agreement::different);
  EXPECT_EQ(agreement({{0}, false, {1e20}}, {{1}}), Agreement::undecided);
  EXPECT_EQ(agreement({{2, 2}, true}, {{2}}), Agreement::equal);
  EXPECT_EQ(agreement({{2, 3}, true}, {{2}}), Agreement::different);
  EXPECT_EQ(agreement({{2, 2}, true}, {{2, 2, 2}, true}), Agreement::different);
  EXPECT_EQ(agreement({{not_a_number}}, {{not_a_number}}), Agreement::different);
  EXPECT_EQ(agreement({{infinity}}, {{infinity}}), Agreement::different);
}

// ---- Verdicts without a judgement.

TEST(FormulaAnswer, NothingTypedIsEmpty) {
  for (const char* typed : {"", "  ", "\n"}) {
    const FormulaJudgement judgement = judge("dx", typed);
    EXPECT_EQ(judgement.verdict, Verdict::empty);
    EXPECT_EQ(judgement.message, "");
    EXPECT_FALSE(judgement.tree.has_value());
  }
}

TEST(FormulaAnswer, NamesThatFollowFromThoseOfferedMayBeUsed) {
  const std::vector<std::string> names{"x",         "gamma", "beta", "eps",   "batch_mean",
                                       "batch_var", "dy",    "m",    "x_hat", "saved_invstd"};
  const auto says = [&](const char* typed, const char* answer) {
    return judge_formula(typed, Formula(answer), names);
  };
  EXPECT_EQ(says("sum(dy*(y - beta))/gamma", "dgamma").verdict, Verdict::right);
  EXPECT_EQ(says("dx_hat*saved_invstd + dvar*2*(x - mu)/m + dmean/m", "dx").verdict, Verdict::right);
  EXPECT_EQ(says("sum(dy*y)", "dgamma").verdict, Verdict::wrong);
  EXPECT_EQ(says("dgamma", "dgamma").verdict, Verdict::unreadable);
  EXPECT_NE(says("dgamma", "dgamma").message.find("is what is asked for"), std::string::npos);
  EXPECT_EQ(says("running_mean", "dgamma").verdict, Verdict::unreadable);
}

TEST(FormulaAnswer, ASumReachesAsFarAsWasMeant) {
  const std::vector<std::string> names{"x", "gamma", "eps", "batch_mean", "batch_var", "dy", "m", "x_hat"};
  const auto says = [&](const char* typed, const char* answer) {
    return judge_formula(typed, Formula(answer), names);
  };
  for (const char* typed :
       {"Σ_i (∂L/∂y_i) x̂_i", "Σ (dy_i)(x̂_i)", "Σ_i (x_i − μ) dy_i /√(σ²+ε)", "Σ (x−μ)·dy/√(σ²+ε)",
        "\\sum_{i=1}^m \\frac{x_i-\\mu_B}{\\sqrt{\\sigma_B^2+\\epsilon}} \\cdot \\frac{\\partial "
        "L}{\\partial y_i}"})
    EXPECT_EQ(says(typed, "dgamma").verdict, Verdict::right) << typed;
  for (const char* typed :
       {"γ/√(σ²+ε)·(dy_i − (1/m)Σ_j dy_j − x̂_i (1/m) Σ_j (dy_j) x̂_j)",
        "γ/√(σ²+ε)·(dy_i − Σdy/m − (x_i−μ)/(m(σ²+ε)) Σ (x_j−μ) dy_j)",
        // The brackets alone are summed.
        "γ/√(σ²+ε)·(dy − Σ(dy)/m − Σ(dy·x̂)·x̂/m)", "γ/√(σ²+ε)·(dy − Σ_j (dy_j)/m − Σ_j (dy_j x̂_j) x̂_i/m)"})
    EXPECT_EQ(says(typed, "dx").verdict, Verdict::right) << typed;
  EXPECT_EQ(says("Σ (dy_i)(x_i)", "dgamma").verdict, Verdict::wrong);
  // A list either way, and neither is right.
  const auto both = says("γ·(dy − Σ(dy)·x̂/m)", "dx");
  EXPECT_EQ(both.verdict, Verdict::unreadable);
  EXPECT_EQ(both.readings, (std::vector<std::string>{"Σ((dy)·x̂/m)", "(Σ(dy))·x̂/m"}));
}

TEST(FormulaAnswer, LinksOfAChainMustBeEqual) {
  const std::vector<std::string> names{"dy", "x_hat", "m"};
  const auto says = [&](const char* typed) { return judge_formula(typed, Formula("dgamma"), names); };
  EXPECT_EQ(says("dgamma = Σ dy·x̂ = m mean(dy x̂)").verdict, Verdict::right);
  EXPECT_EQ(says("sum(dy) = sum(dy*x_hat)").verdict, Verdict::unreadable);
  EXPECT_EQ(says("Σ dy = m mean(dy)").verdict, Verdict::wrong);
}

TEST(FormulaAnswer, MistakesBesideARightFactorAreNamed) {
  const std::vector<std::string> names{"gamma", "eps", "batch_var", "dy", "x_hat"};
  const auto behind = [&](const std::string& factor) -> std::string {
    const auto judged =
        judge_formula(factor + " * (dy - mean(dy) - x_hat*mean(dy*x_hat))", Formula("dx"), names);
    return ids(judged);
  };
  EXPECT_EQ(behind("gamma/sqrt(batch_var)"), "eps-forgotten");
  EXPECT_EQ(behind("gamma/(batch_var + eps)"), "variance-for-deviation");
  EXPECT_EQ(behind("gamma/(sqrt(batch_var) + eps)"), "eps-outside-root");
  EXPECT_EQ(behind("gamma*sqrt(batch_var + eps)"), "");
}

TEST(FormulaAnswer, UnreadableSaysWhatWouldBeRight) {
  struct {
    const char* answer;
    const char* typed;
    const char* message;
    std::size_t begin, end;
  } const table[] = {
      {"dx", "0", "one value for each example is asked for, and your formula gives a single number", 0, 1},
      {"dx", "sum(dy)", "one value for each example is asked for, and your formula gives a single number", 0,
       7},
      {"dbeta", "dy", "a single number is asked for, and your formula gives a list of values", 0, 2},
      {"dx", "dy *", "the text ends where a value is expected", 4, 4},
      {"dx", "dy + nonsense", "unknown name", 5, 13},
      {"dx", "dx", "“dx” is what is asked for: write it with", 0, 2},
      {"dbeta", "total(dy)", "unknown function", 0, 9},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.typed);
    const FormulaJudgement judgement = judge(row.answer, row.typed);
    EXPECT_EQ(judgement.verdict, Verdict::unreadable);
    EXPECT_NE(judgement.message.find(row.message), std::string::npos) << judgement.message;
    EXPECT_EQ(judgement.range.begin, row.begin);
    EXPECT_EQ(judgement.range.end, row.end);
    EXPECT_FALSE(judgement.counterexample.has_value());
  }
  EXPECT_NE(judge("dx", "[1, 2, 3]").message.find("your formula gives 3"), std::string::npos);
  // Only the names that the question allows.
  EXPECT_EQ(judge_formula("m * mean(dy)", Formula("dbeta"), {"dy"}).verdict, Verdict::unreadable);
  EXPECT_EQ(judge_formula("m * mean(dy)", Formula("dbeta"), {"dy", "m"}).verdict, Verdict::right);
}

TEST(FormulaAnswer, ANumberStandsForAListOfEqualValues) {
  EXPECT_EQ(judge("dx_through_mean", "dmean / m").verdict, Verdict::right);
  EXPECT_EQ(judge("batch_mean", "mean(x) + 0 * x").verdict, Verdict::right);
  EXPECT_EQ(judge("x - x", "0").verdict, Verdict::right);
}

// ---- What the difference is made of.

TEST(FormulaAnswer, DifferencesAreNamed) {
  struct {
    const char* answer;
    const char* typed;
    const char* difference;
  } const table[] = {
      {"y", "gamma * x_hat", "you are short by beta"},
      {"y", "gamma * x_hat + 2 * beta", "you have beta too much"},
      {"y", "gamma * x_hat - beta", "you are short by 2 * beta"},
      {"y", "gamma * x_hat + beta + 1/2", "you have 1/2 too much"},
      {"y", "gamma * x_hat + beta - 1", "you are short by 1"},
      {"x_hat", "(x - 2 * batch_mean) * saved_invstd", "you are short by batch_mean * saved_invstd"},
      {"dx", "gamma * saved_invstd * dy", "you are short by dx_through_var + dx_through_mean"},
      {"dx", "dx_direct + dx_through_mean", "you are short by dx_through_var"},
      {"dx", "dx_direct + dx_through_var", "you are short by dx_through_mean"},
      {"dx", "dx_through_var + dx_through_mean", "you are short by dx_direct"},
      {"dx", "dx_direct + dx_through_var + dx_through_mean + dy", "you have dy too much"},
      {"dgamma", "sum(dy * x_hat) - mean(dy)", "you are short by mean(dy)"},
      {"dbeta", "sum(dy) + mean(dy) / 2", "you have 1/2 * mean(dy) too much"},
      {"dbeta", "mean(dy)", "your formula must be multiplied by m"},
      {"dgamma", "-sum(dy * x_hat)", "your formula must be multiplied by -1"},
      {"dgamma", "sum(dy * (x - batch_mean))", "your formula must be multiplied by saved_invstd"},
      {"dgamma", "gamma * sum(dy * x_hat)", "your formula must be multiplied by 1/gamma"},
      {"dvar", "-gamma * dgamma * saved_invstd^2", "your formula must be multiplied by 1/2"},
      {"batch_var", "sum((x - batch_mean)^2)", "your formula must be multiplied by 1/m"},
      {"batch_var", "sum((x - batch_mean)^2) / (m - 1)", "your formula must be multiplied by (m - 1)/m"},
      {"x_hat", "(x - batch_mean) / (batch_var + eps)", "your formula must be multiplied by 1/saved_invstd"},
      {"new_running_mean", "(1 - momentum) * batch_mean", "you are short by momentum * running_mean"},
      {"folded_weight", "gamma * w", "your formula must be multiplied by 1/sqrt(running_var + eps)"},
      // On the counterexample alone, which has 3 examples here: 1 - 3/2.
      {"x_hat", "(x - batch_mean) * saved_invstd * m / 2", "on this batch you are short by -0.5 * x_hat"},
      {"gamma * dy", "gamma * dy + (count(dy) - 2) * max(dy) * (1 + dy)",
       "on this batch you are short by -1 - dy"},
      // Nothing simple; and of nothing, the difference would be the answer.
      {"batch_var", "max(x) - min(x)", ""},
      {"dbeta", "sum(dy) - sum(dy)", ""},
  };
  for (const auto& row : table) {
    EXPECT_EQ(judge(row.answer, row.typed).difference, row.difference) << row.answer << " = " << row.typed;
  }
  // In the words of the question where they suffice.
  const std::vector<std::string> names{"x_hat", "dy", "gamma", "saved_invstd", "m"};
  EXPECT_EQ(judge_formula("gamma * saved_invstd * (dy - x_hat * mean(dy * x_hat))", Formula("dx"), names)
                .difference,
            "you have gamma * saved_invstd * mean(dy) too much");
}

// ---- Authors and noise.

TEST(FormulaAnswer, AuthorsAreRefusedWhatMakesNoQuestion) {
  const auto refused = [](const char* answer, const std::vector<std::string>& names) {
    return refusal([&] { judge_formula("dy", Formula(answer), names); });
  };
  EXPECT_EQ(refused("dx", {"dy"}), "(accepted)");
  EXPECT_EQ(refused("dx", {"dy", "typo"}), "names: expected quantities of a batch, got “typo”");
  EXPECT_NE(refused("examples * 2", {"dy"}).find("answer: expected a formula that has a value"),
            std::string::npos);
}

TEST(FormulaAnswerFuzz, NothingThatIsTypedThrows) {
  const std::vector<std::string> alphabet{"1", "2", "0",     "-",    "/",   "*", "^",     "√",    "(", ")",
                                          "[", "]", ",",     "x",    "γ",   " ", "%",     "²",    "+", "dy",
                                          "m", "x̂", "mean(", "sum(", "eps", "=", "1e300", "\xe2", "_i"};
  lab::Random random(5);
  std::map<Verdict, int> verdicts;
  for (int trial = 0; trial < 5000; ++trial) {
    std::string typed;
    for (Index k = random_count(random, 8); k > 1; --k) {
      typed +=
          alphabet[static_cast<std::size_t>(random_count(random, static_cast<Index>(alphabet.size())) - 1)];
    }
    SCOPED_TRACE(typed);
    FormulaJudgement judgement;
    ASSERT_NO_THROW(judgement = judge(trial % 2 == 0 ? "dx" : "dgamma", typed));
    ++verdicts[judgement.verdict];
    ASSERT_NE(judgement.verdict, Verdict::right);
    ASSERT_EQ(judgement.counterexample.has_value(), judgement.verdict == Verdict::wrong);
    ASSERT_LE(judgement.range.end, typed.size());
  }
  EXPECT_GT(verdicts[Verdict::wrong], 20);
  EXPECT_GT(verdicts[Verdict::unreadable], 1000);
  EXPECT_GT(verdicts[Verdict::empty], 20);
}

}  // namespace
