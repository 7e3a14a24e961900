#include <ostream>
#include <tuple>

#include <serf/connection.hpp>

#include "vocabulary/duration_text.hpp"
#include "vocabulary/printable.hpp"

namespace serf {
namespace {

auto all_of(const connection_event& e) {
  return std::tie(e.state, e.endpoint, e.reason, e.attempt, e.delay);
}

}  // namespace

bool operator==(const connection_event& a, const connection_event& b) {
  return all_of(a) == all_of(b);
}

std::string to_string(connection_state value) {
  switch (value) {
    case connection_state::connecting:
      return "connecting";
    case connection_state::ready:
      return "ready";
    case connection_state::lost:
      return "lost";
    case connection_state::waiting:
      return "waiting";
    case connection_state::closed:
      return "closed";
  }
  return "";
}

std::string to_string(const connection_event& value) {
  std::string text = to_string(value.state);
  if (!value.endpoint.empty()) text += " " + printable(value.endpoint);
  if (value.state == connection_state::waiting) text += " for " + duration_text(value.delay);
  if (!value.reason.empty()) text += ": " + printable_line(value.reason);
  return text;
}

std::ostream& operator<<(std::ostream& out, connection_state v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const connection_event& v) {
  return out << to_string(v);
}

}  // namespace serf
