#include "answers/typed_text.h"

#include <algorithm>
#include <utility>

#include "answers/definitions.h"

namespace answers {

namespace {

std::size_t count_of(const Node& tree) {
  return tree.kind == Node::Kind::list ? tree.children.size() : 1;
}

std::string name_of_separators(char separator) {
  switch (separator) {
    case ',':
      return "commas";
    case '.':
      return "points";
    case '\'':
      return "apostrophes";
    case '_':
      return "underscores";
    default:
      return "spaces";
  }
}

constexpr const char* decimal_commas = "commas were read as decimal points";

/// Reads text whose commas, or spaces before signs, could be read in several ways, where the number of values
/// asked for tells which: 1,1,-1,-1 and 0.5 -0.5. None where it does not.
std::optional<Node> read_by_count(const std::string& typed, std::size_t asked, std::string& note) {
  const auto attempt = [&](Node (*read)(const std::string&), const std::string& text) {
    try {
      Node tree = read(text);
      if (count_of(tree) == asked) return std::optional<Node>(std::move(tree));
    } catch (const ReadError&) {
      // Not in this way.
    }
    return std::optional<Node>();
  };
  if (auto tree = attempt(parse_separating_comma, typed)) return tree;
  // In brackets a space before a sign separates values, as numpy prints.
  if (auto tree = attempt(parse_separating_comma, "[" + typed + "]")) return tree;
  auto decimals = attempt(parse_decimal_comma, typed);
  if (decimals) note = decimal_commas;
  return decimals;
}

Node read_answer(const std::string& typed, std::size_t asked, std::string& note) {
  if (asked == 1) {
    auto grouped = parse_grouped(typed);
    if (grouped && !grouped->may_be_decimal) {
      note = name_of_separators(grouped->separator) + " were read as separating thousands";
      return std::move(grouped->tree);
    }
  }
  Reading reading;
  std::optional<Node> tree;
  try {
    tree = parse(typed, &reading);
  } catch (const ReadError&) {
    if (asked > 1) tree = read_by_count(typed, asked, note);
    if (!tree) throw;
    return *tree;
  }
  if (asked > 1 && count_of(*tree) != asked) {
    if (auto counted = read_by_count(typed, asked, note)) return *counted;
  }
  const bool one_number = asked == 1 && reading.may_be_decimal_comma;
  if (one_number && !reading.thousands.empty()) {
    std::string whole = reading.thousands, decimal = reading.thousands;
    whole.erase(whole.find(','), 1);
    decimal[decimal.find(',')] = '.';
    throw ReadError(reading.thousands_range, two_readings(reading.thousands, decimal, whole));
  }
  if (one_number || reading.decimal_comma) note = decimal_commas;
  return one_number ? parse_decimal_comma(typed) : *tree;
}

/// Fills in what `read` brings; a ReadError becomes the sentence about it.
template <typename Read>
TypedText read_with(const std::string& typed, const Read& read) {
  TypedText text;
  if (is_blank(typed)) return text;
  try {
    read(text);
    text.state = TypedText::State::read;
  } catch (const ReadError& error) {
    text.state = TypedText::State::unreadable;
    text.message = error.what();
    text.range = error.range;
  }
  return text;
}

}  // namespace

const char* state_name(TypedText::State state) {
  switch (state) {
    case TypedText::State::empty:
      return "empty";
    case TypedText::State::unreadable:
      return "unreadable";
    case TypedText::State::read:
      return "read";
  }
  return "";
}

TypedText read_value(const std::string& typed, std::size_t asked, const Quantities& known) {
  return read_with(typed, [&](TypedText& text) {
    text.tree = read_answer(typed, asked, text.note);
    text.value = evaluate(*text.tree, known);
  });
}

TypedText read_value(const std::string& typed, std::size_t asked, const std::function<Quantities()>& known) {
  return read_with(typed, [&](TypedText& text) {
    text.tree = read_answer(typed, asked, text.note);
    text.value = evaluate(*text.tree, names_in(*text.tree).empty() ? Quantities() : known());
  });
}

TypedText read_formula(const std::string& typed, const std::vector<std::string>& names) {
  return read_with(typed, [&](TypedText& text) {
    text.tree = read_answer(typed, 1, text.note);
    require_names(*text.tree, names);
  });
}

TypedText read_equation(const std::string& typed, const std::vector<std::string>& names) {
  return read_with(typed, [&](TypedText& text) {
    auto [left, right] = parse_equation(typed);
    require_names(left, names);
    require_names(right, names);
    text.tree = std::move(left);
    text.right = std::move(right);
  });
}

Quantities with_boxes(Quantities known, const std::vector<Box>& boxes) {
  for (const Box& box : boxes) {
    TypedText text = read_value(box.typed, box.asked, known);
    const bool fits = text.state == TypedText::State::read && text.value.values.size() == box.asked;
    if (fits) known[box.name] = std::move(text.value);
  }
  return known;
}

}  // namespace answers
