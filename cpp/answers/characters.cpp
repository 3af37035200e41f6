#include "answers/characters.h"

#include <algorithm>
#include <utility>

#include "answers/utf8.h"

namespace answers {

namespace {

constexpr std::size_t longest_text = 2000;

/// What is pasted along with text and shows nothing: marks of direction, joiners and spaces of no width,
/// selectors of a variant.
bool is_invisible(char32_t c) {
  return c == 0xAD || c == 0x34F || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x202A && c <= 0x202E) || c == 0x2060 || c == 0x2061 || (c >= 0x2065 && c <= 0x206F) ||
         (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF;
}

/// The sign that one of Unicode's invisible operators stands for; 0 for any other character.
char visible_operator(char32_t c) {
  return c == 0x2062 ? '*' : c == 0x2063 ? ',' : c == 0x2064 ? '+' : '\0';
}

/// The character of the language that another one is a form of: wide forms, the digits of other scripts, and
/// separators as Chinese and Arabic write them. 0 for any other character.
char narrow_form(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) return static_cast<char>(c - 0xFEE0);
  for (const char32_t zero : {0x660, 0x6F0, 0x966, 0x9E6, 0xE50}) {
    if (c >= zero && c < zero + 10) return static_cast<char>('0' + (c - zero));
  }
  if (c >= 0x1D7CE && c <= 0x1D7FF) return static_cast<char>('0' + (c - 0x1D7CE) % 10);
  switch (c) {
    case 0x3001:  // 、
    case 0x60C:   // ،
    case 0x66B:   // ٫, a decimal comma
      return ',';
    case 0x61B:  // ؛
      return ';';
    case 0x66A:  // ٪
      return '%';
    default:
      return '\0';
  }
}

/// A fraction that is one character, as it would be written with several; null for any other character.
const char* fraction(char32_t c) {
  switch (c) {
    case U'½':
      return "1/2";
    case U'⅓':
      return "1/3";
    case U'⅔':
      return "2/3";
    case U'¼':
      return "1/4";
    case U'¾':
      return "3/4";
    case U'⅕':
      return "1/5";
    case U'⅖':
      return "2/5";
    case U'⅗':
      return "3/5";
    case U'⅘':
      return "4/5";
    case U'⅙':
      return "1/6";
    case U'⅚':
      return "5/6";
    case U'⅛':
      return "1/8";
    case U'⅜':
      return "3/8";
    case U'⅝':
      return "5/8";
    case U'⅞':
      return "7/8";
    default:
      return nullptr;
  }
}

/// Writes the fraction out in brackets; 1½ is a sum, of which the whole number gets into the brackets too.
/// After a space, 1 ½, it is left to whoever reads 1 1/2.
void append_fraction(std::vector<Character>& characters, const std::string& digits, Range range) {
  const auto append = [&](const std::string& text) {
    for (const char each : text)
      characters.push_back({static_cast<char32_t>(each), std::string(1, each), range});
  };
  const std::size_t end = characters.size();
  std::size_t before = end;
  while (before > 0 && is_space(characters[before - 1].code)) --before;
  if (before < end && before > 0 && is_digit(characters[before - 1].code)) return append(digits);
  std::size_t whole = end;
  while (whole > 0 && is_digit(characters[whole - 1].code)) --whole;
  const bool is_mixed = whole < end && (whole == 0 || characters[whole - 1].code != U'.');
  const std::size_t start = is_mixed ? whole : end;
  const Range first = is_mixed ? characters[whole].range : range;
  characters.insert(characters.begin() + static_cast<std::ptrdiff_t>(start), {U'(', "(", first});
  append((is_mixed ? "+" : "") + digits + ")");
}

int subscript(char32_t c) {
  return c >= 0x2080 && c <= 0x2089 ? static_cast<int>(c - 0x2080) : -1;
}

/// Writes out each ¹⁄₁₆ as if it were one character. Behind a name or a bracket it would be a power, and so
/// it would be behind a number with an ordinary slash.
std::vector<Character> with_fractions(std::vector<Character> characters) {
  const bool has_any = std::any_of(characters.begin(), characters.end(),
                                   [](const Character& each) { return subscript(each.code) >= 0; });
  if (!has_any) return characters;
  std::vector<Character> result;
  for (std::size_t k = 0; k < characters.size(); ++k) {
    const auto code = [&](std::size_t at) { return at < characters.size() ? characters[at].code : U'\0'; };
    std::size_t slash = k;
    while (superscript(code(slash)) >= 0) ++slash;
    std::size_t end = slash + 1;
    while (subscript(code(end)) >= 0) ++end;
    const bool is_fraction_slash = code(slash) == 0x2044 || code(slash) == 0x2215;
    const char32_t before = result.empty() ? U'\0' : result.back().code;
    const bool is_behind = before == U')' || before == U']' || before == U'}' ||
                           (is_name_part(before) && !(is_digit(before) && is_fraction_slash));
    if (slash == k || end == slash + 1 || is_behind || !(is_fraction_slash || code(slash) == U'/')) {
      result.push_back(characters[k]);
      continue;
    }
    std::string digits;
    for (std::size_t at = k; at < end; ++at) {
      const int above = superscript(code(at)), below = subscript(code(at));
      digits += at == slash ? "/" : std::to_string(std::max(above, below));
    }
    append_fraction(result, digits, {characters[k].range.begin, characters[end - 1].range.end});
    k = end - 1;
  }
  return result;
}

}  // namespace

std::vector<Character> decode(const std::string& text) {
  std::vector<Character> characters;
  std::size_t position = 0;
  for (std::size_t k = 0; k < text.size();) {
    // Bytes that are not UTF-8 must not pass for a character of the language.
    const auto [code, size, well_formed] = utf8_at(text, k);
    // Nor may they get into a sentence that quotes them, any more than control characters.
    const bool shown = well_formed && code >= 0x20 && code != 0x7F;
    const Range range{position, position + (code > 0xFFFF ? 2 : 1)};
    if (const char sign = visible_operator(code)) {
      characters.push_back({static_cast<char32_t>(sign), std::string(1, sign), range});
    } else if (const char* const digits = fraction(code)) {
      append_fraction(characters, digits, range);
    } else if (const char narrow = narrow_form(code)) {
      characters.push_back({static_cast<char32_t>(narrow), std::string(1, narrow), range});
    } else if (!is_invisible(code)) {
      characters.push_back({code, shown ? text.substr(k, size) : "\uFFFD", range});
    }
    position = range.end;
    k += size;
  }
  characters.push_back({U'\0', "", {position, position}});  // the end
  return with_fractions(std::move(characters));
}

bool is_space(char32_t c) {
  return c == U' ' || c == U'\t' || c == U'\n' || c == U'\r' || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}
bool is_line_end(char32_t c) {
  return c == U'\n' || c == U'\r';
}
bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
bool is_name_start(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || c == U'_' || (c >= 0x370 && c <= 0x3FF) ||
         c == 0xB5 || c == U'∂' || c == U'∑';
}
bool is_name_part(char32_t c) {
  return is_name_start(c) || is_digit(c) || (c >= 0x300 && c <= 0x36F) || c == 0x2C6 ||
         (c >= 0x2080 && c <= 0x2089) || c == U'ᵢ' || c == U'ⱼ';
}
bool is_subscript(char32_t c) {
  return (c >= 0x2080 && c <= 0x2089) || c == U'ᵢ' || c == U'ⱼ';
}

std::string spelled(const Character& character) {
  const char32_t c = character.code;
  if (c == 0xB5) return "μ";
  if (c == U'ϵ') return "ε";
  if (c == 0x2C6) return "\u0302";
  if (c == U'ᵢ') return "i";
  if (c == U'ⱼ') return "j";
  if (c >= 0x2080 && c <= 0x2089) return std::string(1, static_cast<char>('0' + (c - 0x2080)));
  return character.bytes;
}

int superscript(char32_t c) {
  constexpr char32_t digits[] = {U'⁰', U'¹', U'²', U'³', U'⁴', U'⁵', U'⁶', U'⁷', U'⁸', U'⁹'};
  for (int digit = 0; digit < 10; ++digit) {
    if (digits[digit] == c) return digit;
  }
  return -1;
}

char32_t plain(char32_t c) {
  switch (c) {
    case 0x2212:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2010:
    case 0x2011:
    case 0xFE63:
      return U'-';
    case 0xB7:
    case 0xD7:
    case 0x2217:
    case 0x22C5:
    case 0x2219:
    case 0x2022:
    case 0x2218:
    case 0x2299:
      return U'*';
    case 0xF7:
    case 0x2215:
    case 0x2044:
      return U'/';
    case U'~':
    case 0x223C:
    case 0x2243:
    case 0x2245:
    case 0x2250:
    case 0x2252:
      return U'≈';
    case 0x2236:
      return U':';
    case U'←':
      return U'=';
    case 0x22A4:
      return 0x1D40;  // ⊤, ᵀ
    case 0x2329:
    case 0x3008:
      return U'⟨';
    case 0x232A:
    case 0x3009:
      return U'⟩';
    default:
      return c;
  }
}

std::string piece(const std::vector<Character>& typed, Range range) {
  std::string text;
  for (const Character& each : typed) {
    if (each.range.begin >= range.begin && each.range.begin < range.end) text += each.bytes;
  }
  return shortened(text);
}

std::string shortened(const std::string& text) {
  constexpr std::size_t longest = 60;
  const std::vector<Character> characters = decode(text);
  const std::size_t count = characters.size() - 1;
  if (count <= longest) return text;
  std::string result;
  for (std::size_t k = 0; k < count; ++k) {
    if (k == longest / 2) {
      result += "…";
      k = count - longest / 2;
    }
    result += characters[k].bytes;
  }
  return result;
}

std::vector<Character> read_characters(const std::string& text) {
  std::vector<Character> characters = decode(text);
  const std::size_t length = characters.back().range.begin;
  if (length > longest_text) {
    throw ReadError({longest_text, length},
                    "the text is longer than " + std::to_string(longest_text) + " characters");
  }
  return characters;
}

}  // namespace answers
