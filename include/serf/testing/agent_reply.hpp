// What an agent in a test answers to a command.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include <serf/key_report.hpp>

namespace serf::testing {

// An error in the agent's words. Where agents send a body with an error it is sent, too: for the
// key commands the nodes' report, if one is given.
struct refusal {
  explicit refusal(std::string words) : text(std::move(words)) {}
  refusal(std::string words, key_report nodes) : text(std::move(words)), report(std::move(nodes)) {}

  std::string text;
  std::optional<key_report> report = {};
};

// Success of a command that answers nothing, without its effect: an event that reaches no stream.
struct accepted {};

// A value, a refusal, or, by default, what the fake agent behind it would answer and do.
template <class T>
class agent_reply {
 public:
  agent_reply() = default;  // as usual
  agent_reply(refusal why) : data_(std::in_place_index<2>, std::move(why)) {}
  template <class Value, std::enable_if_t<std::is_convertible_v<Value, T> &&
                                              !std::is_same_v<std::decay_t<Value>, agent_reply> &&
                                              !std::is_same_v<std::decay_t<Value>, refusal>,
                                          int> = 0>
  agent_reply(Value&& value) : data_(std::in_place_index<1>, std::forward<Value>(value)) {}

  bool as_usual() const { return data_.index() == 0; }
  const T* value() const { return std::get_if<1>(&data_); }
  const refusal* refused() const { return std::get_if<2>(&data_); }

  friend std::ostream& operator<<(std::ostream& out, const agent_reply& reply) {
    if (const auto* why = reply.refused()) return out << "refusal: " << why->text;
    return out << (reply.as_usual() ? "as usual" : "a reply of its own");
  }

 private:
  std::variant<std::monostate, T, refusal> data_;
};

using agent_verdict = agent_reply<accepted>;

}  // namespace serf::testing
