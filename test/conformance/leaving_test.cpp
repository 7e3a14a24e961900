// leave: the answer, the end of every connection, and of the agent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <serf/client.hpp>

#include "conformance/conformance_case.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::Contains;
using leaving = on_every_lone_agent;

TEST_P(leaving, is_answered_and_then_all_connections_end) {
  const auto other = connect();
  EXPECT_EQ(client->error_of("leave"), "");
  client->expect_end_without_a_word();
  other->expect_end_without_a_word();
  EXPECT_TRUE(agent().has_ended(10s));
}

// A real agent holds member events back for a second, and ends after about as long: what the
// streams of an agent that is alone get of its leave is either that or nothing.
TEST_P(leaving, is_the_last_that_streams_tell_if_anything) {
  const auto other = connect();
  const auto events = other->stream("*");
  EXPECT_EQ(client->error_of("leave"), "");
  if (const auto header = other->socket.read_value(10s); !header.is_nil()) {
    EXPECT_EQ(header["Seq"], events);
    const auto left = other->socket.read_value();
    EXPECT_EQ(left["Event"], "member-leave");
    EXPECT_EQ(left["Members"].at(0)["Name"], "n1");
    EXPECT_EQ(left["Members"].at(0)["Status"], "left");
  }
  other->expect_end_without_a_word();
}

TEST_P(leaving, leaves_queries_without_a_done) {
  EXPECT_EQ(client->error_of("query", fake_map{{"Name", "load"}, {"Timeout", 60000000000}}), "");
  const auto other = connect();
  EXPECT_EQ(other->error_of("leave"), "");
  client->expect_end_without_a_word();
}

// Whichever comes second; the agent then ends at once, and the first may get no answer.
TEST_P(leaving, is_refused_while_it_is_under_way) {
  const auto other = connect();
  for (auto* each : {client.get(), other.get()}) each->socket.send(1, "leave");
  const std::vector<std::string> answers{client->socket.read_error(), other->socket.read_error()};
  EXPECT_THAT(answers, Contains("Leave already in progress"));
  EXPECT_TRUE(agent().has_ended(10s));
}

// It refutes that. What it told of it would have come with the first update, or before.
TEST_P(leaving, cannot_be_forced_upon_the_agent_itself) {
  const auto events = client->stream("member-leave,member-reap,member-update");
  for (const bool prune : {false, true}) {
    EXPECT_EQ(client->error_of("force-leave", fake_map{{"Node", "n1"}, {"Prune", prune}}), "");
    const auto listed = client->answer_to("members").body;
    EXPECT_EQ(listed["Members"].at(0)["Status"], "alive");
  }
  for (const char* role : {"web", "db"}) {
    EXPECT_EQ(client->error_of("tags", fake_map{{"Tags", fake_map{{"role", role}}}}), "");
    EXPECT_EQ(client->record_of(events)["Event"], "member-update");
  }
}

TEST_P(leaving, still_answers_others_while_it_is_under_way) {
  const auto other = connect();
  client->socket.send(1, "leave");
  fake_value listed;
  do {
    listed = other->answer_to("members").body;
    ASSERT_FALSE(listed.is_nil()) << "it has ended already";
  } while (listed["Members"].at(0)["Status"].text() == "alive");
  EXPECT_THAT(listed["Members"].at(0)["Status"].text(), AnyOf("leaving", "left"));
  EXPECT_EQ(other->error_of("event", fake_map{{"Name", "late"}}), "");
  EXPECT_EQ(client->socket.read_error(), "");
}

TEST_P(leaving, through_a_client_is_a_success) {
  serf::client serf(client_options(agent().rpc_address()).reconnect(false));
  serf.leave().get();
  EXPECT_TRUE(agent().has_ended(10s));
  EXPECT_THROW(serf.members().get(), connection_error);
}

SERF_ON_EVERY_AGENT(leaving);

}  // namespace
}  // namespace serf::testing
