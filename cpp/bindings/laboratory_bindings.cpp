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

val begin_run(Arguments& arguments) {
  using lab::Activation;
  using lab::Normalization;
  lab::RunSettings settings;
  settings.seed = static_cast<std::uint64_t>(arguments.count("seed"));
  settings.architecture.layers = static_cast<int>(arguments.count("layers"));
  settings.architecture.width = arguments.count("width");
  settings.architecture.gain = arguments.number("gain");
  settings.architecture.activation = choice<Activation>(arguments, "activation",
                                                        {{"relu", Activation::relu},
                                                         {"tanh", Activation::tanh},
                                                         {"sigmoid", Activation::sigmoid},
                                                         {"linear", Activation::linear}});
  settings.architecture.normalization = choice<Normalization>(arguments, "normalization",
                                                              {{"none", Normalization::none},
                                                               {"batch", Normalization::batch},
                                                               {"layer", Normalization::layer},
                                                               {"group", Normalization::group},
                                                               {"rms", Normalization::rms}});
  settings.optimizer.rate = arguments.number("rate");
  settings.batch = arguments.count("batch");
  arguments.finish();
  static int last = 0;
  runs().emplace(++last, lab::Run(settings));
  return val(last);
}

val end_run(Arguments& arguments) {
  const auto id = static_cast<int>(arguments.count("run"));
  arguments.finish();
  runs().erase(id);
  return val::undefined();
}

val advance(Arguments& arguments) {
  lab::Run& run = run_of(arguments);
  const Eigen::Index steps = arguments.count("steps");
  arguments.finish();
  if (steps < 0 || steps > 10000) refuse("steps", "0 to 10000 steps", static_cast<double>(steps));
  const std::vector<double> losses = run.advance(static_cast<int>(steps));
  return copy_out(losses.data(), losses.size());
}

val look(Arguments& arguments) {
  const lab::Run& run = run_of(arguments);
  const Eigen::Index side = arguments.count("side");
  const double reach = arguments.number("reach");
  arguments.finish();
  const std::vector<double> surface = run.surface(side, reach);
  val result = val::object();
  result.set("surface", copy_out(surface.data(), surface.size()));
  result.set("correct", run.correct());
  return result;
}

val data_of(Arguments& arguments) {
  const lab::DataSet& data = run_of(arguments).data();
  arguments.finish();
  val result = val::object();
  result.set("x", copy_out(data.x));
  result.set("labels", copy_out(data.labels.data(), data.labels.size()));
  return result;
}

val experiment_names(Arguments& arguments) {
  arguments.finish();
  val result = val::array();
  for (const std::string& name : lab::experiment_names()) result.call<void>("push", name);
  return result;
}

val measured(Arguments& arguments) {
  const std::string experiment = arguments.text("experiment");
  const auto seed = static_cast<std::uint64_t>(arguments.count("seed"));
  arguments.finish();
  val result = val::object();
  for (const lab::Measure& measure : lab::measured(experiment, seed)) result.set(measure.name, measure.value);
  return result;
}

}  // namespace

EMSCRIPTEN_BINDINGS(laboratory) {
  emscripten::function("begin_run", &call<begin_run>);
  emscripten::function("end_run", &call<end_run>);
  emscripten::function("advance", &call<advance>);
  emscripten::function("look", &call<look>);
  emscripten::function("data_of", &call<data_of>);
  emscripten::function("experiment_names", &call<experiment_names>);
  emscripten::function("measured", &call<measured>);
}
