#include "lab/matrix.h"

#include "batchnorm/internal/lanes.h"

namespace lab {

namespace {

using batchnorm::passes::load;
using batchnorm::passes::store;
using Lanes = batchnorm::passes::DoubleLanes;
constexpr Index lane_count = batchnorm::passes::width<Lanes>;

/// Rows of the result that are computed together: with four lanes each, their sums stay in registers.
constexpr Index rows_of_block = 4;

/// A matrix as it is, or its transpose: element (row, k) lies at row * row_step + k * inner_step.
struct Left {
  const double* data;
  Index rows, inner, row_step, inner_step;
};

/// A block of the result: `rows` rows, and as many columns as V has lanes.
template <typename V, Index rows>
void multiply_block(const Left& a, const Matrix& b, const double* start, Index row, Index column,
                    Matrix& out) {
  V sums[rows] = {};
  if (start != nullptr) {
    for (V& sum : sums) sum = load<V>(start + column);
  }
  const double* left = a.data + row * a.row_step;
  const double* right = b.data() + column;
  for (Index k = 0; k < a.inner; ++k, left += a.inner_step, right += b.cols()) {
    const V values = load<V>(right);
    for (Index r = 0; r < rows; ++r) sums[r] += values * left[r * a.row_step];
  }
  for (Index r = 0; r < rows; ++r) store(out.data() + (row + r) * out.cols() + column, sums[r]);
}

template <typename V>
void multiply_columns(const Left& a, const Matrix& b, const double* start, Index column, Matrix& out) {
  Index row = 0;
  for (; row + rows_of_block <= a.rows; row += rows_of_block)
    multiply_block<V, rows_of_block>(a, b, start, row, column, out);
  for (; row < a.rows; ++row) multiply_block<V, 1>(a, b, start, row, column, out);
}

/// start: the initial value of each column's sums, or null for 0.
void multiply_any(const Left& a, const Matrix& b, const double* start, Matrix& out) {
  out.resize(a.rows, b.cols());
  Index column = 0;
  for (; column + lane_count <= b.cols(); column += lane_count)
    multiply_columns<Lanes>(a, b, start, column, out);
  for (; column < b.cols(); ++column) multiply_columns<double>(a, b, start, column, out);
}

}  // namespace

void multiply(const Matrix& a, const Matrix& b, Matrix& out) {
  multiply_any({a.data(), a.rows(), a.cols(), a.cols(), 1}, b, nullptr, out);
}

void multiply(const Matrix& a, const Matrix& b, const Eigen::Array<double, 1, Eigen::Dynamic>& start,
              Matrix& out) {
  multiply_any({a.data(), a.rows(), a.cols(), a.cols(), 1}, b, start.data(), out);
}

void multiply_transposed(const Matrix& a, const Matrix& b, Matrix& out) {
  multiply_any({a.data(), a.cols(), a.rows(), 1, a.cols()}, b, nullptr, out);
}

}  // namespace lab
