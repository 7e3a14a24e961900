#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>

#include "delivery/bypass_thread.hpp"
#include "delivery/delivery_thread.hpp"

namespace serf::delivery {

// The jobs of a delivery thread, and the thread itself: they outlive their owner where it is
// destroyed by one of its own jobs.
class delivery_queue {
 public:
  using job = delivery_thread::job;
  using exception_hook = delivery_thread::exception_hook;

  delivery_queue(exception_hook on_exception, std::shared_ptr<handler_watch> watch);

  void start(const std::shared_ptr<delivery_queue>& self);
  bool push(std::unique_ptr<job> what) noexcept;
  void drain();
  void stop();
  void request_stop();
  bool bypass(std::function<void()>& what) { return bypass_.run(what); }
  void report(const handler_failure& what) noexcept;
  void report_current_exception(std::string_view name) noexcept;

  bool is_current() const noexcept { return std::this_thread::get_id() == id_; }
  handler_watch& watch() const noexcept { return *watch_; }

 private:
  void serve();
  void run(std::unique_ptr<job> what) noexcept;
  std::unique_ptr<job> wait();
  bool is_ours() const { return is_current() || bypass_.is_current(); }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<job> first_;  // and the others behind it
  job* last_ = nullptr;
  std::uint64_t posted_ = 0;
  std::uint64_t done_ = 0;
  bool stopping_ = false;
  bool ended_ = false;
  std::shared_ptr<const exception_hook> on_exception_;  // nullptr once the thread has ended

  const std::shared_ptr<handler_watch> watch_;
  bypass_thread bypass_;
  std::thread thread_;
  std::atomic<std::thread::id> id_{};  // stays when the thread is detached, until it has ended
};

}  // namespace serf::delivery
