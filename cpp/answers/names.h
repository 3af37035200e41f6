#pragma once
// The names of the language: each quantity (quantities.json) and each function has one, and learners type
// others besides.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "answers/quantity_table.h"

namespace answers {

/// `biased_variance` divides by m, `unbiased_variance` by m − 1.
inline constexpr std::string_view functions[] = {"sqrt",
                                                 "abs",
                                                 "exp",
                                                 "log",
                                                 "log2",
                                                 "log10",
                                                 "sum",
                                                 "mean",
                                                 "min",
                                                 "max",
                                                 "count",
                                                 "biased_variance",
                                                 "unbiased_variance"};

inline constexpr Spelling function_spellings[] = {
    {"Σ", "sum"},     {"∑", "sum"},      {"SUM", "sum"},      {"reduce_sum", "sum"},   {"ln", "log"},
    {"len", "count"}, {"SQRT", "sqrt"},  {"ABS", "abs"},      {"AVERAGE", "mean"},     {"average", "mean"},
    {"avg", "mean"},  {"amin", "min"},   {"amax", "max"},     {"reduce_mean", "mean"}, {"fabs", "abs"},
    {"LN", "log"},    {"Ln", "log"},     {"Log", "log"},      {"EXP", "exp"},          {"MIN", "min"},
    {"MAX", "max"},   {"log_2", "log2"}, {"log_10", "log10"}, {"lg", "log10"},         {"LOG10", "log10"},
    {"LOG", "log10"},
};

/// What is typed before the name of a function where Python is spoken: np.sqrt.
inline constexpr std::string_view modules[] = {"np", "numpy", "jnp",  "jax", "torch",
                                               "tf", "cp",    "math", "Math"};

/// What is counted, and per what: words that may stand behind a number and say nothing about it.
inline constexpr std::string_view count_words[] = {
    "batches",  "batch",       "values",     "value",   "operations", "operation",  "ops",
    "op",       "flops",       "flop",       "numbers", "number",     "elements",   "images",
    "image",    "activations", "times",      "updates", "units",      "iterations", "entries",
    "samples",  "params",      "degrees",    "buffers", "mini",       "learned",    "trainable",
    "negative", "standard",    "deviations", "per",     "each",       "in",         "total",
    "moved",    "example",     "channel",    "neuron",  "layer",      "step",       "rounded",
};

inline constexpr std::string_view percent_words[] = {"percent", "pct", "prozent", "Prozent"};

/// What says that a number is rounded, before it or behind it.
inline constexpr std::string_view about_words[] = {"about",  "approx",  "approximately", "ca",  "circa",
                                                   "around", "roughly", "nearly",        "etwa"};

/// What stands between the last two values of a list.
inline constexpr std::string_view and_words[] = {"and", "und"};

inline constexpr std::string_view number_words[] = {"zero", "one",   "two",   "three", "four", "five",
                                                    "six",  "seven", "eight", "nine",  "ten"};

/// What programs write around the values of a list: np.array([1, 2]), c(1, 2).
inline constexpr std::string_view list_words[] = {
    "array",  "asarray",   "tensor",      "Tensor", "Array",       "constant", "matrix",
    "Matrix", "List",      "list",        "tuple",  "c",           "vec",      "vector",
    "Vector", "as_tensor", "FloatTensor", "Series", "DeviceArray", "Variable", "column"};

template <typename Table>
const Spelling* find_spelling(const Table& table, std::string_view typed) {
  for (const Spelling& spelling : table) {
    if (spelling.typed == typed) return &spelling;
  }
  return nullptr;
}

template <typename Table>
bool contains(const Table& table, std::string_view name) {
  for (const std::string_view each : table) {
    if (each == name) return true;
  }
  return false;
}

/// What stands before a value: x_2 = …, x2, x[1].
struct Label {
  std::string base;                  ///< without the place
  std::optional<std::size_t> place;  ///< as typed: from 1, in brackets from 0
  bool from_0 = false;               ///< the place stands in brackets
};

inline Label read_label_name(const std::string& typed) {
  const bool bracket = !typed.empty() && typed.back() == ']';
  const std::size_t end = typed.size() - (bracket ? 1 : 0);
  const std::size_t start = typed.find_last_not_of("0123456789", end - 1) + 1;
  if (typed.empty() || start == end || start == 0 || end - start > 4) return {typed, std::nullopt};
  const std::string base = typed.substr(0, start);
  const bool has_sign = base.back() == '_' || base.back() == '[';
  return {has_sign ? base.substr(0, base.size() - 1) : base, std::stoul(typed.substr(start, end - start)),
          bracket};
}

/// What a typed name means.
struct Name {
  std::string name;                   ///< the quantity's one name, or what was typed
  bool of_the_lesson = false;         ///< one of lesson_quantities
  bool root = false;                  ///< the root of that quantity
  std::optional<int> subscript = {};  ///< 1 for x_1
};

/// The short name of ∂L/∂(name); empty if there is none.
inline std::string_view gradient_of(std::string_view name) {
  const Spelling* const found = find_spelling(gradients, name);
  return found ? found->name : std::string_view();
}

/// A quantity of the lesson without a subscript. `squared`: a ² or ^2 came with it, which makes the variance
/// of the root σ.
inline Name read_plain_name(std::string_view typed, bool squared) {
  if (contains(lesson_quantities, typed)) return {std::string(typed), true};
  if (const Spelling* const found = find_spelling(spellings, typed))
    return {std::string(found->name), true, found->root && !squared};
  if (typed.size() > 1 && typed[0] == 'd') {  // dγ
    const Name under = read_plain_name(typed.substr(1), squared);
    const std::string_view gradient = gradient_of(under.name);
    if (under.of_the_lesson && !under.root && !gradient.empty()) return {std::string(gradient), true};
  }
  return {std::string(typed)};
}

/// x_i and x_j are the list itself, value by value; x_1 is its first value.
inline Name read_name(std::string_view typed, bool squared) {
  const Name whole = read_plain_name(typed, squared);
  const std::size_t at = typed.rfind('_');
  if (whole.of_the_lesson || at == std::string_view::npos) return whole;
  Name base = read_plain_name(typed.substr(0, at), squared);
  if (!base.of_the_lesson || base.root) return whole;
  const std::string_view subscript = typed.substr(at + 1);
  if (subscript == "i" || subscript == "j") return base;
  const bool digits = subscript.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits || subscript.empty() || subscript.size() > 4) return whole;
  base.subscript = std::stoi(std::string(subscript));
  return base;
}

/// True for σ and its like, of which a square that follows is a part; also after d or ∂.
inline bool takes_a_square(std::string_view typed) {
  if (read_plain_name(typed, false).root) return true;
  for (const std::string_view prefix : {std::string_view("d"), std::string_view("∂")}) {
    if (typed.substr(0, prefix.size()) == prefix && read_plain_name(typed.substr(prefix.size()), false).root)
      return true;
  }
  return false;
}

/// What may stand below a sum: _i, _j, _i=1.
inline bool is_sum_index(std::string_view index) {
  return index == "_i" || index == "_j" || index == "_i=1" || index == "_j=1";
}

/// The letter of an index, i or j, of a name or a sum; 0 where there is none.
inline char index_letter(std::string_view typed) {
  const std::size_t at = typed.rfind('_');
  if (at == std::string_view::npos || at + 1 == typed.size()) return '\0';
  const char letter = typed[at + 1];
  const bool ends = at + 2 == typed.size() || typed[at + 2] == '=';
  return ends && (letter == 'i' || letter == 'j') ? letter : '\0';
}

/// The function's one name, without the sum's index (Σ_i, sum_j, Σ_{i=1}); empty if it is none.
inline std::string_view read_function(std::string_view typed) {
  const std::string_view base = typed.substr(0, typed.rfind('_'));
  const std::string_view index = typed.substr(base.size());
  const std::string_view name = is_sum_index(index) ? base : typed;
  if (const Spelling* const found = find_spelling(function_spellings, name)) return found->name;
  return contains(functions, name) ? name : std::string_view();
}

}  // namespace answers
