#include "programs/diagnosis.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "programs/comparison.h"
#include "programs/derivations.h"
#include "programs/functions.h"
#include "programs/spellings.h"

namespace programs {

namespace {

constexpr int most_faults = 3;

const Array* find(const Names& names, const std::string& name) {
  const auto found = names.find(name);
  return found == names.end() ? nullptr : found->second.as<Array>();
}

bool has_operator(const Expression& expression, const std::string& symbol) {
  const bool is_it = expression.kind == Expression::Kind::binary && expression.text == symbol;
  return is_it || std::any_of(expression.children.begin(), expression.children.end(),
                              [&](const Expression& each) { return has_operator(each, symbol); });
}

/// Whether an operator stands in any of these statements, or in those inside them.
bool has_operator(const std::vector<Statement>& statements, const std::string& symbol) {
  const auto in = [&](const std::vector<Expression>& expressions) {
    return std::any_of(expressions.begin(), expressions.end(),
                       [&](const Expression& each) { return has_operator(each, symbol); });
  };
  return std::any_of(statements.begin(), statements.end(), [&](const Statement& each) {
    const bool augments = each.kind == Statement::Kind::augmented && each.text == symbol;
    return augments || in(each.targets) || in(each.value) || has_operator(each.body, symbol) ||
           has_operator(each.otherwise, symbol);
  });
}

/// What a line gave one name, or one of the values it returned.
struct Step {
  int line;
  std::string name;    ///< as it stands in the program
  std::string output;  ///< of what is returned: the kind's name for it
  Value value;
  bool is_last = false;  ///< of those that gave this name a value
};

class Detective {
 public:
  Detective(const Case& batch, const Program& program)
      : batch_(batch),
        kind_(batch.kind),
        inputs_(batch.inputs),
        known_(batch.intermediates()),
        program_(program),
        divides_whole_numbers_(has_operator(program.statements, "//")),
        tolerance_(tolerance_of_intermediates(batch)) {
    for (const Mistaken& each : mistaken_derivations(kind_))
      mistaken_.push_back(each.derivation.evaluate(inputs_));
  }

  std::vector<Fault> faults() {
    std::vector<Fault> found;
    const std::vector<Fault> missing = never_updated();
    for (const Fault& each : missing) never_updated_.insert(each.name);
    bool ran = false;
    for (int k = 0; k < most_faults; ++k) {
      const Attempt made = attempt(batch_, program_, corrections_, true);
      // A corrected value may not fit the rest of an unusual program.
      if (is_right(made) || (made.error && ran)) break;
      ran = !made.error;
      const Fault fault = first_fault(made, found.empty());
      const bool again = std::any_of(found.begin(), found.end(), [&](const Fault& each) {
        return each.line == fault.line && each.name == fault.name;
      });
      if (again) break;
      found.push_back(fault);
      if (!fault.expected || fault.name == "return") break;
      corrections_[{fault.line, fault.name}] = *fault.expected;
    }
    found.insert(found.end(), missing.begin(), missing.end());
    return found;
  }

 private:
  bool is_right(const Attempt& made) const {
    if (made.error) return false;
    return std::all_of(made.outputs.begin(), made.outputs.end(), [&](const auto& output) {
      return never_updated_.count(output.first) > 0 ||
             compare(batch_, output.first, output.second).kind == Comparison::Kind::equal;
    });
  }

  /// The outputs that are inputs too, and still have the values that they were given: no line is wrong, but
  /// one is missing.
  std::vector<Fault> never_updated() const {
    std::vector<Fault> found;
    const Attempt made = attempt(batch_, program_, corrections_, true);
    if (made.error) return found;
    const std::vector<Step> steps = steps_of(made);
    for (const auto& [name, output] : made.outputs) {
      const Array* const given = find(inputs_, name);
      const bool is_as_given =
          given != nullptr && given->shape == output.shape && given->values() == output.values();
      const bool has_a_line = std::any_of(steps.begin(), steps.end(), [&, &name = name](const Step& step) {
        const std::vector<std::string> quantities = quantities_of(step);
        return step.name != "return" && !quantities.empty() && quantities[0] == name;
      });
      if (!is_as_given || has_a_line || compare(batch_, name, output).kind == Comparison::Kind::equal)
        continue;
      found.push_back({0, name, name, "running-not-updated", Value{output}, Value{*find(known_, name)}});
    }
    return found;
  }

  /// What happened, a step for each value; what is returned by the kind's names.
  std::vector<Step> steps_of(const Attempt& made) const {
    std::vector<Step> steps;
    for (const Assigned& each : made.trace) {
      const Sequence* const sequence = each.value.as<Sequence>();
      if (each.name != "return") {
        // A list of numbers is judged as the array that it makes.
        const std::optional<Array> array =
            sequence != nullptr && sequence->is_list() ? maybe_array(each.value) : std::optional<Array>();
        steps.push_back({each.line, each.name, "", array ? Value{*array} : each.value});
      } else if (sequence == nullptr) {
        if (kind_.outputs.size() == 1)
          steps.push_back({each.line, each.name, kind_.outputs[0].name, each.value});
      } else {
        for (std::size_t k = 0; k < std::min(kind_.outputs.size(), sequence->items().size()); ++k) {
          const std::string& output = kind_.outputs[k].name;
          if (never_updated_.count(output) > 0) continue;
          steps.push_back({each.line, each.name, output, sequence->items()[k]});
        }
      }
    }
    for (std::size_t k = 0; k < steps.size(); ++k) {
      steps[k].is_last = std::none_of(
          steps.begin() + static_cast<std::ptrdiff_t>(k) + 1, steps.end(),
          [&](const Step& later) { return later.name == steps[k].name && later.output == steps[k].output; });
    }
    return steps;
  }

  /// The quantities that a step may be, by its name; only those that this batch has.
  std::vector<std::string> quantities_of(const Step& step) const {
    std::vector<std::string> possible;
    if (!step.output.empty()) return {step.output};
    if (is_output(step.name)) return {step.name};
    for (const std::string& each : meanings(step.name)) {
      if (known_.count(each) > 0) possible.push_back(each);
    }
    return possible;
  }
  bool is_output(const std::string& name) const {
    return std::any_of(kind_.outputs.begin(), kind_.outputs.end(),
                       [&](const Operand& each) { return each.name == name; });
  }

  bool is_one_of(const Array& value, const Names& names, const std::string& name) const {
    const Array* const array = find(names, name);
    return array != nullptr && among(value, *array, tolerance_);
  }

  /// Right as what its name says, or as anything else that lies on the way.
  bool is_right(const Array& value, const std::vector<std::string>& quantities, const Step& step) const {
    for (const std::string& quantity : quantities) {
      if (is_output(quantity) && step.is_last && value.size() == find(known_, quantity)->size()) {
        if (compare(batch_, quantity, value).kind == Comparison::Kind::equal) return true;
        if (is_output(step.name) || !step.output.empty()) return false;
      } else if (is_one_of(value, known_, quantity)) {
        return true;
      }
    }
    return quantities.empty() ? is_intermediate(value) : false;
  }
  bool is_intermediate(const Array& value) const {
    for (const auto& [name, known] : known_) {
      if (is_one_of(value, known_, name)) return true;
    }
    for (const auto& [name, known] : inputs_) {
      if (is_one_of(value, inputs_, name)) return true;
    }
    return false;
  }

  /// Whether a mistake changes a quantity, and this is what it makes of it.
  bool is_mistaken(const Array& value, std::size_t variant, const std::string& quantity) const {
    const Array* const wrong = find(mistaken_[variant], quantity);
    const Array* const right = find(known_, quantity);
    if (wrong == nullptr || right == nullptr || !can_be_made(variant)) return false;
    // Of what should be 0 rounding leaves a little, which is 0 beside the right value only.
    const double nothing = tolerance_ * largest(*right);
    if (nothing > 0 && largest(*wrong) <= nothing)
      return value.size() <= wrong->size() && largest(value) <= nothing;
    if (!among(value, *wrong, tolerance_)) return false;
    // All of a value is all of the mistake's: a 0 everywhere is not what has a 0 somewhere.
    if (value.size() == wrong->size() && !among(*wrong, value, tolerance_)) return false;
    return !among(value, *right, tolerance_) || wrong->shape != right->shape;
  }

  /// Values alone do not tell a division of whole numbers from any other way to a 0.
  bool can_be_made(std::size_t variant) const {
    return divides_whole_numbers_ || id_of(variant) != "integer-division";
  }

  const std::string& id_of(std::size_t variant) const {
    return mistaken_derivations(kind_)[variant].variant.id;
  }

  /// The mistakes that lead to all outputs as they are.
  std::vector<std::size_t> explanations(const Attempt& made) const {
    std::vector<std::size_t> found;
    if (made.error) return found;
    for (std::size_t k = 0; k < mistaken_.size(); ++k) {
      const bool explains =
          can_be_made(k) && std::all_of(made.outputs.begin(), made.outputs.end(), [&](const auto& output) {
            const Array* const wrong = find(mistaken_[k], output.first);
            return wrong != nullptr && wrong->values().size() == output.second.values().size() &&
                   same(*wrong, output.second);
          });
      if (explains) found.push_back(k);
    }
    return found;
  }
  bool same(const Array& a, const Array& b) const {
    const std::vector<double> x = a.values(), y = b.values();
    double size = 0;
    for (const double value : x) size = std::max(size, std::abs(value));
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (!(std::abs(x[k] - y[k]) <= 10 * tolerance_ * size)) return false;
    }
    return true;
  }

  Fault fault_of(const Step& step, const std::string& quantity, const std::string& mistake) const {
    Fault fault{step.line, step.name, quantity, mistake, step.value, std::nullopt};
    const auto right = known_.find(quantity);
    if (right == known_.end()) return fault;
    fault.expected = right->second;
    const Array* const got = step.value.as<Array>();
    const Array& expected = *right->second.as<Array>();
    // In the shape that the program works with, where only axes of size 1 differ.
    if (got != nullptr && got->size() == expected.size() && got->axes() > 0 && got->shape != expected.shape &&
        (got->axes() == 1 || expected.axes() == 1) && !needs_axes(*got, expected))
      fault.expected = Value{reshaped(expected, got->shape)};
    return fault;
  }
  /// A statistic of layer norm or of images that has lost the axes with which it fits x.
  bool needs_axes(const Array& got, const Array& expected) const {
    return got.axes() < expected.axes() && (kind_.family == Family::layer || kind_.family == Family::images);
  }

  Fault first_fault(const Attempt& made, bool is_first) {
    const std::vector<Step> steps = steps_of(made);
    if (made.error) {
      if (const std::optional<Fault> fault = lost_axes(steps, made)) return *fault;
    }
    // A mistake that explains the whole result: the line where it shows first.
    if (is_first) {
      const std::vector<std::size_t> possible = explanations(made);
      for (const Step& step : steps) {
        const Array* const value = step.value.as<Array>();
        if (value == nullptr) continue;
        for (const std::size_t variant : possible) {
          if (const std::string quantity = where_made(*value, step, variant); !quantity.empty())
            return fault_of(step, quantity, id_of(variant));
        }
      }
    }
    if (const std::optional<Fault> fault = single_precision(steps, made)) return *fault;
    // Otherwise the first line whose name says what it should be, and is not.
    for (const Step& step : steps) {
      const Array* const value = step.value.as<Array>();
      const std::vector<std::string> quantities = quantities_of(step);
      const bool is_given = inputs_.count(step.name) > 0 && !is_output(step.name);
      if (value == nullptr || quantities.empty() || !step.is_last || is_given) continue;
      const bool strict = is_output(quantities[0]) && (is_output(step.name) || !step.output.empty());
      if (is_right(*value, quantities, step) ||
          (!strict && is_intermediate(*value) && !mends(step, quantities[0])))
        continue;
      return fault_of(step, quantities[0], mistake_of(*value, quantities));
    }
    Fault fault;
    if (made.error) {
      fault.line = made.error->range.line;
      fault.mistake = mistake_of_shapes(*made.error);
    } else if (!steps.empty()) {
      const Step& step = last_of_a_wrong_output(steps, made);
      fault.line = step.line;
      fault.name = step.name;
      fault.got = step.value;
    }
    return fault;
  }

  /// What gave an output its last value, the first of those that are wrong; else the last of all.
  const Step& last_of_a_wrong_output(const std::vector<Step>& steps, const Attempt& made) const {
    for (const Step& step : steps) {
      for (const auto& [name, output] : made.outputs) {
        const auto left = made.left_as.find(name);
        const bool is_of_it =
            step.output == name || (left != made.left_as.end() && left->second == step.name);
        if (step.is_last && is_of_it && compare(batch_, name, output).kind != Comparison::Kind::equal)
          return step;
      }
    }
    return steps.back();
  }

  /// The quantity that a mistake changes and that this step is: by its name where that says something, else
  /// by any.
  std::string where_made(const Array& value, const Step& step, std::size_t variant) const {
    const std::vector<std::string> quantities = quantities_of(step);
    if (!step.is_last && !quantities.empty()) return "";
    if (is_right(value, quantities, step)) return "";
    for (const std::string& quantity : quantities) {
      if (is_mistaken(value, variant, quantity)) return quantity;
    }
    if (!quantities.empty() && !is_intermediate(value) && is_output(quantities[0])) return "";
    for (const auto& [name, wrong] : mistaken_[variant]) {
      if (is_mistaken(value, variant, name)) return name;
    }
    return "";
  }

  std::string mistake_of(const Array& value, const std::vector<std::string>& quantities) const {
    for (const std::string& quantity : quantities) {
      for (std::size_t k = 0; k < mistaken_.size(); ++k) {
        if (is_mistaken(value, k, quantity)) return id_of(k);
      }
    }
    return "";
  }

  /// The mistake of a line whose shapes do not fit: a statistic of each example, (N,), against x, (N, C).
  std::string mistake_of_shapes(const ProgramError& error) const {
    const bool is_layer = kind_.family == Family::layer;
    const Array* const x = find(inputs_, "x");
    if (x == nullptr || x->axes() != 2 || (!is_layer && kind_.family != Family::batch)) return "";
    const Shape of_examples{x->shape[0]};
    for (const auto& [first, second] : {std::pair(x->shape, of_examples), std::pair(of_examples, x->shape)}) {
      try {
        broadcast(first, second);
      } catch (const ArrayError& refusal) {
        if (std::string(error.what()) == refusal.what())
          return is_layer ? "keepdims-missing" : "axis-swapped";
      }
    }
    return "";
  }

  /// Whether the program gives the right outputs with the right value here: then the line was meant as the
  /// quantity of its name.
  bool mends(const Step& step, const std::string& quantity) const {
    const Fault fault = fault_of(step, quantity, "");
    if (!fault.expected) return false;
    Corrections more = corrections_;
    more[{step.line, step.name}] = *fault.expected;
    return is_right(attempt(batch_, program_, more, false));
  }

  /// A program that stops where shapes do not fit, because a statistic lost its axis: keepdims.
  std::optional<Fault> lost_axes(const std::vector<Step>& steps, const Attempt& made) const {
    for (const Step& step : steps) {
      const Array* const value = step.value.as<Array>();
      if (value == nullptr) continue;
      for (const auto& [name, known] : known_) {
        const Array& right = *known.as<Array>();
        if (value->axes() >= right.axes() || value->size() != right.size() ||
            !among(*value, right, tolerance_))
          continue;
        Fault fault = fault_of(step, name, "keepdims-missing");
        Corrections more = corrections_;
        more[{step.line, step.name}] = *fault.expected;
        const Attempt mended = attempt(batch_, program_, more, false);
        const bool moves_on = !mended.error || mended.error->range.begin != made.error->range.begin ||
                              mended.error->range.end != made.error->range.end;
        if (moves_on) return fault;
      }
    }
    return std::nullopt;
  }

  /// The first value in single precision, where the outputs are off by no more than that.
  std::optional<Fault> single_precision(const std::vector<Step>& steps, const Attempt& made) const {
    if (kind_.single || made.error) return std::nullopt;
    for (const auto& [name, array] : made.outputs) {
      if (!among(array, *find(known_, name), 1e-4)) return std::nullopt;
    }
    for (const Step& step : steps) {
      const Array* const value = step.value.as<Array>();
      if (value != nullptr && value->type == Type::float32) return fault_of(step, "", "single-precision");
    }
    return std::nullopt;
  }

  const Case& batch_;
  const TaskKind& kind_;
  const Names& inputs_;
  const Names& known_;
  const Program& program_;
  const bool divides_whole_numbers_;
  const double tolerance_;
  std::vector<Names> mistaken_;
  std::set<std::string> never_updated_;
  Corrections corrections_;
};

}  // namespace

std::vector<Fault> find_faults(const Case& batch, const Program& program) {
  return Detective(batch, program).faults();
}

}  // namespace programs
