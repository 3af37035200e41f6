#include "answers/typed_text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "answers/characters.h"
#include "answers/definitions.h"
#include "answers/literal.h"
#include "answers/names.h"

namespace answers {

namespace {

std::size_t count_of(const Node& tree) {
  if (tree.kind == Node::Kind::chain) return count_of(tree.children.back());
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

/// Whether the formula names an unknown quantity or function.
bool names_unknown(const Node& node, const Quantities& known) {
  if (node.kind == Node::Kind::name && known.count(node.text) == 0) return true;
  if (node.kind == Node::Kind::call && !contains(functions, std::string_view(node.text))) return true;
  return std::any_of(node.children.begin(), node.children.end(),
                     [&](const Node& child) { return names_unknown(child, known); });
}

/// 32 parameters is 32, where their number is not known.
Node without_unknown_counts(Node tree, const Quantities& known) {
  if (!tree.counts || !names_unknown(tree.children[1], known)) return tree;
  Node number = std::move(tree.children[0]);
  number.label = tree.label;
  return number;
}

constexpr const char* decimal_commas = "commas were read as decimal points";

/// Reads text whose commas, or spaces before signs, could be read in several ways, where the number of values
/// asked for tells which: 1,1,-1,-1 and 0.5 -0.5. None where it does not.
std::optional<Node> read_by_count(const std::string& typed, std::size_t asked, Notation notation,
                                  std::string& note) {
  const auto attempt = [&](Notation::Commas commas, bool spaces) {
    notation.commas = commas;
    notation.spaces = spaces;
    try {
      Node tree = parse(typed, notation);
      if (count_of(tree) == asked) return std::optional<Node>(std::move(tree));
    } catch (const ReadError&) {
      // Not in this way.
    }
    return std::optional<Node>();
  };
  if (auto tree = attempt(Notation::Commas::separating, false)) return tree;
  if (auto tree = attempt(Notation::Commas::separating, true)) return tree;
  auto decimals = attempt(Notation::Commas::decimal, false);
  if (decimals) note = decimal_commas;
  return decimals;
}

Node read_answer(const std::string& typed, std::size_t asked, Notation notation, Grouping grouping,
                 TypedText& text) {
  std::string& note = text.note;
  notation.asked = asked;
  Reading reading;
  std::optional<Node> tree;
  try {
    tree = parse(typed, notation, &reading);
  } catch (const ReadError&) {
    if (asked > 1) tree = read_by_count(typed, asked, notation, note);
    if (!tree) throw;
    return *tree;
  }
  text.sum = reading.sum;
  if (asked > 1 && count_of(*tree) != asked) {
    if (auto counted = read_by_count(typed, asked, notation, note)) return *counted;
  }
  const bool one_number = asked == 1 && reading.may_be_decimal_comma;
  if (one_number && !reading.thousands.empty() && grouping == Grouping::counts) {
    notation.large_whole = true;
    return read_answer(typed, asked, notation, Grouping::thousands, text);
  }
  if (one_number && !reading.thousands.empty()) {
    std::string whole = reading.thousands, decimal = reading.thousands;
    whole.erase(whole.find(','), 1);
    decimal[decimal.find(',')] = '.';
    throw two_readings(reading.thousands_range, reading.thousands, decimal, whole);
  }
  if (reading.groups != '\0')
    note = name_of_separators(reading.groups) + " were read as separating thousands";
  if (!reading.note.empty()) note = reading.note;
  if (one_number || reading.decimal_comma || notation.commas == Notation::Commas::decimal)
    note = decimal_commas;
  if (!one_number) return *tree;
  notation.commas = Notation::Commas::decimal;
  try {
    return parse(typed, notation);
  } catch (const ReadError&) {
    note.clear();
    return *tree;  // pow(2,17)
  }
}

Notation notation_of(Grouping grouping, Notation::Sums sums = Notation::Sums::by_context) {
  Notation notation;
  notation.sums = sums;
  notation.large_whole = grouping == Grouping::thousands;
  if (grouping == Grouping::decimals) notation.commas = Notation::Commas::decimal;
  return notation;
}

/// A link of a chain that has a value.
struct Link {
  Node tree;
  Value value;
  std::vector<std::optional<Literal>> literals;

  /// The most digits that a computation without rounding has, and those that were typed.
  int digits() const {
    int least = std::numeric_limits<int>::max();
    for (const auto& each : literals) least = std::min(least, each ? each->digits : least);
    return least;
  }
};

/// Whether two neighbours in a chain can be one number: by the digits that are shown, or, where both are
/// computed, to half a per cent, as three digits carried along leave them.
bool agree(const Link& left, const Link& right) {
  if (left.value.values.size() != right.value.values.size()) return false;
  for (std::size_t k = 0; k < left.value.values.size(); ++k) {
    const double a = left.value.without_rounding(k), b = right.value.without_rounding(k);
    const auto &first = left.literals[k], &second = right.literals[k];
    const double apart = std::abs(a - b);
    bool same = apart <= 1e-9 * std::max(std::abs(a), std::abs(b));
    for (const auto* shown : {&first, &second}) {
      if (!*shown) continue;
      const double unit = (*shown)->unit;
      same = same || (shown == &first ? shortens(a, unit, b) : shortens(b, unit, a));
      // A decimal may be off by one in its third digit or a later one; a whole number may not.
      same = same || (unit < 1 && (*shown)->digits >= 3 && apart <= unit * (1 + 1e-9));
    }
    if (!first && !second) same = same || apart <= 5e-3 * std::max(std::abs(a), std::abs(b));
    if (!same) return false;
  }
  return true;
}

/// The link of a chain that says most about the value, where all of them agree. A link with an unknown name,
/// as in σ/4 = 1.5, is taken as a label of the next one.
Node settle(const std::string& typed, const Node& chain, const Quantities& known, std::string& note) {
  std::vector<Link> links;
  for (const Node& child : chain.children) {
    try {
      Value value = evaluate(child, known);
      auto shown = literals(child, value.values.size());
      links.push_back({child, std::move(value), std::move(shown)});
    } catch (const ReadError&) {
      if (&child == &chain.children.back() || !names_unknown(child, known)) throw;
      note = "“" + piece(decode(typed), child.range) + "” names what is not known here, and was not checked";
      continue;
    }
  }
  const auto best = std::max_element(links.begin(), links.end(), [](const Link& left, const Link& right) {
    return left.digits() < right.digits();
  });
  for (const Link& link : links) {
    if (agree(*best, link)) continue;
    const Link& left = link.tree.range.begin < best->tree.range.begin ? link : *best;
    const Link& right = &left == &link ? *best : link;
    throw ReadError({left.tree.range.begin, right.tree.range.end},
                    "“" + piece(decode(typed), left.tree.range) + "” and “" +
                        piece(decode(typed), right.tree.range) + "” are not equal: correct one of them");
  }
  Node settled = best->tree;
  settled.label = chain.label;
  return settled;
}

Node without_chains(const std::string& typed, Node tree, const Quantities& known, std::string& note) {
  if (tree.kind == Node::Kind::chain) return settle(typed, tree, known, note);
  if (tree.kind == Node::Kind::list) {
    for (Node& child : tree.children) {
      if (child.kind == Node::Kind::chain) child = settle(typed, child, known, note);
    }
  }
  return tree;
}

void give_value(const std::string& typed, Node tree, const Quantities& known, TypedText& text) {
  text.tree = without_chains(typed, without_unknown_counts(std::move(tree), known), known, text.note);
  text.value = evaluate(*text.tree, known);
}

bool agree_all(const Node& chain, const Quantities& known) {
  std::vector<Link> links;
  for (const Node& child : chain.children) {
    Value value = evaluate(child, known);
    auto shown = literals(child, value.values.size());
    links.push_back({child, std::move(value), std::move(shown)});
  }
  return std::all_of(links.begin(), links.end(), [&](const Link& link) {
    return agree(links.front(), link) && agree(link, links.back());
  });
}

/// 4·256 (1024): a computation, and in brackets what it comes to. None where the brackets come to something
/// else, or are a second factor: √5 (√5).
template <typename Known>
std::optional<Node> read_with_remark(const std::string& typed, std::size_t asked, Notation notation,
                                     Grouping grouping, const Known& known_for, TypedText& text) {
  if (asked != 1 || typed.find(" (") == std::string::npos) return std::nullopt;
  notation.remarks = true;
  TypedText found;
  try {
    Node tree = read_answer(typed, asked, notation, grouping, found);
    if (tree.kind != Node::Kind::chain || !agree_all(tree, known_for(tree))) return std::nullopt;
    const auto written = [&](const Node& node) { return piece(decode(typed), node.range); };
    const std::string first = written(tree.children.front()), last = written(tree.children.back());
    if (tree.children.size() == 2 && last == "(" + first + ")") return std::nullopt;
    text.note = found.note;
    return tree;
  } catch (const ReadError&) {
    return std::nullopt;
  }
}

bool same_values(const Value& a, const Value& b) {
  if (a.values.size() != b.values.size()) return false;
  for (std::size_t k = 0; k < a.values.size(); ++k) {
    const double least = 1e-12 * std::max(a.scale(k), b.scale(k));
    if (std::abs(a.values[k] - b.values[k]) > std::max(least, 1e-9 * std::abs(a.values[k]))) return false;
  }
  return true;
}

/// Forgets that a sum could reach less far where that makes no difference, Σ(dy)·γ, and else says how it was
/// read.
void settle_sum(const std::string& typed, std::size_t asked, Notation notation, const Quantities& known,
                TypedText& text) {
  if (!text.sum) return;
  notation.asked = asked;
  notation.sums = other_reach(*text.sum);
  try {
    TypedText other;
    give_value(typed, parse(typed, notation), known, other);
    if (same_values(text.value, other.value)) text.sum.reset();
  } catch (const ReadError&) {
    // The other reading has no value.
  }
  if (text.sum && !text.sum->by_index && text.note.empty()) text.note = note_on(*text.sum);
}

bool can_be_read(const std::string& typed, std::size_t asked) {
  Notation notation;
  notation.asked = asked;
  try {
    parse(typed, notation);
    return true;
  } catch (const ReadError&) {
    return false;
  }
}

/// The longest piece at the start of a text that was refused behind it which can be read alone.
std::string understood(const std::string& typed, std::size_t refused, std::size_t asked) {
  const std::vector<Character> characters = decode(typed);
  int attempts = 0;
  for (std::size_t k = characters.size(); k-- > 1 && attempts < 8;) {
    const Character& last = characters[k - 1];
    const bool within_word = is_name_part(last.code) && is_name_part(characters[k].code);
    const bool separates = is_space(last.code) || last.code == U',' || last.code == U';';
    if (last.range.end > refused || separates || within_word) continue;
    ++attempts;
    const std::string start = piece(characters, {0, last.range.end});
    if (can_be_read(start, asked)) return start;
  }
  return "";
}

/// A message about σ must not speak of batch_var, which was not typed.
void quote_as_typed(std::string& message, const std::string& typed) {
  const std::string start = "unknown name “";
  if (message.compare(0, start.size(), start) != 0) return;
  const std::size_t begin = typed.find_first_not_of("( "), end = typed.find_last_not_of(") ");
  if (begin != std::string::npos)
    message.replace(start.size(), message.find("”") - start.size(), typed.substr(begin, end - begin + 1));
}

/// What was asked for, as a refusal says it where it names nothing that would be right.
std::string what_is_asked(std::size_t asked) {
  if (asked == 0) return "a value is asked for";
  return asked == 1 ? "one value is asked for"
                    : std::to_string(asked) + " values are asked for, with commas between them";
}

/// Fills in what `read` brings; a ReadError becomes the sentence about it, with what was understood before
/// it.
template <typename Read>
TypedText read_with(const std::string& typed, std::size_t asked, const std::string& what, const Read& read) {
  TypedText text;
  if (is_blank(typed)) return text;
  try {
    read(text);
    text.state = TypedText::State::read;
  } catch (const ReadError& error) {
    text.state = TypedText::State::unreadable;
    text.message = error.what();
    text.range = error.range;
    text.readings = error.readings;
    quote_as_typed(text.message, piece(decode(typed), error.range));
    if (can_be_read(typed, asked)) return text;  // and has no value
    const std::string start = understood(typed, error.range.begin, asked);
    const bool says_what_fits = text.message.find(": ") != std::string::npos;
    if (!says_what_fits) text.message += "; " + what;
    if (!start.empty()) text.message += "; “" + start + "” was understood";
  }
  return text;
}

}  // namespace

Notation::Sums other_reach(const SumReach& sum) {
  return sum.takes_all ? Notation::Sums::brackets : Notation::Sums::products;
}

std::string note_on(const SumReach& sum) {
  return "“" + sum.typed + "” was read as " + (sum.takes_all ? sum.whole : sum.brackets) +
         "; the other reading is written " + (sum.takes_all ? sum.brackets : sum.whole);
}

ReadError two_readings(const SumReach& sum) {
  return two_readings(sum.range, sum.typed, sum.whole, sum.brackets);
}

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

TypedText read_value(const std::string& typed, std::size_t asked, const Quantities& known, Grouping grouping,
                     Notation::Sums sums) {
  return read_with(typed, asked, what_is_asked(asked), [&](TypedText& text) {
    Notation notation = notation_of(grouping, sums);
    notation.x_is_times = known.count("x") == 0;
    const auto known_for = [&](const Node&) -> const Quantities& { return known; };
    if (auto said_again = read_with_remark(typed, asked, notation, grouping, known_for, text))
      return give_value(typed, std::move(*said_again), known, text);
    Node tree = read_answer(typed, asked, notation, grouping, text);
    give_value(typed, std::move(tree), known, text);
    settle_sum(typed, asked, notation, known, text);
  });
}

TypedText read_value(const std::string& typed, std::size_t asked, const std::function<Quantities()>& known,
                     Grouping grouping) {
  std::optional<Quantities> quantities;
  const auto all = [&]() -> const Quantities& {
    if (!quantities) quantities = known();
    return *quantities;
  };
  return read_with(typed, asked, what_is_asked(asked), [&](TypedText& text) {
    Notation notation = notation_of(grouping);
    notation.x_is_times = typed.find('x') != std::string::npos && all().count("x") == 0;
    const Quantities none;
    const auto known_for = [&](const Node& tree) -> const Quantities& {
      return names_in(tree).empty() ? none : all();
    };
    if (auto said_again = read_with_remark(typed, asked, notation, grouping, known_for, text)) {
      const Quantities& named = known_for(*said_again);
      return give_value(typed, std::move(*said_again), named, text);
    }
    Node tree = read_answer(typed, asked, notation, grouping, text);
    const Quantities& named = known_for(tree);
    give_value(typed, std::move(tree), named, text);
    settle_sum(typed, asked, notation, named, text);
  });
}

TypedText read_formula(const std::string& typed, const std::vector<std::string>& names, Notation::Sums sums) {
  return read_with(typed, 1, "a formula is asked for", [&](TypedText& text) {
    text.tree = read_answer(typed, 1, notation_of(Grouping::unknown, sums), Grouping::unknown, text);
    if (text.tree->kind == Node::Kind::chain) {
      text.links = std::move(text.tree->children);
      text.tree = std::move(text.links.back());
      text.links.pop_back();
    }
    const std::vector<std::string> also = names_that_follow(names);
    for (const Node& link : text.links) require_names(link, names, also);
    require_names(*text.tree, names, also);
  });
}

TypedText read_equation(const std::string& typed, const std::vector<std::string>& names,
                        Notation::Sums sums) {
  return read_with(typed, 1, "an equation is asked for", [&](TypedText& text) {
    Reading reading;
    auto [left, right] = parse_equation(typed, sums, &reading);
    text.sum = reading.sum;
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
