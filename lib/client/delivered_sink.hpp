#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include <serf/log.hpp>

namespace serf {

// The application's log sink: called on the delivery thread, and, while a handler holds that up, by
// the watchdog; one record at a time. What it throws is dropped: reporting is what failed.
class delivered_sink {
 public:
  explicit delivered_sink(log_sink sink) : sink_(std::move(sink)) {}

  explicit operator bool() const noexcept { return static_cast<bool>(sink_); }
  void write(const log_record& record) noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    try {
      sink_(record);
    } catch (...) {
    }
  }

 private:
  std::mutex mutex_;
  const log_sink sink_;
};

}  // namespace serf
