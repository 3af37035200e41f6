#include "programs/attempt.h"

#include <algorithm>

#include "programs/functions.h"
#include "programs/spellings.h"

namespace programs {

namespace {

bool contains(const std::string& text, const char* piece) {
  return text.find(piece) != std::string::npos;
}

/// An array, or lists of numbers, as np.array makes one of them.
std::optional<Array> find_array(const Names& names, const std::string& name) {
  const auto found = names.find(name);
  return found == names.end() ? std::nullopt : maybe_array(found->second);
}

bool has_return(const std::vector<Statement>& statements) {
  return std::any_of(statements.begin(), statements.end(), [](const Statement& each) {
    return each.kind == Statement::Kind::return_statement || has_return(each.body) ||
           has_return(each.otherwise);
  });
}

[[noreturn]] void fail(const Range& range, const std::string& sentence) {
  throw ProgramError(ProgramError::Kind::failed, range, sentence);
}

/// The state of one run.
class Caller {
 public:
  Caller(const Case& batch, const Program& program, Interpreter& interpreter, Attempt& made)
      : batch_(batch),
        kind_(batch.kind),
        inputs_(batch.inputs),
        program_(program),
        interpreter_(interpreter),
        made_(made) {}

  std::map<std::string, Array> outputs() {
    interpreter_.run(inputs_);
    const Names names = interpreter_.result().names;
    const Statement* const definition = wanted();
    std::map<std::string, Array> found;
    if (definition == nullptr) {
      for (const Operand& output : kind_.outputs) found[output.name] = left_in(names, output.name);
      return found;
    }
    made_.call = call_of(*definition);
    const Value returned = call(*definition, *made_.call);
    if (const Array* const array = returned.as<Array>(); array != nullptr && kind_.outputs.size() == 1) {
      found[kind_.outputs[0].name] = *array;
      return found;
    }
    const Sequence* const sequence = returned.as<Sequence>();
    for (std::size_t k = 0; k < kind_.outputs.size(); ++k) {
      const std::string& name = kind_.outputs[k].name;
      std::optional<Array> array;
      if (sequence != nullptr && k < sequence->items().size()) array = maybe_array(sequence->items()[k]);
      if (parameters_ != nullptr) {
        if (std::optional<Array> kept = find_array(parameters_->items, name)) array = std::move(kept);
      }
      if (!array && returned.is<None>() && !has_return(definition->body))
        fail(definition->range, quoted(definition->text) + " has no return: write return " +
                                    list_of_outputs() + " as its last line");
      if (!array)
        fail(definition->range,
             quoted(definition->text) + " should return " + list_of_outputs() + ", and " +
                 (sequence != nullptr ? "there is no " + name : "returns " + described(returned)));
      found[name] = *array;
    }
    return found;
  }

 private:
  std::string list_of_outputs() const {
    std::string all;
    for (const Operand& output : kind_.outputs) all += (all.empty() ? "" : ", ") + output.name;
    return all;
  }

  Array left_in(const Names& names, const std::string& name) {
    made_.left_as[name] = name;
    if (const std::optional<Array> array = find_array(names, name)) return *array;
    // Under another name that is in use for it: out for y.
    for (const auto& [other, value] : names) {
      const std::vector<std::string> possible = meanings(other);
      if (inputs_.count(other) > 0 || possible.empty() || possible[0] != name) continue;
      if (const std::optional<Array> array = maybe_array(value)) {
        made_.left_as[name] = other;
        return *array;
      }
    }
    if (const auto left = names.find(name); left != names.end())
      fail(program_.statements.back().range, "at the end " + name + " is " + described(left->second) +
                                                 ", where an array of numbers is asked for");
    fail(program_.statements.back().range,
         "the program ends without " + name + ": give it a value, " + name + " = …");
  }

  /// The function to be called: the last one for this direction. None where the program is lines only.
  const Statement* wanted(bool is_backward) const {
    const Statement* found = nullptr;
    for (const Statement& statement : program_.statements) {
      if (statement.kind == Statement::Kind::definition &&
          contains(statement.text, "backward") == is_backward)
        found = &statement;
    }
    return found;
  }
  const Statement* wanted() const {
    // Lines behind the functions may call them and leave the outputs themselves.
    const Statement& last = program_.statements.back();
    const bool leaves = last.kind == Statement::Kind::assign;
    if (leaves) return nullptr;
    const Statement* const named = wanted(kind_.is_backward);
    return named != nullptr || !kind_.is_backward ? named : wanted(false);
  }

  /// What each parameter gets: by the names in use, else in the order of the task's inputs.
  Call call_of(const Statement& definition) const {
    Call made{definition.text, {}};
    std::size_t next = 0;
    for (const Parameter& parameter : definition.parameters) {
      const std::string& name = parameter.name;
      if (name == "cache" || name == "ctx" || name == "saved") {
        made.arguments.emplace_back(name, "cache");
        continue;
      }
      if (contains(name, "param")) {
        made.arguments.emplace_back(name, "settings");
        continue;
      }
      const std::string input = inputs_.count(name) > 0 ? name : input_named(name);
      if (inputs_.count(input) > 0) {
        made.arguments.emplace_back(name, input);
      } else if (!parameter.default_value.empty()) {
        continue;
      } else if (input == "beta") {
        made.arguments.emplace_back(name, "0");  // of a forward pass whose gradients are asked for
      } else if (next < kind_.inputs.size()) {
        made.arguments.emplace_back(name, kind_.inputs[next].name);
      } else {
        fail(parameter.range,
             "it is not known what " + quoted(name) + " is: the task gives " + list_of_inputs());
      }
      ++next;
    }
    return made;
  }

  Value call(const Statement& definition, const Call& how) {
    Names arguments;
    for (const auto& [name, what] : how.arguments)
      arguments[name] = what == "cache"      ? cache()
                        : what == "settings" ? settings()
                        : what == "0"        ? Value{python_number(0, Type::float64)}
                                             : inputs_.at(what);
    return interpreter_.call({&definition}, arguments);
  }

  std::string list_of_inputs() const {
    std::string all;
    for (const Operand& input : kind_.inputs) all += (all.empty() ? "" : ", ") + input.name;
    return all;
  }

  /// What the program's forward function returned behind its output; or what is known, by name.
  Value cache() {
    if (const Statement* const forward = wanted(false); forward != nullptr && forward != wanted()) {
      made_.forward = call_of(*forward);
      const Value returned = call(*forward, *made_.forward);
      if (const Sequence* const sequence = returned.as<Sequence>();
          sequence != nullptr && sequence->items().size() == 2)
        return sequence->items()[1];
    }
    auto by_name = std::make_shared<Dictionary>();
    by_name->by_name = [this](const std::string& name) { return known(name); };
    return {by_name};
  }

  /// The intermediate or the input that a name of the cache means; empty where it means nothing.
  std::string known_as(const std::string& name) const {
    const Names& known = batch_.intermediates();
    if (inputs_.count(name) > 0) return name;
    for (const std::string& meaning : meanings(name))
      if (known.count(meaning) > 0) return meaning;
    if (const std::string input = input_named(name); inputs_.count(input) > 0) return input;
    if (known.count(name) > 0) return name;
    return name == "N" || name == "n" ? "m" : "";
  }

  std::optional<Value> known(const std::string& name) {
    const std::string found = known_as(name);
    if (found.empty()) return std::nullopt;
    made_.asked.emplace_back(name, found);
    if (const auto input = inputs_.find(found); input != inputs_.end()) return input->second;
    return batch_.intermediates().at(found);
  }

  /// bn_param as CS231n has it.
  Value settings() {
    if (parameters_ == nullptr) {
      parameters_ = std::make_shared<Dictionary>();
      for (const char* name : {"eps", "momentum", "running_mean", "running_var"}) {
        if (inputs_.count(name) > 0) parameters_->items[name] = inputs_.at(name);
      }
      parameters_->items["mode"] = {std::string(kind_.family == Family::inference ? "test" : "train")};
    }
    return {parameters_};
  }

  const Case& batch_;
  const TaskKind& kind_;
  const Names& inputs_;
  const Program& program_;
  Interpreter& interpreter_;
  Attempt& made_;
  std::shared_ptr<Dictionary> parameters_;
};

}  // namespace

Attempt attempt(const Case& batch, const Program& program, const Corrections& corrections, bool keeps_trace) {
  Interpreter interpreter(program, keeps_trace);
  interpreter.correct(corrections);
  Attempt made;
  try {
    made.outputs = Caller(batch, program, interpreter, made).outputs();
  } catch (const ProgramError& error) {
    made.error = error;
  }
  Run run = interpreter.result();
  made.trace = std::move(run.trace);
  made.printed = std::move(run.printed);
  made.steps = interpreter.steps();
  return made;
}

}  // namespace programs
