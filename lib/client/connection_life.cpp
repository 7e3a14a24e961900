// How a connection begins, is lost, begins anew, and ends.
#include <utility>

#include "client/connection.hpp"

namespace serf {

using clock = transport::clock;

void connection::start(attempt next) {
  if (ended_ || connected_) return;
  {
    const lock_guard lock(mutex_);
    link_->reset();
    armed_ = clock::time_point::max();
  }
  next_ = std::move(next);
  start_at_ = session::after(clock::now(), next_.delay);
  next_.delay.count() > 0 ? work() : begin();
}

void connection::begin() {
  start_at_ = clock::time_point::max();
  {
    const lock_guard lock(mutex_);
    conversation_.set_agent(next_.where.text);
  }
  told_.on_attempt();
  if (ended_) return;
  give_up_at_ = session::after(clock::now(), settings_.connect_timeout);
  link_->open({next_.where.host, next_.where.port, settings_.connect_timeout});
  work();
}

void connection::on_connected() {
  connected_ = true;
  heard_at_ = clock::now();
  {
    const lock_guard lock(mutex_);
    conversation_.connected(give_up_at_, settings_.connect_timeout);
  }
  work();
}

void connection::on_failed(const transport::link_failure& cause) {
  const std::string& agent = next_.where.text;
  if (!connected_) {
    lose({errc::unreachable, "cannot reach the Serf agent at " + agent + ": " + cause.reason});
  } else if (cause.code == transport::link_errc::closed_by_agent) {
    lose({errc::connection_lost, "the Serf agent at " + agent + " closed the connection"});
  } else {
    lose({errc::connection_lost,
          "lost the connection to the Serf agent at " + agent + ": " + cause.reason});
  }
}

void connection::give_up_ready() {
  std::vector<session::completion> all;
  {
    const lock_guard lock(mutex_);
    all = conversation_.give_up_ready();
  }
  for (auto& each : all) each.run();
}

std::uint64_t connection::losses() {
  const lock_guard lock(mutex_);
  return conversation_.losses();
}

void connection::lose(failure why) {
  if (ended_) return;
  // Neither is another agent's fault, or passes.
  if (why.code == errc::client_closed || why.code == errc::auth_rejected ||
      why.code == errc::version_unsupported) {
    return end(std::move(why));
  }
  flush();
  session::conversation::loss lost;
  failure reason;
  {
    const lock_guard lock(mutex_);
    lost = conversation_.lose(std::move(why));
    reason = conversation_.ending();
    disconnected();
  }
  auto next = told_.on_lost(reason);
  if (!next) close(reason);
  for (auto& each : lost.failed) each.run();
  for (const auto& each : lost.streams.over) each->ended(reason);
  if (!next) return end(std::move(reason));
  for (const auto& each : lost.streams.asleep) each->interrupted();
  if (!ended_) start(std::move(*next));
}

// The lock is held: nobody sends.
void connection::disconnected() {
  link_->reset();
  armed_ = clock::time_point::max();
  awaiting_writable_ = false;
  send_error_.clear();
  connected_ = false;
  body_follows_ = false;
  record_ = {};
  reader_ = protocol::reader(settings_.limits);
}

void connection::end(failure why) {
  if (!ended_) close(std::move(why));
  for (auto& each : std::exchange(left_over_, {})) each.run();
  failure reason;
  std::vector<std::shared_ptr<session::subscriber>> takers;
  {
    const lock_guard lock(mutex_);
    takers = conversation_.take_subscribers();
    reason = conversation_.ending();
  }
  for (const auto& each : takers) each->ended(reason);
}

// No call is taken any more; those that there are have yet to be told.
void connection::close(failure why) {
  ended_ = true;
  connected_ = false;
  flush();
  failure reason;
  {
    const lock_guard lock(mutex_);
    left_over_ = conversation_.end(std::move(why));
    reason = conversation_.ending();
    link_->close();
  }
  told_.on_end(reason);
}

}  // namespace serf
