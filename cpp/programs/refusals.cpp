#include "programs/refusals.h"

#include <algorithm>
#include <numeric>

namespace programs {

namespace {

struct Entry {
  const char* name;
  const char* instead;
};

constexpr Entry keywords[] = {
    {"lambda", "write a line for each value, or a function with def"},
    {"class", "write functions with def; running statistics go in and come out as values"},
    {"while", "use for i in range(n)"},
    {"with", "leave it out: nothing here needs to be closed or switched off"},
    {"try", "leave it out: an error is shown where it happens"},
    {"from", "write import numpy as np and np.sum"},
    {"global", "return the value from the function"},
    {"nonlocal", "return the value from the function"},
    {"yield", "use return"},
    {"async", "leave it out"},
    {"await", "leave it out"},
    {"del", "leave it out: nothing has to be deleted"},
    {"match", "use if and elif"},
};

constexpr Entry numpy_names[] = {
    {"einsum", "use np.sum(a * b, axis=0) for 'nc,nc->c', and a @ b for 'ij,jk->ik'"},
    {"linalg", "use np.sqrt(np.sum(a * a)) for a norm"},
    {"average", "use np.mean"},
    {"nanmean", "use np.mean: the batches here have no NaN"},
    {"nanvar", "use np.var: the batches here have no NaN"},
    {"nanstd", "use np.std: the batches here have no NaN"},
    {"nansum", "use np.sum: the batches here have no NaN"},
    {"median", "use np.mean: batch normalization subtracts the mean"},
    {"tensordot", "use np.sum(a * b, axis=…) or a @ b"},
    {"inner", "use np.sum(a * b) or a @ b"},
    {"vdot", "use np.sum(a * b)"},
    {"cov", "use np.var(x, axis=0)"},
    {"random", "use the arrays that are given: they are drawn for you"},
    {"apply_along_axis", "use axis=…, as in np.mean(x, axis=0)"},
    {"vectorize", "write the operation on whole arrays"},
    {"concatenate", "make an array with np.zeros and fill its parts: out[:n] = a"},
    {"stack", "make an array with np.zeros and fill its parts: out[i] = a"},
    {"vstack", "make an array with np.zeros and fill its rows: out[i] = a"},
    {"hstack", "make an array with np.zeros and fill its columns: out[:, j] = a"},
    {"column_stack", "make an array with np.zeros and fill its columns: out[:, j] = a"},
    {"append", "make an array with np.zeros and fill it: out[i] = value"},
    {"tile", "leave it out: broadcasting repeats a row, as in x - mean"},
    {"repeat", "leave it out: broadcasting repeats a row, as in x - mean"},
    {"broadcast_to", "leave it out: broadcasting does it, as in x - mean"},
    {"eye", "use (np.arange(n)[:, None] == np.arange(n)) * 1.0"},
    {"identity", "use (np.arange(n)[:, None] == np.arange(n)) * 1.0"},
    {"diag", "use np.zeros((n, n)) and out[i, i] = v[i]"},
    {"trace", "use np.sum with a mask"},
    {"linspace", "use np.arange(n) / (n - 1)"},
    {"clip", "use np.maximum(low, np.minimum(x, high))"},
    {"prod", "use a loop, or the numbers of x.shape: N * H * W"},
    {"cumsum", "use a loop: total += x[i]"},
    {"power", "use a ** b"},
    {"rsqrt", "use 1 / np.sqrt(a)"},
    {"reciprocal", "use 1 / a"},
    {"add", "use a + b"},
    {"subtract", "use a - b"},
    {"divide", "use a / b"},
    {"true_divide", "use a / b"},
    {"negative", "use -a"},
    {"sign", "use np.where(a > 0, 1.0, -1.0)"},
    {"allclose", "compare by eye: np.max(np.abs(a - b))"},
    {"isclose", "use np.abs(a - b) < 1e-8"},
    {"isnan", "use a != a"},
    {"any", "use np.sum(mask) > 0"},
    {"all", "use np.sum(mask) == mask.size"},
    {"swapaxes", "use np.transpose(a, (…))"},
    {"moveaxis", "use np.transpose(a, (…))"},
    {"rollaxis", "use np.transpose(a, (…))"},
    {"atleast_2d", "use a[None, :]"},
    {"float16", "use np.float32"},
    {"half", "use np.float32"},
    {"int8", "use int"},
    {"tanh", "use (np.exp(2 * a) - 1) / (np.exp(2 * a) + 1)"},
    {"argmax", "use np.max"},
    {"argmin", "use np.min"},
    {"sort", "leave it out: batch normalization keeps the order of examples"},
    {"tolist", "leave it out: arrays can be indexed as they are"},
    {"fill", "use a[...] = value"},
    {"backward", "write the gradient out: that is the exercise"},
    {"numpy", "leave it out: these are NumPy's arrays"},
    {"detach", "leave it out: nothing is differentiated for you here"},
    {"permute", "use .transpose(…)"},
    {"view", "use .reshape(…)"},
    {"unsqueeze", "use np.expand_dims(a, axis=…)"},
};

constexpr Entry other_names[] = {
    {"torch", "only NumPy is known: np.mean(x, axis=0), np.var(x, axis=0)"},
    {"nn", "only NumPy is known: np.mean(x, axis=0), np.var(x, axis=0)"},
    {"F", "only NumPy is known: np.mean(x, axis=0), np.var(x, axis=0)"},
    {"tf", "only NumPy is known: np.mean(x, axis=0), np.var(x, axis=0)"},
    {"tensorflow", "only NumPy is known: np.mean(x, axis=0), np.var(x, axis=0)"},
    {"keras", "only NumPy is known: np.mean(x, axis=0), np.var(x, axis=0)"},
    {"jnp", "write np for jnp"},
    {"jax", "only NumPy is known: np.mean(x, axis=0), np.var(x, axis=0)"},
    {"cp", "write np for cp"},
    {"scipy", "only NumPy is known"},
    {"pd", "only NumPy is known"},
    {"math", "use np.sqrt, np.exp and np.log"},
    {"sqrt", "write np.sqrt"},
    {"mean", "write np.mean"},
    {"var", "write np.var"},
    {"enumerate", "use for i in range(len(x)) and x[i]"},
    {"zip", "use for i in range(n), with a[i] and b[i]"},
    {"map", "write the operation on whole arrays"},
    {"filter", "use a mask: x[x > 0]"},
    {"reversed", "use range(n - 1, -1, -1)"},
    {"sorted", "leave it out: batch normalization keeps the order of examples"},
    {"round", "leave it out: numbers are rounded where they are shown"},
    {"pow", "use a ** b"},
    {"list", "use range or an array as it is"},
    {"tuple", "write (a, b)"},
    {"dict", "write {'mean': mean}"},
    {"set", "leave it out"},
    {"str", "leave it out: print shows values as they are"},
    {"bool", "use a comparison: x > 0"},
    {"isinstance", "leave it out: inputs are arrays"},
    {"type", "leave it out: inputs are arrays of float64"},
    {"any", "use np.sum(mask) > 0"},
    {"all", "use np.sum(mask) == mask.size"},
    {"open", "use the arrays that are given"},
    {"input", "use the arrays that are given"},
    {"eval", "write the expression itself"},
    {"exec", "write the statements themselves"},
    {"self", "write functions of arrays: running statistics go in and come out as values"},
};

template <std::size_t count>
const char* find(const Entry (&entries)[count], const std::string& name) {
  for (const Entry& entry : entries) {
    if (name == entry.name) return entry.instead;
  }
  return nullptr;
}

/// How many letters have to be changed, put in, left out or exchanged with their neighbour.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> least(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        least[i][j] = i + j;
        continue;
      }
      const std::size_t change = least[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      least[i][j] = std::min({least[i - 1][j] + 1, least[i][j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        least[i][j] = std::min(least[i][j], least[i - 2][j - 2] + 1);
    }
  }
  return least[a.size()][b.size()];
}

}  // namespace

const char* instead_of_keyword(const std::string& word) {
  return find(keywords, word);
}
const char* instead_of_numpy(const std::string& name) {
  return find(numpy_names, name);
}
const char* instead_of_name(const std::string& name) {
  return find(other_names, name);
}

std::string nearest(const std::string& name, const std::vector<std::string>& known) {
  if (name.size() > 40) return "";
  std::string best;
  std::size_t least = name.size() < 4 ? 1 : name.size() < 8 ? 2 : 3;
  for (const std::string& each : known) {
    if (each.size() < 2 && name.size() < 3) continue;
    const std::size_t changes = distance(name, each);
    if (changes > 0 && (changes < least || (changes == least && best.empty()))) {
      least = changes;
      best = each;
    }
  }
  return best;
}

}  // namespace programs
