#include "delivery/executor_thread.hpp"

#include <pthread.h>

#include <system_error>

namespace serf::delivery {

delivery_thread::mailbox executor_thread::mail() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!thread_) {
    try {
      thread_.emplace(delivery_thread::exception_hook());
    } catch (const std::system_error&) {
      return otherwise_;
    }
    thread_->post([] { ::pthread_setname_np(::pthread_self(), "serf-executor"); });
  }
  return thread_->mail();
}

// It stays until the end of this object: what is done to it needs no lock.
delivery_thread* executor_thread::started() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return thread_ ? &*thread_ : nullptr;
}

void executor_thread::drain() {
  if (auto* const thread = started()) thread->drain();
}
void executor_thread::stop() {
  if (auto* const thread = started()) thread->stop();
}
void executor_thread::request_stop() {
  if (auto* const thread = started()) thread->request_stop();
}

}  // namespace serf::delivery
