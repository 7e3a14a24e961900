#include "client/stream_totals.hpp"

#include <utility>

namespace serf {

using lock_guard = std::lock_guard<std::mutex>;

void stream_totals::add(const void* queue, asked what) {
  const lock_guard lock(mutex_);
  all_.emplace(queue, std::move(what));
}

void stream_totals::remove(const void* queue) {
  const lock_guard lock(mutex_);
  const auto at = all_.find(queue);
  sum(gone_, at->second.count());
  all_.erase(at);
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
  for (const auto& each : all_) {
    const stream_counters now = each.second.count();
    if (!each.second.closed()) ++total.live;
    sum(total, now);
    total.queued += now.queued;
    total.queued_bytes += now.bytes;
  }
  return total;
}

}  // namespace serf
