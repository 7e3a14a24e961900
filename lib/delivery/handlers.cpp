#include <serf/handlers.hpp>

#include <variant>

namespace serf {
namespace {

// False: there is none.
template <class T>
bool call(record_handler<T>& handler, const T& what, const subscription_ref& self) {
  if (!handler) return false;
  handler(what, self);
  return true;
}

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

}  // namespace

bool event_handlers::operator()(const event& what, const subscription_ref& self) {
  const auto own = overloaded{
      [&](const member_event& e) { return call(member_, e, self); },
      [&](const user_event& e) { return call(user_, e, self); },
      [&](const query_event& e) { return call(query_, e, self); },
      [&](const unknown_event& e) { return call(unknown_, e, self); },
      [&](const gap& e) { return call(gap_handler(), e, self); },
  };
  return std::visit(own, what) || call(event_, what, self);
}

bool log_handlers::operator()(const log_entry& what, const subscription_ref& self) {
  const auto own = overloaded{
      [&](const log_line& e) { return call(line_, e, self); },
      [&](const gap& e) { return call(gap_handler(), e, self); },
  };
  return std::visit(own, what) || call(entry_, what, self);
}

bool query_handlers::operator()(const query_reply& what, const subscription_ref& self) {
  const auto own = overloaded{
      [&](const query_ack& e) { return call(ack_, e, self); },
      [&](const query_response& e) { return call(response_, e, self); },
      [&](const gap& e) { return call(gap_handler(), e, self); },
  };
  return std::visit(own, what) || call(reply_, what, self);
}

}  // namespace serf
