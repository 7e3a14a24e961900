#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "protocol/command.hpp"
#include "session/call.hpp"
#include "session/deadline_queue.hpp"

namespace serf::session {

// Every request that the agent may still have something to say to, by its Seq. One whose caller has
// given up stays as a tombstone, which knows the command and so what the late answer looks like.
class pending_table {
 public:
  struct entry {
    protocol::command command;
    std::unique_ptr<session::call> call;  // none: a tombstone
    std::chrono::nanoseconds timeout;     // as the caller gave it, for messages
    std::uint64_t position = 0;           // in the bytes of the connection
    std::optional<std::uint64_t> confirms =
        {};  // the stream that is open for sure once this is done
  };

  // Its call may follow: then give() throws nothing.
  void insert(std::uint64_t seq, entry what, time_point deadline);
  void give(std::uint64_t seq, std::unique_ptr<session::call> call) noexcept;

  entry* find(std::uint64_t seq);
  std::optional<entry> take(std::uint64_t seq);
  // Whoever waits for another answer waits for this one now.
  void hand_over(std::unique_ptr<session::call>&& call, std::uint64_t seq, time_point deadline);

  // The requests with calls that wait for that stream to be confirmed, the oldest first.
  std::vector<std::uint64_t> confirming(std::uint64_t stream) const;
  // Turns it into a tombstone.
  std::unique_ptr<session::call> take_call(std::uint64_t seq) noexcept;

  // Turns one that is due at `now` into a tombstone; gives what it was.
  entry take_due(time_point now) noexcept;
  // In the order of their Seq; tombstones are dropped. With an exception nothing is taken.
  std::vector<entry> take_all();

  std::optional<time_point> next_deadline();
  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t live() const noexcept { return live_; }

 private:
  bool is_live(std::uint64_t seq) const;

  std::unordered_map<std::uint64_t, entry> entries_;
  deadline_queue deadlines_;
  std::size_t live_ = 0;
};

}  // namespace serf::session
