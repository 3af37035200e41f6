#include "lab/variance_methods.h"

#include <algorithm>

#include "batchnorm/forward.h"

namespace lab {

namespace {

using batchnorm::Channels;
using Eigen::Index;

/// high + low, |low| <= half a unit in the last place of high: 106 bits.
struct TwoDoubles {
  double high, low;
};

/// a + b exactly (Knuth; Moeller 1965).
TwoDoubles exact_sum(double a, double b) {
  const double sum = a + b;
  const double of_b = sum - a;
  return {sum, (a - (sum - of_b)) + (b - of_b)};
}

TwoDoubles operator+(const TwoDoubles& a, const TwoDoubles& b) {
  const TwoDoubles highs = exact_sum(a.high, b.high), lows = exact_sum(a.low, b.low);
  const TwoDoubles sum = exact_sum(highs.high, highs.low + lows.high);
  return exact_sum(sum.high, sum.low + lows.low);
}

TwoDoubles operator*(const TwoDoubles& a, const TwoDoubles& b) {
  const double product = a.high * b.high;
  const double error = std::fma(a.high, b.high, -product);
  return exact_sum(product, error + (a.high * b.low + a.low * b.high));
}

TwoDoubles operator/(const TwoDoubles& a, double b) {
  const double quotient = a.high / b;
  const double rest = std::fma(-quotient, b, a.high) + a.low;
  return exact_sum(quotient, rest / b);
}

/// (sum(d^2) - sum(d)^2 / m) / m of the exact differences d to the first value. As (x_0 - mean)^2 <= m var,
/// cancellation in the subtraction costs at most a factor of m + 1, whatever the offset is.
double exact_variance(const Channels& x) {
  const double m = static_cast<double>(x.size());
  int exponent = 0;
  std::frexp(x.abs().maxCoeff(), &exponent);  // so that no square overflows
  TwoDoubles sum{0, 0}, of_squares{0, 0};
  for (Index k = 0; k < x.size(); ++k) {
    const TwoDoubles d = exact_sum(std::ldexp(x(k), -exponent), -std::ldexp(x(0), -exponent));
    sum = sum + d;
    of_squares = of_squares + d * d;
  }
  const TwoDoubles correction = sum * sum / m;
  const TwoDoubles variance = (of_squares + TwoDoubles{-correction.high, -correction.low}) / m;
  return std::ldexp(variance.high, 2 * exponent);
}

Estimate estimate(double value, double exact) {
  if (value == exact) return {value, 17};
  if (std::isnan(value)) return {value, 0};
  return {value, std::clamp(std::log10(exact / std::abs(value - exact)), 0.0, 17.0)};
}

/// From left to right, each operation rounded to T.
template <typename T, typename Term>
T sum_of(Index m, const Term& term) {
  T sum = 0;
  for (Index k = 0; k < m; ++k) sum += term(k);
  return sum;
}

template <typename T>
void estimate_in(const Eigen::Array<T, Eigen::Dynamic, 1>& x, VarianceMethods& methods) {
  const Index size = x.size();
  const T m = static_cast<T>(size);
  const T mean = sum_of<T>(size, [&](Index k) { return x(k); }) / m;
  const T mean_of_squares = sum_of<T>(size, [&](Index k) { return x(k) * x(k); }) / m;
  const auto d = [&](Index k) { return x(k) - mean; };
  const T sum_of_d = sum_of<T>(size, d);
  const T squares_of_d = sum_of<T>(size, [&](Index k) { return d(k) * d(k); });
  methods.one_pass = estimate(mean_of_squares - mean * mean, methods.exact);
  methods.two_pass = estimate(squares_of_d / m, methods.exact);
  methods.corrected_two_pass = estimate((squares_of_d - sum_of_d * sum_of_d / m) / m, methods.exact);
  // batch_var does not depend on eps.
  const batchnorm::BatchStatistics statistics =
      batchnorm::batch_statistics(batchnorm::moments({size, 1, 1}, x, batchnorm::Accuracy::exact), 1);
  methods.core = estimate(statistics.batch_var(0), methods.exact);
}

}  // namespace

VarianceMethods variance_methods(const Channels& values, double offset, Precision precision) {
  if (values.size() < 2 || values.size() > 1000)
    batchnorm::refuse("values", "2 to 1000 values", values.size());
  if (!std::isfinite(offset)) batchnorm::refuse("offset", "a finite number", offset);
  VarianceMethods methods;
  methods.stored = stored("(values + offset)", values + offset, precision);
  methods.exact = exact_variance(methods.stored);
  methods.of_values = exact_variance(values);
  for (const double variance : {methods.exact, methods.of_values}) {
    if (!std::isfinite(variance)) batchnorm::refuse("values", "a variance in the range of doubles", variance);
  }
  methods.kept = estimate(methods.exact, methods.of_values).digits;
  if (precision == Precision::in_single) {
    estimate_in<float>(methods.stored.transpose().cast<float>(), methods);
  } else {
    estimate_in<double>(methods.stored.transpose(), methods);
  }
  return methods;
}

}  // namespace lab
