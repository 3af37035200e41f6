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

bool asks_for(const TaskKind& kind, const std::string& output) {
  return std::any_of(kind.outputs.begin(), kind.outputs.end(),
                     [&](const Operand& each) { return each.name == output; });
}
bool has_input(const TaskKind& kind, const std::string& input) {
  return std::any_of(kind.inputs.begin(), kind.inputs.end(),
                     [&](const Operand& each) { return each.name == input; });
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

/// Text of this file for one family: its $ words written out.
std::string written(const std::string& text, const Layout& layout) {
  std::string made = text;
  for (const char* array : {"x", "dy", "dx_hat"})
    made = replaced(made, "$rows(" + std::string(array) + ")", replaced(layout.rows, "A", array));
  for (const char* array : {"normalized", "dx_rows"})
    made = replaced(made, "$back(" + std::string(array) + ")", replaced(layout.back, "A", array));
  made = replaced(made, "$gamma", layout.gamma);
  made = replaced(made, "$beta", layout.beta);
  return replaced(made, "$axes", layout.parameters);
}

std::vector<std::string> split(const std::string& text, const std::string& by) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at; (at = text.find(by, from)) != std::string::npos; from = at + by.size())
    parts.push_back(text.substr(from, at - from));
  parts.push_back(text.substr(from));
  return parts;
}

Line line_of(const std::string& text) {
  const std::size_t at = text.find(" = ");
  return {text.substr(0, at), text.substr(at + 3)};
}

/// One line of the array language in each line.
void append(std::vector<Line>& lines, const std::string& text, const Layout& layout) {
  for (const std::string& each : split(written(text, layout), "\n")) {
    if (!each.empty()) lines.push_back(line_of(each));
  }
}

/// A mistake in each line: its id, and what is written instead, “;” between lines.
void append(std::vector<Variant>& all, const std::string& text, const Layout& layout) {
  for (const std::string& each : split(written(text, layout), "\n")) {
    if (each.empty()) continue;
    const std::size_t at = each.find(": ");
    Variant variant{each.substr(0, at), {}};
    for (const std::string& line : split(each.substr(at + 2), "; ")) variant.instead.push_back(line_of(line));
    all.push_back(std::move(variant));
  }
}

constexpr const char* statistics_lines = R"(
rows = $rows(x)
m = rows.shape[0]
batch_mean = np.sum(rows, axis=0) / m
centred = rows - batch_mean
squares = centred ** 2
batch_var = np.sum(squares, axis=0) / m
mean_square = np.mean(rows ** 2, axis=0)
)";

constexpr const char* normalizing_lines = R"(
shifted_var = batch_var + eps
deviation = np.sqrt(batch_var)
root = np.sqrt(shifted_var)
saved_invstd = 1 / root
normalized = centred * saved_invstd
x_hat = $back(normalized)
)";

constexpr const char* affine_lines = R"(
scaled = $gamma * x_hat
y = scaled + $beta
)";

constexpr const char* parameter_lines = R"(
dy_x_hat = dy * x_hat
dbeta = np.sum(dy, axis=$axes)
dgamma = np.sum(dy_x_hat, axis=$axes)
)";

/// The graph first, then the pieces of the closed form.
constexpr const char* gradient_lines = R"(
dx_hat = dy * $gamma
d_rows = $rows(dx_hat)
d_rows_centred = d_rows * centred
dinvstd = np.sum(d_rows_centred, axis=0)
droot = -dinvstd / root ** 2
dvar = 0.5 * droot / root
dsquares = dvar / m
dx_direct = d_rows * saved_invstd
dx_through_var = 2 * centred * dsquares
dcentred = dx_direct + dx_through_var
dmean = -np.sum(dx_direct, axis=0)
dx_through_mean = dmean / m
sum_dx_hat = np.sum(d_rows, axis=0)
mean_dx_hat = sum_dx_hat / m
dx_hat_x_hat = d_rows * normalized
sum_dx_hat_x_hat = np.sum(dx_hat_x_hat, axis=0)
mean_dx_hat_x_hat = sum_dx_hat_x_hat / m
along_x_hat = normalized * sum_dx_hat_x_hat
mean_along_x_hat = normalized * mean_dx_hat_x_hat
bracket = d_rows - mean_dx_hat - mean_along_x_hat
bracket_m = m * bracket
dx_rows = dcentred + dx_through_mean
dx = $back(dx_rows)
)";

constexpr const char* closed_form_lines = R"(
mean_dy = dbeta / m
mean_dy_x_hat = dgamma / m
dy_bracket = dy - mean_dy - x_hat * mean_dy_x_hat
dy_bracket_m = m * dy_bracket
)";

std::vector<Line> training(const TaskKind& kind) {
  const Layout layout = layout_of(kind.family);
  std::vector<Line> lines;
  append(lines, statistics_lines, layout);
  if (!has_input(kind, "eps")) return lines;
  append(lines, normalizing_lines, layout);
  if (has_input(kind, "gamma") && kind.family != Family::layer)
    append(lines, "slope = gamma * saved_invstd", layout);
  if (has_input(kind, "beta")) append(lines, affine_lines, layout);
  if (!has_input(kind, "dy")) return lines;
  append(lines, parameter_lines, layout);
  if (!asks_for(kind, "dx")) return lines;
  append(lines, gradient_lines, layout);
  if (kind.family == Family::batch) append(lines, closed_form_lines, layout);
  return lines;
}

constexpr const char* averaging_lines = R"(
deviation = np.sqrt(batch_var)
unbiased_var = batch_var * m / (m - 1)
stored_var = $stored
old_weight = $old_weight
new_weight = 1 - old_weight
new_mean = old_weight * running_mean + new_weight * batch_mean
new_var = old_weight * running_var + new_weight * stored_var
running_mean = new_mean
running_var = new_var
)";

/// What differs between the conventions of the lesson and of PyTorch.
std::string in_convention(const TaskKind& kind, const char* text) {
  const bool torch = kind.unbiased;
  std::string made = replaced(text, "$stored", torch ? "unbiased_var" : "batch_var");
  made = replaced(made, "$other_stored", torch ? "batch_var" : "unbiased_var");
  made = replaced(made, "$old_weight", torch ? "1 - momentum" : "momentum");
  made = replaced(made, "$swapped_weight", torch ? "momentum" : "1 - momentum");
  return replaced(made, "$other_estimator", torch ? "biased-running-variance" : "unbiased-running-variance");
}

constexpr const char* inference_lines = R"(
centred = x - running_mean
shifted_var = running_var + eps
deviation = np.sqrt(running_var)
root = np.sqrt(shifted_var)
saved_invstd = 1 / root
slope = gamma * saved_invstd
x_hat = centred * saved_invstd
)";

constexpr const char* inference_forward_lines = R"(
scaled = gamma * x_hat
shift = beta - slope * running_mean
y = scaled + beta
)";

constexpr const char* inference_backward_lines = R"(
dx_hat = dy * gamma
dx = dx_hat * saved_invstd
)";

constexpr const char* folding_lines = R"(
shifted_var = running_var + eps
deviation = np.sqrt(running_var)
root = np.sqrt(shifted_var)
saved_invstd = 1 / root
slope = gamma * saved_invstd
folded_weight = weight * slope
bias_deviation = bias - running_mean
shift = beta - slope * running_mean
scaled_bias = slope * bias_deviation
folded_bias = scaled_bias + beta
)";

constexpr const char* merging_lines = R"(
m = m_a + m_b
share_a = m_a / m
share_b = m_b / m
difference = mean_b - mean_a
batch_mean = share_a * mean_a + share_b * mean_b
within = share_a * var_a + share_b * var_b
between = share_a * share_b * difference ** 2
batch_var = within + between
)";

constexpr const char* statistics_mistakes = R"(
unbiased-variance: batch_var = np.sum(squares, axis=0) / (m - 1)
variance-not-averaged: batch_var = np.sum(squares, axis=0)
mean-not-averaged: batch_mean = np.sum(rows, axis=0)
absolute-deviation: batch_var = np.mean(np.abs(centred), axis=0)
deviation-for-variance: batch_var = np.sqrt(np.mean(squares, axis=0))
mean-square-for-variance: batch_var = np.mean(rows ** 2, axis=0)
square-of-mean-not-subtracted: batch_var = np.mean(rows ** 2, axis=0) - np.mean(rows, axis=0)
features-pooled: batch_mean = np.mean(rows); batch_var = np.var(rows)
features-pooled: batch_mean = np.mean(rows)
features-pooled: batch_var = np.mean(squares)
features-pooled: batch_var = np.var(rows)
integer-division: batch_mean = (1 // m) * np.sum(rows, axis=0)
integer-division: batch_var = (1 // m) * np.sum(squares, axis=0)
integer-division: batch_mean = (1 // m) * np.sum(rows, axis=0); batch_var = (1 // m) * np.sum(squares, axis=0)
integer-division: batch_mean = np.sum(rows, axis=0) // m
integer-division: batch_var = np.sum(squares, axis=0) // m
wrong-count: batch_mean = np.sum(rows, axis=0) / rows.shape[1]
wrong-count: batch_var = np.sum(squares, axis=0) / rows.shape[1]
wrong-count: batch_mean = np.sum(rows, axis=0) / rows.shape[1]; batch_var = np.sum(squares, axis=0) / rows.shape[1]
)";

// Other ways to a variance of 0: where whole numbers are divided, it is that.
constexpr const char* no_variance_mistakes = R"(
variance-forgotten: shifted_var = eps + 0 * batch_var
deviations-not-squared: batch_var = 0 * np.mean(rows, axis=0)
)";

constexpr const char* exchanged_mistakes = R"(
mean-variance-exchanged: batch_mean = np.var(rows, axis=0); batch_var = np.mean(rows, axis=0)
)";

constexpr const char* digits_mistakes = R"(
digits-lost: batch_var = np.mean(rows ** 2, axis=0) - np.mean(rows, axis=0) ** 2
)";

// Statistics over other axes: those of a batch per example, those of layer norm per feature.
constexpr const char* batch_axis_mistakes = R"(
axis-swapped: batch_mean = np.mean(x, axis=1, keepdims=True); batch_var = np.var(x, axis=1, keepdims=True)
axis-swapped: batch_mean = np.mean(x, axis=1, keepdims=True)
axis-swapped: batch_var = np.mean(squares, axis=1, keepdims=True)
axis-swapped: batch_mean = np.mean(x, axis=1); batch_var = np.var(x, axis=1)
axis-swapped: batch_mean = np.mean(x, axis=1)
axis-swapped: batch_var = np.var(x, axis=1)
)";

constexpr const char* layer_axis_mistakes = R"(
batch-axis-in-layer-norm: batch_mean = np.mean(x, axis=0)[:, None]; batch_var = np.var(x, axis=0)[:, None]; centred = (x - np.mean(x, axis=0)).T; normalized = ((x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + eps)).T
keepdims-missing: centred = (x - np.mean(x, axis=1)).T; normalized = ((x - np.mean(x, axis=1)) / np.sqrt(np.var(x, axis=1) + eps)).T
)";

constexpr const char* image_axis_mistakes = R"(
positions-apart: batch_mean = np.mean(x, axis=0); batch_var = np.var(x, axis=0); centred = (x - np.mean(x, axis=0)).transpose(0, 2, 3, 1).reshape(-1, x.shape[1]); normalized = ((x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + eps)).transpose(0, 2, 3, 1).reshape(-1, x.shape[1])
examples-forgotten: batch_mean = np.mean(x, axis=(2, 3)); batch_var = np.var(x, axis=(2, 3)); centred = (x - np.mean(x, axis=(2, 3), keepdims=True)).transpose(0, 2, 3, 1).reshape(-1, x.shape[1]); normalized = ((x - np.mean(x, axis=(2, 3), keepdims=True)) / np.sqrt(np.var(x, axis=(2, 3), keepdims=True) + eps)).transpose(0, 2, 3, 1).reshape(-1, x.shape[1])
reshape-mixes-channels: rows = x.reshape(-1, x.shape[1]); x_hat = normalized.reshape(x.shape)
)";

constexpr const char* normalizing_mistakes = R"(
variance-for-deviation: root = shifted_var
eps-outside-root: root = np.sqrt(batch_var) + eps
eps-outside-root: normalized = centred / np.sqrt(batch_var) + eps
eps-forgotten: root = np.sqrt(batch_var)
eps-subtracted: shifted_var = batch_var - eps
root-multiplied: saved_invstd = root
min-max: normalized = (rows - np.min(rows, axis=0)) / (np.max(rows, axis=0) - np.min(rows, axis=0))
mean-not-subtracted: normalized = rows * saved_invstd
not-divided: normalized = centred
deviation-reversed: normalized = (batch_mean - rows) * saved_invstd
brackets-missing: normalized = rows - batch_mean / root
brackets-missing: saved_invstd = 1 / np.sqrt(batch_var) + eps
)";

constexpr const char* affine_mistakes = R"(
gamma-forgotten: scaled = x_hat
beta-forgotten: y = scaled
scale-and-shift-forgotten: y = x_hat
beta-before-scaling: y = $gamma * (x_hat + $beta)
beta-subtracted: y = scaled - $beta
gamma-beta-exchanged: y = $beta * x_hat + $gamma
x-for-x-hat: scaled = $gamma * x
)";

constexpr const char* product_mistakes = R"(
matrix-product: scaled = x_hat @ gamma; y = scaled
)";

constexpr const char* parameter_mistakes = R"(
mean-for-sum: dbeta = np.mean(dy, axis=$axes)
mean-for-sum: dgamma = np.mean(dy_x_hat, axis=$axes)
mean-for-sum: dbeta = np.mean(dy, axis=$axes); dgamma = np.mean(dy_x_hat, axis=$axes)
dgamma-dbeta-exchanged: dgamma = np.sum(dy, axis=$axes); dbeta = np.sum(dy_x_hat, axis=$axes)
gamma-in-dgamma: dgamma = gamma * np.sum(dy_x_hat, axis=$axes)
x-for-x-hat: dgamma = np.sum(dy * x, axis=$axes)
x-hat-forgotten: dgamma = np.sum(dy, axis=$axes)
parameters-pooled: dbeta = np.sum(dy); dgamma = np.sum(dy_x_hat)
parameters-pooled: dbeta = np.sum(dy)
parameters-pooled: dgamma = np.sum(dy_x_hat)
not-summed: dgamma = dy_x_hat
not-summed: dbeta = dy
not-summed: dgamma = dy_x_hat; dbeta = dy
)";

constexpr const char* parameter_axis_mistakes = R"(
parameters-axis: dbeta = np.sum(dy, axis=1); dgamma = np.sum(dy_x_hat, axis=1)
parameters-axis: dbeta = np.sum(dy, axis=1)
parameters-axis: dgamma = np.sum(dy_x_hat, axis=1)
transposed-product: dgamma = np.dot(dy.T, x_hat)
transposed-product: dgamma = np.dot(x_hat.T, dy)
transposed-product: dgamma = np.dot(dy, x_hat.T)
)";

constexpr const char* gradient_mistakes = R"(
gamma-forgotten: dx_hat = dy
statistics-detached: dx_rows = dx_direct
mean-detached: dx_rows = dcentred
variance-detached: dx_rows = dx_direct + dx_through_mean
m-forgotten-in-gradient: dsquares = dvar; dx_through_mean = dmean
m-forgotten-in-gradient: dsquares = dvar
m-forgotten-in-gradient: dx_through_mean = dmean
m-minus-1-in-gradient: dsquares = dvar / (m - 1)
sign-of-dmean: dmean = np.sum(dx_direct, axis=0)
sign-of-dvar: droot = dinvstd / root ** 2
half-forgotten: dvar = droot / root
two-forgotten: dx_through_var = centred * dsquares
power-of-root: droot = -dinvstd / root
power-of-root: dvar = 0.5 * droot
power-of-root: droot = -dinvstd
power-of-root: dvar = 0.5 * droot / shifted_var
integer-division: dvar = (1 // 2) * droot / root
integer-division: dvar = (-1 // 2) * dinvstd * saved_invstd ** 3
integer-division: dvar = dinvstd * (-0.5) * shifted_var ** (-3 // 2)
integer-division: dsquares = (1 // m) * dvar
integer-division: dx_through_mean = (1 // m) * dmean
integer-division: dsquares = (1 // m) * dvar; dx_through_mean = (1 // m) * dmean
mean-for-sum: dmean = -np.mean(dx_direct, axis=0)
mean-for-sum: dinvstd = np.mean(d_rows_centred, axis=0)
mean-for-sum: dmean = -np.mean(dx_direct, axis=0); dinvstd = np.mean(d_rows_centred, axis=0)
invstd-forgotten: dx_direct = d_rows
invstd-forgotten: dx_rows = bracket
x-for-x-hat: dx_rows = saved_invstd * (d_rows - mean_dx_hat - rows * np.mean(d_rows * rows, axis=0))
x-for-x-hat: d_rows_centred = d_rows * rows
x-for-x-hat: dx_through_var = 2 * rows * dsquares
features-pooled: dmean = -np.sum(dx_direct)
features-pooled: dinvstd = np.sum(d_rows_centred)
features-pooled: dmean = -np.sum(dx_direct); dinvstd = np.sum(d_rows_centred)
features-pooled: dx_rows = saved_invstd * (d_rows - np.mean(d_rows) - normalized * np.mean(d_rows * normalized))
m-forgotten-in-closed-form: dx_rows = saved_invstd * bracket_m
sums-for-means: dx_rows = saved_invstd * (d_rows - sum_dx_hat - along_x_hat)
sums-for-means: dx_rows = saved_invstd / m * (d_rows - sum_dx_hat - along_x_hat)
sign-of-x-hat-term: dx_rows = saved_invstd * (d_rows - mean_dx_hat + mean_along_x_hat)
)";

// Where gamma is one number for all values that share a statistic.
constexpr const char* channel_gradient_mistakes = R"(
gamma-twice: dx_hat = dy * $gamma * $gamma
gamma-twice: dx_rows = saved_invstd * (gamma * d_rows - mean_dx_hat - mean_along_x_hat)
dgamma-dbeta-exchanged: dx_rows = saved_invstd * (d_rows - mean_dx_hat_x_hat - normalized * mean_dx_hat)
dy-for-dx-hat: d_rows_centred = $rows(dy) * centred
gamma-forgotten: dx_direct = $rows(dy) * saved_invstd
)";

constexpr const char* layer_gradient_mistakes = R"(
gamma-outside-the-bracket: dx = gamma * (saved_invstd[:, None] * (dy - np.mean(dy, axis=1, keepdims=True) - x_hat * np.mean(dy * x_hat, axis=1, keepdims=True)))
)";

constexpr const char* running_mistakes = R"(
momentum-swapped: old_weight = $swapped_weight
$other_estimator: stored_var = $other_stored
running-not-updated: new_mean = running_mean; new_var = running_var
running-not-updated: new_var = running_var
running-not-updated: new_mean = running_mean
batch-replaces-running: new_mean = batch_mean; new_var = stored_var
start-ignored: new_mean = new_weight * batch_mean; new_var = new_weight * stored_var
weights-do-not-add-up: new_weight = 1
weights-do-not-add-up: new_weight = old_weight
running-deviation: stored_var = np.sqrt($stored)
mean-for-running-variance: new_var = old_weight * running_var + new_weight * batch_mean
mean-variance-exchanged: new_mean = old_weight * running_var + new_weight * stored_var; new_var = old_weight * running_mean + new_weight * batch_mean
)";

constexpr const char* inference_mistakes = R"(
batch-in-inference: x_hat = (x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + eps); saved_invstd = 1 / np.sqrt(np.var(x, axis=0) + eps)
batch-in-inference: centred = x - np.mean(x, axis=0)
batch-in-inference: shifted_var = np.var(x, axis=0) + eps
running-variance-for-deviation: root = shifted_var
eps-outside-root: root = np.sqrt(running_var) + eps
eps-outside-root: x_hat = centred / np.sqrt(running_var) + eps
eps-forgotten: root = np.sqrt(running_var)
running-mean-not-subtracted: centred = x
not-divided: x_hat = centred
deviation-reversed: x_hat = (running_mean - x) * saved_invstd
brackets-missing: x_hat = x - running_mean / root
)";

constexpr const char* frozen_mistakes = R"(
gamma-forgotten: dx_hat = dy
training-in-frozen: dx = saved_invstd * (dx_hat - np.mean(dx_hat, axis=0) - x_hat * np.mean(dx_hat * x_hat, axis=0))
training-in-frozen: x_hat = (x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + eps); saved_invstd = 1 / np.sqrt(np.var(x, axis=0) + eps); dx = saved_invstd * (dx_hat - np.mean(dx_hat, axis=0) - x_hat * np.mean(dx_hat * x_hat, axis=0))
batch-invstd-in-frozen: dx = dx_hat / np.sqrt(np.var(x, axis=0) + eps)
invstd-forgotten: dx = dx_hat
)";

constexpr const char* folding_mistakes = R"(
running-variance-for-deviation: root = shifted_var
eps-outside-root: root = np.sqrt(running_var) + eps
eps-forgotten: root = np.sqrt(running_var)
gamma-forgotten: slope = saved_invstd
gamma-forgotten: folded_weight = weight * saved_invstd
beta-forgotten: folded_bias = scaled_bias
beta-before-scaling: folded_bias = slope * (bias_deviation + beta)
running-mean-not-subtracted: bias_deviation = bias
bias-not-scaled: folded_bias = bias + shift
bias-dropped: folded_bias = shift
bias-twice: folded_bias = scaled_bias + beta + bias
sign-of-running-mean: bias_deviation = bias + running_mean
sign-of-running-mean: bias_deviation = running_mean - bias
weight-not-folded: folded_weight = weight
inputs-scaled: folded_weight = weight * slope[:, None]
)";

constexpr const char* merging_mistakes = R"(
uneven-shards: batch_mean = (mean_a + mean_b) / 2; batch_var = (var_a + var_b) / 2
uneven-shards: batch_mean = (mean_a + mean_b) / 2
uneven-shards: within = (var_a + var_b) / 2; between = difference ** 2 / 4
uneven-shards: batch_mean = (mean_a + mean_b) / 2; within = (var_a + var_b) / 2; between = difference ** 2 / 4
between-forgotten: between = 0 * difference
mean-variance-exchanged: batch_mean = share_a * var_a + share_b * var_b + share_a * share_b * difference ** 2; batch_var = share_a * mean_a + share_b * mean_b
counts-exchanged: share_a = m_b / m; share_b = m_a / m
unbiased-variance: batch_var = (within + between) * m / (m - 1)
integer-division: share_a = m_a // m; share_b = m_b // m
)";

/// NumPy's own mistakes, and those that only programs make.
constexpr struct {
  const char *id, *title, *reason, *pitfall;
} own_mistakes[] = {
    {"square-of-mean-not-subtracted", "mean for its square", "var = mean of squares − square of the mean",
     "one-pass"},
    {"deviations-not-squared", "deviations not squared before the mean",
     "the variance is 0 here: the deviations themselves average to 0, so each is squared first", "epsilon"},
    {"variance-forgotten", "variance forgotten", "the root is that of the variance plus ε, not of ε alone",
     "epsilon"},
    {"mean-variance-exchanged", "mean and variance exchanged", "the mean comes first, then the variance", ""},
    {"scale-and-shift-forgotten", "γ and β forgotten", "x̂ is multiplied by γ, and β is added", "undoing"},
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
    {"two-forgotten", "factor 2 forgotten", "the derivative of (x − μ)² is 2 (x − μ)", "through-statistics"},
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
     "mean of squares − square of the mean subtracts two large numbers: subtract the mean first", "one-pass"},
};

}  // namespace

const std::vector<Mistake>& mistakes() {
  static const std::vector<Mistake> all = [] {
    std::vector<Mistake> known;
    for (const answers::Mistake& each : answers::mistakes())
      known.push_back({each.id, each.title, each.reason, each.pitfall});
    for (const auto& each : own_mistakes)
      known.push_back({each.id, each.title, each.reason,
                       *each.pitfall == '\0' ? "" : answers::pitfall_named(each.pitfall)});
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
  const Layout layout = layout_of(kind.family);
  std::vector<Line> lines;
  switch (kind.family) {
    case Family::batch:
    case Family::images:
    case Family::layer:
      return training(kind);
    case Family::running:
      append(lines, statistics_lines, layout);
      append(lines, in_convention(kind, averaging_lines), layout);
      break;
    case Family::inference:
      append(lines, inference_lines, layout);
      append(lines, kind.is_backward ? parameter_lines : inference_forward_lines, layout);
      if (kind.is_backward) append(lines, inference_backward_lines, layout);
      break;
    case Family::folding:
      append(lines, folding_lines, layout);
      break;
    case Family::merging:
      append(lines, merging_lines, layout);
      break;
  }
  return lines;
}

std::vector<Variant> variants(const TaskKind& kind) {
  std::vector<Variant> all;
  const Layout layout = layout_of(kind.family);
  const auto add = [&](const std::string& text) { append(all, text, layout); };
  const auto add_backward = [&] {
    add(parameter_mistakes);
    if (kind.family != Family::images) add(parameter_axis_mistakes);
  };
  switch (kind.family) {
    case Family::batch:
    case Family::images:
    case Family::layer:
      if (kind.is_backward) add_backward();
      if (asks_for(kind, "dx")) {
        add(gradient_mistakes);
        add(kind.family == Family::layer ? layer_gradient_mistakes : channel_gradient_mistakes);
      }
      add(statistics_mistakes);
      add(no_variance_mistakes);
      if (asks_for(kind, "batch_var")) add(exchanged_mistakes);
      if (kind.single) add(digits_mistakes);
      add(kind.family == Family::layer    ? layer_axis_mistakes
          : kind.family == Family::images ? image_axis_mistakes
                                          : batch_axis_mistakes);
      if (has_input(kind, "eps")) add(normalizing_mistakes);
      if (has_input(kind, "beta")) add(affine_mistakes);
      if (has_input(kind, "beta"))
        add("eps-outside-root: root = np.sqrt(batch_var); y = scaled + $beta + eps");
      if (has_input(kind, "beta") && kind.family != Family::images) add(product_mistakes);
      break;
    case Family::running:
      add(in_convention(kind, running_mistakes));
      add(statistics_mistakes);
      add(no_variance_mistakes);
      break;
    case Family::inference:
      add(inference_mistakes);
      if (kind.is_backward) {
        add(frozen_mistakes);
        add_backward();
      } else {
        add(affine_mistakes);
        add(product_mistakes);
      }
      break;
    case Family::folding:
      add(folding_mistakes);
      break;
    case Family::merging:
      add(merging_mistakes);
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

Derivation::Derivation(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    text += line.name + " = " + line.expression + "\n";
    names_.push_back(line.name);
  }
  program_ = parse(text);
}

std::optional<Derivation> Derivation::with(const std::vector<Line>& instead) const {
  Derivation made = *this;
  bool changed = false;
  for (const Line& line : instead) {
    for (std::size_t k = 0; k < names_.size(); ++k) {
      if (names_[k] != line.name) continue;
      // Written in the line that it replaces, so that an error tells how far the lines came.
      made.program_.statements[k] =
          std::move(parse(std::string(k, '\n') + line.name + " = " + line.expression).statements[0]);
      changed = true;
    }
  }
  if (!changed) return std::nullopt;
  return made;
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

const Derivation& right_derivation(const TaskKind& kind) {
  static std::map<std::string, Derivation> all;
  const auto found = all.find(kind.name);
  return found != all.end() ? found->second
                            : all.emplace(kind.name, Derivation(derivation(kind))).first->second;
}

const std::vector<Mistaken>& mistaken_derivations(const TaskKind& kind) {
  static std::map<std::string, std::vector<Mistaken>> all;
  std::vector<Mistaken>& made = all[kind.name];
  if (!made.empty()) return made;
  for (Variant& variant : variants(kind)) {
    if (std::optional<Derivation> changed = right_derivation(kind).with(variant.instead))
      made.push_back({std::move(variant), std::move(*changed)});
  }
  return made;
}

Case::Case(const TaskKind& of, Names given)
    : kind(of), inputs(std::move(given)), right(truth(kind, inputs)) {}

const Names& Case::intermediates() const {
  if (intermediates_.empty()) intermediates_ = all_intermediates();
  return intermediates_;
}

Names Case::all_intermediates() const {
  Names all = right_derivation(kind).evaluate(inputs);
  for (const auto& [name, value] : right) all[name] = value;
  if (kind.family != Family::layer && kind.family != Family::images) return all;
  const Shape& shape = inputs.at("x").as<Array>()->shape;
  for (auto& [name, value] : all) value = {natural(kind.family, shape, name, *value.as<Array>())};
  return all;
}

}  // namespace programs
