#include "fuzz/talk.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "fuzz/expect.hpp"
#include "fuzz/requests.hpp"

namespace serf::fuzz {

using session::time_point;

namespace {

using std::chrono::nanoseconds;

nanoseconds time_of(input& in) {
  using namespace std::chrono_literals;
  constexpr std::array<nanoseconds, 8> times = {0ns, 1ns, 1ms, 200ms,
                                                1s,  10s, 1h,  nanoseconds::max()};
  return times[in.below(times.size())];
}

// Small limits are met more often than those that users have.
session::conversation_settings settings_of(input& in) {
  session::conversation_settings settings;
  settings.agent = "127.0.0.1:7373";
  const std::uint8_t choice = in.byte();
  if ((choice & 1U) != 0) settings.auth_key = "key";
  if ((choice & 2U) != 0) settings.first_seq = UINT64_MAX - 2;
  if ((choice & 4U) != 0) settings.max_calls = 1 + in.below(8);
  if ((choice & 8U) != 0) settings.max_unsent_bytes = 1U + in.byte();
  if ((choice & 16U) != 0) settings.most_stopped = 1 + in.below(4);
  settings.stream_linger = time_of(in);
  if ((choice & 32U) != 0) {
    settings.heartbeat = time_of(in);
    settings.heartbeat_timeout = time_of(in);
  }
  return settings;
}

std::string_view error_of(input& in) {
  constexpr std::array<std::string_view, 7> texts = {
      "Handshake required",           "Authentication required", "Unsupported command",
      "Invalid authentication token", "Invalid event filter",    "Unsupported IPC version",
      "Monitor already exists"};
  const std::uint8_t choice = in.byte();
  if (choice < 128) return {};  // mostly the agent has no objection
  return choice < 250 ? texts[choice % texts.size()] : in.piece();
}

}  // namespace

talk::talk(input& in)
    : in_(in),
      settings_(settings_of(in)),
      reconnects_(in.below(2) != 0),
      conversation_(settings_) {}

void talk::turn() {
  switch (in_.below(16)) {
    case 0:
    case 1:
    case 2:
      submit();
      break;
    case 3:
    case 4:
      subscribe();
      break;
    case 5:
      connect();
      break;
    case 6:
      pass_time();
      break;
    case 7:
      leave();
      break;
    case 8:
      expire();
      break;
    case 9:
      send();
      break;
    case 10:
      conversation_.expect_agent_to_leave(in_.below(2) != 0);
      break;
    case 11:
      cut();
      break;
    default:
      hear();
  }
  check();
}

session::completion talk::enter(session::wish what, std::shared_ptr<taker> records) {
  calls_.push_back(std::make_shared<call_state>(call_state{what.deadline}));
  what.records = records;
  auto done = [this, records](bool answered) {
    if (!records) return;
    records->is_opening = false;
    if (!answered || records->wanted == 0) let_go(*records);  // whoever gives up leaves
  };
  auto refused = conversation_.submit(
      std::move(what), std::make_unique<watched_call>(calls_.back(), std::move(done)), now_);
  if (!refused.who) ++accepted_;
  expect(!is_ended_ || refused.why.has_value(), "behind the end every call is refused");
  return refused;
}

void talk::submit() {
  session::wish what;
  what.request = request_of(in_);
  what.timeout = time_of(in_);
  what.deadline = session::after(now_, what.timeout);
  what.fail_fast = in_.below(4) == 0;
  if (in_.below(8) == 0) what.only_on = in_.below(3);
  enter(std::move(what), nullptr).run();
}

void talk::subscribe() {
  session::wish what;
  what.request = request_with_records_of(in_);
  what.timeout = time_of(in_);
  what.deadline = session::after(now_, what.timeout);
  takers_.push_back(std::make_shared<taker>(1 + in_.below(4)));
  takers_.back()->is_of_query = what.request->command == protocol::command::query;
  enter(std::move(what), takers_.back()).run();
}

void talk::connect() {
  if (is_connected_ || is_ended_) return;
  is_connected_ = true;
  const nanoseconds timeout = time_of(in_);
  conversation_.connected(session::after(now_, timeout), timeout);
}

void talk::hear() {
  if (!is_connected_ || is_ended_) return;
  conversation_.heard(now_);
  is_body_due_ ? hear_body() : hear_header();
}

void talk::hear_header() {
  const std::uint8_t distance = in_.byte();
  const std::uint64_t seq = distance < 250 ? settings_.first_seq + distance % 32 : in_.number();
  session::conversation::step next;
  conversation_.on_header({error_of(in_), seq}, next);
  is_body_due_ = next.body_follows;
  if (next.is_record) {
    expect(is_body_due_, "a record has a body");
    record_ = std::move(next);
    left_meanwhile_.clear();
  } else {
    follow(std::move(next), {});
  }
}

void talk::hear_body() {
  is_body_due_ = false;
  const std::string_view body = in_.piece();
  if (!record_.is_record) {
    session::conversation::step next;
    conversation_.on_body(next);
    follow(std::move(next), body);
    return;
  }
  record_.is_record = false;
  const auto takers = std::exchange(record_.takers, nullptr);
  if (!takers) return;
  for (const auto& each : *takers) {
    auto& who = static_cast<taker&>(*each);
    const auto& left = left_meanwhile_;
    expect(!who.has_left || std::find(left.begin(), left.end(), &who) != left.end(),
           "who has left takes no further record");
    if (!who.record(body)) let_go(who);
  }
}

void talk::pass_time() {
  now_ += std::min<nanoseconds>(time_of(in_), std::chrono::hours(1));  // it never ends
  const auto sent = conversation_.out().end();
  session::conversation::step next;
  conversation_.on_time(now_, next);
  if (conversation_.out().end() != sent) ++heartbeats_;
  expect(!is_ended_ || (next.also_done.empty() && next.expired.empty() && !next.broken),
         "behind the end no time comes");
  follow(std::move(next), {});
  for (const auto& each : calls_) {
    expect(each->is_done || each->deadline > now_, "no call outlives its deadline");
  }
}

void talk::leave() {
  if (takers_.empty()) return;
  let_go(*takers_[in_.below(std::min<std::size_t>(takers_.size(), 256))]);
}

// Who leaves before it is known whether there is anything to leave does so again once it is.
void talk::let_go(taker& who) {
  who.wanted = 0;
  conversation_.leave(who, now_);
  if (who.is_opening || std::exchange(who.has_left, true)) return;
  left_meanwhile_.push_back(&who);
}

void talk::expire() {
  if (takers_.empty()) return;
  const auto& who = takers_[in_.below(std::min<std::size_t>(takers_.size(), 256))];
  if (!who->is_of_query) return;  // nothing else has a time of its own
  conversation_.expire_at(*who, session::after(now_, time_of(in_)));
}

void talk::send() {
  conversation_.out().consume(
      std::min<std::size_t>(conversation_.out().unsent().size(), in_.byte()));
}

void talk::cut() {
  const std::size_t how = in_.below(8);
  if (how == 0) end({errc::client_closed, "the client is closed"});
  if (how == 1) {
    std::vector<session::completion> all;
    conversation_.give_up_ready(all);
    for (auto& each : all) each.run();
  }
  // Also where there is no connection: an attempt to make one has failed.
  if (how > 1) lose({errc::connection_lost, "the connection was cut"});
}

void talk::follow(session::conversation::step step, std::string_view body) {
  const auto each_of = [](const session::subscribers& takers, auto tell) {
    if (!takers) return;
    for (const auto& each : *takers) tell(static_cast<taker&>(*each));
  };
  each_of(step.resumed, [](taker& who) { who.resumed(); });
  each_of(step.rejected, [&](taker& who) { who.ended(step.rejection); });
  step.done.run(body);
  for (auto& each : step.also_done) each.run();
  for (const auto& takers : step.expired) each_of(takers, [](taker& who) { who.expired(); });
  if (step.broken) lose(std::move(*step.broken));
}

void talk::disconnected() {
  is_connected_ = is_body_due_ = false;
  record_ = {};
}

void talk::lose(failure why) {
  if (is_ended_) return;
  if (!reconnects_) return end(std::move(why));
  disconnected();
  session::conversation::loss lost;
  conversation_.lose(why, lost);
  for (const auto& each : lost.streams.over) {
    const auto& who = static_cast<const taker&>(*each);
    expect(who.is_of_query || who.is_opening, "a stream that was open outlives the connection");
  }
  for (auto& each : lost.failed) each.run();
  for (const auto& each : lost.streams.over) each->ended(conversation_.ending());
  for (const auto& each : lost.streams.asleep) {
    if (!static_cast<taker&>(*each).has_left) each->interrupted();
  }
  expect(conversation_.out().empty(), "what was to be sent on a lost connection is not sent");
}

void talk::end(failure why) {
  if (std::exchange(is_ended_, true)) {
    std::vector<session::completion> none;
    conversation_.end(why, none);
    expect(none.empty(), "a second end is none");
    return;
  }
  disconnected();
  std::vector<session::completion> all;
  conversation_.end(why, all);
  const auto takers = conversation_.take_subscribers();
  for (const auto& each : takers) {
    expect(!static_cast<taker&>(*each).has_left, "who has left is not told of the end");
  }
  for (auto& each : all) each.run();
  for (const auto& each : takers) each->ended(conversation_.ending());
  for (const auto& each : calls_) expect(each->is_done, "the end completes every call");
  for (const auto& each : takers_) {
    expect(each->is_ended || each->is_opening || each->has_left, "every open stream ends");
  }
  expect(conversation_.out().empty(), "behind the end nothing is sent");
}

void talk::check() {
  // A stream counts twice until it is open: its request, and what confirms it.
  expect(conversation_.pending() <= 2 * settings_.max_calls + 1 + heartbeats_, "calls are limited");
  constexpr std::size_t longest_head = 128;
  expect(conversation_.out().unsent().size() <=
             settings_.max_unsent_bytes + longest_head * (3 * accepted_ + 2),
         "what is unsent is limited");
  const time_point next = conversation_.next_deadline();
  for (const auto& each : calls_) {
    expect(each->is_done || next <= each->deadline, "no deadline is slept through");
  }
}

}  // namespace serf::fuzz
