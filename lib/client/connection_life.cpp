// How a connection begins, is lost, begins anew, and ends.
#include <new>
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
  try {
    next_.delay.count() > 0 ? work() : begin();
  } catch (const std::exception&) {
    // Whoever started it may be no event of the link, which would say so.
    lose({errc::unreachable, "cannot connect: out of memory"});
  }
}

void connection::begin() {
  start_at_ = clock::time_point::max();
  reader_ = protocol::reader(settings_.limits);
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
  hung_up_ = false;
  heard_at_ = clock::now();
  {
    const lock_guard lock(mutex_);
    conversation_.connected(give_up_at_, settings_.connect_timeout);
  }
  work();
}

void connection::on_failed(const transport::link_failure& cause) {
  hung_up_ = connected_ &&
             (cause.code == transport::link_errc::closed_by_agent ||
              cause.code == std::errc::connection_reset || cause.code == std::errc::broken_pipe);
  failure why;
  why.code = connected_ ? errc::connection_lost : errc::unreachable;
  insist([&] {
    const std::string& agent = next_.where.text;
    if (!connected_) {
      why.message = "cannot reach the Serf agent at " + agent + ": " + cause.reason;
    } else if (cause.code == transport::link_errc::closed_by_agent) {
      why.message = "the Serf agent at " + agent + " closed the connection";
    } else {
      why.message = "lost the connection to the Serf agent at " + agent + ": " + cause.reason;
    }
  });
  lose(std::move(why));
}

void connection::give_up_ready() {
  std::vector<session::completion> all;
  {
    const lock_guard lock(mutex_);
    conversation_.give_up_ready(all);
  }
  for (auto& each : all) run(each);
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
  session::conversation::loss lost;
  insist([&] { flush(); });
  const auto unread = std::exchange(record_, {});  // let go of without the lock
  const bool is_lost = insist([&] {
    const lock_guard lock(mutex_);
    conversation_.lose(why, lost);
    disconnected();
  });
  if (!is_lost) throw std::bad_alloc();  // the link comes back to it
  std::optional<attempt> next;
  if (!insist([&] { next = told_.on_lost(lost.why); })) next = next_;
  if (!next) close(lost.why);
  for (auto& each : lost.failed) run(each);
  for (const auto& each : lost.streams.over) insist([&] { each->ended(lost.why); });
  if (!next) return end(std::move(lost.why));
  for (const auto& each : lost.streams.asleep) each->interrupted();
  if (!ended_) start(std::move(*next));
}

// The lock is held: nobody sends.
void connection::disconnected() noexcept {
  link_->reset();
  armed_ = clock::time_point::max();
  awaiting_writable_ = false;
  send_error_.clear();
  connected_ = false;
  body_follows_ = false;
}

void connection::end(failure why) {
  if (!ended_) close(why);
  for (auto& each : std::exchange(left_over_, {})) run(each);
  std::vector<std::shared_ptr<session::subscriber>> takers;
  insist([&] {
    const lock_guard lock(mutex_);
    why = conversation_.ending();
    takers = conversation_.take_subscribers();
  });
  for (const auto& each : takers) insist([&] { each->ended(why); });
}

// No call is taken any more; those that there are have yet to be told.
void connection::close(const failure& why) {
  ended_ = true;
  connected_ = false;
  insist([&] { flush(); });
  insist([&] {
    const lock_guard lock(mutex_);
    conversation_.end(why, left_over_);
  });
  {
    const lock_guard lock(mutex_);
    link_->close();
  }
  insist([&] { told_.on_end(conversation_.ending()); });
}

// A call that throws where it may not is told by its destructor.
void connection::run(session::completion& done, std::string_view body) noexcept {
  try {
    done.run(body);
  } catch (const std::exception&) {
    done.who.reset();
  }
}

}  // namespace serf
