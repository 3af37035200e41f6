#pragma once
// Decodes UTF-8, whatever bytes a text has.

#include <cstddef>
#include <string>

namespace answers {

struct Utf8 {
  char32_t code;     ///< U+FFFD where the bytes are not UTF-8
  std::size_t size;  ///< in bytes
  bool well_formed;
};

/// The character that begins at byte `k`. Requires k < text.size().
inline Utf8 utf8_at(const std::string& text, std::size_t k) {
  const auto lead = static_cast<unsigned char>(text[k]);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code = size == 1 ? lead : lead & (0x7Fu >> size);
  std::size_t taken = 1;
  for (; taken < size && k + taken < text.size(); ++taken) {
    const auto next = static_cast<unsigned char>(text[k + taken]);
    if ((next & 0xC0) != 0x80) break;
    code = code << 6 | (next & 0x3Fu);
  }
  const bool well_formed = size == 1 || (lead >= 0xC2 && taken == size && code >= 0x80);
  return {well_formed ? code : 0xFFFD, taken, well_formed};
}

}  // namespace answers
