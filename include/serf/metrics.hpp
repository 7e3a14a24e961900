#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include <serf/error.hpp>
#include <serf/export.hpp>

namespace serf {

// How long calls took, counted in ranges: counts[i] is of those that took longer than bounds()[i-1]
// and no longer than bounds()[i]; the last one is of all that took longer.
struct SERF_EXPORT latency_histogram {
  static constexpr std::size_t ranges = 18;
  std::array<std::uint64_t, ranges> counts{};

  static const std::array<std::chrono::nanoseconds, ranges - 1>& bounds() noexcept;
  std::uint64_t total() const noexcept;
  // No shorter than that part of the calls took, as far as the ranges tell: quantile(0.99). 0 where
  // there were none; the longest bound where it is in the last range.
  std::chrono::nanoseconds quantile(double part) const noexcept;

  friend bool operator==(const latency_histogram& a, const latency_histogram& b) {
    return a.counts == b.counts;
  }
  friend bool operator!=(const latency_histogram& a, const latency_histogram& b) {
    return !(a == b);
  }
};

// What became of the calls of one command: each call is counted once, when it is done. A stream or
// query is done when it is opened; an ask, also a "query", when it has gathered its result, however
// that has ended: what query_result::ended calls lost has succeeded here. So where a program does
// both, the latencies of "query" are of both.
struct SERF_EXPORT call_metrics {
  std::string command;          // "members", "ready", "stream"
  std::uint64_t succeeded = 0;  // of a stream: it was opened
  std::uint64_t refused = 0;    // the agent said no
  std::uint64_t timed_out = 0;
  std::uint64_t lost = 0;      // no connection in time, or the loss of it
  std::uint64_t rejected = 0;  // here: arguments, limits, a client that is closed
  latency_histogram latency;   // from the call to the answer, of those that the agent answered

  friend SERF_EXPORT bool operator==(const call_metrics& a, const call_metrics& b);
  friend bool operator!=(const call_metrics& a, const call_metrics& b) { return !(a == b); }
};

// Of all streams, logs and queries that there have been, and how much is queued in those that there
// are.
struct SERF_EXPORT stream_metrics {
  std::uint64_t received = 0;
  std::uint64_t delivered = 0;
  std::uint64_t dropped = 0;
  std::uint64_t gaps = 0;
  std::uint64_t live = 0;  // neither closed nor destroyed
  std::uint64_t queued = 0;
  std::uint64_t queued_bytes = 0;

  friend SERF_EXPORT bool operator==(const stream_metrics& a, const stream_metrics& b);
  friend bool operator!=(const stream_metrics& a, const stream_metrics& b) { return !(a == b); }
};

// A client in numbers, since it was made. Counters only grow; pending_calls, tombstones,
// unsent_bytes and what stream_metrics says to be now are as they are now.
struct SERF_EXPORT client_metrics {
  // The main connection. losses: by the reason, attempts that came to nothing (errc::unreachable)
  // included.
  std::uint64_t attempts = 0;
  std::uint64_t connects = 0;
  std::map<errc, std::uint64_t> losses;
  std::size_t pending_calls = 0;  // sent or waiting; a stream or query that is open is none
  std::size_t tombstones = 0;     // given up or stopped, and the agent may still speak of them
  std::size_t unsent_bytes = 0;

  // Over all connections.
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::vector<call_metrics> calls;  // by the command's name; those never called are left out
  stream_metrics streams;

  friend SERF_EXPORT bool operator==(const client_metrics& a, const client_metrics& b);
  friend bool operator!=(const client_metrics& a, const client_metrics& b) { return !(a == b); }
};

// Several lines, for people.
SERF_EXPORT std::string to_string(const client_metrics& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const client_metrics& value);

}  // namespace serf
