#include "client/lane.hpp"

#include <algorithm>
#include <utility>

#include "session/failures.hpp"

namespace serf {

using transport::clock;

namespace {

// An agent that was asked to leave, and has not refused to, has ended by then, if it does.
constexpr auto time_to_leave = std::chrono::seconds(30);

}  // namespace

// The agent hung up on an expression: because of it, or because the agent itself has ended? Its
// sign of life on the main connection, or the end of that one, decides.
class lane::verdict final : public session::call {
 public:
  verdict(failure lost, failure hung_up, std::unique_ptr<session::call> who)
      : lost_(std::move(lost)), hung_up_(std::move(hung_up)), who_(std::move(who)) {}

  void answered(std::string_view) override { who_->failed(std::move(hung_up_), {}); }
  void failed(failure why, std::string_view) override {
    if (why.code == errc::client_closed || why.code == errc::agent_left) {
      // Nothing was found out; this is what has ended the call.
      who_->failed(session::for_call(why, lost_.command, lost_.sent), {});
    } else {
      who_->failed(std::move(is_no_loss(why) ? hung_up_ : lost_), {});
    }
  }

 private:
  // The agent is slow, or the client had no room to ask: neither says that the agent has ended.
  static bool is_no_loss(const failure& why) {
    const bool is_answer = why.sent == sent::maybe && !why.agent_text.empty();
    return why.code == errc::timed_out || why.code == errc::overloaded || is_answer;
  }

  failure lost_, hung_up_;
  std::unique_ptr<session::call> who_;
};

// Tells the lane when its request is done, and then the caller.
class lane::passing_call final : public session::call {
 public:
  passing_call(lane& lane, session::wish what, std::unique_ptr<session::call> who)
      : lane_(lane), who_(std::move(who)), what_(std::move(what)) {}
  // An exception may have left it without an outcome.
  ~passing_call() override { done(false); }

  void answered(std::string_view body) override {
    done(false);
    if (is_leave()) expect_to_leave(true);
    who_->answered(body);
  }

  void failed(failure why, std::string_view body) override {
    const main_agent whom = lane_.with_;
    const std::string& agent = whom.where.text;
    const bool maybe_sent = why.sent == sent::maybe;
    done(why.code == errc::timed_out && maybe_sent);
    if (is_leave()) expect_to_leave(maybe_sent && why.agent_text.empty());
    if (lane_.hung_up_ && why.code == errc::connection_lost && maybe_sent &&
        !what_.hang_up_means.empty()) {
      auto hung_up = session::hung_up_on(why, what_.hang_up_means, agent);
      lane_.main_.ask_for_a_sign(
          whom, what_.deadline,
          std::make_unique<verdict>(std::move(why), std::move(hung_up), std::move(who_)));
      return;
    }
    const bool had_no_connection =
        !maybe_sent && (why.code == errc::unreachable || why.code == errc::connection_lost);
    if (had_no_connection && clock::now() < what_.deadline) {
      lane_.try_again({std::move(what_), std::move(who_)}, std::move(why));
      return;
    }
    if (had_no_connection && lane_.main_.is_ready()) {
      // The agent can be reached: it is slow, or frozen, and did not even shake hands once more.
      why = session::not_its_turn(what_.request->command, what_.timeout, agent);
    }
    who_->failed(std::move(why), body);
  }

 private:
  void done(bool give_up) {
    if (!std::exchange(done_, true)) lane_.on_done(give_up);
  }
  bool is_leave() const { return what_.request->command == protocol::command::leave; }
  void expect_to_leave(bool expected) {
    lane_.main_.expect_agent_to_leave(lane_.with_, expected, clock::now() + time_to_leave);
  }

  lane& lane_;
  bool done_ = false;
  std::unique_ptr<session::call> who_;
  session::wish what_;
};

lane::lane(transport::io_thread& io, connection::settings settings,
           std::chrono::nanoseconds idle_after, main_line& main)
    : io_(io),
      settings_(std::move(settings)),
      idle_after_(idle_after),
      main_(main),
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
  if (what.deadline <= clock::now()) return session::no_time(what.name(), settings_.agent);
  return session::beyond_limits(what, waiting_.size(), waiting_.bytes(), settings_.conversation);
}

// Its turn did not come; but where there is no agent, that is what it failed of.
failure lane::out_of_time(const session::wish& what) const {
  if (!main_.is_ready()) return main_.no_connection_for(what);
  return trouble_ ? session::not_connected(what.name(), what.timeout, settings_.agent, *trouble_)
                  : session::not_its_turn(what.request->command, what.timeout, settings_.agent);
}

void lane::on_woken() { work(); }

// The clock has no connection to lose: an exception, most likely for want of memory, has stopped
// it. Nobody knows what was left half done: it fails, and the lane begins anew.
void lane::on_failed(const transport::link_failure& cause) {
  clock_->reset();
  busy_ = is_open_ = false;
  const failure why(errc::no_resources, "no further connection to the Serf agent at " +
                                            settings_.agent + ": " + cause.reason);
  const auto left = std::exchange(connection_, nullptr);
  if (left) left->end(why);
  fail_all(why);
}

void lane::on_timer() {
  const auto now = clock::now();
  std::vector<session::waiting_calls::entry> expired;
  {
    const lock_guard lock(mutex_);
    expired = waiting_.expire(now);
  }
  for (auto& each : expired) each.call->failed(out_of_time(each.what), {});
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
  if (busy_ || !main_.is_ready() || clock::now() < not_before_) return;
  std::optional<session::waiting_calls::entry> next;
  {
    const lock_guard lock(mutex_);
    next = waiting_.take_first();
  }
  if (!next) return;
  busy_ = true;
  hung_up_ = false;
  with_ = main_.agent();
  if (!connection_) {
    observer& self = *this;
    connection_ = std::make_unique<connection>(io_, settings_, self);
    connection_->start({with_.where, {}});
  }
  leaves_ = next->what.request->command == protocol::command::leave;
  auto call = std::make_unique<passing_call>(*this, next->what, std::move(next->call));
  connection_->submit(std::move(next->what), std::move(call));
  if (busy_ && is_open_ && leaves_) main_.expect_agent_to_leave(with_, true);
}

void lane::arm() {
  auto next = clock::time_point::max();
  bool something_waits = false;
  {
    const lock_guard lock(mutex_);
    something_waits = waiting_.size() > 0;
    if (const auto due = waiting_.next_deadline()) next = *due;
  }
  if (!busy_ && connection_) next = std::min(next, idle_at_);
  if (!busy_ && something_waits && not_before_ > clock::now()) next = std::min(next, not_before_);
  clock_->arm(next);
}

// On the I/O thread, inside a function of the connection.
void lane::on_done(bool give_up) {
  busy_ = false;
  idle_at_ = clock::now() + idle_after_;
  if (give_up && connection_) {
    connection_->end({errc::connection_lost, "given up after a call that timed out"});
  }
  clock_->wake();
}

// Whatever trouble there was with connecting is over.
void lane::start_anew() {
  trouble_.reset();
  not_before_ = clock::time_point::min();
  delay_.start_anew();
}

// The agent could not be reached, although the main connection is there, or was. A retry right away
// would most likely meet the same.
void lane::try_again(session::waiting_calls::entry what, failure trouble) {
  trouble_ = std::move(trouble);
  not_before_ = session::after(clock::now(), delay_.next());
  clock_->wake();
  failure why;
  {
    const lock_guard lock(mutex_);
    if (!ended_) return waiting_.put_back(std::move(what));
    why = session::for_call(*ended_, what.what.name(), sent::no);
  }
  what.call->failed(std::move(why), {});
}

// Where the main connection has gone to another agent, this one goes, too, whatever it waits for:
// no later call is to wait for an agent that the client has left, nor to reach it.
void lane::go_on() {
  const endpoint& now = main_.agent().where;
  const bool elsewhere = now.host != with_.where.host || now.port != with_.where.port;
  if (connection_ && elsewhere) {
    const bool same_name = now.text == with_.where.text;
    connection_->end({errc::connection_lost, "the client has gone on to another Serf agent, at " +
                                                 now.text +
                                                 (same_name ? ", now " + now.host : "")});
  }
  start_anew();
  clock_->wake();
}

// What waited for the connection goes out now.
void lane::on_open() {
  is_open_ = true;
  start_anew();
  if (busy_ && leaves_) main_.expect_agent_to_leave(with_, true);
}

void lane::on_end(const failure&) {
  is_open_ = false;
  hung_up_ = connection_ && connection_->hung_up();
  if (connection_) retired_.push_back(std::move(connection_));
  clock_->wake();
}

void lane::end(const failure& why) {
  {
    const lock_guard lock(mutex_);
    if (ended_) return;
    ended_ = why;
  }
  if (connection_) connection_->end(why);
  clock_->close();
  fail_all(why);
}

void lane::fail_all(const failure& why) {
  std::vector<session::waiting_calls::entry> all;
  {
    const lock_guard lock(mutex_);
    all = waiting_.take_all();
  }
  for (auto& each : all) {
    each.call->failed(session::for_call(why, each.what.name(), sent::no), {});
  }
}

}  // namespace serf
