#include "answers/frame.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace answers {

namespace {

bool is_quote(const Token& token) {
  return token.is(U'"') || token.is(U'“') || token.is(U'”') || token.is(U'„') || token.is(U'\'') ||
         token.is(U'‘') || token.is(U'’') || token.is(U'`') || token.is(U'«') || token.is(U'»');
}

std::vector<Token> slice(const std::vector<Token>& tokens, std::size_t begin, std::size_t end) {
  std::vector<Token> part(tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                          tokens.begin() + static_cast<std::ptrdiff_t>(end));
  part.push_back(tokens.back());
  return part;
}

/// <tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.])> is what stands behind “numpy=”.
std::vector<Token> without_tensor(const std::vector<Token>& tokens) {
  const std::size_t end = tokens.size() - 1;
  if (end < 4 || !tokens[0].is(U'<') || !tokens[end - 1].is(U'>')) return tokens;
  for (std::size_t k = 1; k + 2 < end; ++k) {
    if (tokens[k].word == "numpy" && tokens[k + 1].is(U'=')) return slice(tokens, k + 2, end - 1);
  }
  return tokens;
}

/// A number, or the sign that belongs to one.
bool starts_number(const std::vector<Token>& tokens, std::size_t k) {
  if (tokens[k].kind == Token::Kind::number) return true;
  return tokens[k].is(U'-') && tokens[k + 1].kind == Token::Kind::number && touch(tokens[k], tokens[k + 1]);
}

/// R begins each line that it prints with the place of its first value: [1] 0.2 0.4.
std::vector<Token> without_places(const std::vector<Token>& tokens) {
  std::vector<Token> kept;
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    const bool starts_line = k == 0 || tokens[k].line_before;
    const bool is_place = starts_line && k + 3 < tokens.size() && tokens[k].is(U'[') &&
                          is_whole(tokens[k + 1]) && tokens[k + 2].is(U']') && tokens[k + 3].space_before &&
                          starts_number(tokens, k + 3);
    if (is_place) {
      k += 2;
    } else {
      kept.push_back(tokens[k]);
    }
  }
  return kept;
}

/// A line that a person or pandas has numbered, from 0 or 1: where its value begins; none of any other line.
std::optional<std::size_t> numbered(const std::vector<Token>& tokens, std::size_t line, std::size_t number) {
  const Token& token = tokens[line];
  if (token.kind != Token::Kind::number || token.number != static_cast<double>(number)) return std::nullopt;
  const bool has_point = token.text.back() == '.';
  if (!has_point && !is_whole(token)) return std::nullopt;
  const std::size_t value = line + (tokens[line + 1].is(U')') ? 2 : 1);
  return tokens[value].space_before && starts_number(tokens, value) ? std::optional(value) : std::nullopt;
}

/// 0 -0.5 and 1 0.5, each on a line of its own, are -0.5, 0.5, if as many are asked for. What pandas prints
/// below, Name: x, dtype: float64, says nothing about the values.
std::vector<Token> without_numbers_of_lines(std::vector<Token> tokens, std::size_t asked) {
  static constexpr std::string_view below[] = {"dtype", "Name", "Length"};
  for (std::size_t k = 1; k < tokens.size(); ++k) {
    if (tokens[k].line_before && contains(below, std::string_view(tokens[k].word)))
      tokens = slice(tokens, 0, k);
  }
  std::vector<std::size_t> lines{0};
  for (std::size_t k = 1; tokens[k - 1].kind != Token::Kind::end && k + 1 < tokens.size(); ++k) {
    if (tokens[k].line_before) lines.push_back(k);
  }
  if (lines.size() < 2 || lines.size() != asked) return tokens;
  std::vector<Token> values;
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const std::size_t end = k + 1 < lines.size() ? lines[k + 1] : tokens.size() - 1;
    const auto value = numbered(tokens, lines[k], k + (tokens[0].number == 0 ? 0 : 1));
    if (!value || *value >= end || end - *value > 2) return tokens;
    values.insert(values.end(), tokens.begin() + static_cast<std::ptrdiff_t>(*value),
                  tokens.begin() + static_cast<std::ptrdiff_t>(end));
    values[values.size() - (end - *value)].line_before = true;
  }
  values.push_back(tokens.back());
  return values;
}

/// Whether a list with bullets has one here, and the value behind it. A dash is one where it stands before a
/// space.
bool is_bullet(const std::vector<Token>& tokens, std::size_t k) {
  return (tokens[k].is(U'-') || tokens[k].is(U'*')) && k + 1 < tokens.size() && tokens[k + 1].space_before &&
         !tokens[k + 1].line_before && tokens[k + 1].kind != Token::Kind::end;
}

/// Lines that begin with • or *, or with dashes of which one stands before a sign: - -0.5, - 0.5. Lines may
/// have been joined with commas or semicolons.
std::vector<Token> without_bullets(std::vector<Token> tokens) {
  if (!is_bullet(tokens, 0)) return tokens;
  const auto any = [&](const auto& is) { return std::any_of(tokens.begin() + 1, tokens.end() - 1, is); };
  const bool lines = any([](const Token& token) { return token.line_before; });
  const char32_t separator = any([](const Token& token) { return token.is(U';'); }) ? U';' : U',';
  const bool is_dash = tokens[0].is(U'-');
  std::vector<std::size_t> bullets;
  bool before_sign = false;
  for (std::size_t k = 0; k + 1 < tokens.size(); ++k) {
    const bool starts = k == 0 || (lines ? tokens[k].line_before : tokens[k - 1].is(separator));
    if (!starts) continue;
    if (!is_bullet(tokens, k) || !tokens[k].is(tokens[0].symbol)) return tokens;
    bullets.push_back(k);
    before_sign = before_sign || tokens[k + 1].is(U'-');
  }
  if (is_dash && (!before_sign || bullets.size() < 2)) return tokens;
  for (std::size_t k = bullets.size(); k-- > 0;) {
    tokens[bullets[k] + 1].line_before = tokens[bullets[k]].line_before;
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(bullets[k]));
  }
  return tokens;
}

/// {"dx": [1, 2]} is dx: [1, 2], and "1", "2" is 1, 2.
std::vector<Token> without_quotes(std::vector<Token> tokens) {
  const bool is_object =
      tokens.size() > 4 && tokens[0].is(U'{') && is_quote(tokens[1]) && tokens[tokens.size() - 2].is(U'}');
  if (is_object) tokens = slice(tokens, 1, tokens.size() - 2);
  tokens.erase(
      std::remove_if(tokens.begin(), tokens.end(),
                     [&](const Token& each) { return each.is(U'"') || (is_object && is_quote(each)); }),
      tokens.end());
  return tokens;
}

/// | 1 | 2 | 3 | is 1, 2, 3, and so is (1 | 2 | 3). Bars around a single value make it positive.
std::vector<Token> without_bars(const std::vector<Token>& all) {
  const bool in_brackets = all.size() > 3 && all[0].opens() && all[all.size() - 2].closes();
  const std::vector<Token> tokens = in_brackets ? slice(all, 1, all.size() - 2) : all;
  std::vector<Token> row;
  std::size_t cells = 0;
  bool expects = true;  // a value
  // A row of a table begins and ends with a bar, or does neither: |−5| + 2 is none.
  if (tokens.size() < 2 || tokens[0].is(U'|') != tokens[tokens.size() - 2].is(U'|')) return all;
  for (const Token& token : tokens) {
    if (token.is(U'|') || token.is(U'&')) {
      if (expects && !row.empty()) return all;
      Token separator = token;  // never a decimal comma
      separator.symbol = U';';
      separator.text = ";";
      if (!row.empty()) row.push_back(separator);
      expects = true;
    } else if (token.kind == Token::Kind::end) {
      if (expects && !row.empty()) row.pop_back();
      row.push_back(token);
    } else if (expects && (token.is(U'-') || token.is(U'+'))) {
      row.push_back(token);
    } else if (expects && token.kind == Token::Kind::number) {
      row.push_back(token);
      expects = false;
      ++cells;
    } else {
      return all;
    }
  }
  return cells > 1 ? row : all;
}

/// What may separate groups of digits; 0 for any other character.
char group_separator(char32_t c) {
  if (c == U',' || c == U'.' || c == U'_') return static_cast<char>(c);
  if (c == U'\'' || c == U'’') return '\'';
  return is_space(c) && !is_line_end(c) && c != U'\t' ? ' ' : '\0';
}

/// A number in groups that begins at `at`: its separator, and where it ends.
struct Groups {
  char separator = '\0';
  std::size_t end = 0;
  int count = 0;
  bool has_decimals = false;
};

Groups groups_at(const std::vector<Character>& characters, std::size_t at) {
  const auto code = [&](std::size_t k) { return k < characters.size() ? characters[k].code : U'\0'; };
  const auto digits_from = [&](std::size_t k) {
    std::size_t count = 0;
    while (is_digit(code(k + count))) ++count;
    return count;
  };
  Groups groups;
  const std::size_t leading = digits_from(at);
  if (leading < 1 || leading > 3 || code(at) == U'0') return groups;
  groups.end = at + leading;
  groups.separator = group_separator(code(groups.end));
  if (groups.separator == '\0') return groups;
  while (group_separator(code(groups.end)) == groups.separator && digits_from(groups.end + 1) == 3) {
    groups.end += 4;
    ++groups.count;
  }
  const char decimal = group_separator(code(groups.end));
  groups.has_decimals =
      (decimal == '.' || decimal == ',') && decimal != groups.separator && digits_from(groups.end + 1) > 0;
  const std::size_t after = groups.end + (groups.has_decimals ? 1 + digits_from(groups.end + 1) : 0);
  // 1,234,5 and 1 234 5 are no such numbers, and 1 100/200 is a mixed one.
  std::size_t behind = after;
  while (is_space(code(behind))) ++behind;
  const bool is_mixed = groups.separator == ' ' && groups.count == 1 && !groups.has_decimals &&
                        code(behind) == U'/' && code(groups.end - 3) != U'0';
  const bool goes_on = (group_separator(code(after)) != '\0' && is_digit(code(after + 1))) || is_mixed ||
                       is_name_part(code(after));
  if (goes_on) groups.count = 0;
  return groups;
}

}  // namespace

std::vector<Token> without_frame(std::vector<Token> tokens, std::size_t asked) {
  while (tokens.size() > 4 && tokens[0].is(U'>') && tokens[1].is(U'>') && tokens[2].is(U'>'))
    tokens = slice(tokens, 3, tokens.size() - 1);
  while (tokens.size() > 3 && is_quote(tokens[0]) && is_quote(tokens[tokens.size() - 2]))
    tokens = slice(tokens, 1, tokens.size() - 2);
  tokens = without_bullets(std::move(tokens));
  tokens = without_places(without_tensor(without_quotes(std::move(tokens))));
  return without_bars(without_numbers_of_lines(std::move(tokens), asked));
}

char join_groups(std::vector<Character>& characters, bool large_whole) {
  char first = '\0';
  int open = 0;
  for (std::size_t k = 0; k < characters.size(); ++k) {
    const char32_t c = characters[k].code;
    open += c == U'(' || c == U'[' || c == U'{' ? 1 : c == U')' || c == U']' || c == U'}' ? -1 : 0;
    const bool starts = is_digit(c) && open == 0 &&
                        (k == 0 || (!is_name_part(characters[k - 1].code) && characters[k - 1].code != U'.' &&
                                    characters[k - 1].code != U','));
    if (!starts) continue;
    const Groups groups = groups_at(characters, k);
    if (groups.count > 0) {
      const bool may_be_decimal =
          groups.count == 1 && !groups.has_decimals && (groups.separator == ',' || groups.separator == '.');
      if (!may_be_decimal || large_whole) {
        if (groups.has_decimals) characters[groups.end] = {U'.', ".", characters[groups.end].range};
        const auto begin = characters.begin() + static_cast<std::ptrdiff_t>(k);
        const auto end = characters.begin() + static_cast<std::ptrdiff_t>(groups.end);
        const auto kept =
            std::remove_if(begin, end, [](const Character& each) { return !is_digit(each.code); });
        characters.erase(kept, end);
        if (first == '\0') first = groups.separator;
      }
    }
    while (k + 1 < characters.size() && (is_digit(characters[k + 1].code) || characters[k + 1].code == U'.'))
      ++k;
  }
  return first;
}

}  // namespace answers
