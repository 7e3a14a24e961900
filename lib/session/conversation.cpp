#include "session/conversation.hpp"

#include <algorithm>
#include <utility>

#include "session/failures.hpp"
#include "vocabulary/agent_error_text.hpp"

namespace serf::session {

using protocol::command;

namespace {

bool ends_a_connection(errc code) {
  return code == errc::version_unsupported || code == errc::auth_rejected ||
         code == errc::auth_required;
}

}  // namespace

std::optional<failure> beyond_limits(const wish& what, std::size_t calls, std::size_t bytes,
                                     const conversation_settings& settings) {
  if (calls >= settings.max_calls) {
    return overloaded(what.name(), std::to_string(calls) + " calls (max_pending_calls)",
                      settings.agent);
  }
  const std::size_t size = what.request ? what.request->body.size() : 0;
  if (bytes + size > settings.max_unsent_bytes) {
    return overloaded(what.name(),
                      std::to_string(bytes) + " bytes, and " + std::to_string(size) +
                          " of this call (max_unsent_bytes)",
                      settings.agent);
  }
  return std::nullopt;
}

completion conversation::submit(wish what, std::unique_ptr<call> who, time_point now) {
  if (auto refused = refuse(what, now)) return {std::move(who), std::move(refused)};
  if (phase_ != phase::open) {
    waiting_.add(std::move(what), std::move(who));
  } else if (!what.request) {
    return {std::move(who), std::nullopt};
  } else {
    return make(std::move(what), std::move(who));
  }
  return {};
}

std::optional<failure> conversation::refuse(const wish& what, time_point now) const {
  if (phase_ == phase::ended || (what.only_on && *what.only_on != losses_)) {
    return for_call(ending_, what.name(), sent::no);
  }
  if (what.fail_fast && phase_ != phase::open) return not_open(what);
  if (!what.request && phase_ == phase::open) return std::nullopt;
  if (what.deadline <= now) {
    return phase_ == phase::open ? no_time(what.name(), settings_.agent) : no_connection_for(what);
  }
  return beyond_limits(what, pending(), out_.unsent().size() + waiting_.bytes(), settings_);
}

std::optional<failure> conversation::not_open(const wish& what) const {
  if (phase_ == phase::open) return std::nullopt;
  if (phase_ == phase::ended) return for_call(ending_, what.name(), sent::no);
  return not_connected(what.name(), std::chrono::nanoseconds(0), settings_.agent, ending_);
}

failure conversation::no_connection_for(const wish& what) const {
  return phase_ == phase::ended
             ? for_call(ending_, what.name(), sent::no)
             : not_connected(what.name(), what.timeout, settings_.agent, ending_);
}

void conversation::connected(time_point deadline, std::chrono::nanoseconds timeout) {
  phase_ = phase::handshake;
  gate_deadline_ = deadline;
  gate_timeout_ = timeout;
  gate_seq_ = send(protocol::handshake());
}

std::uint64_t conversation::send(const protocol::request& request) {
  const std::uint64_t seq = next_seq_++;
  protocol::append(request, seq, out_.tail());
  leaving_ = leaving_ || request.command == command::leave;
  return seq;
}

completion conversation::make(wish what, std::unique_ptr<call> who) {
  const bool is_stream = what.request->command == command::stream;
  if (is_stream && what.records) {
    if (const auto joined = streams_.join(what.request->body, what.records)) {
      if (streams_.find(*joined)->confirmed) return {std::move(who), std::nullopt};
      confirm(*joined, std::move(who), what.timeout, what.deadline);
      return {};
    }
  }
  const std::uint64_t position = out_.end();
  const std::uint64_t seq = send(*what.request);
  try {
    if (what.records) {
      streams_.add(seq, what.request->command, std::move(what.request->body), what.records,
                   what.deadline);
    }
    pending_.insert(seq, {what.request->command, std::move(who), what.timeout, position},
                    what.deadline);
    if (is_stream) confirm(seq, nullptr, what.timeout, time_point::max());
  } catch (...) {
    streams_.erase(seq);
    pending_.take(seq);
    out_.cut_back(position);  // nobody would know what the answer is to
    throw;
  }
  return {};
}

// When the connection ends: of what has not left by a single byte, none will.
sent conversation::whether_sent(const pending_table::entry& each) const noexcept {
  return each.position >= out_.begin() ? sent::no : sent::maybe;
}

// Also where the numbers have wrapped around.
bool conversation::was_issued(std::uint64_t seq) const noexcept {
  return seq - settings_.first_seq < next_seq_ - settings_.first_seq;
}

conversation::step conversation::on_header(const protocol::header& header) {
  step next;
  if (phase_ == phase::handshake || phase_ == phase::key) return on_gate(header);

  const pending_table::entry* const asked = pending_.find(header.seq);
  if (asked == nullptr) {
    const stream_table::stream* const streamed = streams_.find(header.seq);
    if (streamed != nullptr && header.error.empty()) {
      next.body_follows = next.is_record = true;
      next.takers = streamed->takers;
      return next;
    }
    // An agent that wants a key answers a request with a body twice: it takes the body, which it
    // left unread, for another request with the same number.
    if (header.error == gate::authentication_required && was_issued(header.seq)) return next;
    const std::string number = std::to_string(header.seq);
    next.broken =
        protocol_broken(errc::protocol_violation,
                        "answered request " + number +
                            (was_issued(header.seq) ? " twice" : ", which was never made"),
                        settings_.agent);
    return next;
  }
  if (asked->confirms && pending_.find(*asked->confirms) != nullptr) {
    next.broken = protocol_broken(errc::protocol_violation,
                                  "answered request " + std::to_string(header.seq) +
                                      " before request " + std::to_string(*asked->confirms),
                                  settings_.agent);
    return next;
  }
  if (!protocol::body_follows(asked->command, header.error)) {
    return finish(header.seq, std::string(header.error));
  }
  current_seq_ = header.seq;
  current_error_ = header.error;
  next.body_follows = true;
  return next;
}

conversation::step conversation::on_body() { return finish(current_seq_, current_error_); }

conversation::step conversation::finish(std::uint64_t seq, const std::string& error) {
  step next;
  auto asked = pending_.take(seq);
  if (!asked) return next;
  if (asked->confirms) {
    next.resumed = streams_.confirm(*asked->confirms);
  } else if (protocol::has_records(asked->command)) {
    if (!error.empty()) {
      const stream_table::stream* const refused = streams_.find(seq);
      const bool again = refused != nullptr && refused->again;
      auto takers = streams_.erase(seq);
      if (again) {
        next.rejected = std::move(takers);
        next.rejection = refused_by_agent(asked->command, error, settings_.agent);
      } else {
        next.takers = std::move(takers);
      }
      for (auto& each : pending_.take_confirming(seq)) {  // those who have joined it
        next.also_done.push_back(
            {std::move(each), refused_by_agent(asked->command, error, settings_.agent)});
      }
    } else {
      streams_.open(seq);
      if (asked->command == command::stream) {  // not done before it is confirmed
        const stream_table::stream* const opened = streams_.find(seq);
        pending_.hand_over(std::move(asked->call), seq + 1,
                           opened != nullptr ? opened->deadline : time_point::max());
        return next;
      }
      next.resumed = streams_.confirm(seq);
    }
  }
  next.done.who = std::move(asked->call);  // none: the caller has given up
  if (!error.empty() && next.done.who) {
    next.done.why = refused_by_agent(asked->command, error, settings_.agent);
  }
  return next;
}

// Nothing is sent past the handshake and the key before both are answered: an agent that wants a
// key takes the bodies of other requests for requests.
conversation::step conversation::on_gate(const protocol::header& header) {
  step next;
  const bool shaking = phase_ == phase::handshake;
  if (header.seq != gate_seq_) {
    next.broken =
        protocol_broken(errc::protocol_violation,
                        "answered request " + std::to_string(header.seq) +
                            (shaking ? " instead of the handshake" : " instead of the key"),
                        settings_.agent);
  } else if (!header.error.empty()) {
    next.broken = refused_by_agent(shaking ? command::handshake : command::auth, header.error,
                                   settings_.agent);
    if (!ends_a_connection(next.broken->code)) next.broken->code = errc::protocol_violation;
  } else if (shaking && !settings_.auth_key.empty()) {
    phase_ = phase::key;
    gate_seq_ = send(protocol::auth(settings_.auth_key));
  } else {
    return open();
  }
  return next;
}

conversation::step conversation::open() {
  step next;
  phase_ = phase::open;
  next.opened = true;
  heartbeat_sent_.reset();
  resume_streams();
  for (auto& each : waiting_.take_all()) {
    if (!each.what.request) {
      next.also_done.push_back({std::move(each.call), std::nullopt});
    } else if (auto done = make(std::move(each.what), std::move(each.call)); done.who) {
      next.also_done.push_back(std::move(done));
    }
  }
  return next;
}

conversation::step conversation::on_time(time_point now) {
  step next;
  for (auto& each : pending_.expire(now)) {
    // Its bytes may still go out, even where none of them has: what is appended stays.
    next.also_done.push_back(
        {std::move(each.call), not_answered(each.command, each.timeout, settings_.agent)});
  }
  for (auto& each : waiting_.expire(now)) {
    next.also_done.push_back({std::move(each.call), no_connection_for(each.what)});
  }
  end_due_streams(now, next);
  watch_for_silence(now, next);
  if ((phase_ == phase::handshake || phase_ == phase::key) && now >= gate_deadline_) {
    next.broken = handshake_not_answered(gate_timeout_, settings_.agent);
  }
  return next;
}

time_point conversation::next_deadline() {
  time_point next = time_point::max();
  if (phase_ == phase::handshake || phase_ == phase::key) next = gate_deadline_;
  if (const auto pending = pending_.next_deadline()) next = std::min(next, *pending);
  if (const auto waiting = waiting_.next_deadline()) next = std::min(next, *waiting);
  if (const auto streams = streams_.next_deadline()) next = std::min(next, *streams);
  if (phase_ == phase::open && settings_.heartbeat.count() > 0) {
    next = std::min(next, is_silent() ? after(*heartbeat_sent_, settings_.heartbeat_timeout)
                                      : after(heard_at_, settings_.heartbeat));
  }
  return next;
}

}  // namespace serf::session
