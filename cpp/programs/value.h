#pragma once
// What a name in a program can stand for.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "programs/array.h"
#include "programs/tree.h"

namespace programs {

struct Value;

struct None {};

/// A tuple or a list; here neither changes, and copies share their items.
class Sequence {
 public:
  /// Throws TooLarge where there are more than some thousand items, or tuples nested deeply.
  explicit Sequence(std::vector<Value> items, bool is_list = false);
  const std::vector<Value>& items() const { return *items_; }
  bool is_list() const { return is_list_; }

 private:
  std::shared_ptr<const std::vector<Value>> items_;
  std::size_t total_ = 1;  ///< items of items too
  std::size_t depth_ = 1;
  bool is_list_;
};

/// A dictionary with texts for keys. One that is given to the program may look its values up by a callback:
/// then unpacking it, x_hat, gamma = cache, calls it with each name.
struct Dictionary {
  std::map<std::string, Value> items;
  std::function<std::optional<Value>(const std::string&)> by_name;
};

/// One of NumPy's functions, an array's methods or Python's own functions; a type (float, np.float32) is one
/// too.
struct Callable {
  enum class Home { numpy, method, python };
  Home home;
  std::string name;
  std::shared_ptr<Value> self = nullptr;  ///< of a method
};

struct Module {};  ///< np

/// A function that the program defines; the tree outlives its values.
struct Function {
  const Statement* definition;
};

struct Value {
  std::variant<None, Array, std::string, Sequence, std::shared_ptr<Dictionary>, Callable, Module, Function>
      held;

  template <typename Kind>
  const Kind* as() const {
    return std::get_if<Kind>(&held);
  }
  template <typename Kind>
  bool is() const {
    return std::holds_alternative<Kind>(held);
  }
};

/// The name of a value's type as Python's errors have it: int, numpy.ndarray.
const char* type_name(const Value& value);

/// The kind of a value in words: “an array of shape (2, 3)”, “a tuple”.
std::string described(const Value& value);

/// As print shows it.
std::string shown(const Value& value);

}  // namespace programs
