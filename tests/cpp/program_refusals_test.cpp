// What the array language refuses: in which words, at which piece of the text; and that no program takes more
// than it may. (NumPy's own errors are compared with NumPy in program_values_test.cpp.)

#include "helpers.h"
#include "programs/interpreter.h"

namespace {

using namespace programs;
using Kind = ProgramError::Kind;

struct Refusal {
  const char* program;
  Kind kind;
  int line;
  int column;
  const char* at;     ///< the piece of the text that the range is
  const char* words;  ///< a part of the sentence
};

void PrintTo(const Refusal& each, std::ostream* stream) {
  *stream << each.program;
}

const Names& inputs() {
  static const Names names{{"x", {make_array({2, 3}, Type::float64, {1, 2, 3, 4, 5, 7})}},
                           {"gamma", {make_array({3}, Type::float64, {1, 2, 3})}},
                           {"eps", {python_number(1e-5, Type::float64)}}};
  return names;
}

std::optional<ProgramError> error_of(const std::string& text) {
  try {
    const Program program = parse(text);
    Interpreter interpreter(program, true);
    interpreter.run(inputs());
  } catch (const ProgramError& error) {
    return error;
  }
  return std::nullopt;
}

class ProgramRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(ProgramRefusal, SaysWhereAndWhatInstead) {
  const Refusal& expected = GetParam();
  const std::optional<ProgramError> error = error_of(expected.program);
  ASSERT_TRUE(error) << "not refused";
  EXPECT_EQ(error->kind, expected.kind) << error->what();
  EXPECT_EQ(error->range.line, expected.line);
  EXPECT_EQ(error->range.column, expected.column);
  EXPECT_NE(std::string(error->what()).find(expected.words), std::string::npos) << error->what();
  // These programs are ASCII but for what is refused at their ends: units of UTF-16 are bytes.
  const std::string text = expected.program;
  if (*expected.at != '\0') {
    EXPECT_EQ(text.substr(error->range.begin, error->range.end - error->range.begin), expected.at);
  }
}

// clang-format off
const Refusal refusals[] = {
    // By name, with the nearest thing that works.
    {"y = np.einsum('ij,ij->j', x, x)", Kind::refused, 1, 8, "einsum", "np.einsum is not known here: use np.sum(a * b, axis=0)"},
    {"y = 1\nz = np.linalg.norm(x)", Kind::refused, 2, 8, "linalg", "use np.sqrt(np.sum(a * a))"},
    {"import torch", Kind::refused, 1, 1, "import torch", "only NumPy is known"},
    {"import tensorflow as tf", Kind::refused, 1, 1, "import tensorflow", "only NumPy is known"},
    {"import numpy as n", Kind::refused, 1, 17, "n", "write import numpy as np"},
    {"from numpy import sqrt", Kind::refused, 1, 1, "from", "write import numpy as np"},
    {"y = torch.mean(x, dim=0)", Kind::refused, 1, 5, "torch", "only NumPy is known"},
    {"y = tf.reduce_mean(x)", Kind::refused, 1, 5, "tf", "only NumPy is known"},
    {"y = jnp.mean(x)", Kind::refused, 1, 5, "jnp", "write np for jnp"},
    {"y = math.sqrt(2)", Kind::refused, 1, 5, "math", "use np.sqrt"},
    {"f = lambda a: a", Kind::refused, 1, 5, "lambda", "a function with def"},
    {"class BatchNorm:\n    pass", Kind::refused, 1, 1, "class", "running statistics go in and come out"},
    {"while True:\n    pass", Kind::refused, 1, 1, "while", "use for i in range(n)"},
    {"with x:\n    pass", Kind::refused, 1, 1, "with", "leave it out"},
    {"try:\n    pass", Kind::refused, 1, 1, "try", "leave it out"},
    {"y = [a for a in x]", Kind::refused, 1, 8, "for", "write a loop of its own"},
    {"y = sum(a for a in x)", Kind::refused, 1, 11, "for", "write a loop of its own"},
    {"for i, a in enumerate(x): pass", Kind::refused, 1, 13, "enumerate", "use for i in range(len(x))"},
    {"for a, b in zip(x, x): pass", Kind::refused, 1, 13, "zip", "a[i] and b[i]"},
    {"y = x.detach()", Kind::refused, 1, 7, "detach", "nothing is differentiated for you"},
    {"y = x.unsqueeze(0)", Kind::refused, 1, 7, "unsqueeze", "np.expand_dims"},
    {"y = x.sqrt()", Kind::refused, 1, 7, "sqrt", "write np.sqrt"},
    {"y = np.meen(x)", Kind::refused, 1, 8, "meen", "did you mean np.mean?"},
    {"y = x.maen()", Kind::refused, 1, 7, "maen", "did you mean .mean?"},
    {"y = np.frobnicate(x)", Kind::refused, 1, 8, "frobnicate", "np.frobnicate is not known here"},
    {"y = x ^ 2", Kind::syntax, 1, 7, "^", "write **"},
    {"y = 0 < eps < 1", Kind::refused, 1, 13, "<", "write a < b and b < c"},
    {"y = (x > 0) & (x < 2)", Kind::refused, 1, 13, "&", "multiply the masks"},
    {"y = ~(x > 0)", Kind::refused, 1, 5, "~", "opposite comparison"},
    {"y: float = 3", Kind::refused, 1, 2, ":", "types are not written here"},
    {"x.shape = (3, 2)", Kind::refused, 1, 1, "x.shape", "attributes cannot be set here"},
    {"def f(*a): pass", Kind::refused, 1, 7, "*", "name each parameter"},
    {"y = f(*x)", Kind::refused, 1, 7, "*", "write each argument"},
    {"@jit\ndef f(a): pass", Kind::refused, 1, 1, "@", "decorators"},
    {"if (n := 3) > 2: pass", Kind::refused, 1, 7, ":=", "a line of its own"},
    {"y = {1, 2}", Kind::refused, 1, 7, ",", "sets are not known"},
    {"y = 'a' in 'abc'", Kind::refused, 1, 9, "in", "compare with =="},
    {"y = x[:, np.array([0, 1])]", Kind::refused, 1, 10, "np.array([0, 1])", "an array beside another index"},
    {"y = np.sum(x, out=x)", Kind::failed, 1, 5, "np.sum(x, out=x)", "out= is not known here"},
    {"y = np.mean(x, dim=0)", Kind::failed, 1, 5, "np.mean(x, dim=0)", "did you mean axis=?"},
    // No Python either.
    {"", Kind::syntax, 1, 1, "", "nothing is written here"},
    {"# only a comment", Kind::syntax, 1, 17, "", "nothing is written here"},
    {"y = ", Kind::syntax, 1, 5, "", "a value is expected here, not the end of the line"},
    {"y = (1 + 2", Kind::syntax, 1, 5, "(", "is never closed"},
    {"y = (1 + 2]", Kind::syntax, 1, 11, "]", "does not close"},
    {"y = 1)", Kind::syntax, 1, 6, ")", "closes nothing"},
    {"y = 1\n  z = 2", Kind::syntax, 2, 3, "", "this line is indented"},
    {"for i in range(2):\nz = 2", Kind::syntax, 2, 1, "z", "are to be indented"},
    {"if True:\n    y = 1\n  z = 2", Kind::syntax, 3, 3, "", "fits no line above"},
    {"if x = 3: pass", Kind::syntax, 1, 6, "=", "write == to compare"},
    {"for i in range(2)\n    y = 1", Kind::syntax, 1, 18, "", "“:” is expected"},
    {"y = 2x", Kind::syntax, 1, 5, "2x", "write 2 * x"},
    {"y = 'text", Kind::syntax, 1, 5, "'", "this text has no end"},
    {"return 3", Kind::syntax, 1, 1, "return", "stands in no function"},
    {"break", Kind::syntax, 1, 1, "break", "stands in no loop"},
    {"3 = y", Kind::syntax, 1, 1, "3", "to a name or to a part of an array only"},
    {"else:\n    pass", Kind::syntax, 1, 1, "else", "belongs to no if"},
    {"y = 1 2", Kind::syntax, 1, 7, "2", "the line should end before “2”"},
    {"y = np.mean(axis=0, x)", Kind::syntax, 1, 21, "x", "arguments without a name come before"},
    {"y = x − 1", Kind::syntax, 1, 7, "", "“−” is not read here: write -"},
    {"```python\ny = x\n```", Kind::syntax, 1, 1, "```", "delete this line"},
    {"y = x\n    ```", Kind::syntax, 2, 5, "```", "delete this line"},
    {">>> y = x", Kind::syntax, 1, 1, ">>>", "delete it"},
    {"y ← 1", Kind::syntax, 1, 3, "", "“←” is not read here: write ="},
    {"y <- 1", Kind::syntax, 1, 3, "<-", "“<-” gives no value to a name: write ="},
    {"z = x\nz[:, 0] <- x.mean()", Kind::syntax, 2, 9, "<-", "write ="},
    {"y = ?", Kind::syntax, 1, 5, "?", "means nothing to Python"},
    // What Python and NumPy refuse as well.
    {"y = xx", Kind::failed, 1, 5, "xx", "name 'xx' is not defined"},
    {"y = gama * 2", Kind::failed, 1, 5, "gama", "did you mean gamma?"},
    {"y = epsilon", Kind::failed, 1, 5, "epsilon", "name 'epsilon' is not defined: did you mean eps?"},
    {"y = ε", Kind::failed, 1, 5, "", "did you mean eps?"},
    {"y = []\ny.append(1)", Kind::refused, 2, 3, "append", "make an array with np.zeros, and fill it with out[j] = …"},
    {"y = (1, 2).index(1)", Kind::refused, 1, 12, "index", "a tuple has no .index here"},
    {"y = [1][2]", Kind::failed, 1, 9, "2", "list index out of range"},
    {"mu = x.mean(axis=1)\nxc = x - mu", Kind::failed, 2, 6, "x - mu", "could not be broadcast together with shapes (2,3) (2,)"},
    {"y = 2 * (x @ x) + 1", Kind::failed, 1, 9, "(x @ x)", "mismatch in its core dimension"},
    {"raise ValueError('no mode')", Kind::failed, 1, 1, "raise ValueError('no mode')", "no mode"},
    {"assert 1 == 2", Kind::failed, 1, 1, "assert 1 == 2", "does not hold"},
    {"d = {}\nd['a'] = d", Kind::failed, 2, 1, "d['a']", "a dictionary holds"},
    {"y = {'a': 1}['b']", Kind::failed, 1, 14, "'b'", "no key 'b': it has a"},
    // What takes too much.
    {"for i in range(1000000):\n    y = i", Kind::limit, 1, 1, "", "more than 200000 steps"},
    {"y = np.zeros((100000, 100000))", Kind::limit, 1, 5, "", "too large"},
    {"y = np.zeros(10**10)", Kind::limit, 1, 5, "", "too large"},
    {"y = np.zeros((0, 10**9, 10**9))", Kind::limit, 1, 5, "", "too large"},
    {"y = np.zeros((0, 3)).reshape(0, 10**9, 10**9)", Kind::limit, 1, 5, "", "too large"},
    {"y = x[10**10]", Kind::failed, 1, 7, "10**10", "cannot fit 'int' into an index-sized integer"},
    {"y = x.sum(axis=-10**10)", Kind::failed, 1, 5, "", "out of bounds for array of dimension 2"},
    {"y = np.zeros(1000000)\nfor i in range(100): y = y + 1", Kind::limit, 2, 22, "y = y + 1", "computes more than"},
    {"def f(n): return f(n + 1)\nf(0)", Kind::limit, 1, 18, "f(n + 1)", "call each other too deeply"},
    {"y = 99999999999999999999", Kind::limit, 1, 5, "99999999999999999999", "write 9e19 for a float"},
    {"y = 2 ** 60", Kind::failed, 1, 5, "2 ** 60", "whole numbers go up to 2**53"},
    {"t = (1, 2)\nfor i in range(100): t = (t, t)", Kind::limit, 2, 26, "(t, t)", "too many items"},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(Programs, ProgramRefusal, testing::ValuesIn(refusals));

TEST(ProgramLimits, DeepTextsAreRefusedAndDoNotOverflow) {
  const auto repeated = [](const std::string& piece, int times) {
    std::string text;
    for (int k = 0; k < times; ++k) text += piece;
    return text;
  };
  for (const std::string& text : {"y = " + repeated("(", 5000) + "1" + repeated(")", 5000),
                                  "y = " + repeated("-", 9000) + "1", "y = 1" + repeated(" + 1", 4000),
                                  "y = x" + repeated("[0]", 5000), "y = " + repeated("not ", 4000) + "1",
                                  "y = 2" + repeated(" ** 2", 3000), "y = x" + repeated(".T", 5000)}) {
    const std::optional<ProgramError> error = error_of(text);
    ASSERT_TRUE(error) << text.substr(0, 40);
    EXPECT_EQ(error->kind, Kind::limit) << error->what();
  }
  EXPECT_EQ(error_of(repeated("# more\n", 4000) + "y = 1")->kind, Kind::limit);
}

TEST(ProgramTrace, HasTheLastValueOfEveryLineInTheOrderTheyRan) {
  const Program program =
      parse("total = 0\nfor i in range(3):\n    total += i\n    last = total\na = x[0]\na[0] = 9\n");
  Interpreter interpreter(program, true);
  interpreter.run(inputs());
  std::string told;
  for (const Assigned& each : interpreter.result().trace)
    told += std::to_string(each.line) + " " + each.name + "=" + shown(each.value) + "; ";
  EXPECT_EQ(told, "1 total=0; 2 i=2; 3 total=3; 4 last=3; 5 a=[1 2 3]; 6 a=[9 2 3]; ");
}

TEST(ProgramTrace, StaysWhereAProgramEndsWithAnError) {
  const Program program = parse("a = 1\nb = a + c\n");
  Interpreter interpreter(program, true);
  EXPECT_THROW(interpreter.run(inputs()), ProgramError);
  ASSERT_EQ(interpreter.result().trace.size(), 1u);
  EXPECT_EQ(interpreter.result().trace[0].name, "a");
}

TEST(ProgramInputs, AreNotChangedInPlace) {
  const Names given{{"x", {make_array({2}, Type::float64, {1, 2})}}};
  const Program program = parse("x += 5\nprint('x', x)");
  Interpreter interpreter(program, false);
  interpreter.run(given);
  EXPECT_EQ(given.at("x").as<Array>()->values(), (std::vector<double>{1, 2}));
  EXPECT_EQ(interpreter.result().printed, (std::vector<std::string>{"x [6 7]"}));
}

TEST(ProgramPlaces, CountUnitsOfUtf16AsEditorsDo) {
  const std::optional<ProgramError> error = error_of("γ = '😀é'; y = nothing");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->range.begin, 15u);
  EXPECT_EQ(error->range.end, 22u);
  EXPECT_EQ(error->range.column, 16);
}

}  // namespace
