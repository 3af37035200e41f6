// The operator's part of the table of what JavaScript may call. No arithmetic here: each binding reads its
// arguments, calls the library and copies the result out.

#include "batchnorm/folding.h"
#include "batchnorm/gradient_check.h"
#include "batchnorm/running_statistics.h"
#include "bindings/arguments.h"

using namespace bindings;

namespace {

val gradients_out(const val& dx, const batchnorm::ParameterGradients& gradients) {
  val result = val::object();
  result.set("dx", dx);
  result.set("dgamma", copy_out(gradients.dgamma));
  result.set("dbeta", copy_out(gradients.dbeta));
  return result;
}

val statistics_out(const batchnorm::BatchStatistics& statistics) {
  val result = val::object();
  result.set("batch_mean", copy_out(statistics.batch_mean));
  result.set("batch_var", copy_out(statistics.batch_var));
  result.set("saved_invstd", copy_out(statistics.saved_invstd));
  return result;
}

Eigen::Index size_of(const Data& data) {
  return std::visit([](const auto& values) { return values.size(); }, data);
}

/// What the operator's functions share: data of either type, where its channels lie, its parameters.
struct Input {
  Data x;
  Layout layout;
  Affine affine;
  double eps;
  batchnorm::Accuracy accuracy;

  explicit Input(Arguments& arguments, std::initializer_list<const char*> lists = {"gamma", "beta"})
      : x(arguments.data("x")),
        layout(arguments.layout("x", size_of(x), lists)),
        affine(arguments.affine()),
        eps(arguments.number("eps")),
        accuracy(arguments.accuracy()) {
    batchnorm::require_size("x", size_of(x), layout);
  }
};

// The copies that came in are this module's own: results are written over them.

val forward_train(Arguments& arguments) {
  Input input(arguments);
  arguments.finish();
  return std::visit(
      [&](auto& x) {
        val result = statistics_out(batchnorm::forward_train(input.layout, std::as_const(x), input.affine,
                                                             input.eps, x, input.accuracy));
        result.set("y", copy_out(x));
        return result;
      },
      input.x);
}

val backward_train(Arguments& arguments) {
  const Input input(arguments);
  return std::visit(
      [&](const auto& x) {
        auto dy = arguments.data_like("dy", x);
        arguments.finish();
        const auto statistics =
            batchnorm::batch_statistics(batchnorm::moments(input.layout, x, input.accuracy), input.eps);
        const auto gradients = batchnorm::backward_train(input.layout, dy, x, statistics, input.affine.gamma,
                                                         dy, input.accuracy);
        return gradients_out(copy_out(dy), gradients);
      },
      input.x);
}

val forward_inference(Arguments& arguments) {
  Input input(arguments, {"gamma", "beta", "running_mean"});
  const Channels running_mean = arguments.numbers("running_mean"),
                 running_var = arguments.numbers("running_var");
  arguments.finish();
  return std::visit(
      [&](auto& x) {
        batchnorm::forward_inference(input.layout, std::as_const(x), input.affine, running_mean, running_var,
                                     input.eps, x, input.accuracy);
        val result = val::object();
        result.set("y", copy_out(x));
        return result;
      },
      input.x);
}

val backward_frozen(Arguments& arguments) {
  const Input input(arguments, {"gamma", "beta", "running_mean"});
  const Channels running_mean = arguments.numbers("running_mean"),
                 running_var = arguments.numbers("running_var");
  return std::visit(
      [&](const auto& x) {
        auto dy = arguments.data_like("dy", x);
        arguments.finish();
        const auto gradients =
            batchnorm::backward_frozen(input.layout, dy, x, input.affine.gamma, running_mean, running_var,
                                       input.eps, dy, input.accuracy);
        val result = gradients_out(copy_out(dy), gradients);
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

val forward_trace(Arguments& arguments) {
  const LessonInput input(arguments);
  arguments.finish();
  const auto forward = batchnorm::forward_train(input.x, input.gamma, input.beta, input.eps);
  val result = statistics_out(forward);
  result.set("y", copy_out(forward.y));
  result.set("x_hat", copy_out(forward.x_hat));
  return result;
}

val backward_trace(Arguments& arguments) {
  const LessonInput input(arguments);
  const Batch dy = arguments.batch("dy", input.gamma.size());
  arguments.finish();
  const auto forward = batchnorm::forward_train(input.x, input.gamma, input.beta, input.eps);
  const auto trace = batchnorm::backward_trace(dy, forward, input.gamma);
  val result = gradients_out(copy_out(trace.dx), trace);
  result.set("dx_hat", copy_out(trace.dx_hat));
  result.set("dvar", copy_out(trace.dvar));
  result.set("dmean", copy_out(trace.dmean));
  result.set("dx_direct", copy_out(trace.dx_direct));
  result.set("dx_through_var", copy_out(trace.dx_through_var));
  result.set("dx_through_mean", copy_out(trace.dx_through_mean));
  return result;
}

val central_difference_gradient(Arguments& arguments) {
  const LessonInput input(arguments);
  const Batch dy = arguments.batch("dy", input.gamma.size());
  const double step = arguments.number("step");
  arguments.finish();
  const auto gradients =
      batchnorm::central_difference_gradient(input.x, input.gamma, input.beta, input.eps, dy, step);
  return gradients_out(copy_out(gradients.dx), gradients);
}

val jacobian(Arguments& arguments) {
  const Channels x = arguments.numbers("x");
  const double gamma = arguments.has("gamma") ? arguments.number("gamma") : 1;
  const double eps = arguments.number("eps");
  arguments.finish();
  return copy_out(batchnorm::jacobian(x, gamma, eps));
}

val fold_into_weight(Arguments& arguments) {
  const Channels weight = arguments.numbers("weight");
  const Layout layout = arguments.weight_layout();
  const Channels bias = arguments.per_channel_or_none("bias");
  const Affine affine = arguments.affine();
  const Channels running_mean = arguments.numbers("running_mean"),
                 running_var = arguments.numbers("running_var");
  const double eps = arguments.number("eps");
  arguments.finish();
  const auto folded = batchnorm::fold(layout, weight, bias, affine, running_mean, running_var, eps);
  val result = val::object();
  result.set("weight", copy_out(folded.weight));
  result.set("bias", copy_out(folded.bias));
  return result;
}

val exponents_out(const batchnorm::Exponents& exponents) {
  return copy_out(Channels(exponents.cast<double>()));
}

val moments_out(const batchnorm::Moments& moments) {
  val result = val::object();
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

val moments(Arguments& arguments) {
  const Data data = arguments.data("x");
  const Layout layout = arguments.layout("x", size_of(data), {"gamma"});
  batchnorm::require_channels_or_none("gamma", arguments.per_channel_or_none("gamma"), layout.channels);
  const batchnorm::Accuracy accuracy = arguments.accuracy();
  arguments.finish();
  return std::visit([&](const auto& x) { return moments_out(batchnorm::moments(layout, x, accuracy)); },
                    data);
}

val merge_moments(Arguments& arguments) {
  const batchnorm::Moments a = moments_in(arguments.object("a")), b = moments_in(arguments.object("b"));
  arguments.finish();
  return moments_out(batchnorm::merge(a, b));
}

val statistics_from_moments(Arguments& arguments) {
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

val normalize(Arguments& arguments) {
  ShardInput shard(arguments);
  arguments.finish();
  return std::visit(
      [&](auto& x) {
        batchnorm::normalize(shard.layout, std::as_const(x), shard.statistics.normalizer, shard.affine, x,
                             shard.accuracy);
        val result = val::object();
        result.set("y", copy_out(x));
        return result;
      },
      shard.x);
}

val gradient_sums_out(const batchnorm::GradientSums& sums) {
  val result = val::object();
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

val gradient_sums(Arguments& arguments) {
  const ShardInput shard(arguments);
  return std::visit(
      [&](const auto& x) {
        const auto dy = arguments.data_like("dy", x);
        arguments.finish();
        batchnorm::require_channels_or_none("gamma", shard.affine.gamma, shard.layout.channels);
        return gradient_sums_out(
            batchnorm::gradient_sums(shard.layout, dy, x, shard.statistics, shard.accuracy));
      },
      shard.x);
}

val merge_gradient_sums(Arguments& arguments) {
  const batchnorm::GradientSums a = gradient_sums_in(arguments.object("a")),
                                b = gradient_sums_in(arguments.object("b"));
  arguments.finish();
  return gradient_sums_out(batchnorm::merge(a, b));
}

val backward_shard(Arguments& arguments) {
  const ShardInput shard(arguments);
  return std::visit(
      [&](const auto& x) {
        auto dy = arguments.data_like("dy", x);
        const batchnorm::GradientSums sums = gradient_sums_in(arguments.object("sums"));
        arguments.finish();
        const auto gradients = batchnorm::backward_shard(shard.layout, dy, x, shard.statistics,
                                                         shard.affine.gamma, sums, dy, shard.accuracy);
        return gradients_out(copy_out(dy), gradients);
      },
      shard.x);
}

val update_running_statistics(Arguments& arguments) {
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
  val result = val::object();
  result.set("running_mean", copy_out(after.running_mean));
  result.set("running_var", copy_out(after.running_var));
  return result;
}

val torch_from_decay(Arguments& arguments) {
  const double momentum = arguments.number("momentum");
  arguments.finish();
  return val(batchnorm::torch_from_decay(momentum));
}

val decay_from_torch(Arguments& arguments) {
  const double momentum = arguments.number("momentum");
  arguments.finish();
  return val(batchnorm::decay_from_torch(momentum));
}

}  // namespace

EMSCRIPTEN_BINDINGS(operators) {
  emscripten::function("forward_train", &call<forward_train>);
  emscripten::function("forward_inference", &call<forward_inference>);
  emscripten::function("backward_train", &call<backward_train>);
  emscripten::function("backward_frozen", &call<backward_frozen>);
  emscripten::function("forward_trace", &call<forward_trace>);
  emscripten::function("backward_trace", &call<backward_trace>);
  emscripten::function("central_difference_gradient", &call<central_difference_gradient>);
  emscripten::function("jacobian", &call<jacobian>);
  emscripten::function("update_running_statistics", &call<update_running_statistics>);
  emscripten::function("torch_from_decay", &call<torch_from_decay>);
  emscripten::function("decay_from_torch", &call<decay_from_torch>);
  emscripten::function("fold_into_weight", &call<fold_into_weight>);
  emscripten::function("moments", &call<moments>);
  emscripten::function("merge_moments", &call<merge_moments>);
  emscripten::function("statistics_from_moments", &call<statistics_from_moments>);
  emscripten::function("normalize", &call<normalize>);
  emscripten::function("gradient_sums", &call<gradient_sums>);
  emscripten::function("merge_gradient_sums", &call<merge_gradient_sums>);
  emscripten::function("backward_shard", &call<backward_shard>);
}
