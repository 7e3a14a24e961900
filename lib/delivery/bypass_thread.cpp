#include "delivery/bypass_thread.hpp"

#include <pthread.h>

#include <exception>
#include <utility>

#include "vocabulary/blocked_signals.hpp"

namespace serf::delivery {

bool bypass_thread::run(std::function<void()>& job) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (ended_) return false;
  if (!serving_) {
    if (thread_.joinable()) thread_.join();  // it has nothing left to do, and needs no lock
    try {
      const blocked_signals blocked;
      thread_ = std::thread([this] { serve(); });
    } catch (const std::exception&) {
      return false;  // no thread, or no memory for one
    }
    id_ = thread_.get_id();
    serving_ = true;
  }
  jobs_.push_back(std::move(job));
  return true;
}

void bypass_thread::serve() {
  ::pthread_setname_np(::pthread_self(), "serf-watch");
  for (;;) {
    std::function<void()> job;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (jobs_.empty()) {
        serving_ = false;
        return;
      }
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    try {
      job();
    } catch (...) {
      // There is nowhere to report to: the delivery thread is stuck.
    }
  }
}

void bypass_thread::end() {
  std::thread last;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
    last.swap(thread_);
  }
  if (last.joinable()) last.join();
}

bool bypass_thread::is_current() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return serving_ && id_ == std::this_thread::get_id();
}

}  // namespace serf::delivery
