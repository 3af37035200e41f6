// Verdicts on programs as others write them: tests/programs/*.py, whose sections say what a good tutor would.
// And what verdicts rest on: derivations that agree with the operator, mistakes that show, batches that
// shrink.

#include <filesystem>
#include <fstream>
#include <sstream>

#include "helpers.h"
#include "programs/batches.h"
#include "programs/comparison.h"
#include "programs/derivations.h"
#include "programs/judge.h"

namespace {

using namespace programs;

struct Section {
  std::string task, title, verdict, law;
  std::vector<std::string> more;  ///< mistakes in the order of their lines; the words of a refusal
  std::string text;
  std::vector<int> wrong_lines;  ///< those that end with “# <-”
};

void PrintTo(const Section& each, std::ostream* stream) {
  *stream << each.task << ": " << each.title;
}

std::vector<std::string> split(const std::string& text, const std::string& by) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at; (at = text.find(by, from)) != std::string::npos; from = at + by.size())
    parts.push_back(text.substr(from, at - from));
  parts.push_back(text.substr(from));
  return parts;
}

Section read_header(const std::string& header, const std::string& file) {
  const std::vector<std::string> parts = split(header, ": ");
  Section section;
  section.task = file == "others" ? parts[0] : file;
  section.title = parts.size() > 2 ? parts[1] : parts[0];
  for (const std::string& word : split(parts.back(), " ")) {
    if (section.verdict.empty()) {
      section.verdict = word;
    } else if (word.rfind("law=", 0) == 0) {
      section.law = word.substr(4);
    } else {
      section.more.push_back(word);
    }
  }
  return section;
}

std::vector<Section> sections() {
  std::vector<Section> all;
  for (const std::string file : {"forward", "backward", "others"}) {
    std::ifstream stream(PROGRAMS_DIR "/" + file + ".py");
    int line = 0;
    bool begun = false;
    for (std::string text; std::getline(stream, text);) {
      if (text.rfind("# === ", 0) == 0) {
        all.push_back(read_header(text.substr(6), file));
        line = 0;
        begun = true;
        continue;
      }
      if (!begun) continue;
      ++line;
      all.back().text += text + "\n";
      if (text.find("# <-") != std::string::npos) all.back().wrong_lines.push_back(line);
    }
  }
  return all;
}

const char* name_of(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::right:
      return "right";
    case Verdict::Kind::wrong:
      return "wrong";
    case Verdict::Kind::failed:
      return "failed";
    case Verdict::Kind::unreadable:
      return "refused";
  }
  return "";
}

class ProgramVerdict : public testing::TestWithParam<Section> {};

TEST_P(ProgramVerdict, IsAGoodTutors) {
  const Section& section = GetParam();
  const Verdict verdict = judge(task_kind(section.task), section.text);
  std::string told;
  if (verdict.error) told += std::to_string(verdict.error->range.line) + ": " + verdict.error->what();
  for (const Fault& fault : verdict.faults)
    told += "\nline " + std::to_string(fault.line) + " " + fault.name + ": " + fault.quantity + " " +
            fault.mistake;
  for (const Law& law : verdict.laws) told += law.holds ? "" : "\nlaw " + law.id;
  ASSERT_EQ(name_of(verdict.kind), section.verdict) << told;
  if (section.verdict == "right") {
    EXPECT_EQ(failing_law(verdict), nullptr) << told;
    EXPECT_GE(verdict.batches, 25);
    EXPECT_EQ(verdict.lost_digits > 0, !section.more.empty()) << verdict.lost_digits;
    return;
  }
  if (section.verdict == "refused") {
    ASSERT_FALSE(section.wrong_lines.empty()) << "the section says no line";
    std::string words;
    for (const std::string& each : section.more) words += (words.empty() ? "" : " ") + each;
    EXPECT_EQ(verdict.error->range.line, section.wrong_lines[0]);
    EXPECT_NE(std::string(verdict.error->what()).find(words), std::string::npos) << verdict.error->what();
    return;
  }
  ASSERT_FALSE(verdict.faults.empty());
  std::vector<std::string> ids;
  std::vector<int> lines;
  for (const Fault& fault : verdict.faults) {
    if (fault.line > 0) lines.push_back(fault.line);
    if (!fault.mistake.empty()) ids.push_back(fault.mistake);
  }
  EXPECT_EQ(lines, section.wrong_lines) << told;
  EXPECT_EQ(ids, section.more) << told;
  for (const std::string& id : ids) EXPECT_NO_THROW(mistake_named(id));
  if (section.verdict == "wrong") {
    ASSERT_NE(failing_law(verdict), nullptr);
    if (!section.law.empty()) {
      EXPECT_EQ(failing_law(verdict)->id, section.law);
    }
    ASSERT_TRUE(verdict.counterexample && verdict.counterexample->got);
  }
}

struct Ending {
  const char* task;
  const char* program;
  int line;
  const char* sentence;
};

TEST(ProgramEnding, SaysWhatIsMissing) {
  // clang-format off
  const Ending endings[] = {
      {"normalize", "def normalize(x, eps):\n    x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)\n", 1,
       "“normalize” has no return: write return x_hat as its last line"},
      {"statistics", "def f(x):\n    if x.shape[0] > 0:\n        return\n", 1,
       "“f” should return batch_mean, batch_var, and returns None"},
      {"statistics", "def f(x):\n    return x.mean(0),\n", 1,
       "“f” should return batch_mean, batch_var, and there is no batch_var"},
      {"statistics", "batch_mean = 'none'\nbatch_var = x.var(0)", 2,
       "at the end batch_mean is a text, where an array of numbers is asked for"},
      {"statistics", "batch_mean = [x[0], [1]]\nbatch_var = x.var(0)", 2,
       "at the end batch_mean is a list, where an array of numbers is asked for"},
      {"statistics", "batch_mean = []\nfor j in range(x.shape[1]):\n    batch_mean.append(x[:, j].mean())", 3,
       "make an array with np.zeros, and fill it with out[j] = …"},
      {"statistics", "batch_var = x.var(0)", 1, "the program ends without batch_mean"},
  };
  // clang-format on
  for (const Ending& each : endings) {
    const Verdict verdict = judge(task_kind(each.task), each.program);
    ASSERT_TRUE(verdict.error) << each.program;
    EXPECT_EQ(verdict.error->range.line, each.line) << each.program;
    EXPECT_NE(std::string(verdict.error->what()).find(each.sentence), std::string::npos)
        << verdict.error->what();
  }
}

TEST(ProgramFault, OfAMissingLineBlamesNone) {
  const auto told = [](const std::string& program) {
    std::string words;
    for (const Fault& fault : judge(task_kind("running_statistics"), program).faults)
      words += std::to_string(fault.line) + " " + fault.name + " " + fault.mistake + "; ";
    return words;
  };
  const std::string mean = "running_mean = momentum * running_mean + (1 - momentum) * x.mean(0)\n";
  const std::string var = "running_var = momentum * running_var + (1 - momentum) * x.var(0)\n";
  const std::string no_mean = "0 running_mean running-not-updated; ",
                    no_var = "0 running_var running-not-updated; ";
  EXPECT_EQ(told(mean), no_var);
  EXPECT_EQ(told(var), no_mean);
  EXPECT_EQ(told("mean = x.mean(axis=0)\nvar = x.var(axis=0)\n"), no_mean + no_var);
  EXPECT_EQ(told("def f(x, running_mean, running_var, momentum):\n    " + mean +
                 "    return running_mean, running_var\n"),
            no_var);
  EXPECT_EQ(told("running_mean = (1 - momentum) * running_mean + momentum * x.mean(0)\n"),
            "1 running_mean momentum-swapped; " + no_var);
  EXPECT_EQ(told(mean + "running_var = running_var\n"), "2 running_var running-not-updated; ");
}

INSTANTIATE_TEST_SUITE_P(Programs, ProgramVerdict, testing::ValuesIn(sections()));

TEST(ProgramSections, AreAsManyAsPromisedAndHalfOfThemWrong) {
  const std::vector<Section> all = sections();
  const auto right =
      std::count_if(all.begin(), all.end(), [](const Section& each) { return each.verdict == "right"; });
  EXPECT_GE(all.size(), 60u);
  EXPECT_GE(all.size() - static_cast<std::size_t>(right), 30u);
  std::set<std::string> tasks;
  for (const Section& section : all) tasks.insert(section.task);
  for (const TaskKind& kind : task_kinds()) EXPECT_EQ(tasks.count(kind.name), 1u) << kind.name;
}

class ProgramTask : public testing::TestWithParam<std::string> {};

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const TaskKind& kind : task_kinds()) names.push_back(kind.name);
  return names;
}

TEST_P(ProgramTask, DerivationAgreesWithTheOperator) {
  const TaskKind& kind = task_kind(GetParam());
  for (int number = 0; number < batch_count; ++number) {
    const Names inputs = batch(kind, number);
    const Names derived = right_derivation(kind).evaluate(inputs);
    EXPECT_EQ(derived.size(), derivation(kind).size()) << "batch " << number;
    const Case right(kind, inputs);
    for (const auto& [name, value] : right.right) {
      if (derived.count(name) == 0) continue;
      const double tolerance = kind.single ? 2e-3 : tolerance_of_intermediates(right);
      // Terms of dx cancel: what is left is measured with them.
      const bool cancels = name == "dx" || name == "dvar" || name == "dmean";
      if (cancels && number > 1) continue;
      EXPECT_TRUE(among(*derived.at(name).as<Array>(), *value.as<Array>(), tolerance))
          << name << " of batch " << number;
    }
    for (const Operand& output : kind.outputs) {
      Array got = *derived.at(output.name).as<Array>();
      EXPECT_EQ(compare(right, output.name, got).kind, Comparison::Kind::equal)
          << output.name << " of batch " << number;
    }
  }
}

TEST_P(ProgramTask, EveryLawHoldsForTheDerivationOnEveryBatch) {
  const TaskKind& kind = task_kind(GetParam());
  std::string text;
  for (const Line& line : derivation(kind)) text += line.name + " = " + line.expression + "\n";
  const Program program = parse(text);
  for (int number = 0; number < batch_count; ++number) {
    const Case known(kind, batch(kind, number));
    const Attempt made = attempt(known, program, {}, false);
    ASSERT_FALSE(made.error) << made.error->what();
    const std::vector<Law> laws = try_laws({known, program, made.outputs});
    EXPECT_GE(laws.size(), 4u);
    for (const Law& law : laws) EXPECT_TRUE(law.holds) << law.id << " on batch " << number;
  }
}

TEST_P(ProgramTask, EveryMistakeHasANameAndShowsOnTheFirstBatches) {
  const TaskKind& kind = task_kind(GetParam());
  const std::vector<Mistaken>& all = mistaken_derivations(kind);
  EXPECT_GE(all.size(), 8u);
  for (std::size_t k = 0; k < all.size(); ++k) {
    EXPECT_NO_THROW(mistake_named(all[k].variant.id)) << all[k].variant.id;
    if (all[k].variant.id == "digits-lost") continue;  // by chance it may lose few on one batch
    bool shows = false, has_values = false;
    for (const int number : {0, 1}) {
      const Names inputs = batch(kind, number);
      const Case right(kind, inputs);
      const Names wrong = all[k].derivation.evaluate(inputs);
      for (const Operand& output : kind.outputs) {
        const auto found = wrong.find(output.name);
        if (found == wrong.end()) continue;
        has_values = true;
        shows =
            shows || compare(right, output.name, *found->second.as<Array>()).kind != Comparison::Kind::equal;
      }
    }
    EXPECT_TRUE(has_values && shows) << all[k].variant.id << " " << all[k].variant.instead[0].expression;
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, ProgramTask, testing::ValuesIn(task_names()));

TEST(ProgramTasks, AreAtLeastTwelve) {
  EXPECT_GE(task_kinds().size(), 12u);
  EXPECT_EQ(
      testing_batchnorm::refusal([] { task_kind("nothing"); }).rfind("task: expected one of statistics, ", 0),
      0u);
}

TEST(ProgramBatches, AreAsManySidedAsPromised) {
  const TaskKind& kind = task_kind("forward");
  Index most_examples = 0, most_channels = 0;
  bool constant = false, offset = false, no_eps = false, large_eps = false, square = false;
  for (int number = 0; number < batch_count; ++number) {
    const Names inputs = batch(kind, number);
    const Array& x = *inputs.at("x").as<Array>();
    EXPECT_GE(x.shape[0], 2);
    most_examples = std::max(most_examples, x.shape[0]);
    most_channels = std::max(most_channels, x.shape[1]);
    square = square || x.shape[0] == x.shape[1];
    const double eps = inputs.at("eps").as<Array>()->first();
    no_eps = no_eps || eps == 0;
    large_eps = large_eps || eps == 1;
    const Case known(kind, inputs);
    for (const double var : known.right.at("batch_var").as<Array>()->values())
      constant = constant || var == 0;
    offset = offset || condition(known) > 1e7;
    for (const char* name : {"gamma", "beta"}) {
      for (const double value : inputs.at(name).as<Array>()->values()) EXPECT_TRUE(value != 0 && value != 1);
    }
  }
  EXPECT_GT(most_examples, 40);
  EXPECT_LE(most_examples, 64);
  EXPECT_EQ(most_channels, 8);
  EXPECT_TRUE(constant && offset && no_eps && large_eps && square);
}

TEST(ProgramCounterexample, IsSmallAndShowsTheError) {
  const Verdict verdict = judge(task_kind("backward"),
                                "x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)\n"
                                "dgamma = np.sum(dy * x_hat, axis=0)\n"
                                "dbeta = np.sum(dy, axis=0)\n"
                                "dx = gamma * dy / np.sqrt(x.var(0) + eps)\n");
  ASSERT_TRUE(verdict.counterexample);
  const Counterexample& example = *verdict.counterexample;
  EXPECT_EQ(example.output, "dx");
  const Array& x = *example.inputs.at("x").as<Array>();
  EXPECT_EQ(x.shape[0], 2);
  EXPECT_EQ(x.shape[1], 1);
  for (const double value : x.values()) EXPECT_EQ(value, std::round(value));
  EXPECT_NE(example.inputs.at("gamma").as<Array>()->first(), 0);
  const double got = example.got->as<Array>()->values()[example.position];
  const double expected = example.expected->as<Array>()->values()[example.position];
  EXPECT_GT(std::abs(got - expected), 1e-3);
}

TEST(ProgramFault, TellsWhatALineShouldHaveGiven) {
  const Verdict verdict = judge(task_kind("forward"),
                                "mu = x.mean(axis=0)\nvar = x.var(axis=0, ddof=1)\n"
                                "y = gamma * (x - mu) / np.sqrt(var + eps) + beta\n");
  ASSERT_EQ(verdict.faults.size(), 1u);
  const Fault& fault = verdict.faults[0];
  EXPECT_EQ(fault.name, "var");
  EXPECT_EQ(fault.quantity, "batch_var");
  const std::vector<double> got = fault.got->as<Array>()->values(),
                            expected = fault.expected->as<Array>()->values();
  const double m = static_cast<double>(batch(task_kind("forward"), 0).at("x").as<Array>()->shape[0]);
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k] / expected[k], m / (m - 1), 1e-12);
}

}  // namespace
