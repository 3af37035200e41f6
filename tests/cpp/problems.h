#pragma once
// Random problems in every form that the core takes: channels on axis 1 or last, 2 to 5 dimensions, doubles
// or floats.

#include <ostream>

#include "helpers.h"

namespace testing_batchnorm {

using batchnorm::Accuracy;
using batchnorm::Affine;
using batchnorm::ChannelAxis;
using batchnorm::Layout;

enum class Dtype { float64, float32 };

/// How an (m, C) batch is put before the core. The batch stays what tests calculate with: row n S + s holds
/// position s of example n.
struct Form {
  std::vector<Index> positions;  ///< (), (L), (H, W) or (D, H, W)
  ChannelAxis axis = ChannelAxis::first;
  Dtype dtype = Dtype::float64;
  Accuracy accuracy = Accuracy::fast;

  /// S
  Index inner() const {
    Index product = 1;
    for (const Index length : positions) product *= length;
    return product;
  }
  std::vector<Index> shape(const Batch& batch) const {
    std::vector<Index> result = positions;
    result.insert(result.begin(), batch.rows() / inner());
    result.insert(axis == ChannelAxis::first ? result.begin() + 1 : result.end(), batch.cols());
    return result;
  }
  Layout layout(const Batch& batch) const { return batchnorm::layout_of(shape(batch), axis); }

  /// The spacing of the data's numbers at 1.
  double epsilon() const {
    return dtype == Dtype::float64 ? testing_batchnorm::epsilon : std::numeric_limits<float>::epsilon();
  }
  /// The batch as the data's type can hold it.
  Batch rounded(const Batch& batch) const {
    return dtype == Dtype::float64 ? batch : Batch(batch.cast<float>().cast<double>());
  }

  /// Calls `call` with a zero of the data's type.
  template <typename Call>
  auto with_scalar(const Call& call) const {
    return dtype == Dtype::float64 ? call(0.0) : call(0.0f);
  }

  template <typename Scalar>
  std::vector<Scalar> tensor(const Batch& batch) const {
    std::vector<Scalar> result(static_cast<std::size_t>(batch.size()));
    for (Index k = 0; k < batch.size(); ++k) result[place(batch, k)] = static_cast<Scalar>(batch.data()[k]);
    return result;
  }
  template <typename Scalar>
  Batch batch(const std::vector<Scalar>& tensor, const Batch& like) const {
    Batch result(like.rows(), like.cols());
    for (Index k = 0; k < result.size(); ++k) result.data()[k] = tensor[place(like, k)];
    return result;
  }

 private:
  /// Where in the tensor number k of the batch lies.
  std::size_t place(const Batch& batch, Index k) const {
    if (axis == ChannelAxis::last) return static_cast<std::size_t>(k);
    const Index i = k / batch.cols(), c = k % batch.cols(), s = inner();
    return static_cast<std::size_t>((i / s * batch.cols() + c) * s + i % s);
  }
};

inline batchnorm::Moments moments(const Form& form, const Batch& x) {
  return form.with_scalar([&](auto zero) {
    const std::vector<decltype(zero)> tensor = form.tensor<decltype(zero)>(x);
    return batchnorm::moments(form.layout(x), tensor, form.accuracy);
  });
}

inline Batch normalize(const Form& form, const Batch& x, const batchnorm::Normalizer& normalizer,
                       const Affine& affine) {
  return form.with_scalar([&](auto zero) {
    const std::vector<decltype(zero)> tensor = form.tensor<decltype(zero)>(x);
    std::vector<decltype(zero)> y(tensor.size());
    batchnorm::normalize(form.layout(x), tensor, normalizer, affine, y, form.accuracy);
    return form.batch(y, x);
  });
}

inline batchnorm::TrainingForward forward_train(const Form& form, const Batch& x, const Affine& affine,
                                                double eps) {
  return form.with_scalar([&](auto zero) {
    const std::vector<decltype(zero)> tensor = form.tensor<decltype(zero)>(x);
    std::vector<decltype(zero)> y(tensor.size());
    batchnorm::TrainingForward forward;
    static_cast<batchnorm::BatchStatistics&>(forward) =
        batchnorm::forward_train(form.layout(x), tensor, affine, eps, y, form.accuracy);
    forward.x = x;
    forward.y = form.batch(y, x);
    forward.x_hat = normalize(form, x, forward.normalizer, {});
    return forward;
  });
}

inline batchnorm::Gradients backward_train(const Form& form, const Batch& dy,
                                           const batchnorm::TrainingForward& forward, const Channels& gamma) {
  return form.with_scalar([&](auto zero) {
    const std::vector<decltype(zero)> tensor = form.tensor<decltype(zero)>(forward.x);
    const std::vector<decltype(zero)> upstream = form.tensor<decltype(zero)>(dy);
    std::vector<decltype(zero)> dx(tensor.size());
    batchnorm::Gradients gradients;
    static_cast<batchnorm::ParameterGradients&>(gradients) =
        batchnorm::backward_train(form.layout(dy), upstream, tensor, forward, gamma, dx, form.accuracy);
    gradients.dx = form.batch(dx, dy);
    return gradients;
  });
}

/// What inference uses in place of the batch's own statistics.
struct Frozen {
  Channels mean, var;
};

inline Batch forward_inference(const Form& form, const Batch& x, const Affine& affine, const Frozen& frozen,
                               double eps) {
  return form.with_scalar([&](auto zero) {
    const std::vector<decltype(zero)> tensor = form.tensor<decltype(zero)>(x);
    std::vector<decltype(zero)> y(tensor.size());
    batchnorm::forward_inference(form.layout(x), tensor, affine, frozen.mean, frozen.var, eps, y,
                                 form.accuracy);
    return form.batch(y, x);
  });
}

inline batchnorm::Gradients backward_frozen(const Form& form, const Batch& dy, const Batch& x,
                                            const Channels& gamma, const Frozen& frozen, double eps) {
  return form.with_scalar([&](auto zero) {
    const std::vector<decltype(zero)> tensor = form.tensor<decltype(zero)>(x);
    const std::vector<decltype(zero)> upstream = form.tensor<decltype(zero)>(dy);
    std::vector<decltype(zero)> dx(tensor.size());
    batchnorm::Gradients gradients;
    static_cast<batchnorm::ParameterGradients&>(gradients) = batchnorm::backward_frozen(
        form.layout(x), upstream, tensor, gamma, frozen.mean, frozen.var, eps, dx, form.accuracy);
    gradients.dx = form.batch(dx, dy);
    return gradients;
  });
}

/// Everything a training step is given.
struct Problem {
  std::uint64_t seed;
  Form form;
  Batch x;
  Affine affine;
  double eps;
  Batch dy;

  Index m() const { return x.rows(); }
  double count() const { return static_cast<double>(m()); }
  Index width() const { return x.cols(); }
  const Channels& gamma() const { return affine.gamma; }
  const Channels& beta() const { return affine.beta; }
  double epsilon() const { return form.epsilon(); }
  batchnorm::TrainingForward forward() const { return forward_train(form, x, affine, eps); }
  batchnorm::Gradients gradients() const { return backward_train(form, dy, forward(), affine.gamma); }
};

inline const char* accuracy_name(Accuracy accuracy) {
  return accuracy == Accuracy::fast ? "fast" : "exact";
}

/// What is needed to reproduce a problem.
inline std::ostream& operator<<(std::ostream& stream, const Problem& problem) {
  stream << "seed " << problem.seed << ", shape (";
  for (const Index length : problem.form.shape(problem.x)) stream << length << ", ";
  return stream << (problem.form.axis == ChannelAxis::first ? "channels on axis 1" : "channels last") << "), "
                << (problem.form.dtype == Dtype::float64 ? "float64" : "float32") << ", "
                << accuracy_name(problem.form.accuracy) << ", eps " << problem.eps;
}

/// A form with few positions, or with planes long enough to be traversed one by one.
inline Form random_form(lab::Random& random) {
  Form form;
  const Index dimensions = random_count(random, 4) - 1;
  for (Index k = 0; k < dimensions; ++k)
    form.positions.push_back(random_count(random, dimensions == 1 ? 9 : 4));
  if (dimensions > 0 && random.uniform() < 0.3) form.positions.back() = 31 + random_count(random, 20);
  form.axis = random.uniform() < 0.5 ? ChannelAxis::first : ChannelAxis::last;
  form.dtype = random.uniform() < 0.5 ? Dtype::float64 : Dtype::float32;
  return form;
}

/// A problem of random form and shape with random gamma, beta and dy; every channel has its own size and
/// offset. m >= fewest_values; a negative eps stands for any.
inline Problem random_problem(std::uint64_t seed, Index fewest_values = 3, double eps = -1,
                              Accuracy accuracy = Accuracy::exact) {
  lab::Random random(seed);
  Form form = random_form(random);
  form.accuracy = accuracy;
  const Index inner = form.inner();
  const Index fewest_examples = (fewest_values + inner - 1) / inner;
  const Index m = inner * (fewest_examples - 1 + random_count(random, 1 + 60 / inner));
  const Index width = random_count(random, random.uniform() < 0.2 ? 40 : 9);
  Problem problem{seed,
                  form,
                  random_batch(random, m, width),
                  {random_channels(random, width), random_channels(random, width)},
                  eps,
                  form.rounded(random_batch(random, m, width))};
  for (Index c = 0; c < width; ++c) {
    const double size = std::exp(2 * random.normal());
    problem.x.col(c) = size * (problem.x.col(c) + 3 * random.normal());
  }
  problem.x = form.rounded(problem.x);
  const double choices[] = {0, 1e-5, 1e-3, 0.5};
  if (eps < 0) problem.eps = choices[random_count(random, 4) - 1];
  return problem;
}

/// The natural size of dx for each channel, K = |gamma| / sqrt(batch_var + eps) max |dy|.
inline Channels natural_size(const Problem& problem, const batchnorm::TrainingForward& forward) {
  return problem.gamma().abs() * forward.saved_invstd * problem.dy.abs().colwise().maxCoeff();
}

/// rho = batch_var / (batch_var + eps): the variance of x_hat (identity I3).
inline Channels rho(const batchnorm::TrainingForward& forward, double eps) {
  return forward.batch_var / (forward.batch_var + eps);
}

/// How many problems a property is tried on.
inline constexpr std::uint64_t runs = 1000;

/// Tries `check` on random problems until one fails. Most properties hold to the last digits of doubles, of
/// floats where they are computed with exactly.
template <typename Check>
void for_random_problems(const Check& check, Index fewest_values = 3, double eps = -1,
                         Accuracy accuracy = Accuracy::exact) {
  for (std::uint64_t seed = 0; seed < runs && !testing::Test::HasFailure(); ++seed) {
    const Problem problem = random_problem(seed, fewest_values, eps, accuracy);
    SCOPED_TRACE(problem);
    check(problem, problem.forward());
  }
}

}  // namespace testing_batchnorm
