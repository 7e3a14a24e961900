#include "delivery/delivery_queue.hpp"

#include <pthread.h>

#include <exception>
#include <string>
#include <utility>

#include "vocabulary/blocked_signals.hpp"

namespace serf::delivery {

delivery_queue::delivery_queue(exception_hook on_exception, std::shared_ptr<handler_watch> watch)
    : on_exception_(std::make_shared<const exception_hook>(std::move(on_exception))),
      watch_(watch ? std::move(watch)
                   : std::make_shared<handler_watch>(std::chrono::nanoseconds(0), nullptr)) {}

void delivery_queue::start(const std::shared_ptr<delivery_queue>& self) {
  const blocked_signals blocked;
  // The queue is handed over, so that it lives as long as the thread.
  thread_ = std::thread([self] { self->serve(); });
}

bool delivery_queue::push(std::unique_ptr<job> what) noexcept {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ended_) return false;
    job* const added = what.get();
    (last_ != nullptr ? last_->next_ : first_) = std::move(what);
    last_ = added;
    ++posted_;
  }
  changed_.notify_all();
  return true;
}

void delivery_queue::drain() {
  if (is_ours()) return;
  std::unique_lock<std::mutex> lock(mutex_);
  const std::uint64_t all = posted_;
  changed_.wait(lock, [&] { return ended_ || done_ >= all; });
}

void delivery_queue::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::exchange(stopping_, true)) return;
  }
  changed_.notify_all();
  // The thread waits for the bypass before it ends, so that cannot wait for the thread.
  if (is_ours()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

void delivery_queue::request_stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::exchange(stopping_, true)) return;
  }
  changed_.notify_all();
  thread_.detach();
}

void delivery_queue::serve() {
  ::pthread_setname_np(::pthread_self(), "serf-deliver");
  id_ = std::this_thread::get_id();
  while (auto next = wait()) run(std::move(next));
  bypass_.end();
  std::shared_ptr<const exception_hook> hook;  // the user's, too: freed here, without the lock
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    hook.swap(on_exception_);
  }
  hook.reset();
  id_ = std::thread::id();  // another thread may get it
}

void delivery_queue::run(std::unique_ptr<job> what) noexcept {
  try {
    if (!what->name().empty()) {
      const handler_watch::running watched(*watch_, what->name(), true);
      what->run();
    } else {
      what->run();
    }
  } catch (...) {
    report_current_exception(what->name());
  }
  what.reset();  // the captures are the user's too: they are gone when the job counts as done
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++done_;
  }
  changed_.notify_all();
}

std::unique_ptr<delivery_queue::job> delivery_queue::wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || first_; });
  if (!first_) {
    ended_ = true;
    lock.unlock();
    changed_.notify_all();
    return nullptr;
  }
  auto next = std::move(first_);
  first_ = std::move(next->next_);
  if (!first_) last_ = nullptr;
  return next;
}

void delivery_queue::report_current_exception(std::string_view name) noexcept {
  try {
    handler_failure what{std::string(name), "", std::current_exception()};
    try {
      throw;
    } catch (const std::exception& error) {
      what.what = error.what();
    } catch (...) {
      what.what = "an exception that is no std::exception";
    }
    report(what);
  } catch (...) {
    // No memory to report it.
  }
}

void delivery_queue::report(const handler_failure& what) noexcept {
  std::shared_ptr<const exception_hook> hook;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    hook = on_exception_;
  }
  try {
    if (hook && *hook) (*hook)(what);
  } catch (...) {
    // There is nowhere to report to: reporting is what failed.
  }
}

}  // namespace serf::delivery
