#include <serf/subscription.hpp>

#include "delivery/subscription_core.hpp"
#include "vocabulary/home_process.hpp"

namespace serf {
namespace {

using shared_core = std::shared_ptr<delivery::subscription_core>;

// In a forked child no handler runs, and none is destroyed: all of it is leaked.
bool is_live(const shared_core& core) noexcept { return core && core->is_here(); }
bool is_active(const shared_core& core) noexcept {
  return is_live(core) && !core->cancelled() && !core->ended();
}
void leak_if_forked(shared_core& core) noexcept {
  if (core && !core->is_here()) leak(core);
}

}  // namespace

subscription::subscription() noexcept = default;
subscription::subscription(std::shared_ptr<delivery::subscription_core> core) noexcept
    : core_(std::move(core)) {}
subscription::~subscription() {
  cancel();
  leak_if_forked(core_);
}
subscription::subscription(subscription&& other) noexcept = default;

subscription& subscription::operator=(subscription&& other) noexcept {
  if (this != &other) {
    // What it held is cancelled last: that may destroy the handlers, and this object with them.
    subscription held(std::exchange(core_, std::move(other.core_)));
  }
  return *this;
}

std::future<void> subscription::ready() {
  if (is_live(core_)) return core_->ready();
  std::promise<void> promise;
  promise.set_exception(to_exception(
      core_ ? forked("ready")
            : failure(errc::client_closed, "this subscription is of nothing: it was moved from")));
  return promise.get_future();
}

// A share is kept: the handler that is waited for may move this object, or assign to it.
void subscription::cancel() noexcept {
  if (const auto core = core_; is_live(core)) core->cancel();
}
void subscription::request_cancel() noexcept {
  if (const auto core = core_; is_live(core)) core->request_cancel();
}
bool subscription::active() const noexcept { return is_active(core_); }
stream_counters subscription::counters() const {
  return is_live(core_) ? core_->counters() : stream_counters();
}

subscription_ref::subscription_ref(std::shared_ptr<delivery::subscription_core> core) noexcept
    : core_(std::move(core)) {}
subscription_ref::~subscription_ref() { leak_if_forked(core_); }
subscription_ref::subscription_ref(const subscription_ref& other) noexcept = default;
subscription_ref& subscription_ref::operator=(const subscription_ref& other) noexcept {
  if (this != &other) {
    leak_if_forked(core_);
    core_ = other.core_;
  }
  return *this;
}

void subscription_ref::cancel() const noexcept {
  if (is_live(core_)) core_->request_cancel();
}
bool subscription_ref::active() const noexcept { return is_active(core_); }
stream_counters subscription_ref::counters() const {
  return is_live(core_) ? core_->counters() : stream_counters();
}

}  // namespace serf
