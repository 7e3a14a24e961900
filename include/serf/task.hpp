#pragma once

#include <memory>
#include <utility>

#include <serf/duration.hpp>
#include <serf/export.hpp>

namespace serf {

class task_state;

// Asks the function of a task to end. Copyable; every method may be called from any thread.
class SERF_EXPORT stop_token {
 public:
  explicit stop_token(std::shared_ptr<task_state> state) noexcept;
  ~stop_token();
  stop_token(const stop_token& other) noexcept;
  stop_token& operator=(const stop_token& other) noexcept;

  bool stop_requested() const noexcept;
  // Waits so long, or until the task is to end: true, then. A keepalive is
  //   while (!stop.wait_for(60s)) client.event("keepalive").get();
  bool wait_for(duration time) const;
  void wait() const;  // until the task is to end

 private:
  std::shared_ptr<task_state> state_;
};

// A function that runs on a thread of its own and ends with its client, or with this: move-only.
//
// The destructor is cancel(). A task that never looks at its stop_token is waited for without
// limit, with a line in the client's log.
class SERF_EXPORT task {
 public:
  task() noexcept;  // of nothing
  explicit task(std::shared_ptr<task_state> state) noexcept;
  ~task();  // cancel()
  task(task&& other) noexcept;
  task& operator=(task&& other) noexcept;  // cancels what it held

  // Asks it to end, and waits until it has; from inside it, and in a handler on the delivery thread
  // of its client, which it may be waiting for, without waiting. In a handler on an executor it
  // does wait: not for a task that waits for that handler.
  void cancel() noexcept;
  void request_cancel() noexcept;  // does not wait

  // Waits until it has ended. In a handler on the delivery thread of its client, and from inside
  // it: serf::error with errc::would_deadlock, unless it has ended.
  void join();
  bool running() const noexcept;

 private:
  std::shared_ptr<task_state> state_;
};

}  // namespace serf
