// Two channels of a (2, 2, 2) tensor: forward, running statistics and backward.
#include <batchnorm/backward.h>
#include <batchnorm/running_statistics.h>

#include <cstdio>
#include <vector>

int main() {
  using namespace batchnorm;
  const Layout layout = layout_of({2, 2, 2}, ChannelAxis::first);
  const std::vector<float> x{2, 4, 1, 1, 6, 8, 3, 3}, dy{1, 0, 0, 0, 0, 0, 0, 1};
  Affine affine;
  affine.gamma = Channels::Constant(2, 2.0);
  std::vector<float> y(x.size()), dx(x.size());

  const BatchStatistics statistics = forward_train(layout, x, affine, 1e-5, y);
  const ParameterGradients gradients = backward_train(layout, dy, x, statistics, affine.gamma, dx);
  const RunningStatistics running = update_running_statistics(
      {Channels::Zero(2), Channels::Ones(2)}, statistics.batch_mean, statistics.batch_var, statistics.m,
      Momentum::decay(0.9), VarianceEstimator::unbiased);

  std::printf("mean %g %g, variance %g %g\n", statistics.batch_mean(0), statistics.batch_mean(1),
              statistics.batch_var(0), statistics.batch_var(1));
  std::printf("y %.4f %.4f, dx %.4f, dbeta %g %g\n", y[0], y[1], dx[0], gradients.dbeta(0),
              gradients.dbeta(1));
  std::printf("running mean %g %g\n", running.running_mean(0), running.running_mean(1));
}
