#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include <serf/handler.hpp>
#include <serf/subscription.hpp>

#include "delivery/delivery_thread.hpp"
#include "delivery/subscription_core.hpp"
#include "transport/io_thread.hpp"

namespace serf {

// Calls handlers at equal intervals: one timer for all, on the I/O thread, which posts what is due
// to the delivery thread. A call that could not be made in time, since the handlers before it took
// too long, is left out; the later ones keep their times.
class ticker final : private transport::link_events {
 public:
  ticker(transport::io_thread& io, delivery::delivery_thread::mailbox mail);

  // Any thread. The first call comes after one period.
  subscription every(std::chrono::nanoseconds period, basic_handler<subscription_ref> told);

  // I/O thread. Nothing is due any more.
  void end();

 private:
  class beat;
  using clock = transport::clock;

  void on_connected() override {}
  void on_failed(const transport::link_failure&) override;
  transport::receive_space on_receive_space() override { return {}; }
  void on_received(std::size_t) override {}
  void on_writable() override {}
  void on_woken() override { arm(); }
  void on_timer() override;
  void add(std::weak_ptr<beat> added);
  void arm();

  transport::io_thread& io_;
  const delivery::delivery_thread::mailbox mail_;
  const std::unique_ptr<transport::link> clock_;

  // The I/O thread's own.
  std::vector<std::weak_ptr<beat>> beats_;
  bool ended_ = false;
};

}  // namespace serf
