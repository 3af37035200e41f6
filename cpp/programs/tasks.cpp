#include "programs/tasks.h"

#include "batchnorm/folding.h"
#include "batchnorm/running_statistics.h"
#include "batchnorm/trace.h"

namespace programs {

namespace {

using batchnorm::Batch;
using batchnorm::Channels;

const Operand x{"x", "NC"}, dy{"dy", "NC"}, gamma_{"gamma", "C"}, beta{"beta", "C"}, eps{"eps", ""};
const Operand x_images{"x", "NCHW"}, dy_images{"dy", "NCHW"};
const Operand running_mean{"running_mean", "C"}, running_var{"running_var", "C"}, momentum{"momentum", ""};
const Operand dx{"dx", "NC"}, dgamma{"dgamma", "C"}, dbeta{"dbeta", "C"}, y{"y", "NC"};

const Array& given(const Names& inputs, const std::string& name) {
  const auto found = inputs.find(name);
  const Array* const array = found == inputs.end() ? nullptr : found->second.as<Array>();
  if (array == nullptr) batchnorm::refuse(name, "an array or a number", "none");
  return *array;
}
double number(const Names& inputs, const std::string& name) {
  return given(inputs, name).first();
}
Channels channels(const Names& inputs, const std::string& name) {
  const std::vector<double> values = given(inputs, name).values();
  return Eigen::Map<const Channels>(values.data(), static_cast<Index>(values.size()));
}

Array array_of(const Channels& values) {
  return make_array({values.size()}, Type::float64, {values.data(), values.data() + values.size()});
}

/// How values of x's shape lie in rows of (m, C), a column for each statistic.
struct Rows {
  Family family;
  Shape shape;

  Batch in(const Array& array) const {
    Array rows = array;
    if (family == Family::layer) rows = transposed(array, {1, 0});
    if (family == Family::images) rows = transposed(array, {0, 2, 3, 1});
    const std::vector<double> values = rows.values();
    const Index columns = family == Family::layer ? shape[0] : shape[1];
    return Eigen::Map<const Batch>(values.data(), static_cast<Index>(values.size()) / columns, columns);
  }
  Array out(const Batch& rows) const {
    const std::vector<double> values(rows.data(), rows.data() + rows.size());
    if (family == Family::layer)
      return copy(transposed(make_array({shape[1], shape[0]}, Type::float64, values), {1, 0}));
    if (family == Family::images)
      return copy(transposed(make_array({shape[0], shape[2], shape[3], shape[1]}, Type::float64, values),
                             {0, 3, 1, 2}));
    return make_array(shape, Type::float64, values);
  }
};

void set(Names& names, const std::string& name, Array array) {
  names[name] = {std::move(array)};
}

/// Training of batches, images and, without scale and shift of its own, of the transposed batch of layer
/// norm.
Names training(const TaskKind& kind, const Names& inputs) {
  const Array& values = given(inputs, "x");
  const Rows rows{kind.family, values.shape};
  const bool is_layer = kind.family == Family::layer;
  const bool has_affine = inputs.count("gamma") > 0;
  const Channels none;
  const Channels scale = has_affine ? channels(inputs, "gamma") : none;
  const Channels shift = inputs.count("beta") > 0 ? channels(inputs, "beta") : none;
  const double small = inputs.count("eps") > 0 ? number(inputs, "eps") : 0;
  const Batch in_rows = rows.in(values);
  const batchnorm::Moments moments = batchnorm::moments({in_rows.rows(), in_rows.cols(), 1}, in_rows);
  Names names;
  const Channels m = Channels::Constant(in_rows.cols(), static_cast<double>(in_rows.rows()));
  set(names, "batch_mean",
      array_of(moments.mean * moments.exponent.unaryExpr([](int e) { return std::ldexp(1.0, e); })));
  set(names, "batch_var",
      array_of(moments.m2 / m * moments.exponent.unaryExpr([](int e) { return std::ldexp(1.0, 2 * e); })));
  if (inputs.count("eps") == 0) return names;

  const batchnorm::TrainingForward forward =
      batchnorm::forward_train(in_rows, is_layer ? none : scale, is_layer ? none : shift, small);
  set(names, "saved_invstd", array_of(forward.saved_invstd));
  set(names, "x_hat", rows.out(forward.x_hat));
  if (is_layer && inputs.count("beta") > 0) {
    const Batch natural = forward.x_hat.transpose();
    const Batch result = (natural.rowwise() * scale).rowwise() + shift;
    set(names, "y", rows.out(result.transpose()));
  } else {
    set(names, "y", rows.out(forward.y));
  }
  if (inputs.count("dy") == 0) return names;

  const Batch natural_dy = rows.in(given(inputs, "dy"));
  if (!is_layer) {
    const batchnorm::BackwardTrace trace = batchnorm::backward_trace(natural_dy, forward, scale);
    set(names, "dx", rows.out(trace.dx));
    set(names, "dx_hat", rows.out(trace.dx_hat));
    set(names, "dvar", array_of(trace.dvar));
    set(names, "dmean", array_of(trace.dmean));
    set(names, "dgamma", array_of(trace.dgamma));
    set(names, "dbeta", array_of(trace.dbeta));
    return names;
  }
  // What comes down to x_hat is gamma dy; gamma and beta act per feature, and collect over examples.
  const Batch upstream = natural_dy.transpose();
  const Batch scaled = (upstream.rowwise() * scale).transpose();
  const batchnorm::BackwardTrace trace =
      batchnorm::backward_trace(scaled, forward, Channels::Ones(in_rows.cols()));
  set(names, "dx", rows.out(trace.dx));
  set(names, "dx_hat", rows.out(scaled));
  set(names, "dvar", array_of(trace.dvar));
  set(names, "dmean", array_of(trace.dmean));
  const Batch normalized = forward.x_hat.transpose();
  set(names, "dgamma", array_of((upstream * normalized).colwise().sum()));
  set(names, "dbeta", array_of(upstream.colwise().sum()));
  return names;
}

Names averages(const TaskKind& kind, const Names& inputs) {
  Names names = training(kind, inputs);
  const Index m = given(inputs, "x").shape[0];
  const double weight = number(inputs, "momentum");
  const batchnorm::RunningStatistics after = batchnorm::update_running_statistics(
      {channels(inputs, "running_mean"), channels(inputs, "running_var")}, channels(names, "batch_mean"),
      channels(names, "batch_var"), m,
      kind.unbiased ? batchnorm::Momentum::torch(weight) : batchnorm::Momentum::decay(weight),
      kind.unbiased ? batchnorm::VarianceEstimator::unbiased : batchnorm::VarianceEstimator::biased);
  set(names, "running_mean", array_of(after.running_mean));
  set(names, "running_var", array_of(after.running_var));
  return names;
}

Names inference(const TaskKind& kind, const Names& inputs) {
  const Array& values = given(inputs, "x");
  const Rows rows{Family::batch, values.shape};
  const Batch in_rows = rows.in(values);
  const Channels scale = channels(inputs, "gamma");
  const Channels mean = channels(inputs, "running_mean"), var = channels(inputs, "running_var");
  const double small = number(inputs, "eps");
  Names names;
  set(names, "x_hat",
      rows.out(batchnorm::forward_inference(in_rows, Channels(), Channels(), mean, var, small)));
  if (!kind.is_backward) {
    set(names, "y",
        rows.out(batchnorm::forward_inference(in_rows, scale, channels(inputs, "beta"), mean, var, small)));
    return names;
  }
  const batchnorm::Gradients gradients =
      batchnorm::backward_frozen(rows.in(given(inputs, "dy")), in_rows, scale, mean, var, small);
  set(names, "dx", rows.out(gradients.dx));
  set(names, "dgamma", array_of(gradients.dgamma));
  set(names, "dbeta", array_of(gradients.dbeta));
  return names;
}

Names folding(const Names& inputs) {
  const Array& weight = given(inputs, "weight");
  const std::vector<double> values = weight.values();
  const batchnorm::Folded folded =
      batchnorm::fold({weight.shape[0], weight.shape[1], 1}, values, channels(inputs, "bias"),
                      {channels(inputs, "gamma"), channels(inputs, "beta")}, channels(inputs, "running_mean"),
                      channels(inputs, "running_var"), number(inputs, "eps"));
  Names names;
  set(names, "folded_weight",
      make_array(weight.shape, Type::float64,
                 {folded.weight.data(), folded.weight.data() + folded.weight.size()}));
  set(names, "folded_bias", array_of(folded.bias));
  return names;
}

batchnorm::Moments part(const Names& inputs, const std::string& suffix) {
  const Channels mean = channels(inputs, "mean_" + suffix);
  const double count = number(inputs, "m_" + suffix);
  return {static_cast<batchnorm::Count>(count), mean, Channels::Zero(mean.size()),
          channels(inputs, "var_" + suffix) * count, batchnorm::Exponents::Zero(mean.size())};
}

Names merging(const Names& inputs) {
  const batchnorm::Moments both = batchnorm::merge(part(inputs, "a"), part(inputs, "b"));
  Names names;
  set(names, "batch_mean", array_of(both.mean));
  set(names, "batch_var", array_of(both.m2 / static_cast<double>(both.count)));
  return names;
}

}  // namespace

const std::vector<TaskKind>& task_kinds() {
  static const std::vector<TaskKind> all = [] {
    const Operand mean{"batch_mean", "C"}, var{"batch_var", "C"}, x_hat{"x_hat", "NC"};
    std::vector<TaskKind> kinds{
        {"statistics", Family::batch, {x}, {mean, var}},
        {"normalize", Family::batch, {x, eps}, {x_hat}},
        {"forward", Family::batch, {x, gamma_, beta, eps}, {y}},
        {"backward", Family::batch, {dy, x, gamma_, eps}, {dx, dgamma, dbeta}, true},
        {"parameter_gradients", Family::batch, {dy, x, gamma_, eps}, {dgamma, dbeta}, true},
        {"forward_images", Family::images, {x_images, gamma_, beta, eps}, {{"y", "NCHW"}}},
        {"backward_images",
         Family::images,
         {dy_images, x_images, gamma_, eps},
         {{"dx", "NCHW"}, dgamma, dbeta},
         true},
        {"layer_norm", Family::layer, {x, gamma_, beta, eps}, {y}},
        {"layer_norm_backward", Family::layer, {dy, x, gamma_, eps}, {dx, dgamma, dbeta}, true},
        {"running_statistics",
         Family::running,
         {x, running_mean, running_var, momentum},
         {running_mean, running_var}},
        {"running_statistics_torch",
         Family::running,
         {x, running_mean, running_var, momentum},
         {running_mean, running_var}},
        {"inference", Family::inference, {x, gamma_, beta, running_mean, running_var, eps}, {y}},
        {"backward_frozen",
         Family::inference,
         {dy, x, gamma_, running_mean, running_var, eps},
         {dx, dgamma, dbeta},
         true},
        {"fold",
         Family::folding,
         {{"weight", "IC"}, {"bias", "C"}, gamma_, beta, running_mean, running_var, eps},
         {{"folded_weight", "IC"}, {"folded_bias", "C"}}},
        {"merge_statistics",
         Family::merging,
         {{"mean_a", "C"}, {"var_a", "C"}, {"m_a", ""}, {"mean_b", "C"}, {"var_b", "C"}, {"m_b", ""}},
         {mean, var}},
        {"statistics_single", Family::batch, {x}, {mean, var}},
    };
    for (TaskKind& kind : kinds) {
      kind.unbiased = kind.name == "running_statistics_torch";
      kind.single = kind.name == "statistics_single";
    }
    return kinds;
  }();
  return all;
}

const TaskKind& task_kind(const std::string& name) {
  std::string known;
  for (const TaskKind& kind : task_kinds()) {
    if (kind.name == name) return kind;
    known += (known.empty() ? "" : ", ") + kind.name;
  }
  batchnorm::refuse("task", "one of " + known, name);
}

std::map<char, Index> sizes(const TaskKind& kind, const Names& inputs) {
  std::map<char, Index> found;
  for (const Operand& operand : kind.inputs) {
    const Array& array = given(inputs, operand.name);
    if (array.axes() != operand.axes.size())
      batchnorm::refuse(operand.name, std::to_string(operand.axes.size()) + " axes",
                        static_cast<Index>(array.axes()));
    for (std::size_t k = 0; k < array.axes(); ++k) {
      const auto [letter, is_new] = found.try_emplace(operand.axes[k], array.shape[k]);
      if (letter->second != array.shape[k] || array.shape[k] < 1)
        batchnorm::refuse(operand.name, "axes of equal sizes where they are the same", in_words(array.shape));
    }
  }
  return found;
}

Names truth(const TaskKind& kind, const Names& inputs) {
  sizes(kind, inputs);
  switch (kind.family) {
    case Family::batch:
    case Family::images:
    case Family::layer:
      return training(kind, inputs);
    case Family::running:
      return averages(kind, inputs);
    case Family::inference:
      return inference(kind, inputs);
    case Family::folding:
      return folding(inputs);
    case Family::merging:
      return merging(inputs);
  }
  return {};
}

}  // namespace programs
