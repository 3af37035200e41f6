#pragma once
// A value of JavaScript, as it crosses into this module and back. web/src/core/message.mjs writes what comes
// in and reads what goes out; both know this form:
//
//   item    = int32 tag, int32 size, what the tag says
//   number  = 8 bytes; text = `size` bytes of UTF-8; list = int64 address, and at address 0 its `size` values
//   array   = `size` items; object = `size` times a text and an item
//
// Every item begins at a multiple of 8 bytes.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "batchnorm/layout.h"

namespace bindings {

/// Where the numbers of a list lie.
enum class Origin {
  array,   ///< in this call's memory, copied from a plain array
  typed,   ///< in this call's memory, copied from a typed array
  tensor,  ///< in a tensor, which lives in this module
  place    ///< nowhere yet: a typed array that is to be filled
};

template <typename Scalar>
struct List {
  Scalar* data;
  std::size_t size;
  Origin origin = Origin::typed;
  std::shared_ptr<Scalar[]> own = nullptr;  ///< that of `data`, where nothing else keeps it

  List(Scalar* first, std::size_t count, Origin from) : data(first), size(count), origin(from) {}
  static List of_size(std::size_t count) {
    std::shared_ptr<Scalar[]> own(new Scalar[count]);
    List list(own.get(), count, Origin::typed);
    list.own = std::move(own);
    return list;
  }
  /// The numbers of an array, which is moved.
  template <typename Array>
  static List of(Array&& numbers) {
    const auto kept = std::make_shared<Array>(std::move(numbers));
    List list(kept->data(), static_cast<std::size_t>(kept->size()), Origin::typed);
    list.own = std::shared_ptr<Scalar[]>(kept, kept->data());
    return list;
  }
  static List copy_of(const Scalar* first, std::size_t count) {
    List list = of_size(count);
    std::copy(first, first + count, list.data);
    return list;
  }

  batchnorm::Span<const Scalar> values() const { return {data, static_cast<Eigen::Index>(size)}; }
  batchnorm::Span<Scalar> room() const { return {data, static_cast<Eigen::Index>(size)}; }
};

class JsValue {
 public:
  using Array = std::vector<JsValue>;
  using Object = std::vector<std::pair<std::string, JsValue>>;

  JsValue() = default;
  JsValue(double value) : content_(value) {}
  JsValue(std::string text) : content_(std::move(text)) {}
  JsValue(const char* text) : content_(std::string(text)) {}
  template <typename T, typename = std::enable_if_t<std::is_integral_v<T>>>
  JsValue(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      content_ = value;
    } else {
      content_ = static_cast<double>(value);
    }
  }
  template <typename Scalar>
  JsValue(List<Scalar> list) : content_(std::move(list)) {}

  static JsValue null() { return made(nullptr); }
  static JsValue array() { return made(Array()); }
  static JsValue object() {
    Object entries;
    entries.reserve(4);  // most have no more; growing would take longer than all else of a small result
    return made(std::move(entries));
  }
  /// What the core has no use for: "function", "symbol", "bigint".
  static JsValue of_type(std::string type) { return made(Other{std::move(type)}); }

  template <typename T>
  const T* as() const {
    return std::get_if<T>(&content_);
  }
  bool is_undefined() const { return as<std::monostate>() != nullptr; }
  /// As typeof has it, but for null.
  std::string type() const;

  /// undefined where there is none of that name, or no object.
  const JsValue& operator[](std::string_view name) const {
    static const JsValue undefined;
    if (const Object* entries = as<Object>()) {
      for (const auto& [key, value] : *entries) {
        if (key == name) return value;
      }
    }
    return undefined;
  }
  void set(std::string name, JsValue value) {
    auto& entries = std::get<Object>(content_);
    for (auto& [key, old] : entries) {
      if (key == name) return void(old = std::move(value));
    }
    entries.emplace_back(std::move(name), std::move(value));
  }
  void push(JsValue value) { std::get<Array>(content_).push_back(std::move(value)); }

  /// Reads an item of a message; `at` goes on behind it. Lists stay where they are.
  static JsValue read(char*& at);
  void write(std::vector<char>& message) const;

 private:
  struct Other {
    std::string type;
  };
  enum class Tag : std::int32_t { undefined, null, no, yes, number, text, array, object, other, list };
  struct Head {
    Tag tag;
    std::int32_t size;
  };
  /// That of a list is increased by 4 times what its values are + where they come from.
  template <typename Scalar>
  static constexpr std::int32_t kind = std::is_same_v<Scalar, double>  ? 0
                                       : std::is_same_v<Scalar, float> ? 1
                                                                       : 2;

  template <typename T>
  static JsValue made(T content) {
    JsValue value;
    value.content_ = std::move(content);
    return value;
  }

  template <typename T>
  static T taken(char*& at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
  }
  static std::size_t padded(std::size_t bytes) { return (bytes + 7) / 8 * 8; }
  static std::string read_text(char*& at, std::size_t size) {
    std::string result(at, size);
    at += padded(size);
    return result;
  }
  template <typename Scalar>
  static JsValue read_list(char*& at, std::size_t size, Origin origin) {
    auto* data = reinterpret_cast<Scalar*>(static_cast<std::uintptr_t>(taken<std::int64_t>(at)));
    if (data == nullptr && origin != Origin::place) {
      data = reinterpret_cast<Scalar*>(at);
      at += padded(size * sizeof(Scalar));
    }
    return List<Scalar>(data, size, origin);
  }

  template <typename T>
  static void put(std::vector<char>& message, T value) {
    const auto* bytes = reinterpret_cast<const char*>(&value);
    message.insert(message.end(), bytes, bytes + sizeof value);
  }
  static void put_head(std::vector<char>& message, Tag tag, std::size_t size) {
    put(message, Head{tag, static_cast<std::int32_t>(size)});
  }
  static void put_text(std::vector<char>& message, Tag tag, const std::string& content) {
    put_head(message, tag, content.size());
    const std::size_t begin = message.size();
    message.resize(begin + padded(content.size()));
    std::copy(content.begin(), content.end(), message.data() + begin);
  }

  std::variant<std::monostate, std::nullptr_t, bool, double, std::string, Other, List<double>, List<float>,
               List<std::int32_t>, Array, Object>
      content_;
};

inline std::string JsValue::type() const {
  if (is_undefined()) return "undefined";
  if (as<std::nullptr_t>() != nullptr) return "null";
  if (as<bool>() != nullptr) return "boolean";
  if (as<double>() != nullptr) return "number";
  if (as<std::string>() != nullptr) return "string";
  if (const Other* unknown = as<Other>()) return unknown->type;
  return "object";
}

inline JsValue JsValue::read(char*& at) {
  const auto tag = taken<Tag>(at);
  const auto size = static_cast<std::size_t>(taken<std::int32_t>(at));
  switch (tag) {
    case Tag::undefined:
      return {};
    case Tag::null:
      return null();
    case Tag::no:
    case Tag::yes:
      return tag == Tag::yes;
    case Tag::number:
      return taken<double>(at);
    case Tag::text:
      return read_text(at, size);
    case Tag::other:
      return of_type(read_text(at, size));
    case Tag::array: {
      Array items;
      items.reserve(size);
      for (std::size_t k = 0; k < size; ++k) items.push_back(read(at));
      return made(std::move(items));
    }
    case Tag::object: {
      Object entries;
      entries.reserve(size);
      for (std::size_t k = 0; k < size; ++k) {
        taken<std::int32_t>(at);  // the tag of a text
        const auto length = static_cast<std::size_t>(taken<std::int32_t>(at));
        std::string key = read_text(at, length);
        entries.emplace_back(std::move(key), read(at));
      }
      return made(std::move(entries));
    }
    default: {
      const auto over = static_cast<std::int32_t>(tag) - static_cast<std::int32_t>(Tag::list);
      const auto origin = static_cast<Origin>(over % 4);
      if (over / 4 == kind<double>) return read_list<double>(at, size, origin);
      if (over / 4 == kind<float>) return read_list<float>(at, size, origin);
      return read_list<std::int32_t>(at, size, origin);
    }
  }
}

inline void JsValue::write(std::vector<char>& message) const {
  std::visit(
      [&message](const auto& content) {
        using Content = std::decay_t<decltype(content)>;
        if constexpr (std::is_same_v<Content, std::monostate>) {
          put_head(message, Tag::undefined, 0);
        } else if constexpr (std::is_same_v<Content, std::nullptr_t>) {
          put_head(message, Tag::null, 0);
        } else if constexpr (std::is_same_v<Content, bool>) {
          put_head(message, content ? Tag::yes : Tag::no, 0);
        } else if constexpr (std::is_same_v<Content, double>) {
          put_head(message, Tag::number, 0);
          put(message, content);
        } else if constexpr (std::is_same_v<Content, std::string>) {
          put_text(message, Tag::text, content);
        } else if constexpr (std::is_same_v<Content, Other>) {
          put_text(message, Tag::other, content.type);
        } else if constexpr (std::is_same_v<Content, Array>) {
          put_head(message, Tag::array, content.size());
          for (const JsValue& each : content) each.write(message);
        } else if constexpr (std::is_same_v<Content, Object>) {
          put_head(message, Tag::object, content.size());
          for (const auto& [key, value] : content) {
            put_text(message, Tag::text, key);
            value.write(message);
          }
        } else {
          using Scalar = std::remove_pointer_t<decltype(content.data)>;
          put_head(message,
                   static_cast<Tag>(static_cast<std::int32_t>(Tag::list) + 4 * kind<Scalar> +
                                    static_cast<std::int32_t>(content.origin)),
                   content.size);
          put(message, static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(content.data)));
        }
      },
      content_);
}

}  // namespace bindings
