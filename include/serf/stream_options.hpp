#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>

#include <serf/call_options.hpp>
#include <serf/delivery.hpp>
#include <serf/duration.hpp>
#include <serf/export.hpp>

namespace serf {

// What becomes of records where the queue of a subscription is full. None of them blocks: the agent
// would drop events unseen. drop_oldest: the oldest queued ones go; drop_newest: the new ones do;
// close: the stream ends (stream_state::overflow), what is queued stays. What is dropped is
// counted, and a gap stands in its place.
enum class overflow_policy { drop_oldest, drop_newest, close };

// How a stream or subscription is opened and queued. Any std::chrono::duration converts, as the
// time for opening it: client.stream("*", 2s).
class SERF_EXPORT stream_options {
 public:
  stream_options() = default;
  template <class Rep, class Period>
  stream_options(std::chrono::duration<Rep, Period> timeout) : opening_(timeout) {}

  // Until the agent has acknowledged the request, waiting for the connection included. None:
  // client_options::call_timeout.
  stream_options& timeout(duration value) { return opening_.timeout(value), *this; }
  std::optional<std::chrono::nanoseconds> timeout() const noexcept { return opening_.timeout(); }
  // As of call_options.
  stream_options& fail_fast(bool value = true) { return opening_.fail_fast(value), *this; }
  bool fail_fast() const noexcept { return opening_.fail_fast(); }

  // How much is kept for a consumer that does not keep up; at least 1 each. Defaults: 65,536
  // records, and 64 MiB as the agent sent them.
  stream_options& max_records(std::size_t value) { return max_records_ = value, *this; }
  std::size_t max_records() const noexcept { return max_records_; }
  stream_options& max_bytes(std::size_t value) { return max_bytes_ = value, *this; }
  std::size_t max_bytes() const noexcept { return max_bytes_; }
  // Default: drop_oldest.
  stream_options& overflow(overflow_policy value) { return overflow_ = value, *this; }
  overflow_policy overflow() const noexcept { return overflow_; }

  // Where handlers run: delivery::on(executor). Default: the client's delivery thread. Has no
  // meaning for streams that are drained.
  stream_options& deliver(delivery::place where) { return place_ = std::move(where), *this; }
  const delivery::place& deliver() const noexcept { return place_; }

 private:
  call_options opening_;
  std::size_t max_records_ = 65536;
  std::size_t max_bytes_ = std::size_t{64} << 20U;
  overflow_policy overflow_ = overflow_policy::drop_oldest;
  delivery::place place_;
};

// What a stream has seen. received == delivered + dropped + queued, always; gaps are no records.
struct SERF_EXPORT stream_counters {
  std::size_t received = 0;    // records that the agent sent
  std::size_t delivered = 0;   // taken by the consumer, or given to a handler
  std::size_t dropped = 0;     // by the overflow policy, or still queued when this side closed
  std::size_t queued = 0;      // waiting now
  std::size_t bytes = 0;       // of the queued ones, as the agent sent them
  std::size_t max_queued = 0;  // the most that ever waited
  std::size_t gaps = 0;        // places where records are missing

  friend SERF_EXPORT bool operator==(const stream_counters& a, const stream_counters& b);
  friend bool operator!=(const stream_counters& a, const stream_counters& b) { return !(a == b); }
};

SERF_EXPORT std::string to_string(overflow_policy value);
SERF_EXPORT std::string to_string(const stream_counters& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, overflow_policy value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const stream_counters& value);

}  // namespace serf
