// What learners type, as they type it: the values it comes to, or the refusal and the place it points at.

#include "answers/typed_text.h"

#include <string_view>

#include "answers/evaluate.h"
#include "answers/expression.h"
#include "answers/names.h"
#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using answers::evaluate;
using answers::Node;
using answers::Notation;
using answers::parse;
using answers::parse_equation;
using answers::Quantities;
using answers::Range;
using answers::ReadError;
using answers::Reading;
using answers::Value;

/// Numbers that can be worked with by hand: the sum of dy is 11, that of dy·x_hat -3 - 2 + 3 + 15 = 13, σ
/// is 2.
const Quantities known{
    {"x", {{2, 4, 6, 8}, true}},
    {"dy", {{1, 2, 3, 5}, true}},
    {"x_hat", {{-3, -1, 1, 3}, true}},
    {"y", {{-5, -1, 3, 7}, true}},
    {"dx", {{10, 20, 30, 40}, true}},
    {"dx_hat", {{2, 4, 6, 10}, true}},
    {"gamma", {{2}}},
    {"beta", {{1}}},
    {"eps", {{0.5}}},
    {"momentum", {{0.75}}},
    {"m", {{4}}},
    {"batch_mean", {{5}}},
    {"batch_var", {{4}}},
    {"running_mean", {{7}}},
    {"running_var", {{9}}},
    {"dgamma", {{13}}},
    {"dbeta", {{11}}},
    {"dvar", {{-6}}},
    {"dmean", {{-8}}},
    {"w", {{3}}},
    {"steps", {{6}}},
    {"running_mean_trace", {{0, 16, 32}, true}},
    {"rate", {{100}}},  // a name that the language does not know
};

Node parse_decimal_comma(const std::string& text) {
  Notation notation;
  notation.commas = Notation::Commas::decimal;
  return parse(text, notation);
}

struct Readable {
  const char* text;
  std::vector<double> values;
  bool is_list = false;
};

/// Within four roundings of each value.
void expect_values(const Node& tree, const Readable& expected) {
  const Value got = evaluate(tree, known);
  EXPECT_EQ(got.is_list, expected.is_list);
  ASSERT_EQ(got.values.size(), expected.values.size());
  for (std::size_t k = 0; k < got.values.size(); ++k) {
    EXPECT_NEAR(got.values[k], expected.values[k], 4 * epsilon * std::abs(expected.values[k]))
        << "[" << k << "]";
  }
}

/// A learner's, with so many values.
Notation answer_of(std::size_t count) {
  Notation notation;
  notation.asked = count;
  return notation;
}

template <std::size_t count>
void expect_values(const Readable (&table)[count]) {
  for (const Readable& row : table) {
    SCOPED_TRACE(row.text);
    try {
      expect_values(parse(row.text, answer_of(row.values.size())), row);
    } catch (const ReadError& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

/// UTF-8 in UTF-16 units: a four-byte character takes two.
std::size_t utf16_length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) length += byte >= 0xF0 ? 2 : 1;
  }
  return length;
}

/// `marked` holds the typed text, and « » around what the refusal points at.
struct Unreadable {
  const char* marked;
  const char* part;  // of the sentence
};

template <typename Read>
void expect_refusal(const Unreadable& row, const Read& read) {
  SCOPED_TRACE(row.marked);
  const std::string marked = row.marked, open = "«", close = "»";
  const std::size_t begin = marked.find(open), end = marked.find(close);
  ASSERT_TRUE(begin < end && end != std::string::npos);
  const std::string before = marked.substr(0, begin);
  const std::string inside = marked.substr(begin + open.size(), end - begin - open.size());
  try {
    read(before + inside + marked.substr(end + close.size()));
    ADD_FAILURE() << "was read";
  } catch (const ReadError& error) {
    EXPECT_EQ(error.range.begin, utf16_length(before));
    EXPECT_EQ(error.range.end, utf16_length(before + inside));
    EXPECT_NE(std::string_view(error.what()).find(row.part), std::string_view::npos) << error.what();
  }
}

template <std::size_t count>
void expect_refusals(const Unreadable (&table)[count]) {
  for (const Unreadable& row : table) {
    expect_refusal(row, [](const std::string& text) { evaluate(parse(text), known); });
  }
}

// 1. Products without a sign

TEST(TypedText, ProductsWithoutASign) {
  const Readable table[] = {
      {"2x", {4, 8, 12, 16}, true},
      {"2 x", {4, 8, 12, 16}, true},
      {"0.5x", {1, 2, 3, 4}, true},
      {"2e3x", {4000, 8000, 12000, 16000}, true},
      {"2(x+1)", {6, 10, 14, 18}, true},
      {"2 (x + 1)", {6, 10, 14, 18}, true},
      {"(2)(3)", {6}},
      {"(x)(x)", {4, 16, 36, 64}, true},
      {"(2)(3)(4)", {24}},
      {"2√16", {8}},
      {"2√(16)", {8}},
      {"(3)√4", {6}},
      {"gamma x_hat", {-6, -2, 2, 6}, true},
      {"gamma x_hat + beta", {-5, -1, 3, 7}, true},
      {"γ x̂ + β", {-5, -1, 3, 7}, true},
      {"γx̂ + β", {-5, -1, 3, 7}, true},  // a Greek letter is a name of its own
      {"γx̂+β", {-5, -1, 3, 7}, true},
      {"2γβ", {4}},
      {"γ(x - mean(x))", {-6, -2, 2, 6}, true},
      {"γ (x − μ)", {-6, -2, 2, 6}, true},
      {"gamma(x - 5)", {-6, -2, 2, 6}, true},
      {"w(x + 1)", {9, 15, 21, 27}, true},
      {"x(1)", {2, 4, 6, 8}, true},
      {"x_hat sum(dy)", {-33, -11, 11, 33}, true},
      {"2sum(dy)", {22}},
      {"sum(dy) x_hat", {-33, -11, 11, 33}, true},
      {"2x^2", {8, 32, 72, 128}, true},
      {"2x²", {8, 32, 72, 128}, true},
      {"x²y", {-20, -16, 108, 448}, true},
      {"x² y", {-20, -16, 108, 448}, true},
      {"2³x", {16, 32, 48, 64}, true},
      {"x^(2)y", {-20, -16, 108, 448}, true},
      {"√(16)x", {8, 16, 24, 32}, true},
      {"-2x", {-4, -8, -12, -16}, true},
      {"2 -x", {0, -2, -4, -6}, true},  // a difference
      {"1 + 2x", {5, 9, 13, 17}, true},
      {"2x*3", {12, 24, 36, 48}, true},
      {"3*2x", {12, 24, 36, 48}, true},
      {"2x/4", {1, 2, 3, 4}, true},
      {"(1/m) sum(dy)", {2.75}},
      {"(1/2)x", {1, 2, 3, 4}, true},
      {"50% x", {1, 2, 3, 4}, true},
      {"2x[1]", {8}},
      {"2|x|", {4, 8, 12, 16}, true},
      {"|x||y|", {10, 4, 18, 56}, true},
      {"[(2 γ), 3]", {4, 3}, true},
      {"[2γ, 3]", {4, 3}, true},
      // Not products:
      {"2 3", {2, 3}, true},
      {"1/2 3/4", {0.5, 0.75}, true},
      {"2γ\nγ", {4, 2}, true},
      {"8/4*2", {4}},
      {"8/4·2", {4}},
      {"-2^2", {-4}},
      {"−2²", {-4}},
  };
  expect_values(table);
}

TEST(TypedText, TwoReadingsAreRefusedWithBoth) {
  const Unreadable table[] = {
      {"«1/2x»", "“1/2x” can be read as (1/2)·x or as 1/(2·x): write the one you mean"},
      {"«1/2 x»", "“1/2 x” can be read as (1/2)·x or as 1/(2·x)"},
      {"3 + «1/2x»", "(1/2)·x or as 1/(2·x)"},
      {"«1/2x» + 3", "(1/2)·x or as 1/(2·x)"},
      {"«beta/gamma x»", "(beta/gamma)·x or as beta/(gamma·x)"},
      {"«8/2(2+2)»", "(8/2)·(2+2) or as 8/(2·(2+2))"},
      {"«8÷2(2+2)»", "(8/2)·(2+2) or as 8/(2·(2+2))"},
      {"«x/(2)(3)»", "can be read as"},
      {"«1/γ(x - 5)»", "(1/γ)·(x - 5) or as 1/(γ·(x - 5))"},
      {"«2*3/4x»", "(2*3/4)·x or as 2*3/(4·x)"},
      {"«1/-2x»", "(1/-2)·x or as 1/(-2·x)"},
      {"«2x/3y»", "(2x/3)·y or as 2x/(3·y)"},
      {"1 - «x/2|y|»", "(x/2)·|y| or as x/(2·|y|)"},
      {"«3x4»", "“3x4” can be read as 3·4 or as 3·x_4: write the one you mean"},
      {"1 + «0.5x1» - 2", "“0.5x1” can be read as 0.5·1 or as 0.5·x_1"},
      {"«2x10» + 1", "“2x10” can be read as 2·10 or as 2·x_10"},
      {"«√2x»", "“√2x” can be read as (√2)·x or as √(2·x)"},
      {"«√ 2 x»", "(√2)·x or as √(2·x)"},
      {"1/«√m x»", "(√m)·x or as √(m·x)"},
      {"«√2√3»", "(√2)·√3 or as √(2·√3)"},
      {"«√5(x - 1)»", "(√5)·(x - 1) or as √(5·(x - 1))"},
      {"«2^3x»", "(2^3)·x or as 2^(3·x)"},
      {"«x^2y»", "(x^2)·y or as x^(2·y)"},
      {"«x**2 y»", "(x^2)·y or as x^(2·y)"},
      {"«2^-1x»", "(2^-1)·x or as 2^(-1·x)"},
      {"«x^sum(dy) y»", "(x^sum(dy))·y or as x^(sum(dy)·y)"},
      {"2*«10^3x»", "(10^3)·x or as 10^(3·x)"},
      // In brackets, space may separate values.
      {"[2 «x»]", "something is missing between “2” and “x”: * for a product, a comma for a list"},
      {"[x_1 «x_2»]", "something is missing between “x_1” and “x_2”"},
      {"[2γ «3»]", "something is missing between “γ” and “3”: * for a product, a comma for a list"},
      {"[1 «√»5]", "something is missing between “1” and “√”"},
      {"1 2 «γ»", "something is missing between “2” and “γ”"},  // a list of numbers, so far
      {"γ «2»", "something is missing between “γ” and “2”"},
      {"(2) «3»", "something is missing between “)” and “3”"},
      {"(2\n«x»)", "something is missing between “2” and “x”"},  // no product across a line end
      {"x «[»0]", "something is missing between “x” and “[”"},
  };
  expect_refusals(table);
}

TEST(TypedText, RootsLogarithmsAndFractionsThatAreRare) {
  const Readable table[] = {
      {"∛8", {2}},
      {"2∛(20 + 7)", {6}},
      {"∜16", {2}},
      {"cbrt(27)", {3}},
      {"np.cbrt(1/8)", {0.5}},
      // Logarithms to any base.
      {"log_0.5(8)", {-3}},
      {"log_0.5 8", {-3}},
      {"log_0.5(8) + 0.1(6)", {-3 + 1. / 6}},
      {"log_3(9)", {2}},
      {"log_3(9) + 0.1(6)", {2 + 1. / 6}},
      {"log_2(8)", {3}},
      {"log_10(100)", {2}},
      {"log_2.5(6.25)", {2}},
      // Fractions above and below the line.
      {"¹⁄₁₆", {1. / 16}},
      {"¹/₁₆", {1. / 16}},
      {"-¹⁵⁄₁₆ + 1", {1. / 16}},
      {"6¹⁄₄ %", {0.0625}},
      {"6 ¹⁄₄", {6.25}},
      {"2³", {8}},
  };
  expect_values(table);
  const Unreadable refused[] = {
      {"«∛2x»", "(∛2)·x or as ∛(2·x)"},
      {"«∛(-8)»", "a negative number to a power that is no integer"},
      {"x¹⁄«₂»", ""},  // a power, or a product
      {"3¹/«₂»", ""},
      {"«log_1(8)»", "division by 0"},
  };
  expect_refusals(refused);
}

TEST(TypedText, LengthsBeforeAValue) {
  const Readable table[] = {
      {"‖w‖² = 9", {9}}, {"||w||^2 = 9", {9}}, {"|W|² ≈ 9", {9}}, {"‖W‖: 3", {3}},
      {"|-3|", {3}},     {"‖∂L/∂W‖ = 3", {3}}, {"|w| - 1", {2}},
  };
  expect_values(table);
  const Unreadable refused[] = {{"«‖»w", "a value is expected here"},
                                {"«‖»w‖² =", "a value is expected here"}};
  expect_refusals(refused);
}

// 2. Sums and other functions

TEST(TypedText, Functions) {
  const Readable table[] = {
      {"Σ(dy·x_hat)", {13}},
      {"∑(dy·x_hat)", {13}},  // the sign for sums, not the Greek letter
      {"Σ(dy x̂)", {13}},
      {"Σ_i(dy_i·x̂_i)", {13}},
      {"∑_i(dy_i x̂_i)", {13}},
      {"Σ_{i}(dy_{i})", {11}},
      {"Σ_{i=1}^m(dy_i)", {11}},
      {"Σ_{i=1}^N (dy_i)", {11}},
      {"Σᵢ(dyᵢ)", {11}},
      {"sum_i(dy)", {11}},
      {"sum_j(dy_j)", {11}},
      {"mean_i(x)", {5}},
      {"1/m * Σ(dy)", {2.75}},
      {"Σ(dy)/m", {2.75}},
      {"np.sqrt(16)", {4}},
      {"numpy.mean(x)", {5}},
      {"torch.sum(dy)", {11}},
      {"math.sqrt(16)", {4}},
      {"Math.sqrt(16)", {4}},
      {"jnp.abs(-3)", {3}},
      {"np.mean(x) + np.max(x)", {13}},
      {"ln(1)", {0}},
      {"np.log(1)", {0}},
      {"len(x)", {4}},
      {"|-3|", {3}},
      {"|x - 5|", {3, 1, 1, 3}, true},
      {"sum(|y|)", {16}},
      {"|x|²", {4, 16, 36, 64}, true},
      {"√|−16|", {4}},
      {"2**3", {8}},
      {"2 ** -1", {0.5}},
  };
  expect_values(table);
}

TEST(TypedText, FunctionsThatAreRefused) {
  const Unreadable table[] = {
      {"«sqrt 5» x", "put what the root is of in brackets: sqrt(5)"},
      {"1 + «sqrt»", "“sqrt” is a function: put what it is of in brackets, sqrt(x)"},
      {"«var(x)»", "“var” could divide by m or by m − 1: write np.var(x, ddof=0) or np.var(x, ddof=1)"},
      {"«std(x)»", "write np.std(x, ddof=0) or np.std(x, ddof=1)"},
      {"sum(«dy», x)", "a list inside a list"},
      {"sqrt(2«,»5)", "decimals take a point"},
      {"«sqr(4)»", "unknown function “sqr”; did you mean “sqrt”? Known here: sqrt, abs"},
      {"1/«f(2)»", "unknown function “f”; known here: sqrt, abs"},
      {"«rate(2)»", "“rate” is no function; for a product write rate*( )"},
      {"|«|»x||", "a value is expected here, not “|”; bars inside bars are written abs( )"},
      {"«|»x", "the bar “|” is not closed"},
      {"√«-»4", "a value is expected here, not “-”"},
  };
  expect_refusals(table);
}

// 3. Names

TEST(TypedText, Names) {
  const std::vector<double> x{2, 4, 6, 8}, x_hat{-3, -1, 1, 3}, dy{1, 2, 3, 5}, dx_hat{2, 4, 6, 10};
  const Readable table[] = {
      {"γ", {2}},
      {"β", {1}},
      {"ε", {0.5}},
      {"ϵ", {0.5}},
      {"epsilon", {0.5}},
      {"eps", {0.5}},
      {"α", {0.75}},
      {"alpha", {0.75}},
      {"momentum", {0.75}},
      {"μ", {5}},
      {"µ", {5}},  // the micro sign
      {"mu", {5}},
      {"μ_B", {5}},
      {"μ_{B}", {5}},
      {"μB", {5}},
      {"mu_B", {5}},
      {"σ²", {4}},
      {"σ^2", {4}},
      {"σ**2", {4}},
      {"σ_B²", {4}},
      {"σ²_B", {4}},
      {"σ_B^2", {4}},
      {"σ^2_B", {4}},
      {"sigma^2", {4}},
      {"sigma_B^2", {4}},
      {"sigma2", {4}},
      {"var_B", {4}},
      {"σ^2 + ε", {4.5}},
      {"(σ²+ε)²", {20.25}},
      {"σ", {2}},
      {"σ_B", {2}},
      {"sigma", {2}},
      {"std", {2}},
      {"σ^3", {8}},
      {"σ^20", {1048576}},  // not the variance and a 0
      {"μ_run", {7}},
      {"μ_{run}", {7}},
      {"mu_run", {7}},
      {"σ²_run", {9}},
      {"σ_run^2", {9}},
      {"σ^2_{run}", {9}},
      {"sigma2_run", {9}},
      {"var_run", {9}},
      {"σ_run", {3}},
      {"x̂", x_hat, true},
      {"xˆ", x_hat, true},  // with a circumflex of its own
      {"xhat", x_hat, true},
      {"x_hat", x_hat, true},
      {"N", {4}},
      {"n", {4}},
      {"∂L/∂y", dy, true},
      {"∂L / ∂y", dy, true},
      {"dL/dy", dy, true},
      {"2 dL/dy", {2, 4, 6, 10}, true},
      {"dL/dy x̂", {-3, -2, 3, 15}, true},  // one name, so there is no second reading
      {"1/dL/dy", {1, 0.5, 1.0 / 3, 0.2}, true},
      {"∂L/∂y_i", dy, true},
      {"∂L/∂y_4", {5}},
      {"dL/dgamma", {13}},
      {"∂L/∂γ", {13}},
      {"dL/dγ", {13}},
      {"∂L/∂β", {11}},
      {"dL/dx_hat", dx_hat, true},
      {"∂L/∂x̂", dx_hat, true},
      {"∂L/∂x̂_1", {2}},
      {"∂L/∂σ²", {-6}},
      {"∂L/∂σ_B^2", {-6}},
      {"dL/dvar", {-6}},
      {"∂L/∂μ_B", {-8}},
      {"dγ", {13}},
      {"dβ", {11}},
      {"dx̂", dx_hat, true},
      {"dxhat", dx_hat, true},
      {"dσ²", {-6}},
      {"dvar", {-6}},
      {"dμ", {-8}},
      {"dmean", {-8}},
      {"x_i", x, true},
      {"x_j", x, true},
      {"x_{i}", x, true},
      {"xᵢ", x, true},
      {"x̂_i", x_hat, true},
      {"x_hat_i", x_hat, true},
      {"dy_j", dy, true},
      {"x_i - μ_B", {-3, -1, 1, 3}, true},
      {"x_1", {2}},
      {"x_4", {8}},
      {"x_{4}", {8}},
      {"x₁", {2}},
      {"x̂_1", {-3}},
      {"x_hat_4", {3}},
      {"dy_4", {5}},
      {"x_1 + x_2", {6}},
      {"x_1^2", {4}},
      {"x[0]", {2}},
      {"x[3]", {8}},
      {"x_hat[0]", {-3}},
      {"running_mean_trace[1]", {16}},
      {"running_mean", {7}},
      {"rate", {100}},
  };
  expect_values(table);
}

TEST(TypedText, NamesThatAreRefused) {
  const Unreadable table[] = {
      {"«x_0»", "the lesson counts x_1, x_2, …; positions in brackets count from 0: x[0]"},
      {"1 + «x̂_0»", "positions in brackets count from 0: x_hat[0]"},
      {"«x_5»", "the list has the values x_1 to x_4"},
      {"x[«4»]", "positions count from 0: the list has the values [0] to [3]"},
      {"x[«1.5»]", "positions count from 0"},
      {"«rate_1»", "unknown name “rate_1”"},  // no subscript of a name that the lesson does not have
      {"«x_k»", "unknown name “x_k”"},
      {"«σ_1»", "unknown name “σ_1”"},
      {"«xhat2»", "unknown name “xhat2”; did you mean “x_hat”? Known here: batch_mean"},
      {"«gama» x", "unknown name “gama”; did you mean “gamma”?"},
      {"3 «apples»", "unknown name “apples”"},
      {"«dL/dw»", "“dL/dw” is none of the lesson's gradients"},
      {"«∂L»", "unknown name “∂L”"},
      {"«saved_invstd»", "unknown name “saved_invstd”"},
      {"2«πx»", "unknown name “πx”"},
  };
  expect_refusals(table);
}

// 4. Pasted lists

TEST(TypedText, PastedLists) {
  const std::vector<double> three{1, 2, 3}, lesson{-1.34, -0.45, 0.45, 1.34};
  const Readable table[] = {
      {"[-1.34 -0.45  0.45  1.34]", lesson, true},
      {"[-1.34, -0.45, 0.45, 1.34]", lesson, true},
      {"[-1.34 -0.45\n  0.45  1.34]", lesson, true},
      {"array([-1.34, -0.45,  0.45,  1.34])", lesson, true},
      {"array([1., 2., 3.])", three, true},
      {"np.array([1, 2, 3])", three, true},
      {"np.array([1, 2, 3], dtype=float32)", three, true},
      {"array([1., 2., 3.], dtype=float32)", three, true},
      {"array([1., 2.,\n       3.])", three, true},
      {"np.array([1, 2, 3], dtype=np.float64)", three, true},
      {"2*np.array([1, 2, 3])", {2, 4, 6}, true},
      {"tensor([1., 2., 3.])", three, true},
      {"tensor([1., 2., 3.], grad_fn=<AddBackward0>)", three, true},
      {"tensor([1., 2., 3.], device='cuda:0', requires_grad=True)", three, true},
      {"torch.tensor([1.0, 2.0, 3.0])", three, true},
      {"tensor([[1.], [2.], [3.]], grad_fn=<MulBackward0>)", three, true},
      {"[[1.], [2.], [3.]]", three, true},
      {"[[1.]\n [2.]\n [3.]]", three, true},
      {"[[1.] [2.] [3.]]", three, true},
      {"array([[1.],\n       [2.],\n       [3.]])", three, true},
      {"[[1, 2, 3]]", three, true},
      {"[[1. 2. 3.]]", three, true},
      {"[1; 2; 3]", three, true},
      {"[1, 2, 3];", three, true},
      {"[1, 2, 3],", three, true},
      {"[1 2 3] ;", three, true},
      {"array([1, 2, 3]),", three, true},
      {"ans =\n\n     1\n     2\n     3\n", three, true},
      {"ans =\n\n    1.0000    2.0000    3.0000\n\n", three, true},
      {"ans =\n\n   -1.34\n   -0.45\n    0.45\n    1.34\n", lesson, true},
      {"y = [1, 2, 3]", three, true},
      {"y = [1; 2; 3];", three, true},
      {"x_hat = array([1., 2., 3.])", three, true},
      {"x̂ = 1, 2, 3", three, true},
      {"μ = 5", {5}},
      {"dL/dx = [1, 2, 3]", three, true},
      {"= [1, 2, 3]", three, true},
      {"≈ 1, 2, 3", three, true},
      {"x ≈ [1, 2, 3]", three, true},
      {"1,2,3", three, true},
      {"1,2,3\n", three, true},
      {"1\n2\n3", three, true},
      {"1\r\n2\r\n3\r\n", three, true},
      {"1,\n2,\n3", three, true},
      {"1\t2\t3", three, true},
      {"1.0\t2.0\t3.0\n", three, true},
      {"1.5,2.5", {1.5, 2.5}, true},
      {"1. 2. 3.", three, true},
      {".5, 1.", {0.5, 1}, true},
      {"[+1.5 -.5]", {1.5, -0.5}, true},
      {"+1.5", {1.5}},
      {"1e-3", {0.001}},
      {"1E-3", {0.001}},
      {"[ 1.0e+00 -4.5e-01]", {1, -0.45}, true},
      {"1 × 10^-3", {0.001}},
      {"1 · 10⁻³", {0.001}},
      {"8.02 x 10^-1", {0.802}},  // between numbers x is no list
      {"8.02 X 10^-1", {0.802}},
      {"8.02 × 10^-1", {0.802}},
      {"8.02 * 10^-1", {0.802}},
      {"8.02x10^-1", {0.802}},
      {"8.02x 10^-1", {0.802}},
      {"8.02 x10^-1", {0.802}},
      {"8.02X10^-1", {0.802}},
      {"8.02x10⁻¹", {0.802}},
      {"8.02 x 10**-1", {0.802}},
      {"-8.02 x 10^-1, 3 x 10^2", {-0.802, 300}, true},
      {"[8.02 x 10^-1 3 x 10^2]", {0.802, 300}, true},
      {"2 x 3 x .5", {3}},
      {"2x1.5", {3}},
      {"3X4", {12}},
      {"2.5*10**-3", {0.0025}},
      {"10¹²", {1e12}},
      {"x²³", {8388608, 70368744177664, 789730223053602816, 590295810358705651712.0}, true},
  };
  expect_values(table);
}

TEST(TypedText, PastesThatAreRefused) {
  const Unreadable table[] = {
      {"«[1, 2]», [3, 4]", "a list inside a list"},
      {"[1, 2«;» 3, 4]", "both “,” and “;” are used"},
      {"array«(»[1, 2]", "the bracket “(” is not closed: “)” is missing"},
      {"array(«[]»)", "the list is empty"},
      {"y «=»", "a value is missing after “=”"},
  };
  expect_refusals(table);
}

// 5. Decimal commas

struct Comma {
  const char* text;
  std::vector<double> values;
  bool decimal_comma, may_be_decimal_comma, may_be_thousands;
};

TEST(TypedText, CommasBetweenDigits) {
  const Comma table[] = {
      // Decimals, as something else separates:
      {"1,5; 2,5", {1.5, 2.5}, true, false, false},
      {"1,5;2,5", {1.5, 2.5}, true, false, false},
      {"1,5 2,5", {1.5, 2.5}, true, false, false},
      {"1,5\t2,5", {1.5, 2.5}, true, false, false},
      {"1,5\n2,5", {1.5, 2.5}, true, false, false},
      {"-1,34; -0,45; 0,45; 1,34", {-1.34, -0.45, 0.45, 1.34}, true, false, false},
      {"-1,34\n-0,45\n0,45\n1,34", {-1.34, -0.45, 0.45, 1.34}, true, false, false},
      {"[1,5; 2,5]", {1.5, 2.5}, true, false, false},
      {"[1,5 2,5]", {1.5, 2.5}, true, false, false},
      {"[1,5 -2,5]", {1.5, -2.5}, true, false, false},
      {"1,5; 2; 3", {1.5, 2, 3}, true, false, false},
      {"1,5e-3; 2", {0.0015, 2}, true, false, false},
      {"y = 1,5; 2,5", {1.5, 2.5}, true, false, false},
      {"1,024; 2", {1.024, 2}, true, false, true},
      // Separators, but perhaps one number was meant:
      {"1,5", {1, 5}, false, true, false},
      {"-0,45", {0, 45}, false, true, false},
      {"0,447", {0, 447}, false, true, false},  // thousands do not start with 0
      {"1,024", {1, 24}, false, true, true},
      {"12,345", {12, 345}, false, true, true},
      {"1234,567", {1234, 567}, false, true, false},
      {"1,5 + 1", {1, 6}, false, true, false},
      {"1,5 x_1", {1, 10}, false, true, false},
      {"12,345.5", {12, 345.5}, false, false, true},
      {"1,024,000", {1, 24, 0}, false, false, true},
      // Separators, and nothing else:
      {"1, 5", {1, 5}, false, false, false},
      {"1 ,5", {1, 5}, false, false, false},
      {"1,2,3", {1, 2, 3}, false, false, false},
      {"1,2,3\n4,5,6", {1, 2, 3, 4, 5, 6}, false, false, false},
      {"[1,5]", {1, 5}, false, false, false},
      {"1.5, 2,5", {1.5, 2, 5}, false, false, false},
      {"1.5,2.5", {1.5, 2.5}, false, false, false},
      {"1,-5", {1, -5}, false, false, false},
      {"1,γ", {1, 2}, false, false, false},
      {"array([1,5], dtype=float32)", {1, 5}, false, false, false},
      {"1/2,3/4, 5", {0.5, 0.75, 5}, false, false, false},
      {"5", {5}, false, false, false},
      {"2 *\n1,5", {2, 5}, false, true, false},  // this line end separates nothing
      {"1,2\n+3,4", {1.2, 3.4}, true, false, false},
  };
  for (const Comma& row : table) {
    SCOPED_TRACE(row.text);
    Reading reading;
    reading.decimal_comma = reading.may_be_decimal_comma = true;
    reading.thousands = "1,024";
    try {
      const Node tree = parse(row.text, &reading);
      expect_values(tree, {row.text, row.values, row.values.size() > 1});
    } catch (const ReadError& error) {
      ADD_FAILURE() << error.what();
    }
    EXPECT_EQ(reading.decimal_comma, row.decimal_comma);
    EXPECT_EQ(reading.may_be_decimal_comma, row.may_be_decimal_comma);
    EXPECT_EQ(!reading.thousands.empty(), row.may_be_thousands);
  }
}

TEST(TypedText, TheFirstCommaThatMaySeparateThousandsIsTold) {
  struct {
    const char* text;
    const char* thousands;
    std::size_t begin, end;
  } const table[] = {
      {"131,072", "131,072", 0, 7},
      {" −1,024 x", "1,024", 2, 7},
      {"0,447 + 12,345 + 1,024", "12,345", 8, 14},
      {"1,5", "", 0, 0},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.text);
    Reading reading;
    parse(row.text, &reading);
    EXPECT_EQ(reading.thousands, row.thousands);
    EXPECT_EQ(reading.thousands_range.begin, row.begin);
    EXPECT_EQ(reading.thousands_range.end, row.end);
  }
}

TEST(TypedText, DigitsInGroups) {
  struct {
    const char* text;
    double value;
    char separator;
    bool may_be_decimal;
  } const table[] = {
      {"131,072", 131072, ',', true},
      {"131.072", 131072, '.', true},
      {"-131.072", -131072, '.', true},
      {"131 072", 131072, ' ', false},
      {"131\u00a0072", 131072, ' ', false},
      {"131\u202f072", 131072, ' ', false},  // as French and the SI write it
      {"131'072", 131072, '\'', false},
      {"131’072", 131072, '\'', false},
      {"131_072", 131072, '_', false},
      {"1,048,576", 1048576, ',', false},
      {"1.048.576", 1048576, '.', false},
      {"  − 1 048 576 ", -1048576, ' ', false},
      {"+1,048,576", 1048576, ',', false},
      {"12,345.5", 12345.5, ',', false},
      {"12.345,5", 12345.5, '.', false},
      {"12 345,5", 12345.5, ' ', false},
      {"12 345.25", 12345.25, ' ', false},
      {"12,345.5 %", 123.455, ',', false},
  };
  Notation one_number, large_whole;
  one_number.asked = large_whole.asked = 1;
  large_whole.large_whole = true;
  for (const auto& row : table) {
    SCOPED_TRACE(row.text);
    Reading reading;
    const Node tree = parse(row.text, row.may_be_decimal ? large_whole : one_number, &reading);
    expect_values(tree, {row.text, {row.value}});
    EXPECT_EQ(reading.groups, row.separator);
    if (!row.may_be_decimal) continue;
    parse(row.text, one_number, &reading);
    EXPECT_EQ(reading.groups, '\0');
  }
  for (const char* text :
       {"131072", "131,07", "131,0720", "1311,072", "0,447", "0.447", "131, 072", "1,048.576,1", "1,048 576",
        "131\n072", "131\t072", "1,024e3", "[1,024]", "sum([1,024])", "1 100/200", "1.5"}) {
    SCOPED_TRACE(text);
    Reading reading;
    try {
      parse(text, large_whole, &reading);
    } catch (const ReadError&) {
      // Not with these separators either.
    }
    EXPECT_EQ(reading.groups, '\0');
  }
  const Node marked = parse("  −131 072 % ", one_number);
  EXPECT_EQ(marked.range.begin, 2u);
  EXPECT_EQ(marked.range.end, 12u);
}

TEST(TypedText, CommasThatCouldBeBothAreRefused) {
  const Unreadable table[] = {
      {"«1,5, 2,5»", "“1,5, 2,5” can be read as 1.5; 2.5 or as 1; 5; 2; 5: write the one you mean"},
      {"«-1,34, 0,45»", "-1.34; 0.45 or as -1; 34; 0; 45"},
      {"«1,5,\n2,5»", "1.5; 2.5 or as 1; 5; 2; 5"},
      {"y = «1,5, 2,5»", "“1,5, 2,5” can be read as 1.5; 2.5 or as 1; 5; 2; 5"},
      {"[«1,2, 3»]", "1.2; 3 or as 1; 2; 3"},
      {"1,2,3«;» 4,5", "both “,” and “;” are used"},
      {"1,5«;» 2, 5", "both “,” and “;” are used"},
      {"1,5; «2..»5", "“2..”: a number has one decimal point"},
  };
  expect_refusals(table);
}

TEST(TypedText, ReadWithDecimalCommas) {
  const Readable table[] = {
      {"1,5", {1.5}},         {"-0,45", {-0.45}},     {"1,024", {1.024}},
      {"1,5 + 2,5", {4}},     {"1,5e-3", {0.0015}},   {"2,5x", {5, 10, 15, 20}, true},
      {"sqrt(2,25)", {1.5}},  {"[1,5]", {1.5}, true}, {"1,5, 2,5", {1.5, 2.5}, true},
      {"1, 5", {1, 5}, true}, {"1.5", {1.5}},
  };
  for (const Readable& row : table) {
    SCOPED_TRACE(row.text);
    EXPECT_NO_THROW(expect_values(parse_decimal_comma(row.text), row));
  }
  const Unreadable refused[] = {
      {"«1,5,»2", "“1.5,”: a number has one decimal point"},
      {"«1.5,»2", "“1.5,”: a number has one decimal point"},
      {"1,5 +«»", "the text ends where a value is expected"},
  };
  for (const Unreadable& row : refused)
    expect_refusal(row, [](const std::string& text) { parse_decimal_comma(text); });
}

// 6. As people write them: each form with values worked out by hand, and what it must not be taken for

TEST(TypedText, Latex) {
  const Readable table[] = {
      {"\\frac{3}{\\sqrt{16}}", {0.75}},
      {"\\frac12", {0.5}},
      {"-\\dfrac{3}{4}", {-0.75}},
      {"\\frac{3\\sqrt{16}}{4}", {3}},
      {"\\sqrt[3]{8}", {2}},
      {"\\lVert w \\rVert^2 = 9", {9}},
      {"$2\\cdot 10^{-1}$", {0.2}},
      {"\\(8 \\times 2\\)", {16}},
      {"\\left(1, 2\\right)", {1, 2}, true},
      {"\\left[1,\\, 2\\right]", {1, 2}, true},
      {"\\begin{pmatrix} 1 \\\\ -2 \\end{pmatrix}", {1, -2}, true},
      {"\\begin{bmatrix} 1 & -2 \\end{bmatrix}", {1, -2}, true},
      {"\\gamma", {2}},
      {"\\gamma \\hat{x}_i + \\beta", {-5, -1, 3, 7}, true},
      {"\\gamma\\hat x + \\beta", {-5, -1, 3, 7}, true},
      {"\\sigma_B^2", {4}},
      {"\\sigma^2/(\\sigma^2+\\epsilon)", {4 / 4.5}},
      {"\\sqrt{\\sigma_B^2 + 5}", {3}},
      {"\\mu_{\\text{run}}", {7}},
      {"\\sum_i \\frac{\\partial L}{\\partial y_i} \\hat{x}_i", {13}},
      {"\\sum_{i=1}^{m} dy_i", {11}},
      {"50\\%", {0.5}},
  };
  expect_values(table);
  const Unreadable refused[] = {
      {"«\\foo»{2}", "“\\foo” is no command that is known here"},
      {"«\\frac{3}»", "something is missing behind this command"},
      {"\\sqrt«{»4", "the brace “{” is not closed"},
      {"2 «$»", "“$” does not fit here"},
  };
  expect_refusals(refused);
}

TEST(TypedText, BracketsOfVectors) {
  const Readable table[] = {
      {"(0, 0)", {0, 0}, true},
      {"(1 2)", {1, 2}, true},
      {"{1, -2}", {1, -2}, true},
      {"⟨1, -2, 3⟩", {1, -2, 3}, true},
      {"[1, 2]'", {1, 2}, true},
      {"[1, 2]ᵀ", {1, 2}, true},
      {"(1, 2)^T", {1, 2}, true},
      {"[1, 2].T", {1, 2}, true},
      {"(2, 4)/2", {1, 2}, true},
      {"| 1 | -2 | 3 |", {1, -2, 3}, true},
      {"(1 | -2 | 3)", {1, -2, 3}, true},
      {"[1|-2|3]", {1, -2, 3}, true},
      {"(|-5|)", {5}},
      {"1 | -2", {1, -2}, true},
      {"1 & -2", {1, -2}, true},
      {"1\t-2", {1, -2}, true},
      {"1, 2,", {1, 2}, true},
      {", 1, 2", {1, 2}, true},
      {"[1, 2,]", {1, 2}, true},
      {"1, -2 and 3", {1, -2, 3}, true},
      {"1, -2, and 3", {1, -2, 3}, true},
      {"1；2", {1, 2}, true},
      {"1、2", {1, 2}, true},
      {"{0.5}", {0.5}},
      {"2^{-1}", {0.5}},
      {"3/√{16}", {0.75}},
      {"|3 - 5|", {2}},  // bars around one value stay bars
      {"|-3|", {3}},
  };
  expect_values(table);
  const Unreadable refused[] = {
      {"(1, 2«]»", "“]” does not fit here"},
      {"1«,» , 2", "a value is missing after “,”"},
      {"2*(1«,» 2)", "one value is expected in ( )"},
      {"dy«'» * x_hat", "“'” does not fit here"},
  };
  expect_refusals(refused);
}

TEST(TypedText, TheNumberOfValuesTellsSignsApart) {
  EXPECT_EQ(answers::read_value("(1 -2)", 2, Quantities()).value.values, (std::vector<double>{1, -2}));
  EXPECT_EQ(answers::read_value("(1 -2)", 1, Quantities()).value.values, (std::vector<double>{-1}));
  EXPECT_EQ(answers::read_value("1 -2", 2, Quantities()).value.values, (std::vector<double>{1, -2}));
  EXPECT_EQ(answers::read_value("y = 1 -2", 2, Quantities()).value.values, (std::vector<double>{1, -2}));
}

TEST(TypedText, LabelsAndWordsAroundValues) {
  const Readable table[] = {
      {"x1 = 1, x2 = -1", {1, -1}, true},
      {"x_2 = -1, x_1 = 1", {1, -1}, true},  // in the order of the names
      {"x[0] = 1\nx[1] = -1", {1, -1}, true},
      {"x̂₁=1; x̂₂=-1", {1, -1}, true},
      {"dgamma: 0.5", {0.5}},
      {"gamma.grad = 0.5", {0.5}},
      {"w' = 0.5", {0.5}},
      {"γ = 2, β = 1", {2, 1}, true},
      {"= 0.5", {0.5}},
      {"≈ 0.5", {0.5}},
      {"~0.5", {0.5}},
      {"approx. 0.5", {0.5}},
      {"ca. 0.5", {0.5}},
      {"0.5.", {0.5}},
      {"0.5,", {0.5}},
      {"\"0.5\"", {0.5}},
      {"`0.5`", {0.5}},
      {"10 batches", {10}},
      {"1024 FLOPs", {1024}},
      {"50 per cent", {0.5}},
      {"50 percent", {0.5}},
      {"5‰", {0.005}},
      {"1:4", {0.25}},
      {"1 to 4", {0.25}},
      {"0.333…", {0.333}},
      {"0.333...", {0.333}},
      {"½", {0.5}},
      {"1½", {1.5}},
      {"ten", {10}},
      {"１．５", {1.5}},
      {"١٢", {12}},
      {"[1] 0.5 1.5", {0.5, 1.5}, true},
  };
  expect_values(table);
  const Unreadable refused[] = {
      {"«x1 = 1, x3 = -1»", "leave one out"},
      {"«x1 = 1, x1 = -1»", "name one twice"},
      {"0.8 «or» 0.9", "something is missing"},
      {"10 «bananas»", "unknown name “bananas”"},
  };
  for (const Unreadable& row : refused) {
    SCOPED_TRACE(row.marked);
    std::string text = row.marked;
    for (const char* mark : {"«", "»"}) text.erase(text.find(mark), std::string("«").size());
    EXPECT_THROW(evaluate(parse(text), known), ReadError);
  }
}

TEST(TypedText, FunctionsWithoutBrackets) {
  const Readable table[] = {
      {"sqrt16", {4}},
      {"3/sqrt 16", {0.75}},
      {"sqrt 16 + 1", {5}},
      {"log10(100)", {2}},
      {"log2(8)", {3}},
      {"log(8, 2)", {3}},
      {"Σ dy", {11}},
      {"sum dy", {11}},
      {"1 + sum dy/4", {3.75}},
      {"Σ_i dy_i x̂_i", {13}},
      {"Σ dy·x̂ + 1", {14}},  // over the product, not over
                             // the sum
      {"sum dy * x_hat", {13}},
      {"mean x", {5}},
      {"max[1, 2]", {2}},
  };
  expect_values(table);
  const Unreadable refused[] = {
      {"«sqrt 5» x", "put what the root is of in brackets: sqrt(5)"},
      {"«sqrt 2^2»", "put what the root is of in brackets"},
      {"«mean dy·x_hat»", "in brackets: mean(dy·x_hat)"},
  };
  expect_refusals(refused);
}

TEST(TypedText, WhatProgramsWrite) {
  const Readable table[] = {
      {"tensor(0.5)", {0.5}},
      {"tensor(0.5, grad_fn=<SumBackward0>)", {0.5}},
      {"array(0.5)", {0.5}},
      {"tf.Tensor([1. 2.], shape=(2,), dtype=float32)", {1, 2}, true},
      {"<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>", {1, 2}, true},
      {"c(1, 2)", {1, 2}, true},
      {"List(1, -2)", {1, -2}, true},
      {"np.zeros(2)", {0, 0}, true},
      {"dy.sum()", {11}},
      {"dy.sum(axis=0)", {11}},
      {"dy.sum(0)", {11}},
      {"np.sum(dy, axis=0)", {11}},
      {"torch.sum(dy, dim=0)", {11}},
      {"np.mean(dy*x_hat, axis=0, keepdims=True)", {3.25}},
      {"np.dot(dy, x_hat)", {13}},
      {"dy @ x_hat", {13}},
      {"dy.T @ x_hat", {13}},
      {"dy^T x_hat", {13}},
      {"dy.dot(x_hat)", {13}},
      {"⟨dy, x̂⟩", {13}},
      {"SUMPRODUCT(dy; x_hat)", {13}},
      {"AVERAGE(x)", {5}},
      {"np.var(x)", {5}},           // divides by m: 20/4
      {"torch.var(x)", {20 / 3.}},  // by m − 1
      {"x.var(ddof=0)", {5}},
      {"np.var(x, ddof=1)", {20 / 3.}},
      {"torch.var(x, unbiased=False)", {5}},
      {"np.std([1, 3])", {1}},
      {"(batch_var + 5).sqrt()", {3}},
  };
  expect_values(table);
  const Unreadable refused[] = {
      {"«x.var()»", "“var” could divide by m or by m − 1"},
      {"«var(x)»", "“var” could divide by m or by m − 1"},
      {"np.sum(dy, axis=«1»)", "along axis 0"},
      {"dy.«foo»()", "“foo” is no function"},
      {"np.dot(dy«»)", "takes two lists"},
  };
  for (const Unreadable& row : refused) {
    SCOPED_TRACE(row.marked);
    std::string text = row.marked;
    for (const char* mark : {"«", "»"}) text.erase(text.find(mark), std::string("«").size());
    try {
      evaluate(parse(text), known);
      ADD_FAILURE() << "was read";
    } catch (const ReadError& error) {
      EXPECT_NE(std::string_view(error.what()).find(row.part), std::string_view::npos) << error.what();
    }
  }
}

TEST(TypedText, ProductsBehindAClosedDivisorAreReadAsSetInPrint) {
  const auto note = [](const char* text) {
    Reading reading;
    parse(text, &reading);
    return reading.note;
  };
  const Readable table[] = {
      {"γ/√(σ²) (x − μ)", {-3, -1, 1, 3}, true},  // (2/2)·(x − 5)
      {"γ/(m) dy", {0.5, 1, 1.5, 2.5}, true},
      {"γ/√(σ²)dy", {1, 2, 3, 5}, true},
      {"1/m Σ dy", {2.75}},
      {"1/m \\sum_i dy_i", {2.75}},
      {"1/m sum(dy)", {2.75}},
  };
  expect_values(table);
  EXPECT_EQ(
      note("γ/√(σ²) (x − μ)"),
      "“γ/√(σ²) (x − μ)” was read as (γ/√(σ²))·(x − μ); the other reading is written γ/(√(σ²)·(x − μ))");
  EXPECT_EQ(note("γ/√(σ²) * dy"), "");
  const Unreadable refused[] = {
      {"«1/2 x»", "(1/2)·x or as 1/(2·x)"},
      {"«x/(2)(3)»", "can be read as"},
      {"«1/2√5»", "can be read as"},
  };
  expect_refusals(refused);
}

TEST(TypedText, SumsEndWhereTheIndexChanges) {
  // dy = 1, 2, 3, 5 and x = 2, 4, 6, 8: their product sums to 68, dy to 11.
  const Readable table[] = {
      {"Σ_j dy_j x_j x_i", {136, 272, 408, 544}, true},
      {"Σ_j dy_j · x_i", {22, 44, 66, 88}, true},
      {"\\sum_{j=1}^{m} dy_j x_j x_i", {136, 272, 408, 544}, true},
      {"Σ_{i=1}^{m} dy_i x_i", {68}},
      {"Σ_i dy_i x_i", {68}},
      {"Σ(x − μ)²", {20}},
      {"\\sum_i (x_i - \\mu)^2", {20}},
      {"Σ(dy) x", {22, 44, 66, 88}, true},
  };
  expect_values(table);
  const Unreadable refused[] = {
      {"«Σ_i dy_j»", "“Σ_i” sums over i, and “dy_j” has another index"},
  };
  expect_refusals(refused);
  Reading reading;
  parse("Σ(x)²", &reading);
  EXPECT_EQ(reading.note, "“Σ(x)²” was read as the sum of (x)²; the other reading is written (Σ(x))²");
}

TEST(TypedText, SumsReachOverTheProductBehindTheirBrackets) {
  // Deviations of x: -3, -1, 1, 3. An index tells, whatever is asked for.
  const Readable indexed[] = {
      {"Σ_i (x_i − μ) dy_i", {13}},
      {"Σ_i (∂L/∂y_i) x̂_i", {13}},
      {"\\sum_{i=1}^m \\frac{x_i - \\mu_B}{\\sqrt{\\sigma_B^2}} \\cdot \\frac{\\partial L}{\\partial y_i}",
       {6.5}},
      {"Σ_j (dy_j) x̂_j x_i", {26, 52, 78, 104}, true},
      {"Σ_j dy_j (x_j − μ) (x_i − μ)/m", {-9.75, -3.25, 3.25, 9.75}, true},
      {"x Σ_j (dy_j)/m", {5.5, 11, 16.5, 22}, true},
      {"Σ(x)/m", {5}},
      {"Σ(x − μ)²/m", {5}},
      {"Σ(dy) mean(dy)", {30.25}},
  };
  expect_values(indexed);
  const auto value = [](const char* text, std::size_t asked) {
    return answers::read_value(text, asked, known).value.values;
  };
  for (const char* text : {"Σ (dy_i)(x̂_i)", "Σ(dy)x̂", "Σ (x−5)·dy", "Σ (x_i − μ) dy_i"})
    EXPECT_EQ(value(text, 1), std::vector<double>{13}) << text;
  EXPECT_EQ(value("Σ (x_i−μ) dy_i /√(σ²)", 1), std::vector<double>{6.5});
  EXPECT_EQ(value("Σ(dy) x", 4), (std::vector<double>{22, 44, 66, 88}));
  EXPECT_EQ(answers::read_value("Σ (x−5)·dy", 1, known).note,
            "“Σ (x−5)·dy” was read as Σ((x−5)·dy); the other reading is written (Σ(x−5))·dy");
  // Where it makes no difference, nothing is said.
  EXPECT_EQ(answers::read_value("Σ(dy)·γ", 1, known).note, "");
  EXPECT_FALSE(answers::read_value("Σ(dy)/σ", 1, known).sum);
}

TEST(TypedText, ListsWithBullets) {
  const Readable table[] = {
      {"- -0.5\n- 0.25\n- -1", {-0.5, 0.25, -1}, true},
      {"– −0.5\n– 0.25", {-0.5, 0.25}, true},
      {"- -0.5, - 0.25, - -1", {-0.5, 0.25, -1}, true},
      {"- -0,5; - 0,25", {-0.5, 0.25}, true},
      {"• -0.5\n• 0.25", {-0.5, 0.25}, true},
      {"* -0.5\n* 0.25", {-0.5, 0.25}, true},
      {"* 0.25", {0.25}},
      {"- 0.5\n- 0.25", {-0.5, -0.25}, true},  // no dash before a sign
      {"- 0.5, -0.25", {-0.5, -0.25}, true},
  };
  expect_values(table);
}

TEST(TypedText, NumbersAndWhatOnlyLooksLikeOne) {
  const Readable table[] = {
      {"0.(3)", {0.33333333333333333}},
      {"0.1(6)", {0.16666666666666666}},
      {"0.3\u0305", {0.33333333333333333}},
      {"0.\\overline{3}", {0.33333333333333333}},
      {"0.\\overline{18}", {0.18181818181818181}},
      {"1 ½", {1.5}},
      {"2 ½ batches", {2.5}},
      {"6 1/4 %", {0.0625}},
      {"131 072/512", {256}},
      {"|-5| + 2", {7}},
      {"|2| -3", {-1}},
      {"4096 operations per example", {4096}},
      {"2·16 values in total", {32}},
      {"0.394 (39.4 %)", {0.394}},
      {"2016 (32·7·9)", {2016}},
      {"2016 (= 32·7·9)", {2016}},
      {"pow(2, 17)", {131072}},
      {"mean(-2, -2, 9, 3)", {2}},
      {"=AVERAGE(-2,-2,9,3)", {2}},
      {"torch.rsqrt(4)", {0.5}},
      {"sqrt14", {std::sqrt(14)}},
      {"np.sqrt14", {std::sqrt(14)}},
      {"ln2", {std::log(2)}},
      {"\\log_2 8", {3}},
      {"LN(0.5)", {std::log(0.5)}},
      {">>> 0.8018", {0.8018}},
      {"x_hat ← 0.5", {0.5}},
      {"\\hat{x} \\leftarrow 0.5", {0.5}},
      {"np.sum(dout, axis=0)", {11}},
      {"VARP(2;4;6;8)", {5}},
      {"VAR(2;4;6;8)", {20 / 3.}},
      {"STDEVP(1;3)", {1}},
      {"STDEV(1;3)", {std::sqrt(2)}},
      {"x1=1 x2=2", {1, 2}, true},
      {"0 -0.5\n1 0.5\nName: x, dtype: float64", {-0.5, 0.5}, true},
      {"1) 0.5\n2) -0.5", {0.5, -0.5}, true},
      {"1. 0.5\n2. -0.5", {0.5, -0.5}, true},
      {"{\"dx\": [1, 2]}", {1, 2}, true},
      {"\"0.5\", \"1.5\"", {0.5, 1.5}, true},
  };
  for (const Readable& row : table) {
    SCOPED_TRACE(row.text);
    try {
      const Node tree = parse(row.text, answer_of(row.values.size()));
      expect_values(tree.kind == Node::Kind::chain ? tree.children[0] : tree, row);
    } catch (const ReadError& error) {
      ADD_FAILURE() << error.what();
    }
  }
  for (const char* refused : {"8.02e^-1", "1 100/200", "0·95", "1:2:8", "2 to 3 to 4", "np.var(x, ddof=2)",
                              "np.sum(dy, keepdims=banana)", "x[0:2]", "0.802 +- 0.001", "min(x, 0)"}) {
    EXPECT_THROW(evaluate(parse(refused, answer_of(1)), known), ReadError) << refused;
  }
}

TEST(TypedText, CallsInsideEachOtherTakeNoLonger) {
  std::string text = "x";
  for (int k = 0; k < 50; ++k) text = "np.var(" + text + ")";
  // A call is one node: if it took its argument twice, there would be 2^50 of them.
  EXPECT_EQ(evaluate(parse(text), known).values[0], 0);
}

TEST(TypedText, LatexOfThePaper) {
  const Readable table[] = {
      {"\\sum_i dy_i\\hat{x}_i", {13}},
      {"x\\gamma", {4, 8, 12, 16}, true},
      {"\\frac{dL}{d\\gamma}", {known.at("dgamma").values[0]}},
      {"\\frac{\\mathrm{d}L}{\\mathrm{d}y}", {1, 2, 3, 5}, true},
      {"\\frac{\\partial L}{\\partial y_i}", {1, 2, 3, 5}, true},
      {"\\frac{2}{4}\\left[ m dy - 1 \\right]", {1.5, 3.5, 5.5, 9.5}, true},
      {"\\begin{array}{c} 1 \\\\ 2 \\end{array}", {1, 2}, true},
      {"dy^{\\top} x", {68}},
      {"(dyᵀ) x", {68}},
  };
  expect_values(table);
  // \frac{q}{2}: the q, and not the command before it.
  const Unreadable refused[] = {{"1 + \\frac{«q»}{2}", "unknown name “q”"},
                                {"1 + «\\nothing»", "is no command"}};
  expect_refusals(refused);
  std::string roots;
  for (int k = 0; k < 390; ++k) roots += "\\sqrt";
  EXPECT_THROW(parse(roots + "2"), ReadError);
}

TEST(TypedText, MixedNumbersWhereOneNumberIsAskedFor) {
  Notation one_number;
  one_number.asked = 1;
  expect_values(parse("1 1/2", one_number), {"", {1.5}});
  expect_values(parse("−2 3/4", one_number), {"", {-2.75}});
  expect_values(parse("1 1/2"), {"", {1, 0.5}, true});
  expect_values(parse("1 3/2", one_number), {"", {1, 1.5}, true});  // no proper fraction
}

TEST(TypedText, BothReadingsAreTold) {
  const auto readings = [](const char* text, std::size_t asked) {
    return answers::read_value(text, asked, known).readings;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(readings("1,355", 1), (Texts{"1.355", "1355"}));
  EXPECT_EQ(readings("1/2x", 1), (Texts{"(1/2)·x", "1/(2·x)"}));
  EXPECT_EQ(readings("2..3", 1), Texts());
  EXPECT_EQ(readings("1.355", 1), Texts());
  EXPECT_EQ(readings("", 1), Texts());
}

TEST(TypedText, ABracketBehindAComputationMaySayItAgain) {
  const auto value = [](const char* text) {
    const auto read = answers::read_value(text, 1, known);
    return read.value.values.size() == 1 ? read.value.values[0] : NAN;
  };
  const struct {
    const char* text;
    double value;
  } table[] = {
      {"50% (1/2)", 0.5},
      {"½ (0.5)", 0.5},
      {"3/sqrt(14) (0.8018)", 3 / std::sqrt(14.0)},
      {"0.78% (1/128)", 1 / 128.},
      {"1/128 (0.78%)", 1 / 128.},
      {"32*7*9 (2016)", 2016},
      {"4·256 (1024)", 1024},
      {"4·256 (= 1024)", 1024},
      {"ln(0.5)/ln(0.75) (2.41)", std::log(0.5) / std::log(0.75)},
      {"0.75² (0.5625)", 0.5625},
      {"5(1-0.9³) (1.355)", 1.355},
      {"38.8/5 (7.76)", 7.76},
      {"sum(dy)/m (2.75)", 2.75},
      {"\\frac{1}{128} (0.0078)", 1 / 128.},
      // With signs of equality in it.
      {"0.802 (3/√14 = 0.802)", 3 / std::sqrt(14.0)},
      {"0.802 (3/sqrt(14) ≈ 0.802)", 3 / std::sqrt(14.0)},
      {"0.802 (dγ = 0.802)", 0.802},
      {"0.0078 (1:128)", 1 / 128.},
      // A factor, where it is not the same number, or stands in brackets as the first one does.
      {"4·256 (2)", 2048},
      {"5·2 (5·2)", 100},
      {"(2-5) (2-5)", 9},
      {"(2-5) (-3)", 9},
      {"4·256(1024)", 1048576},
  };
  for (const auto& row : table) EXPECT_NEAR(value(row.text), row.value, 1e-9) << row.text;
  EXPECT_EQ(answers::read_value("0.802 (3/√15 = 0.775)", 1, known).message.substr(0, 60),
            std::string("“0.802” and “3/√15” are not equal: correct one of them").substr(0, 60));
}

TEST(TypedText, LinksOfAChainMustAgree) {
  const auto read = [](const char* text) { return answers::read_value(text, 1, {{"momentum", {{0.75}}}}); };
  const struct {
    const char* text;
    double value;
  } right[] = {
      {"3/√16 = 0.75", 0.75},  {"3/√14 ≈ 0.802 ≈ 0.8", 3 / std::sqrt(14.0)},
      {"4·256 = 1024", 1024},  {"1/128 = 0.78%", 1 / 128.},
      {"α² = 0.5625", 0.5625}, {"σ/4 = 1.5", 1.5},  // σ is nothing that is known: a name for what follows
      {"Var(x) = 1.5", 1.5},   {"x̂ = 1.5", 1.5},
  };
  for (const auto& row : right) {
    SCOPED_TRACE(row.text);
    const auto text = read(row.text);
    EXPECT_EQ(text.message, "");
    ASSERT_EQ(text.value.values.size(), 1u);
    EXPECT_DOUBLE_EQ(text.value.values[0], row.value);
  }
  EXPECT_EQ(read("σ/4 = 1.5").note, "“σ/4” names what is not known here, and was not checked");
  EXPECT_EQ(read("4·256 = 1024").note, "");
  EXPECT_EQ(read("1/0 = 1.5").message, "division by 0");
  EXPECT_EQ(read("sqrt(-α) = 1.5").message, "the root of a negative number is no number");
  for (const char* text : {"4·256 = 1025", "3/√14 = 0.8 = 0.9", "α² = 0.7", "1/128 = 0.78"}) {
    SCOPED_TRACE(text);
    EXPECT_NE(read(text).message.find("are not equal: correct one of them"), std::string::npos);
  }
}

// 7. Equations

TEST(TypedText, Equations) {
  struct {
    const char* text;
    double left, right;
  } const table[] = {
      {"1 + 1 = 2", 2, 2},
      {"mean(x) = batch_mean", 5, 5},
      {"sum(dy) == 11", 11, 11},
      {"Σ(dy·x̂) = dL/dγ", 13, 13},
      {"x_1 = 3", 2, 3},
      {"σ² = |−4|", 4, 4},
      {"sum(array([1, 2], dtype=float32)) = 3", 3, 3},
      {"1 =\n 2", 1, 2},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.text);
    try {
      const auto sides = parse_equation(row.text);
      expect_values(sides.first, {row.text, {row.left}});
      expect_values(sides.second, {row.text, {row.right}});
    } catch (const ReadError& error) {
      ADD_FAILURE() << error.what();
    }
  }
  const auto sides = parse_equation("x_hat = x - 5");
  EXPECT_EQ(sides.first.range.end, 5u);
  EXPECT_EQ(sides.second.range.begin, 8u);
  EXPECT_EQ(sides.second.range.end, 13u);
}

TEST(TypedText, EquationsThatAreRefused) {
  const Unreadable table[] = {
      {"«x + 1»", "an equation is expected: two formulas with “=” between them"},
      {"«»", "an equation is expected"},
      {"«=» 5", "the left side of “=” is missing"},
      {"5 «=»", "the right side of “=” is missing"},
      {"5 «==»", "the right side of “=” is missing"},
      {"«=»", "the left side of “=” is missing"},
      {"1 = 2 «=» 3", "an equation has one “=”, and this is the second"},
      {"1 = «=» 3", "an equation has one “=”, and this is the second"},
      {"1 + «»= 3", "the text ends where a value is expected"},
      {"1 = 2 +«»", "the text ends where a value is expected"},
      {"1 = «1/2x»", "(1/2)·x or as 1/(2·x)"},
      {"1 = 2 «$»", "“$” does not fit here"},
  };
  for (const Unreadable& row : table) {
    expect_refusal(row, [](const std::string& text) { parse_equation(text); });
  }
  const Unreadable elsewhere[] = {
      {"5 «=» 5", "“=” does not fit here: a value is asked for, no equation"},
      {"x «=»= 5", "“=” does not fit here: a value is asked for, no equation"},
      {"y = x «=» 5", "“=” does not fit here"},
      {"«=»", "a value is missing after “=”"},
      {"«≈»", "a value is missing after “≈”"},
      {"3 «≈» 5", "“≈” does not fit here"},
      {"«=»= 5", "a value is expected here, not “=”"},
  };
  expect_refusals(elsewhere);
}

// 7. Mistakes of typing

TEST(TypedText, MistakesOfTyping) {
  const Unreadable table[] = {
      {"«2..»3", "“2..”: a number has one decimal point"},
      {"«»", "nothing is written here"},
      {"2*«(»1 + x", "the bracket “(” is not closed: “)” is missing"},
      {"sqrt«(»5", "the bracket “(” is not closed: “)” is missing"},
      {"[1, 2«»", "the bracket “[” is not closed: “]” is missing"},
      {"(1 + 2)«)»", "“)” does not fit here"},
      {"«[]»", "the list is empty"},
      {"3 +«»", "the text ends where a value is expected"},
      {"3 * «/» 2", "a value is expected here, not “/”"},
      {"5 «€»", "“€” does not fit here"},
      {"«#»5", "a value is expected here, not “#”"},
      {"x.«shape»", "“.shape” does not fit here"},
      {"2 «≈» 2", "“≈” does not fit here"},
      {"«👍»", "a value is expected here, not “👍”"},
      {"1 «-»2 3", "is “-” here a difference or the sign of the next value?"},
      {"«1/0»", "division by 0"},
      {"«1e999»", "“1e999” is too large a number"},
      {"x^«»", "the text ends where a value is expected"},
      {"2 * «»", "the text ends where a value is expected"},
  };
  expect_refusals(table);
}

// 8. What is pasted along and does not show

TEST(TypedText, CharactersThatDoNotShowAreReadPast) {
  const char* const marks[] = {"\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a",
                               "\u202b", "\u202c", "\u202d", "\u202e", "\u2060", "\u2061",
                               "\u2066", "\u2067", "\u2068", "\u2069", "\u206a", "\u206f",
                               "\u061c", "\u034f", "\u180e", "\ufe0e", "\ufe0f", "\ufeff"};
  for (const std::string mark : marks) {
    SCOPED_TRACE(testing::PrintToString(mark));
    const Readable table[] = {
        {"0.802", {0.802}}, {"1.5, -2", {1.5, -2}, true}, {"2x_hat", {-6, -2, 2, 6}, true}};
    for (const Readable& row : table) {
      // Behind, before, and between any two characters.
      const std::string text = row.text;
      for (std::size_t k = 0; k <= text.size(); ++k) {
        const std::string pasted = text.substr(0, k) + mark + text.substr(k);
        SCOPED_TRACE(pasted);
        EXPECT_NO_THROW(expect_values(parse(pasted), row));
      }
    }
    EXPECT_TRUE(answers::is_blank(" " + mark));
    EXPECT_FALSE(answers::is_blank(mark + "0"));
    expect_refusal({("5" + mark + " «€»").c_str(), "“€” does not fit here"},
                   [](const std::string& text) { parse(text); });
  }
  const Readable operators[] = {{"2\u2062x", {4, 8, 12, 16}, true},
                                {"1\u20632", {1, 2}, true},
                                {"3\u20641", {4}}};  // the operators that formulas carry and do not show
  expect_values(operators);
}

// 9. What holds for every text

TEST(TypedText, BytesThatAreNoTextAreNotQuoted) {
  const std::pair<const char*, const char*> table[] = {{"\xff", "“\uFFFD”"},
                                                       {"1 + \xe2\x88", "“\uFFFD”"},
                                                       {"5 \x01", "U+0001, which does not show"},
                                                       {"x\x7f", "U+007F, which does not show"}};
  for (const auto& [text, part] : table) {
    try {
      parse(text);
      ADD_FAILURE() << "was read";
    } catch (const ReadError& error) {
      EXPECT_NE(std::string_view(error.what()).find(part), std::string_view::npos) << error.what();
    }
  }
}

TEST(TypedText, EachFunctionOfTheLanguageHasAValue) {
  for (const std::string_view function : answers::functions)
    EXPECT_NO_THROW(evaluate(parse(std::string(function) + "(x)"), known)) << function;
}

TEST(TypedText, NoOtherSpellingHidesAQuantity) {
  for (const std::string_view name : answers::lesson_quantities) {
    const Node tree = parse(std::string(name));
    EXPECT_EQ(tree.kind, Node::Kind::name) << name;
    EXPECT_EQ(tree.text, name);
  }
}

TEST(TypedText, TheTreeOfASubscriptIsThatOfAPosition) {
  const Node tree = parse("1 + x̂_{12}");
  const Node& value = tree.children.at(1);
  EXPECT_EQ(value.kind, Node::Kind::index);
  EXPECT_EQ(value.range.begin, 4u);
  EXPECT_EQ(value.range.end, 11u);
  EXPECT_EQ(value.text, "12");
  EXPECT_EQ(value.children.at(0).text, "x_hat");
  EXPECT_EQ(value.children.at(1).number, 11);
}

TEST(TypedText, LongRefusalsAreCut) {
  std::string long_sum = "1";
  for (int k = 0; k < 150; ++k) long_sum += " + 1";
  try {
    parse("1/(" + long_sum + ")x");
    ADD_FAILURE() << "was read";
  } catch (const ReadError& error) {
    EXPECT_LT(std::string(error.what()).size(), 600u) << error.what();
    EXPECT_EQ(error.range.end, 606u);
  }
}

/// Reads `text` in every way. Whatever happens, it is a finite value or a ReadError within `length` units.
void expect_value_or_refusal(const std::string& text, std::size_t length, int& values, int& refusals) {
  const auto attempt = [&](const auto& read) {
    try {
      const Value value = evaluate(read(), known);
      ++values;
      ASSERT_FALSE(value.values.empty());
      for (const double each : value.values) ASSERT_TRUE(std::isfinite(each));
    } catch (const ReadError& error) {
      ++refusals;
      ASSERT_LE(error.range.begin, error.range.end);
      ASSERT_LE(error.range.end, length);
      ASSERT_STRNE(error.what(), "");
    }
  };
  Reading reading;
  attempt([&] { return parse(text, &reading); });
  attempt([&] { return parse_decimal_comma(text); });
  for (const bool one_number : {true, false}) {
    Notation notation;
    notation.asked = one_number ? 1 : 4;
    notation.large_whole = one_number;
    notation.spaces = !one_number;
    notation.x_is_times = true;
    notation.commas = Notation::Commas::separating;
    attempt([&] { return parse(text, notation); });
  }
  attempt([&] { return parse_equation(text).second; });
}

TEST(TypedTextFuzz, Tokens) {
  const std::vector<std::string> alphabet{
      "0",
      "1",
      "2",
      "12",
      "1,5",
      "1,024",
      ".5",
      "2.",
      "1e-3",
      "+",
      "-",
      "−",
      "*",
      "/",
      "**",
      "^",
      "²",
      "⁻³",
      "√",
      "∛",
      "¹⁄₁₆",
      "log_0.5",
      "‖",
      "(",
      ")",
      "(",
      ")",
      "[",
      "]",
      "[[",
      "]]",
      "|",
      ",",
      ";",
      "%",
      "=",
      "==",
      " ",
      " ",
      " ",
      "\t",
      "\n",
      "x",
      "γ",
      "x̂",
      "σ",
      "_i",
      "_1",
      "_0",
      "_{i}",
      "_{i=1}",
      "^m",
      "∂L/∂",
      "dL/d",
      "dy",
      "μ_B",
      "Σ",
      "Σ(",
      "∑",
      "ln",
      "np.",
      "array(",
      "tensor(",
      "var(",
      "dot(",
      "sum(",
      "mean ",
      "sqrt ",
      "y = ",
      "ans =\n",
      "dtype=<",
      "👍",
      "₁",
      "ᵢ",
      "foo(",
      "'",
      "\\frac{1",
      "}{1",
      "}",
      "{1",
      "\\sqrt{1",
      "\\hat ",
      "\\sum_{i}^m ",
      "$",
      "\\",
      "\\left(",
      "≈",
      "~ ",
      "about ",
      " batches",
      " examples",
      " per cent",
      "‰",
      "½",
      "…",
      "...",
      "and ",
      "@",
      ".T",
      "^T",
      "ᵀ",
      ".sum()",
      ".mean(axis=0)",
      "np.sum(",
      ", axis=0)",
      "log(",
      "⟨",
      "⟩",
      "&",
      ":",
      " to ",
      "γ = ",
      "x_1: ",
      "[1] ",
      "c(",
      "1 1/2",
      "131 072",
  };
  lab::Random random(4);
  int values = 0, refusals = 0;
  for (int trial = 0; trial < 100000; ++trial) {
    std::string text;
    const Index pieces = random_count(random, trial % 50 == 0 ? 200 : 9);
    for (Index k = 0; k < pieces; ++k) {
      text +=
          alphabet[static_cast<std::size_t>(random_count(random, static_cast<Index>(alphabet.size())) - 1)];
    }
    SCOPED_TRACE(text);
    expect_value_or_refusal(text, utf16_length(text), values, refusals);
    if (testing::Test::HasFatalFailure()) return;
  }
  // The strings must reach both ends of the reader.
  EXPECT_GT(values, 5000);
  EXPECT_GT(refusals, 10000);
}

TEST(TypedTextFuzz, Bytes) {
  lab::Random random(5);
  int values = 0, refusals = 0;
  for (int trial = 0; trial < 100000; ++trial) {
    std::string text(static_cast<std::size_t>(random_count(random, trial % 2 == 0 ? 3 : 30)), '\0');
    for (char& byte : text) byte = static_cast<char>(random_count(random, 256) - 1);
    SCOPED_TRACE(testing::PrintToString(text));
    expect_value_or_refusal(text, text.size(), values, refusals);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(refusals, 10000);
}

}  // namespace
