// The cluster behind a fake agent lives: what tests and clients do to it, its streams and monitors
// hear.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class live_cluster : public ::testing::Test {
 protected:
  static fake_agent_options two_nodes() {
    return fake_agent_options()
        .member(fake_member("n1"))
        .member(fake_member("n2", {{"role", "db"}}));
  }
  static std::string next_of(event_stream& stream) {
    const auto event = stream.next_for(20s);
    if (!event) return "nothing came";
    const auto* of_members = std::get_if<member_event>(&*event);
    if (!of_members) return to_string(*event);
    std::string text = to_string(of_members->kind);
    for (const auto& member : of_members->members) {
      text += " " + member.name + " " + to_string(member.status) + " " + to_string(member.tags);
    }
    return text;
  }

  fake_agent agent{two_nodes().manual_clock()};
  client asking{client_options(agent.address()).reconnect(false)};
};

TEST_F(live_cluster, tells_streams_what_happens_to_its_members) {
  auto events = asking.stream().get();
  EXPECT_EQ(agent.join(fake_member("n3", {{"role", "web"}})), 1U);
  EXPECT_EQ(next_of(events), "member-join n3 alive role=web");
  agent.fail("n2");
  EXPECT_EQ(next_of(events), "member-failed n2 failed role=db");
  agent.update_tags("n3", {{"role", "idle"}});
  EXPECT_EQ(next_of(events), "member-update n3 alive role=idle");
  agent.leave("n3");
  EXPECT_EQ(next_of(events), "member-leave n3 left role=idle");
  agent.reap("n2");
  EXPECT_EQ(next_of(events), "member-reap n2 failed role=db");
  agent.join(fake_member("n3", {}, "failed"));
  EXPECT_EQ(next_of(events), "member-join n3 alive role=idle") << "alive, and as it was";
  EXPECT_EQ(asking.members().get().size(), 2U);
}

TEST_F(live_cluster, knows_no_members_but_its_own) {
  EXPECT_THROW(agent.fail("nobody"), std::invalid_argument);
  EXPECT_THROW(agent.leave("nobody"), std::invalid_argument);
  EXPECT_THROW(agent.update_tags("nobody", {}), std::invalid_argument);
  EXPECT_THROW(agent.reap("nobody"), std::invalid_argument);
  EXPECT_THROW(agent.reap("n1"), std::invalid_argument) << "itself";
  EXPECT_EQ(asking.members().get().size(), 2U);
}

TEST_F(live_cluster, tells_streams_what_clients_do_to_its_members) {
  auto events = asking.stream("member-update,member-leave,member-reap").get();
  agent.fail("n2");
  asking.tags(tag_changes().set("role", "web")).get();
  EXPECT_EQ(next_of(events), "member-update n1 alive role=web");
  asking.force_leave("n2").get();
  EXPECT_EQ(next_of(events), "member-leave n2 left role=db");
  asking.force_leave("n2", force_leave_options().prune()).get();
  EXPECT_EQ(next_of(events), "member-reap n2 left role=db");
  client leaving(agent.address());
  leaving.leave().get();
  EXPECT_EQ(next_of(events), "member-leave n1 left role=web");
  EXPECT_FALSE(events.next_for(20s)) << "the agent has ended";
  EXPECT_EQ(events.end().state, stream_state::lost);
}

TEST_F(live_cluster, ends_with_the_agent_as_after_a_signal) {
  auto events = asking.stream().get();
  agent.leave("n1");
  EXPECT_EQ(next_of(events), "member-leave n1 left ");
  EXPECT_FALSE(events.next_for(20s));
  EXPECT_EQ(events.end().state, stream_state::lost);
  EXPECT_TRUE(agent.wait_for_open_connections(0, 20s));
}

TEST_F(live_cluster, carries_user_events_from_client_to_client) {
  client listening(agent.address());
  auto events = listening.stream("user:deploy").get();
  asking.event("other", "x").get();
  asking.event("deploy", "v1").get();
  const auto event = events.next_for(20s);
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<user_event>(*event).payload, "v1");
}

TEST_F(live_cluster, carries_queries_there_and_answers_back) {
  client answering(agent.address());
  auto queries = answering.stream("query").get();
  auto replies = asking.query(query_request("load").timeout(1h).request_ack()).get();
  const auto query = std::get<query_event>(queries.next_for(20s).value());
  EXPECT_EQ(query.id(), 1U);
  query.respond("0.7").get();
  EXPECT_EQ(replies.next_for(20s), query_reply(query_ack{"n1"}));
  EXPECT_EQ(replies.next_for(20s), query_reply(query_ack{"n2"}));
  EXPECT_EQ(replies.next_for(20s), query_reply(query_response{"n1", "0.7"}));
}

TEST_F(live_cluster, ends_queries_when_the_test_says_that_their_time_is_over) {
  client answering(agent.address());
  auto queries = answering.stream("query").get();
  auto longer = asking.query(query_request("longer").timeout(2h)).get();
  auto shorter = asking.query(query_request("shorter").timeout(1h)).get();
  ASSERT_TRUE(agent.wait_for_live(3, 20s));
  agent.advance(59min);
  EXPECT_EQ(agent.live().size(), 3U) << "not yet";
  agent.advance(1min);
  EXPECT_FALSE(shorter.next_for(20s));
  EXPECT_EQ(shorter.end().state, stream_state::done);
  EXPECT_EQ(longer.end().state, stream_state::open);

  const auto first = std::get<query_event>(queries.next_for(20s).value());
  const auto second = std::get<query_event>(queries.next_for(20s).value());
  ASSERT_EQ(second.name, "shorter");
  try {
    second.respond("late").get();
    FAIL() << "answered a query that is over";
  } catch (const agent_error& error) {
    EXPECT_EQ(error.agent_text(), "No pending queries matching ID");
  }
  first.respond("in time").get();
  EXPECT_EQ(longer.next_for(20s), query_reply(query_response{"n1", "in time"}));
}

TEST_F(live_cluster, has_a_clock_that_tests_may_move_only_where_it_stands) {
  fake_agent with_the_clock_of_the_system;
  EXPECT_THROW(with_the_clock_of_the_system.advance(1s), std::logic_error);
}

TEST_F(live_cluster, logs_as_agents_do) {
  asking.ready().get();  // accepted before the monitor is
  auto log = asking.monitor(log_level::info).get();
  agent.join(fake_member("n3"));
  asking.event("deploy", "v1").get();
  agent.fail("n3");
  std::vector<std::string> lines;
  while (lines.empty() || lines.back().find("EventMemberFailed") == std::string::npos) {
    const auto entry = log.next_for(20s);
    ASSERT_TRUE(entry) << ::testing::PrintToString(lines);
    const auto& line = std::get<log_line>(*entry);
    EXPECT_EQ(line.level, log_level::info) << line.raw;
    lines.push_back(line.component + ": " + line.text);
  }
  const auto accepted = HasSubstr("agent.ipc: Accepted client: 127.0.0.1:");
  EXPECT_THAT(
      lines,
      ElementsAre("agent: Serf agent starting", "serf: EventMemberJoin: n1 127.0.0.1",
                  "serf: EventMemberJoin: n2 127.0.0.2", accepted, accepted,
                  "serf: EventMemberJoin: n3 127.0.0.3", "agent: Received event: member-join",
                  "agent: Received event: user-event: deploy",
                  "serf: EventMemberFailed: n3 127.0.0.3"));
}

TEST(leaving_agent, takes_no_connections_from_its_reply_on_and_ends_a_while_later) {
  fake_agent agent;
  client asking(client_options(agent.address()).reconnect(false));
  const auto start = std::chrono::steady_clock::now();
  asking.leave().get();
  client late(client_options(agent.address()).reconnect(false));
  EXPECT_THROW(late.ready().get(), connection_error);
  EXPECT_TRUE(agent.wait_for_open_connections(0, 20s));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 100ms);
}

TEST(quiet_agent, logs_what_the_test_says_and_nothing_else) {
  fake_agent agent(fake_agent_options().quiet_log());
  client asking(agent.address());
  auto log = asking.monitor(log_level::trace).get();
  agent.join(fake_member("n2"));
  ASSERT_TRUE(agent.wait_for_live(1, 20s));
  agent.push_log("2026/11/25 01:23:42 [INFO] agent: the one");
  const auto entry = log.next_for(20s);
  ASSERT_TRUE(entry);
  EXPECT_EQ(std::get<log_line>(*entry).text, "the one");
}

}  // namespace
}  // namespace serf::testing
