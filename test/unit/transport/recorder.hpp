// Records what a link says, for the test's thread to wait for and look at.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "support/deadline.hpp"
#include "transport/io_thread.hpp"

namespace serf::transport::testing {

// Generous: what is waited for comes within milliseconds, unless the machine is busy.
constexpr std::chrono::seconds patience(20);

template <class Predicate>
bool eventually(Predicate holds) {
  return serf::testing::wait_until(holds, patience);
}

// Runs the task on the I/O thread and waits for it. What it throws comes out here.
template <class Task>
auto run_on(io_thread& io, Task task) {
  auto packaged =
      std::make_shared<std::packaged_task<std::invoke_result_t<Task>()>>(std::move(task));
  auto result = packaged->get_future();
  io.post([packaged = std::move(packaged)] { (*packaged)(); });
  return result.get();
}

class recorder : public link_events {
 public:
  // What else to do in an event; set before the link is opened. Called with no lock held.
  std::function<void()> when_connected, when_failed, when_asked, when_received, when_writable,
      when_woken, when_timer;
  std::size_t space = 4096;  // given for each read

  void on_connected() override { happened("connected", when_connected); }
  void on_failed(const link_failure& failure) override {
    {
      const std::lock_guard lock(mutex_);
      failure_ = failure;
    }
    happened("failed", when_failed);
  }
  receive_space on_receive_space() override {
    buffer_.resize(space);
    const receive_space given{buffer_.data(), buffer_.size()};
    happened("asked", when_asked);
    return given;
  }
  void on_received(std::size_t size) override {
    {
      const std::lock_guard lock(mutex_);
      received_.append(buffer_.data(), size);
    }
    happened("received", when_received);
  }
  void on_writable() override { happened("writable", when_writable); }
  void on_woken() override { happened("woken", when_woken); }
  void on_timer() override { happened("timer", when_timer); }

  int count(const std::string& event) const {
    const std::lock_guard lock(mutex_);
    int found = 0;
    for (const auto& each : happened_) found += each == event ? 1 : 0;
    return found;
  }
  bool saw(const std::string& event) const { return count(event) > 0; }
  std::vector<std::string> events() const {
    const std::lock_guard lock(mutex_);
    return happened_;
  }
  std::string received() const {
    const std::lock_guard lock(mutex_);
    return received_;
  }
  std::size_t received_size() const {
    const std::lock_guard lock(mutex_);
    return received_.size();
  }
  link_failure failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

 private:
  void happened(const char* event, const std::function<void()>& then) {
    {
      const std::lock_guard lock(mutex_);
      happened_.emplace_back(event);
    }
    // A copy: it may destroy this object, itself included.
    if (const auto copy = then) copy();
  }

  mutable std::mutex mutex_;
  std::vector<std::string> happened_;
  std::string received_;
  link_failure failure_;
  std::vector<char> buffer_;  // the I/O thread's
};

// An I/O thread with one recorded link.
class tcp_link : public ::testing::Test {
 protected:
  ~tcp_link() override {
    if (link_) run_on(*io_, [this] { link_.reset(); });
  }

  void open(const link_target& target) {
    run_on(*io_, [&] { link_->open(target); });
  }
  ::testing::AssertionResult connected(const link_target& target) {
    open(target);
    if (!eventually([&] { return events_.saw("connected") || events_.saw("failed"); })) {
      return ::testing::AssertionFailure() << "neither connected nor failed";
    }
    if (events_.saw("connected")) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << events_.failure().reason;
  }
  ::testing::AssertionResult fails() {
    if (eventually([&] { return events_.saw("failed"); })) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "does not fail";
  }
  // Everything that was on its way to the I/O thread has been there.
  void settle() {
    run_on(*io_, [] {});
    run_on(*io_, [] {});
  }

  recorder events_;
  std::unique_ptr<io_thread> io_ = start_io_thread();
  std::unique_ptr<link> link_ = io_->make_link(events_);
};

}  // namespace serf::transport::testing
