#include "programs/array.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "programs/source.h"

namespace programs {

namespace {

/// The allowance of the current run; null outside of runs.
std::size_t* allowance = nullptr;

Index product(const Shape& shape) {
  Index count = 1;
  for (const Index size : shape) count *= size;
  return count;
}

/// Row by row, without gaps.
Shape dense_strides(const Shape& shape) {
  Shape strides(shape.size());
  Index step = 1;
  for (std::size_t k = shape.size(); k-- > 0;) {
    strides[k] = step;
    step *= shape[k];
  }
  return strides;
}

/// Calls visit(positions) for every element of `shape`, in the order of rows, with its position in each of
/// the arrays that have these strides.
template <std::size_t count, typename Visit>
void walk(const Shape& shape, const std::array<const Shape*, count>& strides, std::array<Index, count> at,
          const Visit& visit) {
  const Index size = product(shape);
  if (size == 0) return;
  spend(static_cast<double>(size));
  const std::size_t axes = shape.size();
  if (axes == 0) return visit(at);
  std::array<Index, most_axes> counter{};
  std::array<Index, count> step;
  for (std::size_t k = 0; k < count; ++k) step[k] = (*strides[k])[axes - 1];
  const Index inner = shape[axes - 1];
  for (;;) {
    std::array<Index, count> here = at;
    for (Index i = 0; i < inner; ++i) {
      visit(here);
      for (std::size_t k = 0; k < count; ++k) here[k] += step[k];
    }
    std::size_t axis = axes - 1;
    for (;;) {
      if (axis == 0) return;
      --axis;
      for (std::size_t k = 0; k < count; ++k) at[k] += (*strides[k])[axis];
      if (++counter[axis] < shape[axis]) break;
      for (std::size_t k = 0; k < count; ++k) at[k] -= (*strides[k])[axis] * shape[axis];
      counter[axis] = 0;
    }
  }
}

/// The strides with which an array is walked through as if it had `shape`.
Shape stretched(const Array& array, const Shape& shape) {
  Shape strides(shape.size(), 0);
  const std::size_t more = shape.size() - array.axes();
  for (std::size_t k = 0; k < array.axes(); ++k)
    strides[more + k] = array.shape[k] == 1 && shape[more + k] != 1 ? 0 : array.strides[k];
  return strides;
}

std::string numpy_words(const Shape& shape) {
  std::string text = "(";
  for (std::size_t k = 0; k < shape.size(); ++k) text += (k > 0 ? "," : "") + std::to_string(shape[k]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

void require_axes(std::size_t axes) {
  if (axes > most_axes) throw ArrayError("arrays have at most " + std::to_string(most_axes) + " axes here");
}

/// Strides are products of sizes, also where one of the sizes is 0.
void require_shape(const Shape& shape) {
  require_axes(shape.size());
  double strides = 1;
  for (const Index size : shape) {
    if (size < 0) throw ArrayError("negative dimensions are not allowed");
    strides *= static_cast<double>(std::max<Index>(size, 1));
  }
  if (!(strides <= static_cast<double>(most_numbers))) throw TooLarge("this array is too large");
}

bool is_float(Type type) {
  return type == Type::float32 || type == Type::float64;
}

/// Whole results must be whole numbers that a double holds.
double whole(double value) {
  if (!(std::abs(value) <= largest_whole))
    throw ArrayError("whole numbers go up to 2**53 here: make it a float first");
  return value;
}

/// The result of an operation on doubles, rounded to the type of the result. A sum, product, quotient or root
/// of floats that is rounded twice is the one rounded once.
template <typename Function>
Array combined(const Array& a, const Array& b, Type type, const Function& function) {
  const Shape shape = broadcast(a.shape, b.shape);
  Array result = make_array(shape, type);
  result.is_python = a.is_python && b.is_python;
  const Shape left = stretched(a, shape), right = stretched(b, shape);
  const double* const x = a.numbers->data();
  const double* const y = b.numbers->data();
  double* const out = result.numbers->data();
  const bool single = type == Type::float32, is_whole = type == Type::int64;
  walk<3>(shape, {&result.strides, &left, &right}, {0, a.offset, b.offset}, [&](const auto& at) {
    const double value = function(x[at[1]], y[at[2]]);
    out[at[0]] = single ? static_cast<double>(static_cast<float>(value)) : is_whole ? whole(value) : value;
  });
  return result;
}

double floor_divided(double a, double b) {
  if (b == 0) return a / b;
  double remainder = std::fmod(a, b);
  double quotient = (a - remainder) / b;
  if (remainder != 0 && (b < 0) != (remainder < 0)) quotient -= 1;
  const double down = std::floor(quotient);
  return quotient == 0 ? std::copysign(0.0, a / b) : quotient - down > 0.5 ? down + 1 : down;
}

double modulo(double a, double b) {
  if (b == 0) return std::numeric_limits<double>::quiet_NaN();
  const double remainder = std::fmod(a, b);
  if (remainder == 0) return std::copysign(0.0, b);
  return (b < 0) != (remainder < 0) ? remainder + b : remainder;
}

Array power(const Array& a, const Array& b, Type type) {
  if (type == Type::int64 && !a.is_python) {
    for (const double exponent : b.values()) {
      if (exponent < 0) throw ArrayError("Integers to negative integer powers are not allowed.");
    }
  }
  if (b.axes() == 0 && is_float(type)) {
    // What NumPy computes without pow: x ** 2 is x * x.
    const double exponent = b.first();
    if (exponent == 2) return combined(a, b, type, [](double x, double) { return x * x; });
    if (exponent == 0.5 && a.axes() > 0)
      return combined(a, b, type, [](double x, double) { return std::sqrt(x); });
    if (exponent == -1 && a.axes() > 0) return combined(a, b, type, [](double x, double) { return 1 / x; });
  }
  return combined(a, b, type, [](double x, double y) { return std::pow(x, y); });
}

void refuse_zero_division(const Array& a, const Array& b, const char* words) {
  if (a.is_python && b.is_python && b.axes() == 0 && b.first() == 0) throw ArrayError(words);
}

template <typename Compare>
Array compared(const Array& a, const Array& b, const Compare& compare) {
  return combined(a, b, Type::boolean, [&](double x, double y) { return compare(x, y) ? 1.0 : 0.0; });
}

/// NumPy's pairwise sum, in the precision of Scalar: blocks of 128 with 8 partial sums, halves added.
template <typename Scalar>
Scalar pairwise(const double* numbers, Index count, Index stride) {
  const auto at = [&](Index k) { return static_cast<Scalar>(numbers[k * stride]); };
  if (count < 8) {
    Scalar sum = 0;
    for (Index k = 0; k < count; ++k) sum += at(k);
    return sum;
  }
  if (count <= 128) {
    Scalar part[8];
    for (Index k = 0; k < 8; ++k) part[k] = at(k);
    Index k = 8;
    for (; k < count - count % 8; k += 8) {
      for (Index j = 0; j < 8; ++j) part[j] += at(k + j);
    }
    Scalar sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
    for (; k < count; ++k) sum += at(k);
    return sum;
  }
  Index half = count / 2;
  half -= half % 8;
  return pairwise<Scalar>(numbers, half, stride) +
         pairwise<Scalar>(numbers + half * stride, count - half, stride);
}

/// An axis to go through: its size, its stride in the array and in the result (0 where it is summed over).
struct Way {
  Index size, stride, to;
};

/// The axes in the order of memory, largest stride first, those that follow each other without a gap made
/// one: how NumPy goes through an array.
std::vector<Way> ways_through(const Array& array, const Shape& to) {
  std::vector<Way> ways;
  for (std::size_t k = 0; k < array.axes(); ++k) {
    if (array.shape[k] != 1) ways.push_back({array.shape[k], array.strides[k], to[k]});
  }
  std::stable_sort(ways.begin(), ways.end(),
                   [](const Way& a, const Way& b) { return std::abs(a.stride) > std::abs(b.stride); });
  for (std::size_t k = 1; k < ways.size();) {
    Way& outer = ways[k - 1];
    const Way& inner = ways[k];
    const bool follow = outer.stride == inner.stride * inner.size && outer.to == inner.to * inner.size;
    if (follow) {
      outer = {outer.size * inner.size, inner.stride, inner.to};
      ways.erase(ways.begin() + static_cast<std::ptrdiff_t>(k));
    } else {
      ++k;
    }
  }
  return ways;
}

template <typename Scalar>
void add_up(const std::vector<Way>& ways, std::size_t level, const double* from, double* to) {
  if (level == ways.size()) {
    *to = static_cast<Scalar>(*to) + static_cast<Scalar>(*from);
    return;
  }
  const Way& way = ways[level];
  if (level + 1 == ways.size() && way.to == 0) {
    *to = static_cast<Scalar>(*to) + pairwise<Scalar>(from, way.size, way.stride);
    return;
  }
  for (Index k = 0; k < way.size; ++k)
    add_up<Scalar>(ways, level + 1, from + k * way.stride, to + k * way.to);
}

void take_extremes(const std::vector<Way>& ways, std::size_t level, const double* from, double* to,
                   bool largest) {
  if (level == ways.size()) {
    const bool better = largest ? *from > *to : *from < *to;
    if (better || std::isnan(*from)) *to = *from;
    return;
  }
  const Way& way = ways[level];
  for (Index k = 0; k < way.size; ++k)
    take_extremes(ways, level + 1, from + k * way.stride, to + k * way.to, largest);
}

Index normalized_position(Index position, Index size, std::size_t axis) {
  if (position < -size || position >= size)
    throw ArrayError("index " + std::to_string(position) + " is out of bounds for axis " +
                     std::to_string(axis) + " with size " + std::to_string(size));
  return position < 0 ? position + size : position;
}

void require_mask(const Array& array, const Array& mask) {
  if (mask.axes() > array.axes())
    throw ArrayError("too many indices for array: array is " + std::to_string(array.axes()) +
                     "-dimensional, but " + std::to_string(mask.axes()) + " were indexed");
  for (std::size_t k = 0; k < mask.axes(); ++k) {
    if (mask.shape[k] != array.shape[k])
      throw ArrayError("boolean index did not match indexed array along dimension " + std::to_string(k) +
                       "; dimension is " + std::to_string(array.shape[k]) +
                       " but corresponding boolean dimension is " + std::to_string(mask.shape[k]));
  }
}

/// Whether broadcasting a value leaves the target's shape as it is. Leading axes of size 1 say nothing.
bool fits_into(const Shape& value, const Shape& target) {
  for (std::size_t k = 0; k < value.size(); ++k) {
    const Index size = value[value.size() - 1 - k];
    if (size != 1 && (k >= target.size() || size != target[target.size() - 1 - k])) return false;
  }
  return true;
}

/// A view with its first axes, as many as a mask's or positions', made one.
Array rows_of(const Array& array, std::size_t axes) {
  Array source = array.is_contiguous() ? array : copy(array);
  Shape shape(array.shape.begin() + static_cast<std::ptrdiff_t>(axes), array.shape.end());
  shape.insert(shape.begin(),
               product({array.shape.begin(), array.shape.begin() + static_cast<std::ptrdiff_t>(axes)}));
  source.shape = shape;
  source.strides = dense_strides(shape);
  return source;
}

}  // namespace

const char* name_of(Type type) {
  switch (type) {
    case Type::boolean:
      return "bool";
    case Type::int64:
      return "int64";
    case Type::float32:
      return "float32";
    case Type::float64:
      return "float64";
  }
  return "";
}

Index Array::size() const {
  return product(shape);
}

bool Array::is_contiguous() const {
  const Shape dense = dense_strides(shape);
  for (std::size_t k = 0; k < axes(); ++k) {
    if (shape[k] != 1 && strides[k] != dense[k]) return false;
  }
  return true;
}

std::vector<double> Array::values() const {
  std::vector<double> all;
  all.reserve(static_cast<std::size_t>(size()));
  walk<1>(shape, {&strides}, {offset},
          [&](const auto& at) { all.push_back((*numbers)[static_cast<std::size_t>(at[0])]); });
  return all;
}

Allowance::Allowance() : left_(most_numbers), outer_(std::exchange(allowance, &left_)) {}
Allowance::~Allowance() {
  allowance = outer_;
}

void spend(double count) {
  if (allowance == nullptr) return;
  if (!(count <= static_cast<double>(*allowance)))
    throw TooLarge("this program computes more than " + std::to_string(most_numbers) + " numbers");
  *allowance -= static_cast<std::size_t>(count);
}

Index nearest_index(double whole) {
  constexpr double farthest = std::numeric_limits<std::int32_t>::max();
  return static_cast<Index>(std::clamp(whole, -farthest, farthest));
}

Array make_array(Shape shape, Type type) {
  require_shape(shape);
  const auto count = static_cast<std::size_t>(product(shape));
  spend(static_cast<double>(count) + 1);
  Array array;
  array.type = type;
  array.strides = dense_strides(shape);
  array.shape = std::move(shape);
  array.numbers = std::make_shared<std::vector<double>>(count);
  return array;
}

Array make_array(Shape shape, Type type, std::vector<double> values) {
  Array array = make_array(std::move(shape), type);
  *array.numbers = std::move(values);
  return array;
}

Array numpy_number(double value, Type type) {
  return make_array({}, type, {value});
}

double largest(const Array& array) {
  double most = 0;
  for (const double value : array.values())
    most = std::max(most, std::isnan(value) ? HUGE_VAL : std::abs(value));
  return most;
}

Array python_number(double value, Type type) {
  Array number = numpy_number(value, type);
  number.is_python = true;
  return number;
}

std::string in_words(const Shape& shape) {
  std::string text = "(";
  for (std::size_t k = 0; k < shape.size(); ++k) text += (k > 0 ? ", " : "") + std::to_string(shape[k]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

Shape broadcast(const Shape& a, const Shape& b) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape shape = longer;
  const std::size_t more = longer.size() - shorter.size();
  for (std::size_t k = 0; k < shorter.size(); ++k) {
    Index& size = shape[more + k];
    if (size == 1) {
      size = shorter[k];
    } else if (shorter[k] != 1 && shorter[k] != size) {
      throw ArrayError("operands could not be broadcast together with shapes " + numpy_words(a) + " " +
                       numpy_words(b));
    }
  }
  return shape;
}

double as_type(double value, Type type) {
  switch (type) {
    case Type::boolean:
      return value != 0 ? 1 : 0;
    case Type::int64:
      if (std::isnan(value)) throw ArrayError("NaN is no whole number");
      return whole(std::trunc(value));
    case Type::float32:
      return static_cast<double>(static_cast<float>(value));
    case Type::float64:
      return value;
  }
  return value;
}

Array converted(const Array& array, Type type) {
  Array result = make_array(array.shape, type);
  double* const out = result.numbers->data();
  walk<2>(array.shape, {&result.strides, &array.strides}, {0, array.offset}, [&](const auto& at) {
    out[at[0]] = as_type((*array.numbers)[static_cast<std::size_t>(at[1])], type);
  });
  return result;
}

Array copy(const Array& array) {
  Array result = converted(array, array.type);
  result.is_python = array.is_python;
  return result;
}

Type promoted(const Array& a, const Array& b) {
  if (a.is_python != b.is_python) {
    const Array& strong = a.is_python ? b : a;
    const Array& weak = a.is_python ? a : b;
    if (is_float(weak.type) && !is_float(strong.type)) return Type::float64;
    return is_float(strong.type) ? strong.type : std::max(strong.type, weak.type);
  }
  const Type larger = std::max(a.type, b.type);
  const Type smaller = std::min(a.type, b.type);
  return larger == Type::float32 && smaller == Type::int64 ? Type::float64 : larger;
}

Array operate(const std::string& operation, const Array& a, const Array& b) {
  Type type = promoted(a, b);
  if (operation == "<") return compared(a, b, std::less<double>());
  if (operation == "<=") return compared(a, b, std::less_equal<double>());
  if (operation == ">") return compared(a, b, std::greater<double>());
  if (operation == ">=") return compared(a, b, std::greater_equal<double>());
  if (operation == "==") return compared(a, b, std::equal_to<double>());
  if (operation == "!=") return compared(a, b, std::not_equal_to<double>());
  if (type == Type::boolean) {
    if (a.is_python && b.is_python) {
      type = Type::int64;
    } else if (operation == "+") {
      return maximum(a, b);
    } else if (operation == "*") {
      return minimum(a, b);
    } else if (operation == "-") {
      throw ArrayError(
          "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` "
          "operator, or the logical_xor function instead.");
    } else if (operation != "/") {
      throw ArrayError("numpy boolean arrays know no “" + operation +
                       "”: make numbers of them first, mask * 1.0");
    }
  }
  if (operation == "+") return combined(a, b, type, [](double x, double y) { return x + y; });
  if (operation == "-") return combined(a, b, type, [](double x, double y) { return x - y; });
  if (operation == "*") return combined(a, b, type, [](double x, double y) { return x * y; });
  if (operation == "/") {
    refuse_zero_division(a, b, "division by zero");
    if (!is_float(type)) type = Type::float64;
    return combined(a, b, type, [](double x, double y) { return x / y; });
  }
  if (operation == "//" || operation == "%") {
    refuse_zero_division(a, b, "integer division or modulo by zero");
    const bool is_whole = type == Type::int64;
    // NumPy gives 0 where a whole number is divided by 0.
    if (operation == "//")
      return combined(a, b, type,
                      [=](double x, double y) { return is_whole && y == 0 ? 0 : floor_divided(x, y); });
    return combined(a, b, type, [=](double x, double y) { return is_whole && y == 0 ? 0 : modulo(x, y); });
  }
  if (operation == "**") {
    if (type == Type::int64 && a.is_python && b.is_python && b.first() < 0) {
      if (a.first() == 0) throw ArrayError("0.0 cannot be raised to a negative power");
      type = Type::float64;
    }
    return power(a, b, type);
  }
  throw ArrayError("“" + operation + "” is not known for arrays");
}

Array negate(const Array& array) {
  if (array.type == Type::boolean && !array.is_python)
    throw ArrayError(
        "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the "
        "logical_not function instead.");
  const Type type = array.type == Type::boolean ? Type::int64 : array.type;
  Array result = map(array, type, [](double x) { return -x; });
  // Whole numbers have no -0.
  if (type == Type::int64) {
    for (double& value : *result.numbers) value += 0.0;
  }
  result.is_python = array.is_python;
  return result;
}

Array matrix_product(const Array& a, const Array& b, const std::string& function) {
  if (a.axes() == 0 || b.axes() == 0) {
    if (function == "dot") return operate("*", a, b);
    throw ArrayError(
        "matmul: Input operand " + std::string(a.axes() == 0 ? "0" : "1") +
        " does not have enough dimensions (has 0, gufunc core with signature (n?,k),(k,m?)->(n?,m?) "
        "requires 1)");
  }
  if (a.axes() > 2 || b.axes() > 2)
    throw ArrayError("products of matrices are known for 1 and 2 axes here: reshape to two first");
  const Index depth = a.shape.back();
  const std::size_t summed = b.axes() - (b.axes() == 2 ? 2 : 1);
  if (b.shape[summed] != depth) {
    if (function == "dot")
      throw ArrayError("shapes " + numpy_words(a.shape) + " and " + numpy_words(b.shape) +
                       " not aligned: " + std::to_string(depth) + " (dim " + std::to_string(a.axes() - 1) +
                       ") != " + std::to_string(b.shape[summed]) + " (dim " + std::to_string(summed) + ")");
    throw ArrayError(
        "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
        "(n?,k),(k,m?)->(n?,m?) (size " +
        std::to_string(b.shape[summed]) + " is different from " + std::to_string(depth) + ")");
  }
  Shape shape;
  if (a.axes() == 2) shape.push_back(a.shape[0]);
  if (b.axes() == 2) shape.push_back(b.shape[1]);
  const Type type = promoted(a, b);
  Array result = make_array(shape, type);
  spend(static_cast<double>(result.size()) * static_cast<double>(depth));
  const Index height = a.axes() == 2 ? a.shape[0] : 1, width = b.axes() == 2 ? b.shape[1] : 1;
  const Index row = a.axes() == 2 ? a.strides[0] : 0, column = b.axes() == 2 ? b.strides[1] : 0;
  for (Index i = 0; i < height; ++i) {
    for (Index j = 0; j < width; ++j) {
      double sum = 0;
      const double* left = &a.first() + i * row;
      const double* right = &b.first() + j * column;
      for (Index k = 0; k < depth; ++k)
        sum = as_type(sum + left[k * a.strides.back()] * right[k * b.strides[summed]], type);
      (*result.numbers)[static_cast<std::size_t>(i * width + j)] = sum;
    }
  }
  return result;
}

Array map(const Array& array, Type type, double (*function)(double)) {
  Array result = make_array(array.shape, type);
  double* const out = result.numbers->data();
  const bool single = type == Type::float32;
  walk<2>(array.shape, {&result.strides, &array.strides}, {0, array.offset}, [&](const auto& at) {
    const double value = function((*array.numbers)[static_cast<std::size_t>(at[1])]);
    out[at[0]] = single ? static_cast<double>(static_cast<float>(value)) : value;
  });
  return result;
}

Array maximum(const Array& a, const Array& b) {
  return combined(a, b, promoted(a, b), [](double x, double y) { return std::isnan(x) || x >= y ? x : y; });
}
Array minimum(const Array& a, const Array& b) {
  return combined(a, b, promoted(a, b), [](double x, double y) { return std::isnan(x) || x <= y ? x : y; });
}

Array where(const Array& condition, const Array& a, const Array& b) {
  const Shape shape = broadcast(condition.shape, broadcast(a.shape, b.shape));
  Array result = make_array(shape, promoted(a, b));
  const Shape mask = stretched(condition, shape), left = stretched(a, shape), right = stretched(b, shape);
  walk<4>(shape, {&result.strides, &mask, &left, &right}, {0, condition.offset, a.offset, b.offset},
          [&](const auto& at) {
            const bool first = (*condition.numbers)[static_cast<std::size_t>(at[1])] != 0;
            const double value = first ? (*a.numbers)[static_cast<std::size_t>(at[2])]
                                       : (*b.numbers)[static_cast<std::size_t>(at[3])];
            (*result.numbers)[static_cast<std::size_t>(at[0])] = as_type(value, result.type);
          });
  return result;
}

std::vector<std::size_t> axes_of(const std::vector<Index>& given, std::size_t axes) {
  std::vector<std::size_t> found;
  for (const Index each : given) {
    const auto count = static_cast<Index>(axes);
    if (each < -count || each >= count)
      throw ArrayError("axis " + std::to_string(each) + " is out of bounds for array of dimension " +
                       std::to_string(count));
    found.push_back(static_cast<std::size_t>(each < 0 ? each + count : each));
  }
  std::sort(found.begin(), found.end());
  if (std::adjacent_find(found.begin(), found.end()) != found.end())
    throw ArrayError("duplicate value in 'axis'");
  return found;
}

Array reduce(Reduction reduction, const Array& array, const std::vector<std::size_t>& axes, bool keep) {
  Shape kept = array.shape;
  for (const std::size_t axis : axes) kept[axis] = 1;
  const bool adds = reduction == Reduction::sum;
  const Type type = adds && array.type == Type::boolean ? Type::int64 : array.type;
  Array result = make_array(kept, type);
  Shape to = result.strides;
  for (const std::size_t axis : axes) to[axis] = 0;
  if (!adds) {
    if (array.size() == 0 && result.size() > 0)
      throw ArrayError("zero-size array to reduction operation " +
                       std::string(reduction == Reduction::largest ? "maximum" : "minimum") +
                       " which has no identity");
    const double least = std::numeric_limits<double>::infinity();
    std::fill(result.numbers->begin(), result.numbers->end(),
              reduction == Reduction::largest ? -least : least);
  }
  if (array.size() > 0) {
    spend(static_cast<double>(array.size()));
    const std::vector<Way> ways = ways_through(array, to);
    if (!adds) {
      take_extremes(ways, 0, &array.first(), result.numbers->data(), reduction == Reduction::largest);
    } else if (type == Type::float32) {
      add_up<float>(ways, 0, &array.first(), result.numbers->data());
    } else {
      add_up<double>(ways, 0, &array.first(), result.numbers->data());
    }
  }
  if (!keep) {
    Shape left;
    for (std::size_t k = 0; k < array.axes(); ++k) {
      if (std::find(axes.begin(), axes.end(), k) == axes.end()) left.push_back(array.shape[k]);
    }
    result.shape = left;
    result.strides = dense_strides(left);
  }
  return result;
}

Array mean(const Array& array, const std::vector<std::size_t>& axes, bool keep) {
  const Array floats = is_float(array.type) ? array : converted(array, Type::float64);
  double count = 1;
  for (const std::size_t axis : axes) count *= static_cast<double>(array.shape[axis]);
  return operate("/", reduce(Reduction::sum, floats, axes, keep), python_number(count, Type::float64));
}

Array variance(const Array& array, const std::vector<std::size_t>& axes, bool keep, double ddof) {
  const Array floats = is_float(array.type) ? array : converted(array, Type::float64);
  const Array deviations = operate("-", floats, mean(floats, axes, true));
  double count = 1;
  for (const std::size_t axis : axes) count *= static_cast<double>(array.shape[axis]);
  const Array sum = reduce(Reduction::sum, operate("*", deviations, deviations), axes, keep);
  const Array divisor = numpy_number(std::max(count - ddof, 0.0), sum.type);
  return operate("/", sum, divisor);
}

Array transposed(const Array& array, const std::vector<std::size_t>& order) {
  Array view = array;
  for (std::size_t k = 0; k < order.size(); ++k) {
    view.shape[k] = array.shape[order[k]];
    view.strides[k] = array.strides[order[k]];
  }
  return view;
}

Array reshaped(const Array& array, Shape shape) {
  require_axes(shape.size());
  const Index size = array.size();
  const auto unknown = std::count(shape.begin(), shape.end(), -1);
  if (unknown > 1) throw ArrayError("can only specify one unknown dimension");
  double known = 1;
  for (const Index each : shape) {
    if (each < -1) throw ArrayError("negative dimensions are not allowed");
    if (each != -1) known *= static_cast<double>(each);
  }
  const std::string words =
      "cannot reshape array of size " + std::to_string(size) + " into shape " + numpy_words(shape);
  if (unknown == 1) {
    if (known == 0 || std::fmod(static_cast<double>(size), known) != 0) throw ArrayError(words);
    std::replace(shape.begin(), shape.end(), Index{-1},
                 static_cast<Index>(static_cast<double>(size) / known));
  } else if (known != static_cast<double>(size)) {
    throw ArrayError(words);
  }
  require_shape(shape);
  Array view = array.is_contiguous() ? array : copy(array);
  view.strides = dense_strides(shape);
  view.shape = std::move(shape);
  view.is_python = false;
  return view;
}

Array part(const Array& array, const std::vector<Subscript>& index) {
  std::size_t taken = 0;
  bool has_ellipsis = false;
  for (const Subscript& each : index) {
    if (each.kind == Subscript::Kind::position || each.kind == Subscript::Kind::slice) ++taken;
    if (each.kind != Subscript::Kind::ellipsis) continue;
    if (has_ellipsis) throw ArrayError("an index can only have a single ellipsis ('...')");
    has_ellipsis = true;
  }
  if (taken > array.axes())
    throw ArrayError("too many indices for array: array is " + std::to_string(array.axes()) +
                     "-dimensional, but " + std::to_string(taken) + " were indexed");
  Array view = array;
  view.is_python = false;
  view.shape.clear();
  view.strides.clear();
  std::size_t axis = 0;
  const auto keep = [&] {
    view.shape.push_back(array.shape[axis]);
    view.strides.push_back(array.strides[axis]);
    ++axis;
  };
  for (const Subscript& each : index) {
    switch (each.kind) {
      case Subscript::Kind::position: {
        view.offset += normalized_position(each.position, array.shape[axis], axis) * array.strides[axis];
        ++axis;
        break;
      }
      case Subscript::Kind::slice: {
        if (each.step == 0) throw ArrayError("slice step cannot be zero");
        const Index size = array.shape[axis];
        const bool forward = each.step > 0;
        const Index lowest = forward ? 0 : -1, highest = forward ? size : size - 1;
        const auto bounded = [&](Index at) { return std::clamp(at < 0 ? at + size : at, lowest, highest); };
        const Index start = each.has_start ? bounded(each.start) : forward ? lowest : highest;
        const Index stop = each.has_stop ? bounded(each.stop) : forward ? highest : lowest;
        const Index span = forward ? stop - start : start - stop;
        const Index step = forward ? each.step : -each.step;
        const Index count = span > 0 ? (span - 1) / step + 1 : 0;
        if (count > 0) view.offset += start * array.strides[axis];
        view.shape.push_back(count);
        view.strides.push_back(count > 1 ? array.strides[axis] * each.step : array.strides[axis]);
        ++axis;
        break;
      }
      case Subscript::Kind::new_axis:
        view.shape.push_back(1);
        view.strides.push_back(0);
        break;
      case Subscript::Kind::ellipsis:
        for (std::size_t left = array.axes() - taken; left > 0; --left) keep();
        break;
    }
  }
  while (axis < array.axes()) keep();
  require_axes(view.axes());
  return view;
}

Array selected(const Array& array, const Array& mask) {
  require_mask(array, mask);
  std::vector<double> positions;
  const std::vector<double> flags = mask.values();
  for (std::size_t k = 0; k < flags.size(); ++k) {
    if (flags[k] != 0) positions.push_back(static_cast<double>(k));
  }
  const auto count = static_cast<Index>(positions.size());
  return rows(rows_of(array, mask.axes()), make_array({count}, Type::int64, std::move(positions)));
}

Array rows(const Array& array, const Array& positions) {
  if (array.axes() == 0)
    throw ArrayError("too many indices for array: array is 0-dimensional, but 1 were indexed");
  Shape shape = positions.shape;
  shape.insert(shape.end(), array.shape.begin() + 1, array.shape.end());
  Array result = make_array(shape, array.type);
  const std::vector<double> all = positions.values();
  const Index length =
      array.shape[0] == 0 || all.empty() ? 0 : result.size() / static_cast<Index>(all.size());
  for (std::size_t k = 0; k < all.size(); ++k) {
    Subscript at{Subscript::Kind::position};
    at.position = normalized_position(nearest_index(all[k]), array.shape[0], 0);
    const std::vector<double> row = part(array, {at}).values();
    std::copy(row.begin(), row.end(), result.numbers->begin() + static_cast<std::ptrdiff_t>(k) * length);
  }
  return result;
}

void assign(const Array& target, const Array& value) {
  if (!fits_into(value.shape, target.shape))
    throw ArrayError("could not broadcast input array from shape " + numpy_words(value.shape) +
                     " into shape " + numpy_words(target.shape));
  // What is changed may be seen through the other one as well.
  Array source = value.numbers == target.numbers ? copy(value) : value;
  while (source.axes() > target.axes()) {
    source.shape.erase(source.shape.begin());
    source.strides.erase(source.strides.begin());
  }
  const Shape from = stretched(source, target.shape);
  walk<2>(target.shape, {&target.strides, &from}, {target.offset, source.offset}, [&](const auto& at) {
    (*target.numbers)[static_cast<std::size_t>(at[0])] =
        as_type((*source.numbers)[static_cast<std::size_t>(at[1])], target.type);
  });
}

void assign_selected(const Array& array, const Array& mask, const Array& value) {
  require_mask(array, mask);
  const std::vector<double> marks = mask.values();
  Shape chosen(array.shape.begin() + static_cast<std::ptrdiff_t>(mask.axes()), array.shape.end());
  chosen.insert(chosen.begin(), std::count(marks.begin(), marks.end(), 1.0));
  if (!fits_into(value.shape, chosen) || value.axes() > chosen.size()) {
    if (chosen.size() == 1 && value.axes() == 1)
      throw ArrayError("NumPy boolean array indexing assignment cannot assign " +
                       std::to_string(value.size()) + " input values to the " + std::to_string(chosen[0]) +
                       " output values where the mask is true");
    throw ArrayError("shape mismatch: value array of shape " + numpy_words(value.shape) +
                     " could not be broadcast to indexing result of shape " + numpy_words(chosen));
  }
  Array source = copy(value);
  source.strides = stretched(source, chosen);
  source.shape = chosen;
  const std::vector<double> values = source.values();
  Array flags = mask;
  flags.shape.resize(array.axes(), 1);
  flags.strides.resize(array.axes(), 0);
  flags.strides = stretched(flags, array.shape);
  std::size_t next = 0;
  walk<2>(array.shape, {&array.strides, &flags.strides}, {array.offset, mask.offset}, [&](const auto& at) {
    if ((*mask.numbers)[static_cast<std::size_t>(at[1])] == 0) return;
    (*array.numbers)[static_cast<std::size_t>(at[0])] = as_type(values[next++], array.type);
  });
}

}  // namespace programs
