#pragma once
// What both benchmarks run on the tensors of one layout: the operations of the core, and the passes over
// memory that bound them from below. A pass does the reads and writes an operation cannot do without, and
// next to nothing else.

#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "batchnorm/backward.h"

namespace bench {

using batchnorm::Accuracy;
using batchnorm::Channels;
using batchnorm::Layout;
using batchnorm::Span;
using Eigen::Index;

/// A pass takes `unrolled` vectors at a time. WebAssembly is fastest with one vector that spans four of its
/// own; GCC splits such a vector badly, and natively it takes eight small ones until no addition waits for
/// the one before.
#ifdef __wasm__
inline constexpr Index vector_bytes = 64, unrolled = 1;
#else
inline constexpr Index vector_bytes = 16, unrolled = 8;
#endif

template <typename Scalar>
class Workload {
 public:
  /// The same numbers on every machine. x has about the mean and the variance of the running statistics,
  /// which differ from channel to channel, so that a contender that mixes up channels is found out.
  explicit Workload(const Layout& its_layout)
      : layout(its_layout), memory_(3 * (padded_size() + page)), x(tensor(0)), dy(tensor(1)), out(tensor(2)) {
    std::mt19937 generator(16'09);
    const auto uniform = [&generator] { return static_cast<double>(generator()) * 0x1p-31 - 1; };
    const auto per_channel = [&] {
      return Channels::NullaryExpr(layout.channels, [&](Index) { return uniform(); });
    };
    affine.gamma = 1.5 + per_channel();
    affine.beta = per_channel();
    running_mean = per_channel();
    running_var = 1.5 + per_channel();
    const Channels spread = (3 * running_var).sqrt();
    for (Index at = 0; at < layout.size(); ++at) {
      const Index channel = at / layout.inner % layout.channels;
      x[at] = static_cast<Scalar>(running_mean[channel] + spread[channel] * uniform());
      dy[at] = static_cast<Scalar>(uniform());
    }
    forward_train();
  }

  void copy_by_loop() {
    write_all([from = x.data()](Index at) { return load(from + at); });
  }
  void copy_by_memcpy() { std::memcpy(out.data(), x.data(), x.size() * sizeof(Scalar)); }
  /// Two reads and a write.
  void triad() {
    write_all([first = x.data(), second = dy.data()](Index at) {
      return load(first + at) + load(second + at) * Scalar{1.5};
    });
  }
  void sum() {
    add_up([from = x.data()](Index at) { return load(from + at); });
  }
  void sum_two() {
    add_up([first = x.data(), second = dy.data()](Index at) { return load(first + at) + load(second + at); });
  }

  template <Accuracy accuracy = Accuracy::fast>
  void forward_train() {
    statistics =
        batchnorm::forward_train(layout, values(x), affine, eps, {out.data(), layout.size()}, accuracy);
  }
  template <Accuracy accuracy = Accuracy::fast>
  void inference() {
    batchnorm::forward_inference(layout, values(x), affine, running_mean, running_var, eps,
                                 {out.data(), layout.size()}, accuracy);
  }
  template <Accuracy accuracy = Accuracy::fast>
  void backward() {
    gradients = batchnorm::backward_train(layout, values(dy), values(x), statistics, affine.gamma,
                                          {out.data(), layout.size()}, accuracy);
  }
  void forward_backward() {
    forward_train();
    backward();
  }

  using Tensor = Eigen::Map<Eigen::Array<Scalar, Eigen::Dynamic, 1>>;

  Layout layout;

 private:
  std::vector<Scalar> memory_;

 public:
  /// `out` receives y or dx. All three are padded with zeros to whole pieces, so that a pass has no rest.
  Tensor x, dy, out;
  batchnorm::Affine affine;
  Channels running_mean, running_var;
  double eps = 1e-5;
  batchnorm::BatchStatistics statistics;
  batchnorm::ParameterGradients gradients;

 private:
  // GCC ignores the attribute in an alias template.
  struct VectorOf {
    typedef Scalar type __attribute__((vector_size(vector_bytes)));
  };
  using Vector = typename VectorOf::type;
  static constexpr Index lanes = vector_bytes / static_cast<Index>(sizeof(Scalar));
  static constexpr Index piece = unrolled * lanes;

  static Vector load(const Scalar* from) {
    Vector vector;
    std::memcpy(&vector, from, sizeof vector);
    return vector;
  }
  template <typename VectorAt>
  void write_all(const VectorAt& vector_at) {
    // Local copies: for all the compiler knows, what is written lies in this object.
    Scalar* const to = out.data();
    const Index end = padded_size();
    for (Index at = 0; at < end; at += piece) {
      for (Index k = at; k < at + piece; k += lanes) {
        const Vector vector = vector_at(k);
        std::memcpy(to + k, &vector, sizeof vector);
      }
    }
  }
  template <typename VectorAt>
  void add_up(const VectorAt& vector_at) {
    Vector sums[unrolled] = {};
    const Index end = padded_size();
    for (Index at = 0; at < end; at += piece) {
      for (Index k = 0; k < unrolled; ++k) sums[k] += vector_at(at + k * lanes);
    }
    double total = 0;
    for (const Vector& vector : sums) {
      for (Index lane = 0; lane < lanes; ++lane) total += vector[lane];
    }
    sink = total;
  }

  Index padded_size() const { return (layout.size() + piece - 1) / piece * piece; }
  Span<const Scalar> values(const Tensor& of) const { return {of.data(), layout.size()}; }

  /// Tensors at the same place of their pages would wait for each other: x86 takes a load for one of what was
  /// just stored where their addresses agree modulo 4,096. These begin at thirds of a page.
  static constexpr Index page_bytes = 4096, page = page_bytes / static_cast<Index>(sizeof(Scalar));
  Tensor tensor(Index which) {
    Scalar* const least = memory_.data() + which * (padded_size() + page);
    const Index wanted = which * page_bytes / 3 / 64 * 64;
    const Index found = static_cast<Index>(reinterpret_cast<std::uintptr_t>(least) % page_bytes);
    const Index further = (wanted - found + page_bytes) % page_bytes;
    return Tensor(least + further / static_cast<Index>(sizeof(Scalar)), padded_size());
  }

  /// Written so that the compiler cannot leave out a sum nobody reads.
  volatile double sink = 0;
};

/// What can be run, by name.
template <typename Scalar>
const std::map<std::string, void (Workload<Scalar>::*)()> operations = {
    {"copy_by_loop", &Workload<Scalar>::copy_by_loop},
    {"copy_by_memcpy", &Workload<Scalar>::copy_by_memcpy},
    {"triad", &Workload<Scalar>::triad},
    {"sum", &Workload<Scalar>::sum},
    {"sum_two", &Workload<Scalar>::sum_two},
    {"forward_train", &Workload<Scalar>::template forward_train<Accuracy::fast>},
    {"inference", &Workload<Scalar>::template inference<Accuracy::fast>},
    {"backward", &Workload<Scalar>::template backward<Accuracy::fast>},
    {"forward_backward", &Workload<Scalar>::forward_backward},
    {"forward_train, exact", &Workload<Scalar>::template forward_train<Accuracy::exact>},
    {"inference, exact", &Workload<Scalar>::template inference<Accuracy::exact>},
    {"backward, exact", &Workload<Scalar>::template backward<Accuracy::exact>},
};

}  // namespace bench
