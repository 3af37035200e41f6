#include "answers/latex.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "answers/expression.h"

namespace answers {

namespace {

constexpr int deepest_groups = 60;

/// Commands that stand for a character, or for a name.
const std::map<std::string, const char*>& symbols() {
  static const std::map<std::string, const char*> all{
      {"cdot", "·"},     {"times", "·"},      {"ast", "·"},       {"odot", "·"},   {"circ", "·"},
      {"bullet", "·"},   {"div", "/"},        {"approx", "≈"},    {"simeq", "≈"},  {"sim", "≈"},
      {"cong", "≈"},     {"langle", "⟨"},     {"rangle", "⟩"},    {"lvert", "|"},  {"rvert", "|"},
      {"lVert", "‖"},    {"rVert", "‖"},      {"Vert", "‖"},      {"vert", "|"},   {"mid", "|"},
      {"lbrace", "{"},   {"rbrace", "}"},     {"lbrack", "["},    {"rbrack", "]"}, {"top", "T"},
      {"intercal", "T"}, {"infty", "∞"},      {"ldots", "…"},     {"dots", "…"},   {"ell", "L"},
      {"partial", "∂"},  {"alpha", "α"},      {"beta", "β"},      {"gamma", "γ"},  {"delta", "δ"},
      {"epsilon", "ε"},  {"varepsilon", "ε"}, {"mu", "μ"},        {"sigma", "σ"},  {"pi", "π"},
      {"ln", "ln"},      {"log", "log"},      {"exp", "exp"},     {"min", "min"},  {"max", "max"},
      {"quad", " "},     {"qquad", " "},      {"leftarrow", "←"}, {"gets", "←"},
  };
  return all;
}

/// Commands of size and spacing, which do not change the meaning.
bool is_setting(const std::string& command) {
  static const char* const all[] = {"big",  "Big",  "bigl",         "bigr",      "Bigl",   "Bigr",
                                    "bigg", "Bigg", "displaystyle", "textstyle", "limits", "nolimits"};
  return std::find(std::begin(all), std::end(all), command) != std::end(all);
}

/// Commands whose argument is set in another face.
bool is_face(const std::string& command) {
  static const char* const all[] = {"text",   "mathrm", "mathbf", "mathit",     "mathcal",
                                    "textbf", "mathsf", "bm",     "boldsymbol", "operatorname"};
  return std::find(std::begin(all), std::end(all), command) != std::end(all);
}

class LatexReader {
 public:
  explicit LatexReader(const std::vector<Character>& characters) : characters_(characters) {}

  std::vector<Character> read() {
    while (at_ < end()) read_one(out_);
    out_.push_back(characters_.back());
    return std::move(out_);
  }

 private:
  using Characters = std::vector<Character>;

  struct Deeper {
    explicit Deeper(LatexReader& r) : reader(r) {
      if (++reader.depth_ > deepest_groups)
        throw ReadError(reader.characters_[reader.at_].range,
                        "too many commands or braces inside each other");
    }
    ~Deeper() { --reader.depth_; }
    LatexReader& reader;
  };

  std::size_t end() const { return characters_.size() - 1; }
  char32_t code(std::size_t ahead = 0) const {
    return at_ + ahead < end() ? characters_[at_ + ahead].code : U'\0';
  }
  std::size_t position() const { return characters_[at_].range.begin; }
  /// From there to what was read last.
  Range since(std::size_t place) const { return {place, characters_[at_ - 1].range.end}; }
  void skip_spaces() {
    while (is_space(code())) ++at_;
  }

  static void append(Characters& out, const std::string& text, Range range) {
    for (Character each : decode(text)) {
      if (each.code == U'\0') break;
      each.range = range;
      out.push_back(each);
    }
  }

  static void append(Characters& out, const Characters& more) {
    out.insert(out.end(), more.begin(), more.end());
  }

  /// Before a command that begins a name: x\gamma is two names, d\gamma, \partial\gamma and _\gamma are parts
  /// of one.
  static void separate(Characters& out, Range range) {
    if (out.empty() || !is_name_part(out.back().code) || out.back().code == U'_') return;
    const char32_t last = out.back().code;
    const bool alone = out.size() == 1 || !is_name_part(out[out.size() - 2].code);
    if ((last == U'd' && alone) || last == U'∂') return;
    append(out, " ", range);
  }

  /// One character, command or index.
  void read_one(Characters& out) {
    if (code() == U'\\') return read_command(out);
    if (code() == U'$') {
      ++at_;
    } else if (code() == U'&') {
      append(out, ", ", characters_[at_++].range);
    } else if (code() == U'^' && code(1) == U'{') {
      out.push_back(characters_[at_++]);
      append_argument(out);
    } else if (code() == U'{' && code(1) == U',' && code(2) == U'}') {
      out.push_back(characters_[at_ + 1]);  // 131{,}072
      at_ += 3;
    } else if (code() == U'_' && code(1) == U'{') {
      out.push_back(characters_[at_++]);
      const Range opening = characters_[at_].range;
      append(out, "{", opening);
      append(out, argument(opening.begin));
      append(out, "}", characters_[at_ - 1].range);
    } else {
      out.push_back(characters_[at_++]);
    }
  }

  /// What stands in the braces that follow, or the one character or command that follows.
  Characters argument(std::size_t command) {
    skip_spaces();
    Characters inside;
    if (at_ >= end()) {
      throw ReadError({command, position()},
                      "something is missing behind this command: what it is of stands in { }");
    }
    const Deeper deeper(*this);
    if (code() != U'{') {
      read_one(inside);
      return inside;
    }
    const Range opening = characters_[at_++].range;
    while (at_ < end() && code() != U'}') {
      if (code() == U'{') {
        append_argument(inside);
      } else {
        read_one(inside);
      }
    }
    if (at_ >= end()) throw ReadError(opening, "the brace “{” is not closed: “}” is missing");
    ++at_;
    return inside;
  }

  void append_argument(Characters& out) {
    const Range opening = characters_[at_].range;
    append(out, "(", opening);
    append(out, argument(opening.begin));
    append(out, ")", characters_[at_ - 1].range);
  }

  std::string take_word() {
    std::string word;
    while ((code() >= U'a' && code() <= U'z') || (code() >= U'A' && code() <= U'Z'))
      word += characters_[at_++].bytes;
    return word;
  }

  void read_command(Characters& out) {
    const std::size_t place = position();
    ++at_;
    const std::string command = take_word();
    if (command.empty()) return read_sign(out, place);
    if (command == "frac" || command == "dfrac" || command == "tfrac") return read_fraction(out, place);
    if (command == "sqrt") return read_root(out, place);
    if (command == "sum" || command == "Sigma") return read_sum(out, place);
    if (command == "begin" || command == "end") return read_environment(out, command, place);
    if (command == "hat" || command == "widehat") return read_accent(out, place, "\u0302");
    if (command == "bar" || command == "overline") return read_accent(out, place, "\u0304");
    if (is_face(command)) return append(out, argument(place));
    if (command == "left" || command == "right") return read_delimiter(out);
    if (is_setting(command)) return;
    const auto symbol = symbols().find(command);
    if (symbol == symbols().end())
      throw ReadError(since(place), "“\\" + command + "” is no command that is known here");
    const Characters shown = decode(symbol->second);
    if (is_name_start(shown[0].code)) separate(out, since(place));
    append(out, symbol->second, since(place));
    // ∂ and the name behind it are one; a name before another one is not.
    if (command == "partial") return skip_spaces();
    if (is_space(code())) return;
    if (is_name_start(code()) && code() != U'_') append(out, " ", since(place));
  }

  /// \left[ … \right] are brackets like any other, as \left( … \right).
  void read_delimiter(Characters& out) {
    if (code() != U'[' && code() != U']') return;
    append(out, code() == U'[' ? "(" : ")", characters_[at_].range);
    ++at_;
  }

  /// \, \% \{ \\ and the like.
  void read_sign(Characters& out, std::size_t place) {
    const char32_t sign = code();
    if (sign == U'\0') throw ReadError({place, place + 1}, "a value is expected here, not “\\”");
    ++at_;
    if (sign == U'\\') {
      append(out, "; ", since(place));
    } else if (sign == U',' || sign == U';' || sign == U':' || sign == U'!' || sign == U' ') {
      append(out, " ", since(place));
    } else if (sign == U'|') {
      append(out, "‖", since(place));
    } else if (sign != U'(' && sign != U')' && sign != U'[' && sign != U']') {
      out.push_back(characters_[at_ - 1]);
    }
  }

  /// A matrix is a list. The column format of an array is skipped.
  void read_environment(Characters& out, const std::string& command, std::size_t place) {
    std::string name;
    for (const Character& each : argument(place)) name += each.bytes;
    append(out, command == "begin" ? "[" : "]", since(place));
    if (command == "begin" && name == "array" && code() == U'{') argument(place);
  }

  static Characters without_spaces(const Characters& characters) {
    Characters kept;
    std::copy_if(characters.begin(), characters.end(), std::back_inserter(kept),
                 [](const Character& each) { return !is_space(each.code); });
    return kept;
  }

  /// \frac{\partial L}{\partial y_i} is the name ∂L/∂y_i.
  static bool is_gradient(const Characters& above, const Characters& below) {
    const auto is_d = [](const Character& each) { return each.code == U'∂' || each.code == U'd'; };
    return above.size() == 2 && is_d(above[0]) && above[1].code == U'L' && below.size() > 1 &&
           is_d(below[0]) && std::all_of(below.begin(), below.end(), [](const Character& each) {
             return is_name_part(each.code) || each.code == U'²';
           });
  }

  void read_fraction(Characters& out, std::size_t place) {
    const Characters above = argument(place), below = argument(place);
    const Characters name = without_spaces(above), under = without_spaces(below);
    const Range range = since(place);
    if (is_gradient(name, under)) {
      separate(out, range);
      append(out, name);
      append(out, "/", range);
      append(out, under);
      return append(out, " ", range);
    }
    append(out, "((", range);
    append(out, above);
    append(out, ")/(", range);
    append(out, below);
    append(out, "))", characters_[at_ - 1].range);
  }

  void read_root(Characters& out, std::size_t place) {
    Characters index;
    if (code() == U'[') {
      ++at_;
      while (at_ < end() && code() != U']') read_one(index);
      if (at_ < end()) ++at_;
    }
    const Characters radicand = argument(place);
    const Range range = since(place);
    append(out, index.empty() ? "√(" : "((", range);
    append(out, radicand);
    append(out, ")", characters_[at_ - 1].range);
    if (index.empty()) return;
    append(out, "^(1/(", range);
    append(out, index);
    append(out, ")))", range);
  }

  /// The sum over the batch. Of its limits the index matters, \sum_{j=1}^m: what has another one is no part
  /// of the sum.
  void read_sum(Characters& out, std::size_t place) {
    separate(out, since(place));
    append(out, "Σ", since(place));
    for (int limits = 0; limits < 2; ++limits) {
      const std::size_t before = at_;
      skip_spaces();
      if (code() != U'_' && code() != U'^') {
        at_ = before;
        break;
      }
      const bool is_lower = code() == U'_';
      ++at_;
      const Characters limit = argument(place);
      if (is_lower && limit.size() > 2 && limit[1].code == U'=' &&
          (limit[2].code != U'1' || limit.size() > 3))
        throw ReadError(since(place), "the sums of this lesson run over the whole batch, from 1 to m");
      if (is_lower && !limit.empty() && (limit[0].code == U'i' || limit[0].code == U'j'))
        append(out, std::string("_") + static_cast<char>(limit[0].code), since(place));
    }
    append(out, " ", since(place));
  }

  /// \hat{x}_i, \hat x and \hat{x_i} are x̂_i.
  void read_accent(Characters& out, std::size_t place, const std::string& accent) {
    const Characters under = argument(place);
    if (under.empty()) throw ReadError(since(place), "a name is expected in the braces");
    if (is_name_start(under[0].code)) separate(out, since(place));
    out.push_back(under[0]);
    append(out, accent, under[0].range);
    out.insert(out.end(), under.begin() + 1, under.end());
  }

  const std::vector<Character>& characters_;
  std::size_t at_ = 0;
  int depth_ = 0;
  Characters out_;
};

}  // namespace

std::vector<Character> without_latex(const std::vector<Character>& characters) {
  const auto count = [&](char32_t code) {
    return std::count_if(characters.begin(), characters.end(),
                         [&](const Character& each) { return each.code == code; });
  };
  // A single $ is a mistake of typing.
  const bool has_commands = count(U'\\') > 0 || count(U'$') > 0 || (count(U'{') > 0 && count(U',') > 0);
  const bool any = count(U'$') % 2 == 0 && has_commands;
  return any ? LatexReader(characters).read() : characters;
}

}  // namespace answers
