#include "programs/derivations.h"

#include <algorithm>

#include "answers/mistakes.h"

namespace programs {

namespace {

/// Expressions that depend on how x lies; A stands for an array.
struct Layout {
  const char* rows;   ///< A in rows of values that share a statistic: (m, columns)
  const char* back;   ///< and back to x's shape
  const char* gamma;  ///< gamma against x's shape
  const char* beta;
  const char* parameters;  ///< the axes that dgamma and dbeta are summed over
};

Layout layout_of(Family family) {
  if (family == Family::images)
    return {"(A).transpose(0, 2, 3, 1).reshape(-1, x.shape[1])",
            "(A).reshape(x.shape[0], x.shape[2], x.shape[3], x.shape[1]).transpose(0, 3, 1, 2)",
            "gamma[:, None, None]", "beta[:, None, None]", "(0, 2, 3)"};
  if (family == Family::layer) return {"(A).T", "(A).T", "gamma", "beta", "0"};
  return {"A", "A", "gamma", "beta", "0"};
}

std::string with(const std::string& pattern, const std::string& array) {
  const std::size_t at = pattern.find('A');
  return pattern.substr(0, at) + array + pattern.substr(at + 1);
}

void add(std::vector<Line>& lines, std::initializer_list<Line> more) {
  lines.insert(lines.end(), more);
}

bool asks_for(const TaskKind& kind, const std::string& output) {
  return std::any_of(kind.outputs.begin(), kind.outputs.end(),
                     [&](const Operand& each) { return each.name == output; });
}
bool has_input(const TaskKind& kind, const std::string& input) {
  return std::any_of(kind.inputs.begin(), kind.inputs.end(),
                     [&](const Operand& each) { return each.name == input; });
}

std::vector<Line> statistics(const std::string& rows) {
  return {{"rows", rows},
          {"m", "rows.shape[0]"},
          {"batch_mean", "np.sum(rows, axis=0) / m"},
          {"centred", "rows - batch_mean"},
          {"squares", "centred ** 2"},
          {"batch_var", "np.sum(squares, axis=0) / m"},
          {"mean_square", "np.mean(rows ** 2, axis=0)"}};
}

std::vector<Line> training(const TaskKind& kind) {
  const Layout layout = layout_of(kind.family);
  std::vector<Line> lines = statistics(with(layout.rows, "x"));
  if (!has_input(kind, "eps")) return lines;
  add(lines, {{"shifted_var", "batch_var + eps"},
              {"deviation", "np.sqrt(batch_var)"},
              {"root", "np.sqrt(shifted_var)"},
              {"saved_invstd", "1 / root"},
              {"normalized", "centred * saved_invstd"},
              {"x_hat", with(layout.back, "normalized")}});
  if (has_input(kind, "beta"))
    add(lines,
        {{"scaled", std::string(layout.gamma) + " * x_hat"}, {"y", "scaled + " + std::string(layout.beta)}});
  if (has_input(kind, "beta") && kind.family == Family::batch)
    add(lines, {{"slope", "gamma * saved_invstd"}});
  if (!has_input(kind, "dy")) return lines;
  const std::string axes = layout.parameters;
  add(lines, {{"dy_x_hat", "dy * x_hat"},
              {"dbeta", "np.sum(dy, axis=" + axes + ")"},
              {"dgamma", "np.sum(dy_x_hat, axis=" + axes + ")"}});
  if (!asks_for(kind, "dx")) return lines;
  add(lines, {{"dx_hat", "dy * " + std::string(layout.gamma)},
              {"d_rows", with(layout.rows, "dx_hat")},
              {"d_rows_centred", "d_rows * centred"},
              {"dinvstd", "np.sum(d_rows_centred, axis=0)"},
              {"droot", "-dinvstd / root ** 2"},
              {"dvar", "0.5 * droot / root"},
              {"dsquares", "dvar / m"},
              {"dx_direct", "d_rows * saved_invstd"},
              {"dx_through_var", "2 * centred * dsquares"},
              {"dcentred", "dx_direct + dx_through_var"},
              {"dmean", "-np.sum(dx_direct, axis=0)"},
              {"dx_through_mean", "dmean / m"},
              // Of the closed form.
              {"sum_dx_hat", "np.sum(d_rows, axis=0)"},
              {"mean_dx_hat", "sum_dx_hat / m"},
              {"dx_hat_x_hat", "d_rows * normalized"},
              {"sum_dx_hat_x_hat", "np.sum(dx_hat_x_hat, axis=0)"},
              {"mean_dx_hat_x_hat", "sum_dx_hat_x_hat / m"},
              {"along_x_hat", "normalized * sum_dx_hat_x_hat"},
              {"mean_along_x_hat", "normalized * mean_dx_hat_x_hat"},
              {"bracket", "d_rows - mean_dx_hat - mean_along_x_hat"},
              {"bracket_m", "m * bracket"},
              {"dx_rows", "dcentred + dx_through_mean"},
              {"dx", with(layout.back, "dx_rows")}});
  if (kind.family == Family::batch)
    add(lines, {{"mean_dy", "dbeta / m"},
                {"mean_dy_x_hat", "dgamma / m"},
                {"slope", "gamma * saved_invstd"},
                {"dy_bracket", "dy - mean_dy - x_hat * mean_dy_x_hat"},
                {"dy_bracket_m", "m * dy_bracket"}});
  return lines;
}

std::vector<Line> averages(const TaskKind& kind) {
  std::vector<Line> lines = statistics("x");
  add(lines, {{"deviation", "np.sqrt(batch_var)"},
              {"unbiased_var", "batch_var * m / (m - 1)"},
              {"stored_var", kind.unbiased ? "unbiased_var" : "batch_var"},
              {"old_weight", kind.unbiased ? "1 - momentum" : "momentum"},
              {"new_weight", "1 - old_weight"},
              {"new_mean", "old_weight * running_mean + new_weight * batch_mean"},
              {"new_var", "old_weight * running_var + new_weight * stored_var"},
              {"running_mean", "new_mean"},
              {"running_var", "new_var"}});
  return lines;
}

std::vector<Line> inference(const TaskKind& kind) {
  std::vector<Line> lines{{"centred", "x - running_mean"},       {"shifted_var", "running_var + eps"},
                          {"deviation", "np.sqrt(running_var)"}, {"root", "np.sqrt(shifted_var)"},
                          {"saved_invstd", "1 / root"},          {"slope", "gamma * saved_invstd"},
                          {"x_hat", "centred * saved_invstd"}};
  if (!kind.is_backward) {
    add(lines,
        {{"scaled", "gamma * x_hat"}, {"shift", "beta - slope * running_mean"}, {"y", "scaled + beta"}});
    return lines;
  }
  add(lines, {{"dy_x_hat", "dy * x_hat"},
              {"dbeta", "np.sum(dy, axis=0)"},
              {"dgamma", "np.sum(dy_x_hat, axis=0)"},
              {"dx_hat", "dy * gamma"},
              {"dx", "dx_hat * saved_invstd"}});
  return lines;
}

std::vector<Line> folding() {
  return {{"shifted_var", "running_var + eps"},      {"deviation", "np.sqrt(running_var)"},
          {"root", "np.sqrt(shifted_var)"},          {"saved_invstd", "1 / root"},
          {"slope", "gamma * saved_invstd"},         {"folded_weight", "weight * slope"},
          {"bias_deviation", "bias - running_mean"}, {"shift", "beta - slope * running_mean"},
          {"scaled_bias", "slope * bias_deviation"}, {"folded_bias", "scaled_bias + beta"}};
}

std::vector<Line> merging() {
  return {{"m", "m_a + m_b"},
          {"share_a", "m_a / m"},
          {"share_b", "m_b / m"},
          {"difference", "mean_b - mean_a"},
          {"batch_mean", "share_a * mean_a + share_b * mean_b"},
          {"within", "share_a * var_a + share_b * var_b"},
          {"between", "share_a * share_b * difference ** 2"},
          {"batch_var", "within + between"}};
}

struct Entry {
  const char* id;
  std::vector<Line> instead;
};

/// Of the statistics, in rows.
const std::vector<Entry>& statistics_mistakes() {
  static const std::vector<Entry> all{
      {"unbiased-variance", {{"batch_var", "np.sum(squares, axis=0) / (m - 1)"}}},
      {"variance-not-averaged", {{"batch_var", "np.sum(squares, axis=0)"}}},
      {"mean-not-averaged", {{"batch_mean", "np.sum(rows, axis=0)"}}},
      {"absolute-deviation", {{"batch_var", "np.mean(np.abs(centred), axis=0)"}}},
      {"deviation-for-variance", {{"batch_var", "np.sqrt(np.mean(squares, axis=0))"}}},
      {"mean-square-for-variance", {{"batch_var", "np.mean(rows ** 2, axis=0)"}}},
      {"square-of-mean-not-subtracted",
       {{"batch_var", "np.mean(rows ** 2, axis=0) - np.mean(rows, axis=0)"}}},
      {"features-pooled", {{"batch_mean", "np.mean(rows)"}, {"batch_var", "np.var(rows)"}}},
      {"features-pooled", {{"batch_mean", "np.mean(rows)"}}},
      {"features-pooled", {{"batch_var", "np.mean(squares)"}}},
      {"features-pooled", {{"batch_var", "np.var(rows)"}}},
      {"integer-division", {{"batch_mean", "(1 // m) * np.sum(rows, axis=0)"}}},
      {"integer-division", {{"batch_var", "(1 // m) * np.sum(squares, axis=0)"}}},
      {"integer-division",
       {{"batch_mean", "(1 // m) * np.sum(rows, axis=0)"},
        {"batch_var", "(1 // m) * np.sum(squares, axis=0)"}}},
      {"integer-division", {{"batch_mean", "np.sum(rows, axis=0) // m"}}},
      {"integer-division", {{"batch_var", "np.sum(squares, axis=0) // m"}}},
      {"wrong-count", {{"batch_mean", "np.sum(rows, axis=0) / rows.shape[1]"}}},
      {"wrong-count", {{"batch_var", "np.sum(squares, axis=0) / rows.shape[1]"}}},
      {"wrong-count",
       {{"batch_mean", "np.sum(rows, axis=0) / rows.shape[1]"},
        {"batch_var", "np.sum(squares, axis=0) / rows.shape[1]"}}},
  };
  return all;
}

/// Where statistics go over the other axis: those of a batch per example, those of layer norm per feature.
std::vector<Entry> axis_mistakes(const TaskKind& kind) {
  if (kind.family == Family::layer)
    return {{"batch-axis-in-layer-norm",
             {{"batch_mean", "np.mean(x, axis=0)[:, None]"},
              {"batch_var", "np.var(x, axis=0)[:, None]"},
              {"centred", "(x - np.mean(x, axis=0)).T"},
              {"normalized", has_input(kind, "eps")
                                 ? "((x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + eps)).T"
                                 : "centred"}}},
            {"keepdims-missing",
             {{"centred", "(x - np.mean(x, axis=1)).T"},
              {"normalized", "((x - np.mean(x, axis=1)) / np.sqrt(np.var(x, axis=1) + eps)).T"}}}};
  if (kind.family == Family::images)
    return {{"positions-apart",
             {{"batch_mean", "np.mean(x, axis=0)"},
              {"batch_var", "np.var(x, axis=0)"},
              {"centred", "(x - np.mean(x, axis=0)).transpose(0, 2, 3, 1).reshape(-1, x.shape[1])"},
              {"normalized",
               "((x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + eps)).transpose(0, 2, 3, "
               "1).reshape(-1, x.shape[1])"}}},
            {"examples-forgotten",
             {{"batch_mean", "np.mean(x, axis=(2, 3))"},
              {"batch_var", "np.var(x, axis=(2, 3))"},
              {"centred",
               "(x - np.mean(x, axis=(2, 3), keepdims=True)).transpose(0, 2, 3, 1).reshape(-1, x.shape[1])"},
              {"normalized",
               "((x - np.mean(x, axis=(2, 3), keepdims=True)) / np.sqrt(np.var(x, axis=(2, 3), "
               "keepdims=True) + eps))"
               ".transpose(0, 2, 3, 1).reshape(-1, x.shape[1])"}}},
            {"reshape-mixes-channels",
             {{"rows", "x.reshape(-1, x.shape[1])"}, {"x_hat", "normalized.reshape(x.shape)"}}}};
  std::vector<Entry> all{
      {"axis-swapped",
       {{"batch_mean", "np.mean(x, axis=1, keepdims=True)"},
        {"batch_var", "np.var(x, axis=1, keepdims=True)"}}},
      {"axis-swapped", {{"batch_mean", "np.mean(x, axis=1, keepdims=True)"}}},
      {"axis-swapped", {{"batch_var", "np.mean(squares, axis=1, keepdims=True)"}}},
      {"axis-swapped", {{"batch_mean", "np.mean(x, axis=1)"}, {"batch_var", "np.var(x, axis=1)"}}},
      {"axis-swapped", {{"batch_mean", "np.mean(x, axis=1)"}}},
      {"axis-swapped", {{"batch_var", "np.var(x, axis=1)"}}}};
  return all;
}

const std::vector<Entry>& normalizing_mistakes() {
  static const std::vector<Entry> all{
      {"variance-for-deviation", {{"root", "shifted_var"}}},
      {"eps-outside-root", {{"root", "np.sqrt(batch_var) + eps"}}},
      {"eps-forgotten", {{"root", "np.sqrt(batch_var)"}}},
      {"eps-subtracted", {{"shifted_var", "batch_var - eps"}}},
      {"root-multiplied", {{"saved_invstd", "root"}}},
      {"min-max",
       {{"normalized", "(rows - np.min(rows, axis=0)) / (np.max(rows, axis=0) - np.min(rows, axis=0))"}}},
      {"mean-not-subtracted", {{"normalized", "rows * saved_invstd"}}},
      {"not-divided", {{"normalized", "centred"}}},
      {"deviation-reversed", {{"normalized", "(batch_mean - rows) * saved_invstd"}}},
      {"brackets-missing", {{"normalized", "rows - batch_mean / root"}}},
      {"brackets-missing", {{"saved_invstd", "1 / np.sqrt(batch_var) + eps"}}},
  };
  return all;
}

std::vector<Entry> affine_mistakes(const TaskKind& kind, const Layout& layout) {
  const std::string gamma = layout.gamma, beta = layout.beta;
  std::vector<Entry> all{{"gamma-forgotten", {{"scaled", "x_hat"}}},
                         {"beta-forgotten", {{"y", "scaled"}}},
                         {"beta-before-scaling", {{"y", gamma + " * (x_hat + " + beta + ")"}}},
                         {"beta-subtracted", {{"y", "scaled - " + beta}}},
                         {"gamma-beta-exchanged", {{"y", beta + " * x_hat + " + gamma}}},
                         {"x-for-x-hat", {{"scaled", gamma + " * x"}}}};
  if (kind.family != Family::images)
    all.push_back({"matrix-product", {{"scaled", "x_hat @ gamma"}, {"y", "scaled"}}});
  return all;
}

std::vector<Entry> backward_mistakes(const TaskKind& kind, const Layout& layout) {
  const std::string axes = layout.parameters, gamma = layout.gamma;
  std::vector<Entry> all{
      {"mean-for-sum", {{"dbeta", "np.mean(dy, axis=" + axes + ")"}}},
      {"mean-for-sum", {{"dgamma", "np.mean(dy_x_hat, axis=" + axes + ")"}}},
      {"mean-for-sum",
       {{"dbeta", "np.mean(dy, axis=" + axes + ")"}, {"dgamma", "np.mean(dy_x_hat, axis=" + axes + ")"}}},
      {"dgamma-dbeta-exchanged",
       {{"dgamma", "np.sum(dy, axis=" + axes + ")"}, {"dbeta", "np.sum(dy_x_hat, axis=" + axes + ")"}}},
      {"gamma-in-dgamma", {{"dgamma", "gamma * np.sum(dy_x_hat, axis=" + axes + ")"}}},
      {"x-for-x-hat", {{"dgamma", "np.sum(dy * x, axis=" + axes + ")"}}},
      {"x-hat-forgotten", {{"dgamma", "np.sum(dy, axis=" + axes + ")"}}},
      {"parameters-pooled", {{"dbeta", "np.sum(dy)"}, {"dgamma", "np.sum(dy_x_hat)"}}},
      {"parameters-pooled", {{"dbeta", "np.sum(dy)"}}},
      {"parameters-pooled", {{"dgamma", "np.sum(dy_x_hat)"}}},
      {"not-summed", {{"dgamma", "dy_x_hat"}}},
      {"not-summed", {{"dbeta", "dy"}}},
      {"not-summed", {{"dgamma", "dy_x_hat"}, {"dbeta", "dy"}}},
  };
  if (kind.family == Family::batch || kind.family == Family::inference || kind.family == Family::layer) {
    all.push_back(
        {"parameters-axis", {{"dbeta", "np.sum(dy, axis=1)"}, {"dgamma", "np.sum(dy_x_hat, axis=1)"}}});
    all.push_back({"parameters-axis", {{"dbeta", "np.sum(dy, axis=1)"}}});
    all.push_back({"parameters-axis", {{"dgamma", "np.sum(dy_x_hat, axis=1)"}}});
    all.push_back({"transposed-product", {{"dgamma", "np.dot(dy.T, x_hat)"}}});
    all.push_back({"transposed-product", {{"dgamma", "np.dot(x_hat.T, dy)"}}});
    all.push_back({"transposed-product", {{"dgamma", "np.dot(dy, x_hat.T)"}}});
  }
  if (!asks_for(kind, "dx") || kind.family == Family::inference) return all;
  const std::vector<Entry> of_dx{
      {"gamma-forgotten", {{"dx_hat", "dy"}}},
      {"statistics-detached", {{"dx_rows", "dx_direct"}}},
      {"mean-detached", {{"dx_rows", "dcentred"}}},
      {"variance-detached", {{"dx_rows", "dx_direct + dx_through_mean"}}},
      {"m-forgotten-in-gradient", {{"dsquares", "dvar"}, {"dx_through_mean", "dmean"}}},
      {"m-forgotten-in-gradient", {{"dsquares", "dvar"}}},
      {"m-forgotten-in-gradient", {{"dx_through_mean", "dmean"}}},
      {"m-minus-1-in-gradient", {{"dsquares", "dvar / (m - 1)"}}},
      {"sign-of-dmean", {{"dmean", "np.sum(dx_direct, axis=0)"}}},
      {"sign-of-dvar", {{"droot", "dinvstd / root ** 2"}}},
      {"half-forgotten", {{"dvar", "droot / root"}}},
      {"two-forgotten", {{"dx_through_var", "centred * dsquares"}}},
      {"power-of-root", {{"droot", "-dinvstd / root"}}},
      {"power-of-root", {{"dvar", "0.5 * droot"}}},
      {"power-of-root", {{"droot", "-dinvstd"}}},
      {"power-of-root", {{"droot", "-dinvstd / root ** 2"}, {"dvar", "0.5 * droot / shifted_var"}}},
      {"integer-division", {{"dvar", "(1 // 2) * droot / root"}}},
      {"integer-division", {{"dvar", "(-1 // 2) * dinvstd * saved_invstd ** 3"}}},
      {"integer-division", {{"dvar", "dinvstd * (-0.5) * shifted_var ** (-3 // 2)"}}},
      {"integer-division", {{"dsquares", "(1 // m) * dvar"}}},
      {"integer-division", {{"dx_through_mean", "(1 // m) * dmean"}}},
      {"integer-division", {{"dsquares", "(1 // m) * dvar"}, {"dx_through_mean", "(1 // m) * dmean"}}},
      {"mean-for-sum", {{"dmean", "-np.mean(dx_direct, axis=0)"}}},
      {"mean-for-sum", {{"dinvstd", "np.mean(d_rows_centred, axis=0)"}}},
      {"mean-for-sum",
       {{"dmean", "-np.mean(dx_direct, axis=0)"}, {"dinvstd", "np.mean(d_rows_centred, axis=0)"}}},
      {"invstd-forgotten", {{"dx_direct", "d_rows"}}},
      {"invstd-forgotten", {{"dx_rows", "bracket"}}},
      {"x-for-x-hat",
       {{"dx_rows", "saved_invstd * (d_rows - mean_dx_hat - rows * np.mean(d_rows * rows, axis=0))"}}},
      {"x-for-x-hat", {{"d_rows_centred", "d_rows * rows"}}},
      {"x-for-x-hat", {{"dx_through_var", "2 * rows * dsquares"}}},
      {"features-pooled", {{"dmean", "-np.sum(dx_direct)"}}},
      {"features-pooled", {{"dinvstd", "np.sum(d_rows_centred)"}}},
      {"features-pooled", {{"dmean", "-np.sum(dx_direct)"}, {"dinvstd", "np.sum(d_rows_centred)"}}},
      {"features-pooled",
       {{"dx_rows",
         "saved_invstd * (d_rows - np.mean(d_rows) - normalized * np.mean(d_rows * normalized))"}}},
      {"m-forgotten-in-closed-form", {{"dx_rows", "saved_invstd * bracket_m"}}},
      {"sums-for-means", {{"dx_rows", "saved_invstd * (d_rows - sum_dx_hat - along_x_hat)"}}},
      {"sums-for-means", {{"dx_rows", "saved_invstd / m * (d_rows - sum_dx_hat - along_x_hat)"}}},
      {"sign-of-x-hat-term", {{"dx_rows", "saved_invstd * (d_rows - mean_dx_hat + mean_along_x_hat)"}}},
  };
  all.insert(all.end(), of_dx.begin(), of_dx.end());
  if (kind.family != Family::layer) {
    all.push_back({"gamma-twice", {{"dx_hat", "dy * " + gamma + " * " + gamma}}});
    all.push_back({"dy-for-dx-hat", {{"d_rows_centred", with(layout.rows, "dy") + " * centred"}}});
    all.push_back({"gamma-forgotten", {{"dx_direct", with(layout.rows, "dy") + " * saved_invstd"}}});
  } else {
    all.push_back({"gamma-outside-the-bracket",
                   {{"dx",
                     "gamma * (saved_invstd[:, None] * (dy - np.mean(dy, axis=1, keepdims=True) - x_hat * "
                     "np.mean(dy * x_hat, axis=1, keepdims=True)))"}}});
  }
  return all;
}

std::vector<Entry> running_mistakes(const TaskKind& kind) {
  const std::string right = kind.unbiased ? "unbiased_var" : "batch_var";
  std::vector<Entry> all{
      {"momentum-swapped", {{"old_weight", kind.unbiased ? "momentum" : "1 - momentum"}}},
      {kind.unbiased ? "biased-running-variance" : "unbiased-running-variance",
       {{"stored_var", kind.unbiased ? "batch_var" : "unbiased_var"}}},
      {"running-not-updated", {{"new_mean", "running_mean"}, {"new_var", "running_var"}}},
      {"running-not-updated", {{"new_var", "running_var"}}},
      {"running-not-updated", {{"new_mean", "running_mean"}}},
      {"batch-replaces-running", {{"new_mean", "batch_mean"}, {"new_var", "stored_var"}}},
      {"start-ignored", {{"new_mean", "new_weight * batch_mean"}, {"new_var", "new_weight * stored_var"}}},
      {"weights-do-not-add-up", {{"new_weight", "1"}}},
      {"weights-do-not-add-up", {{"new_weight", "old_weight"}}},
      {"running-deviation", {{"stored_var", "np.sqrt(" + right + ")"}}},
      {"mean-for-running-variance", {{"new_var", "old_weight * running_var + new_weight * batch_mean"}}},
  };
  return all;
}

std::vector<Entry> inference_mistakes(const TaskKind& kind) {
  const std::string batch = "(x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + eps)";
  std::vector<Entry> all{
      {"batch-in-inference", {{"x_hat", batch}, {"saved_invstd", "1 / np.sqrt(np.var(x, axis=0) + eps)"}}},
      {"batch-in-inference", {{"centred", "x - np.mean(x, axis=0)"}}},
      {"batch-in-inference", {{"shifted_var", "np.var(x, axis=0) + eps"}}},
      {"running-variance-for-deviation", {{"root", "shifted_var"}}},
      {"eps-outside-root", {{"root", "np.sqrt(running_var) + eps"}}},
      {"eps-forgotten", {{"root", "np.sqrt(running_var)"}}},
      {"running-mean-not-subtracted", {{"centred", "x"}}},
      {"not-divided", {{"x_hat", "centred"}}},
      {"deviation-reversed", {{"x_hat", "(running_mean - x) * saved_invstd"}}},
      {"brackets-missing", {{"x_hat", "x - running_mean / root"}}},
  };
  if (!kind.is_backward) return all;
  const std::vector<Entry> backward{
      {"gamma-forgotten", {{"dx_hat", "dy"}}},
      {"training-in-frozen",
       {{"dx",
         "saved_invstd * (dx_hat - np.mean(dx_hat, axis=0) - x_hat * np.mean(dx_hat * x_hat, axis=0))"}}},
      {"training-in-frozen",
       {{"x_hat", batch},
        {"saved_invstd", "1 / np.sqrt(np.var(x, axis=0) + eps)"},
        {"dx",
         "saved_invstd * (dx_hat - np.mean(dx_hat, axis=0) - x_hat * np.mean(dx_hat * x_hat, axis=0))"}}},
      {"batch-invstd-in-frozen", {{"dx", "dx_hat / np.sqrt(np.var(x, axis=0) + eps)"}}},
      {"invstd-forgotten", {{"dx", "dx_hat"}}},
  };
  all.insert(all.end(), backward.begin(), backward.end());
  return all;
}

const std::vector<Entry>& folding_mistakes() {
  static const std::vector<Entry> all{
      {"running-variance-for-deviation", {{"root", "shifted_var"}}},
      {"eps-outside-root", {{"root", "np.sqrt(running_var) + eps"}}},
      {"eps-forgotten", {{"root", "np.sqrt(running_var)"}}},
      {"gamma-forgotten", {{"slope", "saved_invstd"}}},
      {"gamma-forgotten", {{"folded_weight", "weight * saved_invstd"}}},
      {"beta-forgotten", {{"folded_bias", "scaled_bias"}}},
      {"beta-before-scaling", {{"folded_bias", "slope * (bias_deviation + beta)"}}},
      {"running-mean-not-subtracted", {{"bias_deviation", "bias"}}},
      {"bias-not-scaled", {{"folded_bias", "bias + shift"}}},
      {"bias-dropped", {{"folded_bias", "shift"}}},
      {"bias-twice", {{"folded_bias", "scaled_bias + beta + bias"}}},
      {"sign-of-running-mean", {{"bias_deviation", "bias + running_mean"}}},
      {"sign-of-running-mean", {{"bias_deviation", "running_mean - bias"}}},
      {"weight-not-folded", {{"folded_weight", "weight"}}},
      {"inputs-scaled", {{"folded_weight", "weight * slope[:, None]"}}},
  };
  return all;
}

const std::vector<Entry>& merging_mistakes() {
  static const std::vector<Entry> all{
      {"uneven-shards", {{"batch_mean", "(mean_a + mean_b) / 2"}, {"batch_var", "(var_a + var_b) / 2"}}},
      {"uneven-shards", {{"batch_mean", "(mean_a + mean_b) / 2"}}},
      {"uneven-shards", {{"within", "(var_a + var_b) / 2"}, {"between", "difference ** 2 / 4"}}},
      {"uneven-shards",
       {{"batch_mean", "(mean_a + mean_b) / 2"},
        {"within", "(var_a + var_b) / 2"},
        {"between", "difference ** 2 / 4"}}},
      {"between-forgotten", {{"between", "0 * difference"}}},
      {"counts-exchanged", {{"share_a", "m_b / m"}, {"share_b", "m_a / m"}}},
      {"unbiased-variance", {{"batch_var", "(within + between) * m / (m - 1)"}}},
      {"integer-division", {{"share_a", "m_a // m"}, {"share_b", "m_b // m"}}},
  };
  return all;
}

void append(std::vector<Variant>& all, const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) all.push_back({entry.id, entry.instead});
}

/// NumPy's own mistakes, and those that only programs make.
const std::vector<Mistake>& own_mistakes() {
  static const std::vector<Mistake> all{
      {"square-of-mean-not-subtracted", "mean for its square", "var = mean of squares − square of the mean",
       "one-pass"},
      {"integer-division", "// for /", "// drops what is behind the point: 1 // N is 0 for every N above 1",
       "axis"},
      {"wrong-count", "divided by the other axis",
       "a statistic is divided by the number of values it was summed over", "axis"},
      {"batch-axis-in-layer-norm", "statistics over the batch",
       "layer norm takes its statistics per example, over the features: axis=1", "axis"},
      {"keepdims-missing", "keepdims missing",
       "a sum over axis=1 has shape (N,), which broadcasts along the features: keepdims=True keeps it (N, 1)",
       "axis"},
      {"positions-apart", "positions not pooled",
       "a channel's statistic is taken over examples and positions: axis=(0, 2, 3)", "axis"},
      {"reshape-mixes-channels", "reshape without transpose",
       "the last axis of (N, C, H, W) is no channel: bring channels last with transpose before reshaping",
       "axis"},
      {"eps-subtracted", "ε subtracted", "ε is added to the variance", "epsilon"},
      {"root-multiplied", "multiplied by the root",
       "the deviations are divided by the root of the variance plus ε", "epsilon"},
      {"brackets-missing", "brackets missing", "division binds tighter than a sum: put the sum in brackets",
       "placement"},
      {"beta-subtracted", "β subtracted", "β is added at the end", "undoing"},
      {"matrix-product", "matrix product for an elementwise one",
       "γ multiplies each feature by itself: * and not @", "axis"},
      {"transposed-product", "matrix product for a sum over examples",
       "dγ is the sum over the batch of dy x̂, feature by feature: np.sum(dy * x_hat, axis=0)", "sums"},
      {"x-hat-forgotten", "x̂ forgotten", "γ multiplies x̂, so its gradient carries x̂", "sums"},
      {"parameters-pooled", "axis left out of a sum",
       "each feature has a γ and a β of its own: sum over the batch only", "axis"},
      {"parameters-axis", "summed over the other axis",
       "γ and β act on every example, and collect over the batch", "axis"},
      {"not-summed", "not summed over the batch",
       "a parameter that acts on every example collects the sum of their gradients", "sums"},
      {"two-forgotten", "factor 2 forgotten", "the derivative of (x − μ)² is 2 (x − μ)",
       "through-statistics"},
      {"invstd-forgotten", "not divided by the deviation",
       "what comes down to x is divided by the root of the variance plus ε, as x was", "through-statistics"},
      {"m-forgotten-in-closed-form", "1/m of the closed form forgotten",
       "m dx̂ − Σ dx̂ − x̂ Σ dx̂ x̂ is m times too large: divide by m", "through-statistics"},
      {"sums-for-means", "sums for means", "the means of dx̂ and of dx̂ x̂ are subtracted, not their sums",
       "through-statistics"},
      {"sign-of-x-hat-term", "sign of the x̂ term", "the part along x̂ is subtracted", "through-statistics"},
      {"gamma-twice", "γ twice", "γ comes in once, between dy and dx̂", "undoing"},
      {"gamma-outside-the-bracket", "γ outside the bracket",
       "in layer norm γ differs within a row, and so belongs inside the means", "undoing"},
      {"weights-do-not-add-up", "weights that do not add up to 1",
       "the old value and the new one share the weight 1", "opposite-momentum"},
      {"running-deviation", "standard deviation stored", "the running variance averages variances",
       "late-averages"},
      {"mean-for-running-variance", "mean stored for variance", "the running variance averages variances",
       "late-averages"},
      {"bias-twice", "bias added twice", "the folded bias holds the old one already", "dead-bias"},
      {"sign-of-running-mean", "sign of the running mean", "the running mean is subtracted from the bias",
       "dead-bias"},
      {"weight-not-folded", "weight not folded", "the weight takes the slope γ/√(σ² + ε) of its output",
       "cost"},
      {"inputs-scaled", "inputs scaled for outputs",
       "the slope belongs to the outputs, the last axis of a weight (I, C)", "axis"},
      {"uneven-shards", "parts weighted alike", "a part counts with its number of values: m_a and m_b",
       "small-batches"},
      {"between-forgotten", "distance of the means forgotten",
       "the variance of the whole has the distance of the parts' means in it", "small-batches"},
      {"counts-exchanged", "counts exchanged", "each part is weighted with its own count", "small-batches"},
      {"single-precision", "single precision", "float32 has 7 digits: let NumPy keep float64", "one-pass"},
      {"digits-lost", "one pass in single precision",
       "mean of squares − square of the mean subtracts two large numbers: subtract the mean first",
       "one-pass"},
  };
  return all;
}

}  // namespace

const std::vector<Mistake>& mistakes() {
  static const std::vector<Mistake> all = [] {
    std::vector<Mistake> known;
    for (const answers::Mistake& each : answers::mistakes())
      known.push_back({each.id, each.title, each.reason, each.pitfall});
    for (const Mistake& each : own_mistakes()) {
      known.push_back(each);
      answers::pitfall_named(each.pitfall);
    }
    return known;
  }();
  return all;
}

const Mistake& mistake_named(const std::string& id) {
  for (const Mistake& each : mistakes()) {
    if (each.id == id) return each;
  }
  batchnorm::refuse("mistake", "a known one", id);
}

std::vector<Line> derivation(const TaskKind& kind) {
  switch (kind.family) {
    case Family::batch:
    case Family::images:
    case Family::layer:
      return training(kind);
    case Family::running:
      return averages(kind);
    case Family::inference:
      return inference(kind);
    case Family::folding:
      return folding();
    case Family::merging:
      return merging();
  }
  return {};
}

std::vector<Variant> variants(const TaskKind& kind) {
  std::vector<Variant> all;
  const Layout layout = layout_of(kind.family);
  switch (kind.family) {
    case Family::batch:
    case Family::images:
    case Family::layer:
      if (kind.is_backward) append(all, backward_mistakes(kind, layout));
      append(all, statistics_mistakes());
      if (kind.single)
        append(all,
               {{"digits-lost", {{"batch_var", "np.mean(rows ** 2, axis=0) - np.mean(rows, axis=0) ** 2"}}}});
      append(all, axis_mistakes(kind));
      if (has_input(kind, "eps")) append(all, normalizing_mistakes());
      if (has_input(kind, "beta")) append(all, affine_mistakes(kind, layout));
      break;
    case Family::running:
      append(all, running_mistakes(kind));
      append(all, statistics_mistakes());
      break;
    case Family::inference:
      append(all, inference_mistakes(kind));
      append(all, kind.is_backward ? backward_mistakes(kind, layout) : affine_mistakes(kind, layout));
      break;
    case Family::folding:
      append(all, folding_mistakes());
      break;
    case Family::merging:
      append(all, merging_mistakes());
      break;
  }
  return all;
}

namespace {

/// From rows, or statistics, to the shape that fits x.
Array natural(Family family, const Shape& shape, const std::string& name, const Array& array) {
  constexpr const char* in_rows[] = {
      "rows",           "centred",     "squares",          "normalized", "d_rows",
      "d_rows_centred", "dx_direct",   "dx_through_var",   "dcentred",   "dx_rows",
      "dx_hat_x_hat",   "along_x_hat", "mean_along_x_hat", "bracket",    "bracket_m"};
  const bool is_layer = family == Family::layer;
  if (std::find(std::begin(in_rows), std::end(in_rows), name) != std::end(in_rows)) {
    if (is_layer) return transposed(array, {1, 0});
    return transposed(reshaped(array, {shape[0], shape[2], shape[3], shape[1]}), {0, 3, 1, 2});
  }
  if (array.axes() != 1 || name == "dgamma" || name == "dbeta") return array;
  return reshaped(array, is_layer ? Shape{-1, 1} : Shape{-1, 1, 1});
}

}  // namespace

Derivation::Derivation(const std::vector<Line>& lines, const Variant* variant) {
  std::string text;
  for (const Line& line : lines) {
    std::string expression = line.expression;
    if (variant != nullptr) {
      for (const Line& instead : variant->instead) {
        if (instead.name == line.name) expression = instead.expression;
      }
    }
    text += line.name + " = " + expression + "\n";
    names_.push_back(line.name);
  }
  program_ = parse(text);
}

Names Derivation::evaluate(const Names& inputs) const {
  Interpreter interpreter(program_, false);
  // Where a mistake leaves a line without a value, those below it have none either.
  std::size_t done = names_.size();
  try {
    interpreter.run(inputs);
  } catch (const ProgramError& error) {
    done = static_cast<std::size_t>(error.range.line) - 1;
  }
  const Names all = interpreter.result().names;
  Names made;
  for (std::size_t k = 0; k < done; ++k) made[names_[k]] = all.at(names_[k]);
  return made;
}

const Derivations& derivations(const TaskKind& kind) {
  static std::map<std::string, Derivations> all;
  const auto found = all.find(kind.name);
  if (found != all.end()) return found->second;
  const std::vector<Line> lines = derivation(kind);
  Derivations made{Derivation(lines, nullptr), {}, {}};
  for (const Variant& variant : variants(kind)) {
    const bool applies = std::any_of(lines.begin(), lines.end(), [&](const Line& line) {
      return std::any_of(variant.instead.begin(), variant.instead.end(),
                         [&](const Line& instead) { return instead.name == line.name; });
    });
    if (!applies) continue;
    made.variants.push_back(variant);
    made.mistaken.emplace_back(lines, &variant);
  }
  return all.emplace(kind.name, std::move(made)).first->second;
}

Names landmarks(const TaskKind& kind, const Names& inputs) {
  Names all = derivations(kind).right.evaluate(inputs);
  for (auto& [name, value] : truth(kind, inputs)) all[name] = std::move(value);
  if (kind.family != Family::layer && kind.family != Family::images) return all;
  const Shape& shape = inputs.at("x").as<Array>()->shape;
  for (auto& [name, value] : all) value = {natural(kind.family, shape, name, *value.as<Array>())};
  return all;
}

}  // namespace programs
