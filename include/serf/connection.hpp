#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include <serf/export.hpp>

namespace serf {

// connecting: looking up, connecting, shaking hands; ready: calls go out at once; lost: the
// connection ended, or none came about; waiting: until the next attempt; closed: nothing more
// comes.
enum class connection_state { connecting, ready, lost, waiting, closed };

// A change of a client's connection.
struct SERF_EXPORT connection_event {
  connection_state state = connection_state::connecting;
  std::string endpoint;               // "127.0.0.1:7373"
  std::string reason;                 // why it was lost or closed; with ready: a warning
  int attempt = 0;                    // 1 for the first
  std::chrono::nanoseconds delay{0};  // waiting: how long

  friend SERF_EXPORT bool operator==(const connection_event& a, const connection_event& b);
  friend bool operator!=(const connection_event& a, const connection_event& b) { return !(a == b); }
};

SERF_EXPORT std::string to_string(connection_state value);
SERF_EXPORT std::string to_string(const connection_event& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, connection_state value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const connection_event& value);

}  // namespace serf
