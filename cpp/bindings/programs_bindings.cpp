// What JavaScript may call of the array language and its judge. No arithmetic: each binding reads its
// arguments, calls the library and copies the result out.

#include "bindings/arguments.h"
#include "programs/batches.h"
#include "programs/comparison.h"
#include "programs/derivations.h"
#include "programs/judge.h"

using namespace bindings;

namespace {

using programs::Array;
using programs::Names;
using programs::ProgramError;
using programs::Sequence;
using programs::Type;
using programs::Value;

/// Inputs of a run come from a page's small tables.
constexpr Eigen::Index most_given = 100000;

JsValue list_out(const std::vector<std::string>& texts) {
  JsValue result = JsValue::array();
  for (const std::string& each : texts) result.push(each);
  return result;
}

/// {type, shape, values} of an array; {items} of a tuple; {text} of all else.
JsValue value_out(const Value& value) {
  JsValue result = JsValue::object();
  if (const Array* const array = value.as<Array>()) {
    const std::vector<double> values = array->values(), shape(array->shape.begin(), array->shape.end());
    result.set("type", std::string(name_of(array->type)));
    result.set("shape", copy_out(shape.data(), shape.size()));
    result.set("values", copy_out(values.data(), values.size()));
  } else if (const Sequence* const sequence = value.as<Sequence>()) {
    JsValue items = JsValue::array();
    for (const Value& each : sequence->items()) items.push(value_out(each));
    result.set("items", items);
  } else {
    result.set("text", shown(value));
  }
  return result;
}

JsValue names_out(const Names& names) {
  JsValue result = JsValue::object();
  for (const auto& [name, value] : names) result.set(name, value_out(value));
  return result;
}

const char* word_of(ProgramError::Kind kind) {
  switch (kind) {
    case ProgramError::Kind::syntax:
      return "syntax";
    case ProgramError::Kind::refused:
      return "refused";
    case ProgramError::Kind::failed:
      return "failed";
    case ProgramError::Kind::limit:
      return "limit";
  }
  return "";
}

JsValue error_out(const ProgramError& error) {
  JsValue result = JsValue::object();
  result.set("kind", std::string(word_of(error.kind)));
  result.set("line", error.range.line);
  result.set("column", error.range.column);
  result.set("begin", static_cast<double>(error.range.begin));
  result.set("end", static_cast<double>(error.range.end));
  result.set("sentence", std::string(error.what()));
  return result;
}

JsValue trace_out(const std::vector<programs::Assigned>& trace) {
  JsValue result = JsValue::array();
  for (const programs::Assigned& each : trace) {
    JsValue step = JsValue::object();
    step.set("line", each.line);
    step.set("name", each.name);
    step.set("value", value_out(each.value));
    result.push(step);
  }
  return result;
}

/// An array of {name, number} or {name, shape, values}. A number that is whole is an int, as Python has it.
Names inputs_of(Arguments& arguments) {
  Names inputs;
  for (Arguments& each : arguments.objects("inputs")) {
    const std::string name = each.text("name");
    if (each.has("number")) {
      const double number = each.number("number");
      const bool is_whole = number == std::floor(number) && std::abs(number) < 1e9;
      inputs[name] = {programs::python_number(number, is_whole ? Type::int64 : Type::float64)};
    } else {
      const std::vector<Eigen::Index> shape = each.shape();
      const Channels values = each.numbers("values");
      if (shape.size() > 4) refuse("shape", "at most 4 axes", static_cast<Eigen::Index>(shape.size()));
      double count = 1;
      for (const Eigen::Index size : shape) {
        if (size < 0) refuse("shape", "sizes of at least 0", size);
        count *= static_cast<double>(size);
      }
      if (count != static_cast<double>(values.size()) || values.size() > most_given)
        refuse("values",
               batchnorm::in_words(count) + " values, as the shape has, and at most " +
                   batchnorm::in_words(most_given),
               values.size());
      Array array =
          programs::make_array(shape, Type::float64, {values.data(), values.data() + values.size()});
      inputs[name] = {each.has("type") && each.text("type") == "float32" ? converted(array, Type::float32)
                                                                         : array};
    }
    each.finish();
  }
  return inputs;
}

/// {trace, printed, error}: what happened, even where the program ended with an error. With a task a function
/// that the program defines is called, and `outputs` are those of the task.
BINDING(run_program) {
  const std::string text = arguments.text("program");
  const Names inputs = inputs_of(arguments);
  const std::string task = arguments.has("task") ? arguments.text("task") : "";
  arguments.finish();
  JsValue result = JsValue::object();
  result.set("error", JsValue::null());
  result.set("trace", JsValue::array());
  result.set("printed", JsValue::array());
  try {
    const programs::Program program = programs::parse(text);
    if (!task.empty()) {
      const programs::TaskKind& kind = programs::task_kind(task);
      const programs::Attempt made = attempt(programs::Case(kind, inputs), program, {}, true);
      Names outputs;
      for (const auto& [name, array] : made.outputs) outputs[name] = {array};
      result.set("outputs", names_out(outputs));
      result.set("trace", trace_out(made.trace));
      result.set("printed", list_out(made.printed));
      if (made.error) result.set("error", error_out(*made.error));
      return result;
    }
    programs::Interpreter interpreter(program, true);
    try {
      interpreter.run(inputs);
    } catch (const ProgramError& error) {
      result.set("error", error_out(error));
    }
    const programs::Run run = interpreter.result();
    result.set("trace", trace_out(run.trace));
    result.set("printed", list_out(run.printed));
  } catch (const ProgramError& error) {
    result.set("error", error_out(error));
  }
  return result;
}

const char* word_of(programs::Verdict::Kind kind) {
  switch (kind) {
    case programs::Verdict::Kind::right:
      return "right";
    case programs::Verdict::Kind::wrong:
      return "wrong";
    case programs::Verdict::Kind::failed:
      return "failed";
    case programs::Verdict::Kind::unreadable:
      return "unreadable";
  }
  return "";
}

void set_mistake(JsValue& result, const std::string& id) {
  if (id.empty()) return;
  const programs::Mistake& mistake = programs::mistake_named(id);
  result.set("id", mistake.id);
  result.set("title", mistake.title);
  result.set("reason", mistake.reason);
  result.set("pitfall", mistake.pitfall);
}

JsValue fault_out(const programs::Fault& fault) {
  JsValue result = JsValue::object();
  result.set("line", fault.line);
  result.set("name", fault.name);
  result.set("quantity", fault.quantity);
  JsValue mistake = JsValue::object();
  set_mistake(mistake, fault.mistake);
  result.set("mistake", fault.mistake.empty() ? JsValue::null() : mistake);
  result.set("got", fault.got ? value_out(*fault.got) : JsValue::null());
  result.set("expected", fault.expected ? value_out(*fault.expected) : JsValue::null());
  return result;
}

JsValue counterexample_out(const programs::Counterexample& example) {
  JsValue result = JsValue::object();
  result.set("inputs", names_out(example.inputs));
  result.set("output", example.output);
  result.set("position", static_cast<double>(example.position));
  result.set("got", example.got ? value_out(*example.got) : JsValue::null());
  result.set("expected", example.expected ? value_out(*example.expected) : JsValue::null());
  result.set("error", example.error ? error_out(*example.error) : JsValue::null());
  return result;
}

BINDING(judge_program) {
  const std::string task = arguments.text("task"), text = arguments.text("program");
  arguments.finish();
  const programs::Verdict verdict = programs::judge(programs::task_kind(task), text);
  JsValue result = JsValue::object();
  result.set("verdict", std::string(word_of(verdict.kind)));
  result.set("error", verdict.error ? error_out(*verdict.error) : JsValue::null());
  result.set("batches", verdict.batches);
  result.set("lost_digits", verdict.lost_digits);
  JsValue laws = JsValue::array();
  for (const programs::Law& law : verdict.laws) {
    JsValue each = JsValue::object();
    each.set("id", law.id);
    each.set("sentence", law.sentence);
    each.set("holds", law.holds);
    laws.push(each);
  }
  result.set("laws", laws);
  JsValue faults = JsValue::array();
  for (const programs::Fault& fault : verdict.faults) faults.push(fault_out(fault));
  result.set("faults", faults);
  result.set("counterexample",
             verdict.counterexample ? counterexample_out(*verdict.counterexample) : JsValue::null());
  return result;
}

JsValue operands_out(const std::vector<programs::Operand>& operands) {
  JsValue result = JsValue::array();
  for (const programs::Operand& operand : operands) {
    JsValue each = JsValue::object();
    each.set("name", operand.name);
    each.set("axes", operand.axes);
    result.push(each);
  }
  return result;
}

BINDING(list_tasks) {
  arguments.finish();
  JsValue result = JsValue::array();
  for (const programs::TaskKind& kind : programs::task_kinds()) {
    JsValue each = JsValue::object();
    each.set("name", kind.name);
    each.set("inputs", operands_out(kind.inputs));
    each.set("outputs", operands_out(kind.outputs));
    result.push(each);
  }
  return result;
}

/// One of the batches on which programs are judged: its inputs, the right outputs, and how far they may be
/// off.
BINDING(task_batch) {
  const programs::TaskKind& kind = programs::task_kind(arguments.text("task"));
  const Eigen::Index number = arguments.count("number");
  arguments.finish();
  if (number < 0 || number >= programs::batch_count)
    refuse("number", "0 to " + std::to_string(programs::batch_count - 1), number);
  const programs::Case batch(kind, programs::batch(kind, static_cast<int>(number)));
  JsValue result = JsValue::object(), outputs = JsValue::object(), allowed = JsValue::object();
  for (const programs::Operand& output : kind.outputs) {
    const Array& right = *batch.right.at(output.name).as<Array>();
    outputs.set(output.name, value_out({reshaped(right, expected_shape(batch, output.name))}));
    allowed.set(output.name, programs::allowed(batch, output.name));
  }
  result.set("inputs", names_out(batch.inputs));
  result.set("outputs", outputs);
  result.set("allowed", allowed);
  return result;
}

JsValue call_out(const std::optional<programs::Call>& call) {
  if (!call) return JsValue::null();
  JsValue result = JsValue::object(), given = JsValue::array();
  for (const auto& [parameter, what] : call->arguments) {
    JsValue each = JsValue::object();
    each.set("parameter", parameter);
    each.set("what", what);
    given.push(each);
  }
  result.set("function", call->function);
  result.set("arguments", given);
  return result;
}

/// How a program is called for a task, and where it leaves its outputs, as a run on the first batch shows it.
BINDING(program_call) {
  const programs::TaskKind& kind = programs::task_kind(arguments.text("task"));
  const std::string text = arguments.text("program");
  arguments.finish();
  JsValue result = JsValue::object(), left_as = JsValue::object();
  programs::Attempt made;
  try {
    made = attempt(programs::Case(kind, programs::batch(kind, 0)), programs::parse(text), {}, false);
  } catch (const ProgramError& error) {
    made.error = error;
  }
  for (const auto& [output, name] : made.left_as) left_as.set(output, name);
  JsValue asked = JsValue::array();
  for (const auto& [name, meaning] : made.asked) {
    JsValue each = JsValue::object();
    each.set("name", name);
    each.set("meaning", meaning);
    asked.push(each);
  }
  // Where a statistic has an axis for each of x's, the lines of the derivation need no other shapes.
  JsValue lines = JsValue::array();
  if (kind.family == programs::Family::batch || kind.family == programs::Family::inference) {
    for (const programs::Line& line : derivation(kind)) {
      JsValue each = JsValue::object();
      each.set("name", line.name);
      each.set("expression", line.expression);
      lines.push(each);
    }
  }
  result.set("error", made.error ? error_out(*made.error) : JsValue::null());
  result.set("call", call_out(made.call));
  result.set("forward", call_out(made.forward));
  result.set("left_as", left_as);
  result.set("asked", asked);
  result.set("derivation", lines);
  return result;
}

BINDING(list_program_mistakes) {
  arguments.finish();
  JsValue result = JsValue::array();
  for (const programs::Mistake& mistake : programs::mistakes()) {
    JsValue each = JsValue::object();
    set_mistake(each, mistake.id);
    result.push(each);
  }
  return result;
}

}  // namespace
