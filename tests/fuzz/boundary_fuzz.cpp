// The boundary's reading of arguments: cpp/bindings itself, called with JavaScript values made of bytes,
// which cross as a message.
//
// What must hold, whatever comes in: nothing is thrown, what comes out is {ok: true, value} or {ok: false,
// code, message}, and it can be read.

#include <fuzzer/FuzzedDataProvider.h>

#include <cmath>
#include <limits>

#include "bindings/arguments.h"

namespace {

using bindings::Given;
using bindings::JsValue;
using bindings::List;
using bindings::Origin;

/// Ends the run with the input that shows it.
void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

/// Values out of the fuzzer's bytes.
class Values {
 public:
  Values(const std::uint8_t* data, std::size_t size) : bytes_(data, size) {
    examples_ = small(1, 6);
    channels_ = small(1, 4);
    positions_ = chance(4) ? small(1, 40) : 1;
    single_precision_ = bytes_.ConsumeBool();
  }

  const bindings::Entry& binding(std::string& name) {
    std::size_t which = small(0, bindings::table().size() - 1);
    // Those that try hundreds of batches take a hundred times as long as the others.
    const std::string chosen = bindings::table()[which].name;
    const bool slow = chosen == "judge_formula" || chosen == "judge_line" || chosen == "judge_proof";
    if (slow && !chance(32)) which = 0;
    name = bindings::table()[which].name;
    return bindings::table()[which];
  }

  /// What a call of `name` needs, most of it right; or anything.
  JsValue arguments(const std::string& name) {
    if (chance(32)) return anything(3);
    JsValue object = JsValue::object();
    const auto give = [this, &object](const char* argument, JsValue value) {
      if (chance(16)) value = anything(2);
      if (!chance(24)) object.set(argument, value);
    };
    const auto give_some = [&](const char* argument, JsValue value) {
      if (bytes_.ConsumeBool()) give(argument, value);
    };
    const auto give_layout = [&] {
      give_some("shape", shape());
      give_some("channel_axis", one_of({"first", "last"}));
    };
    const auto give_accuracy = [&] { give_some("accuracy", one_of({"fast", "exact"})); };
    const auto give_affine = [&] {
      give_some("gamma", per_channel());
      give_some("beta", per_channel());
    };
    const auto give_running = [&] {
      give("running_mean", per_channel());
      give("running_var", per_channel(true));
    };

    if (name == "forward_train" || name == "backward_train" || name == "forward_inference" ||
        name == "backward_frozen") {
      give("x", data());
      give_layout();
      give_accuracy();
      give_affine();
      give("eps", positive());
      if (name[0] == 'b') give("dy", data());
      give_some(name[0] == 'b' ? "dx" : "y", place());
      if (name == "backward_train" && chance(4)) give("moments", moments());
      if (name == "forward_inference" || name == "backward_frozen") give_running();
    } else if (name == "forward_trace" || name == "backward_trace" || name == "central_difference_gradient") {
      give("x", data());
      give("gamma", per_channel());
      give("beta", per_channel());
      give("eps", positive());
      if (name != "forward_trace") give("dy", data());
      if (name == "central_difference_gradient") give("step", positive());
    } else if (name == "jacobian" || name == "jacobian_spectrum") {
      give("x", data());
      give_some("gamma", number());
      give("eps", positive());
    } else if (name == "update_running_statistics") {
      give_running();
      give("batch_mean", per_channel());
      give("batch_var", per_channel(true));
      give("m", integer());
      give("estimator", one_of({"biased", "unbiased"}));
      give("convention", one_of({"decay", "torch", "cumulative"}));
      give_some("momentum", number());
      give_some("step", integer());
    } else if (name == "running_series") {
      for (const char* each : {"running_mean", "running_var", "momentum"}) give(each, number());
      give("batch_mean", per_channel());
      give("batch_var", per_channel(true));
      give("m", integer());
      give("estimator", one_of({"biased", "unbiased"}));
      give("convention", one_of({"decay", "torch"}));
    } else if (name == "running_stream") {
      for (const char* each : {"seed", "batches", "m", "shift_at"}) give(each, integer());
      for (const char* each : {"mean_before", "mean_after", "running_mean", "running_var"})
        give(each, number());
      for (const char* each : {"var_before", "var_after"}) give(each, positive());
      JsValue rules = JsValue::array();
      for (std::size_t k = small(0, std::size_t{2}); k > 0; --k) {
        JsValue rule = JsValue::object();
        rule.set("convention", one_of({"decay", "torch"}));
        rule.set("momentum", number());
        rule.set("estimator", one_of({"biased", "unbiased"}));
        rules.push(chance(16) ? anything(1) : rule);
      }
      give("rules", rules);
      if (chance(2)) {
        JsValue example = JsValue::object();
        example.set("x", number());
        example.set("eps", positive());
        for (const char* each : {"from", "to"}) example.set(each, integer());
        give("example", example);
      }
    } else if (name == "torch_from_decay" || name == "decay_from_torch") {
      give("momentum", number());
    } else if (name == "fold_into_weight") {
      give("weight", data());
      give_layout();
      give_some("bias", per_channel());
      give_affine();
      give_running();
      give("eps", positive());
    } else if (name == "moments") {
      give("x", data());
      give_layout();
      give_accuracy();
      give_some("gamma", per_channel());
    } else if (name == "merge_moments") {
      give("a", moments());
      give("b", moments());
    } else if (name == "statistics_from_moments") {
      give("moments", moments());
      give("eps", positive());
    } else if (name == "merge_gradient_sums") {
      give("a", gradient_sums());
      give("b", gradient_sums());
    } else if (name == "normalize" || name == "gradient_sums" || name == "backward_shard") {
      give("x", data());
      give_layout();
      give_accuracy();
      give_some("gamma", per_channel());
      give("moments", moments());
      give("eps", positive());
      if (name != "normalize") give("dy", data());
      if (name == "backward_shard") give("sums", gradient_sums());
      if (name != "gradient_sums") give_some(name == "normalize" ? "y" : "dx", place());
    } else if (name == "normal_batches") {
      give("seed", integer());
      give("batches", integer());
      give("m", integer());
      give("mean", number());
      give("std", positive());
    } else if (name == "variance_methods") {
      give("values", data());
      give("offsets", list(small(1, std::size_t{3}), false));
      give("precision", one_of({"single", "double"}));
    } else if (name == "difference_checks") {
      const std::size_t m = small(2, std::size_t{5});
      give("x", list(m, single_precision_));
      for (const char* each : {"gamma", "beta"}) give(each, number());
      give("eps", positive());
      give("dy", list(m, chance(8)));
      give("loss", one_of({"weighted", "sum", "relu"}));
      JsValue checks = JsValue::array();
      for (std::size_t k = small(0, std::size_t{2}); k > 0; --k) {
        JsValue check = JsValue::object();
        check.set("scheme", one_of({"forward", "central"}));
        check.set("precision", one_of({"single", "double"}));
        check.set("steps", list(small(1, std::size_t{4}), false, true));
        checks.push(chance(16) ? anything(1) : check);
      }
      give("checks", checks);
    } else if (name == "evaluate") {
      give("text", formula());
      give("quantities", quantities());
    } else if (name == "quantities") {
      give("givens", givens());
    } else if (name == "compute") {
      give("givens", givens());
      JsValue formulas = JsValue::object();
      for (const char* each : {"p", "q", "x_hat"}) {
        if (bytes_.ConsumeBool()) formulas.set(each, chance(16) ? anything(1) : formula());
      }
      give_some("formulas", formulas);
    } else if (name == "read") {
      give("text", chance(4) ? JsValue(text() + "=" + text()) : formula());
      give_some("form", one_of({"value", "formula", "equation"}));
      give_some("count", integer());
      give_some("givens", givens());
      give_some("names", texts({"x", "gamma", "x_hat", "nobody"}));
      JsValue boxes = JsValue::array();
      for (const char* each : {"batch_mean", "x_hat"}) {
        JsValue box = JsValue::object();
        box.set("name", JsValue(std::string(each)));
        box.set("text", formula());
        box.set("count", integer());
        boxes.push(chance(16) ? anything(1) : box);
      }
      give_some("above", boxes);
    } else if (name == "judge" || name == "mistaken_answers" || name == "separation") {
      if (name == "judge") give("text", formula());
      give("givens", givens());
      give_question(object);
    } else if (name == "judge_property") {
      give("text", formula());
      give("givens", givens());
      give("find", texts({"x", "dy", "gamma"}));
      give("names", texts({"x", "gamma", "x_hat"}));
      JsValue conditions = JsValue::array();
      for (int count = small(0, 2); count > 0; --count) {
        JsValue condition = JsValue::object();
        condition.set("value", formula());
        condition.set("says", JsValue(std::string("no")));
        if (bytes_.ConsumeBool()) condition.set("least", number());
        conditions.push(chance(8) ? anything(1) : condition);
      }
      give("conditions", conditions);
    } else if (name == "judge_worksheet") {
      give("givens", givens());
      JsValue cells = JsValue::array();
      for (const char* each : {"batch_mean", "batch_var", "x_hat", "dx"}) {
        JsValue cell = JsValue::object();
        cell.set("name", JsValue(std::string(each)));
        cell.set("text", formula());
        cells.push(chance(16) ? anything(1) : cell);
      }
      give("cells", cells);
      give("relative", positive());
      give("absolute", positive());
      give("digits", integer());
    } else if (name == "judge_formula") {
      give("text", formula());
      give("answer", formula());
      give("names", texts({"x", "gamma", "x_hat"}));
    } else if (name == "judge_line") {
      give("text", JsValue(bytes_.ConsumeBool() ? std::string("x = x_hat") : text() + "=" + text()));
      give("above", texts({"x = x", "sum(x_hat) = 0"}));
      give("names", texts({"x", "gamma", "x_hat"}));
    } else if (name == "judge_proof") {
      JsValue lines = JsValue::array();
      for (const char* id : {"a", "b"}) {
        JsValue line = JsValue::object();
        line.set("id", JsValue(std::string(id)));
        line.set("equation", JsValue(text() + "=" + text()));
        line.set("needs", texts({"a", "b"}));
        lines.push(chance(16) ? anything(1) : line);
      }
      give("lines", lines);
      give("order", texts({"a", "b"}));
      give("goal", one_of({"a", "b"}));
      give("names", texts({"x", "gamma", "x_hat"}));
    } else if (name == "draw") {
      give("id", JsValue(bytes_.ConsumeRandomLengthString(8)));
      give("seed", integer());
      give("givens", givens());
      give("drawn", texts({"x", "dy", "gamma", "nobody"}));
      give("parts", chance(4) ? anything(2) : JsValue::array());
    }
    while (chance(24)) object.set(bytes_.ConsumeRandomLengthString(8).c_str(), anything(2));
    return object;
  }

 private:
  template <typename T>
  T small(T least, T most) {
    return bytes_.ConsumeIntegralInRange<T>(least, most);
  }
  std::size_t small(int least, std::size_t most) {
    return bytes_.ConsumeIntegralInRange<std::size_t>(static_cast<std::size_t>(least), most);
  }
  /// True once in a while. Bytes that have run out are 0: then never.
  bool chance(int times) { return small(0, times - 1) == times - 1; }

  double raw() {
    const auto bits = bytes_.ConsumeIntegral<std::uint64_t>();
    double number;
    static_assert(sizeof number == sizeof bits);
    std::memcpy(&number, &bits, sizeof number);
    return number;
  }
  double some_number() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr double edges[] = {0.0,
                                -0.0,
                                0.5,
                                1e-5,
                                5e-324,
                                1e-160,
                                1e160,
                                1e308,
                                -1e308,
                                65536,
                                999999999,
                                1e9,
                                1e9 + 1,
                                2147483648.0,
                                9007199254740993.0,
                                1e300,
                                infinity,
                                -infinity,
                                std::numeric_limits<double>::quiet_NaN()};
    switch (small(0, 3)) {
      case 0:
        return raw();
      case 1:
        return edges[small(0, std::size(edges) - 1)];
      default:
        return small(-64, 64) / 8.0;
    }
  }
  JsValue number() { return JsValue(some_number()); }
  JsValue positive() { return JsValue(chance(8) ? some_number() : std::abs(some_number())); }
  JsValue integer() { return JsValue(chance(8) ? some_number() : static_cast<double>(small(-2, 40))); }

  /// From a typed array, or once in a while from a plain one or a tensor; or a place for a result.
  template <typename Scalar>
  JsValue list_of(const std::vector<Scalar>& numbers, Origin origin) {
    List<Scalar> list = List<Scalar>::copy_of(numbers.data(), numbers.size());
    list.origin = origin;
    if (origin != Origin::typed) return list;
    if (std::is_same_v<Scalar, double> && chance(8)) list.origin = Origin::array;
    if (chance(24)) list.origin = Origin::tensor;
    return list;
  }

  /// What is given for a result, of the right size or not.
  JsValue place() { return data(bytes_.ConsumeBool() ? Origin::place : Origin::tensor); }

  /// A list of numbers in one of the types that hold them.
  JsValue list(std::size_t size, bool single_precision, bool is_positive = false,
               Origin origin = Origin::typed) {
    if (chance(32)) size = small(0, std::size_t{9});
    std::vector<double> numbers(size);
    const bool is_wild = chance(4);
    for (double& each : numbers) {
      each = is_wild ? some_number() : small(-64, 64) / 8.0;
      if (is_positive) each = std::abs(each);
    }
    if (chance(48)) return JsValue::of_type("object");
    if (single_precision) return list_of(std::vector<float>(numbers.begin(), numbers.end()), origin);
    return list_of(numbers, origin);
  }
  JsValue data(Origin origin = Origin::typed) {
    return list(examples_ * channels_ * positions_, chance(16) ? !single_precision_ : single_precision_,
                false, origin);
  }
  JsValue per_channel(bool is_positive = false) { return list(channels_, chance(8), is_positive); }

  JsValue shape() {
    std::vector<double> dimensions;
    for (const std::size_t each : {examples_, channels_, positions_})
      dimensions.push_back(static_cast<double>(each));
    if (positions_ == 1 && bytes_.ConsumeBool()) dimensions.pop_back();
    while (chance(4)) dimensions.insert(dimensions.begin() + small(0, std::size_t{1}), 1);
    if (chance(8)) dimensions.erase(dimensions.begin());
    if (chance(4)) std::swap(dimensions.front(), dimensions.back());
    if (chance(8)) dimensions[small(0, dimensions.size() - 1)] = some_number();
    return list_of(dimensions, Origin::typed);
  }

  JsValue moments() { return lists_with_count({"mean", "mean_residual", "m2", "exponent"}); }
  JsValue gradient_sums() { return lists_with_count({"dy", "dy_x_hat", "dy_exponent", "dy_x_hat_exponent"}); }

  JsValue lists_with_count(std::initializer_list<const char*> names) {
    JsValue object = JsValue::object();
    if (!chance(24)) object.set("count", chance(8) ? number() : integer());
    for (const std::string name : names) {
      const bool is_exponent = name.find("exponent") != std::string::npos;
      JsValue values = list(channels_, chance(8));
      if (is_exponent && bytes_.ConsumeBool()) {
        const double choices[] = {0, 600, -600, 1, 10000, -10000};
        values = list_of(std::vector<double>(channels_, choices[small(0, std::size_t{5})]), Origin::typed);
      }
      if (chance(16)) values = anything(1);
      if (!chance(24)) object.set(name.c_str(), values);
    }
    if (chance(24)) object.set("counts", number());
    return object;
  }

  JsValue one_of(std::initializer_list<const char*> words) {
    if (chance(16)) return JsValue(bytes_.ConsumeRandomLengthString(8));
    return JsValue(std::string(words.begin()[small(0, words.size() - 1)]));
  }

  /// Some of the words, each once.
  JsValue texts(std::initializer_list<const char*> words) {
    if (chance(16)) return anything(1);
    JsValue array = JsValue::array();
    for (const char* word : words) {
      if (bytes_.ConsumeBool()) array.push(JsValue(std::string(word)));
    }
    return array;
  }

  void give_question(JsValue& object) {
    object.set("answer", formula());
    object.set("relative", positive());
    object.set("absolute", positive());
    object.set("digits", integer());
    if (!chance(4)) return;
    JsValue foreseen = JsValue::object();
    for (const char* key : {"id", "title", "reason"}) foreseen.set(key, JsValue(std::string(key)));
    foreseen.set("pitfall", one_of({"axis", "epsilon", "nothing"}));
    foreseen.set("answer", formula());
    JsValue list = JsValue::array();
    list.push(chance(8) ? anything(1) : foreseen);
    object.set("foreseen", list);
  }

  /// Givens of a problem, most of them usable.
  JsValue givens() {
    JsValue object = JsValue::object();
    const std::size_t m = small(1, std::size_t{5});
    for (const char* name : {"x", "dy"}) {
      if (!chance(8)) object.set(name, list(m, false));
    }
    for (const char* name : {"gamma", "beta", "eps", "momentum", "running_mean", "running_var", "w", "b"}) {
      if (!chance(8)) object.set(name, chance(8) ? number() : JsValue(small(0, 16) / 8.0));
    }
    for (const char* name : {"steps", "neurons", "inputs"}) {
      if (chance(4)) object.set(name, integer());
    }
    return object;
  }

  std::string text() {
    static const char* const words[] = {"x", "x_hat", "gamma", "1", "sum(x)", "2 x", "mean(x_hat^2)", "0"};
    return words[small(0, std::size(words) - 1)];
  }

  JsValue formula() {
    if (chance(4)) return JsValue(text());
    static const char* const pieces[] = {
        "x", "gamma", "γ", "[", "]", "(",  ")",   ",",    ";",   "+",   "-",    "*", "/",  "^", "√",    "²",
        "1", "0.5",   ".", "e", " ", "\n", "sum", "mean", "log", "max", "x[0]", "%", "2.", "−", "1e308"};
    if (bytes_.ConsumeBool()) return JsValue(bytes_.ConsumeRandomLengthString(80));
    std::string text;
    for (int count = small(0, 24); count > 0; --count) text += pieces[small(0, std::size(pieces) - 1)];
    return JsValue(text);
  }

  JsValue quantities() {
    JsValue object = JsValue::object();
    for (const char* name : {"x", "gamma", "y"}) {
      if (chance(4)) continue;
      JsValue value = bytes_.ConsumeBool() ? number() : list(channels_, false);
      if (chance(4)) {
        const JsValue values = value;
        value = JsValue::object();
        value.set("values", values);
        if (!chance(8)) value.set("scale", number());
      }
      object.set(name, chance(16) ? anything(2) : value);
    }
    return object;
  }

  /// A value of any type, objects and arrays up to `depth` levels.
  JsValue anything(int depth) {
    switch (small(0, depth > 0 ? 10 : 8)) {
      case 0:
        return JsValue();
      case 1:
        return JsValue::null();
      case 2:
        return JsValue(bytes_.ConsumeBool());
      case 3:
        return number();
      case 4:
        return JsValue(bytes_.ConsumeRandomLengthString(12));
      case 5:
        return JsValue::of_type(bytes_.ConsumeBool() ? "function" : "symbol");
      case 6:
        return JsValue::of_type("bigint");
      case 7:
      case 8:
        return list(small(0, std::size_t{8}), bytes_.ConsumeBool());
      case 9: {
        JsValue array = JsValue::array();
        for (int count = small(0, 4); count > 0; --count) array.push(anything(depth - 1));
        return array;
      }
      default: {
        JsValue object = JsValue::object();
        for (int count = small(0, 4); count > 0; --count)
          object.set(bytes_.ConsumeRandomLengthString(8).c_str(), anything(depth - 1));
        return object;
      }
    }
  }

  FuzzedDataProvider bytes_;
  std::size_t examples_, channels_, positions_;
  bool single_precision_;
};

long calls = 0, accepted = 0;

void print_counts() {
  std::fprintf(stderr, "boundary: %ld calls, of which %ld were right and had a result\n", calls, accepted);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool counted = std::atexit(print_counts) == 0;
  Values values(data, size);
  std::string name;
  const bindings::Entry& binding = values.binding(name);
  // As JavaScript has it: the lists of the arguments stay where they are, and the outcome says where its
  // lists are.
  bindings::Message message, reply;
  const auto given_in = [](bindings::Message& words) { return Given(reinterpret_cast<char*>(words.data())); };
  const auto is_whole = [](const Given& value, const bindings::Message& words) {
    return value.end() == reinterpret_cast<const char*>(words.data() + words.size());
  };
  const JsValue written = values.arguments(name);
  written.write(message);
  const Given arguments = given_in(message);
  require(is_whole(arguments, message), "what crosses is read to its end");
  const bindings::Outcome made = bindings::outcome_of(binding, arguments);
  made.value.write(reply);
  const Given outcome = given_in(reply);
  require(is_whole(outcome, reply), "what comes back is read to its end");

  ++calls;
  if (made.is_right) {
    ++accepted;
    require(!outcome.is_undefined(), "a call that succeeded has a value");
    return 0;
  }
  require(outcome["ok"].flag() == false, "a refusal is told from a value");
  const std::string code(outcome["code"].text().value()), sentence(outcome["message"].text().value());
  require(!sentence.empty(), "a refusal says why");
  if (code == "unreadable") {
    const Given range = outcome["range"];
    require(range["begin"].number().value() <= range["end"].number().value(),
            "a range begins before it ends");
  } else {
    require(code == "invalid_argument",
            ("no error of this kind may occur: " + code + ": " + sentence).c_str());
    require(sentence.find(": expected ") != std::string::npos, sentence.c_str());
  }
  return 0;
}
