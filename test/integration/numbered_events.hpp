// Events that a client has fired and those that its streams have shown: where one is missing, a gap
// must say so.
#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include <serf/event.hpp>

namespace serf::testing {

// The numbers of the events that the agent has acknowledged, in order.
class acknowledged_events {
 public:
  void add(int number) {
    const std::lock_guard<std::mutex> lock(mutex_);
    numbers_.push_back(number);
  }
  std::vector<int> all() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return numbers_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<int> numbers_;
};

// What came on one stream, of the client that fires the events: its stream is on the same
// connection, so that the agent which has acknowledged one shows it there, unless the connection is
// lost.
class seen_events {
 public:
  void operator()(const user_event& what) { add(std::stoi(what.payload)); }
  void operator()(const gap&) { add(gap_mark); }
  template <class Other>
  void operator()(const Other&) {}

  int last() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return last_;
  }
  std::size_t gaps() const {
    return count([](int each) { return each == gap_mark; });
  }
  std::size_t events() const {
    return count([](int each) { return each != gap_mark; });
  }

  // Acknowledged, not seen, and no gap where it would have stood. One that another agent's gossip
  // brings late, behind a gap, is none of those.
  std::vector<int> missing(const std::vector<int>& acknowledged) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<int> found;
    auto next = acknowledged.begin();
    bool behind_gap = false;
    int newest = 0;
    for (const int each : seen_) {
      if (each == gap_mark) {
        behind_gap = true;
        continue;
      }
      for (; next != acknowledged.end() && *next <= each; ++next) {
        if (*next < each && !behind_gap) found.push_back(*next);
      }
      // One that comes late, again, by another agent's gossip, uses no gap up.
      behind_gap = behind_gap && each < newest;
      newest = std::max(newest, each);
    }
    return found;
  }

 private:
  static constexpr int gap_mark = -1;
  void add(int what) {
    const std::lock_guard<std::mutex> lock(mutex_);
    seen_.push_back(what);
    last_ = std::max(last_, what);
  }
  template <class Predicate>
  std::size_t count(Predicate is_it) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return static_cast<std::size_t>(std::count_if(seen_.begin(), seen_.end(), is_it));
  }

  mutable std::mutex mutex_;
  std::vector<int> seen_;
  int last_ = 0;
};

}  // namespace serf::testing
