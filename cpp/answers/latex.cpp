#include "answers/latex.h"

#include <algorithm>
#include <map>

#include "answers/expression.h"

namespace answers {

namespace {

constexpr int deepest_groups = 60;

/// Commands that stand for a character, or for a name.
const std::map<std::string, const char*>& symbols() {
  static const std::map<std::string, const char*> all{
      {"cdot", "·"},   {"times", "·"},  {"ast", "·"},      {"odot", "·"},       {"circ", "·"},
      {"bullet", "·"}, {"div", "/"},    {"approx", "≈"},   {"simeq", "≈"},      {"sim", "≈"},
      {"cong", "≈"},   {"langle", "⟨"}, {"rangle", "⟩"},   {"lvert", "|"},      {"rvert", "|"},
      {"vert", "|"},   {"mid", "|"},    {"lbrace", "{"},   {"rbrace", "}"},     {"lbrack", "["},
      {"rbrack", "]"}, {"top", "T"},    {"intercal", "T"}, {"infty", "∞"},      {"ldots", "…"},
      {"dots", "…"},   {"ell", "L"},    {"partial", "∂"},  {"alpha", "α"},      {"beta", "β"},
      {"gamma", "γ"},  {"delta", "δ"},  {"epsilon", "ε"},  {"varepsilon", "ε"}, {"mu", "μ"},
      {"sigma", "σ"},  {"pi", "π"},     {"ln", "ln"},      {"log", "log"},      {"exp", "exp"},
      {"min", "min"},  {"max", "max"},  {"quad", " "},     {"qquad", " "},
  };
  return all;
}

/// Commands that say how large something is, or how it is set, and nothing of what it is.
bool is_setting(const std::string& command) {
  static const char* const all[] = {"left",         "right",     "big",    "Big",     "bigl",
                                    "bigr",         "Bigl",      "Bigr",   "bigg",    "Bigg",
                                    "displaystyle", "textstyle", "limits", "nolimits"};
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
    // What was put in for a command stands where the command does, but never before what it stands behind.
    for (std::size_t k = 1; k < out_.size(); ++k)
      out_[k].position = std::max(out_[k].position, out_[k - 1].position);
    return std::move(out_);
  }

 private:
  using Characters = std::vector<Character>;

  std::size_t end() const { return characters_.size() - 1; }
  char32_t code(std::size_t ahead = 0) const {
    return at_ + ahead < end() ? characters_[at_ + ahead].code : U'\0';
  }
  std::size_t position() const { return characters_[at_].position; }
  void skip_spaces() {
    while (is_space(code())) ++at_;
  }

  static void append(Characters& out, const std::string& text, std::size_t place) {
    for (Character each : decode(text)) {
      if (each.code == U'\0') break;
      each.position = place;
      out.push_back(each);
    }
  }

  static void append(Characters& out, const Characters& more) {
    out.insert(out.end(), more.begin(), more.end());
  }

  /// One character, command or index.
  void read_one(Characters& out) {
    if (code() == U'\\') return read_command(out);
    if (code() == U'$') {
      ++at_;
    } else if (code() == U'&') {
      append(out, ", ", position());
      ++at_;
    } else if (code() == U'^' && code(1) == U'{') {
      out.push_back(characters_[at_++]);
      append_argument(out);
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
    if (code() != U'{') {
      read_one(inside);
      return inside;
    }
    const std::size_t opening = position();
    if (++depth_ > deepest_groups)
      throw ReadError({opening, opening + 1}, "too many braces inside each other");
    ++at_;
    while (at_ < end() && code() != U'}') {
      if (code() == U'{') {
        append_argument(inside);
      } else {
        read_one(inside);
      }
    }
    if (at_ >= end()) throw ReadError({opening, opening + 1}, "the brace “{” is not closed: “}” is missing");
    ++at_;
    --depth_;
    return inside;
  }

  void append_argument(Characters& out) {
    const std::size_t place = position();
    append(out, "(", place);
    append(out, argument(place));
    append(out, ")", characters_[at_ - 1].position);
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
    if (command == "begin" || command == "end") {
      argument(place);
      return append(out, command == "begin" ? "[" : "]", place);
    }
    if (command == "hat" || command == "widehat") return read_accent(out, place, "\u0302");
    if (command == "bar" || command == "overline") return read_accent(out, place, "\u0304");
    if (is_face(command)) return append(out, argument(place));
    if (is_setting(command)) return;
    const auto symbol = symbols().find(command);
    if (symbol == symbols().end())
      throw ReadError({place, position()}, "“\\" + command + "” is no command that is known here");
    append(out, symbol->second, place);
    // ∂ and the name behind it are one; a name before another one is not.
    if (command == "partial") return skip_spaces();
    if (is_space(code())) return;
    if (is_name_start(code()) && code() != U'_') append(out, " ", place);
  }

  /// \, \% \{ \\ and the like.
  void read_sign(Characters& out, std::size_t place) {
    const char32_t sign = code();
    if (sign == U'\0') throw ReadError({place, place + 1}, "a value is expected here, not “\\”");
    ++at_;
    if (sign == U'\\') {
      append(out, "; ", place);
    } else if (sign == U',' || sign == U';' || sign == U':' || sign == U'!' || sign == U' ') {
      append(out, " ", place);
    } else if (sign != U'(' && sign != U')' && sign != U'[' && sign != U']') {
      out.push_back(characters_[at_ - 1]);
    }
  }

  /// \frac{\partial L}{\partial y_i} is the name ∂L/∂y_i.
  void read_fraction(Characters& out, std::size_t place) {
    const Characters above = argument(place), below = argument(place);
    const bool is_gradient =
        !above.empty() && !below.empty() && above[0].code == U'∂' && below[0].code == U'∂';
    append(out, is_gradient ? "" : "((", place);
    append(out, above);
    append(out, is_gradient ? "/" : ")/(", place);
    append(out, below);
    append(out, is_gradient ? " " : "))", characters_[at_ - 1].position);
  }

  void read_root(Characters& out, std::size_t place) {
    Characters index;
    if (code() == U'[') {
      ++at_;
      while (at_ < end() && code() != U']') read_one(index);
      if (at_ < end()) ++at_;
    }
    const Characters radicand = argument(place);
    append(out, index.empty() ? "√(" : "((", place);
    append(out, radicand);
    append(out, ")", characters_[at_ - 1].position);
    if (index.empty()) return;
    append(out, "^(1/(", place);
    append(out, index);
    append(out, ")))", place);
  }

  /// The sum over the batch; its limits say nothing that the list does not.
  void read_sum(Characters& out, std::size_t place) {
    append(out, "Σ", place);
    for (int limits = 0; limits < 2; ++limits) {
      const std::size_t before = at_;
      skip_spaces();
      if (code() != U'_' && code() != U'^') {
        at_ = before;
        break;
      }
      ++at_;
      argument(place);
    }
    append(out, " ", place);
  }

  /// \hat{x}_i, \hat x and \hat{x_i} are x̂_i.
  void read_accent(Characters& out, std::size_t place, const std::string& accent) {
    const Characters under = argument(place);
    if (under.empty()) throw ReadError({place, position()}, "a name is expected in the braces");
    out.push_back(under[0]);
    append(out, accent, under[0].position);
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
  const bool any = count(U'$') % 2 == 0 && (count(U'\\') > 0 || count(U'$') > 0);
  return any ? LatexReader(characters).read() : characters;
}

}  // namespace answers
