// The whole life of a connection, cut short everywhere.
#include <gtest/gtest.h>

#include <functional>
#include <utility>
#include <vector>

#include "dialogue.hpp"

namespace serf::session {
namespace {

using namespace std::chrono_literals;

// What can happen in the life of a connection, in order. However it is cut short after any of
// these, and by whatever, each call that was made has exactly one outcome.
using script = std::vector<std::function<void(dialogue&)>>;

script whole_life() {
  const auto hear = [](std::string bytes) {
    return [bytes = std::move(bytes)](dialogue& agent) { agent.hear(bytes); };
  };
  return {
      [](dialogue& agent) { agent.submit("ready", std::nullopt); },
      [](dialogue& agent) { agent.submit("waiting", protocol::members({})); },
      [](dialogue& agent) { agent.submit("hasty", protocol::stats(), 10s, true); },
      [](dialogue& agent) { agent.submit("impatient", protocol::stats(), 1ms); },
      [](dialogue& agent) { agent.connect(); },
      [](dialogue& agent) { agent.sent(); },
      [](dialogue& agent) { agent.pass(1ms); },
      hear(header(0).substr(0, 9)),
      hear(header(0).substr(9)),
      [](dialogue& agent) { agent.sent(); },
      hear(header(1)),
      [](dialogue& agent) { agent.submit("join", protocol::join("a:1", false)); },
      [](dialogue& agent) { agent.submit("event", protocol::event({"deploy"})); },
      [](dialogue& agent) { agent.submit("short", protocol::stats(), 5ms); },
      [](dialogue& agent) { agent.sent(); },
      hear(header(2)),
      hear(no_members().substr(0, 4)),
      hear(no_members().substr(4)),
      hear(header(3, "Failed to join a:1")),
      [](dialogue& agent) { agent.pass(5ms); },
      hear(num(0)),
      hear(header(4)),
      hear(header(5)),
      [](dialogue& agent) { agent.submit("leave", protocol::leave()); },
      [](dialogue& agent) { agent.submit("late", protocol::list_keys()); },
      hear("\x80"),
      hear(header(6)),
      [](dialogue& agent) { agent.sent(); },
  };
}

void expect_each_completed_once(const dialogue& agent, std::size_t cut) {
  EXPECT_EQ(agent.outcomes.size(), static_cast<std::size_t>(agent.submitted)) << "after " << cut;
  for (const outcome& each : agent.outcomes) {
    EXPECT_EQ(agent.of(each.name).size(), 1U) << each.name << " after " << cut;
  }
}

TEST(conversation, completes_each_call_once_wherever_the_connection_is_cut) {
  const auto life = whole_life();
  for (std::size_t cut = 0; cut <= life.size(); ++cut) {
    dialogue agent(dialogue::with_key("secret"));
    for (std::size_t i = 0; i < cut; ++i) life[i](agent);
    EXPECT_FALSE(agent.broken) << "after " << cut << ": " << agent.broken->message;
    agent.lose();
    expect_each_completed_once(agent, cut);
    agent.lose();
    agent.pass(1h);
    expect_each_completed_once(agent, cut);
  }
}

TEST(conversation, completes_each_call_once_wherever_the_agent_falls_silent) {
  const auto life = whole_life();
  for (std::size_t cut = 0; cut <= life.size(); ++cut) {
    dialogue agent(dialogue::with_key("secret"));
    for (std::size_t i = 0; i < cut; ++i) life[i](agent);
    agent.pass(1h);
    expect_each_completed_once(agent, cut);
    EXPECT_TRUE(agent.broken || agent.talk.next_deadline() == time_point::max());
    agent.lose();
    expect_each_completed_once(agent, cut);
  }
}

TEST(conversation, completes_each_call_once_wherever_the_agent_talks_nonsense) {
  const auto life = whole_life();
  for (std::size_t cut = 5; cut <= life.size(); ++cut) {
    dialogue agent(dialogue::with_key("secret"));
    for (std::size_t i = 0; i < cut; ++i) life[i](agent);
    agent.hear("\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1");
    ASSERT_TRUE(agent.broken) << "after " << cut;
    agent.lose(*agent.broken);
    expect_each_completed_once(agent, cut);
  }
}

TEST(stream, that_was_open_outlives_attempts_to_connect_in_vain) {
  dialogue with;
  with.open();
  const auto taker = with.subscribe("stream", protocol::stream("*"));
  with.hear(header(1) + header(2));
  for (int attempts = 0; attempts < 3; ++attempts) {
    conversation::loss lost;
    with.talk.lose({errc::unreachable, "Connection refused"}, lost);
    EXPECT_TRUE(lost.streams.over.empty());
    ASSERT_EQ(lost.streams.asleep.size(), 1U);
    EXPECT_EQ(lost.streams.asleep.front(), taker);
  }
}

TEST(expected_leave, that_does_not_come_explains_no_later_loss) {
  for (const bool in_time : {true, false}) {
    dialogue agent;
    agent.open();
    agent.talk.expect_agent_to_leave(true, agent.now + 30s);
    agent.submit("members", protocol::members({}), 60s);
    EXPECT_EQ(agent.talk.next_deadline(), agent.now + 30s);
    agent.pass(in_time ? 29s : 30s);
    agent.lose();
    EXPECT_EQ(agent.only("members").code(), in_time ? errc::agent_left : errc::connection_lost);
  }
}

}  // namespace
}  // namespace serf::session
