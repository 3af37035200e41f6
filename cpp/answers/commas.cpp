#include "answers/commas.h"

#include <algorithm>
#include <optional>

namespace answers {

namespace {

/// The kinds of commas that occur inside one pair of brackets, or outside all brackets.
struct Commas {
  std::size_t first;       // token
  std::size_t tight = 0;   // between two digits: 1,5
  std::size_t loose = 0;   // any other
  bool in_list = false;    // inside [ ]
  bool run = false;        // 1,2,3: no decimals
  bool formula = false;    // 1/2,3: hardly decimals
  bool separated = false;  // by a semicolon, or by space between numbers
};

/// True for 1,5: a comma between two numbers without any space, of which the first has no decimals yet.
bool is_tight_comma(const std::vector<Token>& tokens, std::size_t k) {
  if (k == 0 || !tokens[k].is(U',') || !is_whole(tokens[k - 1])) return false;
  const Token& next = tokens[k + 1];
  return next.kind == Token::Kind::number && is_digit(static_cast<unsigned char>(next.text[0])) &&
         touch(tokens[k - 1], tokens[k]) && touch(tokens[k], next);
}

bool may_group_thousands(const std::vector<Token>& tokens, std::size_t comma) {
  const std::string& next = tokens[comma + 1].text;
  return tokens[comma - 1].text.size() <= 3 && tokens[comma - 1].text[0] != '0' &&
         std::min(next.find_first_not_of("0123456789"), next.size()) == 3;
}

/// Decides what the commas are: fills `reading`, or refuses 1,5, 2,5.
class CommaReader {
 public:
  explicit CommaReader(const std::vector<Token>& tokens) : tokens_(tokens) {}

  Reading read() {
    open_.push_back({0});
    for (std::size_t k = 0; tokens_[k].kind != Token::Kind::end; ++k) {
      const Token& token = tokens_[k];
      Commas& here = open_.back();
      points_ = points_ || (token.kind == Token::Kind::number && token.text.find('.') != std::string::npos);
      if (token.opens()) {
        open_.push_back({k + 1, 0, 0, token.is(U'[')});
      } else if (token.closes()) {
        close(k);
        if (open_.empty()) open_.push_back({k + 1});  // a bracket too many, which the parser reports
      } else if (is_tight_comma(tokens_, k)) {
        ++here.tight;
        here.run = here.run || (k >= 2 && is_tight_comma(tokens_, k - 2));
        here.formula = here.formula || !stands_alone(k);
        if (reading_.thousands.empty() && may_group_thousands(tokens_, k)) {
          reading_.thousands = tokens_[k - 1].text + "," + tokens_[k + 1].text;
          reading_.thousands_range = {tokens_[k - 1].range.begin, tokens_[k + 1].range.end};
        }
      } else if (token.is(U',')) {
        ++here.loose;
      } else if (token.is(U'=') && here.tight == 0) {
        here.first = k + 1;  // y = 1,5; 2,5
      } else {
        here.separated = here.separated || token.is(U';') || (k > here.first && separates(k));
      }
    }
    while (!open_.empty()) close(tokens_.size() - 1);
    const bool possible = some_ && !never_ && !points_;
    if (possible && doubtful_) refuse(*doubtful_, doubtful_end_);
    reading_.decimal_comma = possible && decimals_;
    reading_.may_be_decimal_comma = possible && !decimals_ && !in_list_;
    return reading_;
  }

 private:
  /// True where a space or a line end before token k separates values.
  bool separates(std::size_t k) const {
    const Token& token = tokens_[k];
    const bool sign = token.is(U'-') || token.is(U'+');
    if (!tokens_[k - 1].ends_operand()) return false;
    if (token.line_before && (token.starts_operand() || sign)) return true;
    const bool number =
        token.kind == Token::Kind::number || (open_.back().in_list && sign && touch(token, tokens_[k + 1]) &&
                                              tokens_[k + 1].kind == Token::Kind::number);
    return number && token.space_before && tokens_[k - 1].kind == Token::Kind::number;
  }

  /// True if the two numbers at a comma are no part of a larger formula.
  bool stands_alone(std::size_t comma) const {
    const auto ends = [](const Token& token) {
      return token.kind == Token::Kind::end || token.is(U',') || token.is(U';') || token.closes() ||
             token.opens() || token.is(U'=');
    };
    std::size_t before = comma - 1;
    if (before > 0 && (tokens_[before - 1].is(U'-') || tokens_[before - 1].is(U'+'))) --before;
    return (before == 0 || ends(tokens_[before - 1])) && ends(tokens_[comma + 2]);
  }

  void close(std::size_t end) {
    const Commas commas = open_.back();
    open_.pop_back();
    if (commas.tight == 0) return;
    some_ = true;
    in_list_ = in_list_ || commas.in_list;
    if (commas.run || (commas.loose > 0 && (commas.formula || commas.separated))) {
      never_ = true;
    } else if (commas.loose > 0) {
      doubtful_ = commas;
      doubtful_end_ = end;
    } else if (commas.separated) {
      decimals_ = true;
    }
  }

  [[noreturn]] void refuse(const Commas& commas, std::size_t end) const {
    std::string typed, decimals, separate;
    for (std::size_t k = commas.first; k < end; ++k) {
      const bool tight = is_tight_comma(tokens_, k);
      const bool loose = !tight && tokens_[k].is(U',');
      typed += loose ? ", " : tokens_[k].text;
      decimals += tight ? "." : loose ? "; " : tokens_[k].text;
      separate += tight || loose ? "; " : tokens_[k].text;
    }
    const ReadError error = two_readings({tokens_[commas.first].range.begin, tokens_[end - 1].range.end},
                                         shortened(typed), shortened(decimals), shortened(separate));
    throw ReadError(error.range, std::string(error.what()) + "; decimals take a point (1.5)", error.readings);
  }

  const std::vector<Token>& tokens_;
  std::vector<Commas> open_;
  Reading reading_;
  bool points_ = false;    // 1.5: then commas separate
  bool some_ = false;      // some comma is tight
  bool never_ = false;     // some tight comma separates
  bool decimals_ = false;  // some brackets hold decimals for certain
  bool in_list_ = false;
  std::optional<Commas> doubtful_;
  std::size_t doubtful_end_ = 0;
};

}  // namespace

Reading read_commas(const std::vector<Token>& tokens) {
  return CommaReader(tokens).read();
}

}  // namespace answers
