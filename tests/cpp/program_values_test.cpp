// Programs against what NumPy makes of them: tests/reference/numpy/values.json, made by values.py beside it.
// Each is a test. REFERENCE_DIR is the folder of the reference files.

#include "helpers.h"
#include "program_json.h"

namespace {

using namespace programs;

struct Case {
  Json given;
};
void PrintTo(const Case& each, std::ostream* stream) {
  *stream << each.given["program"].get<std::string>();
}

const Json& document() {
  static const Json all = read_json(REFERENCE_DIR "/numpy/values.json");
  return all;
}

std::vector<Case> cases(const char* field) {
  std::vector<Case> all;
  for (const Json& each : document()["cases"]) {
    if (each.contains(field)) all.push_back({each});
  }
  return all;
}

/// `relative` to the largest value, where it is not 0; else `ulps` of each.
void expect_same(const Value& got, const Json& expected, double ulps, double relative) {
  if (expected.contains("items")) {
    const Sequence* const sequence = got.as<Sequence>();
    ASSERT_NE(sequence, nullptr) << shown(got);
    ASSERT_EQ(sequence->items().size(), expected["items"].size());
    for (std::size_t k = 0; k < sequence->items().size(); ++k)
      expect_same(sequence->items()[k], expected["items"][k], ulps, relative);
    return;
  }
  const Array* const array = got.as<Array>();
  ASSERT_NE(array, nullptr) << shown(got);
  EXPECT_EQ(array->shape, expected["shape"].get<Shape>());
  EXPECT_STREQ(name_of(array->type), expected["type"].get<std::string>().c_str());
  const std::vector<double> values = array->values(), right = numbers_of(expected["values"]);
  ASSERT_EQ(values.size(), right.size());
  double largest = 0;
  for (const double value : right) largest = std::max(largest, std::abs(value));
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (std::isnan(right[k])) {
      EXPECT_TRUE(std::isnan(values[k])) << "element " << k;
    } else if (relative > 0) {
      EXPECT_NEAR(values[k], right[k], relative * largest) << "element " << k;
    } else if (ulps == 0 || std::isinf(right[k])) {
      EXPECT_EQ(values[k], right[k]) << "element " << k;
    } else {
      EXPECT_NEAR(values[k], right[k], ulps * testing_batchnorm::epsilon * std::abs(right[k]))
          << "element " << k;
    }
  }
}

class NumPyValue : public testing::TestWithParam<Case> {};

TEST_P(NumPyValue, IsTheSame) {
  const Json& given = GetParam().given;
  const Program program = parse(given["program"]);
  Interpreter interpreter(program, true);
  interpreter.run(names_of(document()["inputs"]));
  const programs::Run run = interpreter.result();
  expect_same(run.names.at("r"), given["value"], given.value("ulps", 0.0), given.value("relative", 0.0));
}

INSTANTIATE_TEST_SUITE_P(Programs, NumPyValue, testing::ValuesIn(cases("value")));

/// NumPy's sentence without the exception's name.
std::string sentence_of(const std::string& error) {
  return error.substr(error.find(": ") + 2);
}

class NumPyError : public testing::TestWithParam<Case> {};

TEST_P(NumPyError, IsToldInTheSameWords) {
  const Json& given = GetParam().given;
  const Program program = parse(given["program"]);
  Interpreter interpreter(program, true);
  const std::string words =
      testing_batchnorm::refusal([&] { interpreter.run(names_of(document()["inputs"])); });
  EXPECT_NE(words.find(sentence_of(given["error"])), std::string::npos)
      << words << "\nNumPy: " << given["error"];
}

INSTANTIATE_TEST_SUITE_P(Programs, NumPyError, testing::ValuesIn(cases("error")));

TEST(NumPyTable, HasTheCasesThatArePromised) {
  EXPECT_GE(cases("value").size(), 150u);
  EXPECT_GE(cases("error").size(), 30u);
}

}  // namespace
