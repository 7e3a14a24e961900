// The conversation's part that is about connections that fall silent, are lost, or end.
#include <utility>

#include "session/conversation.hpp"
#include "session/failures.hpp"

namespace serf::session {

using protocol::command;

// To stop what was never started costs the agent nothing, always succeeds, and waits behind no lock
// of the agent's.
void conversation::watch_for_silence(time_point now, step& next) {
  if (phase_ != phase::open || settings_.heartbeat.count() <= 0) return;
  if (is_silent()) {
    if (now >= after(*heartbeat_sent_, settings_.heartbeat_timeout)) {
      next.broken = went_silent(settings_.heartbeat + settings_.heartbeat_timeout, settings_.agent);
    }
  } else if (now >= after(heard_at_, settings_.heartbeat)) {
    const std::uint64_t position = out_.end();
    const std::uint64_t seq = send(protocol::stop(settings_.first_seq - 1));
    pending_.insert(seq, {command::stop, nullptr, {}, position}, time_point::max());
    heartbeat_sent_ = now;
  }
}

failure conversation::as_told(failure why) const {
  if (!leaving_ || why.code != errc::connection_lost) return why;
  why.code = errc::agent_left;
  why.message = "the Serf agent at " + settings_.agent +
                " has left the cluster and ended, as this client asked it to";
  return why;
}

// Of the agent that leaves, an answer is as good as none.
void conversation::fail_sent(std::vector<completion>& all) {
  all.reserve(all.size() + pending_.live());
  for (auto& each : pending_.take_all()) {
    const bool has_left = ending_.code == errc::agent_left && each.command == command::leave &&
                          whether_sent(each) == sent::maybe;
    completion& failed = all.emplace_back();
    failed.who = std::move(each.call);
    if (!has_left) {
      failed.why = for_call(ending_, protocol::name(each.command), whether_sent(each));
    }
  }
}

void conversation::lose(const failure& why, loss& lost) {
  lost.why = as_told(why);
  ending_ = lost.why;
  fail_sent(lost.failed);
  lost.streams = streams_.put_to_sleep();  // all, or with an exception none
  phase_ = phase::connecting;
  ++losses_;
  expect_agent_to_leave(false);
  out_.clear();
}

void conversation::give_up_ready(std::vector<completion>& all) {
  all.reserve(all.size() + waiting_.size());
  while (auto each = waiting_.take_without_request()) {
    all.push_back({std::move(each->call), for_call(ending_, each->what.name(), sent::no)});
  }
}

void conversation::end(const failure& why, std::vector<completion>& all) {
  if (phase_ == phase::ended) return;
  ending_ = as_told(why);
  fail_sent(all);
  all.reserve(all.size() + waiting_.size());
  while (auto each = waiting_.take_first()) {
    all.push_back({std::move(each->call), for_call(ending_, each->what.name(), sent::no)});
  }
  phase_ = phase::ended;
  out_.clear();
}

}  // namespace serf::session
