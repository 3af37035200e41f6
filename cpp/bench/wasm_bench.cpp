// The benchmark's side in WebAssembly: it owns the tensors of one layout at a time and runs the operations on
// them by name, as often as asked. tests/bench/run.mjs holds the clock.

#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <new>
#include <variant>

#include "bench/workload.h"

using bench::Workload;
using emscripten::val;

namespace {

std::variant<std::monostate, Workload<float>, Workload<double>> workload;

/// Whether the tensors fit into the memory.
bool prepare(int outer, int channels, int inner, bool is_double) {
  const batchnorm::Layout layout{outer, channels, inner};
  // The tensors of before go first: there may be no room for both.
  workload.emplace<std::monostate>();
  try {
    if (is_double) {
      workload.emplace<Workload<double>>(layout);
    } else {
      workload.emplace<Workload<float>>(layout);
    }
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

template <typename Scalar>
void run_on(Workload<Scalar>& prepared, const std::string& operation, int repeats) {
  const auto function = bench::operations<Scalar>.at(operation);
  for (int repeat = 0; repeat < repeats; ++repeat) (prepared.*function)();
}
void run_on(std::monostate, const std::string&, int) {}

void run(const std::string& operation, int repeats) {
  std::visit([&](auto& prepared) { run_on(prepared, operation, repeats); }, workload);
}

template <typename Scalar>
val copy_out(const Scalar* data, Eigen::Index size) {
  return val(emscripten::typed_memory_view(static_cast<std::size_t>(size), data)).call<val>("slice");
}
val copy_out(const batchnorm::Channels& values) {
  return copy_out(values.data(), values.size());
}

template <typename Scalar>
val tensors_of(const Workload<Scalar>& prepared) {
  val tensors = val::object();
  tensors.set("x", copy_out(prepared.x.data(), prepared.layout.size()));
  tensors.set("dy", copy_out(prepared.dy.data(), prepared.layout.size()));
  tensors.set("out", copy_out(prepared.out.data(), prepared.layout.size()));
  tensors.set("gamma", copy_out(prepared.affine.gamma));
  tensors.set("beta", copy_out(prepared.affine.beta));
  tensors.set("running_mean", copy_out(prepared.running_mean));
  tensors.set("running_var", copy_out(prepared.running_var));
  tensors.set("eps", prepared.eps);
  tensors.set("dgamma", copy_out(prepared.gradients.dgamma));
  tensors.set("dbeta", copy_out(prepared.gradients.dbeta));
  return tensors;
}
val tensors_of(std::monostate) {
  return val::null();
}

/// Copies of everything that is prepared, so that the contenders get the same numbers and can be compared.
val tensors() {
  return std::visit([](const auto& prepared) { return tensors_of(prepared); }, workload);
}

}  // namespace

EMSCRIPTEN_BINDINGS(bench) {
  emscripten::function("prepare", &prepare);
  emscripten::function("run", &run);
  emscripten::function("tensors", &tensors);
}
