#pragma once

#include <future>
#include <memory>
#include <utility>

#include <serf/export.hpp>
#include <serf/stream_options.hpp>

namespace serf {

namespace delivery {
class subscription_core;
}

// Keeps handlers subscribed as long as it lives. Move-only; may outlive its client, and end before
// it.
//
// Once cancel() or the destructor has returned, no handler of it is running and none ever will
// again. Called from such a handler itself they return at once, and it ends with the current call.
// They wait for a running handler, so not while holding a lock that it needs; request_cancel()
// never waits. A cancelled subscription hears of no end.
class SERF_EXPORT subscription {
 public:
  subscription() noexcept;  // of nothing
  explicit subscription(std::shared_ptr<delivery::subscription_core> core) noexcept;
  ~subscription();  // cancel()
  subscription(subscription&& other) noexcept;
  subscription& operator=(subscription&& other) noexcept;  // cancels what it held

  // Until the agent has acknowledged the request; or why it did not. May be called several times.
  // Becomes ready on serf-io, so a handler may wait for it.
  std::future<void> ready();

  void cancel() noexcept;
  void request_cancel() noexcept;  // no call of a handler starts after this
  bool active() const noexcept;    // neither cancelled nor at its end

  stream_counters counters() const;

 private:
  std::shared_ptr<delivery::subscription_core> core_;
};

// What a handler may take as its second argument: the subscription that it belongs to. Copyable.
class SERF_EXPORT subscription_ref {
 public:
  explicit subscription_ref(std::shared_ptr<delivery::subscription_core> core) noexcept;
  ~subscription_ref();
  subscription_ref(const subscription_ref& other) noexcept;
  subscription_ref& operator=(const subscription_ref& other) noexcept;

  // No call of a handler starts after this. Never waits.
  void cancel() const noexcept;
  bool active() const noexcept;
  stream_counters counters() const;

 private:
  friend class delivery::subscription_core;
  std::shared_ptr<delivery::subscription_core> core_;
};

}  // namespace serf
