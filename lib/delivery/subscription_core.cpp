#include "delivery/subscription_core.hpp"

#include <serf/subscription.hpp>

namespace serf {
namespace delivery {

bool subscription_core::enter() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (cancelled_) return false;
  ++running_;
  runner_ = std::this_thread::get_id();
  return true;
}

void subscription_core::leave() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (--running_ == 0) left_.notify_all();  // under the lock: whoever waits may end this object
}

void subscription_core::cancel() {
  std::unique_lock<std::mutex> lock(mutex_);
  cancelled_ = true;
  left_.wait(lock, [this] { return running_ == 0 || runner_ == std::this_thread::get_id(); });
}

void subscription_core::request_cancel() {
  const std::lock_guard<std::mutex> lock(mutex_);
  cancelled_ = true;
}

bool subscription_core::cancelled() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return cancelled_;
}

}  // namespace delivery

subscription::subscription() noexcept = default;
subscription::subscription(std::shared_ptr<delivery::subscription_core> core) noexcept
    : core_(std::move(core)) {}
subscription::~subscription() { cancel(); }
subscription::subscription(subscription&& other) noexcept = default;

subscription& subscription::operator=(subscription&& other) noexcept {
  if (this != &other) {
    cancel();
    core_ = std::move(other.core_);
  }
  return *this;
}

void subscription::cancel() noexcept {
  if (const auto core = std::move(core_)) core->cancel();
}
void subscription::request_cancel() noexcept {
  if (core_) core_->request_cancel();
}
bool subscription::active() const noexcept { return core_ && !core_->cancelled(); }

}  // namespace serf
