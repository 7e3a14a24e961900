#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include <serf/handler.hpp>
#include <serf/task.hpp>

#include "delivery/delivery_thread.hpp"
#include "vocabulary/home_process.hpp"
#include "vocabulary/log.hpp"

namespace serf {

// One task: its thread, whether it is to end, and whether it has. Shared by the thread, the handle
// and the client, any of which may go first.
class task_state : public std::enable_shared_from_this<task_state> {
 public:
  // `patience`: how long it is waited for before the log says so; 0: it never does.
  task_state(basic_handler<stop_token> function, delivery::delivery_thread::mailbox mail,
             log written, std::chrono::nanoseconds patience);
  ~task_state();

  // False in a forked child: there, nothing else may be called, and it must not be destroyed.
  bool is_here() const noexcept { return home_.is_here(); }

  // Starts the thread. std::system_error when there is none left.
  void start();

  void request_stop();
  bool stop_requested() const;
  // Whether it was requested by then.
  bool wait_for_stop(std::chrono::nanoseconds time) const;
  void wait_for_stop() const;

  bool ended() const;
  // Waiting here would wait for this very thread, or for one that may wait for it.
  bool would_deadlock() const;
  bool runs_here() const;  // this thread is it
  void wait();             // until it has ended

 private:
  void run() noexcept;
  void end();
  void report(const char* what) noexcept;

  const home_process home_;
  const delivery::delivery_thread::mailbox mail_;
  const std::chrono::nanoseconds patience_;
  std::optional<basic_handler<stop_token>> function_;  // the task's thread alone

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  log log_;  // until it has ended
  bool stop_ = false;
  bool ended_ = false;
  std::thread::id thread_;
};

}  // namespace serf
