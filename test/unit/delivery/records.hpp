#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <serf/stream.hpp>

#include "delivery/record_queue.hpp"

namespace serf::delivery {

using event_queue = record_queue<event>;

// The record's number travels as its ltime.
inline event numbered(std::uint64_t number) {
  user_event made;
  made.name = "deploy";
  made.ltime = number;
  return made;
}

inline bool push_one(event_queue& queue, std::uint64_t number, std::size_t bytes = 1) {
  std::vector<event_queue::entry> batch;
  batch.push_back({numbered(number), bytes});
  return queue.push(batch);
}

inline bool push_many(event_queue& queue, std::uint64_t first, std::uint64_t count) {
  std::vector<event_queue::entry> batch;
  for (std::uint64_t i = 0; i < count; ++i) batch.push_back({numbered(first + i), 1});
  return queue.push(batch);
}

// "1", or "gap 3" and "reconnected": what a test expects, in a word.
inline std::string in_short(const event& what) {
  if (const auto* user = std::get_if<user_event>(&what)) return std::to_string(user->ltime);
  const auto* missing = std::get_if<gap>(&what);
  if (missing == nullptr) return "?";
  if (missing->reason == gap_reason::reconnected) return "reconnected";
  if (missing->reason == gap_reason::agent_dropped) {
    return "agent " + std::to_string(missing->count);
  }
  return "gap " + std::to_string(missing->count);
}

using texts = std::vector<std::string>;

inline texts all_of(event_queue& queue) {
  texts taken;
  while (const auto next = queue.try_next()) taken.push_back(in_short(*next));
  return taken;
}

inline bool adds_up(const stream_counters& c) {
  return c.received == c.delivered + c.dropped + c.queued;
}

inline stream_options limited(std::size_t records, overflow_policy policy) {
  return stream_options().max_records(records).overflow(policy);
}

}  // namespace serf::delivery
