#include "answers/mistakes.h"

#include <algorithm>

#include "batchnorm/layout.h"

namespace answers {

namespace {

constexpr const char* pitfalls[] = {
    "late-averages", "opposite-momentum", "biased-unbiased", "batch-of-one", "freezing", "through-statistics",
    "blind-check",   "placement",         "dead-bias",       "undoing",      "axis",     "not-parameters",
    "small-batches", "epsilon",           "covariate-shift", "cost",         "scale",    "gradient-size",
    "sums",          "regularizer",       "one-pass",
};

struct Entry {
  const char* id;
  const char* title;
  const char* reason;
  const char* pitfall;
  std::vector<Definition> instead;
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all{
      // Statistics.
      {"unbiased-variance",
       "divided by m − 1",
       "a batch is normalized with the biased variance: the squares are divided by m",
       "biased-unbiased",
       {{"batch_var", "sum((x - batch_mean)^2) / (m - 1)"}}},
      {"variance-not-averaged",
       "sum of squares for variance",
       "the squared deviations are averaged: divide their sum by m",
       "biased-unbiased",
       {{"batch_var", "sum((x - batch_mean)^2)"}}},
      {"mean-not-averaged",
       "sum for mean",
       "the mean is the sum divided by m",
       "axis",
       {{"batch_mean", "sum(x)"}}},
      {"absolute-deviation",
       "absolute deviations for squares",
       "the variance is the mean of the squared deviations",
       "epsilon",
       {{"batch_var", "mean(abs(x - batch_mean))"}}},
      {"deviation-for-variance",
       "standard deviation for variance",
       "the variance is the mean of the squares; its root is the standard deviation",
       "epsilon",
       {{"batch_var", "sqrt(mean((x - batch_mean)^2))"}}},
      {"mean-square-for-variance",
       "mean of the squares for variance",
       "the variance is taken about the mean: subtract it before squaring",
       "epsilon",
       {{"batch_var", "mean(x^2)"}}},
      {"axis-swapped",
       "the other axis",
       "statistics are taken per feature over the batch, not per example over its features",
       "axis",
       {{"batch_mean", "(x + other_x) / 2"},
        {"batch_var", "((x - batch_mean)^2 + (other_x - batch_mean)^2) / 2"}}},
      {"features-pooled",
       "all features pooled",
       "each feature has a mean and a variance of its own",
       "axis",
       {{"batch_mean", "(mean(x) + mean(other_x)) / 2"},
        {"batch_var", "(mean((x - batch_mean)^2) + mean((other_x - batch_mean)^2)) / 2"}}},
      // Normalizing.
      {"variance-for-deviation",
       "variance for standard deviation",
       "divide by the root of the variance plus ε",
       "epsilon",
       {{"saved_invstd", "1 / (batch_var + eps)"}}},
      {"eps-outside-root",
       "ε outside the root",
       "ε is added to the variance, inside the root",
       "epsilon",
       {{"saved_invstd", "1 / (sqrt(batch_var) + eps)"}, {"running_root", "sqrt(running_var) + eps"}}},
      {"eps-forgotten",
       "ε forgotten",
       "ε is added to the variance before the root is taken",
       "epsilon",
       {{"saved_invstd", "1 / sqrt(batch_var)"}, {"running_root", "sqrt(running_var)"}}},
      {"min-max",
       "scaled to [0, 1]",
       "batch normalization divides by the standard deviation; it does not map the range to [0, 1]",
       "placement",
       {{"x_hat", "(x - min(x)) / (max(x) - min(x))"}}},
      {"mean-not-subtracted",
       "mean not subtracted",
       "the batch mean is subtracted before dividing",
       "dead-bias",
       {{"x_hat", "x * saved_invstd"}}},
      {"not-divided",
       "not divided by the deviation",
       "the deviations from the mean are divided by the root of the variance plus ε",
       "epsilon",
       {{"x_hat", "x - batch_mean"}}},
      {"deviation-reversed",
       "mean minus value",
       "it is the value minus the mean",
       "placement",
       {{"x_hat", "(batch_mean - x) * saved_invstd"}}},
      // Scale and shift.
      {"gamma-forgotten",
       "γ forgotten",
       "x̂ is multiplied by γ, and so is every gradient that comes back through it",
       "undoing",
       {{"scaled", "x_hat"}, {"dx_hat", "dy"}, {"running_slope", "1 / running_root"}}},
      {"beta-forgotten",
       "β forgotten",
       "β is added at the end",
       "undoing",
       {{"y", "scaled"},
        {"y_inference", "running_slope * running_deviation"},
        {"folded_bias", "running_slope * (b - running_mean)"}}},
      {"beta-before-scaling",
       "β added before scaling",
       "scale first: γ x̂ + β, not γ (x̂ + β)",
       "undoing",
       {{"y", "gamma * (x_hat + beta)"},
        {"y_inference", "running_slope * running_deviation + gamma * beta"},
        {"folded_bias", "running_slope * (b - running_mean) + gamma * beta"}}},
      {"gamma-beta-exchanged",
       "γ and β exchanged",
       "γ multiplies, β is added",
       "undoing",
       {{"y", "beta * x_hat + gamma"},
        {"dx_hat", "beta * dy"},
        {"running_slope", "beta / running_root"},
        {"y_inference", "running_slope * running_deviation + gamma"},
        {"folded_bias", "running_slope * (b - running_mean) + gamma"}}},
      {"x-for-x-hat",
       "x for x̂",
       "the normalized x̂ stands here, not x",
       "through-statistics",
       {{"y", "gamma * x + beta"},
        {"dgamma", "sum(dy * x)"},
        {"dx", "gamma * saved_invstd * (dy - mean(dy) - x * mean(dy * x))"}}},
      // Backward.
      {"statistics-detached",
       "statistics treated as constants",
       "mean and variance depend on every x: the gradient also goes through them",
       "through-statistics",
       {{"dx", "dx_direct"}}},
      {"mean-detached",
       "no path through the mean",
       "the mean depends on every x: subtract the mean of the gradients",
       "through-statistics",
       {{"dx_through_mean", "0 * x"}}},
      {"variance-detached",
       "no path through the variance",
       "the variance depends on every x: subtract the part along x̂",
       "through-statistics",
       {{"dx_through_var", "0 * x"}}},
      {"m-forgotten-in-gradient",
       "1/m forgotten",
       "each x has the share 1/m in the mean and 2 (x − μ)/m in the variance",
       "through-statistics",
       {{"dx_through_var", "dvar * 2 * (x - batch_mean)"}, {"dx_through_mean", "dmean + 0 * x"}}},
      {"m-minus-1-in-gradient",
       "1/(m − 1) in the x̂ term",
       "the variance was divided by m, so its gradient is too",
       "biased-unbiased",
       {{"dx_through_var", "dvar * 2 * (x - batch_mean) / (m - 1)"}}},
      {"sign-of-dmean",
       "sign of the gradient of the mean",
       "the mean is subtracted, so its gradient has a minus",
       "through-statistics",
       {{"dmean", "saved_invstd * sum(dx_hat)"}}},
      {"sign-of-dvar",
       "sign of the gradient of the variance",
       "the variance stands in the denominator, so its gradient has a minus",
       "through-statistics",
       {{"dvar", "sum(dx_hat * (x - batch_mean)) * (1/2) * saved_invstd^3"}}},
      {"half-forgotten",
       "factor 1/2 forgotten",
       "the derivative of v^(−1/2) is −1/2 v^(−3/2)",
       "through-statistics",
       {{"dvar", "-sum(dx_hat * (x - batch_mean)) * saved_invstd^3"}}},
      {"power-of-root",
       "wrong power of the root",
       "the derivative of v^(−1/2) is −1/2 v^(−3/2): the root to the power 3 divides",
       "through-statistics",
       {{"dvar", "sum(dx_hat * (x - batch_mean)) * (-1/2) * saved_invstd^2"}}},
      {"dy-for-dx-hat",
       "dy for dx̂",
       "what comes down to x̂ is γ dy",
       "undoing",
       {{"dvar", "sum(dy * (x - batch_mean)) * (-1/2) * saved_invstd^3"},
        {"dmean", "-saved_invstd * sum(dy)"}}},
      {"mean-for-sum",
       "mean for sum",
       "a parameter that acts on every example collects the sum of their gradients",
       "sums",
       {{"dbeta", "mean(dy)"},
        {"dgamma", "mean(dy * x_hat)"},
        {"dmean", "-saved_invstd * mean(dx_hat)"},
        {"dvar", "mean(dx_hat * (x - batch_mean)) * (-1/2) * saved_invstd^3"}}},
      {"dgamma-dbeta-exchanged",
       "gradients of γ and β exchanged",
       "γ multiplies x̂, so its gradient carries x̂; β's is the plain sum",
       "sums",
       {{"dgamma", "sum(dy)"}, {"dbeta", "sum(dy * x_hat)"}}},
      {"gamma-in-dgamma",
       "γ in its own gradient",
       "y is linear in γ, so its gradient does not contain γ",
       "sums",
       {{"dgamma", "gamma * sum(dy * x_hat)"}}},
      {"output-for-x-hat",
       "y for x̂ in the gradient of γ",
       "the factor beside γ is x̂, before scale and shift",
       "sums",
       {{"dgamma", "sum(dy * y)"}}},
      {"bias-gradient-not-zero",
       "a gradient for the bias",
       "the bias is cancelled with the mean: in training its gradient is 0",
       "dead-bias",
       {{"db", "sum(dx_direct)"}}},
      {"bias-gradient-of-output",
       "the gradient of β for that of the bias",
       "b acts before normalization, β after it",
       "dead-bias",
       {{"db", "sum(dy)"}, {"db_frozen", "sum(dy)"}}},
      {"frozen-in-training",
       "frozen gradient in training mode",
       "in training the statistics move with x, and the gradient goes through them",
       "freezing",
       {{"dx", "dx_frozen"}, {"db", "sum(dx_frozen)"}}},
      {"training-in-frozen",
       "training gradient with frozen statistics",
       "frozen statistics are constants: nothing goes through them",
       "freezing",
       {{"dx_frozen", "dx"}}},
      {"batch-invstd-in-frozen",
       "batch statistics in frozen mode",
       "frozen means that the running variance divides",
       "freezing",
       {{"dx_frozen", "gamma * dy * saved_invstd"}}},
      // Running statistics.
      {"momentum-swapped",
       "momentum the other way round",
       "here momentum weights the old value; PyTorch's weights the new one",
       "opposite-momentum",
       {{"old_weight", "(1 - momentum)^steps"}}},
      {"running-not-updated",
       "running statistics not updated",
       "every training step moves them toward the batch",
       "not-parameters",
       {{"old_weight", "1"}}},
      {"batch-replaces-running",
       "the batch replaces the running value",
       "momentum keeps a part of the old value",
       "late-averages",
       {{"old_weight", "0"}}},
      {"start-ignored",
       "start value ignored",
       "the old value keeps the weight momentum, to the power of the steps",
       "late-averages",
       {{"new_running_mean", "(1 - old_weight) * batch_mean"},
        {"new_running_var", "(1 - old_weight) * batch_var"},
        {"new_running_var_unbiased", "(1 - old_weight) * batch_var * m / (m - 1)"}}},
      {"one-step-only",
       "one step only",
       "the update is repeated for every batch that arrives",
       "late-averages",
       {{"old_weight", "momentum"}}},
      {"one-step-too-many",
       "one step too many",
       "count the batches: each updates once",
       "late-averages",
       {{"old_weight", "momentum^(steps + 1)"}}},
      {"unbiased-running-variance",
       "unbiased running variance",
       "this convention stores the biased variance; PyTorch stores the one divided by m − 1",
       "biased-unbiased",
       {{"new_running_var", "old_weight * running_var + (1 - old_weight) * batch_var * m / (m - 1)"}}},
      {"biased-running-variance",
       "biased running variance",
       "this convention stores the variance divided by m − 1",
       "biased-unbiased",
       {{"new_running_var_unbiased", "old_weight * running_var + (1 - old_weight) * batch_var"}}},
      {"running-in-training",
       "running statistics in training",
       "training normalizes with the statistics of the batch at hand",
       "late-averages",
       {{"batch_mean", "running_mean"}, {"batch_var", "running_var"}}},
      // Inference.
      {"batch-in-inference",
       "batch statistics in inference",
       "inference uses the running mean and variance",
       "late-averages",
       {{"y_inference", "gamma * x_hat + beta"}}},
      {"running-variance-for-deviation",
       "running variance for its root",
       "divide by the root of the running variance plus ε",
       "epsilon",
       {{"running_root", "running_var + eps"}}},
      {"running-mean-not-subtracted",
       "running mean not subtracted",
       "the running mean is subtracted first",
       "dead-bias",
       {{"running_deviation", "x"}, {"folded_bias", "running_slope * b + beta"}}},
      {"bias-not-scaled",
       "bias not scaled",
       "the bias goes through batch normalization like every input",
       "dead-bias",
       {{"folded_bias", "b - running_slope * running_mean + beta"}}},
      {"bias-dropped",
       "bias dropped",
       "with frozen statistics the bias is not cancelled",
       "dead-bias",
       {{"folded_bias", "beta - running_slope * running_mean"}}},
      // What it costs.
      {"cost-per-neuron",
       "counted for one neuron",
       "every neuron of the layer takes these operations",
       "cost",
       {{"bn_operations", "4"}, {"linear_operations", "2 * inputs"}, {"parameters", "2"}}},
      {"multiply-adds",
       "multiply-adds counted once",
       "a multiply-add is two operations",
       "cost",
       {{"linear_operations", "inputs * neurons"}, {"bn_operations", "3 * neurons"}}},
      {"folded-count",
       "counted as one multiply-add",
       "that is the count after folding; here all four operations are asked for",
       "cost",
       {{"bn_operations", "2 * neurons"}}},
      {"one-parameter",
       "one parameter each",
       "each neuron has a γ and a β",
       "cost",
       {{"parameters", "neurons"}}},
      {"statistics-counted",
       "statistics counted as parameters",
       "means and variances are computed, not learned",
       "not-parameters",
       {{"parameters", "4 * neurons"}}},
      {"positions-forgotten",
       "positions forgotten",
       "a channel's statistic is taken over examples and positions",
       "axis",
       {{"statistic_size", "examples"}}},
      {"examples-forgotten",
       "one image only",
       "a channel's statistic is taken over all examples of the batch",
       "axis",
       {{"statistic_size", "height * width"}}},
      {"channels-pooled",
       "channels pooled",
       "each channel has a statistic of its own",
       "axis",
       {{"statistic_size", "examples * channels * height * width"}}},
  };
  return all;
}

}  // namespace

std::string pitfall_named(const std::string& name) {
  if (std::find(std::begin(pitfalls), std::end(pitfalls), name) != std::end(pitfalls)) return name;
  std::string all;
  for (const char* each : pitfalls) all += (all.empty() ? "" : ", ") + std::string(each);
  batchnorm::refuse("pitfall", "one of " + all, name);
}

const std::vector<Mistake>& mistakes() {
  static const std::vector<Mistake> all = [] {
    std::vector<Mistake> read;
    for (const Entry& entry : entries()) {
      Mistake mistake{entry.id, entry.title, entry.reason, pitfall_named(entry.pitfall), {}};
      for (const auto& [name, formula] : entry.instead) mistake.instead.emplace_back(name, Formula(formula));
      read.push_back(std::move(mistake));
    }
    return read;
  }();
  return all;
}

const std::vector<Mistake>& formula_mistakes() {
  static const std::vector<Mistake> all = [] {
    const std::string factor = "gamma * saved_invstd * ",
                      bracket = "(dy - mean(dy) - x_hat * mean(dy * x_hat))";
    const struct {
      const char* id;
      const char* name;
      std::string formula;
    } lines[] = {
        {"eps-forgotten", "dx", "gamma / sqrt(batch_var) * " + bracket},
        {"variance-for-deviation", "dx", "gamma / (batch_var + eps) * " + bracket},
        {"eps-outside-root", "dx", "gamma / (sqrt(batch_var) + eps) * " + bracket},
        {"dgamma-dbeta-exchanged", "dx", factor + "(dy - mean(dy * x_hat) - x_hat * mean(dy))"},
        {"x-for-x-hat", "dx", factor + "(dy - mean(dy) - x * mean(dy * x_hat))"},
        {"m-forgotten-in-gradient", "dx", factor + "(dy - sum(dy) - x_hat * sum(dy * x_hat))"},
        {"batch-invstd-in-frozen", "running_root", "1 / saved_invstd"},
        {"variance-not-averaged", "new_running_var_unbiased",
         "old_weight * running_var + (1 - old_weight) * sum((x - batch_mean)^2)"},
    };
    std::vector<Mistake> read;
    for (const auto& line : lines) {
      const auto& known = mistakes();
      Mistake mistake =
          *std::find_if(known.begin(), known.end(), [&](const Mistake& each) { return each.id == line.id; });
      mistake.instead.clear();
      mistake.instead.emplace_back(line.name, Formula(line.formula));
      read.push_back(std::move(mistake));
    }
    return read;
  }();
  return all;
}

const Mistake& per_cent_for_fraction() {
  static const Mistake mistake{"per-cent-for-fraction",
                               "per cent for a fraction",
                               "what is asked for is a fraction of 1: a value in per cent ends with %",
                               "",
                               {}};
  return mistake;
}

const Mistake& sign_of_per_cent() {
  static const Mistake mistake{
      "sign-of-per-cent",
      "% behind a plain number",
      "% divides by 100, and ‰ by 1000: what is a fraction or a number already takes neither",
      "",
      {}};
  return mistake;
}

namespace {

/// Replaces definitions by those of the mistake, and returns the formula of the answer that follows.
const Formula& make(const Mistake& mistake, const Formula& answer, Derivation& derivation) {
  for (const auto& [name, formula] : mistake.instead) derivation.redefine(name, formula);
  return mistake.answer ? *mistake.answer : answer;
}

}  // namespace

std::vector<const Mistake*> possible_mistakes(const Formula& answer, const Quantities& right,
                                              std::initializer_list<const std::vector<Mistake>*> lists) {
  std::vector<const Mistake*> possible;
  for (const std::vector<Mistake>* list : lists) {
    for (const Mistake& mistake : *list) {
      Derivation derivation(right);
      const Formula& asked = make(mistake, answer, derivation);
      const bool shows = &asked != &answer || derivation.is_touched(answer);
      if (shows && derivation.is_derivable(asked)) possible.push_back(&mistake);
    }
  }
  return possible;
}

bool are_disjoint(const Mistake& a, const Mistake& b) {
  if (a.answer || b.answer) return false;
  return std::none_of(a.instead.begin(), a.instead.end(), [&](const auto& mine) {
    return std::any_of(b.instead.begin(), b.instead.end(),
                       [&](const auto& yours) { return mine.first == yours.first; });
  });
}

std::optional<Value> mistaken_answer(const Formula& answer, const Quantities& right, const Mistake& mistake,
                                     const Mistake* second) {
  Derivation derivation(right);
  const Formula* asked = &make(mistake, answer, derivation);
  if (second != nullptr && asked == &answer) asked = &make(*second, answer, derivation);
  if (asked == &answer && !derivation.is_touched(answer)) return std::nullopt;
  try {
    return derivation.evaluate(*asked);
  } catch (const ReadError&) {
    return std::nullopt;
  }
}

}  // namespace answers
