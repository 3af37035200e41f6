#pragma once
// A stand-in for Emscripten's val, so that cpp/bindings is fuzzed natively and unchanged: small JavaScript
// values. What JavaScript would answer with an exception ends the program, because no exception may unwind
// through WebAssembly.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace emscripten {

[[noreturn]] inline void javascript_throws(const std::string& what) {
  std::fprintf(stderr, "JavaScript would throw: %s\n", what.c_str());
  std::abort();
}

/// A live view into the module's memory: what must never get out.
template <typename T>
struct memory_view {
  std::size_t size;
  T* data;
};
template <typename T>
memory_view<T> typed_memory_view(std::size_t size, const T* data) {
  return {size, const_cast<T*>(data)};
}

class val {
 public:
  using Array = std::vector<val>;
  using Object = std::vector<std::pair<std::string, val>>;
  /// A typed array: doubles, floats, or another of the language.
  template <typename T>
  using Typed = std::shared_ptr<std::vector<T>>;

  val() = default;
  explicit val(double value) : value_(value) {}
  explicit val(std::string value) : value_(std::move(value)) {}
  template <typename T, typename = std::enable_if_t<std::is_same_v<T, bool>>>
  explicit val(T value) : value_(value) {}
  template <typename T>
  explicit val(memory_view<T> view) : value_(view) {}
  template <typename T>
  explicit val(std::vector<T> numbers) : value_(std::make_shared<std::vector<T>>(std::move(numbers))) {}

  static val undefined() { return val(); }
  static val null() { return made(nullptr); }
  static val object() { return made(std::make_shared<Object>()); }
  static val array() { return made(std::make_shared<Array>()); }
  static val global(const char* name) { return made(Global{name}); }
  /// A value that the core has no use for: "function", "symbol", "bigint".
  static val of_type(const char* type) { return made(Other{type}); }

  bool isUndefined() const { return is<std::monostate>(); }
  bool isNull() const { return is<std::nullptr_t>(); }
  bool isNumber() const { return is<double>(); }
  bool isString() const { return is<std::string>(); }
  bool is_boolean() const { return is<bool>(); }
  bool is_view() const { return is<memory_view<double>>() || is<memory_view<float>>(); }
  const Object* entries() const {
    const auto* object = std::get_if<std::shared_ptr<Object>>(&value_);
    return object == nullptr ? nullptr : object->get();
  }
  const Array* elements() const {
    const auto* array = std::get_if<std::shared_ptr<Array>>(&value_);
    return array == nullptr ? nullptr : array->get();
  }

  val typeOf() const {
    if (isUndefined()) return val(std::string("undefined"));
    if (is_boolean()) return val(std::string("boolean"));
    if (isNumber()) return val(std::string("number"));
    if (isString()) return val(std::string("string"));
    if (const Other* other = std::get_if<Other>(&value_)) return val(std::string(other->type));
    if (is<Global>()) return val(std::string("function"));
    return val(std::string("object"));
  }

  bool instanceof (const val& type) const {
    const Global* global = std::get_if<Global>(&type.value_);
    if (global == nullptr) javascript_throws("instanceof something that is no class");
    const std::string& name = global->name;
    if (name == "Float64Array") return is<Typed<double>>() || is<memory_view<double>>();
    if (name == "Float32Array") return is<Typed<float>>() || is<memory_view<float>>();
    if (name == "Array") return elements() != nullptr;
    javascript_throws("this stand-in does not know the class " + name);
  }

  template <typename T>
  T as() const {
    if constexpr (std::is_same_v<T, std::string>) {
      if (isString()) return std::get<std::string>(value_);
    } else {
      static_assert(std::is_arithmetic_v<T>);
      if constexpr (std::is_same_v<T, bool>) {
        if (is_boolean()) return std::get<bool>(value_);
      } else if (isNumber()) {
        return static_cast<T>(std::get<double>(value_));
      }
    }
    javascript_throws("a value is taken for another type than it has");
  }

  val operator[](const char* name) const {
    if (isUndefined() || isNull()) javascript_throws(std::string("no property ") + name + " of nothing");
    if (const Object* object = entries()) {
      for (const auto& [key, value] : *object) {
        if (key == name) return value;
      }
    }
    return visit_list([name](const auto& list, std::size_t size) {
      if (std::string("length") == name) return val(static_cast<double>(size));
      for (std::size_t k = 0; k < size; ++k) {
        if (std::to_string(k) == name) return wrapped(list[k]);
      }
      return val();
    });
  }

  template <typename T>
  void set(const char* name, const T& value) {
    Object* object = const_cast<Object*>(entries());
    if (object == nullptr) javascript_throws("a property is set on no object");
    object->emplace_back(name, wrapped(value));
  }

  template <typename Result, typename... Given>
  Result call(const char* method, const Given&... given) const {
    const std::string name = method;
    if constexpr (std::is_same_v<Result, void>) {
      if (name == "set") return copy_into_view(wrapped(given)...);
      if (name == "push" && elements() != nullptr)
        return const_cast<Array*>(elements())->push_back(wrapped(given...));
    } else if constexpr (sizeof...(given) == 0) {
      if (name == "slice") return sliced();
    } else {
      if (name == "keys" && is<Global>()) return wrapped(given...).keys();
    }
    javascript_throws("there is no method " + name);
  }

 private:
  struct Global {
    std::string name;
  };
  struct Other {
    const char* type;
  };

  template <typename T>
  static val made(T value) {
    val result;
    result.value_ = std::move(value);
    return result;
  }
  template <typename T>
  static val wrapped(const T& value) {
    if constexpr (std::is_same_v<T, val>) {
      return value;
    } else if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      return val(static_cast<double>(value));
    } else {
      return val(value);
    }
  }

  template <typename T>
  bool is() const {
    return std::holds_alternative<T>(value_);
  }

  /// use(list, size) of whatever has elements; undefined of everything else.
  template <typename Use>
  val visit_list(const Use& use) const {
    if (const Array* array = elements()) return use(*array, array->size());
    if (const auto* list = std::get_if<Typed<double>>(&value_)) return use(**list, (*list)->size());
    if (const auto* list = std::get_if<Typed<float>>(&value_)) return use(**list, (*list)->size());
    if (const auto* list = std::get_if<Typed<std::int32_t>>(&value_)) return use(**list, (*list)->size());
    return val();
  }

  template <typename T>
  static bool copy_to(const memory_view<T>* view, const val& from) {
    if (view == nullptr) return false;
    const auto* list = std::get_if<Typed<T>>(&from.value_);
    if (list == nullptr || (*list)->size() > view->size)
      javascript_throws("set: the source is of another type or too long");
    std::copy((*list)->begin(), (*list)->end(), view->data);
    return true;
  }
  void copy_into_view(const val& from) const {
    if (!copy_to(std::get_if<memory_view<double>>(&value_), from) &&
        !copy_to(std::get_if<memory_view<float>>(&value_), from))
      javascript_throws("set: not a view");
  }
  template <typename... None>
  void copy_into_view(const None&...) const {
    javascript_throws("set: takes one list");
  }

  val sliced() const {
    if (const auto* view = std::get_if<memory_view<double>>(&value_))
      return val(std::vector<double>(view->data, view->data + view->size));
    if (const auto* view = std::get_if<memory_view<float>>(&value_))
      return val(std::vector<float>(view->data, view->data + view->size));
    javascript_throws("slice: not a view");
  }

  val keys() const {
    if (isUndefined() || isNull()) javascript_throws("Object.keys of nothing");
    val names = array();
    if (const Object* object = entries()) {
      for (const auto& entry : *object) names.call<void>("push", entry.first);
    }
    visit_list([&names](const auto&, std::size_t size) {
      for (std::size_t k = 0; k < size; ++k) names.call<void>("push", std::to_string(k));
      return val();
    });
    return names;
  }

  std::variant<std::monostate, std::nullptr_t, bool, double, std::string, Other, Global, memory_view<double>,
               memory_view<float>, Typed<double>, Typed<float>, Typed<std::int32_t>, std::shared_ptr<Array>,
               std::shared_ptr<Object>>
      value_;
};

template <typename T>
std::vector<T> vecFromJSArray(const val& array) {
  if (array.elements() == nullptr) javascript_throws("not an array");
  std::vector<T> result;
  for (const val& element : *array.elements()) result.push_back(element.as<T>());
  return result;
}

}  // namespace emscripten
