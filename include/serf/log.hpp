#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>

#include <serf/export.hpp>

namespace serf {

// The agent's levels, by its names.
enum class log_level { trace, debug, info, warn, err };

SERF_EXPORT std::string to_string(log_level value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, log_level value);

// A line of an agent's log, as monitor delivers it. What the parts could not be read from stands in
// raw alone.
struct SERF_EXPORT log_line {
  std::string time;  // the agent's local time, "2026/11/25 01:23:42"
  log_level level = log_level::info;
  std::string component;  // "agent", "serf", "memberlist", "agent.ipc"; "" when it has none
  std::string text;
  std::string raw;
  bool backlog = false;  // written before the monitor started (best effort)

  friend SERF_EXPORT bool operator==(const log_line& a, const log_line& b);
  friend bool operator!=(const log_line& a, const log_line& b) { return !(a == b); }
};

SERF_EXPORT std::string to_string(const log_line& value);  // raw, what is unprintable escaped
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const log_line& value);

// What the library itself has to say. One printable line; it never holds the key.
struct SERF_EXPORT log_record {
  std::chrono::system_clock::time_point time;
  log_level level = log_level::info;
  std::string text;
};

// Called on the client's delivery thread, one record at a time. What it throws is dropped.
using log_sink = std::function<void(const log_record&)>;

// A sink that prints to stderr, for programs without a logger of their own; several clients may
// share it.
SERF_EXPORT log_sink stderr_log();

}  // namespace serf
