#pragma once
// The exact results: batch normalization from its defining formulas, in double-double arithmetic with an
// extended range of exponents. No code of the core is used.

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "helpers.h"

namespace testing_batchnorm {

/// (high + low) 2^exponent, |low| far below |high|: 106 bits and any size, for compilers without __float128.
class TwoDoubles {
 public:
  TwoDoubles(double value = 0) : TwoDoubles(value, 0, 0) {}

  explicit operator double() const {
    // In two steps, as a result below the normal numbers is to be rounded once.
    const double value = high_ + low_;
    return std::abs(exponent_) > 4000 ? std::copysign(exponent_ > 0 ? infinity : 0, value)
                                      : std::ldexp(value, exponent_);
  }

  friend TwoDoubles operator-(const TwoDoubles& a) { return {-a.high_, -a.low_, a.exponent_}; }
  friend TwoDoubles operator+(const TwoDoubles& a, const TwoDoubles& b) {
    if (a.high_ == 0 || (b.high_ != 0 && a.exponent_ < b.exponent_)) return b.high_ == 0 ? a : b + a;
    const int down = std::max(b.exponent_ - a.exponent_, -300);
    const double b_high = std::ldexp(b.high_, down), b_low = std::ldexp(b.low_, down);
    const double sum = a.high_ + b_high, of_b = sum - a.high_;
    const double error = (a.high_ - (sum - of_b)) + (b_high - of_b);
    const double low = a.low_ + b_low, of_low = low - a.low_;
    const double low_error = (a.low_ - (low - of_low)) + (b_low - of_low);
    const double middle = error + low;
    const double first = sum + middle;
    return {first, ((sum - first) + middle) + low_error, a.exponent_};
  }
  friend TwoDoubles operator-(const TwoDoubles& a, const TwoDoubles& b) { return a + -b; }
  friend TwoDoubles operator*(const TwoDoubles& a, const TwoDoubles& b) {
    const double product = a.high_ * b.high_;
    const double error = std::fma(a.high_, b.high_, -product) + (a.high_ * b.low_ + a.low_ * b.high_);
    return {product, error, a.exponent_ + b.exponent_};
  }
  friend TwoDoubles operator/(const TwoDoubles& a, const TwoDoubles& b) {
    TwoDoubles quotient, rest = a;
    for (int digits = 0; digits < 3; ++digits) {
      const TwoDoubles part(rest.high_ / b.high_, 0, rest.exponent_ - b.exponent_);
      quotient = quotient + part;
      rest = rest - part * b;
    }
    return quotient;
  }
  friend bool operator<(const TwoDoubles& a, const TwoDoubles& b) { return (a - b).high_ < 0; }

 private:
  TwoDoubles(double high, double low, int exponent) : exponent_(exponent) {
    int by = 0;
    const double sum = high + low;
    std::frexp(sum, &by);
    if (sum == 0 || !std::isfinite(sum)) by = 0;
    high_ = std::ldexp(sum, -by);
    low_ = std::ldexp((high - sum) + low, -by);
    exponent_ = sum == 0 ? 0 : exponent + by;
  }

  double high_, low_;
  int exponent_;
};

#ifdef __SIZEOF_FLOAT128__
using Wide = __float128;
#else
using Wide = TwoDoubles;
#endif

template <typename Number>
Number magnitude(const Number& number) {
  return number < Number(0) ? -number : number;
}

/// number = value 2^exponent with a value in the middle of the range of doubles.
template <typename Number>
struct Middle {
  Number value;
  int exponent = 0;

  explicit Middle(const Number& number) : value(number) {
    for (; Number(0x1p500) < magnitude(value); exponent += 500) value = value * Number(0x1p-500);
    // A 0 has no middle.
    for (; magnitude(value) < Number(0x1p-500) && exponent > -20000; exponent -= 500)
      value = value * Number(0x1p500);
  }
};

template <typename Number>
Number times_power_of_2(Number number, int exponent) {
  for (; exponent > 1000; exponent -= 1000) number = number * Number(0x1p1000);
  for (; exponent < -1000; exponent += 1000) number = number * Number(0x1p-1000);
  return number * Number(std::ldexp(1, exponent));
}

/// sqrt(number) for a number > 0.
template <typename Number>
Number square_root(const Number& number) {
  const Middle<Number> middle(number);
  Number root = std::sqrt(static_cast<double>(middle.value));
  for (int newton = 0; newton < 2; ++newton) root = (root + middle.value / root) * Number(0.5);
  return times_power_of_2<Number>(root, middle.exponent / 2);
}

/// One channel in training, exactly, and the natural sizes that errors are measured against.
template <typename Number>
struct Exact {
  std::vector<Number> x_hat, y, dx;
  Number batch_mean, batch_var, saved_invstd, dgamma, dbeta;
  Number size_of_x;       ///< max |x|
  Number size_of_y;       ///< max (|gamma x_hat| + |beta|)
  Number size_of_dx;      ///< |gamma| saved_invstd max |dy|
  Number size_of_dgamma;  ///< sum |dy x_hat|
  Number size_of_dbeta;   ///< sum |dy|
};

/// x and dy: the values of one channel.
template <typename Number = Wide>
Exact<Number> exactly(const Batch& x, const Batch& dy, double gamma, double beta, double eps) {
  const Number m = static_cast<double>(x.size());
  const auto sum = [&](const auto& term) {
    Number total = 0;
    for (Index i = 0; i < x.size(); ++i) total = total + term(i);
    return total;
  };
  const auto most = [&](const auto& term) {
    Number largest = 0;
    for (Index i = 0; i < x.size(); ++i) largest = std::max<Number>(largest, magnitude<Number>(term(i)));
    return largest;
  };
  const auto x_at = [&](Index i) { return Number(x(i)); };
  const auto dy_at = [&](Index i) { return Number(dy(i)); };

  Exact<Number> exact;
  exact.batch_mean = sum(x_at) / m;
  std::vector<Number>& x_hat = exact.x_hat;
  for (Index i = 0; i < x.size(); ++i) x_hat.push_back(x_at(i) - exact.batch_mean);
  exact.batch_var = sum([&](Index i) { return x_hat[i] * x_hat[i]; }) / m;
  exact.saved_invstd = Number(1) / square_root<Number>(exact.batch_var + Number(eps));
  for (Number& value : x_hat) value = value * exact.saved_invstd;

  exact.dbeta = sum(dy_at);
  exact.dgamma = sum([&](Index i) { return dy_at(i) * x_hat[i]; });
  const Number mean_dy = exact.dbeta / m, slope = exact.dgamma / m;
  const Number scale = Number(gamma) * exact.saved_invstd;
  for (Index i = 0; i < x.size(); ++i) {
    exact.y.push_back(Number(gamma) * x_hat[i] + Number(beta));
    exact.dx.push_back(scale * (dy_at(i) - mean_dy - x_hat[i] * slope));
  }
  exact.size_of_x = most(x_at);
  exact.size_of_y =
      most([&](Index i) { return magnitude<Number>(Number(gamma) * x_hat[i]); }) + Number(std::abs(beta));
  exact.size_of_dx = magnitude(scale) * most(dy_at);
  exact.size_of_dgamma = sum([&](Index i) { return magnitude<Number>(dy_at(i) * x_hat[i]); });
  exact.size_of_dbeta = sum([&](Index i) { return magnitude<Number>(dy_at(i)); });
  return exact;
}

/// The spacing of the Scalars at `size`, as if they had no largest.
template <typename Scalar, typename Number>
Number ulp(const Number& size) {
  using Limits = std::numeric_limits<Scalar>;
  const Number smallest = Limits::denorm_min();
  if (!(smallest < size)) return smallest;
  const Middle<Number> middle(size);
  const int exponent = middle.exponent + std::ilogb(static_cast<double>(middle.value));
  return std::max<Number>(smallest, times_power_of_2<Number>(1, exponent + 1 - Limits::digits));
}

/// |got - exact| in ULP of `size`. A number beyond the largest Scalar is rightly infinite.
template <typename Scalar, typename Number>
double ulps(double got, const Number& exact, const Number& size) {
  if (std::isnan(got)) return infinity;
  if (std::isinf(got)) {
    got = std::copysign(std::numeric_limits<Scalar>::max(), got);
    if (Number(std::abs(got)) < (got > 0 ? exact : -exact)) return 0;
  }
  return static_cast<double>(magnitude<Number>(Number(got) - exact) / ulp<Scalar, Number>(size));
}

}  // namespace testing_batchnorm
