#include "answers/forms.h"

namespace answers {

const std::vector<Form>& forms() {
  static const std::vector<Form> all{
      {"numbers", "-1,34", "-1.34"},
      {"powers of ten", "8.02 x 10^-1", "0.802"},
      {"fractions and roots", "-3/√5", "-3/sqrt(5)"},
      {"roots of any order", "∛8", "2"},
      {"logarithms to any base", "log_0.75(0.5)", "log(0.5)/log(0.75)"},
      {"mixed numbers", "1 1/2", "1.5"},
      {"digits that repeat", "0.1(6)", "1/6"},
      {"per cent, per mille", "0.78 %", "0.0078"},
      {"ratios", "1:128", "1/128"},
      {"about", "≈ 0.802", "0.802"},
      {"with what is counted", "10 batches", "10"},
      {"digits in groups", "131 072", "131072"},
      {"with its computation; all must agree", "4·256 = 1024", "1024"},
      {"with a remark, which must agree", "2016 (32·7·9)", "2016"},
      {"named", "dgamma = 0.802", "0.802"},
      {"lists", "-1.34; -0.45; 0.45; 1.34", "[-1.34, -0.45, 0.45, 1.34]"},
      {"vectors", "(1, -1)^T", "[1, -1]"},
      {"each value named", "x1 = 1, x2 = -1", "[1, -1]"},
      {"a row of a table", "| 1 | -1 |", "[1, -1]"},
      {"products without a sign", "γ x̂ + β", "gamma * x_hat + beta"},
      {"sums over the batch", "Σ_i dy_i x̂_i", "sum(dy * x_hat)"},
      {"LaTeX", "\\frac{\\gamma}{\\sqrt{\\sigma_B^2 + \\epsilon}}", "gamma / sqrt(batch_var + eps)"},
      {"NumPy and PyTorch", "np.sum(dy * x_hat, axis=0)", "sum(dy * x_hat)"},
      {"spreadsheets", "=SUM(1; 2)/SQRT(4)", "1.5"},
      {"dot products", "dy @ x_hat", "sum(dy * x_hat)"},
      {"what programs print", "tensor([1., -1.], grad_fn=<AddBackward0>)", "[1, -1]"},
  };
  return all;
}

}  // namespace answers
