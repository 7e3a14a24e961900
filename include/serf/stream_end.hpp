#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include <serf/error.hpp>
#include <serf/export.hpp>

namespace serf {

// How a stream stands. open: records may come; closed: by this side; done: a query's agent has
// closed it; lost: the connection ended; overflow: its queue was full, and its policy is to close;
// rejected: the agent refused it.
enum class stream_state { open, closed, done, lost, overflow, rejected };

// The end of a stream is a state with a reason, never a record.
struct SERF_EXPORT stream_end {
  stream_state state = stream_state::open;
  std::optional<serf::failure> failure;  // why; none: done, or closed by its consumer

  explicit operator bool() const noexcept { return state != stream_state::open; }
};

SERF_EXPORT std::string to_string(stream_state value);
SERF_EXPORT std::string to_string(const stream_end& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, stream_state value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const stream_end& value);

}  // namespace serf
