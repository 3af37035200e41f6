// What embind exports of a module: web/src/core/message.mjs calls it. A call is written to a room in this
// module's memory and its outcome read from there, in the form of message.h: reading an object through
// emscripten::val, name by name, costs several times what a small call computes.

#include <emscripten/bind.h>

#include <cstdint>
#include <cstdlib>

#include "bindings/arguments.h"

namespace {

using bindings::Given;
using bindings::JsValue;

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<char, Free>;

/// What lives from the arguments of a call to the end of its outcome's reading.
struct Call {
  Memory message;
  std::vector<Memory> lists;  ///< those too long for the message
  JsValue value;              ///< keeps the lists that `reply` says the addresses of
  bindings::Message reply;
};

Call& current() {
  static Call call;
  return call;
}

/// An address in the module's memory, as JavaScript has it.
using Address = std::uintptr_t;

Address address(const void* memory) {
  return reinterpret_cast<Address>(memory);
}

/// Room for a message of so many bytes, with what was written to the room before; null where there is none.
Address room(std::size_t bytes) {
  Call& call = current();
  void* const moved = std::realloc(call.message.get(), bytes);
  if (moved == nullptr) return 0;
  static_cast<void>(call.message.release());
  call.message.reset(static_cast<char*>(moved));
  return address(moved);
}

/// Room for a list of so many bytes, until the call ends.
Address list(std::size_t bytes) {
  Memory memory(static_cast<char*>(std::malloc(bytes)));
  const Address at = address(memory.get());
  try {
    current().lists.push_back(std::move(memory));
    return at;
  } catch (const std::bad_alloc&) {
    return 0;
  }
}

/// Calls a function, by its place in the table, with the arguments in the room. Where it says whether that
/// went well, and what came of it; null where there is no memory for that.
Address call_of(int place) {
  Call& call = current();
  try {
    const Given arguments(call.message.get());
    bindings::Outcome outcome =
        bindings::outcome_of(bindings::table()[static_cast<std::size_t>(place)], arguments);
    call.value = std::move(outcome.value);
    call.reply.clear();
    JsValue(outcome.is_right).write(call.reply);
    call.value.write(call.reply);
    return address(call.reply.data());
  } catch (const std::bad_alloc&) {
    return 0;
  }
}

/// Frees what the last call took.
void done() {
  current().lists.clear();
  current().value = JsValue();
}

/// The names of the table, in its order.
Address names() {
  Call& call = current();
  JsValue all = JsValue::array();
  for (const bindings::Entry& entry : bindings::table()) all.push(entry.name);
  call.reply.clear();
  all.write(call.reply);
  return address(call.reply.data());
}

/// Memory for a tensor, all 0, until it is given back; null where there is none.
Address take(std::size_t bytes) {
  return address(std::calloc(1, bytes));
}
void give_back(Address memory) {
  std::free(reinterpret_cast<void*>(memory));
}

}  // namespace

EMSCRIPTEN_BINDINGS(boundary) {
  emscripten::function("room", &room);
  emscripten::function("list", &list);
  emscripten::function("call", &call_of);
  emscripten::function("done", &done);
  emscripten::function("names", &names);
  emscripten::function("take", &take);
  emscripten::function("free", &give_back);
}
