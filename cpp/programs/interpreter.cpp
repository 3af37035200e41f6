#include "programs/interpreter.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "programs/functions.h"
#include "programs/refusals.h"
#include "programs/spellings.h"

namespace programs {

namespace {

constexpr std::size_t most_printed = 200;

[[noreturn]] void fail(const Range& range, const std::string& sentence) {
  throw ProgramError(ProgramError::Kind::failed, range, sentence);
}
[[noreturn]] void refuse(const Range& range, const std::string& sentence) {
  throw ProgramError(ProgramError::Kind::refused, range, sentence);
}

Value python_whole(double value) {
  return {python_number(value, Type::int64)};
}
Value python_bool(bool value) {
  return {python_number(value ? 1 : 0, Type::boolean)};
}

/// A deep copy: what changes an array in place later does not change it.
Value snapshot(const Value& value) {
  if (const Array* const array = value.as<Array>(); array != nullptr && array->axes() > 0)
    return {copy(*array)};
  if (const Sequence* const sequence = value.as<Sequence>()) {
    std::vector<Value> copies;
    for (const Value& each : sequence->items()) copies.push_back(snapshot(each));
    return {Sequence(std::move(copies), sequence->is_list())};
  }
  return value;
}

/// Arrays, numbers, texts, None and tuples of them: what a dictionary can hold without a reference cycle.
bool is_data(const Value& value) {
  if (const Sequence* const sequence = value.as<Sequence>())
    return std::all_of(sequence->items().begin(), sequence->items().end(), is_data);
  return value.is<None>() || value.is<Array>() || value.is<std::string>();
}

bool equal(const Value& a, const Value& b) {
  const std::string* const text = a.as<std::string>();
  const std::string* const other_text = b.as<std::string>();
  if (text != nullptr && other_text != nullptr) return *text == *other_text;
  const Sequence* const sequence = a.as<Sequence>();
  const Sequence* const other_sequence = b.as<Sequence>();
  if (sequence != nullptr && other_sequence != nullptr) {
    if (sequence->items().size() != other_sequence->items().size()) return false;
    for (std::size_t k = 0; k < sequence->items().size(); ++k) {
      if (!equal(sequence->items()[k], other_sequence->items()[k])) return false;
    }
    return true;
  }
  const Callable* const type = a.as<Callable>();
  const Callable* const other_type = b.as<Callable>();
  if (type != nullptr && other_type != nullptr) return type->name == other_type->name;
  const Array* const array = a.as<Array>();
  const Array* const other_array = b.as<Array>();
  if (array != nullptr && other_array != nullptr) return is_true({operate("==", *array, *other_array)});
  return a.is<None>() && b.is<None>();
}

}  // namespace

class Interpreter::Machine {
 public:
  Machine(const Program& program, bool keeps_trace) : program_(program), keeps_trace_(keeps_trace) {}

  void run(const Names& inputs) {
    const Allowance allowance;
    steps_ = 0;
    for (const auto& [name, value] : inputs) names_[name] = snapshot(value);
    execute(program_.statements);
  }

  Value call_function(const Function& function, const Names& arguments) {
    const Allowance allowance;
    steps_ = 0;
    std::vector<Argument> given;
    for (const auto& [name, value] : arguments) given.push_back({name, snapshot(value)});
    return call(function, std::move(given), function.definition->range);
  }

  void correct(Corrections corrections) { corrections_ = std::move(corrections); }
  std::size_t steps() const { return steps_; }
  Run result() const { return {names_, trace_, printed_}; }

 private:
  enum class Flow { next, leave_loop, next_round, return_statement };

  /// Adds the source range of the innermost expression to an ArrayError.
  template <typename Action>
  static auto guarded(const Range& range, const Action& action) {
    try {
      return action();
    } catch (const TooLarge& error) {
      throw ProgramError(ProgramError::Kind::limit, range, error.what());
    } catch (const ArrayError& error) {
      throw ProgramError(ProgramError::Kind::failed, range, error.what());
    }
  }

  [[noreturn]] static void stop(const Range& range) {
    throw ProgramError(ProgramError::Kind::limit, range,
                       "this program takes more than " + std::to_string(most_steps) +
                           " steps: work on whole arrays instead of their numbers");
  }
  void count_step(const Range& range) {
    if (++steps_ > most_steps) stop(range);
  }

  // Names.

  const Value* find(const std::string& name) const {
    if (locals_ != nullptr) {
      const auto found = locals_->find(name);
      if (found != locals_->end()) return &found->second;
    }
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : &found->second;
  }

  Value value_of(const Expression& expression) const {
    const std::string& name = expression.text;
    if (const Value* const found = find(name)) return *found;
    if (name == "True" || name == "False") return python_bool(name == "True");
    if (name == "None") return {None{}};
    if (name == "np" || name == "numpy") return {Module{}};
    if (is_python_function(name) || name == "print" || name == "bool")
      return {Callable{Callable::Home::python, name}};
    if (const char* const instead = instead_of_name(name))
      refuse(expression.range, quoted(name) + " is not known here: " + instead);
    const std::string near = meant(name);
    fail(expression.range,
         "name '" + name + "' is not defined" + (near.empty() ? "" : ": did you mean " + near + "?"));
  }

  /// The name that is there for the same input (eps for epsilon), or one that is written nearly so.
  std::string meant(const std::string& name) const {
    const std::string input = input_named(name);
    if (input != name && find(input) != nullptr) return input;
    return nearest(name, known_names());
  }

  std::vector<std::string> known_names() const {
    std::vector<std::string> names;
    if (locals_ != nullptr) {
      for (const auto& [name, value] : *locals_) names.push_back(name);
    }
    for (const auto& [name, value] : names_) names.push_back(name);
    return names;
  }

  void set(const std::string& name, Value value, int line) {
    if (!corrections_.empty()) {
      if (const auto found = corrections_.find({line, name}); found != corrections_.end())
        value = snapshot(found->second);
    }
    note(line, name, value);
    (locals_ != nullptr ? *locals_ : names_)[name] = std::move(value);
  }

  void note(int line, const std::string& name, const Value& value) {
    if (!keeps_trace_) return;
    const auto [place, is_new] = traced_.try_emplace({line, name}, trace_.size());
    if (is_new) trace_.push_back({line, name, {}});
    trace_[place->second].value = snapshot(value);
  }

  // Statements.

  Flow execute(const std::vector<Statement>& statements) {
    for (const Statement& statement : statements) {
      count_step(statement.range);
      const Flow flow = guarded(statement.range, [&] { return execute(statement); });
      if (flow != Flow::next) return flow;
    }
    return Flow::next;
  }

  Flow execute(const Statement& statement) {
    switch (statement.kind) {
      case Statement::Kind::pass:
        return Flow::next;
      case Statement::Kind::break_loop:
        return Flow::leave_loop;
      case Statement::Kind::continue_loop:
        return Flow::next_round;
      case Statement::Kind::expression:
        evaluate(statement.value[0]);
        return Flow::next;
      case Statement::Kind::assign: {
        const Value value = evaluate(statement.value[0]);
        for (const Expression& target : statement.targets) assign_to(target, value, statement.range.line);
        return Flow::next;
      }
      case Statement::Kind::augmented:
        augment(statement);
        return Flow::next;
      case Statement::Kind::for_loop:
        return loop(statement);
      case Statement::Kind::condition:
        return execute(is_true(evaluate(statement.value[0])) ? statement.body : statement.otherwise);
      case Statement::Kind::definition:
        (locals_ != nullptr ? *locals_ : names_)[statement.text] = {Function{&statement}};
        return Flow::next;
      case Statement::Kind::return_statement:
        returned_ = statement.value.empty() ? Value{None{}} : evaluate(statement.value[0]);
        note(statement.range.line, "return", returned_);
        return Flow::return_statement;
      case Statement::Kind::raise:
        raise(statement);
      case Statement::Kind::assertion:
        if (!is_true(evaluate(statement.value[0]))) fail(statement.range, "this assertion does not hold");
        return Flow::next;
    }
    return Flow::next;
  }

  [[noreturn]] void raise(const Statement& statement) {
    std::string text = "this line raises an error";
    const Expression& raised = statement.value[0];
    if (raised.kind == Expression::Kind::call && raised.children.size() > 1 &&
        raised.children[1].kind == Expression::Kind::text)
      text += ": " + raised.children[1].text;
    fail(statement.range, text);
  }

  Flow loop(const Statement& statement) {
    const Value through = evaluate(statement.value[0]);
    std::vector<Value> items;
    if (const Sequence* const sequence = through.as<Sequence>()) {
      items = sequence->items();
    } else {
      const Array* const array = through.as<Array>();
      if (array == nullptr || array->axes() == 0)
        fail(statement.value[0].range,
             "'" + std::string(type_name(through)) + "' object is not iterable: write range(n) to count");
      if (static_cast<std::size_t>(array->shape[0]) > most_steps) stop(statement.range);
      for (Index i = 0; i < array->shape[0]; ++i) {
        Array item = part(*array, {{Subscript::Kind::position, i}});
        if (item.axes() == 0) item = copy(item);
        item.is_python = array->is_python;
        items.push_back({item});
      }
    }
    for (const Value& item : items) {
      count_step(statement.range);
      assign_to(statement.targets[0], item, statement.range.line);
      const Flow flow = execute(statement.body);
      if (flow == Flow::leave_loop) break;
      if (flow == Flow::return_statement) return flow;
    }
    return Flow::next;
  }

  void assign_to(const Expression& target, const Value& value, int line) {
    if (target.kind == Expression::Kind::name) return set(target.text, value, line);
    if (target.kind == Expression::Kind::index) return assign_part(target, value, line);
    // A tuple of targets.
    if (const auto* const dictionary = value.as<std::shared_ptr<Dictionary>>();
        dictionary != nullptr && (*dictionary)->by_name) {
      for (const Expression& each : target.children) {
        if (each.kind == Expression::Kind::name) {
          set(each.text, look_up(**dictionary, each.text, each.range), line);
        } else {
          assign_to(each, value, line);
        }
      }
      return;
    }
    const std::vector<Value> items = items_of(value, target.range);
    if (items.size() != target.children.size()) {
      const bool more = items.size() > target.children.size();
      fail(target.range,
           more ? "too many values to unpack (expected " + std::to_string(target.children.size()) + ")"
                : "not enough values to unpack (expected " + std::to_string(target.children.size()) +
                      ", got " + std::to_string(items.size()) + ")");
    }
    for (std::size_t k = 0; k < items.size(); ++k) assign_to(target.children[k], items[k], line);
  }

  std::vector<Value> items_of(const Value& value, const Range& range) {
    if (const Sequence* const sequence = value.as<Sequence>()) return sequence->items();
    const Array* const array = value.as<Array>();
    if (array == nullptr || array->axes() == 0) fail(range, "cannot unpack " + described(value));
    std::vector<Value> items;
    if (array->shape[0] > 1000) fail(range, "too many values to unpack");
    for (Index i = 0; i < array->shape[0]; ++i) items.push_back({element(*array, i)});
    return items;
  }

  static Array element(const Array& array, Index i) {
    const Array view = part(array, {{Subscript::Kind::position, i}});
    return view.axes() == 0 ? copy(view) : view;
  }

  static const Expression& base_of(const Expression& target) {
    const Expression* base = &target;
    while (base->kind == Expression::Kind::index) base = &base->children[0];
    return *base;
  }

  void assign_part(const Expression& target, const Value& value, int line) {
    const Value of = evaluate(target.children[0]);
    if (const auto* const dictionary = of.as<std::shared_ptr<Dictionary>>()) {
      const Value key = evaluate(target.children[1]);
      const std::string* const name = key.as<std::string>();
      if (name == nullptr) fail(target.children[1].range, "the keys of a dictionary are texts here");
      if (!is_data(value))
        fail(target.range, "a dictionary holds arrays, numbers, texts and tuples of them here");
      (*dictionary)->items[*name] = value;
      note(line, *name, value);
      return;
    }
    const Array* const array = of.as<Array>();
    if (array == nullptr || array->axes() == 0)
      fail(target.range, described(of) + " does not support item assignment");
    const Array given = as_array(value, "an assignment");
    const Place place = place_of(target.children[1]);
    if (place.mask) {
      assign_selected(*array, *place.mask, given);
    } else {
      assign(part(*array, place.index), given);
    }
    const Expression& base = base_of(target);
    if (base.kind == Expression::Kind::name) note(line, base.text, evaluate(base));
  }

  void augment(const Statement& statement) {
    const Expression& target = statement.targets[0];
    const Value before = evaluate(target);
    const Value value = evaluate(statement.value[0]);
    const int line = statement.range.line;
    const Array* const array = before.as<Array>();
    if (target.kind == Expression::Kind::name && array != nullptr && array->axes() > 0) {
      const Array change = as_array(value, statement.text + "=");
      if (statement.text != "@") require_fit(array->shape, change.shape);
      const Array result = statement.text == "@" ? matrix_product(*array, change, "matmul")
                                                 : operate(statement.text, *array, change);
      if (result.shape != array->shape)
        throw ArrayError("non-broadcastable output operand with shape " + numpy_words_of(array->shape) +
                         " doesn't match the broadcast shape " + numpy_words_of(result.shape));
      if (array->type <= Type::int64 && result.type > Type::int64)
        throw ArrayError("Cannot cast ufunc '" + ufunc_of(statement.text) + "' output from dtype('" +
                         name_of(result.type) + "') to dtype('" + name_of(array->type) +
                         "') with casting rule 'same_kind'");
      assign(*array, result);
      return set(target.text, before, line);
    }
    assign_to(target, operated(statement.text, before, value, statement.range), line);
  }

  /// NumPy names the shape of what is changed too.
  static void require_fit(const Shape& target, const Shape& change) {
    try {
      broadcast(target, change);
    } catch (const ArrayError& error) {
      throw ArrayError(error.what() + (" " + numpy_words_of(target)));
    }
  }

  static std::string numpy_words_of(const Shape& shape) {
    std::string words;
    for (const char each : in_words(shape)) {
      if (each != ' ') words += each;
    }
    return words;
  }
  static std::string ufunc_of(const std::string& operation) {
    return operation == "+"    ? "add"
           : operation == "-"  ? "subtract"
           : operation == "*"  ? "multiply"
           : operation == "/"  ? "divide"
           : operation == "**" ? "power"
                               : "floor_divide";
  }

  // Expressions.

  Value evaluate(const Expression& expression) {
    count_step(expression.range);
    return guarded(expression.range, [&] { return evaluated(expression); });
  }

  Value evaluated(const Expression& expression) {
    using Kind = Expression::Kind;
    const std::vector<Expression>& children = expression.children;
    switch (expression.kind) {
      case Kind::number:
        return {python_number(expression.number, expression.is_whole ? Type::int64 : Type::float64)};
      case Kind::text:
        return {expression.text};
      case Kind::name:
        return value_of(expression);
      case Kind::tuple:
      case Kind::list: {
        std::vector<Value> items;
        for (const Expression& each : children) items.push_back(evaluate(each));
        return {Sequence(std::move(items), expression.kind == Kind::list)};
      }
      case Kind::dict: {
        auto dictionary = std::make_shared<Dictionary>();
        for (std::size_t k = 0; k + 1 < children.size(); k += 2) {
          const Value key = evaluate(children[k]);
          const std::string* const name = key.as<std::string>();
          if (name == nullptr) fail(children[k].range, "the keys of a dictionary are texts here");
          dictionary->items[*name] = evaluate(children[k + 1]);
        }
        return {dictionary};
      }
      case Kind::attribute:
        return attribute(expression);
      case Kind::call:
        return called(expression);
      case Kind::index:
        return indexed(expression);
      case Kind::unary: {
        const Value value = evaluate(children[0]);
        if (expression.text == "not") return python_bool(!is_true(value));
        const Array array = as_array(value, quoted(expression.text));
        return {expression.text == "-" ? negate(array) : array};
      }
      case Kind::binary: {
        const Value left = evaluate(children[0]);
        return operated(expression.text, left, evaluate(children[1]), expression.range);
      }
      case Kind::compare:
        return compared(expression);
      case Kind::logical: {
        const Value left = evaluate(children[0]);
        return is_true(left) == (expression.text == "or") ? left : evaluate(children[1]);
      }
      case Kind::conditional:
        return evaluate(is_true(evaluate(children[1])) ? children[0] : children[2]);
      case Kind::ellipsis:
      case Kind::slice:
      case Kind::keyword:
      case Kind::absent:
        break;
    }
    fail(expression.range, "this stands in brackets behind an array only");
  }

  static Value operated(const std::string& operation, const Value& left, const Value& right,
                        const Range& range) {
    const Sequence* const a = left.as<Sequence>();
    const Sequence* const b = right.as<Sequence>();
    if (a != nullptr && b != nullptr && operation == "+") {  // (1,) + x.shape
      std::vector<Value> both = a->items();
      both.insert(both.end(), b->items().begin(), b->items().end());
      return {Sequence(std::move(both), a->is_list())};
    }
    const bool numbers = (left.is<Array>() || a != nullptr) && (right.is<Array>() || b != nullptr);
    if (!numbers || (!left.is<Array>() && !right.is<Array>()))
      fail(range, "unsupported operand type(s) for " + operation + ": " + described(left) + " and " +
                      described(right));
    const Array x = as_array(left, quoted(operation)), y = as_array(right, quoted(operation));
    return {operation == "@" ? matrix_product(x, y, "matmul") : operate(operation, x, y)};
  }

  Value compared(const Expression& expression) {
    const Value left = evaluate(expression.children[0]), right = evaluate(expression.children[1]);
    const std::string& operation = expression.text;
    if (operation == "is" || operation == "is not") {
      const bool same = left.is<None>() == right.is<None>() && equal(left, right);
      return python_bool(same == (operation == "is"));
    }
    if (left.is<Array>() && right.is<Array>())
      return {operate(operation, *left.as<Array>(), *right.as<Array>())};
    if (operation == "==" || operation == "!=") return python_bool(equal(left, right) == (operation == "=="));
    fail(expression.range,
         "'" + operation + "' not supported between " + described(left) + " and " + described(right));
  }

  Value attribute(const Expression& expression) {
    const Value of = evaluate(expression.children[0]);
    const std::string& name = expression.text;
    // The name alone is what is wrong.
    Range place = expression.range;
    const auto length = static_cast<std::size_t>(std::count_if(name.begin(), name.end(), [](char each) {
      return (static_cast<unsigned char>(each) & 0xC0) != 0x80;
    }));
    place.column += static_cast<int>(place.end - length - place.begin);
    place.begin = place.end - length;
    if (of.is<Module>()) {
      if (is_numpy_function(name)) return {Callable{Callable::Home::numpy, name}};
      if (name == "newaxis") return {None{}};
      if (name == "inf") return {python_number(HUGE_VAL, Type::float64)};
      if (name == "nan") return {python_number(std::nan(""), Type::float64)};
      if (const char* const instead = instead_of_numpy(name))
        refuse(place, "np." + name + " is not known here: " + instead);
      const std::string near = nearest(name, numpy_names());
      refuse(place, "np." + name + " is not known here" +
                        (near.empty() ? ": of NumPy there is what batch normalization needs"
                                      : ": did you mean np." + near + "?"));
    }
    if (const Array* const array = of.as<Array>()) {
      if (name == "T") {
        std::vector<std::size_t> order;
        for (std::size_t k = array->axes(); k-- > 0;) order.push_back(k);
        return {transposed(*array, order)};
      }
      if (name == "shape" || name == "ndim") return programs::call({Callable::Home::numpy, name}, {{"", of}});
      if (name == "size") return python_whole(static_cast<double>(array->size()));
      if (name == "dtype")
        return {
            Callable{Callable::Home::numpy, array->type == Type::boolean ? "bool_" : name_of(array->type)}};
      if (is_method(name)) return {Callable{Callable::Home::method, name, std::make_shared<Value>(of)}};
      if (const char* const instead = instead_of_numpy(name))
        refuse(place, "." + name + " is not known here: " + instead);
      if (is_numpy_function(name)) refuse(place, "arrays have no ." + name + ": write np." + name + "(…)");
      const std::string near = nearest(name, method_names());
      refuse(place,
             "." + name + " is not known here" + (near.empty() ? "" : ": did you mean ." + near + "?"));
    }
    if (of.is<std::shared_ptr<Dictionary>>() && name == "get")
      return {Callable{Callable::Home::method, name, std::make_shared<Value>(of)}};
    if (const Sequence* const sequence = of.as<Sequence>(); sequence != nullptr && sequence->is_list())
      refuse(place, "lists do not change here, so they have no ." + name +
                        ": make an array with np.zeros, and fill it with out[j] = …");
    refuse(place, described(of) + " has no ." + name + " here");
  }

  Value called(const Expression& expression) {
    const Value callee = evaluate(expression.children[0]);
    std::vector<Argument> arguments;
    for (std::size_t k = 1; k < expression.children.size(); ++k) {
      const Expression& each = expression.children[k];
      const bool is_named = each.kind == Expression::Kind::keyword;
      arguments.push_back({is_named ? each.text : "", evaluate(is_named ? each.children[0] : each)});
    }
    if (const Function* const function = callee.as<Function>())
      return call(*function, std::move(arguments), expression.range);
    const Callable* const callable = callee.as<Callable>();
    if (callable == nullptr)
      fail(expression.range, "'" + std::string(type_name(callee)) + "' object is not callable");
    if (callable->home == Callable::Home::python && callable->name == "print") return print(arguments);
    if (callable->home == Callable::Home::python && callable->name == "bool")
      refuse(expression.range, "bool() is not known here: use a comparison");
    if (callable->home == Callable::Home::method && callable->name == "get") return get(*callable, arguments);
    return programs::call(*callable, std::move(arguments));
  }

  Value print(const std::vector<Argument>& arguments) {
    std::string line;
    for (const Argument& each : arguments) {
      if (each.name.empty()) line += (line.empty() ? "" : " ") + shown(each.value);
    }
    if (printed_.size() < most_printed) printed_.push_back(line);
    return {None{}};
  }

  Value get(const Callable& callable, const std::vector<Argument>& arguments) {
    const Dictionary& dictionary = **callable.self->as<std::shared_ptr<Dictionary>>();
    const std::string* const key = arguments.empty() ? nullptr : arguments[0].value.as<std::string>();
    if (key == nullptr || arguments.size() > 2)
      throw ArrayError("get takes a key, and a value for where it is not there");
    if (const auto found = dictionary.items.find(*key); found != dictionary.items.end()) return found->second;
    if (dictionary.by_name) {
      if (const std::optional<Value> found = dictionary.by_name(*key)) return *found;
    }
    return arguments.size() == 2 ? arguments[1].value : Value{None{}};
  }

  static Value look_up(const Dictionary& dictionary, const std::string& key, const Range& range) {
    if (const auto found = dictionary.items.find(key); found != dictionary.items.end()) return found->second;
    if (dictionary.by_name) {
      if (const std::optional<Value> found = dictionary.by_name(key)) return *found;
      fail(range, "what was kept of the forward pass has nothing that is known as " + quoted(key));
    }
    std::string keys;
    for (const auto& [name, value] : dictionary.items) keys += (keys.empty() ? "" : ", ") + name;
    fail(range, "this dictionary has no key '" + key + "'" + (keys.empty() ? "" : ": it has " + keys));
  }

  Value call(const Function& function, std::vector<Argument> arguments, const Range& range) {
    const Statement& definition = *function.definition;
    const std::vector<Parameter>& parameters = definition.parameters;
    std::vector<std::optional<Value>> given(parameters.size());
    std::size_t next = 0;
    for (const Argument& argument : arguments) {
      std::size_t which = next++;
      if (!argument.name.empty()) {
        which = 0;
        while (which < parameters.size() && parameters[which].name != argument.name) ++which;
        if (which == parameters.size())
          fail(range, definition.text + "() got an unexpected keyword argument '" + argument.name + "'");
      }
      if (which >= parameters.size())
        fail(range, definition.text + "() takes " + std::to_string(parameters.size()) +
                        " positional argument" + (parameters.size() == 1 ? "" : "s") + " but " +
                        std::to_string(arguments.size()) + " were given");
      if (given[which])
        fail(range, definition.text + "() got multiple values for argument '" + parameters[which].name + "'");
      given[which] = argument.value;
    }
    Names locals;
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      if (!given[k] && !parameters[k].default_value.empty())
        given[k] = evaluate(parameters[k].default_value[0]);
      if (!given[k])
        fail(range,
             definition.text + "() missing 1 required positional argument: '" + parameters[k].name + "'");
      locals[parameters[k].name] = std::move(*given[k]);
    }
    if (++calls_ > deepest_calls) {
      --calls_;
      throw ProgramError(ProgramError::Kind::limit, range, "functions call each other too deeply");
    }
    Names* const outer = std::exchange(locals_, &locals);
    Flow flow = Flow::next;
    try {
      flow = execute(definition.body);
    } catch (...) {
      locals_ = outer;
      --calls_;
      throw;
    }
    locals_ = outer;
    --calls_;
    return flow == Flow::return_statement ? std::move(returned_) : Value{None{}};
  }

  /// What stands in the brackets behind an array.
  struct Place {
    std::vector<Subscript> index;
    std::optional<Array> mask;       ///< of bools, alone
    std::optional<Array> positions;  ///< of whole numbers, alone
  };

  Place place_of(const Expression& expression) {
    Place place;
    if (expression.kind == Expression::Kind::tuple) {
      for (const Expression& each : expression.children) place.index.push_back(subscript(each));
      return place;
    }
    if (expression.kind != Expression::Kind::slice && expression.kind != Expression::Kind::ellipsis) {
      const Value value = evaluate(expression);
      if (const Sequence* const sequence = value.as<Sequence>()) {
        for (const Value& each : sequence->items()) place.index.push_back(subscript(each, expression.range));
        return place;
      }
      if (const Array* const array = value.as<Array>()) {
        if (array->type == Type::boolean && array->axes() > 0) {
          place.mask = *array;
          return place;
        }
        if (array->type == Type::int64 && array->axes() > 0) {
          place.positions = *array;
          return place;
        }
      }
      place.index.push_back(subscript(value, expression.range));
      return place;
    }
    place.index.push_back(subscript(expression));
    return place;
  }

  Subscript subscript(const Value& value, const Range& range) {
    if (value.is<None>()) return {Subscript::Kind::new_axis};
    const Array* const array = value.as<Array>();
    if (array != nullptr && array->axes() > 0)
      refuse(
          range,
          "an array beside another index is not known here: index one axis after the other, or use a loop");
    if (array == nullptr || array->type > Type::int64 || array->type == Type::boolean)
      fail(range,
           "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean "
           "arrays are valid indices");
    const Index position = nearest_index(array->first());
    if (static_cast<double>(position) != array->first())
      fail(range, "cannot fit 'int' into an index-sized integer");
    return {Subscript::Kind::position, position};
  }

  Subscript subscript(const Expression& expression) {
    if (expression.kind == Expression::Kind::ellipsis) return {Subscript::Kind::ellipsis};
    if (expression.kind != Expression::Kind::slice) return subscript(evaluate(expression), expression.range);
    Subscript made{Subscript::Kind::slice};
    const auto read = [&](std::size_t k, Index& into) {
      if (expression.children[k].kind == Expression::Kind::absent) return false;
      const Value value = evaluate(expression.children[k]);
      if (value.is<None>()) return false;
      into = as_position(value, "a slice");
      return true;
    };
    made.has_start = read(0, made.start);
    made.has_stop = read(1, made.stop);
    read(2, made.step);
    return made;
  }

  Value indexed(const Expression& expression) {
    const Value of = evaluate(expression.children[0]);
    const Expression& index = expression.children[1];
    if (const auto* const dictionary = of.as<std::shared_ptr<Dictionary>>()) {
      const Value key = evaluate(index);
      const std::string* const name = key.as<std::string>();
      if (name == nullptr) fail(index.range, "the keys of a dictionary are texts here");
      return look_up(**dictionary, *name, index.range);
    }
    if (const Sequence* const sequence = of.as<Sequence>()) return item_of(*sequence, index);
    const Array* const array = of.as<Array>();
    if (array == nullptr) fail(expression.range, described(of) + " cannot be indexed");
    const Place place = place_of(index);
    if (place.mask) return {selected(*array, *place.mask)};
    if (place.positions) return {rows(*array, *place.positions)};
    Array view = part(*array, place.index);
    if (view.axes() == 0) view = copy(view);
    return {view};
  }

  Value item_of(const Sequence& sequence, const Expression& index) {
    const auto size = static_cast<Index>(sequence.items().size());
    if (index.kind == Expression::Kind::slice) {
      std::vector<double> positions;
      for (Index k = 0; k < size; ++k) positions.push_back(static_cast<double>(k));
      const Array numbers = make_array({size}, Type::int64, std::move(positions));
      std::vector<Value> some;
      for (const double k : part(numbers, {subscript(index)}).values())
        some.push_back(sequence.items()[static_cast<std::size_t>(k)]);
      return {Sequence(std::move(some), sequence.is_list())};
    }
    const Index at = as_position(evaluate(index), "an index");
    if (at < -size || at >= size)
      fail(index.range, std::string(sequence.is_list() ? "list" : "tuple") + " index out of range");
    return sequence.items()[static_cast<std::size_t>(at < 0 ? at + size : at)];
  }

  const Program& program_;
  bool keeps_trace_;
  Names names_;
  Names* locals_ = nullptr;
  Value returned_;
  std::size_t steps_ = 0;
  int calls_ = 0;
  std::vector<Assigned> trace_;
  std::map<std::pair<int, std::string>, std::size_t> traced_;
  std::vector<std::string> printed_;
  Corrections corrections_;
};

Interpreter::Interpreter(const Program& program, bool keeps_trace)
    : machine_(std::make_unique<Machine>(program, keeps_trace)) {}
Interpreter::~Interpreter() = default;

void Interpreter::run(const Names& inputs) {
  machine_->run(inputs);
}
Value Interpreter::call(const Function& function, const Names& arguments) {
  return machine_->call_function(function, arguments);
}
void Interpreter::correct(Corrections corrections) {
  machine_->correct(std::move(corrections));
}
std::size_t Interpreter::steps() const {
  return machine_->steps();
}
Run Interpreter::result() const {
  return machine_->result();
}

}  // namespace programs
