// The native core against every file of tests/reference, each case a test: the judgement of `npm run
// reference`, for the native build. REFERENCE_DIR is the folder of the files.

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "reference_modes.h"

namespace {

using namespace reference;
using batchnorm::Accuracy;

/// What a case asks for: its failures, with its errors or a remark in `shown`.
using Judge = std::function<std::vector<std::string>(std::ostream& shown)>;

struct Entry {
  std::string id;
  Judge judge;
};

/// How tests are listed.
void PrintTo(const Entry& entry, std::ostream* stream) {
  *stream << entry.id;
}

/// What `call` is refused with; nothing where it is not.
template <typename Call>
std::optional<std::string> refusal(const Call& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return std::nullopt;
}

bool same_bits(double a, double b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

/// NaN spoils all of its channel but dbeta, which does not see x; infinity may also be refused, but gives
/// nothing finite. Other channels do not change by a bit.
std::vector<std::string> judge_not_finite(const Json& given, const Operands& operands, std::ostream& shown) {
  std::vector<bool> has_nan(static_cast<std::size_t>(operands.layout.channels)), spoilt = has_nan;
  Json clean = given;
  for (std::size_t k = 0; k < operands.x.size(); ++k) {
    if (std::isfinite(operands.x[k])) continue;
    const auto channel = static_cast<std::size_t>(channel_of(operands.layout, static_cast<Index>(k)));
    spoilt[channel] = true;
    if (std::isnan(operands.x[k])) has_nan[channel] = true;
    clean["inputs"]["x"][k] = 0;
  }
  const auto refused = refusal([&] { train(given); });
  if (refused) {
    shown << "refused: " << *refused;
    if (std::count(has_nan.begin(), has_nan.end(), true) == 0) return {};
    return {"expected NaN in channels with NaN, but the core refused: " + *refused};
  }
  std::vector<std::string> failures;
  const Outputs without = train(clean).outputs;
  for (const auto& [field, output] : train(given).outputs) {
    for (std::size_t k = 0; k < output.values.size(); ++k) {
      const auto channel = static_cast<std::size_t>(output.channel[k]);
      const double got = output.values[k], finite = without.at(field).values[k];
      const bool right = field == "dbeta" || !spoilt[channel] ? same_bits(got, finite)
                         : has_nan[channel]                   ? std::isnan(got)
                                                              : !std::isfinite(got);
      if (!right)
        failures.push_back(field + "[" + std::to_string(k) + "] (channel " + std::to_string(channel) +
                           "): got " + in_words(got) +
                           (spoilt[channel] ? "" : ", without NaN " + in_words(finite)));
    }
  }
  return failures;
}

/// m = 1: an error, or y = beta exactly and no NaN in running_var.
std::vector<std::string> judge_single_value(const Json& given, std::ostream& shown) {
  Json untracked = given;
  untracked["inputs"].erase("running_mean");
  untracked["inputs"].erase("running_var");
  std::vector<std::string> failures;
  const auto refused = refusal([&] { failures = train(untracked).failures; });
  shown << (refused ? "refused: " + *refused : "y = beta");
  const bool tracks = member(given["inputs"], "running_mean") && member(given["inputs"], "running_var");
  if (refused || !tracks) return failures;
  const auto update = refusal([&] {
    for (const double value : train(given).outputs.at("running_var").values)
      if (std::isnan(value)) failures.push_back("running_var: expected no NaN");
  });
  if (update) shown << "; running statistics refused: " << *update;
  return failures;
}

/// 0/0: an error that names the channel, or finite numbers.
std::vector<std::string> judge_constant(const Json& given, std::ostream& shown) {
  std::vector<std::string> failures;
  const auto refused = refusal([&] {
    for (const auto& [field, output] : train(given).outputs)
      for (const double value : output.values)
        if (!std::isfinite(value))
          failures.push_back(field + ": expected finite numbers, got " + in_words(value));
  });
  if (!refused) return failures;
  shown << "refused: " << *refused;
  if (std::regex_search(*refused, std::regex("channel \\d"))) return {};
  return {"expected an error that names the channel, got: " + *refused};
}

/// The policy follows from the input that calls for one.
std::vector<std::string> judge_policy(const Json& given, std::ostream& shown) {
  const Operands operands = operands_of(given);
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(operands.x.begin(), operands.x.end(), finite))
    return judge_not_finite(given, operands, shown);
  if (operands.layout.m() == 1) return judge_single_value(given, shown);
  if (operands.eps == 0) return judge_constant(given, shown);
  malformed("policy", "x with NaN or infinity, one value a channel, or eps = 0", member(given, "policy"));
}

std::vector<std::string> judge_case(const Json& given, std::ostream& shown) {
  if (object("case", &given).value("kind", "") == "policy") return judge_policy(given, shown);
  const Run run = choice<Mode>("mode", member(given, "mode"), modes)(given);
  Comparison comparison = compare(given, run.outputs, run.stated);
  for (const std::string& error : comparison.errors) shown << error << "  ";
  comparison.failures.insert(comparison.failures.end(), run.failures.begin(), run.failures.end());
  return comparison.failures;
}

/// The calls of `error_calls` by the names of this core: weight is gamma, bias is beta. Those that name an
/// argument have to be refused with an error about it; the others differ on purpose, as the headers say.
struct ErrorCall {
  std::string argument;
  std::function<void()> call;
};

const std::map<std::string, ErrorCall>& error_calls() {
  static const Layout layout{2, 10, 1};
  static const std::vector<double> x(20, 1.0);
  static const auto ones = [](Index count) { return Channels(Channels::Ones(count)); };
  const auto train_with = [](const Affine& affine) {
    std::vector<double> y(20);
    batchnorm::forward_train(layout, x, affine, 1e-5, y);
  };
  const auto infer_with = [](const Channels& running_mean, const Channels& running_var) {
    std::vector<double> y(20);
    batchnorm::forward_inference(layout, x, {}, running_mean, running_var, 1e-5, y);
  };
  const auto train_shape = [](const std::vector<Index>& shape) {
    const Layout any = batchnorm::layout_of(shape, ChannelAxis::first);
    const std::vector<double> values(static_cast<std::size_t>(any.size()), 3.0);
    std::vector<double> y(values.size());
    batchnorm::forward_train(any, values, {{}, Channels::Constant(any.channels, 0.5)}, 1e-5, y);
    EXPECT_EQ(y, std::vector<double>(y.size(), 0.5)) << "y = beta where all values of a channel are equal";
  };
  static const std::map<std::string, ErrorCall> calls{
      {"mismatched running_mean size", {"running_mean", [=] { infer_with(ones(9), ones(10)); }}},
      {"mismatched running_var size", {"running_var", [=] { infer_with(ones(10), ones(11)); }}},
      {"mismatched weight size",
       {"gamma",
        [=] {
          train_with({ones(9), {}});
        }}},
      {"mismatched bias size",
       {"beta",
        [=] {
          train_with({{}, ones(11)});
        }}},
      {"inference without running statistics", {"running_mean", [=] { infer_with({}, {}); }}},
      {"m = 1 (NC)",
       {"",
        [=] {
          train_shape({1, 10});
        }}},
      {"BatchNorm1d given 4-D",
       {"",
        [=] {
          train_shape({2, 5, 2, 1});
        }}},
      {"BatchNorm2d given 2-D",
       {"",
        [=] {
          train_shape({2, 10});
        }}},
      {"empty batch, training",
       {"x",
        [=] {
          train_shape({0, 10});
        }}},
  };
  return calls;
}

std::vector<std::string> judge_error_call(const std::string& name, std::ostream& shown) {
  const Json quoted = name;
  const ErrorCall call = choice("error_calls", &quoted, error_calls());
  const auto refused = refusal(call.call);
  shown << (refused ? "refused: " + *refused : "accepted");
  const bool right = call.argument.empty()
                         ? !refused
                         : refused && std::regex_search(*refused, std::regex("^" + call.argument + "\\b"));
  if (right) return {};
  return {call.argument.empty() ? "expected a result" : "expected an error about " + call.argument};
}

/// What is known of a list of numbers for each channel. The sums are Kahan's, so that none of the error is
/// theirs.
class Channelwise {
 public:
  explicit Channelwise(const Layout& layout)
      : m_(static_cast<double>(layout.m())),
        sum_(Channels::Zero(layout.channels)),
        rest_(sum_),
        largest_(sum_) {}

  void add(Index c, double value) {
    const double term = value - rest_(c), sum = sum_(c) + term;
    rest_(c) = (sum - sum_(c)) - term;
    sum_(c) = sum;
    // A NaN stays, because nothing is greater.
    if (!(std::abs(value) <= largest_(c)) && !std::isnan(largest_(c))) largest_(c) = std::abs(value);
  }
  double mean(Index c) const { return sum_(c) / m_; }
  double largest(Index c) const { return largest_(c); }

 private:
  double m_;
  Channels sum_, rest_, largest_;
};

/// Identities I1, I3, I5 of every batch norm: mean(y) = beta, var(y) = gamma^2 rho, sum(dx) = 0; and
/// inference with the batch's statistics gives y.
template <typename Scalar>
std::vector<std::string> judge_shape(const Layout& layout, Dtype dtype, Accuracy accuracy) {
  const auto size = static_cast<std::size_t>(layout.size());
  const double eps = 1e-3, largest_dy = 2;
  std::vector<Scalar> x(size), dy(size), y(size), dx(size), frozen(size);
  for (std::size_t k = 0; k < size; ++k) {
    x[k] = static_cast<Scalar>(1 + std::ldexp(static_cast<std::uint32_t>(k * 2654435761u) >> 10, -22));
    dy[k] = static_cast<Scalar>((static_cast<double>(k * 40503 % 65536) - 32768) / 16384);
  }
  Affine affine{Channels(layout.channels), Channels(layout.channels)};
  for (Index c = 0; c < layout.channels; ++c) {
    affine.gamma(c) = (static_cast<double>(c * 7 % 9) - 4) / 4;
    affine.beta(c) = (static_cast<double>(c * 5 % 7) - 3) / 2;
  }
  const BatchStatistics statistics = batchnorm::forward_train(layout, x, affine, eps, y, accuracy);
  batchnorm::backward_train(layout, dy, x, statistics, affine.gamma, dx, accuracy);
  batchnorm::forward_inference(layout, x, affine, statistics.batch_mean, statistics.batch_var, eps, frozen,
                               accuracy);

  Channelwise offsets(layout), squares(layout), gradients(layout), changes(layout);
  for (std::size_t k = 0; k < size; ++k) {
    const Index c = channel_of(layout, static_cast<Index>(k));
    const double offset = static_cast<double>(y[k]) - affine.beta(c);
    offsets.add(c, offset);
    squares.add(c, offset * offset);
    gradients.add(c, dx[k]);
    changes.add(c, static_cast<double>(frozen[k]) - static_cast<double>(y[k]));
  }
  std::vector<std::string> failures;
  for (Index c = 0; c < layout.channels; ++c) {
    const double slope = std::abs(affine.gamma(c));
    const double scale = offsets.largest(c) + std::abs(affine.beta(c));
    const double variance = squares.mean(c) - offsets.mean(c) * offsets.mean(c);
    const double rho = statistics.batch_var(c) / (statistics.batch_var(c) + eps);
    const auto expect = [&](const std::string& what, double error, double unit, double allowed) {
      const double ulps = std::abs(error) / ulp(unit, dtype);
      if (!(ulps <= allowed))
        failures.push_back(what + ", channel " + std::to_string(c) + ": error " + in_words(ulps, 3) +
                           " ULP, allowed " + in_words(allowed));
    };
    expect("mean(y)", offsets.mean(c), scale, 2);
    expect("var(y)", variance - slope * slope * rho, slope * scale, 8);
    expect("mean(dx)", gradients.mean(c), slope * statistics.saved_invstd(c) * largest_dy, 4);
    expect("y of inference", changes.largest(c), scale, 4);
  }
  return failures;
}

/// float32 in both accuracies and float64, channels first and last.
std::vector<std::string> judge_shapes(const Json& given, std::ostream& shown) {
  // A larger tensor is cut to fewer examples: 32 MB in float64, more than caches hold; in the long tests 128
  // MB. The build for the sanitizers, with assertions, would take minutes.
#ifdef NDEBUG
  const Index most_values = Index{1} << (std::getenv("LONG_TESTS") ? 24 : 22);
#else
  const Index most_values = Index{1} << 20;
#endif
  std::vector<Index> shape = shape_of("shape", &given);
  Index values_of_example = 1;
  for (std::size_t k = 1; k < shape.size(); ++k) values_of_example *= shape[k];
  const Index examples = shape.front();
  shape.front() = std::max(Index{1}, std::min(examples, most_values / values_of_example));
  if (shape.front() < examples) shown << shape.front() << " of " << examples << " examples";

  std::vector<std::string> failures;
  for (const ChannelAxis axis : {ChannelAxis::first, ChannelAxis::last}) {
    std::vector<Index> arranged = shape;
    if (axis == ChannelAxis::last) std::rotate(arranged.begin() + 1, arranged.begin() + 2, arranged.end());
    const Layout layout = batchnorm::layout_of(arranged, axis);
    const auto judge = [&](Dtype dtype, Accuracy accuracy) {
      const std::vector<std::string> found =
          with_type(dtype, [&](auto type) { return judge_shape<decltype(type)>(layout, dtype, accuracy); });
      failures.insert(failures.end(), found.begin(), found.end());
    };
    judge(Dtype::float32, Accuracy::fast);
    judge(Dtype::float32, Accuracy::exact);
    judge(Dtype::float64, Accuracy::exact);
  }
  return failures;
}

Entry case_entry(const std::string& id, const Json& given) {
  return {id, [given](std::ostream& shown) { return judge_case(given, shown); }};
}

/// What a file asks for. Throws where the text is not a file of the format.
std::vector<Entry> entries_of(const std::string& text) {
  const Json file = Json::parse(text);
  object("file", &file);
  std::vector<Entry> entries;
  if (file.value("format", "bn-reference/1") == "bn-shapes/1") {
    for (const auto& [name, shapes] : file.items()) {
      if (!shapes.is_array()) continue;
      for (const Json& shape : shapes)
        entries.push_back({name + "/" + shape.dump(),
                           [shape = shape](std::ostream& shown) { return judge_shapes(shape, shown); }});
    }
  } else {
    if (file.value("format", "bn-reference/1") != "bn-reference/1")
      malformed("format", "bn-reference/1 or bn-shapes/1", member(file, "format"));
    const Json* cases = member(file, "cases");
    if (!cases || !cases->is_array()) malformed("cases", "a list", cases);
    if (file.value("count", cases->size()) != cases->size())
      malformed("count", std::to_string(cases->size()) + ", the number of cases", member(file, "count"));
    for (std::size_t k = 0; k < cases->size(); ++k) {
      const Json& given = (*cases)[k];
      const std::string number = "case " + std::to_string(k + 1);
      const bool named = given.is_object() && given.contains("id") && given["id"].is_string();
      const std::string id = named ? given["id"].get<std::string>() : number;
      entries.push_back(case_entry(id, given));
      if (!given.is_object() || given.value("dtype", "") != "float32" || given.contains("accuracy")) continue;
      Json fast = given;
      fast["accuracy"] = "fast";
      entries.push_back(case_entry(id + ", fast", fast));
    }
    if (const Json* calls = member(file, "error_calls")) {
      for (const auto& call : calls->items())
        entries.push_back({"error_calls/" + call.key(), [name = call.key()](std::ostream& shown) {
                             return judge_error_call(name, shown);
                           }});
    }
  }
  if (entries.empty()) malformed("file", "at least one case", &file);
  return entries;
}

/// The failures of a case; one that cannot be run has failed.
std::vector<std::string> judged(const Entry& entry, std::ostream& shown) {
  try {
    return entry.judge(shown);
  } catch (const std::invalid_argument& error) {
    return {std::string("the core refused: ") + error.what()};
  } catch (const std::exception& error) {
    return {error.what()};
  }
}

std::string text_of(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// All cases of all files. A file that cannot be read is one case, which has failed.
std::vector<Entry> entries_of_folder() {
  std::set<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(REFERENCE_DIR))
    if (file.path().extension() == ".json") files.insert(file.path());
  std::vector<Entry> entries;
  for (const auto& file : files) {
    try {
      const std::vector<Entry> more = entries_of(text_of(file));
      entries.insert(entries.end(), more.begin(), more.end());
    } catch (const std::exception& error) {
      entries.push_back({file.filename(), [why = std::string(error.what())](std::ostream&) {
                           return std::vector<std::string>{why};
                         }});
    }
  }
  return entries;
}

std::string test_name(const testing::TestParamInfo<Entry>& info) {
  return std::regex_replace(info.param.id, std::regex("[^A-Za-z0-9]+"), "_");
}

class Reference : public testing::TestWithParam<Entry> {};

TEST_P(Reference, Case) {
  std::ostringstream shown;
  const std::vector<std::string> failures = judged(GetParam(), shown);
  std::cout << GetParam().id << "  " << shown.str() << "\n";
  for (const std::string& failure : failures) ADD_FAILURE() << failure;
}
INSTANTIATE_TEST_SUITE_P(Files, Reference, testing::ValuesIn(entries_of_folder()), test_name);

TEST(ReferenceFiles, AreAllHere) {
  EXPECT_EQ(entries_of_folder().size(), 137u + 56u + 9u + 15u);  // 56 of floats, in both accuracies
}

/// Why a case fails when it is changed (RFC 7396: null removes); empty where it passes.
std::string reason_after(const Json& change) {
  const std::string file = std::string(REFERENCE_DIR) + "/exact_and_lesson.json";
  Json given = Json::parse(text_of(file))["cases"][0];
  given.merge_patch(change);
  std::ostringstream shown;
  const std::vector<std::string> failures = judged(case_entry("changed", given), shown);
  return failures.empty() ? "" : failures.front();
}

TEST(ReferenceJudgement, PassesAnUnchangedCaseWithFieldsOfItsOwn) {
  EXPECT_EQ(reason_after({{"a_field_of_ones_own", "is ignored"}}), "");
}

TEST(ReferenceJudgement, FailsWhatIsWrongAndSaysWhy) {
  const auto expect = [](const Json& change, const std::string& reason) {
    EXPECT_EQ(reason_after(change).substr(0, reason.size()), reason);
  };
  expect({{"mode", "eval"}},
         "mode: expected one of fold, inference, linear_bn_train, sequence, train, got \"eval\"");
  expect({{"layout", "CN"}}, "layout: expected one of NC, ");
  expect({{"layout", "NCHW"}}, "shape: expected 4 dimensions, for the layout is NCHW, got [4,1]");
  expect({{"dtype", "float16"}}, "dtype: expected one of float32, float64, got \"float16\"");
  expect({{"inputs", nullptr}}, "inputs: expected an object, got nothing");
  expect({{"inputs", {{"x", nullptr}}}}, "inputs.x: expected a list of 4 numbers, got nothing");
  expect({{"inputs", {{"x", {2, 4, "six", 8}}}}}, "inputs.x[2]: expected a number");
  expect({{"truth", {{"y", {-1, 0, 1}}}}}, "truth.y: expected 4 numbers, got 3");
  expect({{"truth", {{"saved_mean", {5.0000000000001}}}}},
         "saved_mean[0] (channel 0): got 5, truth 5.0000000000001");
  expect({{"truth", {{"x_hat", {1}}}}}, "truth, expected: expected fields among saved_invstd, saved_mean");
  expect({{"truth", nullptr}}, "truth, expected: expected numbers to compare with");
  expect({{"tolerance", {{"rule", "close"}}}}, "tolerance.rule: expected a rule in words");
  expect({{"eps", -1}}, "the core refused: eps: expected a number >= 0, got -1");
}

}  // namespace
