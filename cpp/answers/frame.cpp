#include "answers/frame.h"

#include <algorithm>
#include <cstddef>

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

/// R begins each line that it prints with the place of its first value: [1] 0.2 0.4.
std::vector<Token> without_places(const std::vector<Token>& tokens) {
  std::vector<Token> kept;
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    const bool starts_line = k == 0 || tokens[k].line_before;
    const bool is_place = starts_line && k + 3 < tokens.size() && tokens[k].is(U'[') &&
                          is_whole(tokens[k + 1]) && tokens[k + 2].is(U']') &&
                          tokens[k + 3].kind != Token::Kind::end &&
                          (tokens[k + 3].kind == Token::Kind::number || tokens[k + 3].is(U'-'));
    if (is_place) {
      k += 2;
    } else {
      kept.push_back(tokens[k]);
    }
  }
  return kept;
}

/// | 1 | 2 | 3 | is 1, 2, 3. Bars around a single value make it positive.
std::vector<Token> without_bars(const std::vector<Token>& tokens) {
  std::vector<Token> row;
  std::size_t cells = 0;
  bool expects = true;  // a value
  for (const Token& token : tokens) {
    if (token.is(U'|') || token.is(U'&')) {
      if (expects && !row.empty()) return tokens;
      Token comma = token;
      comma.symbol = U',';
      comma.text = ",";
      if (!row.empty()) row.push_back(comma);
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
      return tokens;
    }
  }
  return cells > 1 ? row : tokens;
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
  const bool goes_on = (group_separator(code(after)) != '\0' && is_digit(code(after + 1))) ||
                       (groups.separator == ' ' && code(after) == U'/') || is_name_part(code(after));
  if (goes_on) groups.count = 0;
  return groups;
}

}  // namespace

std::vector<Token> without_frame(std::vector<Token> tokens) {
  while (tokens.size() > 3 && is_quote(tokens[0]) && is_quote(tokens[tokens.size() - 2]))
    tokens = slice(tokens, 1, tokens.size() - 2);
  return without_bars(without_places(without_tensor(tokens)));
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
        if (groups.has_decimals) characters[groups.end] = {U'.', ".", characters[groups.end].position};
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
