// The answers' part of the table of what JavaScript may call: formulas, verdicts, variants. No arithmetic
// here.

#include "answers/forms.h"
#include "answers/formula_answer.h"
#include "answers/proof.h"
#include "answers/property.h"
#include "answers/quantities.h"
#include "answers/variants.h"
#include "answers/worksheet.h"
#include "bindings/arguments.h"

using namespace bindings;
using answers::Quantities;

namespace {

template <typename List, typename Out>
JsValue array_out(const List& list, const Out& out) {
  JsValue array = JsValue::array();
  for (const auto& each : list) array.push(out(each));
  return array;
}

JsValue text_out(const std::string& text) {
  return JsValue(text);
}

JsValue value_out(const answers::Value& value) {
  return value.values.empty() ? JsValue::null() : copy_out(value);
}

JsValue tree_or_null(const std::optional<answers::Node>& tree) {
  return tree ? tree_out(*tree) : JsValue::null();
}

/// Numbers as numbers, lists as lists; with the scale where that is larger than the values.
JsValue quantity_out(const answers::Value& value) {
  const JsValue values =
      value.is_list ? copy_out(value.values.data(), value.values.size()) : JsValue(value.values[0]);
  if (value.scales.empty()) return values;
  JsValue result = JsValue::object();
  result.set("values", values);
  result.set("scale", *std::max_element(value.scales.begin(), value.scales.end()));
  return result;
}

JsValue quantities_out(const Quantities& quantities) {
  JsValue result = JsValue::object();
  for (const auto& [name, value] : quantities) result.set(name.c_str(), quantity_out(value));
  return result;
}

JsValue mistake_out(const answers::Mistake& mistake) {
  JsValue result = JsValue::object();
  result.set("id", mistake.id);
  result.set("title", mistake.title);
  result.set("reason", mistake.reason);
  result.set("pitfall", mistake.pitfall);
  return result;
}

answers::Tolerance tolerance_in(Arguments& arguments) {
  const auto digits = static_cast<int>(arguments.count("digits"));
  return {arguments.number("relative"), arguments.number("absolute"), digits};
}

/// What is asked: answer, relative, absolute, digits, and the mistakes that the author foresaw.
answers::Question question_in(Arguments& arguments) {
  answers::Question question{answers::Formula(arguments.text("answer")), tolerance_in(arguments), {}};
  if (!arguments.has("foreseen")) return question;
  for (Arguments& each : arguments.objects("foreseen")) {
    question.foreseen.push_back({each.text("id"),
                                 each.text("title"),
                                 each.text("reason"),
                                 answers::pitfall_named(each.text("pitfall")),
                                 {},
                                 answers::Formula(each.text("answer"))});
    each.finish();
  }
  return question;
}

answers::Part part_in(Arguments& arguments) {
  answers::Part part{question_in(arguments), {}};
  if (arguments.has("with")) part.with = arguments.quantities("with");
  return part;
}

JsValue judgement_out(const answers::Judgement& judgement) {
  JsValue result = JsValue::object();
  result.set("verdict", std::string(answers::verdict_name(judgement.verdict)));
  result.set("message", judgement.message);
  result.set("note", judgement.note);
  result.set("range", range_out(judgement.range));
  result.set("tree", tree_or_null(judgement.tree));
  result.set("value", value_out(judgement.value));
  result.set("cells", array_out(judgement.cells, [](answers::Verdict verdict) {
               return JsValue(std::string(answers::verdict_name(verdict)));
             }));
  result.set("mistakes", array_out(judgement.mistakes, mistake_out));
  return result;
}

std::size_t values_asked_for(Arguments& arguments) {
  const Eigen::Index count = arguments.count("count");
  if (count < 1) refuse("count", "at least 1", count);
  return static_cast<std::size_t>(count);
}

answers::TypedText read_as(Arguments& arguments) {
  const std::string text = arguments.text("text");
  const std::string form = arguments.has("form") ? arguments.text("form") : "value";
  const auto names = arguments.has("names") ? std::optional(arguments.texts("names")) : std::nullopt;
  if (form == "formula" || form == "equation") {
    arguments.finish();
    if (!names) refuse("names", "the quantities that a formula may name", "none");
    return form == "formula" ? answers::read_formula(text, *names) : answers::read_equation(text, *names);
  }
  if (form != "value") refuse("form", "\"value\", \"formula\" or \"equation\"", form);
  const std::size_t count = arguments.has("count") ? values_asked_for(arguments) : 0;
  const Quantities givens = arguments.has("givens") ? arguments.quantities("givens") : Quantities();
  const bool exact = arguments.has("exact") && arguments.flag("exact");
  std::vector<answers::Box> above;
  if (arguments.has("above")) {
    for (Arguments& each : arguments.objects("above")) {
      above.push_back({each.text("name"), each.text("text"), values_asked_for(each)});
      each.finish();
    }
  }
  arguments.finish();
  const auto known = [&] {
    return answers::with_boxes(names ? answers::quantities_named(*names, givens) : answers::nameable(givens),
                               above);
  };
  return answers::read_value(text, count, known,
                             exact ? answers::Grouping::counts : answers::Grouping::unknown);
}

/// Typed text before it is judged, for what follows each key.
BINDING(read) {
  const answers::TypedText text = read_as(arguments);
  JsValue result = JsValue::object();
  result.set("state", std::string(answers::state_name(text.state)));
  result.set("message", text.message);
  result.set("note", text.note);
  result.set("range", range_out(text.range));
  result.set("readings", array_out(text.readings, text_out));
  result.set("tree", tree_or_null(text.tree));
  result.set("right", tree_or_null(text.right));
  result.set("value", value_out(text.value));
  return result;
}

BINDING(evaluate) {
  const std::string text = arguments.text("text");
  const Quantities quantities = arguments.quantities("quantities");
  arguments.finish();
  return copy_out(answers::evaluate(answers::parse(text), quantities));
}

BINDING(quantities) {
  const Quantities givens = arguments.quantities("givens");
  arguments.finish();
  return quantities_out(answers::quantities_of(givens));
}

/// The tree of a formula. A page asks for the same ones at every frame, so the last of them are kept.
const answers::Node& parsed(const std::string& text) {
  constexpr std::size_t most_kept = 256;
  static std::map<std::string, answers::Node> kept;
  if (const auto found = kept.find(text); found != kept.end()) return found->second;
  if (kept.size() == most_kept) kept.clear();
  return kept.emplace(text, answers::parse(text)).first->second;
}

BINDING(compute) {
  Quantities all = answers::quantities_of(arguments.quantities("givens"));
  Arguments formulas =
      arguments.has("formulas") ? arguments.object("formulas") : Arguments(Given::empty_object());
  arguments.finish();
  for (const std::string& name : formulas.names()) {
    const std::string text = formulas.text(name);
    if (all.count(name) != 0) refuse(name, "a name that no quantity of the givens has", "one of theirs");
    try {
      all.emplace(name, answers::evaluate(parsed(text), all));
    } catch (const answers::ReadError& error) {
      throw answers::ReadError(error.range, name + ": " + error.what(), error.readings);
    }
  }
  JsValue result = JsValue::object();
  for (const auto& [name, value] : all) result.set(name.c_str(), copy_out(value));
  return result;
}

BINDING(judge) {
  const std::string text = arguments.text("text");
  const Quantities givens = arguments.quantities("givens");
  const answers::Question question = question_in(arguments);
  arguments.finish();
  const Quantities right = answers::quantities_of(givens);
  return judgement_out(answers::judge(text, answers::nameable(givens), right, question));
}

BINDING(judge_property) {
  const std::string text = arguments.text("text");
  const Quantities givens = arguments.quantities("givens");
  const std::vector<std::string> wanted = arguments.texts("find"), names = arguments.texts("names");
  std::vector<answers::Condition> conditions;
  for (Arguments& each : arguments.objects("conditions")) {
    conditions.push_back({answers::Formula(each.text("value")),
                          each.has("least") ? each.number("least") : -HUGE_VAL,
                          each.has("most") ? each.number("most") : HUGE_VAL, each.text("says")});
    each.finish();
  }
  arguments.finish();
  // The text may name what does not depend on the answer.
  const auto judgement =
      answers::judge_property(text, answers::quantities_named(names, givens), givens, wanted, conditions);
  JsValue result = JsValue::object();
  result.set("verdict", std::string(answers::verdict_name(judgement.verdict)));
  result.set("message", judgement.message);
  result.set("range", range_out(judgement.range));
  result.set("tree", tree_or_null(judgement.tree));
  result.set("value", value_out(judgement.value));
  result.set("note", judgement.note);
  return result;
}

JsValue value_or_null(const std::optional<answers::Value>& value) {
  return value ? copy_out(*value) : JsValue::null();
}

/// Of a formula: what was typed and what is right. Of an equation: its left side and its right side.
JsValue counterexample_out(const Quantities& givens, const std::optional<answers::Value>& typed,
                           const std::optional<answers::Value>& right, const std::string& why) {
  JsValue result = JsValue::object();
  result.set("givens", quantities_out(givens));
  result.set("typed", value_or_null(typed));
  result.set("right", value_or_null(right));
  result.set("why", why);
  return result;
}

JsValue refutation_out(const std::optional<answers::Refutation>& found) {
  return found ? counterexample_out(found->givens, found->left, found->right, found->why_no_value)
               : JsValue::null();
}

BINDING(judge_formula) {
  const std::string text = arguments.text("text");
  const answers::Formula answer(arguments.text("answer"));
  const std::vector<std::string> names = arguments.texts("names");
  arguments.finish();
  const auto judgement = answers::judge_formula(text, answer, names);
  JsValue result = JsValue::object();
  result.set("verdict", std::string(answers::verdict_name(judgement.verdict)));
  result.set("message", judgement.message);
  result.set("range", range_out(judgement.range));
  result.set("tree", tree_or_null(judgement.tree));
  result.set("mistakes", array_out(judgement.mistakes, mistake_out));
  result.set("note", judgement.note);
  result.set("difference", judgement.difference);
  const auto& found = judgement.counterexample;
  result.set("counterexample",
             found ? counterexample_out(found->givens, found->left, found->right, found->why_no_value)
                   : JsValue::null());
  return result;
}

BINDING(judge_proof) {
  std::vector<answers::Line> lines;
  for (Arguments& each : arguments.objects("lines")) {
    lines.push_back({each.text("id"), each.text("equation"), each.texts("needs")});
    each.finish();
  }
  const std::vector<std::string> order = arguments.texts("order"), names = arguments.texts("names");
  const std::string goal = arguments.text("goal");
  arguments.finish();
  const auto judgement = answers::judge_proof(lines, order, goal, names);
  JsValue result = JsValue::object();
  result.set("lines", array_out(judgement.lines, [](const answers::LineJudgement& line) {
               JsValue each = JsValue::object();
               each.set("id", line.id);
               each.set("state", std::string(answers::state_name(line.state)));
               each.set("missing", array_out(line.missing, text_out));
               each.set("counterexample", refutation_out(line.refutation));
               return each;
             }));
  result.set("complete", judgement.complete);
  return result;
}

BINDING(judge_line) {
  const std::string text = arguments.text("text");
  const std::vector<std::string> above = arguments.texts("above"), names = arguments.texts("names");
  const std::vector<std::string> others =
      arguments.has("others") ? arguments.texts("others") : std::vector<std::string>();
  arguments.finish();
  const auto judgement = answers::judge_free_line(text, above, names);
  const auto same = answers::equation_that_says(judgement.equation, others);
  JsValue result = JsValue::object();
  result.set("verdict", std::string(answers::verdict_name(judgement.equation.verdict)));
  result.set("message", judgement.equation.message.empty() ? judgement.message : judgement.equation.message);
  result.set("range", range_out(judgement.equation.range));
  result.set("tree", tree_or_null(judgement.equation.left));
  result.set("right", tree_or_null(judgement.equation.right));
  result.set("trivial", judgement.equation.trivial);
  result.set("linked", judgement.links);
  result.set("same", same ? static_cast<double>(*same) : -1.0);
  result.set("counterexample", refutation_out(judgement.equation.refutation));
  return result;
}

BINDING(judge_worksheet) {
  const Quantities givens = arguments.quantities("givens");
  std::vector<answers::Entry> entries;
  for (Arguments& each : arguments.objects("cells")) {
    entries.push_back({each.text("name"), each.text("text")});
    each.finish();
  }
  const answers::Tolerance tolerance = tolerance_in(arguments);
  arguments.finish();
  const Quantities right = answers::quantities_of(givens);
  const auto judgement = answers::judge_worksheet(entries, answers::nameable(givens), right, tolerance);
  JsValue result = JsValue::object();
  result.set("cells", array_out(judgement.cells, [](const answers::Cell& cell) {
               JsValue each = judgement_out(cell.judgement);
               each.set("used", array_out(cell.used, text_out));
               return each;
             }));
  result.set("first_wrong", judgement.first_wrong);
  return result;
}

/// The answers that mistakes lead to in a question, for the check of an author's item.
BINDING(mistaken_answers) {
  const Quantities givens = arguments.quantities("givens");
  const answers::Question question = question_in(arguments);
  arguments.finish();
  return array_out(answers::candidates(question, answers::quantities_of(givens)),
                   [](const answers::Candidate& each) {
                     JsValue result = mistake_out(*each.mistake);
                     result.set("value", copy_out(each.value));
                     return result;
                   });
}

BINDING(draw) {
  answers::Problem problem{
      arguments.text("id"), arguments.quantities("givens"), arguments.texts("drawn"), {}};
  for (Arguments& each : arguments.objects("parts")) {
    problem.parts.push_back(part_in(each));
    each.finish();
  }
  const Eigen::Index seed = arguments.count("seed");
  arguments.finish();
  if (seed < 0) refuse("seed", "a whole number from 0", seed);
  return quantities_out(answers::draw(problem, static_cast<std::uint64_t>(seed)));
}

BINDING(separation) {
  const Quantities givens = arguments.quantities("givens");
  const answers::Part part = part_in(arguments);
  arguments.finish();
  const auto found = answers::separation(part, givens);
  const auto pair_out = [](const answers::Pair& pair) {
    JsValue result = JsValue::array();
    result.push(pair.a);
    result.push(pair.b);
    return result;
  };
  JsValue result = JsValue::object();
  result.set("least", found.least);
  result.set("nearest", pair_out(found.nearest));
  result.set("least_from_right", found.least_from_right);
  result.set("coinciding", array_out(found.coinciding, pair_out));
  return result;
}

BINDING(list_forms) {
  arguments.finish();
  return array_out(answers::forms(), [](const answers::Form& form) {
    JsValue result = JsValue::object();
    result.set("what", std::string(form.what));
    result.set("example", std::string(form.example));
    result.set("same", std::string(form.same));
    return result;
  });
}

BINDING(list_mistakes) {
  arguments.finish();
  return array_out(answers::mistakes(), mistake_out);
}

}  // namespace
