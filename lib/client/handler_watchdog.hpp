#pragma once

#include <memory>

#include <serf/log.hpp>

#include "client/delivered_sink.hpp"
#include "delivery/delivery_thread.hpp"
#include "delivery/handler_watch.hpp"
#include "transport/io_thread.hpp"

namespace serf {

// Says in the log which handler runs for too long, while it still runs. The I/O thread looks when
// it is time to: a timer, armed by the first handler that starts, and lapsing with the last.
class handler_watchdog final : private transport::link_events {
 public:
  // `sink` bears the line past the delivery thread where that is what is held up.
  handler_watchdog(transport::io_thread& io, std::shared_ptr<delivery::handler_watch> watch,
                   delivery::delivery_thread::mailbox mail, std::shared_ptr<delivered_sink> sink,
                   log_level threshold);

  // Any thread, also beyond the end of this object: to be called when a handler starts.
  std::function<void()> waker() const;

 private:
  void on_connected() override {}
  // An exception, most likely for want of memory: what was to be said then is left out.
  void on_failed(const transport::link_failure&) override {
    clock_->reset();
    look();
  }
  transport::receive_space on_receive_space() override { return {}; }
  void on_received(std::size_t) override {}
  void on_writable() override {}
  void on_woken() override { look(); }
  void on_timer() override { look(); }
  void look();
  void tell(const delivery::handler_watch::slow& handler);

  const std::shared_ptr<delivery::handler_watch> watch_;
  const delivery::delivery_thread::mailbox mail_;
  const std::shared_ptr<delivered_sink> sink_;
  const bool enabled_;
  const std::shared_ptr<transport::link> clock_;
};

}  // namespace serf
