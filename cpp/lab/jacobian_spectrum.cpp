#include "lab/jacobian_spectrum.h"

#include <Eigen/Eigenvalues>
#include <limits>

#include "lab/precision.h"

namespace lab {

JacobianSpectrum jacobian_spectrum(const batchnorm::Channels& given, double gamma, double eps) {
  const Eigen::Index m = given.size();
  if (m < 2 || m > 64) batchnorm::refuse("x", "2 to 64 values", m);
  const batchnorm::Channels x = stored("x", given, Precision::in_double);
  JacobianSpectrum spectrum;
  spectrum.jacobian = batchnorm::jacobian(x, gamma, eps);
  if (!spectrum.jacobian.allFinite())
    batchnorm::refuse("x", "values whose Jacobian is in the range of doubles", "one beyond it");
  const double invstd = batchnorm::batch_statistics(batchnorm::moments({m, 1, 1}, x), eps).saved_invstd(0);
  spectrum.size = std::abs(gamma) * invstd;

  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(spectrum.jacobian.matrix(),
                                                              Eigen::EigenvaluesOnly);
  spectrum.eigenvalues = solver.eigenvalues().array().transpose();
  const double rounding = 4 * static_cast<double>(m) * std::numeric_limits<double>::epsilon();
  spectrum.rank = (spectrum.eigenvalues.abs() > rounding * spectrum.size).count();
  spectrum.row_sums = spectrum.jacobian.rowwise().sum().transpose();
  return spectrum;
}

}  // namespace lab
