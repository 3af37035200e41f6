// Prints the bits that every kernel of the operator gives on seeded problems, a line for each problem and
// kernel. Built natively and as WebAssembly it has to print the same: what tests find out about one then
// holds for the other.
//
// The numbers are drawn without log or cos, which no two mathematical libraries round alike.

#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "batchnorm/backward.h"
#include "batchnorm/folding.h"
#include "batchnorm/running_statistics.h"
#include "lab/random.h"

namespace {

using namespace batchnorm;

/// FNV-1a over the bits of numbers. All NaN count as one: WebAssembly leaves their sign and payload open.
class Digest {
 public:
  template <typename Scalar>
  void add(const Scalar* numbers, Index count) {
    for (Index k = 0; k < count; ++k) {
      unsigned char bytes[sizeof(Scalar)] = {0xff};
      if (numbers[k] == numbers[k]) std::memcpy(bytes, numbers + k, sizeof(Scalar));
      for (const unsigned char byte : bytes) hash_ = (hash_ ^ byte) * 1099511628211u;
    }
  }
  template <typename Container>
  void add(const Container& numbers) {
    add(numbers.data(), static_cast<Index>(numbers.size()));
  }
  std::uint64_t hash() const { return hash_; }

 private:
  std::uint64_t hash_ = 14695981039346656037u;
};

template <typename... Containers>
void print(const char* kernel, const Containers&... results) {
  Digest digest;
  (digest.add(results), ...);
  std::printf("  %s %016" PRIx64 "\n", kernel, digest.hash());
}

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : random_(seed) {}

  double within(double least, double most) { return least + (most - least) * random_.uniform(); }
  Index count(Index least, Index most) {
    return least + static_cast<Index>(random_.uniform() * static_cast<double>(most - least + 1));
  }
  bool happens(double probability) { return random_.uniform() < probability; }
  Channels channels(Index width, double least, double most) {
    Channels result(width);
    for (double& value : result) value = within(least, most);
    return result;
  }

 private:
  lab::Random random_;
};

/// (N, C, S) or (N, S, C); some planes are long enough to be traversed plane by plane.
Layout any_layout(Draws& draws) {
  const Index channels = draws.happens(0.2) ? draws.count(10, 40) : draws.count(1, 9);
  const Index positions = draws.happens(0.5)   ? 1
                          : draws.happens(0.3) ? draws.count(31, 200)
                                               : draws.count(2, 12);
  const Index examples = draws.happens(0.1) ? draws.count(100, 400) : draws.count(1, 30);
  return draws.happens(0.5) ? Layout{examples * positions, channels, 1}
                            : Layout{examples, channels, positions};
}

/// Each channel has its own size and offset; few have an outlier, are constant, are near overflow or
/// underflow in their type, or contain a NaN.
template <typename Scalar>
std::vector<Scalar> any_tensor(Draws& draws, const Layout& layout) {
  std::vector<Scalar> tensor(static_cast<std::size_t>(layout.size()));
  const bool is_float = sizeof(Scalar) == sizeof(float);
  for (Index c = 0; c < layout.channels; ++c) {
    const int exponent =
        draws.happens(0.1) ? static_cast<int>(draws.count(0, is_float ? 240 : 1900)) - (is_float ? 120 : 950)
                           : static_cast<int>(draws.count(0, 20)) - 10;
    const double size = std::ldexp(1, exponent);
    const double offset = draws.happens(0.2) ? draws.within(-1e6, 1e6) : draws.within(-3, 3);
    const bool constant = draws.happens(0.05);
    const Index outlier = draws.happens(0.1) ? draws.count(0, layout.m() - 1) : -1;
    const Index unusual = draws.happens(0.01) ? draws.count(0, layout.m() - 1) : -1;
    for (Index i = 0; i < layout.m(); ++i) {
      double value = constant ? 0 : draws.within(-1, 1);
      if (i == outlier) value *= 1e4;
      if (i == unusual) value = draws.happens(0.5) ? HUGE_VAL : std::nan("");
      const Index place = (i / layout.inner * layout.channels + c) * layout.inner + i % layout.inner;
      tensor[static_cast<std::size_t>(place)] = static_cast<Scalar>(size * (offset + value));
    }
  }
  return tensor;
}

template <typename Scalar>
void run_kernels(Draws& draws, const Layout& layout, double eps, Accuracy accuracy) {
  const Index width = layout.channels;
  const std::vector<Scalar> x = any_tensor<Scalar>(draws, layout), dy = any_tensor<Scalar>(draws, layout);
  const Affine affine{draws.channels(width, -2, 2), draws.channels(width, -2, 2)};
  const Channels running_mean = draws.channels(width, -3, 3), running_var = draws.channels(width, 0.1, 9);
  std::vector<Scalar> y(x.size()), dx(x.size());

  const Moments parts = moments(layout, x, accuracy);
  print("moments", parts.mean, parts.mean_residual, parts.m2, parts.exponent.template cast<double>().eval());
  const Moments twice = merge(parts, parts);
  print("merge", twice.mean, twice.mean_residual, twice.m2);

  const BatchStatistics statistics = forward_train(layout, x, affine, eps, y, accuracy);
  print("forward_train", y, statistics.batch_mean, statistics.batch_var, statistics.saved_invstd);
  normalize(layout, x, statistics.normalizer, {}, y, accuracy);
  print("normalize", y);
  forward_inference(layout, x, affine, running_mean, running_var, eps, y, accuracy);
  print("forward_inference", y);

  const ParameterGradients gradients = backward_train(layout, dy, x, statistics, affine.gamma, dx, accuracy);
  print("backward_train", dx, gradients.dgamma, gradients.dbeta);
  const GradientSums sums = gradient_sums(layout, dy, x, statistics, accuracy);
  print("gradient_sums", sums.dy, sums.dy_x_hat);
  const ParameterGradients shard =
      backward_shard(layout, dy, x, statistics, affine.gamma, sums, dx, accuracy);
  print("backward_shard", dx, shard.dgamma, shard.dbeta);
  const FrozenGradients frozen =
      backward_frozen(layout, dy, x, affine.gamma, running_mean, running_var, eps, dx, accuracy);
  print("backward_frozen", dx, frozen.dgamma, frozen.dbeta, frozen.dmean, frozen.dvar);

  const RunningStatistics running =
      update_running_statistics({running_mean, running_var}, statistics.batch_mean, statistics.batch_var,
                                layout.m(), Momentum::decay(0.9), VarianceEstimator::biased);
  print("update_running_statistics", running.running_mean, running.running_var);
  if constexpr (sizeof(Scalar) == sizeof(double)) {
    const Folded folded = fold(layout, x, affine.beta, affine, running_mean, running_var, eps);
    print("fold", folded.weight, folded.bias);
  }
}

void run(Draws& draws, const Layout& layout, double eps, Accuracy accuracy, bool is_float) {
  std::printf("(%td, %td, %td) %s %s, eps %g\n", layout.outer, layout.channels, layout.inner,
              is_float ? "float32" : "float64", accuracy == Accuracy::fast ? "fast" : "exact", eps);
  is_float ? run_kernels<float>(draws, layout, eps, accuracy)
           : run_kernels<double>(draws, layout, eps, accuracy);
}

}  // namespace

int main() {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Draws draws(seed);
    const Layout layout = any_layout(draws);
    // 0 is refused for a constant channel.
    const double eps = draws.happens(0.5) ? 1e-5 : 0.5;
    const auto accuracy = draws.happens(0.5) ? Accuracy::fast : Accuracy::exact;
    std::printf("%" PRIu64 ": ", seed);
    run(draws, layout, eps, accuracy, draws.happens(0.67));
  }
  // So long that the passes read it row by row.
  Draws draws(1000);
  run(draws, {14000, 120, 1}, 1e-5, Accuracy::fast, true);
}
