#pragma once
// The matrices of the networks, and their products: Eigen has no vectors for WebAssembly, and what it does to
// make large products fast takes longer than a small one.

#include <Eigen/Core>

namespace lab {

using Eigen::Index;

/// (examples, units), row-major: an example is a row.
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// out = a b, of the size that follows; out is neither a nor b. Every sum starts at the first product and
/// takes the others in order.
void multiply(const Matrix& a, const Matrix& b, Matrix& out);

/// The same, with sums that start at the number of `start` for their column: no pass of its own adds a bias.
void multiply(const Matrix& a, const Matrix& b, const Eigen::Array<double, 1, Eigen::Dynamic>& start,
              Matrix& out);

/// out = a^T b, likewise.
void multiply_transposed(const Matrix& a, const Matrix& b, Matrix& out);

}  // namespace lab
