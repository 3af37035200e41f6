// Mistakes with a name: their consequences against numbers worked out elsewhere, and their recognition in
// answers.

#include "answers/mistakes.h"

#include <set>

#include "answers/judge.h"
#include "answers/quantities.h"
#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using answers::Formula;
using answers::Mistake;
using answers::Quantities;
using answers::quantities_of;
using answers::Value;
using answers::Verdict;

/// The batch of pitfall 6, whose right and wrong gradients are published to four decimals.
const Quantities pitfall_6{{"x", {{2, 4, 6, 8}, true}},
                           {"dy", {{1, 0, 0, 0}, true}},
                           {"gamma", {{2}}},
                           {"beta", {{0}}},
                           {"eps", {{0}}}};
/// That of pitfall 2.
const Quantities pitfall_2{
    {"x", {{2, 4, 6, 8}, true}}, {"gamma", {{1}}},        {"beta", {{0}}},       {"eps", {{0}}},
    {"momentum", {{0.9}}},       {"running_mean", {{0}}}, {"running_var", {{1}}}};

const Mistake& mistake(const std::string& id) {
  for (const Mistake& each : answers::mistakes()) {
    if (each.id == id) return each;
  }
  throw std::out_of_range("no mistake " + id);
}

std::vector<double> answer_of(const Quantities& givens, const std::string& asked, const std::string& id) {
  const auto value = mistaken_answer(Formula(asked), quantities_of(givens), mistake(id));
  return value ? value->values : std::vector<double>{};
}

void expect_near(const std::vector<double>& got, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], expected[k], tolerance) << "value " << k;
}

TEST(Mistakes, HavePublishedConsequencesForTheGradient) {
  const std::pair<const char*, std::vector<double>> published[] = {
      {"statistics-detached", {0.8944, 0, 0, 0}},
      {"mean-detached", {0.4919, -0.1342, 0.1342, 0.4025}},
      {"variance-detached", {0.6708, -0.2236, -0.2236, -0.2236}},
      {"gamma-forgotten", {0.1342, -0.1789, -0.0447, 0.0894}},
      {"m-forgotten-in-gradient", {-1.6100, -1.4311, -0.3578, 0.7155}},
      {"m-minus-1-in-gradient", {0.1342, -0.4025, -0.0447, 0.3130}},
      {"x-for-x-hat", {-0.2236, -2.0125, -2.9069, -3.8013}},
  };
  for (const auto& [id, dx] : published) {
    SCOPED_TRACE(id);
    expect_near(answer_of(pitfall_6, "dx", id), dx, 0.5e-4);
  }
}

TEST(Mistakes, HavePublishedConsequencesForRunningStatistics) {
  expect_near(answer_of(pitfall_2, "new_running_mean", "momentum-swapped"), {4.5}, 1e-12);
  expect_near(answer_of(pitfall_2, "new_running_var", "momentum-swapped"), {4.6}, 1e-12);
  expect_near(answer_of(pitfall_2, "new_running_var_unbiased", "momentum-swapped"), {6.1}, 1e-12);
  expect_near(answer_of(pitfall_2, "new_running_var", "unbiased-running-variance"), {1.5667}, 0.5e-4);
  expect_near(answer_of(pitfall_2, "new_running_var_unbiased", "biased-running-variance"), {1.4}, 1e-12);
}

/// Every mistake once, on numbers small enough to work out by hand:
/// x = (0, 0, 4, 4): mean 2, variance 4, with eps 12 root 4, x_hat = (-1, -1, 1, 1)/2.
const Quantities by_hand{{"x", {{0, 0, 4, 4}, true}},
                         {"other_x", {{2, 2, 2, 6}, true}},
                         {"dy", {{8, 0, 0, 0}, true}},
                         {"gamma", {{3}}},
                         {"beta", {{1}}},
                         {"eps", {{12}}},
                         {"momentum", {{0.75}}},
                         {"running_mean", {{4}}},
                         {"running_var", {{24}}},
                         {"steps", {{2}}},
                         {"w", {{2}}},
                         {"b", {{5}}},
                         {"neurons", {{8}}},
                         {"inputs", {{16}}},
                         {"examples", {{2}}},
                         {"channels", {{3}}},
                         {"height", {{5}}},
                         {"width", {{7}}}};

struct Consequence {
  const char* id;
  const char* asked;
  std::vector<double> values;
};

TEST(Mistakes, EachOnceByHand) {
  const Consequence table[] = {
      {"unbiased-variance", "batch_var", {16. / 3}},
      {"variance-not-averaged", "batch_var", {16}},
      {"mean-not-averaged", "batch_mean", {8}},
      {"absolute-deviation", "batch_var", {2}},
      {"deviation-for-variance", "batch_var", {2}},
      {"mean-square-for-variance", "batch_var", {8}},
      // Per example: means 1, 1, 3, 5 and variances 1, 1, 1, 1.
      {"axis-swapped",
       "x_hat",
       {-1 / std::sqrt(13.0), -1 / std::sqrt(13.0), 1 / std::sqrt(13.0), -1 / std::sqrt(13.0)}},
      // Mean of all 2.5; squares 6.25 6.25 2.25 2.25 and .25 .25 .25 12.25: 30 / 8.
      {"features-pooled", "batch_var", {3.75}},
      {"running-in-training", "x_hat", {-4. / 6, -4. / 6, 0, 0}},
      {"variance-for-deviation", "x_hat", {-0.125, -0.125, 0.125, 0.125}},
      {"eps-outside-root", "x_hat", {-2. / 14, -2. / 14, 2. / 14, 2. / 14}},
      {"eps-forgotten", "x_hat", {-1, -1, 1, 1}},
      {"min-max", "x_hat", {0, 0, 1, 1}},
      {"mean-not-subtracted", "x_hat", {0, 0, 1, 1}},
      {"not-divided", "x_hat", {-2, -2, 2, 2}},
      {"deviation-reversed", "x_hat", {0.5, 0.5, -0.5, -0.5}},
      {"gamma-forgotten", "y", {0.5, 0.5, 1.5, 1.5}},
      {"beta-forgotten", "y", {-1.5, -1.5, 1.5, 1.5}},
      {"beta-before-scaling", "y", {1.5, 1.5, 4.5, 4.5}},
      {"gamma-beta-exchanged", "y", {2.5, 2.5, 3.5, 3.5}},
      {"x-for-x-hat", "y", {1, 1, 13, 13}},
      // dx_hat = (24, 0, 0, 0); direct 6; dvar = 24 (-2)(-1/2)/64 = 0.375; dmean = -6.
      {"statistics-detached", "dx", {6, 0, 0, 0}},
      {"mean-detached", "dx", {6 - 0.375, -0.375, 0.375, 0.375}},
      {"variance-detached", "dx", {4.5, -1.5, -1.5, -1.5}},
      {"m-forgotten-in-gradient", "dx", {6 - 1.5 - 6, -1.5 - 6, 1.5 - 6, 1.5 - 6}},
      {"m-minus-1-in-gradient", "dx", {4.5 - 0.5, -1.5 - 0.5, -1.5 + 0.5, -1.5 + 0.5}},
      {"sign-of-dmean", "dmean", {6}},
      {"sign-of-dvar", "dvar", {-0.375}},
      {"half-forgotten", "dvar", {0.75}},
      {"power-of-root", "dvar", {1.5}},
      {"dy-for-dx-hat", "dmean", {-2}},
      {"mean-for-sum", "dbeta", {2}},
      {"dgamma-dbeta-exchanged", "dgamma", {8}},
      {"gamma-in-dgamma", "dgamma", {-12}},
      {"output-for-x-hat", "dgamma", {8 * -0.5}},
      {"bias-gradient-not-zero", "db", {6}},
      {"bias-gradient-of-output", "db", {8}},
      {"frozen-in-training", "dx", {4, 0, 0, 0}},
      {"training-in-frozen", "dx_frozen", {6 - 1.5 - 0.375, -1.5 - 0.375, -1.5 + 0.375, -1.5 + 0.375}},
      {"batch-invstd-in-frozen", "dx_frozen", {6, 0, 0, 0}},
      // After two steps the old value keeps 9/16; swapped, 1/16.
      {"momentum-swapped", "new_running_mean", {4. / 16 + 2 * 15. / 16}},
      {"running-not-updated", "new_running_mean", {4}},
      {"batch-replaces-running", "new_running_mean", {2}},
      {"start-ignored", "new_running_mean", {2 * 7. / 16}},
      {"one-step-only", "new_running_mean", {3.5}},
      {"one-step-too-many", "new_running_mean", {4 * 27. / 64 + 2 * 37. / 64}},
      {"unbiased-running-variance", "new_running_var", {24 * 9. / 16 + 16. / 3 * 7 / 16}},
      {"biased-running-variance", "new_running_var_unbiased", {24 * 9. / 16 + 4 * 7. / 16}},
      {"batch-in-inference", "y_inference", {-0.5, -0.5, 2.5, 2.5}},
      {"running-variance-for-deviation", "y_inference", {1 - 12. / 36, 1 - 12. / 36, 1, 1}},
      {"running-mean-not-subtracted", "y_inference", {1, 1, 3, 3}},
      // 3 w / 6 = 1 and 3 (5 - 4) / 6 + 1 = 1.5.
      {"bias-not-scaled", "folded_bias", {5 - 2 + 1}},
      {"bias-dropped", "folded_bias", {1 - 2}},
      {"cost-per-neuron", "bn_operations", {4}},
      {"multiply-adds", "linear_operations", {128}},
      {"folded-count", "bn_operations", {16}},
      {"one-parameter", "parameters", {8}},
      {"statistics-counted", "parameters", {32}},
      {"positions-forgotten", "statistic_size", {2}},
      {"examples-forgotten", "statistic_size", {35}},
      {"channels-pooled", "statistic_size", {210}},
  };
  std::set<std::string> tried;
  for (const auto& [id, asked, values] : table) {
    SCOPED_TRACE(id);
    tried.insert(id);
    expect_near(answer_of(by_hand, asked, id), values, 1e-12);
  }
  std::set<std::string> all;
  for (const Mistake& each : answers::mistakes()) all.insert(each.id);
  EXPECT_EQ(tried, all);
  EXPECT_GE(all.size(), 25u);
}

TEST(Mistakes, AreSaidInWordsAndBelongToAPitfall) {
  std::set<std::string> titles, pitfalls;
  for (const Mistake& each : answers::mistakes()) {
    EXPECT_TRUE(titles.insert(each.title).second) << each.title;
    EXPECT_FALSE(each.reason.empty()) << each.id;
    pitfalls.insert(each.pitfall);
  }
  // Those that are no mistake of computation have none: a batch of one, a check that sees nothing, and those
  // about what batch normalization is for.
  EXPECT_EQ(pitfalls,
            (std::set<std::string>{"late-averages", "opposite-momentum", "biased-unbiased", "freezing",
                                   "through-statistics", "placement", "dead-bias", "undoing", "axis",
                                   "not-parameters", "epsilon", "cost", "sums"}));
}

TEST(Mistakes, RefuseAPitfallThatThereIsNot) {
  EXPECT_EQ(answers::pitfall_named("batch-of-one"), "batch-of-one");
  for (const char* name : {"", "6", "Axis", "axes"}) {
    try {
      answers::pitfall_named(name);
      ADD_FAILURE() << name;
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(
          error.what(),
          "pitfall: expected one of late-averages, opposite-momentum, biased-unbiased, batch-of-one, "
          "freezing, through-statistics, blind-check, placement, dead-bias, undoing, axis, not-parameters, "
          "small-batches, epsilon, covariate-shift, cost, scale, gradient-size, sums, regularizer, one-pass, "
          "got " +
              std::string(name));
    }
  }
}

TEST(Definitions, AgreeWithTheOperatorWhereNothingIsReplaced) {
  lab::Random random(8);
  const auto value = [&](double least, double most) { return least + (most - least) * random.uniform(); };
  for (int trial = 0; trial < 200; ++trial) {
    Quantities givens{{"gamma", {{value(-3, 3)}}},
                      {"beta", {{value(-3, 3)}}},
                      {"eps", {{value(0.01, 2)}}},
                      {"momentum", {{value(0, 1)}}},
                      {"running_mean", {{value(-4, 4)}}},
                      {"running_var", {{value(0.1, 9)}}},
                      {"steps", {{1. + trial % 4}}},
                      {"w", {{value(-3, 3)}}},
                      {"b", {{value(-9, 9)}}},
                      {"neurons", {{8}}},
                      {"inputs", {{4}}},
                      {"examples", {{2}}},
                      {"height", {{3}}},
                      {"width", {{5}}}};
    for (const char* list : {"u", "dy"}) {
      Value& values = givens[list] = {{}, true};
      for (int k = 0; k < 2 + trial % 7; ++k) values.values.push_back(value(-5, 5));
    }
    const Quantities right = quantities_of(givens);
    for (const answers::Definition& each : answers::definitions) {
      const auto operators = right.find(each.name);
      if (operators == right.end() || givens.count(each.name) != 0) continue;
      SCOPED_TRACE(each.name);
      // Everything from the givens, so that no value of the operator is used.
      answers::Derivation derivation(givens);
      const Value derived = derivation.evaluate(Formula(each.formula));
      ASSERT_EQ(derived.values.size(), operators->second.values.size());
      for (std::size_t k = 0; k < derived.values.size(); ++k) {
        const double scale = std::max(operators->second.scale(k), derived.scale(k));
        EXPECT_NEAR(derived.values[k], operators->second.values[k], 1e-11 * (scale + 1));
      }
    }
  }
}

/// What judge finds behind an answer: the ids, joined.
std::string behind(const std::string& typed, const std::string& asked, const Quantities& givens,
                   const answers::Tolerance& tolerance = {0.01, 0.001, 3}) {
  const auto judgement =
      answers::judge(typed, givens, quantities_of(givens), {Formula(asked), tolerance, {}});
  if (judgement.verdict != Verdict::wrong) return answers::verdict_name(judgement.verdict);
  std::string ids;
  for (const Mistake& each : judgement.mistakes) ids += (ids.empty() ? "" : " and ") + each.id;
  return ids;
}

TEST(Judge, NamesTheMistake) {
  EXPECT_EQ(behind("0.2683, -0.3578, -0.0894, 0.1789", "dx", pitfall_6), "right");
  EXPECT_EQ(behind("0.8944, 0, 0, 0", "dx", pitfall_6), "statistics-detached");
  EXPECT_EQ(behind("2/√5, 0, 0, 0", "dx", pitfall_6), "statistics-detached");
  EXPECT_EQ(behind("0.13, -0.18, -0.045, 0.089", "dx", pitfall_6),
            "gamma-forgotten");  // two digits are enough
  EXPECT_EQ(behind("0.13, -0.18, 7, 0.089", "dx", pitfall_6), "");
  EXPECT_EQ(behind("4.5", "new_running_mean", pitfall_2), "momentum-swapped");
  EXPECT_EQ(behind("1.567", "new_running_var", pitfall_2), "unbiased-variance");
}

/// Problem 1: the mean square of x_hat is the variance 9.5 over 10, and 1 where eps is forgotten.
const Quantities problem_1{{"x", {{1, 2, 4, 9}, true}}, {"gamma", {{1}}}, {"beta", {{0}}}, {"eps", {{0.5}}}};

TEST(Judge, AKnownMistakeIsNamedHoweverFewItsDigitsAre) {
  const answers::Tolerance half_a_percent{0.005, 0, 3};
  for (const char* typed : {"1", "1.", "1.0", "1.00", "01", "100 %", "1e0", "10^0"})
    EXPECT_EQ(behind(typed, "mean(x_hat^2)", problem_1, half_a_percent), "eps-forgotten") << typed;
  EXPECT_EQ(behind("0.95", "mean(x_hat^2)", problem_1, half_a_percent), "right");
  EXPECT_EQ(behind("0.9", "mean(x_hat^2)", problem_1, half_a_percent), "unreadable");
  EXPECT_EQ(behind("-1", "-mean(x_hat^2)", problem_1, half_a_percent), "eps-forgotten");
  EXPECT_EQ(behind("1.0, 1.0", "[mean(x_hat^2), mean(x_hat^2)]", problem_1, half_a_percent), "eps-forgotten");
  EXPECT_EQ(behind("3.0", "mean(x_hat^2) + 2", problem_1, half_a_percent), "eps-forgotten");  // of 2.95
}

TEST(Judge, DigitsThatFitTheTruthAndAMistakeAlikeAreNotJudged) {
  const Quantities givens{{"examples", {{64}}}};
  const auto judged = [&](const char* typed, const char* truth, const char* mistaken) {
    const answers::Question question{
        Formula(truth), {1e-6, 0, 3}, {{"own", "its own", "why", "axis", {}, Formula(mistaken)}}};
    return answers::judge(typed, givens, quantities_of(givens), question);
  };
  const auto both = judged("4.0", "3.964", "3.975");
  EXPECT_EQ(both.verdict, Verdict::unreadable);
  EXPECT_EQ(both.message,
            "these digits fit a known mistake as well as the right answer; give more digits, 3 or more");
  EXPECT_EQ(judged("4.0", "3.964", "4").mistakes.at(0).id, "own");  // the mistake itself
  EXPECT_EQ(judged("3.98", "3.964", "3.975").mistakes.at(0).id, "own");
  EXPECT_EQ(judged("3.96", "3.964", "3.975").verdict, Verdict::right);
  EXPECT_EQ(judged("4.0", "3.964", "3.9").verdict, Verdict::coarse);
  EXPECT_EQ(judged("3.9", "3.964", "4").verdict, Verdict::coarse);  // cut off
  const auto list = judged("4.0, 2.0", "[3.964, 2]", "[3.975, 2]");
  EXPECT_EQ(list.verdict, Verdict::unreadable);
  EXPECT_EQ(
      list.message,
      "these digits fit a known mistake as well as the right answer; give more digits in value 1, 3 or more");
  const auto itself = judged("4.0, 2.0", "[3.964, 2]", "[4, 2]");
  EXPECT_EQ(itself.mistakes.at(0).id, "own");
  EXPECT_EQ(itself.cells, (std::vector<Verdict>{Verdict::wrong, Verdict::right}));
  EXPECT_EQ(itself.message, "look again at value 1; the other value is right");
}

TEST(Judge, NamesTwoMistakesAtOnce) {
  // gamma forgotten and beta forgotten: y = x_hat.
  EXPECT_EQ(behind("-0.5, -0.5, 0.5, 0.5", "y", by_hand), "gamma-forgotten and beta-forgotten");
  // Statistics detached in the frozen gradient's place would be one mistake; dx without gamma and mean path
  // are two.
  EXPECT_EQ(behind("0.2460, -0.0671, 0.0671, 0.2012", "dx", pitfall_6), "gamma-forgotten and mean-detached");
}

TEST(Judge, NoPairIsNamedByChance) {
  // A single number is met by some pair of mistakes or other; it must be met to four digits.
  EXPECT_EQ(behind("0", "batch_var", by_hand), "");
  // With absolute deviations, and by that mean itself, the gradient is exactly 1; 1 is a guess all the same.
  const Quantities problem_2{{"x", {{1, 2, 3, 6}, true}},
                             {"dy", {{0.2, -0.4, 0.1, 0.5}, true}},
                             {"gamma", {{1.5}}},
                             {"beta", {{0.3}}},
                             {"eps", {{0}}}};
  EXPECT_EQ(behind("1", "dgamma", problem_2), "");
  EXPECT_EQ(behind("1.00", "dgamma", problem_2), "absolute-deviation and variance-for-deviation");
  // 4 and 16/3 of the variance: divided by m - 1, and eps forgotten.
  const double both = 1 / std::sqrt(16. / 3);
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", both);
  EXPECT_EQ(behind(text, "saved_invstd", by_hand), "unbiased-variance and eps-forgotten");
}

TEST(Judge, TwoMistakesThatDefineEachOtherLeadNowhere) {
  // dx := dx_frozen and dx_frozen := dx.
  EXPECT_NO_THROW(behind("1, 2, 3, 4", "dx - dx_frozen", by_hand));
  const auto both = mistaken_answer(Formula("dx - dx_frozen"), quantities_of(by_hand),
                                    mistake("frozen-in-training"), &mistake("training-in-frozen"));
  EXPECT_FALSE(both.has_value());
}

TEST(Mistakes, FollowIntoTheFoldedLayer) {
  // beta w / 6 and beta (b - 4) / 6 + gamma.
  expect_near(answer_of(by_hand, "folded_weight", "gamma-beta-exchanged"), {2. / 6}, 1e-12);
  expect_near(answer_of(by_hand, "folded_bias", "gamma-beta-exchanged"), {1. / 6 + 3}, 1e-12);
}

TEST(Judge, AuthorsForeseeMistakesOfTheirOwn) {
  const answers::Question question{Formula("examples / 2"),
                                   {},
                                   {{"whole-batch",
                                     "the whole batch",
                                     "each part is normalized alone",
                                     "small-batches",
                                     {},
                                     Formula("examples")}}};
  const Quantities givens{{"examples", {{64}}}};
  const auto judgement = answers::judge("64", givens, quantities_of(givens), question);
  ASSERT_EQ(judgement.mistakes.size(), 1u);
  EXPECT_EQ(judgement.mistakes[0].id, "whole-batch");
}

TEST(Judge, WhoCarriesThreeDigitsStaysRight) {
  // Each step of the lesson is computed from the rounded numbers before it, as by hand.
  const auto rounded = [](double value) {
    if (value == 0) return 0.0;
    const double unit = std::pow(10, std::floor(std::log10(std::abs(value))) - 2);
    return unit * std::round(value / unit);
  };
  lab::Random random(3);
  int judged = 0;
  for (int trial = 0; trial < 300; ++trial) {
    Quantities givens{{"gamma", {{std::floor(random.uniform() * 5) - 2.5}}},
                      {"beta", {{1.5}}},
                      {"eps", {{0.5}}},
                      {"momentum", {{0.9}}},
                      {"running_mean", {{3}}},
                      {"running_var", {{7}}},
                      {"steps", {{3}}}};
    for (const char* list : {"x", "dy"}) {
      Value& values = givens[list] = {{}, true};
      for (int k = 0; k < 4 + trial % 3; ++k) values.values.push_back(std::floor(random.uniform() * 19) - 9);
    }
    const Quantities right = quantities_of(givens);
    if (right.at("batch_var").values[0] < 0.5) continue;
    for (const char* asked :
         {"batch_var", "x_hat", "y", "dgamma", "dvar", "dmean", "dx", "new_running_var", "y_inference"}) {
      Quantities carried = givens;
      Value last;
      for (const std::string& step : answers::steps_to(Formula(asked))) {
        if (carried.count(step) != 0) continue;
        answers::Derivation derivation(carried);
        last = derivation.value_of(step);
        for (double& value : last.values) value = rounded(value);
        carried[step] = last;
      }
      std::string typed;
      char number[32];
      for (const double value : last.values) {
        std::snprintf(number, sizeof number, last.values.size() == 1 ? "%#.3g" : "%.10g", value);
        typed += (typed.empty() ? "" : ", ") + std::string(number);
      }
      // No tolerance but what rounding on the way takes.
      EXPECT_EQ(behind(typed, asked, givens, {0, 0, 3}), "right") << asked << " " << typed;
      ++judged;
    }
  }
  EXPECT_GT(judged, 2000);
}

}  // namespace
