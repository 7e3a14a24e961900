#include "client/handler_watchdog.hpp"

#include <utility>

#include "vocabulary/duration_text.hpp"
#include "vocabulary/printable.hpp"

namespace serf {

handler_watchdog::handler_watchdog(transport::io_thread& io,
                                   std::shared_ptr<delivery::handler_watch> watch,
                                   delivery::delivery_thread::mailbox mail,
                                   std::shared_ptr<delivered_sink> sink, log_level threshold)
    : watch_(std::move(watch)),
      mail_(std::move(mail)),
      sink_(std::move(sink)),
      enabled_(*sink_ && threshold <= log_level::warn),
      clock_(io.make_link(*this)) {}

std::function<void()> handler_watchdog::waker() const {
  return [clock = clock_] { clock->wake(); };
}

void handler_watchdog::look() {
  for (const auto& each : watch_->check(transport::clock::now())) tell(each);
  if (const auto next = watch_->next()) clock_->arm(*next);
}

void handler_watchdog::tell(const delivery::handler_watch::slow& handler) {
  if (!enabled_) return;
  std::string text = printable_line(handler.name) + " has been running a handler for " +
                     duration_text(handler.running_for);
  if (handler.on_delivery_thread) text += "; no other handler of this client runs meanwhile";
  const auto write = [sink = sink_, record = log_record{std::chrono::system_clock::now(),
                                                        log_level::warn, std::move(text)}] {
    sink->write(record);
  };
  handler.on_delivery_thread ? mail_.bypass(write) : static_cast<void>(mail_.post(write));
}

}  // namespace serf
