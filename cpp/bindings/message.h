#pragma once
// The values of JavaScript that cross into this module and back. web/src/core/message.mjs writes what comes
// in and reads what goes out; both know this form:
//
//   item    = int32 tag, int32 size, what the tag says
//   number  = 8 bytes; text = `size` bytes of UTF-8; list = int64 address, and at address 0 its `size` values
//   array   = `size` items; object = `size` times a text and an item
//
// Every item takes a multiple of 8 bytes.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
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
  static List copy_of(const Scalar* first, std::size_t count) {
    List list = of_size(count);
    std::copy(first, first + count, list.data);
    return list;
  }

  batchnorm::Span<const Scalar> values() const { return {data, static_cast<Eigen::Index>(size)}; }
  batchnorm::Span<Scalar> room() const { return {data, static_cast<Eigen::Index>(size)}; }
};

using Message = std::vector<std::int64_t>;

/// What an item is.
enum class Tag : std::int32_t { undefined, null, no, yes, number, text, array, object, other, list };
/// With what every item begins.
struct Head {
  Tag tag;
  std::int32_t size;
};
/// The tag of a list is that of all lists + 4 times this + where its values come from.
template <typename Scalar>
constexpr std::int32_t kind_of_list = std::is_same_v<Scalar, double>  ? 0
                                      : std::is_same_v<Scalar, float> ? 1
                                                                      : 2;
constexpr std::size_t padded(std::size_t bytes) {
  return (bytes + 7) / 8 * 8;
}

/// A value that came in, where it stands in the message: nothing of it is copied. Lists may be written to.
class Given {
 public:
  /// undefined
  Given() = default;
  explicit Given(char* message) : at_(message + sizeof(Head)) { std::memcpy(&head_, message, sizeof head_); }
  static Given empty_object() {
    Given value;
    value.head_.tag = Tag::object;
    return value;
  }

  bool is_undefined() const { return head_.tag == Tag::undefined; }
  bool is_object() const { return head_.tag == Tag::object; }
  bool is_array() const { return head_.tag == Tag::array; }
  /// As typeof has it, but for null.
  std::string type() const;

  // Nothing, where it is of another type.
  std::optional<double> number() const {
    if (head_.tag != Tag::number) return std::nullopt;
    return read<double>(at_);
  }
  std::optional<bool> flag() const {
    if (head_.tag != Tag::no && head_.tag != Tag::yes) return std::nullopt;
    return head_.tag == Tag::yes;
  }
  std::optional<std::string_view> text() const {
    if (head_.tag != Tag::text) return std::nullopt;
    return characters();
  }
  template <typename Scalar>
  std::optional<List<Scalar>> list() const {
    if (head_.tag < Tag::list || over() / 4 != kind_of_list<Scalar>) return std::nullopt;
    auto* const data = reinterpret_cast<Scalar*>(is_inside() ? at_ + 8 : address());
    return List<Scalar>(data, size(), origin());
  }

  /// How many items an array has, or entries an object.
  std::size_t size() const { return static_cast<std::size_t>(head_.size); }
  /// Calls visit(item) for each of an array.
  template <typename Visit>
  void for_each_item(Visit visit) const {
    char* at = at_;
    for (std::size_t k = 0; k < size(); ++k) {
      const Given item(at);
      visit(item);
      at = item.end();
    }
  }
  /// Calls visit(name, value) for each entry of an object.
  template <typename Visit>
  void for_each_entry(Visit visit) const {
    char* at = at_;
    for (std::size_t k = 0; k < size(); ++k) {
      const Given name(at), value(name.end());
      visit(name.characters(), value);
      at = value.end();
    }
  }
  /// undefined where there is none of that name, or no object.
  Given operator[](std::string_view wanted) const;

  /// What stands behind it.
  char* end() const;

 private:
  template <typename T>
  static T read(const char* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  std::string_view characters() const { return {at_, size()}; }
  std::int32_t over() const {
    return static_cast<std::int32_t>(head_.tag) - static_cast<std::int32_t>(Tag::list);
  }
  Origin origin() const { return static_cast<Origin>(over() % 4); }
  char* address() const {
    return reinterpret_cast<char*>(static_cast<std::uintptr_t>(read<std::int64_t>(at_)));
  }
  /// Whether the values of a list follow in the message.
  bool is_inside() const { return address() == nullptr && origin() != Origin::place; }

  Head head_{Tag::undefined, 0};
  char* at_ = nullptr;  ///< behind the head
};

inline std::string Given::type() const {
  switch (head_.tag) {
    case Tag::undefined:
      return "undefined";
    case Tag::null:
      return "null";
    case Tag::no:
    case Tag::yes:
      return "boolean";
    case Tag::number:
      return "number";
    case Tag::text:
      return "string";
    case Tag::other:
      return std::string(characters());
    default:
      return "object";
  }
}

inline char* Given::end() const {
  switch (head_.tag) {
    case Tag::undefined:
    case Tag::null:
    case Tag::no:
    case Tag::yes:
      return at_;
    case Tag::number:
      return at_ + sizeof(double);
    case Tag::text:
    case Tag::other:
      return at_ + padded(size());
    case Tag::array:
    case Tag::object: {
      char* at = at_;
      for (std::size_t k = is_object() ? 2 * size() : size(); k > 0; --k) at = Given(at).end();
      return at;
    }
    default: {
      const std::size_t width = over() / 4 == kind_of_list<double> ? sizeof(double) : sizeof(float);
      return at_ + 8 + (is_inside() ? padded(size() * width) : 0);
    }
  }
}

inline Given Given::operator[](std::string_view wanted) const {
  Given found;
  if (!is_object()) return found;
  for_each_entry([&](std::string_view name, const Given& value) {
    if (name == wanted) found = value;
  });
  return found;
}

/// A value that goes out.
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
  JsValue(batchnorm::Channels numbers) : content_(std::move(numbers)) {}

  static JsValue null() { return made(nullptr); }
  static JsValue array() { return made(Array()); }
  static JsValue object() {
    Object entries;
    entries.reserve(4);  // most have no more; growing would take longer than all else of a small result
    return made(std::move(entries));
  }
  /// What the core has no use for: "function", "symbol", "bigint".
  static JsValue of_type(std::string type) { return made(Other{std::move(type)}); }

  void set(std::string name, JsValue value) {
    auto& entries = std::get<Object>(content_);
    for (auto& [key, old] : entries) {
      if (key == name) return void(old = std::move(value));
    }
    entries.emplace_back(std::move(name), std::move(value));
  }
  void push(JsValue value) { std::get<Array>(content_).push_back(std::move(value)); }

  void write(Message& message) const;

 private:
  struct Other {
    std::string type;
  };
  template <typename T>
  static JsValue made(T content) {
    JsValue value;
    value.content_ = std::move(content);
    return value;
  }

  template <typename T>
  static void put(Message& message, T value) {
    std::int64_t word;
    static_assert(sizeof value == sizeof word);
    std::memcpy(&word, &value, sizeof word);
    message.push_back(word);
  }
  static void put_head(Message& message, Tag tag, std::size_t size) {
    put(message, Head{tag, static_cast<std::int32_t>(size)});
  }
  static void put_text(Message& message, Tag tag, const std::string& content) {
    put_head(message, tag, content.size());
    const std::size_t begin = message.size();
    message.resize(begin + padded(content.size()) / sizeof(std::int64_t));
    std::memcpy(message.data() + begin, content.data(), content.size());
  }

  template <typename Scalar>
  static void put_list(Message& message, const Scalar* data, std::size_t size, Origin origin) {
    put_head(message,
             static_cast<Tag>(static_cast<std::int32_t>(Tag::list) + 4 * kind_of_list<Scalar> +
                              static_cast<std::int32_t>(origin)),
             size);
    put(message, static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(data)));
  }

  std::variant<std::monostate, std::nullptr_t, bool, double, std::string, Other, List<double>, List<float>,
               List<std::int32_t>, batchnorm::Channels, Array, Object>
      content_;
};

inline void JsValue::write(Message& message) const {
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
        } else if constexpr (std::is_same_v<Content, batchnorm::Channels>) {
          put_list(message, content.data(), static_cast<std::size_t>(content.size()), Origin::typed);
        } else {
          put_list(message, content.data, content.size, content.origin);
        }
      },
      content_);
}

}  // namespace bindings
