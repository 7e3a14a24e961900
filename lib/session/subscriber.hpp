#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <serf/error.hpp>

namespace serf::session {

// Who takes the records that come under the Seq of a request: events, log lines, what comes of a
// query. Called on the I/O thread, one function at a time, with no lock held. None may throw, run
// user code or wait.
class subscriber {
 public:
  virtual ~subscriber() = default;
  // One record. False: no more is wanted; of a query: that was its last one.
  virtual bool record(std::string_view body) = 0;
  // All that one read of the socket has brought has been given.
  virtual void flush() = 0;
  // The time given to conversation::expire_at() has come.
  virtual void expired() = 0;
  // The connection has ended, for `why`.
  virtual void ended(const failure& why) = 0;
  // The connection is lost, and the stream is asked for again on the next one: what came in between
  // will be missing.
  virtual void interrupted() {}
  // It was taken up again, so that nothing is missing from here on. Records may have come already.
  virtual void resumed() {}

  bool unflushed = false;  // for whoever calls these: a record was given since flush()

 private:
  friend class stream_table;
  std::optional<std::uint64_t> seq_;  // under the lock of its conversation
};

// Those who share one stream of the agent. Never changed once made, so that they can be called
// without the lock; nullptr: nobody.
using subscribers = std::shared_ptr<const std::vector<std::shared_ptr<subscriber>>>;

}  // namespace serf::session
