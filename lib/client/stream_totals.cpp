#include "client/stream_totals.hpp"

#include <utility>

namespace serf {

using lock_guard = std::lock_guard<std::mutex>;

void stream_totals::add(const void* queue, counters count) {
  const lock_guard lock(mutex_);
  live_.emplace(queue, std::move(count));
}

void stream_totals::remove(const void* queue) {
  const lock_guard lock(mutex_);
  const auto at = live_.find(queue);
  sum(gone_, at->second());
  live_.erase(at);
}

void stream_totals::sum(stream_metrics& total, const stream_counters& of) {
  total.received += of.received;
  total.delivered += of.delivered;
  total.dropped += of.dropped;
  total.gaps += of.gaps;
}

stream_metrics stream_totals::all() const {
  const lock_guard lock(mutex_);
  stream_metrics total = gone_;
  total.live = live_.size();
  for (const auto& each : live_) {
    const stream_counters now = each.second();
    sum(total, now);
    total.queued += now.queued;
    total.queued_bytes += now.bytes;
  }
  return total;
}

}  // namespace serf
