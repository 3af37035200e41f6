// Judging typed answers: verdicts, messages, tolerances.

#include "answers/judge.h"

#include "answers/quantities.h"
#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using answers::Formula;
using answers::Judgement;
using answers::Mistake;
using answers::Quantities;
using answers::quantities_of;
using answers::Tolerance;
using answers::Value;
using answers::Verdict;

const double root = std::sqrt(5.0);

/// x_hat of the lesson's example 1, and the givens an answer may name.
const Value x_hat{{-3 / root, -1 / root, 1 / root, 3 / root}, true};
const Quantities givens{{"x", {{2, 4, 6, 8}, true}}, {"gamma", {{1}}}};
const Tolerance half_a_percent{0.005, 0};

/// Judges against a value that is known, not derived.
Judgement judge(const std::string& typed, const Quantities& known, const Value& truth,
                const Tolerance& tolerance) {
  const Quantities right{{"truth", truth}};
  return answers::judge(typed, known, right, {Formula("truth"), tolerance, {}});
}

/// The cells as letters: r(ight), c(oarse), w(rong).
std::string cells(const Judgement& judgement) {
  std::string letters;
  for (const Verdict each : judgement.cells) letters += answers::verdict_name(each)[0];
  return letters;
}

Judgement judge_x_hat(const std::string& typed) {
  return judge(typed, givens, x_hat, half_a_percent);
}

/// The verdict on one number.
Verdict verdict(const std::string& typed, double truth, const Tolerance& tolerance = {}) {
  return judge(typed, givens, {{truth}}, tolerance).verdict;
}

TEST(Judge, NothingTypedYet) {
  for (const char* typed : {"", "   ", "\n\t", "\u00a0"}) {
    const Judgement judgement = judge_x_hat(typed);
    EXPECT_EQ(judgement.verdict, Verdict::empty);
    EXPECT_EQ(judgement.message, "");
    EXPECT_FALSE(judgement.tree.has_value());
    EXPECT_TRUE(judgement.cells.empty());
  }
}

TEST(Judge, RightHoweverItIsWritten) {
  for (const char* typed :
       {"-1.342, -0.447, 0.447, 1.342", "[-1.34 -0.447 0.447 1.34]", "-3/√5; -1/√5; 1/√5; 3/√5", "(x - 5)/√5",
        "(x - mean(x))/sqrt(mean((x - mean(x))^2))", "-1.342\n-0.447\n0.447\n1.342"}) {
    const Judgement judgement = judge_x_hat(typed);
    EXPECT_EQ(judgement.verdict, Verdict::right) << typed << ": " << judgement.message;
    EXPECT_EQ(cells(judgement), "rrrr");
    EXPECT_EQ(judgement.message, "");
    EXPECT_TRUE(judgement.tree.has_value());
    EXPECT_EQ(judgement.value.values.size(), 4u);
  }
}

TEST(Judge, WrongSaysWhichValues) {
  struct {
    const char* typed;
    const char* cells;
    const char* message;
  } const table[] = {
      {"-1.342, 0.447, 0.447, 1.342", "rwrr", "look again at value 2; the other values are right"},
      {"-1.342, 0.447, -0.447, 1.342", "rwwr", "look again at values 2 and 3; the other values are right"},
      {"1, 2, 3, 1.342", "wwwr", "look again at values 1, 2 and 3; the other value is right"},
      {"1, 2, 3, 4", "wwww", "none of the values is right yet"},
      {"x", "wwww", "none of the values is right yet"},
  };
  for (const auto& row : table) {
    const Judgement judgement = judge_x_hat(row.typed);
    EXPECT_EQ(judgement.verdict, Verdict::wrong) << row.typed;
    EXPECT_EQ(cells(judgement), row.cells) << row.typed;
    EXPECT_EQ(judgement.message, row.message);
  }
  const Judgement single = judge("7", givens, {{5}}, {});
  EXPECT_EQ(single.verdict, Verdict::wrong);
  EXPECT_EQ(single.message, "");  // there is nothing to point at in one number
  EXPECT_EQ(single.value.values, std::vector<double>{7});
}

TEST(Judge, UnreadableSaysWhere) {
  struct {
    const char* typed;
    std::size_t begin, end;
    const char* message;
  } const table[] = {
      {"-1.342, 2..3", 8, 11, "“2..”: a number has one decimal point; “-1.342” was understood"},
      {"3/√5 👍", 5, 7,
       "“👍” does not fit here; 4 values are asked for, with commas between them; “3/√5” was understood"},
      {"1/(x[0] - 2)", 0, 12, "division by 0"},
      {"x_hat", 0, 5, "unknown name “x_hat”; known here: gamma, x"},  // the result is no given
      {"1, 2, 3", 0, 7, "4 values are asked for, and 3 were read"},
      {"  7 ", 2, 3, "4 values are asked for, and 1 was read"},
      {"[1, 2, 3, 4, 5]", 0, 15, "4 values are asked for, and 5 were read"},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.typed);
    const Judgement judgement = judge_x_hat(row.typed);
    EXPECT_EQ(judgement.verdict, Verdict::unreadable);
    EXPECT_EQ(judgement.message, row.message);
    EXPECT_EQ(judgement.range.begin, row.begin);
    EXPECT_EQ(judgement.range.end, row.end);
    EXPECT_TRUE(judgement.cells.empty());
  }
}

TEST(Judge, ShapesOfOneNumber) {
  EXPECT_EQ(verdict("5", 5), Verdict::right);
  EXPECT_EQ(verdict("[5]", 5), Verdict::right);  // a list of one is as good as its number
  EXPECT_EQ(judge("5", givens, {{5}, true}, {}).verdict, Verdict::right);
  EXPECT_EQ(verdict("x", 5), Verdict::unreadable);
  const Judgement comma = judge("1,5", givens, {{1.5}}, {});
  EXPECT_EQ(comma.verdict, Verdict::right);
  EXPECT_EQ(comma.note, "commas were read as decimal points");
  // Thousands, or a decimal comma: one of them is right, or a whole number is asked for, or nobody can tell.
  EXPECT_EQ(verdict("1,024", 1024), Verdict::right);
  EXPECT_EQ(verdict("1,024", 1.024), Verdict::right);
  EXPECT_EQ(verdict("1,024", 24), Verdict::wrong);
  EXPECT_EQ(verdict("1,024", 2.4, {0.005, 0, 3}), Verdict::unreadable);
  EXPECT_EQ(judge("1, 2, 3", givens, {{1.5}}, {}).message, "one number is asked for, and 3 were read");
}

TEST(Judge, TheNumberOfValuesTellsCommasApart) {
  const Value four{{1, 1, -1, -1}, true}, two{{1.5, 2.5}, true}, one_five{{1, 5, 2, 5}, true};
  EXPECT_EQ(judge("1,1,-1,-1", givens, four, {}).verdict, Verdict::right);
  EXPECT_EQ(judge("1,1,-1,-1", givens, four, {}).note, "");
  EXPECT_EQ(judge("1,5, 2,5", givens, two, {}).verdict, Verdict::right);
  EXPECT_EQ(judge("1,5, 2,5", givens, two, {}).note, "commas were read as decimal points");
  EXPECT_EQ(judge("1,5, 2,5", givens, one_five, {}).verdict, Verdict::right);
  EXPECT_EQ(judge("1,5; 2,5", givens, two, {}).note, "commas were read as decimal points");
  EXPECT_EQ(judge("1,5, 2,5", givens, {{1, 2, 3}, true}, {}).verdict, Verdict::unreadable);
  // So do spaces and tabs before signs.
  EXPECT_EQ(judge("0.5 -0.5", givens, {{0.5, -0.5}, true}, {}).verdict, Verdict::right);
  EXPECT_EQ(judge("0.5 -0.5", givens, {{0}}, {}).verdict, Verdict::right);
  const Value row{{-0.0625, 0.287, 0.0749, -0.299}, true};
  EXPECT_EQ(judge("-0.0625\t0.287\t0.0749\t-0.299", givens, row, {}).verdict, Verdict::right);
  EXPECT_EQ(judge("[np.float64(1.5), np.float64(2.5)]", givens, two, {}).verdict, Verdict::right);
}

TEST(Judge, RelativeTolerance) {
  const Tolerance one_percent{0.01, 0};
  EXPECT_EQ(verdict("200", 200, one_percent), Verdict::right);
  EXPECT_EQ(verdict("202", 200, one_percent), Verdict::right);  // 2 is no more than 0.01 * 200
  EXPECT_EQ(verdict("198", 200, one_percent), Verdict::right);
  EXPECT_EQ(verdict("202.001", 200, one_percent), Verdict::wrong);
  EXPECT_EQ(verdict("197.999", 200, one_percent), Verdict::wrong);
  EXPECT_EQ(verdict("-200", 200, one_percent), Verdict::wrong);
  EXPECT_EQ(verdict("-201", -200, one_percent), Verdict::right);
  EXPECT_EQ(verdict("1e-300", 0, one_percent), Verdict::wrong);  // nothing is relative to 0
}

TEST(Judge, AbsoluteTolerance) {
  const Tolerance quarter{0, 0.25};
  EXPECT_EQ(verdict("2.25", 2, quarter), Verdict::right);
  EXPECT_EQ(verdict("1.75", 2, quarter), Verdict::right);
  EXPECT_EQ(verdict("2.2501", 2, quarter), Verdict::wrong);
  EXPECT_EQ(verdict("-0.25", 0, quarter), Verdict::right);
  // The larger of the two counts.
  EXPECT_EQ(verdict("100.5", 100, {0.01, 0.25}), Verdict::right);
  EXPECT_EQ(verdict("101.125", 100, {0.01, 0.25}), Verdict::wrong);
  EXPECT_EQ(verdict("0.2", 0, {0.01, 0.25}), Verdict::right);
}

TEST(Judge, ExactMeansEqual) {
  EXPECT_EQ(verdict("0.5", 0.5), Verdict::right);
  EXPECT_EQ(verdict("1/2", 0.5), Verdict::right);
  EXPECT_EQ(verdict("0.5000000000000001", 0.5), Verdict::wrong);
}

TEST(Judge, WhatIsOnlyRoundingCountsAsZero) {
  // dgamma of a constant feature is exactly 0; computed from terms of size 1 it may be 1e-17.
  const Value rounding{{1e-17}, false, {1}};
  EXPECT_EQ(judge("0", givens, rounding, {0.01, 0}).verdict, Verdict::right);
  EXPECT_EQ(verdict("0.1 + 0.2 - 0.3", 0), Verdict::right);
  EXPECT_EQ(verdict("1e-17", 0), Verdict::wrong);
  // An answer made of small relative steps is no rounding: it is neither 0 nor taken for it.
  EXPECT_EQ(verdict("(3 - 1)^50", 0x1p50), Verdict::right);
  EXPECT_EQ(verdict("(3 - 1)^50", 0), Verdict::wrong);
}

TEST(Judge, VerdictsHaveTheNamesOfThePage) {
  EXPECT_STREQ(verdict_name(Verdict::empty), "empty");
  EXPECT_STREQ(verdict_name(Verdict::unreadable), "unreadable");
  EXPECT_STREQ(verdict_name(Verdict::right), "right");
  EXPECT_STREQ(verdict_name(Verdict::wrong), "wrong");
}

TEST(Judge, AuthorsAreRefusedNegativeTolerances) {
  const auto refused = [](const Tolerance& tolerance) {
    return refusal([&] { judge("1", givens, {{1}}, tolerance); });
  };
  EXPECT_EQ(refused({}), "(accepted)");
  EXPECT_EQ(refused({-0.01, 0}), "tolerance: expected numbers >= 0");
  EXPECT_EQ(refused({0, -1}), "tolerance: expected numbers >= 0");
  EXPECT_EQ(refused({not_a_number, 0}), "tolerance: expected numbers >= 0");
  EXPECT_EQ(refused({0, 0, -1}), "tolerance: expected numbers >= 0");
}

TEST(Judge, RoundedOrCutOff) {
  // Three digits are asked for; 3/sqrt(5) is 1.3416407864998738, 2/3 is 0.6666...
  const Tolerance three_digits{1e-6, 0, 3};
  struct {
    const char* typed;
    double truth;
    Verdict verdict;
  } const table[] = {
      {"1.34", 3 / root, Verdict::right},      {"1.35", 3 / root, Verdict::wrong},
      {"1.342", 3 / root, Verdict::right},     {"1.341", 3 / root, Verdict::right},  // cut off
      {"1.343", 3 / root, Verdict::wrong},     {"1.3", 3 / root, Verdict::coarse},
      {"1.4", 3 / root, Verdict::wrong},       {"1", 3 / root, Verdict::unreadable},
      {"2", 3 / root, Verdict::wrong},         {"0", 3 / root, Verdict::wrong},
      {"0.667", 2. / 3, Verdict::right},       {"0.666", 2. / 3, Verdict::right},
      {".67", 2. / 3, Verdict::coarse},        {"0.66", 2. / 3, Verdict::coarse},
      {"0.7", 2. / 3, Verdict::unreadable},    {"0.6", 2. / 3, Verdict::unreadable},
      {"0.5", 2. / 3, Verdict::wrong},         {"66.7 %", 2. / 3, Verdict::right},
      {"67 %", 2. / 3, Verdict::coarse},       {"6.67e-1", 2. / 3, Verdict::right},
      {"6.7e-1", 2. / 3, Verdict::coarse},     {"-0.667", -2. / 3, Verdict::right},
      {"-0.66", -2. / 3, Verdict::coarse},     {"-0.68", -2. / 3, Verdict::wrong},
      {"0.6667", 2. / 3, Verdict::right},      {"0.67/1", 2. / 3, Verdict::wrong},  // computed, not rounded
      {"1300", 1341.64, Verdict::wrong},       {"1341", 1341.64, Verdict::right},
      {"1.3e3", 1341.64, Verdict::coarse},     {"0.0013", 0.00134164, Verdict::coarse},
      {"0.00134", 0.00134164, Verdict::right},
  };
  // Too small for a double, however many digits: no rounding of anything but 0.
  for (const char* tiny : {"1.00e-2147483658", "1e-2147483658", "1.00e-4294967290", "1.00e-400"})
    EXPECT_EQ(verdict(tiny, 3 / root, three_digits), Verdict::wrong) << tiny;
  for (const auto& row : table)
    EXPECT_EQ(verdict(row.typed, row.truth, three_digits), row.verdict) << row.typed << " for " << row.truth;
  // Where only the exact number is right, none is rounded.
  EXPECT_EQ(verdict("1.34", 3 / root), Verdict::wrong);
  const Judgement mixed = judge("-1.342, -0.447, 0.45, 1.3", givens, x_hat, three_digits);
  EXPECT_EQ(cells(mixed), "rrcc");
  EXPECT_EQ(mixed.verdict, Verdict::coarse);
  EXPECT_EQ(mixed.message, "your method is right; give more digits in values 3 and 4, 3 or more");
  EXPECT_EQ(judge("1", givens, {{3 / root}}, three_digits).message,
            "so few digits do not show the method; give more digits, 3 or more");
  // 1 % of 1 reaches 1.01, whatever its double is.
  EXPECT_EQ(verdict("1.01", 1, {0.01, 0}), Verdict::right);
}

TEST(Judge, FewerThanTwoDigitsAreNeitherRightNorWrong) {
  const Tolerance three_digits{1e-6, 0, 3};
  struct {
    const char* typed;
    double truth;
    Verdict verdict;
  } const table[] = {
      // Not one digit of the truth.
      {"1", 0.8018, Verdict::wrong},
      {"1", 0.5, Verdict::wrong},
      {"1.0", 0.5, Verdict::wrong},
      {"-1", -0.8018, Verdict::wrong},
      {"0.1", 0.08, Verdict::wrong},
      {"10", 8.018, Verdict::wrong},
      {"100 %", 0.8018, Verdict::wrong},
      {"1 x 10^-1", 0.08, Verdict::wrong},
      // One, whatever stands around it.
      {"1", 0.95, Verdict::unreadable},
      {"1.", 0.95, Verdict::unreadable},
      {"01", 0.95, Verdict::unreadable},
      {"1.0", 0.95, Verdict::unreadable},
      {"01.0", 0.95, Verdict::unreadable},
      {"-1.0", -0.95, Verdict::unreadable},
      {"10", 9.5, Verdict::unreadable},
      {"0.0007", 0.00066, Verdict::unreadable},
      {"7e-4", 0.00066, Verdict::unreadable},
      {"7 x 10^-4", 0.00066, Verdict::unreadable},
      {"7e1 %", 2. / 3, Verdict::unreadable},
      // Two, also where rounding up gives one place more.
      {"1.0", 0.9964, Verdict::coarse},
      {"0.95", 0.9523, Verdict::coarse},
      {"-0.00066", -0.0006634, Verdict::coarse},
      {"6.6 x 10^-4", 0.0006634, Verdict::coarse},
      {"6.6·10⁻⁴", 0.0006634, Verdict::coarse},
      // Three are enough, as they are at every step.
      {"10.0", 9.96, Verdict::right},
      {"10.0", 9.996, Verdict::right},
      {"1.00", 0.9964, Verdict::right},
      {"6.63 x 10^-4", 0.0006634, Verdict::right},
      {"-6.63 x 10^-4", -0.0006634, Verdict::right},
      {"6.63 x 10^2", 0.0006634, Verdict::wrong},
      {"6.63 x 2^-4", 0.0006634, Verdict::wrong},
  };
  for (const auto& row : table)
    EXPECT_EQ(verdict(row.typed, row.truth, three_digits), row.verdict) << row.typed << " for " << row.truth;
  // An author who asks for one digit gets it, but of the truth.
  EXPECT_EQ(verdict("0.7", 2. / 3, {1e-6, 0, 1}), Verdict::right);
  EXPECT_EQ(verdict("1", 2. / 3, {1e-6, 0, 1}), Verdict::wrong);

  // In a list each value has digits of its own.
  const Judgement few = judge("-1.34, -0.4, 0.45, 1", givens, x_hat, three_digits);
  EXPECT_EQ(few.verdict, Verdict::unreadable);
  EXPECT_EQ(cells(few), "rucu");
  EXPECT_EQ(few.message,
            "so few digits do not show the method; give more digits in values 2 and 4, 3 or more");
  const Judgement mixed = judge("7, -0.4, 0.45, 1.342", givens, x_hat, three_digits);
  EXPECT_EQ(mixed.verdict, Verdict::wrong);
  EXPECT_EQ(cells(mixed), "wucr");
  EXPECT_EQ(mixed.message, "look again at value 1; give more digits in value 2; the other values are right");
}

TEST(Judge, MistakesInTheUnitAloneAreNamed) {
  const Tolerance three_percent{0.03, 0, 3};
  const std::string per_cent = "per-cent-for-fraction", sign = "sign-of-per-cent";
  struct {
    const char* typed;
    Verdict verdict;
    std::string mistake;
  } const table[] = {
      {"0.78125 %", Verdict::right, ""},
      {"0.0078125", Verdict::right, ""},
      {"0.0078", Verdict::right, ""},
      {"7.8 x 10^-3", Verdict::right, ""},
      {"0.78", Verdict::wrong, per_cent},
      {"0,78", Verdict::wrong, per_cent},
      {"100*1024/131072", Verdict::wrong, per_cent},
      {"1024/131072 %", Verdict::wrong, sign},
      {"0.0078 %", Verdict::wrong, sign},
      {"7.8 ‰ %", Verdict::wrong, ""},
      {"-0.78", Verdict::wrong, ""},
      {"0.5", Verdict::wrong, ""},
      {"7.8", Verdict::wrong, ""},
      {"78 %", Verdict::wrong, ""},
      {"0.0079 + 0.7 %", Verdict::wrong, ""},
  };
  const auto expect = [](const Judgement& judgement, Verdict verdict, const std::string& mistake) {
    EXPECT_EQ(judgement.verdict, verdict);
    EXPECT_EQ(judgement.message, "");
    ASSERT_EQ(judgement.mistakes.size(), mistake.empty() ? 0u : 1u);
    for (const Mistake& each : judgement.mistakes) EXPECT_EQ(each.id, mistake);
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.typed);
    expect(judge(row.typed, givens, {{1024. / 131072}}, three_percent), row.verdict, row.mistake);
  }
  expect(judge("-26.8", givens, {{-0.268}}, three_percent), Verdict::wrong, per_cent);
  expect(judge("131072 %", givens, {{131072}}, {}), Verdict::wrong, sign);
  // A count is no share.
  expect(judge("25600", givens, {{256}}, {}), Verdict::wrong, "");
  // What is wrong with several values is wrong with all of them; those that are 0 show nothing.
  const auto of_two = [&](const char* typed, std::vector<double> truth) {
    const Judgement judgement = judge(typed, givens, {std::move(truth), true}, three_percent);
    EXPECT_EQ(judgement.verdict, Verdict::wrong);
    return judgement.mistakes.empty() ? "" : judgement.mistakes[0].id;
  };
  EXPECT_EQ(of_two("50, 25", {0.5, 0.25}), per_cent);
  EXPECT_EQ(of_two("50, 0", {0.5, 0}), per_cent);
  EXPECT_EQ(of_two("50, 0.25", {0.5, 0.25}), "");
  EXPECT_EQ(of_two("0.5 %, 0.25", {0.5, 0.25}), sign);
  EXPECT_EQ(of_two("1, 1", {0, 0}), "");
}

TEST(Judge, SignsThatMaySeparateThousands) {
  struct {
    const char* typed;
    double truth;
    Verdict verdict;
    const char* said;  // the message, or the note where it is right
  } const table[] = {
      {"131072", 131072, Verdict::right, ""},
      {"131,072", 131072, Verdict::right, "commas were read as separating thousands"},
      {"-131,072", -131072, Verdict::right, "commas were read as separating thousands"},
      {"131,072 + 1", 131073, Verdict::right, "commas were read as separating thousands"},
      {"131.072", 131072, Verdict::right, "points were read as separating thousands"},
      {"-1.024", -1024, Verdict::right, "points were read as separating thousands"},
      {"65.536", 131072, Verdict::wrong, ""},
      {"131,073", 131072, Verdict::wrong, ""},
      {"131,072 values", 131072, Verdict::right, "commas were read as separating thousands"},
      // A count that is rounded.
      {"131000", 131072, Verdict::coarse, "about right; the exact count is asked for"},
      {"1.3e5", 131072, Verdict::coarse, "about right; the exact count is asked for"},
      {"131e3", 131072, Verdict::coarse, "about right; the exact count is asked for"},
      {"100000", 131072, Verdict::wrong, ""},  // one digit tells nothing
      {"132000", 131072, Verdict::wrong, ""},
      {"131 072", 131072, Verdict::right, "spaces were read as separating thousands"},
      {"131'072", 131072, Verdict::right, "apostrophes were read as separating thousands"},
      {"131_072", 131072, Verdict::right, "underscores were read as separating thousands"},
      {"1,048,576", 1048576, Verdict::right, "commas were read as separating thousands"},
      {"1.048.576", 1048576, Verdict::right, "points were read as separating thousands"},
      {"12.345,5", 12345.5, Verdict::right, "points were read as separating thousands"},
      {"12,345.5", 12345.5, Verdict::right, "commas were read as separating thousands"},
      {"131 073", 131072, Verdict::wrong, ""},
      // A point is a decimal point where no whole number of thousands is meant.
      {"1.024", 1.024, Verdict::right, ""},
      {"1.024", 1024.5, Verdict::wrong, ""},
      {"1.024", 256, Verdict::wrong, ""},
      {"131.0720", 131072, Verdict::wrong, ""},
      {"1.31072e5", 131072, Verdict::right, ""},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.typed);
    const Judgement judgement = judge(row.typed, givens, {{row.truth}}, {});
    EXPECT_EQ(judgement.verdict, row.verdict);
    const std::string said = judgement.verdict == Verdict::right ? judgement.note : judgement.message;
    EXPECT_EQ(said.substr(0, std::string(row.said).size()), row.said);
    EXPECT_EQ(said.empty(), std::string(row.said).empty());
  }
  // Where several values are asked for, these are some of them.
  EXPECT_EQ(judge("131 072", givens, {{131, 72}, true}, {}).verdict, Verdict::right);
  EXPECT_EQ(judge("1,048,576", givens, {{1, 48, 576}, true}, {}).verdict, Verdict::right);
}

TEST(Judge, CountWordsThatAreQuantitiesTooAreReadAsWhatIsRight) {
  const Quantities known{{"examples", {{64}}}, {"channels", {{16}}}};
  const auto says = [&](const char* typed, double truth) {
    return judge(typed, known, {{"truth", {{truth}}}}, {Formula("truth"), {}, {}});
  };
  EXPECT_EQ(says("16 examples", 16).verdict, Verdict::right);
  EXPECT_EQ(says("16 examples", 16).note, "“16” was read without the word behind it");
  EXPECT_EQ(says("2 channels", 32).verdict, Verdict::right);  // 2 for each of 16
  EXPECT_EQ(says("17 examples", 16).verdict, Verdict::wrong);
  EXPECT_EQ(says("2 examples", 16).verdict, Verdict::wrong);
}

TEST(Judge, WhatRoundingOnTheWayLeavesIsCoarse) {
  // Three steps from 1 to 5.12 with the weight 0.87: 1, 1.5356, 2.0016, 2.407. With three digits in each
  // step: 0.87 + 0.666 = 1.54; 1.34 + 0.666 = 2.01; 1.75 + 0.666 = 2.42.
  const Quantities batch = quantities_of({{"x", {{4.12, 6.12}, true}},
                                          {"gamma", {{1}}},
                                          {"beta", {{0}}},
                                          {"eps", {{0}}},
                                          {"momentum", {{0.87}}},
                                          {"running_mean", {{1}}},
                                          {"running_var", {{1}}},
                                          {"steps", {{3}}}});
  const auto says = [&](const char* typed) {
    return judge(typed, {}, batch, {Formula("new_running_mean"), {0.001, 0, 3}, {}});
  };
  EXPECT_EQ(says("2.407").verdict, Verdict::right);
  EXPECT_EQ(says("2.42").verdict, Verdict::coarse);
  EXPECT_NE(says("2.42").message.find("carry more digits"), std::string::npos);
  EXPECT_EQ(says("2.5").verdict, Verdict::wrong);
  EXPECT_EQ(says("2.3").verdict, Verdict::wrong);
}

TEST(Judge, RoundingExcusesNothingThatIsFarAway) {
  // 3.5 lies next to where its deviation from the mean may be rounded to nothing: x_hat by the scale and
  // shift of inference would be anything.
  const Quantities batch = quantities_of(
      {{"x", {{101, 102, 103.5, 102}, true}}, {"gamma", {{1}}}, {"beta", {{0}}}, {"eps", {{0.001}}}});
  for (const char* asked : {"x_hat[0]", "batch_var"}) {
    for (const char* typed : {"123.4", "99999", "-55.5"}) {
      EXPECT_EQ(judge(typed, {}, batch, {Formula(asked), {0.001, 0, 3}, {}}).verdict, Verdict::wrong)
          << asked << " " << typed;
    }
  }
}

TEST(Judge, ASingleDigitShowsNoMethod) {
  const Tolerance two_percent{0.02, 0, 3};
  EXPECT_EQ(verdict("0.2", 0.2004, two_percent), Verdict::unreadable);
  EXPECT_EQ(verdict("0.20", 0.2004, two_percent), Verdict::right);
  EXPECT_EQ(verdict("0.2", 0.2, two_percent), Verdict::right);
  EXPECT_EQ(verdict("1/5", 0.2004, two_percent), Verdict::right);
  EXPECT_EQ(verdict("0", 0, two_percent), Verdict::right);
}

TEST(Judge, TheNameBeforeAValueIsThatOfWhatIsAskedFor) {
  const Quantities batch = quantities_of({{"x", {{2, 4, 6, 8}, true}},
                                          {"gamma", {{1}}},
                                          {"beta", {{0}}},
                                          {"eps", {{0}}},
                                          {"dy", {{1, 2, 3, 5}, true}}});
  const auto says = [&](const char* asked, const char* typed) {
    return judge(typed, {}, batch, {Formula(asked), {0.005, 0, 3}, {}}).verdict;
  };
  // dbeta is 11, batch_var 5, and x_hat[0] −3/√5.
  for (const char* typed : {"dbeta = 11.0", "∂L/∂β = 11.0", "answer = 11.0", "beta.grad = 11.0", "a: 11.0"})
    EXPECT_EQ(says("dbeta", typed), Verdict::right) << typed;
  for (const char* typed : {"dgamma = 11.0", "β = 11.0", "eps = 11.0"})
    EXPECT_EQ(says("dbeta", typed), Verdict::unreadable) << typed;
  EXPECT_EQ(says("batch_var", "σ² = 5.00"), Verdict::right);
  EXPECT_EQ(says("batch_var", "σ = 5.00"), Verdict::unreadable);
  EXPECT_EQ(says("x_hat[0]", "x̂_1 = -1.342"), Verdict::right);
  EXPECT_EQ(says("x_hat[0]", "x_hat[0] = -1.342"), Verdict::right);
  EXPECT_EQ(says("x_hat[0]", "x̂_2 = -1.342"), Verdict::unreadable);
  EXPECT_EQ(says("x_hat[0]", "x_hat[1] = -1.342"), Verdict::unreadable);
}

TEST(Judge, LinksOfAChainMustAllAgreeWithTheOneThatIsJudged) {
  EXPECT_EQ(verdict("0.85 = 0.90 = 0.94", 0.85, {0.01, 0, 3}), Verdict::unreadable);
  EXPECT_EQ(verdict("2016 (32*7*9)", 2016), Verdict::right);
  EXPECT_EQ(verdict("2016 (32*7*8)", 2016), Verdict::unreadable);
  EXPECT_EQ(verdict("2016 (2)", 2016), Verdict::unreadable);
}

TEST(Judge, RefusalsSayWhatWasUnderstood) {
  const auto says = [](const char* typed) { return judge(typed, givens, {{0.802}}, {0.005, 0, 3}).message; };
  EXPECT_EQ(says("3/√14 €"), "“€” does not fit here; one value is asked for; “3/√14” was understood");
  EXPECT_EQ(says("€"), "a value is expected here, not “€”; one value is asked for");
  EXPECT_EQ(says("2 σ"), "unknown name “σ”; known here: gamma, x");
}

TEST(JudgeFuzz, NothingThatIsTypedThrows) {
  const std::vector<std::string> alphabet{
      "1",     "2",     ".5",   "-", "−", "+",          "*",  "/",         "^",      "√",     "(",
      ")",     "[",     "]",    ",", ";", "x",          "γ",  " ",         "%",      "²",     "👍",
      "\n",    "1e308", "\xe2", "≈", "=", ":",          "½",  "…",         "about ", "x1 = ", " batches",
      "1,024", "{",     "}",    "|", "@", "\\frac{1}{", "Σ ", " examples", "and ",   "‰"};
  lab::Random random(4);
  int verdicts[6] = {};
  for (int trial = 0; trial < 30000; ++trial) {
    std::string typed;
    for (Index k = random_count(random, 10); k > 1; --k) {
      typed +=
          alphabet[static_cast<std::size_t>(random_count(random, static_cast<Index>(alphabet.size())) - 1)];
    }
    SCOPED_TRACE(typed);
    const Value truth = trial % 2 == 0 ? Value{{1}} : Value{{1, 2}, true};
    Judgement judgement;
    ASSERT_NO_THROW(judgement = judge(typed, givens, truth, {0.5, 0}));
    ++verdicts[static_cast<int>(judgement.verdict)];
    const bool judged = judgement.verdict == Verdict::right || judgement.verdict == Verdict::wrong;
    const bool was_compared =
        judged || (judgement.verdict == Verdict::unreadable && !judgement.cells.empty());
    ASSERT_EQ(judgement.cells.size(), was_compared ? truth.values.size() : 0);
    ASSERT_EQ(judgement.verdict == Verdict::unreadable && judgement.message.empty(), false);
    ASSERT_LE(judgement.range.begin, judgement.range.end);
    ASSERT_LE(judgement.range.end, typed.size());
  }
  for (const Verdict each : {Verdict::empty, Verdict::unreadable, Verdict::right, Verdict::wrong})
    EXPECT_GT(verdicts[static_cast<int>(each)], 100);
}

}  // namespace
