// The operator's part of the table of what JavaScript may call. No arithmetic here: each binding reads its
// arguments, calls the library and copies the result out.

#include "batchnorm/folding.h"
#include "batchnorm/gradient_check.h"
#include "batchnorm/running_statistics.h"
#include "bindings/arguments.h"

using namespace bindings;

namespace {

JsValue gradients_out(JsValue dx, batchnorm::ParameterGradients gradients) {
  JsValue result = JsValue::object();
  result.set("dx", std::move(dx));
  result.set("dgamma", std::move(gradients.dgamma));
  result.set("dbeta", std::move(gradients.dbeta));
  return result;
}

JsValue statistics_out(batchnorm::BatchStatistics statistics) {
  JsValue result = JsValue::object();
  result.set("batch_mean", std::move(statistics.batch_mean));
  result.set("batch_var", std::move(statistics.batch_var));
  result.set("saved_invstd", std::move(statistics.saved_invstd));
  return result;
}

Eigen::Index size_of(const Data& data) {
  return std::visit([](const auto& list) { return static_cast<Eigen::Index>(list.size); }, data);
}

/// What the operator's functions share: data of either type, where its channels lie, its parameters.
struct Input {
  Data x;
  Layout layout;
  Affine affine;
  double eps;
  batchnorm::Accuracy accuracy;

  explicit Input(Arguments& arguments, std::initializer_list<std::string_view> lists = {"gamma", "beta"})
      : x(arguments.data("x")),
        layout(arguments.layout("x", size_of(x), lists)),
        affine(arguments.affine()),
        eps(arguments.number("eps")),
        accuracy(arguments.accuracy()) {
    batchnorm::require_size("x", size_of(x), layout);
  }
};

JsValue exponents_out(const batchnorm::Exponents& exponents) {
  return copy_out(Channels(exponents.cast<double>()));
}

JsValue moments_out(const batchnorm::Moments& moments) {
  JsValue result = JsValue::object();
  result.set("count", static_cast<double>(moments.count));
  result.set("mean", copy_out(moments.mean));
  result.set("mean_residual", copy_out(moments.mean_residual));
  result.set("m2", copy_out(moments.m2));
  result.set("exponent", exponents_out(moments.exponent));
  return result;
}

batchnorm::Moments moments_in(Arguments arguments) {
  batchnorm::Moments moments{arguments.large_count("count"), arguments.numbers("mean"),
                             arguments.numbers("mean_residual"), arguments.numbers("m2"),
                             arguments.exponents("exponent")};
  arguments.finish();
  return moments;
}

/// Where dx goes: the passes may write it over dy, not over x.
template <typename Scalar>
List<Scalar> dx_of(Arguments& arguments, const List<Scalar>& x, const List<Scalar>& dy) {
  const List<Scalar> dx = arguments.output("dx", x, dy);
  if (dx.data == x.data) refuse("dx", "another tensor than x, which is read while dx is written", "x");
  return dx;
}

BINDING(forward_train) {
  const Input input(arguments);
  return std::visit(
      [&](const auto& x) {
        const auto y = arguments.output("y", x, x);
        arguments.finish();
        JsValue result = statistics_out(batchnorm::forward_train(input.layout, x.values(), input.affine,
                                                                 input.eps, y.room(), input.accuracy));
        result.set("y", y);
        return result;
      },
      input.x);
}

BINDING(backward_train) {
  const Input input(arguments);
  return std::visit(
      [&](const auto& x) {
        const auto dy = arguments.data_like("dy", x);
        const auto dx = dx_of(arguments, x, dy);
        const batchnorm::Moments moments = arguments.has("moments")
                                               ? moments_in(arguments.object("moments"))
                                               : batchnorm::moments(input.layout, x.values(), input.accuracy);
        arguments.finish();
        return gradients_out(dx, batchnorm::backward_train(input.layout, dy.values(), x.values(),
                                                           batchnorm::batch_statistics(moments, input.eps),
                                                           input.affine.gamma, dx.room(), input.accuracy));
      },
      input.x);
}

BINDING(forward_inference) {
  const Input input(arguments, {"gamma", "beta", "running_mean"});
  const Channels running_mean = arguments.numbers("running_mean"),
                 running_var = arguments.numbers("running_var");
  return std::visit(
      [&](const auto& x) {
        const auto y = arguments.output("y", x, x);
        arguments.finish();
        batchnorm::forward_inference(input.layout, x.values(), input.affine, running_mean, running_var,
                                     input.eps, y.room(), input.accuracy);
        JsValue result = JsValue::object();
        result.set("y", y);
        return result;
      },
      input.x);
}

BINDING(backward_frozen) {
  const Input input(arguments, {"gamma", "beta", "running_mean"});
  const Channels running_mean = arguments.numbers("running_mean"),
                 running_var = arguments.numbers("running_var");
  return std::visit(
      [&](const auto& x) {
        const auto dy = arguments.data_like("dy", x);
        const auto dx = dx_of(arguments, x, dy);
        arguments.finish();
        const auto gradients =
            batchnorm::backward_frozen(input.layout, dy.values(), x.values(), input.affine.gamma,
                                       running_mean, running_var, input.eps, dx.room(), input.accuracy);
        JsValue result = gradients_out(dx, gradients);
        result.set("dmean", copy_out(gradients.dmean));
        result.set("dvar", copy_out(gradients.dvar));
        return result;
      },
      input.x);
}

/// One (m, C) batch of doubles, for the functions that show what happens on the way.
struct LessonInput {
  Channels gamma, beta;
  Batch x;
  double eps;

  explicit LessonInput(Arguments& arguments)
      : gamma(arguments.per_channel("gamma")),
        beta(arguments.per_channel("beta")),
        x(arguments.batch("x", gamma.size())),
        eps(arguments.number("eps")) {}
};

BINDING(forward_trace) {
  const LessonInput input(arguments);
  arguments.finish();
  const auto forward = batchnorm::forward_train(input.x, input.gamma, input.beta, input.eps);
  JsValue result = statistics_out(forward);
  result.set("y", copy_out(forward.y));
  result.set("x_hat", copy_out(forward.x_hat));
  return result;
}

BINDING(backward_trace) {
  const LessonInput input(arguments);
  const Batch dy = arguments.batch("dy", input.gamma.size());
  arguments.finish();
  const auto forward = batchnorm::forward_train(input.x, input.gamma, input.beta, input.eps);
  const auto trace = batchnorm::backward_trace(dy, forward, input.gamma);
  JsValue result = gradients_out(copy_out(trace.dx), trace);
  result.set("dx_hat", copy_out(trace.dx_hat));
  result.set("dvar", copy_out(trace.dvar));
  result.set("dmean", copy_out(trace.dmean));
  result.set("dx_direct", copy_out(trace.dx_direct));
  result.set("dx_through_var", copy_out(trace.dx_through_var));
  result.set("dx_through_mean", copy_out(trace.dx_through_mean));
  return result;
}

BINDING(central_difference_gradient) {
  const LessonInput input(arguments);
  const Batch dy = arguments.batch("dy", input.gamma.size());
  const double step = arguments.number("step");
  arguments.finish();
  const auto gradients =
      batchnorm::central_difference_gradient(input.x, input.gamma, input.beta, input.eps, dy, step);
  return gradients_out(copy_out(gradients.dx), gradients);
}

BINDING(jacobian) {
  const Channels x = arguments.numbers("x");
  const double gamma = arguments.has("gamma") ? arguments.number("gamma") : 1;
  const double eps = arguments.number("eps");
  arguments.finish();
  return copy_out(batchnorm::jacobian(x, gamma, eps));
}

BINDING(fold_into_weight) {
  const Channels weight = arguments.numbers("weight");
  const Layout layout = arguments.weight_layout();
  const Channels bias = arguments.per_channel_or_none("bias");
  const Affine affine = arguments.affine();
  const Channels running_mean = arguments.numbers("running_mean"),
                 running_var = arguments.numbers("running_var");
  const double eps = arguments.number("eps");
  arguments.finish();
  const auto folded = batchnorm::fold(layout, weight, bias, affine, running_mean, running_var, eps);
  JsValue result = JsValue::object();
  result.set("weight", copy_out(folded.weight));
  result.set("bias", copy_out(folded.bias));
  return result;
}

BINDING(moments) {
  const Data data = arguments.data("x");
  const Layout layout = arguments.layout("x", size_of(data), {"gamma"});
  batchnorm::require_channels_or_none("gamma", arguments.per_channel_or_none("gamma"), layout.channels);
  const batchnorm::Accuracy accuracy = arguments.accuracy();
  arguments.finish();
  return std::visit(
      [&](const auto& x) { return moments_out(batchnorm::moments(layout, x.values(), accuracy)); }, data);
}

BINDING(merge_moments) {
  const batchnorm::Moments a = moments_in(arguments.object("a")), b = moments_in(arguments.object("b"));
  arguments.finish();
  return moments_out(batchnorm::merge(a, b));
}

BINDING(statistics_from_moments) {
  const batchnorm::Moments moments = moments_in(arguments.object("moments"));
  const double eps = arguments.number("eps");
  arguments.finish();
  return statistics_out(batchnorm::batch_statistics(moments, eps));
}

/// A shard of a batch, and the statistics of all of it.
struct ShardInput {
  Data x;
  Layout layout;
  Affine affine;
  batchnorm::BatchStatistics statistics;
  batchnorm::Accuracy accuracy;

  explicit ShardInput(Arguments& arguments)
      : x(arguments.data("x")),
        layout(arguments.layout("x", size_of(x), {"gamma"})),
        affine(arguments.affine()),
        statistics(
            batchnorm::batch_statistics(moments_in(arguments.object("moments")), arguments.number("eps"))),
        accuracy(arguments.accuracy()) {}
};

BINDING(normalize) {
  const ShardInput shard(arguments);
  return std::visit(
      [&](const auto& x) {
        const auto y = arguments.output("y", x, x);
        arguments.finish();
        batchnorm::normalize(shard.layout, x.values(), shard.statistics.normalizer, shard.affine, y.room(),
                             shard.accuracy);
        JsValue result = JsValue::object();
        result.set("y", y);
        return result;
      },
      shard.x);
}

JsValue gradient_sums_out(const batchnorm::GradientSums& sums) {
  JsValue result = JsValue::object();
  result.set("count", static_cast<double>(sums.count));
  result.set("dy", copy_out(sums.dy));
  result.set("dy_x_hat", copy_out(sums.dy_x_hat));
  result.set("dy_exponent", exponents_out(sums.dy_exponent));
  result.set("dy_x_hat_exponent", exponents_out(sums.dy_x_hat_exponent));
  return result;
}

batchnorm::GradientSums gradient_sums_in(Arguments arguments) {
  batchnorm::GradientSums sums{arguments.large_count("count"), arguments.numbers("dy"),
                               arguments.numbers("dy_x_hat"), arguments.exponents("dy_exponent"),
                               arguments.exponents("dy_x_hat_exponent")};
  arguments.finish();
  return sums;
}

BINDING(gradient_sums) {
  const ShardInput shard(arguments);
  return std::visit(
      [&](const auto& x) {
        const auto dy = arguments.data_like("dy", x);
        arguments.finish();
        batchnorm::require_channels_or_none("gamma", shard.affine.gamma, shard.layout.channels);
        return gradient_sums_out(batchnorm::gradient_sums(shard.layout, dy.values(), x.values(),
                                                          shard.statistics, shard.accuracy));
      },
      shard.x);
}

BINDING(merge_gradient_sums) {
  const batchnorm::GradientSums a = gradient_sums_in(arguments.object("a")),
                                b = gradient_sums_in(arguments.object("b"));
  arguments.finish();
  return gradient_sums_out(batchnorm::merge(a, b));
}

BINDING(backward_shard) {
  const ShardInput shard(arguments);
  return std::visit(
      [&](const auto& x) {
        const auto dy = arguments.data_like("dy", x);
        const auto dx = dx_of(arguments, x, dy);
        const batchnorm::GradientSums sums = gradient_sums_in(arguments.object("sums"));
        arguments.finish();
        const auto gradients =
            batchnorm::backward_shard(shard.layout, dy.values(), x.values(), shard.statistics,
                                      shard.affine.gamma, sums, dx.room(), shard.accuracy);
        return gradients_out(dx, gradients);
      },
      shard.x);
}

BINDING(update_running_statistics) {
  const batchnorm::RunningStatistics before{arguments.numbers("running_mean"),
                                            arguments.numbers("running_var")};
  const Channels batch_mean = arguments.numbers("batch_mean");
  const Channels batch_var = arguments.numbers("batch_var");
  const batchnorm::Count m = arguments.large_count("m");
  const std::string convention = arguments.text("convention");
  const std::string estimator = arguments.text("estimator");
  if (convention != "decay" && convention != "torch" && convention != "cumulative")
    refuse("convention", "\"decay\", \"torch\" or \"cumulative\"", convention);
  if (estimator != "biased" && estimator != "unbiased")
    refuse("estimator", "\"biased\" or \"unbiased\"", estimator);
  const auto momentum = [&] {
    if (convention == "cumulative") return batchnorm::Momentum::cumulative(arguments.large_count("step"));
    const double weight = arguments.number("momentum");
    return convention == "decay" ? batchnorm::Momentum::decay(weight) : batchnorm::Momentum::torch(weight);
  }();
  arguments.finish();
  const auto after = batchnorm::update_running_statistics(
      before, batch_mean, batch_var, m, momentum,
      estimator == "biased" ? batchnorm::VarianceEstimator::biased : batchnorm::VarianceEstimator::unbiased);
  JsValue result = JsValue::object();
  result.set("running_mean", copy_out(after.running_mean));
  result.set("running_var", copy_out(after.running_var));
  return result;
}

BINDING(torch_from_decay) {
  const double momentum = arguments.number("momentum");
  arguments.finish();
  return JsValue(batchnorm::torch_from_decay(momentum));
}

BINDING(decay_from_torch) {
  const double momentum = arguments.number("momentum");
  arguments.finish();
  return JsValue(batchnorm::decay_from_torch(momentum));
}

}  // namespace
