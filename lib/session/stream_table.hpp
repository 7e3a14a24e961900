#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "protocol/command.hpp"
#include "session/deadline_queue.hpp"
#include "session/subscriber.hpp"

namespace serf::session {

// Every Seq under which the agent may send records, and who takes them.
//
// An event stream may have several takers, who asked for the same filter. When the last one goes it
// lingers for the next, and only then is it stopped. Stopped, it stays as a tombstone: what the
// agent had queued still comes, and nothing tells when that is over. A query cannot be stopped: its
// taker stays until its done has come.
class stream_table {
 public:
  struct stream {
    protocol::command command;
    std::string body;  // of its request: what makes two streams the same
    subscribers takers;
    time_point deadline;     // of whoever opens it
    bool open = false;       // acknowledged
    bool confirmed = false;  // and taken up: nothing is missing from here on
    bool stopped = false;
    bool asleep = false;  // of a connection that was lost; asked for again on the next
    bool again = false;   // its takers have been on an earlier connection
    time_point due = time_point::max();  // a query's end; when to stop a stream without takers
    time_point looked_at = time_point::max();  // when it is looked at next, no later than due
  };

  // Tombstones are dropped, the oldest first, beyond so many. With that many later stops behind it
  // answered, an agent that keeps 512 records of a stream has long sent them.
  explicit stream_table(std::size_t most_stopped) : most_stopped_(most_stopped) {}

  // After an exception something of it may be there, to be erased.
  void add(std::uint64_t seq, protocol::command command, std::string body,
           std::shared_ptr<subscriber> taker, time_point deadline);
  void open(std::uint64_t seq);
  // Gives those whose stream it is again.
  subscribers confirm(std::uint64_t seq);
  stream* find(std::uint64_t seq);
  subscribers erase(std::uint64_t seq);  // gives who is to be let go of without the lock

  // The event stream with the same request body, which may have yet to be acknowledged.
  std::optional<std::uint64_t> shared(const std::string& body) const;
  // Lets it take part in that one.
  void join(std::uint64_t seq, const std::shared_ptr<subscriber>& taker);

  // Takes it out of its stream, which has until `stop_at` to find another. Gives what is to be let
  // go of without the lock.
  subscribers leave(const subscriber& taker, time_point stop_at);

  // A query that was not done by then is reported as due.
  void expire_at(const subscriber& taker, time_point when);

  // The stream of which `taker` is one.
  std::optional<std::uint64_t> seq_of(const subscriber& taker) const noexcept { return taker.seq_; }

  // Those that are due, each once.
  std::vector<std::uint64_t> take_due(time_point now);
  void set_due(std::uint64_t seq, time_point when);
  void mark_stopped(std::uint64_t seq);

  // The connection was lost. What was acknowledged and has takers sleeps, event streams and logs
  // that is; the takers of the others are `over`.
  struct loss {
    std::vector<std::shared_ptr<subscriber>> over, asleep;
  };
  loss put_to_sleep();
  std::vector<std::uint64_t> asleep() const;  // the oldest first
  // Asked for again, under another Seq.
  void wake(std::uint64_t asleep, std::uint64_t seq);

  std::optional<time_point> next_deadline();
  // Those that are acknowledged and not stopped, those that sleep, and who has joined them.
  std::size_t size() const noexcept { return open_ + asleep_ + joined_; }
  std::size_t tombstones() const noexcept { return stopped_.size(); }
  std::vector<std::shared_ptr<subscriber>> take_all();

 private:
  void close(stream& each);
  bool is_looked_at(std::uint64_t seq) const;
  void unshare(const stream& ended, std::uint64_t seq);

  const std::size_t most_stopped_;
  std::unordered_map<std::uint64_t, stream> streams_;
  std::map<std::string, std::uint64_t> shared_;  // event streams that are not stopped
  std::deque<std::uint64_t> stopped_;            // the oldest first
  deadline_queue deadlines_;
  std::size_t open_ = 0;
  std::size_t asleep_ = 0;
  std::size_t joined_ = 0;
};

}  // namespace serf::session
