// What a client tells of its connection, noted.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include <serf/connection.hpp>

namespace serf {

// Outlives the subscription.
class changes {
 public:
  auto handler() {
    return [this](const connection_event& now) {
      const std::lock_guard<std::mutex> lock(mutex_);
      all_.push_back(now);
      changed_.notify_all();
    };
  }

  std::vector<connection_event> all() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return all_;
  }
  std::vector<connection_state> states() const {
    std::vector<connection_state> states;
    for (const auto& each : all()) states.push_back(each.state);
    return states;
  }
  connection_event last(connection_state wanted) const {
    const auto heard = all();
    const auto is_it = [&](const connection_event& each) { return each.state == wanted; };
    const auto at = std::find_if(heard.rbegin(), heard.rend(), is_it);
    return at != heard.rend() ? *at : connection_event();
  }

  // The nth change to this state.
  bool wait_for(connection_state wanted, std::chrono::milliseconds timeout,
                std::ptrdiff_t nth = 1) {
    return wait(timeout, nth, [&](const auto& each) { return each.state == wanted; });
  }
  bool wait_for_reason(const std::string& part, std::chrono::milliseconds timeout) {
    return wait(timeout, 1,
                [&](const auto& each) { return each.reason.find(part) != std::string::npos; });
  }

 private:
  template <class Predicate>
  bool wait(std::chrono::milliseconds timeout, std::ptrdiff_t nth, Predicate is_it) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, timeout,
                             [&] { return std::count_if(all_.begin(), all_.end(), is_it) >= nth; });
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<connection_event> all_;
};

}  // namespace serf
