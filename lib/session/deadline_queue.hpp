#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace serf::session {

using time_point = std::chrono::steady_clock::time_point;

// `timeout` from `now` on, and no later than the end of time.
inline time_point after(time_point now, std::chrono::nanoseconds timeout) noexcept {
  return timeout < time_point::max() - now ? now + timeout : time_point::max();
}

// Which request is due next. A heap whose entries are not removed when their request is answered:
// most are answered long before, so that removing would cost every call what only few need. Stale
// entries are skipped when they surface, and swept out when they are the most.
class deadline_queue {
 public:
  void push(time_point when, std::uint64_t seq);

  // The earliest of those that `is_live(seq)` says are still wanted, without removing it.
  template <class IsLive>
  std::optional<time_point> next(IsLive is_live) {
    while (!heap_.empty() && !is_live(heap_.front().seq)) pop();
    if (heap_.empty()) return std::nullopt;
    return heap_.front().when;
  }

  // Removes the earliest one if it is due.
  std::optional<std::uint64_t> pop_due(time_point now);

  // Asks for a sweep where more is stale than not; call it with the count of those still wanted.
  template <class IsLive>
  void sweep(std::size_t live, IsLive is_live) {
    if (heap_.size() < smallest_sweep || heap_.size() < 2 * live) return;
    std::vector<entry> kept;
    kept.reserve(live);
    for (const entry& each : heap_) {
      if (is_live(each.seq)) kept.push_back(each);
    }
    heap_ = std::move(kept);
    restore();
  }

  std::size_t size() const noexcept { return heap_.size(); }
  void clear() { heap_.clear(); }

 private:
  static constexpr std::size_t smallest_sweep = 1024;
  struct entry {
    time_point when;
    std::uint64_t seq;
  };
  static bool later(const entry& a, const entry& b) noexcept { return a.when > b.when; }
  void pop();
  void restore();

  std::vector<entry> heap_;
};

}  // namespace serf::session
