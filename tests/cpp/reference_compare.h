#pragma once
// Compares what the core gave with what a file states, by the file's own tolerances, as
// tests/reference/compare.mjs does for the WebAssembly build; README.md there defines tolerances, natural
// scales and ULP.

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <regex>
#include <sstream>

#include "reference_format.h"

namespace reference {

/// A field as the core gave it, and what its errors are measured with.
struct Output {
  Numbers values;
  Index channels;
  std::vector<Index> channel;  ///< of each value
  Numbers scale;               ///< natural, of each value; a file's natural_scale comes before it
  Numbers magnitude = {};      ///< of each value: what a rule in words multiplies its factor with
};
using Outputs = std::map<std::string, Output>;

/// The numbers to compare with: objects of fields, or null.
struct Stated {
  Json truth, truth_lo, expected;
};

struct Comparison {
  std::vector<std::string> errors;    ///< the largest of each field, in ULP
  std::vector<std::string> failures;  ///< why the case failed
};

struct Format {
  int digits;
  double smallest, largest;
};
inline Format format_of(Dtype dtype) {
  if (dtype == Dtype::float64) return {52, 0x1p-1074, std::numeric_limits<double>::max()};
  return {23, 0x1p-149, std::numeric_limits<float>::max()};
}

/// The spacing of the numbers at `scale`.
inline double ulp(double scale, Dtype dtype) {
  const Format format = format_of(dtype);
  const double size = std::min(scale, std::numeric_limits<double>::max());
  return size > 0 ? std::max(std::ldexp(1, std::ilogb(size) - format.digits), format.smallest)
                  : format.smallest;
}

/// How far `got` is from wanted + rest. A result beyond the largest number stands in a file as infinite or as
/// that number; then it is right to give either.
inline double distance(double got, double wanted, double rest, double scale, Dtype dtype) {
  const double infinity = std::numeric_limits<double>::infinity(), largest = format_of(dtype).largest;
  if (std::isnan(wanted)) return std::isnan(got) ? 0 : infinity;
  const bool overflowed = std::isinf(wanted) || (std::abs(wanted) == largest && scale > largest);
  const double error =
      overflowed ? std::max(largest - std::copysign(1, wanted) * got, 0.0) : std::abs(got - wanted - rest);
  return std::isnan(error) ? infinity : error;
}

/// The absolute error allowed for each value.
using Allowed = Numbers;

/// What a rule in words can speak of.
struct Subject {
  const std::string& field;
  Dtype dtype;
  const Numbers& scale;
  const Numbers& magnitude;
  const Numbers& wanted;

  Allowed ulps(double factor) const {
    Allowed allowed;
    for (const double each : scale) allowed.push_back(factor * ulp(each, dtype));
    return allowed;
  }
  /// None where the rule does not speak of the field.
  std::optional<Allowed> magnitudes(double factor) const {
    Allowed allowed;
    for (const double each : magnitude) allowed.push_back(factor * each);
    return magnitude.empty() ? std::nullopt : std::make_optional(allowed);
  }
};

/// What the rules that files state in words allow. The sums of absolute values that a rule spells out are the
/// field's scale or magnitude.
inline std::optional<Allowed> allowed_by_rule(const std::string& where, const Json& text,
                                              const Subject& subject) {
  std::smatch match;
  const std::string rule = text.is_string() ? text.get<std::string>() : "";
  const auto says = [&](const char* pattern) { return std::regex_match(rule, match, std::regex(pattern)); };
  const auto factor = [&](std::size_t group) { return std::stod(match[group]); };

  if (says(R"(([\d.e-]+) ulp of (?:the )?natural scale)")) return subject.ulps(factor(1));
  if (says(R"(([\d.e-]+) ulp of the largest element)")) {
    double largest = 0;
    for (const double each : subject.wanted) largest = std::max(largest, std::abs(each));
    return Allowed(subject.wanted.size(), factor(1) * ulp(largest, subject.dtype));
  }
  // What is attainable is asked for.
  if (says(R"(per channel: y ([\d.e-]+), dx ([\d.e-]+) ulp of that channel's natural scale is attainable; )"
           R"(([\d.e-]+) is acceptable)"))
    return subject.ulps(factor(subject.field == "y" ? 1 : subject.field == "dx" ? 2 : 3));
  if (says(
          R"(atol ([\d.e-]+) ulp of (?:\|s\|\(\|b\|\+\|rm\|\)\+\|beta\||sum \|W_folded\|\|X\| \+ \|b_folded\|))"))
    return subject.ulps(factor(1));
  if (says(R"(rtol ([\d.e-]+)(?:\*([\d.e-]+))?)")) {
    Allowed allowed;
    for (const double each : subject.wanted)
      allowed.push_back(factor(1) * (match[2].matched ? factor(2) : 1) * std::abs(each));
    return allowed;
  }
  if (says(
          R"(absolute error <= \(float64: ([\d.e-]+), float32: ([\d.e-]+)\) \* max\(1, max\|x\|\) for running_mean, )"
          R"(\* max\(1, max\|x\|\^2\) for running_var)"))
    return subject.magnitudes(factor(subject.dtype == Dtype::float64 ? 1 : 2));
  if (says(R"(atol ([\d.e-]+) \* max\(1, gamma\*invstd\*\|dy\|\*\|X\|\))"))
    return subject.magnitudes(factor(1));
  if (says(R"(true value is exactly 0; accept \|db\| <= N \* 2\^-(\d+) \* gamma\*invstd\*max\|dy\|)"))
    return subject.magnitudes(std::exp2(-factor(1)));
  malformed(where, "a rule in words that tests/cpp/reference_compare.h knows", &text);
}

/// A number for all channels, or a list with one for each; as a number for each value.
inline Numbers of_channel(const std::string& where, const Json& value, const Output& output) {
  const Numbers list = value.is_array()
                           ? numbers(where, &value, Dtype::float64, output.channels)
                           : Numbers(static_cast<std::size_t>(output.channels), number(where, &value));
  Numbers result;
  for (const Index channel : output.channel) result.push_back(list[static_cast<std::size_t>(channel)]);
  return result;
}

/// A source of numbers, and how far the core is from it.
struct Side {
  std::string name;
  Numbers wanted, errors;
};

/// One way in which a field is judged.
struct Check {
  const Side* against;
  std::string by;
  Allowed allowed;
};

/// All that a file asks of a field; nothing where it has no tolerance for it. What another program gave
/// (`expected`) counts beside a truth only with the tolerance that was made for both.
inline std::vector<Check> checks_of(const Json& given, const Subject& subject, const Output& output,
                                    const std::vector<Side>& sides) {
  const Json nothing = Json::object();
  const Json* stated = member(given, "tolerance");
  const Json& tolerance = stated ? object("tolerance", stated) : nothing;
  const Side& reference = sides.front();
  std::vector<Check> checks;
  const Json* bitwise = member(given, "bitwise_fields");
  if (bitwise && std::count(bitwise->begin(), bitwise->end(), subject.field) > 0)
    checks.push_back({&reference, "bitwise_fields", Allowed(output.values.size(), 0)});
  const Json* atol = member(tolerance, "atol");
  if (atol && member(*atol, subject.field)) {
    const Allowed allowed =
        of_channel("tolerance.atol." + subject.field, *member(*atol, subject.field), output);
    for (const Side& side : sides) checks.push_back({&side, "atol", allowed});
  }
  const std::string goal_name = "goal_" + subject.field;
  const Json* goal = member(tolerance, goal_name);
  if (goal && reference.name == "truth") {
    const double ulps = number("tolerance." + goal_name, goal);
    checks.push_back({&reference, goal_name + " " + goal->dump() + " ULP", subject.ulps(ulps)});
  }
  if (!checks.empty()) return checks;

  for (const std::string& name : {subject.field, std::string("rule"), std::string("truth_rule")}) {
    const Json* rule = member(tolerance, name);
    if (!rule) continue;
    const std::optional<Allowed> allowed = allowed_by_rule("tolerance." + name, *rule, subject);
    if (allowed) checks.push_back({&reference, rule->get<std::string>(), *allowed});
    break;
  }
  return checks;
}

/// A field without any tolerance is judged by that many ULP of the natural scale.
inline constexpr double assumed_ulps = 8;
/// What is promised of floats that are computed with in floats, whatever a file asks for.
inline double fast_ulps(const std::string& field) {
  return field == "y" ? 3 : field == "dx" ? 6 : assumed_ulps;
}

inline std::string in_words(double value, int digits = 17) {
  std::ostringstream text;
  text.precision(digits);
  text << value;
  return text.str();
}

inline void compare_field(const Json& given, const Stated& stated, const std::string& field, Output output,
                          Comparison& comparison) {
  const Dtype dtype = dtype_of(given);
  const Index count = static_cast<Index>(output.values.size());
  // Statistics come from the core as doubles whatever the data are.
  for (double& value : output.values) value = rounded(value, dtype);
  const Json* tolerance = member(given, "tolerance");
  const Json* natural = tolerance ? member(*tolerance, "natural_scale") : nullptr;
  if (natural && member(*natural, field))
    output.scale = of_channel("natural_scale." + field, *member(*natural, field), output);
  const Json* lo = member(stated.truth_lo, field);
  const Numbers rest = lo ? numbers("truth_lo." + field, lo, Dtype::float64, count) : Numbers();

  std::vector<Side> sides;
  const auto add = [&](const std::string& name, const Json& source) {
    if (!member(source, field)) return;
    Side side{name, numbers(name + "." + field, member(source, field), dtype, count), {}};
    for (std::size_t k = 0; k < side.wanted.size(); ++k) {
      const double beyond = name == "truth" && !rest.empty() ? rest[k] : 0;
      side.errors.push_back(distance(output.values[k], side.wanted[k], beyond, output.scale[k], dtype));
    }
    sides.push_back(side);
  };
  add("truth", stated.truth);
  add("expected", stated.expected);
  const auto in_ulp = [&](double error, std::size_t k) {
    return error == 0 ? 0 : error / ulp(output.scale[k], dtype);
  };

  const Subject subject{field, dtype, output.scale, output.magnitude, sides.front().wanted};
  std::vector<Check> checks = checks_of(given, subject, output, sides);
  const bool assumed = checks.empty();
  if (assumed)
    checks.push_back({&sides.front(), in_words(assumed_ulps) + " ULP, assumed", subject.ulps(assumed_ulps)});
  if (dtype == Dtype::float32 && accuracy_of(given) == batchnorm::Accuracy::fast) {
    const Allowed promised = subject.ulps(fast_ulps(field));
    for (Check& check : checks) {
      for (std::size_t k = 0; k < promised.size(); ++k)
        check.allowed[k] = std::max(check.allowed[k], promised[k]);
    }
  }
  for (const Check& check : checks) {
    std::optional<std::size_t> worst;
    Index wrong = 0;
    for (std::size_t k = 0; k < output.values.size(); ++k) {
      const double error = check.against->errors[k];
      if (error == 0 || error <= check.allowed[k]) continue;
      ++wrong;
      if (!worst || error > check.against->errors[*worst]) worst = k;
    }
    if (!worst) continue;
    const double error = check.against->errors[*worst];
    comparison.failures.push_back(
        field + "[" + std::to_string(*worst) + "] (channel " + std::to_string(output.channel[*worst]) +
        "): got " + in_words(output.values[*worst]) + ", " + check.against->name + " " +
        in_words(check.against->wanted[*worst]) + "; error " + in_words(error, 3) + " (" +
        in_words(in_ulp(error, *worst), 3) + " ULP), allowed " + in_words(check.allowed[*worst], 3) + " (" +
        check.by + ")" + (wrong > 1 ? "; " + std::to_string(wrong - 1) + " more are wrong" : ""));
  }
  double largest = 0;
  for (std::size_t k = 0; k < output.values.size(); ++k)
    largest = std::max(largest, in_ulp(sides.front().errors[k], k));
  comparison.errors.push_back(field + " " + in_words(largest, 3) + (assumed ? "*" : ""));
}

/// Every field that the file states, compared with what the core gave.
inline Comparison compare(const Json& given, const Outputs& outputs, const Stated& stated) {
  std::string known;
  for (const auto& entry : outputs) known += (known.empty() ? "" : ", ") + entry.first;
  for (const Json* source : {&stated.truth, &stated.expected}) {
    for (const auto& [field, values] : source->items()) {
      const Json stray = field;
      if (!values.is_null() && outputs.count(field) == 0)
        malformed("truth, expected", "fields among " + known, &stray);
    }
  }
  Comparison comparison;
  for (const auto& [field, output] : outputs) {
    if (member(stated.truth, field) || member(stated.expected, field))
      compare_field(given, stated, field, output, comparison);
  }
  if (comparison.errors.empty()) malformed("truth, expected", "numbers to compare with", nullptr);
  return comparison;
}

}  // namespace reference
