// The answer language: what people type, what it comes to, and what they are told where it cannot be read.

#include "answers/expression.h"

#include <string_view>

#include "answers/evaluate.h"
#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using answers::evaluate;
using answers::Node;
using answers::parse;
using answers::Quantities;
using answers::Range;
using answers::ReadError;
using answers::Value;

/// What the texts below may name: the givens of the lesson's example 2, and its x_hat.
const Quantities known{
    {"x", {{2, 4, 6, 8}, true}},
    {"x_hat", {{-3 / std::sqrt(5), -1 / std::sqrt(5), 1 / std::sqrt(5), 3 / std::sqrt(5)}, true}},
    {"gamma", {{2}}},
    {"beta", {{1}}},
    {"eps", {{1e-5}}},
    {"momentum", {{0.9}}},
    {"batch_mean", {{5}}},
};

Value value_of(const std::string& text) {
  return evaluate(parse(text), known);
}

/// The length of valid UTF-8 in UTF-16 units: a four-byte character takes two.
std::size_t utf16_length(const std::string& text) {
  std::size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) length += byte >= 0xF0 ? 2 : 1;
  }
  return length;
}

struct Readable {
  const char* text;
  std::vector<double> values;
  bool is_list = false;
};

/// Within four roundings of each value: no step on the way to it is much larger than itself.
void expect_values(const Readable& expected) {
  SCOPED_TRACE(expected.text);
  try {
    const Value got = value_of(expected.text);
    EXPECT_EQ(got.is_list, expected.is_list);
    ASSERT_EQ(got.values.size(), expected.values.size());
    for (std::size_t k = 0; k < got.values.size(); ++k) {
      EXPECT_NEAR(got.values[k], expected.values[k], 4 * epsilon * std::abs(expected.values[k]))
          << "[" << k << "]";
    }
  } catch (const ReadError& error) {
    ADD_FAILURE() << error.what();
  }
}

TEST(Expression, WordsForNumbersAreNamesToAnAuthor) {
  EXPECT_EQ(evaluate(parse("100 * four / one"), {{"four", {{1024}}}, {"one", {{512}}}}).values[0], 200);
}

TEST(Expression, Numbers) {
  const Readable table[] = {
      {"2", {2}},
      {"0.5", {0.5}},
      {".5", {0.5}},
      {"5.", {5}},
      {"007", {7}},
      {"2.5e-3", {0.0025}},
      {"2.5E-3", {0.0025}},
      {"2.5e−3", {0.0025}},  // a Unicode minus
      {"1e+3", {1000}},
      {"1e5", {100000}},
      {"1e-05", {0.00001}},
      {"1.e2", {100}},
      {"12 %", {0.12}},
      {"12%", {0.12}},
      {"-50%", {-0.5}},
      {"  3 ", {3}},
      {"\t3\n", {3}},
      {"\u00a03\u2009", {3}},  // pasted with hard and thin spaces
      {"179769313486231570000e288", {largest_double}},
      {"0", {0}},
  };
  for (const Readable& row : table) expect_values(row);
}

TEST(Expression, Operators) {
  const Readable table[] = {
      {"-3", {-3}},
      {"−3", {-3}},  // U+2212
      {"–3", {-3}},  // an en dash, as word processors make of a hyphen
      {"+3", {3}},
      {"--3", {3}},
      {"2--3", {5}},
      {"2 - -3", {5}},
      {"2*-3", {-6}},
      {"1 + 2*3", {7}},
      {"(1 + 2)*3", {9}},
      {"8/4/2", {1}},
      {"8 - 4 - 2", {2}},
      {"2·3", {6}},
      {"2×3", {6}},
      {"2⋅3", {6}},
      {"6÷3", {2}},
      {"2^3", {8}},
      {"2^3^2", {512}},  // from the right, as in mathematics
      {"2^-3^2", {1.0 / 512}},
      {"-2^2", {-4}},  // the sign belongs to the power
      {"(-2)^2", {4}},
      {"2^-1", {0.5}},
      {"5²", {25}},
      {"2²³", {8388608}},  // one exponent, as it is written
      {"-2²", {-4}},
      {"2³", {8}},
      {"4^0.5", {2}},
      {"0^0", {1}},
      {"(-2)^3", {-8}},
      {"1 -2", {-1}},  // two numbers only: a difference
      {"1 - 2", {-1}},
      {"100*50%", {50}},
      {"50%^2", {0.25}},
      {"2 *\n3", {6}},
  };
  for (const Readable& row : table) expect_values(row);
}

TEST(Expression, RootsAndFunctions) {
  const double root = std::sqrt(5.0);
  const Readable table[] = {
      {"-3/sqrt(5)", {-3 / root}},
      {"−3/√5", {-3 / root}},
      {"-3 / √(5)", {-3 / root}},
      {"√ 5", {root}},
      {"√√16", {2}},
      {"√4^2", {4}},
      {"√x[1]", {2}},
      {"sqrt(sqrt(16))", {2}},
      {"sqrt (4)", {2}},
      {"abs(-2)", {2}},
      {"exp(0)", {1}},
      {"log(1)", {0}},
      {"log(exp(2))", {2}},
      {"sqrt([4, 9])", {2, 3}, true},
      {"sum(x)", {20}},
      {"mean(x)", {5}},
      {"min(x)", {2}},
      {"max(x)", {8}},
      {"count(x)", {4}},
      {"sum([1, 2, 3])", {6}},
      {"sum([1, 2]\n- [1, 1])", {1}},  // a line end inside ( ) separates nothing
      {"count(7)", {1}},
      {"mean((x - mean(x))^2)", {5}},
      {"sum((x - mean(x))²)/count(x)", {5}},
      {"max(abs(x - 5))", {3}},
  };
  for (const Readable& row : table) expect_values(row);
}

TEST(Expression, TheMeanOfEqualValuesIsThatValue) {
  for (const double constant : nasty_constants) {
    for (std::size_t m = 1; m <= 20; ++m) {
      const Quantities given{{"c", {std::vector<double>(m, constant), true}}};
      EXPECT_EQ(evaluate(parse("mean(c)"), given).values[0], constant) << m << " times " << constant;
    }
  }
}

TEST(Expression, Names) {
  const double root = std::sqrt(5.0);
  const Readable table[] = {
      {"x", {2, 4, 6, 8}, true},
      {"x[0]", {2}},
      {"x[ 3 ]", {8}},
      {"x[1 + 1]", {6}},
      {"[x[3 -1], 5]", {6, 5}, true},  // a position is one value, so the sign is a difference
      {"x[count(x) - 1]", {8}},
      {"-x[0]^2", {-4}},
      {"x[0]²", {4}},
      {"gamma", {2}},
      {"γ", {2}},
      {"β", {1}},
      {"ε", {1e-5}},
      {"ϵ", {1e-5}},  // the lunate epsilon
      {"α", {0.9}},
      {"μ", {5}},
      {"µ", {5}},  // the micro sign
      {"μ_B", {5}},
      {"x̂[3]", {3 / root}},
      {"x_hat[0]", {-3 / root}},
      {"gamma * x_hat[0] + beta", {1 - 6 / root}},
      {"γ·x̂[0] + β", {1 - 6 / root}},
      {"x - 5", {-3, -1, 1, 3}, true},
      {"(x - μ)/√5", {-3 / root, -1 / root, 1 / root, 3 / root}, true},
      {"x*x", {4, 16, 36, 64}, true},
      {"2^x", {4, 16, 64, 256}, true},
      {"-x", {-2, -4, -6, -8}, true},
      {"x%", {0.02, 0.04, 0.06, 0.08}, true},
      {"[1,2,3][1]", {2}},
  };
  for (const Readable& row : table) expect_values(row);
}

TEST(Expression, Lists) {
  const std::vector<double> lesson{-1.34, -0.45, 0.45, 1.34};
  const Readable table[] = {
      {"-1.34, -0.45, 0.45, 1.34", lesson, true},
      {"[-1.34, -0.45, 0.45, 1.34]", lesson, true},
      {"[-1.34 -0.45 0.45 1.34]", lesson, true},  // as numpy prints it
      {"[-1.34 -0.45\n  0.45  1.34]", lesson, true},
      {"[ -1.34  -0.45   0.45   1.34 ]", lesson, true},
      {"-1.34; -0.45; 0.45; 1.34", lesson, true},
      {"[-1.34; -0.45; 0.45; 1.34]", lesson, true},
      {"-1.34\n-0.45\n0.45\n1.34", lesson, true},
      {"-1.34\r\n-0.45\r\n0.45\r\n1.34\r\n", lesson, true},
      {"−1.34, −0.45,\n0.45, 1.34", lesson, true},
      {"1 2 3", {1, 2, 3}, true},
      {"1. 2. 3.", {1, 2, 3}, true},
      {"[1,2]", {1, 2}, true},
      {"[1]", {1}, true},
      {"[[1, 2]]", {1, 2}, true},
      {"[1 - 2, 3]", {-1, 3}, true},
      {"[1 -2 3]", {1, -2, 3}, true},
      {"[1 +2 3]", {1, 2, 3}, true},
      {"1/2, 3*2, 2^2", {0.5, 6, 4}, true},
      {"x[0], x[3]", {2, 8}, true},
      {"[1, 2] + [3, 4]", {4, 6}, true},
      {"2*[1, 2]", {2, 4}, true},
      {"[(1 -2), 3]", {-1, 3}, true},
      {"1,5", {1, 5}, true},
  };
  for (const Readable& row : table) expect_values(row);
}

struct Unreadable {
  const char* text;
  std::size_t begin, end;  // in UTF-16 units
  const char* part;        // of the sentence
};

void expect_refusal(const Unreadable& expected) {
  SCOPED_TRACE(expected.text);
  try {
    value_of(expected.text);
    ADD_FAILURE() << "was read";
  } catch (const ReadError& error) {
    EXPECT_EQ(error.range.begin, expected.begin);
    EXPECT_EQ(error.range.end, expected.end);
    EXPECT_NE(std::string_view(error.what()).find(expected.part), std::string_view::npos) << error.what();
  }
}

TEST(Expression, WhatCannotBeRead) {
  const Unreadable table[] = {
      {"", 0, 0, "nothing is written here"},
      {"  \n ", 4, 4, "nothing is written here"},
      {"2..3", 0, 3, "“2..”: a number has one decimal point"},
      {"1 + 1.2.3", 4, 8, "“1.2.”: a number has one decimal point"},
      {"1e999", 0, 5, "“1e999” is too large a number"},
      {"(1 + 2", 0, 1, "the bracket “(” is not closed: “)” is missing"},
      {"2*(1 + (2)", 2, 3, "the bracket “(” is not closed"},
      {"sqrt(5", 4, 5, "the bracket “(” is not closed"},
      {"[1, 2", 5, 5, "the bracket “[” is not closed: “]” is missing"},
      {"1 + 2)", 5, 6, "“)” does not fit here"},
      {"1, 2]", 4, 5, "“]” does not fit here"},
      {"x[0", 3, 3, "“]” is missing after the position"},
      {"x[0, 1]", 3, 4, "“]” is missing after the position"},
      {"x[]", 2, 3, "a value is expected here, not “]”"},
      {"[]", 0, 2, "the list is empty"},
      {"[1; 2, 3]", 5, 6, "both “,” and “;” are used"},
      {"1,, 2", 1, 2, "a value is missing after “,”"},
      {"x 2", 2, 3, "something is missing between “x” and “2”: * for a product, a comma for a list"},
      {"[x x]", 3, 4, "something is missing between “x” and “x”"},  // two values, or a product?
      {"x [0]", 2, 3, "something is missing between “x” and “[”"},
      {"1 -2 3", 2, 3, "is “-” here a difference or the sign of the next value? Put commas"},
      {"-1.34 −0.45 0.45", 6, 7, "is “−” here a difference or the sign of the next value?"},
      {"[1 -2, 3]", 3, 4, "is “-” here a difference or the sign of the next value?"},
      {"1 -2, 3", 2, 3, "is “-” here a difference or the sign of the next value?"},
      {"1 +", 3, 3, "the text ends where a value is expected"},
      {"3 * / 2", 4, 5, "a value is expected here, not “/”"},
      {"^2", 0, 1, "a value is expected here, not “^”"},
      {"√", 1, 1, "the text ends where a value is expected"},
      {"√-5", 1, 2, "a value is expected here, not “-”"},
      {"sqrt(1, 2)", 6, 7, "one value is expected in ( ); a list stands in [ ]"},
      {"5$", 1, 2, "“$” does not fit here"},
      {"=", 0, 1, "a value is missing after “=”"},
      {"5 = 5", 2, 3, "“=” does not fit here: a value is asked for, no equation"},
      {"👍", 0, 2, "a value is expected here, not “👍”"},
      {"👍 + 1", 0, 2, "a value is expected here"},
      {"1 + 👍👍", 4, 6, "a value is expected here, not “👍”"},
      {"−√5 👍 2", 4, 6, "“👍” does not fit here"},
  };
  for (const Unreadable& row : table) expect_refusal(row);
}

TEST(Expression, WhatHasNoValue) {
  const Unreadable table[] = {
      {"gama * 2", 0, 4, "unknown name “gama”; did you mean “gamma”? Known here: batch_mean, beta, eps"},
      {"x_hut", 0, 5, "did you mean “x_hat”?"},
      {"3 apples", 2, 8, "unknown name “apples”"},
      {"1 + velocity", 4, 12, "unknown name “velocity”; known here: batch_mean, beta"},
      {"σ", 0, 1, "unknown name “batch_var”; known here"},
      {"ω", 0, 1, "unknown name “ω”; known here"},
      {"q", 0, 1, "unknown name “q”; known here"},  // one letter resembles none
      {"2 + sqr(4)", 4, 10,
       "unknown function “sqr”; did you mean “sqrt”? Known here: sqrt, abs, exp, log, log2"},
      {"sqr(4) + q", 0, 6, "unknown function “sqr”"},  // the first of two
      {"1 + 1/0", 4, 7, "division by 0"},
      {"1/(2 - 2)", 0, 9, "division by 0"},
      {"x/(x - 4)", 0, 9, "division by 0"},
      {"0^-1", 0, 4, "division by 0: 0 to a negative power"},
      {"(-8)^(1/3)", 0, 10, "a negative number to a power that is no integer"},
      {"sqrt(-1)", 0, 8, "the root of a negative number is no number"},
      {"2*√(-1)", 2, 7, "the root of a negative number is no number"},
      {"sqrt(x - 4)", 0, 11, "the root of a negative number is no number"},
      {"log(0)", 0, 6, "the logarithm of a number that is not positive is no number"},
      {"x[4]", 2, 3, "positions count from 0: the list has the values [0] to [3]"},
      {"x[-1]", 2, 4, "positions count from 0"},
      {"x[0.5]", 2, 5, "positions count from 0"},
      {"x[1e300]", 2, 7, "positions count from 0"},
      {"x[x]", 2, 3, "positions count from 0"},
      {"gamma[0]", 0, 8, "[ ] takes a value out of a list, and this is a single number"},
      {"x + [1, 2]", 0, 10, "two lists of unequal length: 4 and 2 values"},
      {"[x, 1]", 1, 2, "a list inside a list"},
      {"x, x", 0, 1, "a list inside a list"},
      {"[1, 2], [3, 4]", 0, 6, "a list inside a list"},
      {"exp(1000)", 0, 9, "the result is too large for a double"},
      {"1e300 * 1e300", 0, 13, "the result is too large for a double"},
      {"10^400", 0, 6, "the result is too large for a double"},
  };
  for (const Unreadable& row : table) expect_refusal(row);
}

TEST(Expression, WithoutQuantitiesOnlyNumbersAreExpected) {
  try {
    evaluate(parse("x"), {});
    ADD_FAILURE() << "was read";
  } catch (const ReadError& error) {
    EXPECT_STREQ(error.what(), "unknown name “x”; only numbers are expected here");
  }
}

TEST(Expression, TextOf2000UnitsIsReadAndNoLongerOne) {
  const std::string longest = "1" + std::string(1999, ' ');
  EXPECT_EQ(value_of(longest).values, std::vector<double>{1});
  expect_refusal({(longest + " ").c_str(), 2000, 2001, "the text is longer than 2000 characters"});
  // The thumb takes two units in a text box.
  expect_refusal({("1" + std::string(1998, ' ') + "👍").c_str(), 2000, 2001, "longer than 2000 characters"});
}

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int k = 0; k < times; ++k) result += text;
  return result;
}

TEST(Expression, NestingHasALimit) {
  const auto nested = [](int depth) { return repeated("(", depth) + "1" + repeated(")", depth); };
  EXPECT_EQ(value_of(nested(59)).values, std::vector<double>{1});
  const std::string too_deep[] = {nested(61),
                                  nested(900),
                                  repeated("[", 900),
                                  repeated("-", 900) + "1",
                                  repeated("√", 900) + "1",
                                  repeated("2^", 900) + "1",
                                  repeated("sqrt(", 300),
                                  repeated("x[", 900)};
  for (const std::string& text : too_deep) {
    SCOPED_TRACE(text.substr(0, 10));
    try {
      value_of(text);
      ADD_FAILURE() << "was read";
    } catch (const ReadError& error) {
      EXPECT_STREQ(error.what(), "too many brackets or signs inside each other");
      EXPECT_LE(error.range.begin, error.range.end);
      EXPECT_LE(error.range.end, utf16_length(text));
    }
  }
}

TEST(Expression, LongChainsAreBounded) {
  // These trees are as deep as the text is long, though nothing in them is nested; the page draws them level
  // by level.
  EXPECT_EQ(value_of("1" + repeated("+1", 198)).values, std::vector<double>{199});
  for (const char* link : {"+1", "*1", "/1", "γ", "%"}) {
    EXPECT_NO_THROW(parse("1" + repeated(link, 198))) << link;
    for (const int count : {200, 999}) {
      try {
        parse("1" + repeated(link, count));
        ADD_FAILURE() << count << " times " << link << " was read";
      } catch (const ReadError& error) {
        EXPECT_NE(std::string(error.what()).find("too many operations in a row"), std::string::npos);
      }
    }
  }
  // A list has many values, but no more levels.
  EXPECT_EQ(value_of("1" + repeated(",1", 999)).values, std::vector<double>(1000, 1.0));
}

TEST(Expression, RangesOfTheTree) {
  // As the page underlines them: "−√5·x[1]" is eight characters, one unit each.
  const Node tree = parse("−√5·x[1]");
  EXPECT_EQ(tree.kind, Node::Kind::multiply);
  EXPECT_EQ(tree.range.begin, 0u);
  EXPECT_EQ(tree.range.end, 8u);
  ASSERT_EQ(tree.children.size(), 2u);
  const Node& negated = tree.children[0];
  EXPECT_EQ(negated.kind, Node::Kind::negate);
  EXPECT_EQ(negated.range.end, 3u);
  const Node& root = negated.children.at(0);
  EXPECT_EQ(root.kind, Node::Kind::call);
  EXPECT_EQ(root.text, "sqrt");
  EXPECT_EQ(root.range.begin, 1u);
  const Node& indexed = tree.children[1];
  EXPECT_EQ(indexed.kind, Node::Kind::index);
  EXPECT_EQ(indexed.range.begin, 4u);
  EXPECT_EQ(indexed.children.at(0).text, "x");
  EXPECT_EQ(indexed.children.at(1).number, 1);
}

TEST(Expression, KindsHaveTheNamesOfThePage) {
  struct {
    const char* text;
    const char* kind;
  } const table[] = {
      {"1", "number"},   {"x", "name"},    {"1, 2", "list"},    {"-1", "negate"},
      {"1%", "percent"}, {"1+1", "add"},   {"1-1", "subtract"}, {"1*1", "multiply"},
      {"1/1", "divide"}, {"1^1", "power"}, {"x[0]", "index"},   {"sqrt(1)", "call"},
  };
  for (const auto& row : table) EXPECT_STREQ(kind_name(parse(row.text).kind), row.kind) << row.text;
}

TEST(Expression, Blank) {
  for (const char* text : {"", " ", "\t\r\n", "\u00a0\u2003"}) EXPECT_TRUE(answers::is_blank(text)) << text;
  for (const char* text : {"0", " x ", "👍", "."}) EXPECT_FALSE(answers::is_blank(text)) << text;
}

/// Parses and evaluates: either every value is finite, or ReadError says where within `length` units.
void expect_value_or_refusal(const std::string& text, std::size_t length, int& values, int& refusals) {
  try {
    const Value value = value_of(text);
    ++values;
    ASSERT_FALSE(value.values.empty());
    for (std::size_t k = 0; k < value.values.size(); ++k) {
      ASSERT_TRUE(std::isfinite(value.values[k]));
      ASSERT_GE(value.scale(k), 0);
    }
  } catch (const ReadError& error) {
    ++refusals;
    ASSERT_LE(error.range.begin, error.range.end);
    ASSERT_LE(error.range.end, length);
    ASSERT_STRNE(error.what(), "");
  }
}

TEST(ExpressionFuzz, TheLanguagesOwnCharacters) {
  const std::vector<std::string> alphabet{
      "0", "1", "2", "9",   ".",   "e",    "E",     "+",    "-",       "−",   "*",  "·", "/", "÷",
      "^", "²", "³", "√",   "(",   ")",    "[",     "]",    ",",       ";",   "%",  " ", " ", "\n",
      "x", "γ", "x̂", "sum", "max", "sqrt", "gamma", "log(", "mean(x)", "[0]", "1e", "👍", "_", "1e300",
  };
  lab::Random random(1);
  int values = 0, refusals = 0;
  for (int trial = 0; trial < 40000; ++trial) {
    std::string text;
    const Index pieces = random_count(random, trial % 10 == 0 ? 200 : 12);
    for (Index k = 0; k < pieces; ++k) {
      text +=
          alphabet[static_cast<std::size_t>(random_count(random, static_cast<Index>(alphabet.size())) - 1)];
    }
    SCOPED_TRACE(text);
    expect_value_or_refusal(text, utf16_length(text), values, refusals);
    if (testing::Test::HasFatalFailure()) return;
  }
  // The strings must reach both ends of the reader.
  EXPECT_GT(values, 1000);
  EXPECT_GT(refusals, 1000);
}

TEST(ExpressionFuzz, ReadableTextWithOneCharacterChanged) {
  const std::string texts[] = {
      "γ·x̂[0] + β",      "-3/√5, -1/√5, 1/√5, 3/√5",   "[-1.34 -0.45 0.45 1.34]", "mean((x - μ)²)/(1 + ε)",
      "2.5e-3 * 2^-3^2", "sum(x[1]*x)/count(x) - 12 %"};
  lab::Random random(2);
  int values = 0, refusals = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    std::string text = texts[trial % 6];
    const auto place = static_cast<std::size_t>(random_count(random, static_cast<Index>(text.size())) - 1);
    // A byte may lie within a character, so that the text is not valid UTF-8 any more: then every byte is a
    // unit at most.
    text[place] = static_cast<char>(31 + random_count(random, 95));
    SCOPED_TRACE(text);
    expect_value_or_refusal(text, text.size(), values, refusals);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(values, 1000);
  EXPECT_GT(refusals, 1000);
}

TEST(ExpressionFuzz, Bytes) {
  lab::Random random(3);
  int values = 0, refusals = 0;
  for (int trial = 0; trial < 40000; ++trial) {
    std::string text(static_cast<std::size_t>(random_count(random, trial % 2 == 0 ? 3 : 40)), '\0');
    for (char& byte : text) byte = static_cast<char>(random_count(random, 256) - 1);
    SCOPED_TRACE(testing::PrintToString(text));
    expect_value_or_refusal(text, text.size(), values, refusals);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(refusals, 1000);
}

TEST(Expression, BrokenUtf8DoesNotEndTheProgram) {
  // None of them may pass for a character of the language either, such as ² in what follows the 5.
  for (const char* text : {"\xff", "1 + \xe2\x88", "\x80\x80", "1\xf0\x9f", "\xc0\xb1", "\xf4\x90\x80\x80 1",
                           "5\xb2", "5\x82\xb2", "5\xe2\xb2"}) {
    SCOPED_TRACE(testing::PrintToString(std::string(text)));
    int values = 0, refusals = 0;
    expect_value_or_refusal(text, std::strlen(text), values, refusals);
    EXPECT_EQ(refusals, 1);
  }
}

struct Rounded {
  const char* text;
  double shown;
};

TEST(WithoutRounding, WhatRoundingLeftOfZeroIsZero) {
  for (const char* text :
       {"0.1 + 0.2 - 0.3", "sum(x_hat)", "mean(x_hat)", "5*(0.1 + 0.2 - 0.3)", "(0.1 + 0.2 - 0.3)/7",
        "(0.1 + 0.2 - 0.3)^2", "-(0.1 + 0.2 - 0.3)", "sqrt(0.1 + 0.2 - 0.3)", "sqrt(0.3 - 0.1 - 0.2)",
        "abs(0.1 + 0.2 - 0.3)", "(0.1 + 0.2 - 0.3)%", "max([0.1 + 0.2 - 0.3])", "[0.1 + 0.2 - 0.3][0]",
        "sum(x*x_hat) - 20/sqrt(5)", "1 - √5*√5/5", "(0.1 + 0.2 - 0.3)*(0.1 + 0.2 - 0.3)",
        "x_hat[0] + 3/√5"}) {
    EXPECT_EQ(value_of(text).without_rounding(0), 0) << text;
  }
  // The sums above must round at all, or the language has nothing to take back.
  EXPECT_NE(value_of("0.1 + 0.2 - 0.3").values[0], 0);
}

TEST(WithoutRounding, ASmallNumberStays) {
  const double tenth = 1 - 0.9;
  const Rounded table[] = {
      {"1e-300 * 2", 2e-300},
      {"1e-300", 1e-300},
      {"1e-20 + 1e-20", 2e-20},
      {"1e-20/3", 1e-20 / 3},
      {"1e-5^10", std::pow(1e-5, 10)},
      {"exp(-100)", std::exp(-100)},
      {"exp(-100) * 1e-100", std::exp(-100) * 1e-100},
      {"eps^3", 1e-5 * 1e-5 * 1e-5},
      {"1 - 0.999999", 1 - 0.999999},
      {"(3 - 2)%%%%%%%", 1e-14},
      // A factor or a power has no larger relative error than its parts together.
      {"(2 - 1)^100", 1},
      {"(3 - 1)^50", 0x1p50},
      {"(1 - 0.1)^200", std::pow(1 - 0.1, 200)},
      {"(1 - 0.9)^20", std::pow(tenth, 20)},
      {"(10000001 - 10000000)^2", 1},
      {"(10000001 - 10000000)*(10000001 - 10000000)", 1},
      {"1/(10000001 - 10000000)/(10000001 - 10000000)", 1},
      // One value of a list is as exact as it was, whatever stands beside it.
      {"min([1e-20, 5])", 1e-20},
      {"max([1e-20, -5])", 1e-20},
      {"[1e-20, 5][0]", 1e-20},
      {"count([1e20, 2])", 2},
      // Nor does the scale overflow before the value does.
      {"1.7e308 - 1e308", 1.7e308 - 1e308},
      {"1e308 * 1", 1e308},
  };
  for (const Rounded& row : table) {
    const double shown = value_of(row.text).without_rounding(0);
    EXPECT_NEAR(shown, row.shown, 4 * epsilon * row.shown) << row.text;
    EXPECT_GT(shown, 0) << row.text;
  }
}

TEST(WithoutRounding, WhatIsOnlyRoundingIsNoDivisor) {
  expect_refusal({"1/(0.1 + 0.2 - 0.3)", 0, 19, "division by 0"});
  expect_refusal({"(0.1 + 0.2 - 0.3)^-1", 0, 20, "division by 0: 0 to a negative power"});
  expect_refusal({"log(0.1 + 0.2 - 0.3)", 0, 20, "the logarithm of a number that is not positive"});
}

TEST(WithoutRounding, AGivenScaleTellsWhatAQuantityWasMadeOf) {
  // A batch mean of 1e-17 over values of size 8 is 0; over values of size 1e-17 it is 1e-17.
  const Value rounding{{1e-17}, false, {8}}, genuine{{1e-17}, false, {1e-17}};
  EXPECT_EQ(evaluate(parse("m * 2"), {{"m", rounding}}).without_rounding(0), 0);
  EXPECT_EQ(evaluate(parse("m * 2"), {{"m", genuine}}).without_rounding(0), 2e-17);
  EXPECT_EQ(rounding.scale(0), 8);
}

}  // namespace
