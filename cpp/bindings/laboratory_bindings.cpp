// What JavaScript may call of the laboratory's networks. Runs live here, by a number, until they are ended.
// No arithmetic: each binding reads its arguments, calls the library and copies the result out.

#include <map>

#include "bindings/arguments.h"
#include "lab/experiments.h"
#include "lab/run.h"

using namespace bindings;

namespace {

std::map<int, lab::Run>& runs() {
  static std::map<int, lab::Run> all;
  return all;
}

lab::Run& run_of(Arguments& arguments) {
  const auto id = static_cast<int>(arguments.count("run"));
  const auto found = runs().find(id);
  if (found == runs().end()) refuse("run", "a run that has begun and not ended", static_cast<double>(id));
  return found->second;
}

/// An argument that may be left out: then what it would say stays as it is.
void read(Arguments& arguments, const char* name, double& value) {
  if (arguments.has(name)) value = arguments.number(name);
}
void read(Arguments& arguments, const char* name, Eigen::Index& value) {
  if (arguments.has(name)) value = arguments.count(name);
}
void read(Arguments& arguments, const char* name, bool& value) {
  if (arguments.has(name)) value = arguments.flag(name);
}
template <typename Choice>
void read(Arguments& arguments, const char* name, Choice& value,
          std::initializer_list<std::pair<const char*, Choice>> words) {
  if (arguments.has(name)) value = arguments.choice<Choice>(name, words);
}

/// The settings of a run; what is left out is as lab::RunSettings has it.
lab::RunSettings settings_of(Arguments& arguments) {
  using lab::Activation;
  using lab::Normalization;
  using lab::Place;
  using lab::Residual;
  using lab::Shape;
  using Kind = lab::Optimizer::Kind;
  lab::RunSettings settings;
  lab::Architecture& architecture = settings.architecture;
  lab::Optimizer& optimizer = settings.optimizer;
  read(arguments, "data", settings.shape,
       {{"spirals", Shape::spirals},
        {"moons", Shape::moons},
        {"circles", Shape::circles},
        {"blobs", Shape::blobs},
        {"glyphs", Shape::glyphs}});
  read(arguments, "examples", settings.examples);
  read(arguments, "noise", settings.noise);
  read(arguments, "flipped", settings.flipped);
  read(arguments, "batch", settings.batch);
  read(arguments, "keep", settings.keep);
  if (arguments.has("seed")) settings.seed = static_cast<std::uint64_t>(arguments.count("seed"));

  if (arguments.has("layers")) architecture.layers = static_cast<int>(arguments.count("layers"));
  read(arguments, "width", architecture.width);
  read(arguments, "activation", architecture.activation,
       {{"relu", Activation::relu},
        {"tanh", Activation::tanh},
        {"sigmoid", Activation::sigmoid},
        {"linear", Activation::linear}});
  read(arguments, "normalization", architecture.normalization,
       {{"none", Normalization::none},
        {"batch", Normalization::batch},
        {"layer", Normalization::layer},
        {"group", Normalization::group},
        {"rms", Normalization::rms}});
  read(arguments, "place", architecture.place, {{"before", Place::before}, {"after", Place::after}});
  read(arguments, "residual", architecture.residual,
       {{"none", Residual::none},
        {"post_activation", Residual::post_activation},
        {"pre_activation", Residual::pre_activation}});
  read(arguments, "groups", architecture.groups);
  read(arguments, "ghost", architecture.ghost);
  read(arguments, "has_bias", architecture.has_bias);
  read(arguments, "gain", architecture.gain);
  read(arguments, "eps", architecture.eps);

  read(arguments, "optimizer", optimizer.kind, {{"sgd", Kind::sgd}, {"adam", Kind::adam}});
  read(arguments, "rate", optimizer.rate);
  read(arguments, "hidden_rate", optimizer.hidden_rate);
  read(arguments, "momentum", optimizer.momentum);
  read(arguments, "weight_decay", optimizer.weight_decay);

  read(arguments, "noise_scale", settings.layer_noise.scale);
  read(arguments, "noise_shift", settings.layer_noise.shift);
  read(arguments, "noise_spread", settings.layer_noise.spread);
  return settings;
}

BINDING(begin_run) {
  const lab::RunSettings settings = settings_of(arguments);
  arguments.finish();
  static int last = 0;
  runs().emplace(++last, lab::Run(settings));
  return JsValue(last);
}

BINDING(end_run) {
  const auto id = static_cast<int>(arguments.count("run"));
  arguments.finish();
  runs().erase(id);
  return {};
}

BINDING(advance) {
  lab::Run& run = run_of(arguments);
  const Eigen::Index steps = arguments.count("steps");
  arguments.finish();
  if (steps < 0 || steps > 10000) refuse("steps", "0 to 10000 steps", static_cast<double>(steps));
  const std::vector<double> losses = run.advance(static_cast<int>(steps));
  return copy_out(losses.data(), losses.size());
}

lab::Mode mode_of(Arguments& arguments) {
  lab::Mode mode = lab::Mode::inference;
  read(arguments, "mode", mode, {{"train", lab::Mode::train}, {"inference", lab::Mode::inference}});
  return mode;
}

BINDING(look) {
  const lab::Run& run = run_of(arguments);
  const Eigen::Index side = arguments.count("side");
  const double reach = arguments.number("reach");
  arguments.finish();
  const std::vector<double> surface = run.surface(side, reach);
  JsValue result = JsValue::object();
  result.set("surface", copy_out(surface.data(), surface.size()));
  result.set("correct", run.correct());
  return result;
}

BINDING(look_closely) {
  const lab::Run& run = run_of(arguments);
  const lab::Mode mode = mode_of(arguments);
  const Eigen::Index side = arguments.count("side");
  const double reach = arguments.number("reach");
  const Eigen::Index example = arguments.count("example");
  const bool with_layers = arguments.flag("with_layers");
  arguments.finish();
  JsValue result = JsValue::object();
  const lab::Run::Answers answers = run.answers(mode);
  result.set("correct", answers.correct);
  result.set("range", answers.range);
  result.set("fresh_correct", run.fresh_answers(mode).correct);
  result.set("probability", run.probability(example, mode));
  if (side > 0) {
    const lab::Run::Regions regions = run.regions(side, reach, mode);
    result.set("labels", copy_out(regions.labels.data(), regions.labels.size()));
    result.set("probabilities", copy_out(regions.probabilities.data(), regions.probabilities.size()));
  }
  if (with_layers) {
    const lab::Run::Layers layers = run.layers(mode);
    JsValue lists = JsValue::object();
    lists.set("mean", copy_out(layers.mean.data(), layers.mean.size()));
    lists.set("spread", copy_out(layers.spread.data(), layers.spread.size()));
    lists.set("gradient_norm", copy_out(layers.gradient_norm.data(), layers.gradient_norm.size()));
    lists.set("square_norm", copy_out(layers.square_norm.data(), layers.square_norm.size()));
    result.set("layers", lists);
  }
  return result;
}

BINDING(data_of) {
  const lab::DataSet& data = run_of(arguments).data();
  arguments.finish();
  JsValue result = JsValue::object();
  result.set("x", copy_out(data.x));
  result.set("labels", copy_out(data.labels.data(), data.labels.size()));
  result.set("classes", static_cast<double>(data.classes));
  return result;
}

BINDING(experiment_names) {
  arguments.finish();
  JsValue result = JsValue::array();
  for (const std::string& name : lab::experiment_names()) result.push(name);
  return result;
}

BINDING(measured) {
  const std::string experiment = arguments.text("experiment");
  const auto seed = static_cast<std::uint64_t>(arguments.count("seed"));
  arguments.finish();
  JsValue result = JsValue::object();
  for (const lab::Measure& measure : lab::measured(experiment, seed)) result.set(measure.name, measure.value);
  return result;
}

}  // namespace
