#include "delivery/subscription_core.hpp"

#include <new>
#include <utility>

namespace serf::delivery {
namespace {

void set(std::promise<void>& promise, const result<void>& outcome) {
  if (outcome) {
    promise.set_value();
  } else {
    promise.set_exception(to_exception(outcome.error()));
  }
}

failure never_opened(const char* why) {
  return {errc::client_closed,
          std::string("the subscription ended before the agent had acknowledged it: ") + why};
}

}  // namespace

subscription_core::~subscription_core() {
  if (!outcome_ && !asked_.empty()) settle_unopened("its client is gone");
}

bool subscription_core::enter(frame& here) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (cancelled_ || stopped_) return false;
  here.next = std::exchange(frames_, &here);
  return true;
}

void subscription_core::leave(frame& here) {
  std::unique_lock<std::mutex> lock(mutex_);
  frame** at = &frames_;
  while (*at != &here) at = &(*at)->next;
  *at = here.next;
  if (frames_) return;
  // Under the lock: whoever waits may end this object.
  left_.notify_all();
  if (!may_drop() || cancelling_ > 0) return;
  if (here.is_handler) {
    drop(lock);
  } else {
    lock.unlock();
    drop_elsewhere();
  }
}

// A handler of this runs on this thread, or its captures are being destroyed here.
bool subscription_core::is_inside() const {
  const auto self = std::this_thread::get_id();
  if (dropped_ == drop_state::running && dropper_ == self) return true;
  const frame* at = frames_;
  while (at && at->thread != self) at = at->next;
  return at != nullptr;
}

bool subscription_core::mark_cancelled() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::exchange(cancelled_, true)) return false;
  }
  settle_unopened("it was cancelled");
  on_cancelled();
  return true;
}

void subscription_core::cancel() {
  mark_cancelled();
  std::unique_lock<std::mutex> lock(mutex_);
  if (is_inside()) return;
  ++cancelling_;
  left_.wait(lock, [this] { return !frames_ && dropped_ != drop_state::running; });
  --cancelling_;
  if (may_drop()) drop(lock);
}

void subscription_core::request_cancel() {
  if (!mark_cancelled()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!may_drop() || cancelling_ > 0) return;
  }
  drop_elsewhere();
}

void subscription_core::drop_if_idle() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (may_drop()) drop(lock);
}

void subscription_core::drop(std::unique_lock<std::mutex>& lock) {
  dropped_ = drop_state::running;
  dropper_ = std::this_thread::get_id();
  lock.unlock();
  drop_handlers();
  lock.lock();
  dropped_ = drop_state::done;
  left_.notify_all();
}

void subscription_core::stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopped_ = true;
}

bool subscription_core::runs_here() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return is_inside();
}

void subscription_core::wait_idle() {
  stop();
  std::unique_lock<std::mutex> lock(mutex_);
  if (is_inside()) return;
  left_.wait(lock, [this] { return !frames_ && dropped_ != drop_state::running; });
}

bool subscription_core::cancelled() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return cancelled_;
}

std::future<void> subscription_core::ready() {
  std::promise<void> promise;
  auto future = promise.get_future();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (outcome_) {
    set(promise, *outcome_);
  } else {
    asked_.push_back(std::move(promise));
  }
  return future;
}

void subscription_core::opened(const result<void>& outcome) {
  if (settle(outcome)) on_opened(outcome);
}

// Without memory for the failure its futures are told so by breaking, at the latest with this.
void subscription_core::settle_unopened(const char* why) noexcept {
  try {
    settle(never_opened(why));
  } catch (const std::bad_alloc&) {
  }
}

// False: it was before.
bool subscription_core::settle(const result<void>& outcome) {
  std::vector<std::promise<void>> asked;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (outcome_) return false;
    outcome_ = outcome;
    asked.swap(asked_);
  }
  for (auto& each : asked) set(each, outcome);
  return true;
}

}  // namespace serf::delivery
