#include "session/deadline_queue.hpp"

#include <algorithm>

namespace serf::session {

void deadline_queue::push(time_point when, std::uint64_t seq) {
  heap_.push_back({when, seq});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

std::optional<std::uint64_t> deadline_queue::pop_due(time_point now) {
  if (heap_.empty() || heap_.front().when > now) return std::nullopt;
  const std::uint64_t seq = heap_.front().seq;
  pop();
  return seq;
}

void deadline_queue::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), later);
  heap_.pop_back();
}

void deadline_queue::restore() { std::make_heap(heap_.begin(), heap_.end(), later); }

}  // namespace serf::session
