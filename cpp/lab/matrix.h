#pragma once
// The matrices of the networks, and their products: Eigen has no SIMD for WebAssembly, and its preparations
// for fast large products take longer than a small product.

#include <Eigen/Core>

namespace lab {

using Eigen::Index;

/// (examples, units), row-major: an example is a row.
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// out = a b, of the size that follows; out is neither a nor b. Requires a.cols() == b.rows(). Every sum
/// starts at the first product and takes the others in order.
void multiply(const Matrix& a, const Matrix& b, Matrix& out);

/// The same, with sums that start at the value of `start` for their column: a bias needs no pass of its own.
void multiply(const Matrix& a, const Matrix& b, const Eigen::Array<double, 1, Eigen::Dynamic>& start,
              Matrix& out);

/// out = a^T b, likewise. Requires a.rows() == b.rows().
void multiply_transposed(const Matrix& a, const Matrix& b, Matrix& out);

}  // namespace lab
