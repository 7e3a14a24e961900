#pragma once

#include <deque>
#include <mutex>
#include <utility>

#include <serf/log.hpp>

namespace serf {

// The application's log sink: called on the delivery thread, and, while a handler holds that up, by
// the watchdog; one record at a time, with no lock held. Who comes while another thread is in it
// leaves the record to that one. What it throws is dropped: reporting is what failed.
class delivered_sink {
 public:
  explicit delivered_sink(log_sink sink) : sink_(std::move(sink)) {}

  explicit operator bool() const noexcept { return static_cast<bool>(sink_); }
  void write(const log_record& record) noexcept {
    std::unique_lock<std::mutex> lock(mutex_);
    if (is_in_use_) return keep(record);
    is_in_use_ = true;
    lock.unlock();
    call(record);
    lock.lock();
    while (!waiting_.empty()) {
      const log_record next = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      call(next);
      lock.lock();
    }
    is_in_use_ = false;
  }

 private:
  void keep(const log_record& record) noexcept {
    try {
      waiting_.push_back(record);
    } catch (...) {
      // No memory for it.
    }
  }
  void call(const log_record& record) const noexcept {
    try {
      sink_(record);
    } catch (...) {
    }
  }

  const log_sink sink_;
  std::mutex mutex_;  // over these
  bool is_in_use_ = false;
  std::deque<log_record> waiting_;
};

}  // namespace serf
