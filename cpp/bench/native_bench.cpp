// Google Benchmark of the native build: the operations of the core and the passes that bound them, on the
// shapes and types of tests/bench/common.mjs. tests/bench/native.mjs runs it and works out the ratios.

#include <benchmark/benchmark.h>

#include <memory>

#include "bench/workload.h"

namespace {

struct Shape {
  const char* name;
  batchnorm::Layout layout;
};
const Shape shapes[] = {
    {"(32, 256)", {32, 256, 1}},
    {"(256, 256)", {256, 256, 1}},
    {"(4096, 256)", {4096, 256, 1}},
    {"(64, 64, 28, 28)", {64, 64, 28 * 28}},
    {"(8, 256, 56, 56)", {8, 256, 56 * 56}},
};

template <typename Scalar>
void add_benchmarks(const std::string& type) {
  for (const Shape& shape : shapes) {
    const auto workload = std::make_shared<bench::Workload<Scalar>>(shape.layout);
    for (const auto& [name, function] : bench::operations<Scalar>) {
      const auto body = [workload, function = function](benchmark::State& state) {
        for (auto _ : state) ((*workload).*function)();
      };
      benchmark::RegisterBenchmark((type + "/" + shape.name + "/" + name).c_str(), body);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  add_benchmarks<float>("f32");
  add_benchmarks<double>("f64");
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
