// Learners who round every number they write down to three digits, in several usual orders of computing.

#include "answers/rounding.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "answers/judge.h"
#include "answers/names.h"
#include "answers/quantities.h"
#include "helpers.h"
#include "lab/random.h"

namespace {

using namespace testing_batchnorm;
using answers::evaluate;
using answers::Formula;
using answers::Node;
using answers::Quantities;
using answers::Value;
using answers::Verdict;

std::string three_digits(double value, const char* format = "%.3g") {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// The value of a tree when the result of each operation is written down with three digits.
Value written_down(const Node& node, const Quantities& givens) {
  if (node.kind == Node::Kind::number || node.kind == Node::Kind::name) return evaluate(node, givens);
  Node one = node;
  Quantities parts = givens;
  for (std::size_t k = 0; k < node.children.size(); ++k) {
    const std::string name = "part" + std::to_string(k);
    parts[name] = written_down(node.children[k], givens);
    one.children[k] = {Node::Kind::name, node.range, name, 0, {}};
  }
  Value result = evaluate(one, parts);
  for (double& each : result.values) each = std::strtod(three_digits(each).c_str(), nullptr);
  return {result.values, result.is_list};
}

/// A line that a learner writes down before the next.
struct Step {
  const char* name;
  const char* formula;
};

struct Order {
  const char* asked;
  std::vector<Step> steps;
};

const std::vector<Order>& orders() {
  const Step mean{"mid", "sum(x)/m"}, variance{"v", "mean((x - mid)^2)"}, sum{"v", "sum((x - mid)^2)/m"};
  const Step root{"s", "sqrt(v + eps)"}, inverse{"t", "1/s"};
  const Step divided{"h", "(x - mid)/s"}, multiplied{"h", "(x - mid)*t"};
  const Step collected{"a", "sum(dy)"}, along{"c", "sum(dy*h)"};
  static const std::vector<Order> all{
      {"batch_var", {mean, {"r", "mean((x - mid)^2)"}}},
      {"batch_var", {mean, {"r", "sum((x - mid)^2)/m"}}},
      {"x_hat", {mean, variance, root, {"r", "(x - mid)/s"}}},
      {"x_hat", {mean, sum, root, inverse, {"r", "(x - mid)*t"}}},
      {"y", {mean, variance, root, divided, {"r", "gamma*h + beta"}}},
      {"y", {mean, variance, root, {"k", "gamma/s"}, {"r", "k*(x - mid) + beta"}}},
      {"y", {mean, sum, root, inverse, multiplied, {"r", "gamma*h + beta"}}},
      {"dgamma", {mean, variance, root, divided, {"r", "sum(dy*h)"}}},
      {"dgamma", {mean, variance, root, {"r", "sum(dy*(x - mid))/s"}}},
      {"dvar", {mean, variance, root, {"r", "sum(gamma*dy*(x - mid))*(-1/2)/s^3"}}},
      {"dvar", {mean, variance, root, inverse, {"r", "-gamma*sum(dy*(x - mid))*t^3/2"}}},
      {"dx", {mean, variance, root, divided, collected, along, {"r", "gamma/(m*s)*(m*dy - a - h*c)"}}},
      {"dx", {mean, variance, root, inverse, multiplied, {"r", "gamma*t*(dy - mean(dy) - h*mean(dy*h))"}}},
      {"dx",
       {mean,
        variance,
        root,
        {"g", "gamma*dy"},
        {"p", "-1/2*sum(g*(x - mid))/s^3"},
        {"q", "-sum(g)/s"},
        {"r", "g/s + p*2*(x - mid)/m + q/m"}}},
      {"mean(x_hat^2)", {mean, variance, {"r", "v/(v + eps)"}}},
      {"mean(x_hat^2)", {mean, variance, root, divided, {"r", "mean(h^2)"}}},
      {"new_running_mean", {mean, {"w", "momentum^3"}, {"r", "w*running_mean + (1 - w)*mid"}}},
      {"new_running_mean",
       {mean,
        {"p", "momentum*running_mean + (1 - momentum)*mid"},
        {"q", "momentum*p + (1 - momentum)*mid"},
        {"r", "momentum*q + (1 - momentum)*mid"}}},
      {"new_running_var_unbiased",
       {mean,
        {"v", "sum((x - mid)^2)/(m - 1)"},
        {"p", "momentum*running_var + (1 - momentum)*v"},
        {"q", "momentum*p + (1 - momentum)*v"},
        {"r", "momentum*q + (1 - momentum)*v"}}},
      {"y_inference", {{"s", "sqrt(running_var + eps)"}, {"r", "gamma*((x - running_mean)/s) + beta"}}},
      {"y_inference",
       {{"k", "gamma/sqrt(running_var + eps)"}, {"d", "beta - k*running_mean"}, {"r", "k*x + d"}}},
  };
  return all;
}

/// A whole number from -most to most, but for 0.
double whole(lab::Random& random, Index most) {
  const auto size = static_cast<double>(random_count(random, most));
  return random_count(random, 2) == 1 ? size : -size;
}

Quantities random_givens(lab::Random& random) {
  Value x{{}, true}, dy{{}, true};
  for (int k = 0; k < 4; ++k) {
    x.values.push_back(whole(random, 9) + 10 * k);
    dy.values.push_back(whole(random, 9) / 10);
  }
  return {{"x", x},
          {"dy", dy},
          {"gamma", {{whole(random, 6) / 2}}},
          {"beta", {{whole(random, 6) / 2}}},
          {"eps", {{static_cast<double>(random_count(random, 4)) / 4}}},
          {"momentum", {{0.5 + static_cast<double>(random_count(random, 9)) / 20}}},
          {"running_mean", {{whole(random, 9)}}},
          {"running_var", {{static_cast<double>(random_count(random, 20))}}},
          {"steps", {{3}}}};
}

TEST(Rounding, WhoWritesThreeDigitsIsNeverWrongWithoutAMistake) {
  const int batches = std::getenv("LONG_TESTS") ? 400 : 25;
  lab::Random random(11);
  int answers_given = 0, met_a_mistake = 0, right = 0;
  for (int batch = 0; batch < batches; ++batch) {
    const Quantities givens = random_givens(random), all = answers::quantities_of(givens);
    for (const Order& order : orders()) {
      Quantities written = givens;
      written["m"] = {{4}};
      std::string typed;
      for (const Step& step : order.steps) {
        written[step.name] = written_down(Formula(step.formula).tree, written);
        typed.clear();
        for (const double each : written[step.name].values)
          typed += (typed.empty() ? "" : ", ") + three_digits(each, "%#.3g");  // 0.600, as it is written
      }
      SCOPED_TRACE(std::string(order.asked) + " by " + order.steps.back().formula + ": " + typed);
      const answers::Judgement judged =
          answers::judge(typed, answers::nameable(givens), all, {Formula(order.asked), {0.005, 0, 3}, {}});
      ++answers_given;
      right += judged.verdict == Verdict::right;
      // These batches are not drawn so that mistakes lie apart.
      if (judged.verdict == Verdict::wrong && !judged.mistakes.empty()) {
        ++met_a_mistake;
        continue;
      }
      EXPECT_TRUE(judged.verdict == Verdict::right || judged.verdict == Verdict::coarse)
          << answers::verdict_name(judged.verdict) << ": " << judged.message;
    }
  }
  EXPECT_EQ(answers_given, batches * static_cast<int>(orders().size()));
  EXPECT_LT(met_a_mistake, answers_given / 50);
  EXPECT_GT(right, answers_given * 8 / 10);
}

TEST(Rounding, TheBoundIsNotWideEnoughForAnotherAnswer) {
  // x̂ of 2, 4, 6, 8 is ∓1.34 and ∓0.447. Mean and variance are exact; the root, 2.236, is off by 0.005 at
  // most, and so is the quotient, which adds up to 0.008.
  const Quantities all = answers::quantities_of(
      {{"x", {{2, 4, 6, 8}, true}}, {"gamma", {{1}}}, {"beta", {{0}}}, {"eps", {{0}}}});
  const std::vector<double> bound = answers::rounding_bound(Formula("x_hat"), all);
  ASSERT_EQ(bound.size(), 4u);
  EXPECT_GT(bound[0], 0.005);
  EXPECT_LT(bound[0], 0.012);
  // What is exact on the way stays so.
  EXPECT_EQ(answers::rounding_bound(Formula("batch_var"), all), std::vector<double>{0});
}

TEST(Rounding, ABoundHoldsForEveryFunction) {
  const Quantities all = answers::quantities_of(
      {{"x", {{2, 4, 6, 9}, true}}, {"gamma", {{2}}}, {"beta", {{0}}}, {"eps", {{0}}}});
  // exp of what is rounded, so that logarithms and roots have something to take.
  const Formula values("exp(x_hat)");
  Quantities rounded = all;
  rounded["typed"] = written_down(values.tree, all);
  for (const std::string_view name : answers::functions) {
    const std::string function(name);
    const Formula formula(function + "(exp(x_hat))");
    const Value right = evaluate(formula.tree, all);
    Node of_rounded = formula.tree;
    of_rounded.children[0] = {Node::Kind::name, of_rounded.range, "typed", 0, {}};
    const Value moved = evaluate(of_rounded, rounded);
    const std::vector<double> bound = answers::rounding_bound(formula, all);
    ASSERT_EQ(bound.size(), right.values.size()) << function;
    for (std::size_t k = 0; k < bound.size(); ++k) {
      EXPECT_LE(std::abs(moved.values[k] - right.values[k]), bound[k]) << function;
      EXPECT_LT(bound[k], 0.2 * std::max(1.0, std::abs(right.values[k]))) << function;
    }
  }
}

}  // namespace
