#include "programs/functions.h"

#include <algorithm>
#include <cmath>

#include "programs/refusals.h"

namespace programs {

namespace {

/// The arguments of one call in the order of the function's parameters.
class Given {
 public:
  Given(std::string function, std::size_t count) : function_(std::move(function)), values_(count) {}

  std::optional<Value>& at(std::size_t k) { return values_[k]; }
  bool has(std::size_t k) const { return values_[k] && !values_[k]->is<None>(); }
  const std::string& function() const { return function_; }

  Array array(std::size_t k) const { return as_array(*values_[k], function_); }
  double number(std::size_t k, double otherwise) const {
    if (!has(k)) return otherwise;
    const Array value = array(k);
    if (value.axes() != 0)
      throw ArrayError(function_ + ": a number is expected, not " + described(*values_[k]));
    return value.first();
  }
  bool flag(std::size_t k) const { return has(k) && is_true(*values_[k]); }

  std::vector<Index> whole_numbers(std::size_t k, const std::string& what) const {
    std::vector<Index> all;
    if (const Sequence* const several = values_[k]->as<Sequence>()) {
      for (const Value& each : several->items()) all.push_back(as_position(each, what));
    } else {
      all.push_back(as_position(*values_[k], what));
    }
    return all;
  }

  /// The axes that are named, or all.
  std::vector<std::size_t> axes(std::size_t k, const Array& array) const {
    if (has(k)) return axes_of(whole_numbers(k, "axis"), array.axes());
    std::vector<std::size_t> all;
    for (std::size_t axis = 0; axis < array.axes(); ++axis) all.push_back(axis);
    return all;
  }

  Type type(std::size_t k, Type otherwise) const {
    if (!has(k)) return otherwise;
    std::string name;
    if (const Callable* const callable = values_[k]->as<Callable>()) name = callable->name;
    if (const std::string* const text = values_[k]->as<std::string>()) name = *text;
    if (name == "float" || name == "float64" || name == "double") return Type::float64;
    if (name == "float32") return Type::float32;
    if (name == "int" || name == "int64") return Type::int64;
    if (name == "bool" || name == "bool_") return Type::boolean;
    throw ArrayError(function_ + ": the types known here are float64, float32, int64 and bool, not " +
                     (name.empty() ? described(*values_[k]) : name));
  }

  /// NumPy's out= and the like, which are not known here.
  void refuse(std::size_t k, const char* parameter) const {
    if (has(k))
      throw ArrayError(function_ + ": " + parameter + "= is not known here: write name = np." + function_ +
                       "(…)");
  }

 private:
  std::string function_;
  std::vector<std::optional<Value>> values_;
};

using Body = Value (*)(Given&);

/// Parameters by name, separated by spaces; the first `needed` must be given.
struct Entry {
  const char* name;
  const char* parameters;
  std::size_t needed;
  Body body;
};

Value number_of_python(double value, Type type) {
  return {python_number(value, type)};
}

Type float_type(const Array& array) {
  return array.type == Type::float32 ? Type::float32 : Type::float64;
}

template <double (*function)(double)>
Value elementwise(Given& given) {
  const Array array = given.array(0);
  return {map(array, float_type(array), function)};
}

double square_root(double x) {
  return std::sqrt(x);
}
double exponential(double x) {
  return std::exp(x);
}
double logarithm(double x) {
  return std::log(x);
}
double magnitude(double x) {
  return std::abs(x);
}
double squared(double x) {
  return x * x;
}

/// As abs and square, which keep whole numbers whole.
template <double (*function)(double)>
Value keeping_type(Given& given) {
  const Array array = given.array(0);
  Array result = map(array, array.type, function);
  if (array.type == Type::int64) result = converted(result, Type::int64);
  return {result};
}

Array in_type(Given& given, std::size_t k) {
  const Array array = given.array(0);
  const Type type = given.type(k, array.type);
  return type == array.type ? array : converted(array, type);
}

// a axis dtype out keepdims
Value sum(Given& given) {
  given.refuse(3, "out");
  const Array array = in_type(given, 2);
  return {reduce(Reduction::sum, array, given.axes(1, array), given.flag(4))};
}
Value average(Given& given) {
  given.refuse(3, "out");
  const Array array = in_type(given, 2);
  return {mean(array, given.axes(1, array), given.flag(4))};
}
// a axis dtype out ddof keepdims
Value spread(Given& given) {
  given.refuse(3, "out");
  const Array array = in_type(given, 2);
  return {variance(array, given.axes(1, array), given.flag(5), given.number(4, 0))};
}
Value deviation(Given& given) {
  const Value squared_deviation = spread(given);
  const Array& array = *squared_deviation.as<Array>();
  return {map(array, array.type, square_root)};
}
// a axis out keepdims
template <Reduction reduction>
Value extreme(Given& given) {
  given.refuse(2, "out");
  const Array array = given.array(0);
  return {reduce(reduction, array, given.axes(1, array), given.flag(3))};
}

template <Array (*function)(const Array&, const Array&)>
Value of_two(Given& given) {
  return {function(given.array(0), given.array(1))};
}
Value dot(Given& given) {
  return {matrix_product(given.array(0), given.array(1), "dot")};
}
Value matmul(Given& given) {
  return {matrix_product(given.array(0), given.array(1), "matmul")};
}
Value multiply(Given& given) {
  return {operate("*", given.array(0), given.array(1))};
}
Value outer(Given& given) {
  const Array a = reshaped(given.array(0), {-1, 1}), b = reshaped(given.array(1), {1, -1});
  return {operate("*", a, b)};
}
Value choose(Given& given) {
  return {where(given.array(0), given.array(1), given.array(2))};
}

Array filled(Shape shape, Type type, double value) {
  Array array = make_array(std::move(shape), type);
  std::fill(array.numbers->begin(), array.numbers->end(), value);
  return array;
}
// shape dtype
template <int value>
Value filled_with(Given& given) {
  return {filled(given.whole_numbers(0, "a shape"), given.type(1, Type::float64), value)};
}
// a dtype
template <int value>
Value filled_like(Given& given) {
  const Array like = given.array(0);
  return {filled(like.shape, given.type(1, like.type), value)};
}
// shape fill_value dtype
Value full(Given& given) {
  const Array value = given.array(1);
  Array array = make_array(given.whole_numbers(0, "a shape"), given.type(2, value.type));
  assign(array, value);
  return {array};
}

// start stop step
Value arange(Given& given) {
  double start = given.number(0, 0), stop = given.number(1, 0);
  const double step = given.number(2, 1);
  if (!given.has(1)) std::swap(start, stop);
  bool is_whole = true;
  for (std::size_t k = 0; k < 3; ++k)
    is_whole = is_whole && (!given.has(k) || given.array(k).type <= Type::int64);
  if (step == 0) throw ArrayError("Maximum allowed size exceeded");
  const double count = std::max(0.0, std::ceil((stop - start) / step));
  if (!(count < static_cast<double>(most_numbers))) throw TooLarge("this range has too many numbers");
  Array array = make_array({static_cast<Index>(count)}, is_whole ? Type::int64 : Type::float64);
  const double second = start + step;
  for (std::size_t k = 0; k < array.numbers->size(); ++k)
    (*array.numbers)[k] = k == 0 ? start : start + static_cast<double>(k) * (second - start);
  return {array};
}

// a dtype
Value array_of(Given& given) {
  const Array array = given.array(0);
  Array result = converted(array, given.type(1, array.type));
  return {result};
}
Value array_as_it_is(Given& given) {
  Array array = in_type(given, 1);
  array.is_python = false;
  return {array};
}
template <Type type>
Value as_numpy_type(Given& given) {
  return {converted(given.array(0), type)};
}

// a axis
Value expand_dims(Given& given) {
  Array array = given.array(0);
  const std::vector<Index> asked = given.whole_numbers(1, "axis");
  const std::vector<std::size_t> axes = axes_of(asked, array.axes() + asked.size());
  for (const std::size_t axis : axes) {
    array.shape.insert(array.shape.begin() + static_cast<std::ptrdiff_t>(axis), 1);
    array.strides.insert(array.strides.begin() + static_cast<std::ptrdiff_t>(axis), 0);
  }
  return {part(array, {})};
}
Value squeeze(Given& given) {
  Array array = given.array(0);
  std::vector<std::size_t> axes;
  if (given.has(1)) {
    axes = given.axes(1, array);
    for (const std::size_t axis : axes) {
      if (array.shape[axis] != 1)
        throw ArrayError("cannot select an axis to squeeze out which has size not equal to one");
    }
  } else {
    for (std::size_t axis = 0; axis < array.axes(); ++axis) {
      if (array.shape[axis] == 1) axes.push_back(axis);
    }
  }
  for (std::size_t k = axes.size(); k-- > 0;) {
    array.shape.erase(array.shape.begin() + static_cast<std::ptrdiff_t>(axes[k]));
    array.strides.erase(array.strides.begin() + static_cast<std::ptrdiff_t>(axes[k]));
  }
  return {array};
}
// a shape
Value reshape(Given& given) {
  return {reshaped(given.array(0), given.whole_numbers(1, "a shape"))};
}
Value flat(Given& given) {
  return {reshaped(given.array(0), {-1})};
}
Value flat_copy(Given& given) {
  return {copy(reshaped(given.array(0), {-1}))};
}
// a axes
Value transpose(Given& given) {
  const Array array = given.array(0);
  std::vector<std::size_t> order;
  if (given.has(1)) {
    const std::vector<Index> asked = given.whole_numbers(1, "axes");
    if (asked.size() != array.axes()) throw ArrayError("axes don't match array");
    axes_of(asked, array.axes());
    for (const Index each : asked)
      order.push_back(static_cast<std::size_t>(each < 0 ? each + static_cast<Index>(array.axes()) : each));
  } else {
    for (std::size_t k = array.axes(); k-- > 0;) order.push_back(k);
  }
  return {transposed(array, order)};
}
Value copied(Given& given) {
  Array array = copy(given.array(0));
  array.is_python = false;
  return {array};
}
Value astype(Given& given) {
  const Array array = given.array(0);
  return {converted(array, given.type(1, array.type))};
}
double single_number(Given& given) {
  const Array array = given.array(0);
  if (array.size() != 1) throw ArrayError("can only convert an array of size 1 to a Python scalar");
  return array.first();
}
Value item(Given& given) {
  const Type type = given.array(0).type;
  return number_of_python(single_number(given), type == Type::float32 ? Type::float64 : type);
}

Value shape_of(Given& given) {
  std::vector<Value> sizes;
  for (const Index size : given.array(0).shape)
    sizes.push_back(number_of_python(static_cast<double>(size), Type::int64));
  return {Sequence(std::move(sizes))};
}
Value axes_count(Given& given) {
  return number_of_python(static_cast<double>(given.array(0).axes()), Type::int64);
}

const Entry numpy_functions[] = {
    {"sum", "a axis dtype out keepdims", 1, sum},
    {"mean", "a axis dtype out keepdims", 1, average},
    {"var", "a axis dtype out ddof keepdims", 1, spread},
    {"std", "a axis dtype out ddof keepdims", 1, deviation},
    {"max", "a axis out keepdims", 1, extreme<Reduction::largest>},
    {"amax", "a axis out keepdims", 1, extreme<Reduction::largest>},
    {"min", "a axis out keepdims", 1, extreme<Reduction::smallest>},
    {"amin", "a axis out keepdims", 1, extreme<Reduction::smallest>},
    {"sqrt", "x", 1, elementwise<square_root>},
    {"exp", "x", 1, elementwise<exponential>},
    {"log", "x", 1, elementwise<logarithm>},
    {"square", "x", 1, keeping_type<squared>},
    {"abs", "x", 1, keeping_type<magnitude>},
    {"absolute", "x", 1, keeping_type<magnitude>},
    {"maximum", "x1 x2", 2, of_two<maximum>},
    {"minimum", "x1 x2", 2, of_two<minimum>},
    {"multiply", "x1 x2", 2, multiply},
    {"matmul", "x1 x2", 2, matmul},
    {"dot", "a b", 2, dot},
    {"outer", "a b", 2, outer},
    {"where", "condition x y", 3, choose},
    {"zeros", "shape dtype", 1, filled_with<0>},
    {"ones", "shape dtype", 1, filled_with<1>},
    {"empty", "shape dtype", 1, filled_with<0>},
    {"zeros_like", "a dtype", 1, filled_like<0>},
    {"ones_like", "a dtype", 1, filled_like<1>},
    {"empty_like", "a dtype", 1, filled_like<0>},
    {"full", "shape fill_value dtype", 2, full},
    {"arange", "start stop step", 1, arange},
    {"array", "object dtype", 1, array_of},
    {"asarray", "a dtype", 1, array_as_it_is},
    {"copy", "a", 1, copied},
    {"expand_dims", "a axis", 2, expand_dims},
    {"squeeze", "a axis", 1, squeeze},
    {"reshape", "a newshape", 2, reshape},
    {"ravel", "a", 1, flat},
    {"transpose", "a axes", 1, transpose},
    {"shape", "a", 1, shape_of},
    {"ndim", "a", 1, axes_count},
    {"float64", "x", 1, as_numpy_type<Type::float64>},
    {"float32", "x", 1, as_numpy_type<Type::float32>},
    {"int64", "x", 1, as_numpy_type<Type::int64>},
    {"bool_", "x", 1, as_numpy_type<Type::boolean>},
};

const Entry methods[] = {
    {"sum", "a axis dtype out keepdims", 1, sum},
    {"mean", "a axis dtype out keepdims", 1, average},
    {"var", "a axis dtype out ddof keepdims", 1, spread},
    {"std", "a axis dtype out ddof keepdims", 1, deviation},
    {"max", "a axis out keepdims", 1, extreme<Reduction::largest>},
    {"min", "a axis out keepdims", 1, extreme<Reduction::smallest>},
    {"dot", "a b", 2, dot},
    {"squeeze", "a axis", 1, squeeze},
    {"reshape", "a shape", 2, reshape},
    {"transpose", "a axes", 1, transpose},
    {"ravel", "a", 1, flat},
    {"flatten", "a", 1, flat_copy},
    {"copy", "a", 1, copied},
    {"astype", "a dtype", 2, astype},
    {"item", "a", 1, item},
};

// Python's own.

Value length(Given& given) {
  const Value& value = *given.at(0);
  if (const Sequence* const sequence = value.as<Sequence>())
    return number_of_python(static_cast<double>(sequence->items().size()), Type::int64);
  const Array array = given.array(0);
  if (array.axes() == 0) throw ArrayError("object of type 'float' has no len()");
  return number_of_python(static_cast<double>(array.shape[0]), Type::int64);
}
Value range(Given& given) {
  for (std::size_t k = 0; k < 3; ++k) {
    if (given.has(k)) as_position(*given.at(k), "range");
  }
  if (given.number(2, 1) == 0) throw ArrayError("range() arg 3 must not be zero");
  Value numbers = arange(given);
  std::get<Array>(numbers.held).is_python = true;  // its elements are numbers of Python's
  return numbers;
}
Value to_float(Given& given) {
  return number_of_python(single_number(given), Type::float64);
}
Value to_int(Given& given) {
  return number_of_python(as_type(single_number(given), Type::int64), Type::int64);
}
Value absolute(Given& given) {
  Value value = keeping_type<magnitude>(given);
  std::get<Array>(value.held).is_python = given.array(0).is_python;
  return value;
}

/// The values that Python's sum, min and max go through: those of a list, or the rows of an array.
std::vector<Array> elements(Given& given) {
  std::vector<Array> all;
  for (std::size_t k = 0; k < 2 && given.has(k); ++k) all.push_back(given.array(k));
  if (all.size() == 1) {
    const Array array = all[0];
    if (array.axes() == 0) throw ArrayError("'float' object is not iterable");
    all.clear();
    for (Index i = 0; i < array.shape[0]; ++i) {
      all.push_back(part(array, {{Subscript::Kind::position, i}}));
      all.back().is_python = array.is_python;
    }
  }
  return all;
}
Value python_sum(Given& given) {
  Array total = python_number(0, Type::int64);
  for (const Array& each : elements(given)) total = operate("+", total, each);
  return {total};
}
template <bool largest>
Value python_extreme(Given& given) {
  const std::vector<Array> all = elements(given);
  if (all.empty()) throw ArrayError(std::string(largest ? "max" : "min") + "() arg is an empty sequence");
  Array best = all[0];
  for (const Array& each : all) {
    if (is_true({operate(largest ? ">" : "<", each, best)})) best = each;
  }
  return {best};
}

const Entry python_functions[] = {
    {"len", "a", 1, length},
    {"range", "start stop step", 1, range},
    {"float", "x", 1, to_float},
    {"int", "x", 1, to_int},
    {"abs", "x", 1, absolute},
    {"sum", "a", 1, python_sum},
    {"min", "a b", 1, python_extreme<false>},
    {"max", "a b", 1, python_extreme<true>},
};

template <std::size_t count>
const Entry* find(const Entry (&entries)[count], const std::string& name) {
  for (const Entry& entry : entries) {
    if (name == entry.name) return &entry;
  }
  return nullptr;
}

template <std::size_t count>
std::vector<std::string> names_of(const Entry (&entries)[count]) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.push_back(entry.name);
  return names;
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> all(1);
  for (const char each : text) {
    if (each == ' ') {
      all.emplace_back();
    } else {
      all.back() += each;
    }
  }
  return all;
}

/// x.reshape(2, 3) and x.transpose(0, 2, 1) take their numbers one by one too.
void gather_numbers(std::vector<Argument>& arguments) {
  std::size_t plain = 0;
  while (plain < arguments.size() && arguments[plain].name.empty()) ++plain;
  if (plain <= 2) return;
  std::vector<Value> numbers;
  for (std::size_t k = 1; k < plain; ++k) numbers.push_back(arguments[k].value);
  arguments[1].value = {Sequence(std::move(numbers))};
  arguments.erase(arguments.begin() + 2, arguments.begin() + static_cast<std::ptrdiff_t>(plain));
}

Value call(const Entry& entry, const std::vector<Argument>& arguments) {
  const std::string name = entry.name;
  const std::vector<std::string> parameters = words(entry.parameters);
  Given given(name, std::max<std::size_t>(parameters.size(), 3));
  std::size_t next = 0;
  for (const Argument& argument : arguments) {
    std::size_t which = next++;
    if (!argument.name.empty()) {
      which = static_cast<std::size_t>(std::find(parameters.begin(), parameters.end(), argument.name) -
                                       parameters.begin());
      if (which == parameters.size()) {
        const std::string near = argument.name == "dim" ? "axis" : nearest(argument.name, parameters);
        throw ArrayError(name + "() got an unexpected keyword argument '" + argument.name + "'" +
                         (near.empty() ? "" : ": did you mean " + near + "=?"));
      }
    }
    if (which >= parameters.size())
      throw ArrayError(name + "() takes at most " + std::to_string(parameters.size()) + " arguments, " +
                       std::to_string(arguments.size()) + " were given");
    if (given.at(which))
      throw ArrayError(name + "() got multiple values for argument '" + parameters[which] + "'");
    given.at(which) = argument.value;
  }
  for (std::size_t k = 0; k < entry.needed; ++k) {
    if (!given.at(k))
      throw ArrayError(name + "() missing required argument '" + parameters[k] + "' (pos " +
                       std::to_string(k + 1) + ")");
  }
  return entry.body(given);
}

}  // namespace

Value call(const Callable& callable, std::vector<Argument> arguments) {
  if (callable.home == Callable::Home::method) {
    arguments.insert(arguments.begin(), {"", *callable.self});
    if (callable.name == "reshape" || callable.name == "transpose") gather_numbers(arguments);
    return call(*find(methods, callable.name), arguments);
  }
  const bool is_numpy = callable.home == Callable::Home::numpy;
  return call(is_numpy ? *find(numpy_functions, callable.name) : *find(python_functions, callable.name),
              arguments);
}

bool is_numpy_function(const std::string& name) {
  return find(numpy_functions, name) != nullptr;
}
bool is_method(const std::string& name) {
  return find(methods, name) != nullptr;
}
bool is_python_function(const std::string& name) {
  return find(python_functions, name) != nullptr;
}
std::vector<std::string> numpy_names() {
  return names_of(numpy_functions);
}
std::vector<std::string> method_names() {
  return names_of(methods);
}

Array as_array(const Value& value, const std::string& function) {
  if (const Array* const array = value.as<Array>()) return *array;
  const Sequence* const sequence = value.as<Sequence>();
  if (sequence == nullptr) throw ArrayError(function + " takes arrays and numbers, not " + described(value));
  std::vector<double> values;
  Shape inner;
  Type type = sequence->items().empty() ? Type::float64 : Type::boolean;
  for (std::size_t k = 0; k < sequence->items().size(); ++k) {
    const Array item = as_array(sequence->items()[k], function);
    if (k == 0) {
      inner = item.shape;
    } else if (item.shape != inner) {
      throw ArrayError("the rows of an array must have equal lengths");
    }
    type = promoted(numpy_number(0, type), numpy_number(0, item.type));
    const std::vector<double> numbers = item.values();
    values.insert(values.end(), numbers.begin(), numbers.end());
  }
  inner.insert(inner.begin(), static_cast<Index>(sequence->items().size()));
  return make_array(inner, type, std::move(values));
}

std::optional<Array> maybe_array(const Value& value) {
  try {
    return as_array(value, "");
  } catch (const ArrayError&) {
    return std::nullopt;
  }
}

bool is_true(const Value& value) {
  if (value.is<None>()) return false;
  if (const Array* const array = value.as<Array>()) {
    if (array->size() != 1)
      throw ArrayError(
          "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()");
    return array->first() != 0;
  }
  if (const std::string* const text = value.as<std::string>()) return !text->empty();
  if (const Sequence* const sequence = value.as<Sequence>()) return !sequence->items().empty();
  return true;
}

Index as_position(const Value& value, const std::string& what) {
  const Array* const array = value.as<Array>();
  if (array == nullptr || array->axes() != 0)
    throw ArrayError(what + ": a whole number is expected, not " + described(value));
  if (array->type == Type::float32 || array->type == Type::float64)
    throw ArrayError("'float' object cannot be interpreted as an integer: use // or int()");
  return nearest_index(array->first());
}

}  // namespace programs
