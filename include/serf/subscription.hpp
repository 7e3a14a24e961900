#pragma once

#include <memory>

#include <serf/export.hpp>

namespace serf {

namespace delivery {
class subscription_core;
}

// Keeps a handler subscribed as long as it lives. Move-only; may outlive its client, and end before
// it.
//
// Once cancel() or the destructor has returned, the handler is not running and never will again.
// Called from that handler itself they return at once, and the handler ends with the current call.
// They wait for a running handler, so not while holding a lock that it needs; request_cancel()
// never waits.
class SERF_EXPORT subscription {
 public:
  subscription() noexcept;  // of nothing
  explicit subscription(std::shared_ptr<delivery::subscription_core> core) noexcept;
  ~subscription();  // cancel()
  subscription(subscription&& other) noexcept;
  subscription& operator=(subscription&& other) noexcept;  // cancels what it held

  void cancel() noexcept;
  void request_cancel() noexcept;  // no call of the handler starts after this
  bool active() const noexcept;    // not cancelled

 private:
  std::shared_ptr<delivery::subscription_core> core_;
};

}  // namespace serf
