#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <serf/log.hpp>

#include "client/delivered_sink.hpp"
#include "delivery/delivery_thread.hpp"

namespace serf {

// The log's way to its sink on the delivery thread, which a handler may hold up. So many lines wait
// for it; those beyond are counted, until all that waited are written and one line says how many
// are missing. Any thread.
class log_backlog : public std::enable_shared_from_this<log_backlog> {
 public:
  static constexpr std::size_t most = 1000;

  explicit log_backlog(std::shared_ptr<delivered_sink> sink) : sink_(std::move(sink)) {}
  // Before the first write().
  void start(delivery::delivery_thread::mailbox mail) { mail_ = std::move(mail); }

  // At once, where this is the delivery thread: the client may be gone before its next job.
  bool write_here(const log_record& record) {
    if (!*sink_) return true;
    if (!mail_->is_current()) return false;
    sink_->write(record);
    return true;
  }
  void write(log_record record) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (missing_ > 0 || waiting_ == most) {
        worst_ = std::max(worst_, record.level);
        ++missing_;
        return;
      }
      ++waiting_;
    }
    try {
      mail_->post([self = shared_from_this(), record = std::move(record)] {
        self->sink_->write(record);
        self->written();
      });
    } catch (...) {  // no memory for it
      const std::lock_guard<std::mutex> lock(mutex_);
      --waiting_;
    }
  }

 private:
  // Delivery thread.
  void written() {
    log_record missing;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (--waiting_ > 0 || missing_ == 0) return;
      missing.text = std::to_string(std::exchange(missing_, 0));
      missing.level = std::exchange(worst_, log_level::trace);
    }
    missing.time = std::chrono::system_clock::now();
    missing.text += " lines of this log are missing here: it was held up";
    sink_->write(missing);
  }

  const std::shared_ptr<delivered_sink> sink_;
  std::optional<delivery::delivery_thread::mailbox> mail_;
  std::mutex mutex_;
  std::size_t waiting_ = 0;
  std::uint64_t missing_ = 0;
  log_level worst_ = log_level::trace;  // of those missing
};

}  // namespace serf
