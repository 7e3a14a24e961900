#include <serf/subscription.hpp>

#include "delivery/subscription_core.hpp"

namespace serf {

subscription::subscription() noexcept = default;
subscription::subscription(std::shared_ptr<delivery::subscription_core> core) noexcept
    : core_(std::move(core)) {}
subscription::~subscription() { cancel(); }
subscription::subscription(subscription&& other) noexcept = default;

subscription& subscription::operator=(subscription&& other) noexcept {
  if (this != &other) {
    // What it held is cancelled last: that may destroy the handlers, and this object with them.
    subscription held(std::exchange(core_, std::move(other.core_)));
  }
  return *this;
}

std::future<void> subscription::ready() {
  if (core_) return core_->ready();
  std::promise<void> promise;
  promise.set_exception(
      to_exception({errc::client_closed, "this subscription is of nothing: it was moved from"}));
  return promise.get_future();
}

// A share is kept: the handler that is waited for may move this object, or assign to it.
void subscription::cancel() noexcept {
  if (const auto core = core_) core->cancel();
}
void subscription::request_cancel() noexcept {
  if (const auto core = core_) core->request_cancel();
}
bool subscription::active() const noexcept {
  return core_ && !core_->cancelled() && !core_->ended();
}
stream_counters subscription::counters() const {
  return core_ ? core_->counters() : stream_counters();
}

subscription_ref::subscription_ref(std::shared_ptr<delivery::subscription_core> core) noexcept
    : core_(std::move(core)) {}
subscription_ref::~subscription_ref() = default;
subscription_ref::subscription_ref(const subscription_ref& other) noexcept = default;
subscription_ref& subscription_ref::operator=(const subscription_ref& other) noexcept = default;

void subscription_ref::cancel() const noexcept { core_->request_cancel(); }
bool subscription_ref::active() const noexcept { return !core_->cancelled() && !core_->ended(); }
stream_counters subscription_ref::counters() const { return core_->counters(); }

}  // namespace serf
