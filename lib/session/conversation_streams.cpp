// The conversation's part that is about streams, logs and queries.
#include <utility>

#include "session/conversation.hpp"

namespace serf::session {

using protocol::command;

// An agent acknowledges a stream before it takes it up: an event in between would be missing. The
// answer to the request behind it comes later than that. This one stops what is no stream, itself.
void conversation::confirm(std::uint64_t stream, std::chrono::nanoseconds timeout,
                           time_point deadline) {
  const std::uint64_t position = out_.end();
  const std::uint64_t seq = send(protocol::stop(next_seq_));
  pending_.insert(seq, {command::stream, nullptr, timeout, position, stream}, deadline);
}

// Before anything else on this connection, the oldest first.
void conversation::resume_streams() {
  for (const std::uint64_t asleep : streams_.asleep()) {
    const stream_table::stream& each = *streams_.find(asleep);
    const command what = each.command;
    const std::uint64_t position = out_.end();
    const std::uint64_t seq = send({what, each.body});
    streams_.wake(asleep, seq);
    pending_.insert(seq, {what, nullptr, {}, position}, time_point::max());
    if (what == command::stream) confirm(seq, {}, time_point::max());
  }
}

void conversation::stop(std::uint64_t seq) {
  streams_.mark_stopped(seq);
  const std::uint64_t position = out_.end();
  pending_.insert(send(protocol::stop(seq)), {command::stop, nullptr, {}, position},
                  time_point::max());
}

subscribers conversation::leave(const subscriber& taker, time_point now) {
  const auto seq = streams_.seq_of(taker);
  if (!seq) return nullptr;
  const stream_table::stream* const left = streams_.find(*seq);
  if (left != nullptr && left->command == command::query) return streams_.erase(*seq);
  const bool lingers = left != nullptr && left->command == command::stream;
  return streams_.leave(taker, lingers ? after(now, settings_.stream_linger) : now);
}

// A log has its connection alone, which ends with it.
failure conversation::log_is_over() const {
  return {errc::client_closed,
          "the log of the Serf agent at " + settings_.agent + " is not followed any more"};
}

// Queries that were not done in time, and streams that nobody has taken up again.
void conversation::end_due_streams(time_point now, step& next) {
  for (const std::uint64_t seq : streams_.take_due(now)) {
    const stream_table::stream& due = *streams_.find(seq);
    if (due.command == command::query) {
      next.expired.push_back(due.takers);
    } else if (due.command == command::monitor) {
      next.broken = log_is_over();
    } else {
      stop(seq);
    }
  }
}

}  // namespace serf::session
