#include "programs/value.h"

#include <algorithm>
#include <cstdio>

namespace programs {

namespace {

constexpr std::size_t most_items = 2000;
constexpr std::size_t deepest_items = 8;

std::string shown_number(double value, Type type) {
  if (type == Type::boolean) return value != 0 ? "True" : "False";
  char text[32];
  std::snprintf(text, sizeof text, type == Type::int64 ? "%.0f" : "%.8g", value);
  return text;
}

std::string shown_array(const Array& array) {
  if (array.axes() == 0) return shown_number(array.first(), array.type);
  std::string text = "[";
  for (Index i = 0; i < array.shape[0]; ++i) {
    if (i > 0) text += " ";
    if (i == 8 && array.shape[0] > 9) return text + "...]";
    text += shown_array(part(array, {{Subscript::Kind::position, i}}));
  }
  return text + "]";
}

}  // namespace

Sequence::Sequence(std::vector<Value> items, bool is_list) : is_list_(is_list) {
  for (const Value& each : items) {
    const Sequence* const inner = each.as<Sequence>();
    total_ += inner != nullptr ? inner->total_ : 1;
    if (inner != nullptr) depth_ = std::max(depth_, inner->depth_ + 1);
  }
  if (total_ > most_items || depth_ > deepest_items)
    throw TooLarge("this tuple or list has too many items: use an array");
  items_ = std::make_shared<const std::vector<Value>>(std::move(items));
}

const char* type_name(const Value& value) {
  if (const Array* const array = value.as<Array>()) {
    if (array->axes() > 0) return "numpy.ndarray";
    return array->type == Type::boolean ? "bool" : array->type == Type::int64 ? "int" : "float";
  }
  if (value.is<None>()) return "NoneType";
  if (value.is<std::string>()) return "str";
  if (const Sequence* const sequence = value.as<Sequence>()) return sequence->is_list() ? "list" : "tuple";
  if (value.is<std::shared_ptr<Dictionary>>()) return "dict";
  return value.is<Module>() ? "module" : "function";
}

std::string described(const Value& value) {
  if (const Array* const array = value.as<Array>()) {
    if (array->axes() > 0) return "an array of shape " + in_words(array->shape);
    return array->type == Type::boolean ? "a bool" : array->type == Type::int64 ? "an int" : "a float";
  }
  if (value.is<None>()) return "None";
  if (value.is<std::string>()) return "a text";
  if (const Sequence* const sequence = value.as<Sequence>())
    return sequence->is_list() ? "a list" : "a tuple";
  if (value.is<std::shared_ptr<Dictionary>>()) return "a dictionary";
  if (value.is<Module>()) return "np";
  if (const Callable* const callable = value.as<Callable>()) return "the function " + callable->name;
  return "a function";
}

std::string shown(const Value& value) {
  if (const Array* const array = value.as<Array>()) return shown_array(*array);
  if (const std::string* const text = value.as<std::string>()) return *text;
  if (const Sequence* const sequence = value.as<Sequence>()) {
    std::string text = sequence->is_list() ? "[" : "(";
    for (std::size_t k = 0; k < sequence->items().size(); ++k)
      text += (k > 0 ? ", " : "") + shown(sequence->items()[k]);
    return text + (sequence->is_list() ? "]" : ")");
  }
  return described(value);
}

}  // namespace programs
