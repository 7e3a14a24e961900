#include "client/monitors.hpp"

#include <algorithm>
#include <utility>

#include "client/attempts.hpp"

namespace serf {

using clock = transport::clock;

struct monitors::place final : connection::observer {
  explicit place(monitors& by)
      : owner(by),
        over(std::make_shared<connection>(by.io_, by.settings_, *this)),
        delay(by.reconnect_.value_or(reconnect_options())) {}

  // What follows is called on the I/O thread.
  void go_on() {
    is_waiting = false;
    over->start({owner.main_.agent().where, {}});
  }

  void on_open() override {
    opened_at = clock::now();
    if (records) records->opened(over->local_address());
  }
  std::optional<connection::attempt> on_lost(const failure&) override {
    if (opened_at) delay.lasted(clock::now() - *opened_at);
    opened_at.reset();
    if (!owner.reconnect_ || (records && !records->wanted())) return std::nullopt;
    is_waiting = !owner.main_.is_ready();
    return connection::attempt{owner.main_.agent().where,
                               is_waiting ? std::chrono::nanoseconds::max() : delay.next()};
  }
  void on_end(const failure&) override { owner.retire(*this); }

  monitors& owner;
  const std::shared_ptr<connection> over;
  std::shared_ptr<log_feed> records;
  growing_delay delay;
  std::optional<clock::time_point> opened_at;
  bool is_waiting = true;  // for the main connection
};

namespace {

// Of the log that a connection was opened for.
class log_call final : public session::call {
 public:
  log_call(transport::io_thread& io, main_line& main, session::wish what,
           std::weak_ptr<connection> over, std::unique_ptr<session::call> who)
      : io_(io),
        main_(main),
        what_(std::move(what)),
        over_(std::move(over)),
        who_(std::move(who)) {}

  void answered(std::string_view body) override { who_->answered(body); }
  void failed(failure why, std::string_view body) override {
    // Its own connection was not even tried, and knows no reason.
    if (why.code == errc::unreachable && !main_.is_ready()) why = main_.no_connection_for(what_);
    who_->failed(std::move(why), body);
    io_.post([over = over_.lock()] {
      if (over) over->end({errc::client_closed, "there is no log to follow"});
    });
  }

 private:
  transport::io_thread& io_;
  main_line& main_;
  const session::wish what_;
  const std::weak_ptr<connection> over_;
  const std::unique_ptr<session::call> who_;
};

}  // namespace

monitors::monitors(transport::io_thread& io, connection::settings settings, main_line& main,
                   std::optional<reconnect_options> reconnect)
    : io_(io), settings_(std::move(settings)), main_(main), reconnect_(std::move(reconnect)) {}
monitors::~monitors() = default;

std::shared_ptr<monitors::place> monitors::make() { return std::make_shared<place>(*this); }

std::weak_ptr<connection> monitors::connection_of(const std::shared_ptr<place>& where) {
  return where->over;
}

void monitors::open(const std::shared_ptr<place>& where, session::wish what,
                    std::shared_ptr<log_feed> records, std::unique_ptr<session::call> who) {
  io_.post([this, where, records] {
    if (ended_) return where->over->end(*ended_);
    where->records = records;
    open_.push_back(where);
    if (main_.is_ready()) where->go_on();
  });
  auto call = std::make_unique<log_call>(io_, main_, what, where->over, std::move(who));
  what.records = std::move(records);
  where->over->submit(std::move(what), std::move(call));
}

// On the I/O thread, inside a function of its connection: not to be destroyed under its feet.
void monitors::retire(const place& ended) {
  const auto is_it = [&](const auto& each) { return each.get() == &ended; };
  const auto at = std::find_if(open_.begin(), open_.end(), is_it);
  if (at == open_.end()) return;
  io_.post([kept = *at] {});
  open_.erase(at);
}

void monitors::go_on() {
  for (const auto& each : open_) {
    if (each->is_waiting) each->go_on();
  }
}

// Each may end, and leave the list, when told.
void monitors::wait(const failure& why) {
  const auto all = open_;
  for (const auto& each : all) {
    if (!each->is_waiting) each->over->lose(why);
  }
}

void monitors::end(const failure& why) {
  if (ended_) return;
  ended_ = why;
  const auto all = std::exchange(open_, {});
  for (const auto& each : all) each->over->end(why);
}

void monitors::expect_agent_to_leave(bool expected, session::time_point until) {
  for (const auto& each : open_) each->over->expect_agent_to_leave(expected, until);
}

}  // namespace serf
