#pragma once
// Arrays of up to 6 axes as NumPy has them: types of numbers, views, broadcasting, and sums in NumPy's order,
// so that results agree to the last digit.

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "batchnorm/layout.h"

namespace programs {

using batchnorm::Index;
using Shape = std::vector<Index>;

inline constexpr std::size_t most_axes = 6;  ///< 4 of an image batch, and room for None between them

/// 2^53, up to which a double holds every whole number.
inline constexpr double largest_whole = 9007199254740992.0;

/// In the order of promotion. int64 holds whole numbers up to largest_whole; beyond, the operation is
/// refused.
enum class Type { boolean, int64, float32, float64 };

const char* name_of(Type type);

/// What an array's operation is refused with, in NumPy's words; the interpreter adds the place.
class ArrayError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};
/// An operation that would compute more numbers than are allowed.
class TooLarge : public ArrayError {
 public:
  using ArrayError::ArrayError;
};

/// A shape and strides over a shared buffer: as in NumPy, x[0] and x.T are views, and changing them in place
/// changes x.
struct Array {
  Type type = Type::float64;
  bool is_python = false;  ///< a number of Python's (2, 0.5): it takes the other operand's type
  Shape shape;
  Shape strides;  ///< in numbers, one an axis
  Index offset = 0;
  std::shared_ptr<std::vector<double>> numbers;

  std::size_t axes() const { return shape.size(); }
  Index size() const;
  bool is_contiguous() const;
  double& first() const { return (*numbers)[static_cast<std::size_t>(offset)]; }
  /// A copy of the numbers, row by row.
  std::vector<double> values() const;
};

/// A whole number as an index or a size. One beyond every array becomes the farthest that an Index of
/// WebAssembly holds, and is beyond every array still.
Index nearest_index(double whole);

/// New numbers, all 0. Throws TooLarge beyond what a run may compute (Allowance below).
Array make_array(Shape shape, Type type);
Array make_array(Shape shape, Type type, std::vector<double> values);
Array python_number(double value, Type type);
/// A value of no axes that is NumPy's: of a sum, say.
Array numpy_number(double value, Type type);

/// The largest magnitude of an array; infinite where a value is NaN or infinite.
double largest(const Array& array);

/// As long as one lives, arrays may compute and read no more than most_numbers; then operations throw
/// TooLarge.
class Allowance {
 public:
  Allowance();
  ~Allowance();
  Allowance(const Allowance&) = delete;
  Allowance& operator=(const Allowance&) = delete;

 private:
  std::size_t left_;
  std::size_t* outer_;
};
/// Charges so many numbers to the allowance.
void spend(double count);

/// (2, 3) as Python prints it; (2,) with its comma.
std::string in_words(const Shape& shape);

/// The shape that both fit. Throws ArrayError: “operands could not be broadcast together with shapes (2,3)
/// (2,)”.
Shape broadcast(const Shape& a, const Shape& b);

/// The number `value` as `type` holds it.
double as_type(double value, Type type);
Array converted(const Array& array, Type type);
Array copy(const Array& array);

/// The type of a result of both, by NumPy 2's rules.
Type promoted(const Array& a, const Array& b);

/// + - * / // % ** and the comparisons, element by element. Throws ArrayError.
Array operate(const std::string& operation, const Array& a, const Array& b);
Array negate(const Array& array);
Array matrix_product(const Array& a, const Array& b, const std::string& function);

Array map(const Array& array, Type type, double (*function)(double));
Array maximum(const Array& a, const Array& b);
Array minimum(const Array& a, const Array& b);
Array where(const Array& condition, const Array& a, const Array& b);

/// The axes a reduction goes over, each from 0; negative ones count from the end. Throws ArrayError.
std::vector<std::size_t> axes_of(const std::vector<Index>& given, std::size_t axes);

enum class Reduction { sum, largest, smallest };
/// Over these axes, which are kept with size 1 where asked. Sums are pairwise along what lies together in
/// memory, as NumPy's. Throws ArrayError.
Array reduce(Reduction reduction, const Array& array, const std::vector<std::size_t>& axes, bool keep);
Array mean(const Array& array, const std::vector<std::size_t>& axes, bool keep);
Array variance(const Array& array, const std::vector<std::size_t>& axes, bool keep, double ddof);

/// A view with the axes in another order, or a new shape (one size may be -1). Throws ArrayError.
Array transposed(const Array& array, const std::vector<std::size_t>& order);
Array reshaped(const Array& array, Shape shape);

/// One position of an index: a whole number, a slice, None or an ellipsis.
struct Subscript {
  enum class Kind { position, slice, new_axis, ellipsis };
  Kind kind;
  Index position = 0;
  bool has_start = false, has_stop = false;
  Index start = 0, stop = 0, step = 1;
};
/// A view of a part. Throws ArrayError.
Array part(const Array& array, const std::vector<Subscript>& index);
/// The elements where the mask, of the array's first axes, is true.
Array selected(const Array& array, const Array& mask);
/// The rows at these positions.
Array rows(const Array& array, const Array& positions);

/// target[...] = value, with broadcasting; the type stays the target's. Throws ArrayError.
void assign(const Array& target, const Array& value);
/// array[mask] = value.
void assign_selected(const Array& array, const Array& mask, const Array& value);

}  // namespace programs
