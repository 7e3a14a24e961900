// What a conversation refuses at once.
#include <gtest/gtest.h>

#include <string>

#include "dialogue.hpp"

namespace serf::session {
namespace {

using namespace std::chrono_literals;

TEST(conversation, refuses_a_call_without_time) {
  dialogue agent;
  agent.open();
  agent.submit("late", protocol::stats(), 0s);
  EXPECT_EQ(agent.only("late").code(), errc::timed_out);
  EXPECT_EQ(agent.only("late").why->sent, sent::no);
  EXPECT_EQ(agent.sent(), "");
}

TEST(conversation, refuses_more_calls_than_its_limit_tombstones_included) {
  auto settings = dialogue::with_agent({});
  settings.max_calls = 2;
  dialogue agent(settings);
  agent.open();
  agent.submit("1", protocol::stats(), 1s);
  agent.submit("2", protocol::stats(), 1s);
  agent.pass(1s);
  agent.submit("3", protocol::stats());
  EXPECT_EQ(agent.only("3").code(), errc::overloaded);
  agent.hear(header(1) + "\x80");
  agent.submit("4", protocol::stats());
  EXPECT_TRUE(agent.of("4").empty());
}

TEST(conversation, refuses_more_waiters_for_the_agent_than_its_limit) {
  auto settings = dialogue::with_agent({});
  settings.max_calls = 2;
  dialogue agent(settings);
  for (const auto* const name : {"1", "2", "3"}) agent.submit(name, std::nullopt);
  EXPECT_EQ(agent.only("3").code(), errc::overloaded);
  agent.open();
  EXPECT_TRUE(agent.only("1").answered());
  agent.submit("without time", std::nullopt, 0s);
  EXPECT_TRUE(agent.only("without time").answered()) << "ready is ready";
}

TEST(conversation, refuses_more_bytes_than_its_limit_before_and_after_it_opens) {
  auto settings = dialogue::with_agent({});
  settings.max_unsent_bytes = 1000;
  dialogue agent(settings);
  const auto large = protocol::event({"deploy", std::string(600, 'x')});
  agent.submit("1", large);
  agent.submit("2", large);
  EXPECT_TRUE(agent.of("1").empty());
  EXPECT_EQ(agent.only("2").code(), errc::overloaded);
  agent.connect();
  agent.sent();
  agent.hear(header(0));
  agent.submit("3", large);
  EXPECT_EQ(agent.only("3").code(), errc::overloaded);
  agent.sent();
  agent.submit("4", large);
  EXPECT_TRUE(agent.of("4").empty());
}

TEST(conversation, counts_streams_that_wait_for_the_next_connection) {
  auto settings = dialogue::with_agent({});
  settings.max_calls = 1;
  dialogue agent(settings);
  agent.open();
  const auto taker = agent.subscribe("stream", protocol::stream("*"));
  agent.hear(header(1) + header(2));
  conversation::loss lost;
  agent.talk.lose({errc::connection_lost, "the connection was cut"}, lost);
  EXPECT_EQ(agent.talk.pending(), 1U);
  agent.submit("members", protocol::members({}));
  EXPECT_EQ(agent.only("members").code(), errc::overloaded);
  agent.talk.leave(*taker, agent.now);
  EXPECT_EQ(agent.talk.pending(), 0U);
}

}  // namespace
}  // namespace serf::session
