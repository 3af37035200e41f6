// The functions that a built module exports: web/src/core/message.mjs calls them. A call is written to a room
// in this module's memory and its outcome read from there, in the form of js_value.h.

#include <emscripten.h>

#include <cstdlib>

#include "bindings/arguments.h"

namespace {

using bindings::JsValue;

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<char, Free>;

/// What lives from the arguments of a call to the end of its outcome's reading.
struct Call {
  Memory message;
  std::vector<Memory> lists;  ///< those too long for the message
  JsValue outcome;            ///< keeps the lists that `reply` says the addresses of
  std::vector<char> reply;
};

Call& current() {
  static Call call;
  return call;
}

}  // namespace

extern "C" {

/// Room for a message of so many bytes, with what was written to the room before; null where there is none.
EMSCRIPTEN_KEEPALIVE void* boundary_room(std::size_t bytes) {
  Call& call = current();
  void* const moved = std::realloc(call.message.get(), bytes);
  if (moved == nullptr) return nullptr;
  static_cast<void>(call.message.release());
  call.message.reset(static_cast<char*>(moved));
  return moved;
}

/// Room for a list of so many bytes, until the call ends.
EMSCRIPTEN_KEEPALIVE void* boundary_list(std::size_t bytes) {
  void* const memory = std::malloc(bytes);
  if (memory != nullptr) current().lists.emplace_back(static_cast<char*>(memory));
  return memory;
}

/// Calls a function, by its place in the table, with the arguments in the room. Where it says whether that
/// went well, and what came of it; null where there is no memory for that.
EMSCRIPTEN_KEEPALIVE const void* boundary_call(int place) {
  Call& call = current();
  try {
    char* at = call.message.get();
    const JsValue arguments = JsValue::read(at);
    call.outcome = bindings::outcome_of(bindings::table()[static_cast<std::size_t>(place)], arguments);
    call.reply.clear();
    const bool is_right = *call.outcome["ok"].as<bool>();
    JsValue(is_right).write(call.reply);
    (is_right ? call.outcome["value"] : call.outcome).write(call.reply);
    return call.reply.data();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

/// Frees what the last call took.
EMSCRIPTEN_KEEPALIVE void boundary_done() {
  current().lists.clear();
  current().outcome = JsValue();
}

/// The names of the table, in its order.
EMSCRIPTEN_KEEPALIVE const void* boundary_names() {
  Call& call = current();
  JsValue names = JsValue::array();
  for (const bindings::Entry& entry : bindings::table()) names.push(entry.name);
  call.reply.clear();
  names.write(call.reply);
  return call.reply.data();
}

EMSCRIPTEN_KEEPALIVE void* boundary_take(std::size_t bytes) {
  return std::calloc(1, bytes);
}
EMSCRIPTEN_KEEPALIVE void boundary_free(void* memory) {
  std::free(memory);
}
}
