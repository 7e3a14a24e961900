#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <serf/error.hpp>

#include "session/failures.hpp"

namespace serf {

// Handlers of calls wait for their answer first, and then for the delivery thread, which another
// handler may hold up: there are so many places to wait in. Any thread.
class handler_places {
 public:
  handler_places(std::size_t most, std::string agent) : most_(most), agent_(std::move(agent)) {}

  // What to tell a handler for which there was no place.
  failure refusal(const char* command) const {
    return session::overloaded(
        command,
        std::to_string(most_) +
            " calls whose handlers have not been called yet (max_pending_calls)",
        agent_);
  }

 private:
  friend class handler_place;
  const std::size_t most_;
  const std::string agent_;
  std::atomic<std::size_t> taken_{0};
};

// One of them, or none: there was none left.
class handler_place {
 public:
  explicit handler_place(const std::shared_ptr<handler_places>& of) noexcept {
    if (of->taken_.fetch_add(1, std::memory_order_relaxed) < of->most_) {
      of_ = of;
    } else {
      of->taken_.fetch_sub(1, std::memory_order_relaxed);
    }
  }
  ~handler_place() { leave(); }
  handler_place(handler_place&&) noexcept = default;
  handler_place& operator=(handler_place&&) = delete;

  explicit operator bool() const noexcept { return of_ != nullptr; }
  void leave() noexcept {
    if (const auto of = std::exchange(of_, nullptr)) {
      of->taken_.fetch_sub(1, std::memory_order_relaxed);
    }
  }

 private:
  std::shared_ptr<handler_places> of_;
};

}  // namespace serf
