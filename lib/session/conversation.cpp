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
    return overloaded(what.name(),
                      std::to_string(calls) + " calls and open streams (max_pending_calls)",
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

completion conversation::submit(wish&& what, std::unique_ptr<call>&& who, time_point now) noexcept {
  const std::string_view name = what.name();
  try {
    if (auto refused = refuse(what, now)) return {std::move(who), std::move(refused)};
    if (phase_ == phase::open) return make(what, who);
    waiting_.add(std::move(what), std::move(who));
    return {};
  } catch (const std::exception&) {
    return {std::move(who), no_memory(name, settings_.agent)};
  }
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
  protocol::append(request, next_seq_, out_.tail());
  return next_seq_++;
}

// The call is handed over last, when nothing can throw any more: what becomes of it is for others
// to say, without the lock.
completion conversation::make(wish& what, std::unique_ptr<call>& who) noexcept {
  if (!what.request) return {std::move(who), std::nullopt};
  const command command = what.request->command;
  const bool is_stream = command == command::stream;
  const std::uint64_t position = out_.end();
  const std::uint64_t seq = next_seq_;
  try {
    if (const auto shared =
            is_stream && what.records ? streams_.shared(what.request->body) : std::nullopt) {
      if (!streams_.find(*shared)->confirmed) confirm(*shared, what.timeout, what.deadline);
      streams_.join(*shared, what.records);
      if (next_seq_ == seq) return {std::move(who), std::nullopt};
    } else {
      send(*what.request);
      if (what.records) {
        streams_.add(seq, command, std::move(what.request->body), what.records, what.deadline);
      }
      pending_.insert(seq, {command, nullptr, what.timeout, position}, what.deadline);
      if (is_stream) confirm(seq, what.timeout, time_point::max());
    }
  } catch (const std::exception&) {
    if (next_seq_ != seq) streams_.erase(seq);
    for (std::uint64_t each = seq; each != next_seq_; ++each) pending_.take(each);
    out_.cut_back(position);  // nobody would know what the answer is to
    return {std::move(who), no_memory(protocol::name(command), settings_.agent)};
  }
  pending_.give(seq, std::move(who));
  leaving_ = leaving_ || command == command::leave;
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

void conversation::on_header(const protocol::header& header, step& next) {
  if (phase_ == phase::handshake || phase_ == phase::key) return on_gate(header, next);

  const pending_table::entry* const asked = pending_.find(header.seq);
  if (asked == nullptr) {
    const stream_table::stream* const streamed = streams_.find(header.seq);
    if (streamed != nullptr && header.error.empty()) {
      next.body_follows = next.is_record = true;
      next.takers = streamed->takers;
      return;
    }
    // An agent that wants a key answers a request with a body twice: it takes the body, which it
    // left unread, for another request with the same number.
    if (header.error == gate::authentication_required && was_issued(header.seq)) return;
    const std::string number = std::to_string(header.seq);
    next.broken =
        protocol_broken(errc::protocol_violation,
                        "answered request " + number +
                            (was_issued(header.seq) ? " twice" : ", which was never made"),
                        settings_.agent);
    return;
  }
  if (asked->confirms && pending_.find(*asked->confirms) != nullptr) {
    next.broken = protocol_broken(errc::protocol_violation,
                                  "answered request " + std::to_string(header.seq) +
                                      " before request " + std::to_string(*asked->confirms),
                                  settings_.agent);
    return;
  }
  if (!protocol::body_follows(asked->command, header.error)) {
    return finish(header.seq, std::string(header.error), next);
  }
  current_error_ = header.error;
  current_seq_ = header.seq;
  next.body_follows = true;
}

void conversation::on_body(step& next) { finish(current_seq_, current_error_, next); }

void conversation::finish(std::uint64_t seq, const std::string& error, step& next) {
  auto asked = pending_.take(seq);
  if (!asked) return;
  next.done.who = std::move(asked->call);  // none: the caller has given up
  if (asked->confirms) {
    next.resumed = streams_.confirm(*asked->confirms);
  } else if (protocol::has_records(asked->command)) {
    if (!error.empty()) {
      // Those who take part in it stay in the table until nothing can throw any more.
      next.rejection = refused_by_agent(asked->command, error, settings_.agent);
      for (const std::uint64_t each : pending_.confirming(seq)) {  // those who have joined it
        auto& joined = next.also_done.emplace_back();
        joined.who = pending_.take_call(each);
        joined.why = next.rejection;
      }
      const stream_table::stream* const refused = streams_.find(seq);
      const bool again = refused != nullptr && refused->again;
      if (again && asked->command == command::monitor) next.broken = log_is_over();
      (again ? next.rejected : next.takers) = streams_.erase(seq);
    } else {
      streams_.open(seq);
      if (asked->command == command::stream) {  // not done before it is confirmed
        const stream_table::stream* const opened = streams_.find(seq);
        pending_.hand_over(std::move(next.done.who), seq + 1,
                           opened != nullptr ? opened->deadline : time_point::max());
        return;
      }
      next.resumed = streams_.confirm(seq);
    }
  }
  if (!error.empty() && next.done.who) {
    next.done.why = refused_by_agent(asked->command, error, settings_.agent);
  }
}

// Nothing is sent past the handshake and the key before both are answered: an agent that wants a
// key takes the bodies of other requests for requests.
void conversation::on_gate(const protocol::header& header, step& next) {
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
    gate_seq_ = send(protocol::auth(settings_.auth_key));
    phase_ = phase::key;
  } else {
    open(next);
  }
}

void conversation::open(step& next) {
  next.also_done.reserve(waiting_.size());  // what is taken below then has its place
  heartbeat_sent_.reset();
  resume_streams();
  phase_ = phase::open;
  next.opened = true;
  while (auto each = waiting_.take_first()) {
    if (auto done = make(each->what, each->call); done.who) {
      next.also_done.push_back(std::move(done));
    }
  }
}

// Room for what is due is made before it is taken.
void conversation::on_time(time_point now, step& next) {
  const auto is_due = [now](std::optional<time_point> when) { return when && *when <= now; };
  while (is_due(pending_.next_deadline())) {
    auto& done = next.also_done.emplace_back();
    auto due = pending_.take_due(now);
    done.who = std::move(due.call);
    // Its bytes may still go out, even where none of them has: what is appended stays.
    done.why = not_answered(due.command, due.timeout, settings_.agent);
  }
  while (is_due(waiting_.next_deadline())) {
    auto& done = next.also_done.emplace_back();
    auto due = waiting_.take_due(now);
    done.who = std::move(due.call);
    done.why = no_connection_for(due.what);
  }
  if (now >= stays_at_) expect_agent_to_leave(false);
  end_due_streams(now, next);
  watch_for_silence(now, next);
  if ((phase_ == phase::handshake || phase_ == phase::key) && now >= gate_deadline_) {
    next.broken = handshake_not_answered(gate_timeout_, settings_.agent);
  }
}

time_point conversation::next_deadline() {
  time_point next = stays_at_;
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
