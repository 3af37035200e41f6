#include "answers/literal.h"

#include <cmath>
#include <cstdlib>

namespace answers {

namespace {

/// The value of 10^-1, 10⁻¹ and the like; none for any other node.
std::optional<double> power_of_ten(const Node& node) {
  if (node.kind != Node::Kind::power || node.children[0].number != 10) return std::nullopt;
  const Node& exponent = node.children[1];
  const bool negative = exponent.kind == Node::Kind::negate;
  const Node& digits = negative ? exponent.children[0] : exponent;
  if (digits.kind != Node::Kind::number || digits.number != std::floor(digits.number)) return std::nullopt;
  return std::pow(10, negative ? -digits.number : digits.number);
}

}  // namespace

std::optional<Literal> literal(const Node& node) {
  if (node.kind == Node::Kind::negate) return literal(node.children[0]);
  if (node.kind == Node::Kind::percent) {
    auto inner = literal(node.children[0]);
    if (inner) inner->unit /= node.number;
    return inner;
  }
  if (node.kind == Node::Kind::multiply) {  // 8.02 x 10^-1
    const auto factor = power_of_ten(node.children[1]);
    auto inner = factor ? literal(node.children[0]) : std::nullopt;
    if (inner) inner->unit *= *factor;
    return inner;
  }
  // What is too small for a double is typed as if it were 0, and its digits say nothing.
  if (node.kind != Node::Kind::number || node.number == 0) return std::nullopt;
  int digits = 0, decimals = 0;
  bool after_point = false, leading = true;
  std::size_t k = 0;
  for (; k < node.text.size() && node.text[k] != 'e' && node.text[k] != 'E'; ++k) {
    if (node.text[k] < '0' || node.text[k] > '9') {
      after_point = true;
      continue;
    }
    leading = leading && node.text[k] == '0';
    digits += !leading;
    decimals += after_point;
  }
  const long exponent = k < node.text.size() ? std::strtol(node.text.c_str() + k + 1, nullptr, 10) : 0;
  return Literal{digits, std::pow(10, static_cast<double>(exponent - decimals))};
}

std::vector<std::optional<Literal>> literals(const Node& tree, std::size_t count) {
  std::vector<std::optional<Literal>> all;
  if (tree.kind == Node::Kind::list) {
    for (const Node& child : tree.children) all.push_back(literal(child));
  } else {
    all.push_back(literal(tree));
  }
  if (all.size() != count) all.assign(count, std::nullopt);
  return all;
}

bool shortens(double typed, double unit, double value) {
  const double error = std::abs(typed - value), slack = 1e-9 * unit;
  const bool rounded = error <= 0.5 * unit + slack;
  const bool cut_off = error < unit - slack && std::abs(typed) <= std::abs(value) && typed * value >= 0;
  return rounded || cut_off;
}

}  // namespace answers
