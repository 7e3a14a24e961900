// Asio's event loop and the thread's function around it.
#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include "transport/io_thread.hpp"
#include "transport/loop_descriptors.hpp"

namespace serf::transport {

// Shared by the io_thread, its thread and its links, so that a link may outlive the thread: until
// the last of them goes, Asio's objects keep the io_context that they refer to.
class io_loop {
 public:
  // Throws std::system_error when there is no descriptor left.
  explicit io_loop(exception_hook on_exception);

  asio::io_context& context() noexcept { return context_; }

  // Until stop(). Lets no exception out.
  void run() noexcept;

  // Any thread. Ends run() behind what was posted before.
  void stop() noexcept;

  // In a forked child only, where this is then leaked.
  void abandon() noexcept { descriptors_.close_all(); }

 private:
  void report(const char* what) noexcept;

  // Without the concurrency hint for one thread: with it, what the thread posts to itself waits in
  // a queue of its own and may be overtaken by what others post later.
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  // Asio makes its reactor, and the descriptors that this takes, when first asked for an object
  // that needs it. Here somebody catches what that may throw.
  const loop_descriptors descriptors_;
  const exception_hook on_exception_;
};

}  // namespace serf::transport
