#pragma once

#include <mutex>
#include <optional>

#include "delivery/delivery_thread.hpp"

namespace serf::delivery {

// Calls the application's executors: one that takes its time, as a pool whose queue is full, holds
// up neither the I/O thread nor the handlers on the delivery thread; and a handler that holds up
// the latter does not keep jobs from executors. Named "serf-executor"; only a client that was given
// an executor has one.
class executor_thread {
 public:
  explicit executor_thread(const delivery_thread& otherwise) : otherwise_(otherwise.mail()) {}

  // Any thread; the first call starts it. Where there is no thread to be had, the delivery thread
  // calls the executors.
  delivery_thread::mailbox mail();

  // As of delivery_thread; nothing where it was not started.
  void drain();
  void stop();
  void request_stop();

 private:
  delivery_thread* started();

  std::mutex mutex_;  // over the start
  std::optional<delivery_thread> thread_;
  const delivery_thread::mailbox otherwise_;
};

}  // namespace serf::delivery
