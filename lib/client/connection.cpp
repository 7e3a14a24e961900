#include "client/connection.hpp"

#include <algorithm>
#include <utility>

#include "session/failures.hpp"

namespace serf {
namespace {

using clock = transport::clock;

// After these the end of the byte stream follows, and before it perhaps the agent's last words,
// which are still to be read.
bool comes_with_end(const std::error_code& error) {
  return error == std::errc::broken_pipe || error == std::errc::connection_reset;
}

}  // namespace

connection::connection(transport::io_thread& io, settings what, observer& told)
    : settings_(std::move(what)),
      told_(told),
      link_(io.make_link(*this)),
      conversation_(settings_.conversation),
      reader_(settings_.limits) {}

void connection::submit(session::wish what, std::unique_ptr<session::call> who) {
  session::completion done;
  bool wake = false;
  {
    const lock_guard lock(mutex_);
    const auto deadline = what.deadline;
    const bool alone = conversation_.idle();
    done = conversation_.submit(std::move(what), std::move(who), clock::now());
    if (!done.who) {
      // Alone on the connection, a caller sends itself. Otherwise the I/O thread sends for all,
      // and is woken once for as many as there are by then.
      const bool all_sent = conversation_.out().empty() || (alone && send_alone());
      wake = !all_sent || deadline < armed_;
    }
  }
  if (wake) link_->wake();
  done.run();
}

void connection::leave(const session::subscriber& taker) {
  session::subscribers released;
  bool wake = false;
  {
    const lock_guard lock(mutex_);
    try {
      released = conversation_.leave(taker, clock::now());
    } catch (const std::bad_alloc&) {
      return;  // it takes part a while longer: its next record leads here again
    }
    wake = released && conversation_.next_deadline() < armed_;
  }
  if (wake) link_->wake();
}

void connection::expire_at(const session::subscriber& taker, session::time_point when) {
  const lock_guard lock(mutex_);
  conversation_.expire_at(taker, when);
}

void connection::expect_agent_to_leave(bool expected, session::time_point until) {
  bool wake = false;
  {
    const lock_guard lock(mutex_);
    conversation_.expect_agent_to_leave(expected, until);
    wake = conversation_.next_deadline() < armed_;
  }
  if (wake) link_->wake();
}

std::optional<failure> connection::not_open(const session::wish& what) {
  const lock_guard lock(mutex_);
  return conversation_.not_open(what);
}

failure connection::no_connection_for(const session::wish& what) {
  const lock_guard lock(mutex_);
  return conversation_.no_connection_for(what);
}

void connection::measure(client_metrics& into) {
  const lock_guard lock(mutex_);
  into.tombstones = conversation_.tombstones();
  into.pending_calls = conversation_.calls();
  into.unsent_bytes = conversation_.out().unsent().size();
}

bool connection::send_alone() {
  const auto unsent = conversation_.out().unsent();
  const auto result = link_->send(unsent.data(), unsent.size());
  conversation_.out().consume(result.sent);
  settings_.counted->sent.fetch_add(result.sent, std::memory_order_relaxed);
  send_error_ = result.error;
  return conversation_.out().empty();
}

void connection::send_unsent() {
  while (!conversation_.out().empty() && !awaiting_writable_ && !send_error_) {
    if (!send_alone() && !send_error_) {
      link_->await_writable();
      awaiting_writable_ = true;
    }
  }
}

// On the I/O thread, after anything that may have changed what is to be sent, or when to wake up.
void connection::work() {
  std::error_code error;
  {
    const lock_guard lock(mutex_);
    if (ended_) return;
    if (connected_) send_unsent();
    error = send_error_;
    conversation_.heard(heard_at_);
    const auto next = std::min(conversation_.next_deadline(), start_at_);
    if (next < armed_) link_->arm(armed_ = next);
  }
  if (error && !comes_with_end(error)) on_failed({error, error.message()});
}

transport::receive_space connection::on_receive_space() {
  const auto space = reader_.prepare();
  return {space.data, space.size};
}

void connection::on_received(std::size_t size) {
  heard_at_ = clock::now();
  settings_.counted->received.fetch_add(size, std::memory_order_relaxed);
  reader_.commit(size);
  while (read_message()) {
  }
  flush();
  work();
}

// Takes one header or one body from what was received. False: there is no whole one, or the
// connection is gone.
bool connection::read_message() {
  using status = protocol::reader::status;
  if (!connected_) return false;
  std::string_view body;
  protocol::header header;
  const status read = body_follows_ ? reader_.next_body(body) : reader_.next_header(header);
  if (read == status::need_more) return false;
  if (read == status::violation) {
    lose(session::protocol_broken(reader_.flaw_code(), reader_.flaw(), next_.where.text));
    return false;
  }
  if (body_follows_ && record_.is_record) {
    body_follows_ = record_.is_record = false;
    give(std::exchange(record_.takers, nullptr), body);
    return connected_;
  }
  session::conversation::step next;
  {
    const lock_guard lock(mutex_);
    body_follows_ ? conversation_.on_body(next) : conversation_.on_header(header, next);
  }
  body_follows_ = next.body_follows;
  if (next.is_record) {
    record_ = std::move(next);
    return true;
  }
  return follow(std::move(next), body);
}

// All that one read brings is put into a queue under one lock, with one wake: takers only gather
// until they are flushed.
void connection::give(const session::subscribers& takers, std::string_view record) {
  if (!takers) return;  // a tombstone's: read, and forgotten
  for (const auto& each : *takers) {
    if (!each->unflushed) unflushed_.push_back(each);
    each->unflushed = true;
    if (!each->record(record)) leave(*each);
  }
}

void connection::flush() {
  for (const auto& each : unflushed_) {
    each->unflushed = false;
    each->flush();
  }
  unflushed_.clear();
}

// Runs what has completed. False: the connection is gone.
bool connection::follow(session::conversation::step next, std::string_view body) {
  // Who learns of an answer can take the records that came before it.
  if (next.done.who) flush();
  if (next.opened) told_.on_open();
  const auto each_of = [](const session::subscribers& takers, auto tell) {
    if (!takers) return;
    for (const auto& each : *takers) tell(*each);
  };
  each_of(next.resumed, [](auto& taker) { taker.resumed(); });
  each_of(next.rejected, [&](auto& taker) { insist([&] { taker.ended(next.rejection); }); });
  run(next.done, body);
  for (auto& each : next.also_done) run(each);
  for (const auto& takers : next.expired) {
    each_of(takers, [](auto& taker) { taker.expired(); });
  }
  if (next.broken) lose(std::move(*next.broken));
  return !ended_;
}

void connection::on_writable() {
  {
    const lock_guard lock(mutex_);
    awaiting_writable_ = false;
  }
  work();
}

void connection::on_woken() { work(); }

void connection::on_timer() {
  const auto now = clock::now();
  session::conversation::step next;
  {
    const lock_guard lock(mutex_);
    armed_ = clock::time_point::max();
    conversation_.heard(heard_at_);
    conversation_.on_time(now, next);
  }
  if (!follow(std::move(next), {})) return;
  start_at_ <= now ? begin() : work();
}

}  // namespace serf
