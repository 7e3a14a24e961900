#include "client/lane.hpp"

#include <algorithm>
#include <utility>

#include "session/failures.hpp"

namespace serf {

using transport::clock;

// Tells the lane when its request is done, and then the caller.
class lane::passing_call final : public session::call {
 public:
  passing_call(lane& lane, const session::wish& what, std::unique_ptr<session::call> who)
      : lane_(lane),
        who_(std::move(who)),
        command_(what.request->command),
        timeout_(what.timeout),
        deadline_(what.deadline),
        hang_up_means_(what.hang_up_means) {}

  void answered(std::string_view body) override {
    lane_.on_done(false);
    who_->answered(body);
  }
  void failed(failure why, std::string_view body) override {
    const bool timed_out = why.code == errc::timed_out || clock::now() >= deadline_;
    lane_.on_done(timed_out);
    if (why.code == errc::connection_lost && why.sent == sent::maybe && !hang_up_means_.empty() &&
        !lane_.has_ended()) {
      why = session::hung_up_on(std::move(why), hang_up_means_, lane_.settings_.agent);
    } else if (why.code == errc::unreachable && timed_out &&
               lane_.client_state_ == connection_state::ready) {
      // The agent can be reached: it is slow, or frozen, and did not even shake hands once more.
      why = session::not_its_turn(command_, timeout_, lane_.settings_.agent);
    }
    who_->failed(std::move(why), body);
  }

 private:
  lane& lane_;
  std::unique_ptr<session::call> who_;
  const protocol::command command_;
  const std::chrono::nanoseconds timeout_;
  const session::time_point deadline_;
  const std::string hang_up_means_;
};

lane::lane(transport::io_thread& io, connection::settings settings,
           std::chrono::nanoseconds idle_after, const std::atomic<connection_state>& client_state)
    : io_(io),
      settings_(std::move(settings)),
      idle_after_(idle_after),
      client_state_(client_state),
      clock_(io.make_link(*this)) {}

void lane::submit(session::wish what, std::unique_ptr<session::call> who) {
  session::completion refused;
  {
    const lock_guard lock(mutex_);
    if (auto why = refuse(what)) {
      refused = {std::move(who), std::move(why)};
    } else {
      waiting_.add(std::move(what), std::move(who));
    }
  }
  if (!refused.who) clock_->wake();
  refused.run();
}

std::optional<failure> lane::refuse(const session::wish& what) const {
  if (ended_) return session::for_call(*ended_, what.name(), sent::no);
  return session::beyond_limits(what, waiting_.size(), waiting_.bytes(), settings_.conversation);
}

void lane::on_woken() { work(); }

void lane::on_timer() {
  const auto now = clock::now();
  std::vector<session::waiting_calls::entry> expired;
  {
    const lock_guard lock(mutex_);
    expired = waiting_.expire(now);
  }
  for (auto& each : expired) {
    each.call->failed(
        session::not_its_turn(each.what.request->command, each.what.timeout, settings_.agent), {});
  }
  if (!busy_ && connection_ && now >= idle_at_) {
    connection_->end({errc::client_closed, "the connection was idle"});
  }
  work();
}

void lane::work() {
  retired_.clear();
  start_next();
  arm();
}

void lane::start_next() {
  if (busy_) return;
  std::optional<session::waiting_calls::entry> next;
  {
    const lock_guard lock(mutex_);
    next = waiting_.take_first();
  }
  if (!next) return;
  busy_ = true;
  if (!connection_) {
    observer& self = *this;
    connection_ = std::make_unique<connection>(io_, settings_, self);
    connection_->start();
  }
  auto call = std::make_unique<passing_call>(*this, next->what, std::move(next->call));
  connection_->submit(std::move(next->what), std::move(call));
}

void lane::arm() {
  std::optional<session::time_point> due;
  {
    const lock_guard lock(mutex_);
    due = waiting_.next_deadline();
  }
  const bool idle = !busy_ && connection_;
  clock_->arm(
      std::min(due.value_or(clock::time_point::max()), idle ? idle_at_ : clock::time_point::max()));
}

// On the I/O thread, inside a function of the connection.
void lane::on_done(bool timed_out) {
  busy_ = false;
  idle_at_ = clock::now() + idle_after_;
  if (timed_out && connection_) {
    connection_->end({errc::connection_lost, "given up after a call that timed out"});
  }
  clock_->wake();
}

void lane::on_end(const failure&) {
  if (connection_) retired_.push_back(std::move(connection_));
  clock_->wake();
}

bool lane::has_ended() {
  const lock_guard lock(mutex_);
  return ended_.has_value();
}

void lane::end(const failure& why) {
  std::vector<session::waiting_calls::entry> all;
  {
    const lock_guard lock(mutex_);
    if (ended_) return;
    ended_ = why;
    all = waiting_.take_all();
  }
  if (connection_) connection_->end(why);
  clock_->close();
  for (auto& each : all) {
    each.call->failed(session::for_call(why, each.what.name(), sent::no), {});
  }
}

}  // namespace serf
