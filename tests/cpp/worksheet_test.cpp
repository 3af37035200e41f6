// Errors carried forward: which step is wrong in itself, and which follows from a wrong one.

#include "answers/worksheet.h"

#include "answers/property.h"
#include "answers/quantities.h"
#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using answers::Condition;
using answers::Entry;
using answers::Formula;
using answers::Quantities;
using answers::quantities_of;
using answers::Verdict;
using answers::WorksheetJudgement;

// x = (0, 0, 4, 4): mean 2, variance 4, with eps 12 root 4, x_hat = (-1, -1, 1, 1)/2, y = 3 x_hat + 1,
// dx_hat = (24, 0, 0, 0), dvar = 0.375, dmean = -6, dx = (6, 0, 0, 0) + 0.1875 (x - 2) - 1.5.
const Quantities givens{{"x", {{0, 0, 4, 4}, true}},
                        {"dy", {{8, 0, 0, 0}, true}},
                        {"gamma", {{3}}},
                        {"beta", {{1}}},
                        {"eps", {{12}}}};

const std::vector<Entry> all_right{{"batch_mean", "2"},
                                   {"batch_var", "4"},
                                   {"x_hat", "-0.5, -0.5, 0.5, 0.5"},
                                   {"y", "-0.5, -0.5, 2.5, 2.5"},
                                   {"dbeta", "8"},
                                   {"dgamma", "-4"},
                                   {"dx_hat", "24, 0, 0, 0"},
                                   {"dvar", "0.375"},
                                   {"dmean", "-6"},
                                   {"dx", "4.125, -1.875, -1.125, -1.125"}};

WorksheetJudgement judged(const std::vector<Entry>& entries) {
  return judge_worksheet(entries, givens, quantities_of(givens), {0.01, 0.001, 3});
}

/// all_right with some boxes filled otherwise.
std::vector<Entry> but(const std::vector<Entry>& others) {
  std::vector<Entry> entries = all_right;
  for (const Entry& other : others) {
    for (Entry& entry : entries) {
      if (entry.name == other.name) entry.typed = other.typed;
    }
  }
  return entries;
}

/// "r" for right, "w" wrong, "k" carried, "c" coarse, "u" unreadable, "e" empty, in the order of the boxes.
std::string verdicts(const WorksheetJudgement& judgement) {
  std::string letters;
  for (const auto& cell : judgement.cells) {
    const Verdict verdict = cell.judgement.verdict;
    letters += verdict == Verdict::carried ? 'k' : answers::verdict_name(verdict)[0];
  }
  return letters;
}

TEST(Worksheet, AllRight) {
  const auto judgement = judged(all_right);
  EXPECT_EQ(verdicts(judgement), "rrrrrrrrrr");
  EXPECT_EQ(judgement.first_wrong, "");
}

TEST(Worksheet, ForgottenBoxesAreNoMistakes) {
  const auto judgement = judged({{"batch_mean", ""}, {"batch_var", "4"}, {"x_hat", " "}, {"y", "2..3"}});
  EXPECT_EQ(verdicts(judgement), "ereu");
  EXPECT_EQ(judgement.first_wrong, "");
}

TEST(Worksheet, AWrongVarianceIsCarriedThroughTheTable) {
  // Divided by m - 1: 16/3; with eps 12, the root of 17.33 is 4.1633; everything after follows from it.
  const double root = std::sqrt(12 + 16. / 3), invstd = 1 / root;
  const auto list = [](std::initializer_list<double> values) {
    std::string text;
    char number[32];
    for (const double value : values) {
      std::snprintf(number, sizeof number, "%.4g", value);
      text += (text.empty() ? "" : ", ") + std::string(number);
    }
    return text;
  };
  const double x_hat = 2 * invstd, dvar = 24 * 2 * 0.5 * std::pow(invstd, 3), dmean = -24 * invstd;
  const auto judgement = judged(
      but({{"batch_var", "5.333"},
           {"x_hat", list({-x_hat, -x_hat, x_hat, x_hat})},
           {"y", list({1 - 3 * x_hat, 1 - 3 * x_hat, 1 + 3 * x_hat, 1 + 3 * x_hat})},
           {"dgamma", list({-8 * x_hat})},
           {"dvar", list({dvar})},
           {"dmean", list({dmean})},
           {"dx",
            list({24 * invstd - dvar + dmean / 4, -dvar + dmean / 4, dvar + dmean / 4, dvar + dmean / 4})}}));
  EXPECT_EQ(verdicts(judgement), "rwkkrkrkkk");
  EXPECT_EQ(judgement.first_wrong, "batch_var");
  EXPECT_EQ(judgement.cells[1].judgement.mistakes.at(0).id, "unbiased-variance");
  EXPECT_EQ(judgement.cells[2].judgement.message, "right for your batch_var = 5.333");
  for (const std::size_t k : {2u, 5u, 7u, 8u})
    EXPECT_EQ(judgement.cells[k].used, std::vector<std::string>{"batch_var"}) << k;
}

TEST(Worksheet, TheFewestWrongNumbersThatExplainAreNamed) {
  // The mean is wrong and so is y; dgamma uses neither wrong y nor anything but x_hat, which is right.
  const auto judgement =
      judged(but({{"y", "9, 9, 9, 8"}, {"dgamma", "-4"}, {"x_hat", "-0.4, -0.5, 0.5, 0.5"}}));
  EXPECT_EQ(judgement.first_wrong, "x_hat");
  // dgamma = 8 (-0.4) would be carried; -4 is right in itself.
  EXPECT_EQ(judgement.cells[5].judgement.verdict, Verdict::right);
  const auto carried = judged(but({{"x_hat", "-0.4, -0.5, 0.5, 0.5"}, {"dgamma", "-3.2"}}));
  EXPECT_EQ(carried.cells[5].judgement.verdict, Verdict::carried);
  EXPECT_EQ(carried.cells[5].used, std::vector<std::string>{"x_hat"});
}

TEST(Worksheet, EquivalentFormsAreCarriedToo) {
  // dx by the compact form, from a wrong x_hat: 3/4 (dy - 2 - x_hat mean(dy x_hat)).
  const std::vector<double> x_hat{-0.4, -0.5, 0.5, 0.5};
  std::string dx;
  for (std::size_t k = 0; k < 4; ++k) {
    char number[32];
    std::snprintf(number, sizeof number, "%.5g", 0.75 * ((k == 0 ? 8 : 0) - 2 - x_hat[k] * (8 * -0.4 / 4)));
    dx += (k == 0 ? "" : ", ") + std::string(number);
  }
  const auto judgement = judged(but({{"x_hat", "-0.4, -0.5, 0.5, 0.5"}, {"dx", dx}}));
  EXPECT_EQ(judgement.cells[9].judgement.verdict, Verdict::carried) << dx;
}

TEST(Worksheet, AMistakeOnTopOfAWrongNumberHasItsName) {
  // Wrong mean 1; then dmean right, but y from the learner's wrong x_hat without beta.
  const auto judgement = judged(but({{"x_hat", "-0.4, -0.6, 0.6, 0.6"}, {"y", "-1.2, -1.8, 1.8, 1.8"}}));
  EXPECT_EQ(verdicts(judgement).substr(2, 2), "ww");
  ASSERT_EQ(judgement.cells[3].judgement.mistakes.size(), 1u);
  EXPECT_EQ(judgement.cells[3].judgement.mistakes[0].id, "beta-forgotten");
  EXPECT_EQ(judgement.cells[3].used, std::vector<std::string>{"x_hat"});
}

TEST(Worksheet, FiveWrongNumbersAreCarriedAsWell) {
  // mean 1, variance 9, dx_hat (20, 0, 0, 0), dvar 0.5, dmean -4; with eps 12 the root is sqrt(21).
  const double invstd = 1 / std::sqrt(21.0);
  std::string dx;
  for (const double x : {0., 0., 4., 4.}) {
    char number[32];
    std::snprintf(number, sizeof number, "%.5g", (dx.empty() ? 20 * invstd : 0) + 0.5 * 2 * (x - 1) / 4 - 1);
    dx += (dx.empty() ? "" : ", ") + std::string(number);
  }
  const auto judgement = judged(but({{"batch_mean", "1"},
                                     {"batch_var", "9"},
                                     {"dx_hat", "20, 0, 0, 0"},
                                     {"dvar", "0.5"},
                                     {"dmean", "-4"},
                                     {"dx", dx}}));
  EXPECT_EQ(judgement.cells[9].judgement.verdict, Verdict::carried) << judgement.cells[9].judgement.message;
  EXPECT_EQ(judgement.cells[9].used.size(), 5u);
}

TEST(Worksheet, WhatIsRightRulesMistakesOut) {
  // With gamma = 2 and m = 4, a forgotten gamma and a variance that was not averaged give the same y; but the
  // variance above is right.
  const Quantities twos{{"x", {{1, 2, 6, 7}, true}}, {"gamma", {{2}}}, {"beta", {{1}}}, {"eps", {{0}}}};
  const double root = std::sqrt(6.5);
  std::string x_hat, y;
  for (const double deviation : {-3., -2., 2., 3.}) {
    char number[32];
    std::snprintf(number, sizeof number, "%.6g", deviation / root);
    x_hat += (x_hat.empty() ? "" : ", ") + std::string(number);
    std::snprintf(number, sizeof number, "%.6g", deviation / root + 1);
    y += (y.empty() ? "" : ", ") + std::string(number);
  }
  const auto judgement =
      judge_worksheet({{"batch_mean", "4"}, {"batch_var", "6.5"}, {"x_hat", x_hat}, {"y", y}}, twos,
                      quantities_of(twos), {0.01, 0.001, 3});
  EXPECT_EQ(verdicts(judgement), "rrrw");
  EXPECT_EQ(judgement.cells[3].judgement.mistakes.at(0).id, "gamma-forgotten");
}

TEST(Worksheet, AMistakeThatIsRuledOutInOneLineHasItsNameInAnother) {
  const auto mistake_of = [](const Entry& wrong) {
    const auto judgement = judged(but({wrong}));
    for (const auto& cell : judgement.cells) {
      if (!cell.judgement.mistakes.empty())
        return judgement.first_wrong + ": " + cell.judgement.mistakes[0].id;
    }
    return judgement.first_wrong;
  };
  // y = 3 x_hat + 1 is right: gamma is not forgotten there.
  EXPECT_EQ(mistake_of({"dx_hat", "8, 0, 0, 0"}), "dx_hat: gamma-forgotten");
  // dbeta is a sum, and is right.
  EXPECT_EQ(mistake_of({"dgamma", "-1"}), "dgamma: mean-for-sum");
  EXPECT_EQ(mistake_of({"dmean", "-1.5"}), "dmean: mean-for-sum");
  // dvar comes from dx_hat, and is right.
  EXPECT_EQ(mistake_of({"dmean", "-2"}), "dmean: dy-for-dx-hat");
  // The root of the variance is right in x_hat, and so it is in all that follows.
  EXPECT_EQ(mistake_of({"dmean", "-12"}), "dmean");
}

TEST(Worksheet, NoCreditWhereTheMistakeMakesTheRestTrivial) {
  // With x_hat = 0 everything after it is 0 or beta.
  const auto judgement = judged(but({{"x_hat", "0, 0, 0, 0"}, {"y", "1, 1, 1, 1"}, {"dgamma", "0"}}));
  EXPECT_EQ(verdicts(judgement).substr(2, 4), "wwrw");
  EXPECT_EQ(judgement.first_wrong, "x_hat");
  EXPECT_NE(judgement.cells[3].judgement.message.find("trivial"), std::string::npos);
  EXPECT_NE(judgement.cells[5].judgement.message.find("trivial"), std::string::npos);
}

TEST(Worksheet, BoxesMayNameTheBoxesAbove) {
  const auto judgement = judged(but({{"batch_mean", "sum(x)/4"},
                                     {"x_hat", "(x - batch_mean) / sqrt(batch_var + eps)"},
                                     {"y", "gamma * x_hat + beta"}}));
  EXPECT_EQ(verdicts(judgement), "rrrrrrrrrr");
  // ... and no other: not the truth of a box below.
  EXPECT_EQ(verdicts(judged({{"batch_mean", "x_hat"}})), "u");
}

TEST(Worksheet, TooFewDigitsAreNotJudgedButCarried) {
  // The mean is 4 and the variance 9.5; about 4.7071 it would be 10.
  const Quantities nine{{"x", {{1, 2, 4, 9}, true}}, {"gamma", {{1}}}, {"beta", {{0}}}, {"eps", {{0}}}};
  const auto judge = [&](const std::vector<Entry>& entries) {
    return judge_worksheet(entries, nine, quantities_of(nine), {0.01, 0.001, 3});
  };
  const auto few = judge({{"batch_mean", "4"}, {"batch_var", "10"}, {"x_hat", "(x - 4) / sqrt(batch_var)"}});
  EXPECT_EQ(verdicts(few), "ruk");
  EXPECT_EQ(few.cells[1].judgement.message,
            "so few digits do not show the method; give more digits, 3 or more");
  EXPECT_EQ(few.cells[2].used, std::vector<std::string>{"batch_var"});
  EXPECT_EQ(few.first_wrong, "");
  const auto carried = judge({{"batch_mean", "4.7071"}, {"batch_var", "10"}});
  EXPECT_EQ(verdicts(carried), "wk");
  EXPECT_EQ(carried.cells[1].judgement.message, "right for your batch_mean = 4.707");
  EXPECT_EQ(carried.cells[1].judgement.range.end, 0u);
}

TEST(Worksheet, AuthorsAreToldWhatIsNoStep) {
  EXPECT_EQ(refusal([] {
              judged({{"momentum", "1"}});
            }),
            "cells: expected quantities that follow from the givens, got momentum");
  EXPECT_EQ(refusal([] {
              judged({{"new_running_mean", "1"}});
            }),
            "cells: expected quantities that follow from the givens, got new_running_mean");
}

TEST(Worksheet, AuthorsAreToldWhatIsThereTwiceOrTooMuch) {
  EXPECT_EQ(refusal([] {
              judged({{"batch_mean", "1"}, {"batch_mean", "1"}});
            }),
            "cells: expected each quantity once, got batch_mean");
  EXPECT_EQ(refusal([] {
              judged(std::vector<Entry>(17, {"batch_mean", "1"}));
            }),
            "cells: expected at most 16 boxes, got 17");
}

Condition condition(const char* value, double least, double most, const char* says) {
  return {Formula(value), least, most, says};
}

TEST(Property, AnyNumbersThatDoItAreRight) {
  const std::vector<Condition> conditions{
      condition("max(abs(dx))", -infinity, 1e-9, "dx is not 0 everywhere"),
      condition("max(abs(dy))", 1e-3, infinity, "dy is 0 everywhere")};
  const auto judge = [&](const std::string& typed) {
    Quantities free_of_eps = givens;
    free_of_eps["eps"] = {{0}};
    return judge_property(typed, {{"x", givens.at("x")}}, free_of_eps, {"dy"}, conditions);
  };
  for (const char* typed :
       {"1, 1, 1, 1", "-1, -1, 1, 1", "5, 5, 1, 1", "x", "2*x + 3", "0.002, 0.002, 0.002, 0.002"})
    EXPECT_EQ(judge(typed).verdict, Verdict::right) << typed;
  EXPECT_EQ(judge("1, 0, 0, 0").verdict, Verdict::wrong);
  EXPECT_EQ(judge("1, 0, 0, 0").message, "dx is not 0 everywhere");
  EXPECT_EQ(judge("0, 0, 0, 0").message, "dy is 0 everywhere");
  EXPECT_EQ(judge(" ").verdict, Verdict::empty);
  EXPECT_EQ(judge("1, 2").verdict, Verdict::unreadable);
  EXPECT_EQ(judge("1, 2").message, "dy: expected 4 values, as many as x, got 2");
  EXPECT_EQ(judge("1, 2, ").verdict, Verdict::unreadable);
  EXPECT_EQ(judge("x_hat").verdict, Verdict::unreadable);
}

TEST(Property, SeveralNumbersInTheirOrder) {
  const std::vector<Condition> conditions{
      condition("mean(y)", 0.99, 1.01, "the mean of y is not 1"),
      condition("sqrt(mean((y - mean(y))^2))", 1.98, 2.02, "the standard deviation of y is not 2")};
  const auto judge = [&](const std::string& typed) {
    return judge_property(typed, {}, givens, {"gamma", "beta"}, conditions);
  };
  // The standard deviation of x_hat is 1/2.
  EXPECT_EQ(judge("4, 1").verdict, Verdict::right);
  EXPECT_EQ(judge("-4, 1").verdict, Verdict::right);
  // Names tell the order.
  EXPECT_EQ(judge("γ = 4, β = 1").verdict, Verdict::right);
  EXPECT_EQ(judge("beta = 1; gamma = 4").verdict, Verdict::right);
  EXPECT_EQ(judge("β = 4, γ = 1").message, "the mean of y is not 1");
  for (const char* typed : {"β = 4, β = 1", "w = 4, β = 1", "γ = 4, 1"})
    EXPECT_EQ(judge(typed).verdict, Verdict::unreadable) << typed;
  EXPECT_EQ(judge("a = 4, b = 1").verdict, Verdict::unreadable);  // b is the bias of the lesson
  EXPECT_EQ(judge("first = 4, second = 1").verdict, Verdict::right);
  EXPECT_EQ(judge("1, 4").message, "the mean of y is not 1");
  EXPECT_EQ(judge("2, 1").message, "the standard deviation of y is not 2");
  EXPECT_EQ(judge("4").message, "2 numbers are asked for, and 1 was read");
  // Of large batches fewer are drawn.
  Quantities population{{"seed", {{1}}}, {"draws", {{400}}}, {"m", {{4}}}};
  population["population_mean"] = {{0}};
  population["population_std"] = {{1}};
  const auto size = [&](const std::string& typed) {
    return judge_property(typed, {}, population, {"m"},
                          {condition("1 / sqrt(m)", 0, 0.1, "the mean of so few values is noisier")});
  };
  for (const char* typed : {"100", "10000", "100 000", "1000000"})
    EXPECT_EQ(size(typed).verdict, Verdict::right) << typed;
  EXPECT_EQ(size("99").verdict, Verdict::wrong);
  EXPECT_EQ(size("2.5").verdict, Verdict::unreadable);
  EXPECT_EQ(size("10000000").message,
            "m: expected at most 1000000, the largest batch that is drawn here, got 10000000");
  // How many values are asked for is what a condition says.
  const Quantities five{{"x", {{1, 2, 3, 4, 5}, true}}, {"gamma", {{1}}}, {"beta", {{0}}}, {"eps", {{0}}}};
  const auto batch = [&](const std::string& typed) {
    return judge_property(typed, {}, five, {"x"}, {condition("count(x)", 4, 4, "four values are asked for")});
  };
  EXPECT_EQ(batch("0, 2, 4, 6").verdict, Verdict::right);
  EXPECT_EQ(batch("-").message.find("5 values"), std::string::npos) << batch("-").message;
  EXPECT_NE(batch("-").message.find("4 values"), std::string::npos) << batch("-").message;
  EXPECT_EQ(refusal([&] { judge_property("1", {}, givens, {"momentum"}, {}); }),
            "find: expected names of givens, got momentum");
}

}  // namespace
