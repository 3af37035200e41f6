#include "programs/laws.h"

#include <algorithm>
#include <cmath>

#include "batchnorm/gradient_check.h"
#include "programs/comparison.h"
#include "programs/derivations.h"

namespace programs {

namespace {

using batchnorm::Batch;
using batchnorm::Channels;

class Court {
 public:
  explicit Court(const Trial& trial) : trial_(trial) {}

  std::vector<Law> verdicts() {
    bool shapes = true;
    for (const Operand& output : trial_.batch.kind.outputs) {
      const Comparison found = compared(output.name);
      const bool fits = found.kind != Comparison::Kind::shape;
      add("shape", output.name + " has the shape " + in_words(expected_shape(trial_.batch, output.name)),
          fits);
      shapes = shapes && fits;
    }
    bool finite = true;
    for (const auto& [name, array] : trial_.outputs) finite = finite && std::isfinite(largest(array));
    add("finite", "no value is NaN or infinite", finite);
    if (shapes && finite) try_all();
    bool right = true;
    for (const Operand& output : trial_.batch.kind.outputs)
      right = right && compared(output.name).kind == Comparison::Kind::equal;
    add("operator", "the operator's own result", right);
    return std::move(laws_);
  }

 private:
  void add(const char* id, std::string sentence, bool holds) {
    laws_.push_back({id, std::move(sentence), holds});
  }

  const Array& output(const std::string& name) const { return trial_.outputs.at(name); }
  const Array& input(const std::string& name) const { return *trial_.batch.inputs.at(name).as<Array>(); }
  bool has_output(const std::string& name) const { return trial_.outputs.count(name) > 0; }
  bool has_input(const std::string& name) const { return trial_.batch.inputs.count(name) > 0; }
  bool normalizes() const {
    return trial_.batch.kind.family == Family::batch || trial_.batch.kind.family == Family::images ||
           trial_.batch.kind.family == Family::layer;
  }

  Comparison compared(const std::string& name) const { return compare(trial_.batch, name, output(name)); }

  /// The axes that share a statistic.
  std::vector<std::size_t> axes() const {
    if (trial_.batch.kind.family == Family::images) return {0, 2, 3};
    return {trial_.batch.kind.family == Family::layer ? std::size_t{1} : std::size_t{0}};
  }
  double tolerance() const { return 1e-9 + 1e-13 * condition(trial_.batch); }
  static bool is_small(const Array& array, double size) { return largest(array) <= size; }

  void try_all() {
    if (has_output("dbeta"))
      add("dbeta", "dbeta is the sum of dy", compared("dbeta").kind == Comparison::Kind::equal);
    if (has_output("dgamma"))
      add("dgamma", "dgamma is the sum of dy * x_hat", compared("dgamma").kind == Comparison::Kind::equal);
    if (normalizes() && has_output("dx")) try_gradient();
    if (normalizes() && (has_output("y") || has_output("x_hat"))) try_normalized();
    switch (trial_.batch.kind.family) {
      case Family::batch:
      case Family::images:
        if (has_output("batch_var") && !trial_.batch.kind.single) try_moved();
        break;
      case Family::layer:
      case Family::inference:
        try_one_example();
        break;
      case Family::running:
        try_whole_weight();
        if (!trial_.batch.kind.unbiased) try_rest();
        break;
      case Family::folding:
        try_folded();
        break;
      case Family::merging:
        try_empty_part();
        break;
    }
  }

  void try_gradient() {
    const Array& dx = output("dx");
    const double terms = largest(*trial_.batch.intermediates().at("dx_direct").as<Array>());
    const double count = static_cast<double>(dx.size());
    add("sum_of_dx", "dx sums to 0: moving all x together changes nothing",
        is_small(reduce(Reduction::sum, dx, axes(), false), count * terms * tolerance()));
    Names exact = trial_.batch.inputs;
    exact["eps"] = {python_number(0, Type::float64)};
    if (const std::optional<std::map<std::string, Array>> without_eps = run(exact)) {
      const Case at_zero(trial_.batch.kind, exact);
      const Names& known = at_zero.intermediates();
      const Array along = reduce(
          Reduction::sum, operate("*", without_eps->at("dx"), *known.at("x_hat").as<Array>()), axes(), false);
      const double size = largest(*known.at("dx_direct").as<Array>());
      add("dx_orthogonal", "for eps = 0, dx is orthogonal to x_hat: stretching x changes nothing",
          is_small(along, count * size * (1e-9 + 1e-13 * condition(at_zero))));
    }
    if (input("x").size() <= 200) {
      const Array differences = central_differences();
      // Truncation falls with the square of the step, 1e-5 of the spread.
      const double size = std::max(largest(differences), terms);
      add("finite_differences", "dx agrees with finite differences of the operator",
          is_small(operate("-", dx, differences), size * (1e-5 + 1e-12 * condition(trial_.batch))));
    }
  }

  /// In rows of values that share a statistic.
  Batch rows(const Array& array) const {
    Array view = array;
    if (trial_.batch.kind.family == Family::layer) view = transposed(array, {1, 0});
    if (trial_.batch.kind.family == Family::images) view = transposed(array, {0, 2, 3, 1});
    const std::vector<double> values = view.values();
    const Index columns = view.shape.back();
    return Eigen::Map<const Batch>(values.data(), static_cast<Index>(values.size()) / columns, columns);
  }

  Array central_differences() const {
    const bool is_layer = trial_.batch.kind.family == Family::layer;
    const Array& x = input("x");
    const Batch in_rows = rows(x);
    const std::vector<double> scale = input("gamma").values();
    const Channels gamma = Eigen::Map<const Channels>(scale.data(), static_cast<Index>(scale.size()));
    const Batch upstream = is_layer ? rows(operate("*", input("dy"), input("gamma"))) : rows(input("dy"));
    const Index columns = in_rows.cols();
    const double eps = input("eps").first();
    double spread = std::sqrt(eps);
    for (const double var : trial_.batch.intermediates().at("batch_var").as<Array>()->values())
      spread = std::max(spread, std::sqrt(var));
    double least = spread;
    for (const double var : trial_.batch.intermediates().at("batch_var").as<Array>()->values())
      least = std::min(least, std::sqrt(var + eps));
    const batchnorm::Gradients found = batchnorm::central_difference_gradient(
        in_rows, is_layer ? Channels::Ones(columns) : gamma, Channels::Zero(columns), eps, upstream,
        std::max(1e-5 * least, 1e-9 * in_rows.abs().maxCoeff()));
    const std::vector<double> values(found.dx.data(), found.dx.data() + found.dx.size());
    if (is_layer) return transposed(make_array({in_rows.rows(), columns}, Type::float64, values), {1, 0});
    if (trial_.batch.kind.family == Family::images)
      return transposed(make_array({x.shape[0], x.shape[2], x.shape[3], x.shape[1]}, Type::float64, values),
                        {0, 3, 1, 2});
    return make_array(x.shape, Type::float64, values);
  }

  void try_normalized() {
    const std::string name = has_output("y") ? "y" : "x_hat";
    const Array& y = output(name);
    if (trial_.batch.kind.family != Family::layer) {
      const Array mean = programs::mean(y, axes(), false);
      const Array expected = name == "y" ? input("beta") : python_number(0, Type::float64);
      add("mean_of_y", name == "y" ? "the mean of y is beta" : "the mean of x_hat is 0",
          is_small(operate("-", mean, expected), (1 + largest(y)) * std::sqrt(tolerance()) * 1e-2));
    }
    Names moved = trial_.batch.inputs;
    moved["x"] = {operate("+", input("x"), python_number(3, Type::float64))};
    if (const auto found = run(moved))
      add("shift_invariance", "adding 3 to every x changes nothing", same(y, found->at(name)));
    Names stretched = trial_.batch.inputs;
    stretched["x"] = {operate("*", input("x"), python_number(2, Type::float64))};
    stretched["eps"] = {python_number(4 * input("eps").first(), Type::float64)};
    if (const auto found = run(stretched))
      add("scale_invariance", "doubling every x (and eps four times as large) changes nothing",
          same(y, found->at(name)));
  }

  bool same(const Array& a, const Array& b) const {
    return a.shape == b.shape && is_small(operate("-", a, b), (1 + largest(a)) * tolerance() * 100);
  }

  void try_moved() {
    Names moved = trial_.batch.inputs;
    moved["x"] = {operate("+", input("x"), python_number(3, Type::float64))};
    if (const auto found = run(moved)) {
      const Array by_three = operate("+", output("batch_mean"), python_number(3, Type::float64));
      add("moved", "adding 3 to every x adds 3 to the mean and leaves the variance",
          same(by_three, found->at("batch_mean")) && same(output("batch_var"), found->at("batch_var")));
    }
  }

  /// What belongs to the first example, alone and among the others.
  void try_one_example() {
    const std::string name = has_output("y") ? "y" : "dx";
    const auto first = [](const Array& array) {
      return part(array, {{Subscript::Kind::slice, 0, false, true, 0, 1}});
    };
    Names alone = trial_.batch.inputs;
    for (const char* each : {"x", "dy"})
      if (has_input(each)) alone[each] = {first(input(each))};
    const auto found = run(alone);
    add("examples_apart", "the " + name + " of one example does not depend on the others",
        found && same(first(output(name)), found->at(name)));
  }

  void try_whole_weight() {
    const bool torch = trial_.batch.kind.unbiased;
    Names new_alone = trial_.batch.inputs;
    new_alone["momentum"] = {python_number(torch ? 1 : 0, Type::int64)};
    const Names& known = trial_.batch.intermediates();
    if (const auto found = run(new_alone))
      add("whole_weight",
          std::string("with a momentum of ") + (torch ? "1" : "0") +
              " the statistics of the batch are stored",
          same(found->at("running_mean"), *known.at("batch_mean").as<Array>()) &&
              same(found->at("running_var"), *known.at(torch ? "unbiased_var" : "batch_var").as<Array>()));
  }

  void try_empty_part() {
    Names uneven = trial_.batch.inputs;
    uneven["m_a"] = {python_number(1e12, Type::int64)};
    uneven["m_b"] = {python_number(1, Type::int64)};
    if (const auto found = run(uneven))
      add("one_part", "beside a part of 10^12 examples one of a single example does not count",
          close(found->at("batch_mean"), input("mean_a")) && close(found->at("batch_var"), input("var_a")));
  }
  bool close(const Array& a, const Array& b) const {
    return a.shape == b.shape && is_small(operate("-", a, b), (1 + largest(b)) * 1e-6);
  }

  void try_folded() {
    // Each row of this matrix is an input of the layer.
    const Index inputs = input("weight").shape[0];
    Array u = make_array({inputs + 1, inputs}, Type::float64);
    for (Index i = 0; i < inputs; ++i)
      (*u.numbers)[static_cast<std::size_t>(i * inputs + i)] = 1 + static_cast<double>(i);
    const Array linear = operate("+", matrix_product(u, input("weight"), "dot"), input("bias"));
    Names after = trial_.batch.inputs;
    after["x"] = {linear};
    const Array y = *truth(task_kind("inference"), after).at("y").as<Array>();
    const Array& weight = output("folded_weight");
    const Array folded = operate("+", matrix_product(u, weight, "dot"), output("folded_bias"));
    add("same_function", "x @ folded_weight + folded_bias is batch norm of x @ weight + bias",
        folded.shape == y.shape && is_small(operate("-", folded, y), (1 + largest(y)) * tolerance() * 100));
  }

  void try_rest() {
    Names at_rest = trial_.batch.inputs;
    for (const auto& [name, of] :
         {std::pair("running_mean", "batch_mean"), std::pair("running_var", "batch_var")})
      at_rest[name] = trial_.batch.intermediates().at(of);
    if (const auto found = run(at_rest))
      add("rest", "running statistics that equal the batch's do not move",
          same(found->at("running_mean"), *at_rest.at("running_mean").as<Array>()) &&
              same(found->at("running_var"), *at_rest.at("running_var").as<Array>()));
  }

  /// The program's outputs on another batch; none where it, or the operator, has none of the right shapes.
  std::optional<std::map<std::string, Array>> run(const Names& inputs) const {
    try {
      const Case other(trial_.batch.kind, inputs);
      Attempt made = attempt(other, trial_.program, {}, false);
      if (made.error) return std::nullopt;
      for (const auto& [name, array] : made.outputs) {
        if (compare(other, name, array).kind == Comparison::Kind::shape) return std::nullopt;
      }
      return std::move(made.outputs);
    } catch (const std::invalid_argument&) {
      return std::nullopt;
    }
  }

  const Trial& trial_;
  std::vector<Law> laws_;
};

}  // namespace

std::vector<Law> try_laws(const Trial& trial) {
  return Court(trial).verdicts();
}

}  // namespace programs
